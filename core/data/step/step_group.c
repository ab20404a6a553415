/* The step that adds rows up, and what it knows that totals do not tell: how much of one the greatest unit makes. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/map.h"
#include "core/base/must.h"
#include "core/data/errors.h"
#include "core/data/value/number.h"
#include "core/data/check/secrecy.h"
#include "core/data/value/field_name.h"
#include "core/data/value/shape.h"
#include "core/data/step/step_kinds.h"

/* Amounts are millionths: exact for what accounts hold, up to nine million million. */
enum { DECIMALS = 6, DIGEST = 16, KEPT_MAX = 500000 };

/* What one unit brings to one group. */
struct part {
    struct part *next;
    int64_t amount[]; /* by sum */
};

struct group {
    struct str *cells; /* of the columns it is made by */
    uint64_t line, rows, units;
    struct part *parts;
    int64_t *total;
    bool *unknown; /* by sum: a cell was no number, or the sum is too great */
};

struct step_groups {
    struct arena a;
    struct map groups, parts; /* by digest */
    struct group **list;      /* in the order of their first rows */
    size_t n, room, at;
    unsigned *scale;          /* by sum: the most decimals that were written */
    unsigned char marks[RECORD_COLUMNS_MAX];
    struct str taken; /* the column taken for the unit, where none is named; absent: none */
    bool given_up;    /* there are too many units for it */
    struct str first_unit;
    bool several_units;
    bool *is_amount; /* by sum */
};

/* ---- columns ---- */

static bool take_sums(struct steps *all, struct step *s, struct err *e)
{
    s->sums = ARENA_ARRAY(all->a, size_t, s->nnames + 1);
    for (size_t i = 0; i < s->nnames; i++) {
        if (!step_find(all, s, s->names[i], &s->sums[i], e))
            return false;
        for (size_t k = 0; k < s->nplaces + i; k++)
            if (s->sums[i] == (k < s->nplaces ? s->places[k] : s->sums[k - s->nplaces]))
                return step_refuse(s, &err_step_taken, s->names[i], e);
    }
    return true;
}

/* Those it is made by, the count, the sums: of no column of the file any more. */
static bool leave(struct steps *all, struct step *s, struct err *e)
{
    struct step_column *left = ARENA_ARRAY(all->a, struct step_column, s->nplaces + s->nnames + 1);
    for (size_t i = 0; i < s->nplaces; i++)
        left[i] = all->columns[s->places[i]];
    for (size_t i = 0; i < s->nnames; i++)
        left[s->nplaces + i] = all->columns[s->sums[i]];
    all->ncolumns = s->nplaces + s->nnames;
    for (size_t i = 0; i < all->ncolumns; i++) {
        left[i].file_column = 0;
        all->columns[i] = left[i];
    }
    return step_add(all, s, s->to, e);
}

static bool is_used(const struct step *s, size_t column)
{
    for (size_t i = 0; i < s->nplaces; i++)
        if (s->places[i] == column)
            return true;
    for (size_t i = 0; i < s->nnames; i++)
        if (s->sums[i] == column)
            return true;
    return false;
}

/* The one column whose name announces the unit; absent: none, or several. */
static struct str announced(const struct steps *all, struct step *s)
{
    struct str label = STR_NONE;
    for (size_t i = 0; i < all->ncolumns; i++) {
        if (!secrecy_names_unit(all->columns[i].label))
            continue;
        if (label.p || is_used(s, i))
            return STR_NONE;
        label = all->columns[i].label;
        s->at_other = i;
    }
    return label;
}

static bool *amounts_of(struct steps *all, const struct step *s)
{
    bool *is = ARENA_ARRAY(all->a, bool, s->nnames + 1);
    struct arena a = {0};
    for (size_t i = 0; i < s->nnames; i++)
        is[i] = secrecy_is_amount(field_name(&a, all->columns[s->sums[i]].label, 1, NULL, 0));
    arena_free(&a);
    return is;
}

