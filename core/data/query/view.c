#include "core/data/query/view.h"

#include <sodium.h>
#include <stdio.h>

#include "core/base/must.h"
#include "core/data/query/view_make.h"

bool facet_sort_read(struct str name, enum facet_sort *out)
{
    static const char *const names[] = {
        [FACET_COUNT_DOWN] = "-count", [FACET_COUNT_UP] = "count", [FACET_TEXT_UP] = "alphanum",
        [FACET_TEXT_DOWN] = "-alphanum", [FACET_NUMBER_UP] = "num", [FACET_NUMBER_DOWN] = "-num"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (str_eq(name, str_of(names[i]))) {
            *out = (enum facet_sort)i;
            return true;
        }
    return false;
}

size_t view_columns(const struct dataset_view *v)
{
    return v->ncolumns;
}

const struct view_column *view_column(const struct dataset_view *v, size_t at)
{
    return at < v->ncolumns ? &v->columns[at] : NULL;
}

const struct view_column *view_find(const struct dataset_view *v, struct str name, bool all)
{
    for (size_t i = 0; i < v->ncolumns; i++)
        if ((all || !v->columns[i].hidden) && str_eq(v->columns[i].name, name))
            return &v->columns[i];
    return NULL;
}

struct str view_dataset(const struct dataset_view *v)
{
    return v->dataset;
}

struct str view_filter(const struct dataset_view *v)
{
    return v->filter;
}

int64_t view_records(const struct dataset_view *v)
{
    return v->records;
}

const char *view_table(const struct dataset_view *v)
{
    if (v->source)
        return v->source;
    must(v->table[0]); /* sealed */
    return v->table;
}

bool view_is_catalogue(const struct dataset_view *v)
{
    return v->source != NULL;
}

const char *view_words(const struct dataset_view *v)
{
    return v->words;
}

const char *view_dictionary(const struct dataset_view *v)
{
    return v->dictionary ? v->dictionary : v->has_text_index ? v->word_table : NULL;
}

bool view_place(struct str sql, struct view_column *c)
{
    uint64_t number;
    c->in_rest = str_starts(sql, S("rest[")) && str_ends(sql, S("]"));
    struct str digits = c->in_rest ? str_part(sql, 5, sql.n - 6) : str_from(sql, 1);
    if (sql.n < 2 || (!c->in_rest && sql.p[0] != 'c') || !str_u64(digits, &number) || number > 5000)
        return false;
    c->number = (unsigned)number;
    return true;
}

const struct str *view_base(const struct dataset_view *v, unsigned *n)
{
    *n = v->nbase;
    return v->base;
}

struct str view_class(const struct dataset_view *v)
{
    return (struct str){v->class, 32};
}

static void name_table(struct dataset_view *v)
{
    char *out = v->table;
    memcpy(out, "data.v_", 7);
    out += 7;
    for (const char *p = v->version.text; *p; p++)
        if (*p != '-') {
            must((*p >= '0' && *p <= '9') || (*p >= 'a' && *p <= 'f'));
            must(out < v->table + 7 + 32);
            *out++ = *p;
        }
    must(out == v->table + 7 + 32);
    *out = '\0';
    memcpy(v->word_table, v->table, sizeof v->table);
    v->word_table[5] = 'w';
}

/* Lengths first, so that no two lists of columns give the same bytes. */
static void hash_str(crypto_generichash_state *h, struct str s)
{
    uint64_t n = s.p ? s.n : UINT64_MAX;
    crypto_generichash_update(h, (const unsigned char *)&n, sizeof n);
    if (s.n)
        crypto_generichash_update(h, (const unsigned char *)s.p, s.n);
}

void view_seal(struct dataset_view *v)
{
    must(v->ncolumns <= VIEW_COLUMNS_MAX);
    if (!v->source)
        name_table(v);
    crypto_generichash_state h;
    unsigned char sum[16];
    crypto_generichash_init(&h, NULL, 0, sizeof sum);
    hash_str(&h, str_of(view_table(v)));
    hash_str(&h, v->filter);
    for (size_t i = 0; i < v->ncolumns; i++) {
        if (v->columns[i].hidden)
            continue;
        hash_str(&h, v->columns[i].name);
        uint64_t place = v->columns[i].number * 2 + v->columns[i].in_rest;
        crypto_generichash_update(&h, (const unsigned char *)&place, sizeof place);
    }
    crypto_generichash_final(&h, sum, sizeof sum);
    sodium_bin2hex(v->class, sizeof v->class, sum, sizeof sum);
}
