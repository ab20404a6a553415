#include "core/data/query/side_dict.h"

#include <stdlib.h>

#include "core/base/map.h"
#include "core/base/must.h"

struct str side_dict_text(const struct side_dict *d, uint32_t code)
{
    const char *p = d->text.p ? d->text.p : "";
    return (struct str){p + d->begins[code - 1], d->begins[code] - d->begins[code - 1]};
}

static void put_slot(struct side_dict *d, uint32_t code)
{
    uint32_t at = (uint32_t)map_hash(side_dict_text(d, code)) & d->mask;
    while (d->slots[at])
        at = (at + 1) & d->mask;
    d->slots[at] = code;
}

static void grow(struct side_dict *d)
{
    d->room = d->room ? d->room * 2 : 64;
    d->begins = must_realloc(d->begins, (d->room + 1) * sizeof *d->begins);
    d->begins[0] = 0;
    free(d->slots);
    d->mask = d->room * 2 - 1;
    d->slots = must_alloc((d->mask + 1) * sizeof *d->slots);
    for (uint32_t code = 1; code <= d->n; code++)
        put_slot(d, code);
}

uint32_t side_dict_code(struct side_dict *d, struct str s)
{
    if (d->n == d->room) {
        if (d->n == SIDE_DICT_TEXTS)
            return 0;
        grow(d);
    }
    uint32_t at = (uint32_t)map_hash(s) & d->mask;
    for (; d->slots[at]; at = (at + 1) & d->mask)
        if (str_eq(side_dict_text(d, d->slots[at]), s))
            return d->slots[at];
    d->text.max = SIDE_DICT_BYTES;
    buf_add(&d->text, s);
    if (d->text.over)
        return 0;
    d->begins[++d->n] = (uint32_t)d->text.n;
    d->slots[at] = d->n;
    return d->n;
}

static int by_text(const void *a, const void *b, void *dict)
{
    return str_cmp(side_dict_text(dict, *(const uint32_t *)a), side_dict_text(dict, *(const uint32_t *)b));
}

void side_dict_sort(const struct side_dict *d, uint32_t **order, uint32_t **place)
{
    uint32_t *sorted = must_alloc((d->n + 1) * sizeof *sorted), *at = must_alloc((d->n + 1) * sizeof *at);
    for (uint32_t i = 0; i < d->n; i++)
        sorted[i] = i + 1;
    qsort_r(sorted, d->n, sizeof *sorted, by_text, (void *)(uintptr_t)d);
    for (uint32_t i = 0; i < d->n; i++)
        at[sorted[i]] = i + 1;
    *order = sorted;
    *place = at;
}

void side_dict_free(struct side_dict *d)
{
    buf_free(&d->text);
    free(d->begins);
    free(d->slots);
}