bool step_prepare_group(struct steps *all, struct step *s, struct err *e)
{
    if (!step_find_all(all, s, e) || !take_sums(all, s, e) || (s->other.n && !step_find(all, s, s->other, &s->at_other, e)))
        return false;
    struct str taken = s->other.n ? STR_NONE : announced(all, s);
    bool *is_amount = amounts_of(all, s);
    if (!leave(all, s, e))
        return false;
    s->groups = must_alloc(sizeof *s->groups);
    *s->groups = (struct step_groups){.taken = taken, .is_amount = is_amount};
    s->groups->scale = ARENA_ARRAY(all->a, unsigned, s->nnames + 1);
    return true;
}

/* ---- rows ---- */

static void hash_cell(crypto_generichash_state *state, struct str cell)
{
    crypto_generichash_update(state, (const unsigned char *)&cell.n, sizeof cell.n);
    crypto_generichash_update(state, (const unsigned char *)(cell.p ? cell.p : ""), cell.n);
}

static void digest_of(const struct steps *all, const struct step *s, bool with_unit, unsigned char *digest)
{
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, DIGEST);
    for (size_t i = 0; i < s->nplaces; i++)
        hash_cell(&state, shape_trim(all->cells[s->places[i]]));
    if (with_unit)
        hash_cell(&state, shape_trim(all->cells[s->at_other]));
    crypto_generichash_final(&state, digest, DIGEST);
}

static struct group *new_group(const struct steps *all, const struct step *s)
{
    struct step_groups *g = s->groups;
    struct group *made = ARENA_NEW(&g->a, struct group);
    *made = (struct group){.line = all->line, .cells = ARENA_ARRAY(&g->a, struct str, s->nplaces),
                           .total = ARENA_ARRAY(&g->a, int64_t, s->nnames + 1), .unknown = ARENA_ARRAY(&g->a, bool, s->nnames + 1)};
    for (size_t i = 0; i < s->nplaces; i++)
        made->cells[i] = arena_str(&g->a, shape_trim(all->cells[s->places[i]]));
    if (g->n == g->room) {
        g->room = g->room ? g->room * 2 : 256;
        g->list = must_realloc(g->list, g->room * sizeof(struct group *));
    }
    return g->list[g->n++] = made;
}

static struct part *part_of(const struct steps *all, const struct step *s, struct group *group)
{
    unsigned char digest[DIGEST];
    struct step_groups *g = s->groups;
    digest_of(all, s, true, digest);
    const struct str key = {(const char *)digest, DIGEST};
    struct part *part = map_get(&g->parts, key);
    if (part)
        return part;
    part = arena_alloc(&g->a, sizeof *part + s->nnames * sizeof part->amount[0]);
    memset(part, 0, sizeof *part + s->nnames * sizeof part->amount[0]);
    part->next = group->parts;
    group->parts = part;
    group->units++;
    map_put(&g->parts, key, part);
    return part;
}

/* Millionths. False: no amount, or too great. */
static bool amount_of(struct str cell, int64_t *out, unsigned *scale)
{
    struct number x;
    int64_t n = 0;
    if (!number_read(cell, &x) || x.suffix == '%' || x.has_exponent || x.scale > DECIMALS)
        return false;
    for (unsigned i = 0; i < x.n + DECIMALS - x.scale; i++)
        if (__builtin_mul_overflow(n, 10, &n) || __builtin_add_overflow(n, i < x.n ? x.digits[i] - '0' : 0, &n))
            return false;
    *scale = x.scale > *scale ? x.scale : *scale;
    *out = x.negative ? -n : n;
    return true;
}

static void add_up(const struct steps *all, struct step *s, struct group *group, struct part *part)
{
    for (size_t i = 0; i < s->nnames; i++) {
        struct str cell = shape_trim(all->cells[s->sums[i]]);
        int64_t amount = 0;
        if (cell.n == 0)
            continue;
        if (!amount_of(cell, &amount, &s->groups->scale[i]) ||
            __builtin_add_overflow(group->total[i], amount, &group->total[i]) ||
            (part && __builtin_add_overflow(part->amount[i], amount, &part->amount[i]))) {
            group->unknown[i] = true;
            s->unmatched++;
        }
    }
}

/* Units that nobody named stop nothing: with too many of them the sums are not judged. */
static void give_up(struct step_groups *g)
{
    map_free(&g->parts);
    g->parts = (struct map){0};
    g->given_up = true;
}

static bool counts_units(const struct step *s)
{
    return s->other.n || (s->groups->taken.n && !s->groups->given_up);
}

