/* Steps that look at the cells of a row, and may take it away. */
#include <sodium.h>
#include <stdlib.h>

#include "core/base/must.h"
#include "core/data/errors.h"
#include "core/data/value/shape.h"
#include "core/data/step/step_kinds.h"

/* ---- filter ---- */

static bool equals(struct str cell, struct str value)
{
    return str_eq(cell, value);
}
static bool differs(struct str cell, struct str value)
{
    return !str_eq(cell, value);
}
static bool contains(struct str cell, struct str value)
{
    return str_find(cell, value) >= 0;
}
static bool empty(struct str cell, struct str value)
{
    (void)value;
    return cell.n == 0;
}
static bool filled(struct str cell, struct str value)
{
    (void)value;
    return cell.n > 0;
}

static const struct {
    const char *name;
    bool with_value;
    bool (*keeps)(struct str cell, struct str value);
} filters[] = {
    {"equals", true, equals},      {"differs", true, differs}, {"contains", true, contains},
    {"starts", true, str_starts},  {"empty", false, empty},    {"filled", false, filled},
};
enum { FILTERS = sizeof filters / sizeof filters[0] };

bool step_prepare_filter(struct steps *all, struct step *s, struct err *e)
{
    s->which = 0;
    while (s->which < FILTERS && !str_eq(s->by, str_of(filters[s->which].name)))
        s->which++;
    if (s->which == FILTERS)
        return step_refuse(s, &err_step_param, S("keep"), e);
    if (filters[s->which].with_value != (s->text.n > 0))
        return step_refuse(s, &err_step_param, S("value"), e);
    return step_find(all, s, s->column, &s->at, e);
}

enum record_gone step_apply_filter(struct steps *all, struct step *s)
{
    return filters[s->which].keeps(shape_trim(all->cells[s->at]), s->text) ? RECORD_HERE : RECORD_FILTERED;
}

/* ---- replace ---- */

bool step_prepare_replace(struct steps *all, struct step *s, struct err *e)
{
    return step_find(all, s, s->column, &s->at, e);
}

static size_t count(struct str cell, struct str what)
{
    size_t n = 0;
    for (ptrdiff_t at; (at = str_find(cell, what)) >= 0; n++)
        cell = str_from(cell, (size_t)at + what.n);
    return n;
}

enum record_gone step_apply_replace(struct steps *all, struct step *s)
{
    struct str cell = all->cells[s->at];
    if (s->flag) {
        if (!str_eq(shape_trim(cell), s->text))
            return RECORD_HERE;
        all->cells[s->at] = s->by.p ? s->by : step_blank();
        s->changed++;
        return RECORD_HERE;
    }
    size_t n = count(cell, s->text), used = 0;
    char *room = n ? step_room(all, cell.n - n * s->text.n + n * s->by.n) : NULL;
    if (!room)
        return RECORD_HERE;
    for (ptrdiff_t at; (at = str_find(cell, s->text)) >= 0;) {
        memcpy(room + used, cell.p, (size_t)at);
        used += (size_t)at;
        if (s->by.n)
            memcpy(room + used, s->by.p, s->by.n);
        used += s->by.n;
        cell = str_from(cell, (size_t)at + s->text.n);
    }
    if (cell.n)
        memcpy(room + used, cell.p, cell.n);
    all->cells[s->at] = (struct str){room, used + cell.n};
    s->changed++;
    return RECORD_HERE;
}

/* ---- fill ---- */

bool step_prepare_fill(struct steps *all, struct step *s, struct err *e)
{
    s->previous.max = RECORD_CELL_MAX + 1;
    return step_find(all, s, s->column, &s->at, e);
}

enum record_gone step_apply_fill(struct steps *all, struct step *s)
{
    struct str cell = all->cells[s->at];
    if (shape_trim(cell).n > 0) {
        if (s->flag) {
            buf_reset(&s->previous);
            buf_add(&s->previous, cell);
        }
        return RECORD_HERE;
    }
    struct str with = s->flag ? buf_str(&s->previous) : s->text;
    all->cells[s->at] = with;
    s->changed += with.n > 0;
    return RECORD_HERE;
}

/* ---- deduplicate ---- */

/* Sixteen bytes of BLAKE2b for each row met, in an open table half full at most: two different rows
 * with the same are not to be feared, whoever wrote the file. */
enum { DIGEST = 16, FIRST_SLOTS = 1024 };
struct step_seen {
    unsigned char (*slots)[DIGEST];
    bool *taken;
    size_t nslots, n;
};

static void make_slots(struct step_seen *seen, size_t n)
{
    seen->slots = must_alloc(n * DIGEST);
    seen->taken = must_alloc(n * sizeof(bool));
    seen->nslots = n;
    seen->n = 0;
}

/* True when it was not there. */
static bool put(struct step_seen *seen, const unsigned char *digest)
{
    uint64_t at;
    memcpy(&at, digest, sizeof at);
    for (at &= seen->nslots - 1; seen->taken[at]; at = (at + 1) & (seen->nslots - 1))
        if (memcmp(seen->slots[at], digest, DIGEST) == 0)
            return false;
    seen->taken[at] = true;
    memcpy(seen->slots[at], digest, DIGEST);
    seen->n++;
    return true;
}

static void grow(struct step_seen *seen)
{
    struct step_seen old = *seen;
    make_slots(seen, old.nslots * 2);
    for (size_t i = 0; i < old.nslots; i++)
        if (old.taken[i])
            put(seen, old.slots[i]);
    free(old.slots);
    free(old.taken);
}

bool step_prepare_deduplicate(struct steps *all, struct step *s, struct err *e)
{
    if (s->ncolumns && !step_find_all(all, s, e))
        return false;
    if (!s->ncolumns) {
        s->nplaces = all->ncolumns;
        s->places = ARENA_ARRAY(all->a, size_t, s->nplaces + 1);
        for (size_t i = 0; i < s->nplaces; i++)
            s->places[i] = i;
    }
    s->seen = must_alloc(sizeof *s->seen);
    make_slots(s->seen, FIRST_SLOTS);
    return true;
}

enum record_gone step_apply_deduplicate(struct steps *all, struct step *s)
{
    crypto_generichash_state state;
    unsigned char digest[DIGEST];
    crypto_generichash_init(&state, NULL, 0, DIGEST);
    for (size_t i = 0; i < s->nplaces; i++) {
        struct str cell = shape_trim(all->cells[s->places[i]]);
        crypto_generichash_update(&state, (const unsigned char *)&cell.n, sizeof cell.n);
        crypto_generichash_update(&state, (const unsigned char *)(cell.p ? cell.p : ""), cell.n);
    }
    crypto_generichash_final(&state, digest, DIGEST);
    if (s->seen->n * 2 >= s->seen->nslots)
        grow(s->seen);
    return put(s->seen, digest) ? RECORD_HERE : RECORD_DOUBLE;
}

void step_seen_reset(struct step_seen *seen)
{
    memset(seen->taken, 0, seen->nslots * sizeof(bool));
    seen->n = 0;
}

void step_seen_free(struct step_seen *seen)
{
    free(seen->slots);
    free(seen->taken);
    free(seen);
}
