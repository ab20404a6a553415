#pragma once
#include <stdint.h>

#include "core/base/str.h"

/*
 * obligation -- whether a body must publish its data by law, by a dated rule (R5).
 *
 * In force since 7 October 2018 (loi n° 2016-1321, article 8): code des relations entre le public et l'administration, articles
 * L312-1-1 and D312-1-1-1 (décret n° 2016-1922). Two exemptions stand side by side: territorial collectivities of fewer
 * than 3,500 inhabitants, and bodies of fewer than 50 agents in full-time equivalents. Who has 3,500 inhabitants and 50 agents is
 * obliged: the law says "moins de" and "inférieur à". The convention joins the two by "ou"; the law decides.
 */
enum obligation { OBLIGATION_UNKNOWN, OBLIGATION_NONE, OBLIGATION_STANDS };
enum obligation_why { OBLIGATION_NO_RULE, OBLIGATION_SMALL, OBLIGATION_FEW_AGENTS, OBLIGATION_LACKS_POPULATION,
       OBLIGATION_LACKS_STAFF, OBLIGATION_MEETS };

struct obligation_rule {
    int32_t from; /* days since 1970-01-01 */
    int64_t inhabitants, agents; /* the least that oblige */
    const char *text_fr, *text_en; /* where it stands */
};
const struct obligation_rule *obligation_rule_on(int32_t day); /* NULL: none was in force */

/* kind: a word of partner_kinds; of a body that is no territorial collectivity (an EPCI, an academy's service) the staff alone
 * counts. Figures: negative is not known. */
enum obligation obligation_of(struct str kind, int64_t inhabitants, int64_t agents, int32_t day, enum obligation_why *why);