static void see_unit(struct steps *all, const struct step *s)
{
    struct step_groups *g = s->groups;
    struct str unit = shape_trim(all->cells[s->at_other]);
    if (!g->first_unit.p)
        g->first_unit = arena_str(&g->a, unit.p ? unit : S(""));
    g->several_units = g->several_units || !str_eq(g->first_unit, unit);
}

enum record_gone step_apply_group(struct steps *all, struct step *s)
{
    unsigned char digest[DIGEST];
    struct step_groups *g = s->groups;
    digest_of(all, s, false, digest);
    const struct str key = {(const char *)digest, DIGEST};
    struct group *group = map_get(&g->groups, key);
    bool is_new = !group;
    if (g->groups.used + g->parts.used >= KEPT_MAX && g->taken.n)
        give_up(g);
    if (g->groups.used + g->parts.used >= KEPT_MAX) {
        all->too_many = true;
        return RECORD_GROUPED;
    }
    if (is_new) {
        group = new_group(all, s);
        map_put(&g->groups, key, group);
    }
    group->rows++;
    if (counts_units(s))
        see_unit(all, s);
    add_up(all, s, group, counts_units(s) ? part_of(all, s, group) : NULL);
    s->changed += is_new;
    return is_new ? RECORD_DEFERRED : RECORD_GROUPED;
}

/* ---- what they make ---- */

static struct str put_amount(struct steps *all, int64_t millionths, unsigned scale)
{
    enum { ROOM = 32 };
    char *room = step_room(all, ROOM), whole[ROOM];
    uint64_t n = millionths < 0 ? 0 - (uint64_t)millionths : (uint64_t)millionths;
    if (!room)
        return step_blank();
    snprintf(whole, sizeof whole, "%06llu", (unsigned long long)(n % 1000000));
    int len = snprintf(room, ROOM, "%s%llu%s%.*s", millionths < 0 ? "-" : "", (unsigned long long)(n / 1000000), scale ? "." : "",
                       (int)scale, whole);
    return (struct str){room, (size_t)len};
}

static unsigned char mark_of(const struct step *s, const struct group *group, size_t sum)
{
    int64_t greatest = 0;
    const struct step_groups *g = s->groups;
    if (!s->other.n && !(counts_units(s) && g->several_units && g->is_amount[sum]))
        return RECORD_NOT_JUDGED;
    if (group->unknown[sum] || group->total[sum] == 0)
        return RECORD_NOT_SECRET;
    if (group->units < SECRECY_UNITS)
        return RECORD_FEW_UNITS;
    for (const struct part *p = group->parts; p; p = p->next)
        greatest = p->amount[sum] > greatest ? p->amount[sum] : greatest;
    return (double)greatest * 100 > SECRECY_SHARE * (double)group->total[sum] ? RECORD_DOMINATED : RECORD_NOT_SECRET;
}

bool step_group_next(struct steps *all, const struct step *s, struct record *out)
{
    struct step_groups *g = s->groups;
    if (g->at == g->n)
        return false;
    const struct group *group = g->list[g->at++];
    memset(g->marks, 0, sizeof g->marks);
    for (size_t i = 0; i < s->nplaces; i++)
        all->cells[i] = group->cells[i];
    for (size_t i = 0; i < s->nnames; i++) {
        bool known = !group->unknown[i];
        all->cells[s->nplaces + i] = known ? put_amount(all, group->total[i], g->scale[i]) : step_blank();
        g->marks[s->nplaces + i] = mark_of(s, group, i);
    }
    all->cells[s->nplaces + s->nnames] = put_amount(all, (int64_t)(s->other.n ? group->units : group->rows) * 1000000, 0);
    *out = (struct record){.line = group->line, .n = all->ncolumns, .cells = all->cells, .secret = g->marks, .unit = g->taken};
    return true;
}

void step_groups_reset(struct step_groups *g)
{
    map_free(&g->groups);
    map_free(&g->parts);
    g->groups = g->parts = (struct map){0};
    arena_free(&g->a);
    g->a = (struct arena){0};
    g->n = g->at = 0;
    g->given_up = g->several_units = false;
    g->first_unit = STR_NONE;
}

void step_groups_free(struct step_groups *g)
{
    step_groups_reset(g);
    free(g->list);
    free(g);
}
