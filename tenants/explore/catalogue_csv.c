/* The catalogue as CSV, and what a cell of it is. */
#include <stdlib.h>

#include "core/base/jw.h"
#include "tenants/explore/catalogue_file.h"

/* ---- columns ---- */

static bool is_excluded(const struct odsql_list *select, struct str name)
{
    for (size_t i = 0; i < select->n; i++)
        if (select->items[i].kind == ITEM_EXCLUDE && odsql_pattern(select->items[i].pattern, name))
            return true;
    return false;
}

/* A file has each column once: the first one stands. */
static void add(struct catalogue_file *f, struct str header, struct str name)
{
    for (size_t i = 0; i < f->ncells; i++)
        if (str_eq(f->cells[i].header, header))
            return;
    f->cells[f->ncells++] = (struct catalogue_cell){header, name};
}

static void add_matching(struct catalogue_file *f, struct str pattern)
{
    static const char *const templates[] = {"dcat", "default"};
    const char *const *keys[] = {dataset_dcat_keys, dataset_default_keys};
    for (size_t i = 0; i < 2; i++)
        for (const char *const *k = keys[i]; *k; k++) {
            struct str name = arena_printf(f->r->a, "%s.%s", templates[i], *k);
            if (odsql_pattern(pattern, name) && !is_excluded(&f->shape.select, name))
                add(f, name, name);
        }
    if (odsql_pattern(pattern, S("datasetid")) && !is_excluded(&f->shape.select, S("datasetid")))
        add(f, S("datasetid"), S("datasetid"));
}

static size_t count(const char *const *keys)
{
    size_t n = 0;
    while (keys[n])
        n++;
    return n;
}

void catalogue_csv_columns(struct catalogue_file *f)
{
    const struct odsql_list *select = &f->shape.select;
    bool only_excludes = true;
    f->cells = ARENA_ARRAY(f->r->a, struct catalogue_cell, count(dataset_dcat_keys) + count(dataset_default_keys) + 1 + select->n);
    for (size_t i = 0; i < select->n; i++)
        only_excludes &= select->items[i].kind == ITEM_EXCLUDE;
    if (only_excludes)
        add_matching(f, S("*"));
    for (size_t i = 0; i < select->n; i++) {
        const struct odsql_item *item = &select->items[i];
        if (item->kind == ITEM_EXPR)
            add(f, item->aliased ? item->key : item->expr->text, item->expr->text);
        else if (item->kind != ITEM_EXCLUDE)
            add_matching(f, item->kind == ITEM_STAR ? S("*") : item->pattern);
    }
}

/* ---- cells ---- */

static void put_text(const struct catalogue_file *f, struct buf *text, const json_t *value)
{
    size_t i;
    json_t *item;
    if (json_is_string(value))
        buf_add(text, (struct str){json_string_value(value), json_string_length(value)});
    else if (json_is_boolean(value))
        buf_addz(text, json_is_true(value) ? "True" : "False");
    else if (json_is_integer(value))
        buf_printf(text, "%lld", (long long)json_integer_value(value));
    else if (json_is_real(value))
        jw_number(text, json_real_value(value));
    else if (json_is_array(value))
        json_array_foreach(value, i, item)
        {
            if (i)
                buf_add(text, f->list_separator);
            put_text(f, text, item);
        }
    else if (json_is_object(value)) { /* default.bbox: the bare geometry */
        const json_t *geometry = json_object_get(value, "geometry");
        char *dumped = json_dumps(geometry ? geometry : value, 0);
        buf_addz(text, dumped ? dumped : "");
        free(dumped);
    }
}

void catalogue_file_text(const struct catalogue_file *f, struct buf *text, const struct dataset_object *d, struct str name)
{
    struct buf json = {0};
    struct jw w;
    jw_init(&w, &json, JW_SPACED);
    dataset_object_value(&w, d, &f->shape, name);
    json_t *value = json_loadb(json.p, json.n, JSON_DECODE_ANY, NULL);
    put_text(f, text, value);
    json_decref(value);
    buf_free(&json);
}

/* ---- the file ---- */

static void put_cell(const struct catalogue_file *f, struct buf *out, struct str s)
{
    export_csv_cell(out, s, f->delimiter, f->quote_all);
}

static void put_end(const struct catalogue_file *f, struct buf *out, size_t at)
{
    if (at + 1 < f->ncells)
        buf_addc(out, f->delimiter);
    else
        buf_addz(out, "\r\n");
}

void catalogue_csv_start(struct catalogue_file *f, struct buf *out)
{
    if (f->with_bom)
        buf_addz(out, "\xef\xbb\xbf");
    for (size_t i = 0; i < f->ncells; i++) {
        put_cell(f, out, f->cells[i].header);
        put_end(f, out, i);
    }
}

void catalogue_csv_object(struct catalogue_file *f, struct buf *out, const struct dataset_object *d)
{
    struct buf text = {0};
    for (size_t i = 0; i < f->ncells; i++) {
        buf_reset(&text);
        catalogue_file_text(f, &text, d, f->cells[i].name);
        put_cell(f, out, buf_str(&text));
        put_end(f, out, i);
    }
    buf_free(&text);
}
