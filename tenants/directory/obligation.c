#include "tenants/directory/obligation.h"

#include <stdbool.h>
#include <stddef.h>

static const struct obligation_rule rules[] = { /* the latest first */
    {17811 /* 2018-10-07 */, 3500, 50,
     "code des relations entre le public et l’administration, articles L312-1-1 et D312-1-1-1 (loi n° 2016-1321 du 7 octobre 2016, décret n° 2016-1922 du 28 décembre 2016)",
     "code des relations entre le public et l’administration, articles L312-1-1 and D312-1-1-1 (law 2016-1321 of 7 October 2016, decree 2016-1922 of 28 December 2016)"},
};

const struct obligation_rule *obligation_rule_on(int32_t day)
{
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        if (day >= rules[i].from)
            return &rules[i];
    return NULL;
}

/* Constitution, article 72: the collectivities that a region's partners can be. */
static bool is_collectivity(struct str kind)
{
    return str_eq(kind, S("commune")) || str_eq(kind, S("departement")) || str_eq(kind, S("region"));
}

enum obligation obligation_of(struct str kind, int64_t inhabitants, int64_t agents, int32_t day, enum obligation_why *why)
{
    const struct obligation_rule *rule = obligation_rule_on(day);
    bool counts = is_collectivity(kind);
    *why = OBLIGATION_NO_RULE;
    if (!rule)
        return OBLIGATION_NONE;
    *why = OBLIGATION_SMALL;
    if (counts && inhabitants >= 0 && inhabitants < rule->inhabitants)
        return OBLIGATION_NONE;
    *why = OBLIGATION_FEW_AGENTS;
    if (agents >= 0 && agents < rule->agents)
        return OBLIGATION_NONE;
    *why = OBLIGATION_LACKS_POPULATION;
    if (counts && inhabitants < 0)
        return OBLIGATION_UNKNOWN;
    *why = OBLIGATION_LACKS_STAFF;
    if (agents < 0)
        return OBLIGATION_UNKNOWN;
    *why = OBLIGATION_MEETS;
    return OBLIGATION_STANDS;
}
