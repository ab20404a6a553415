#include "tenants/publishing/push_lines.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/errors.h"
#include "core/base/jr.h"
#include "tenants/directory/tenant.h"
#include "tenants/publishing/errors.h"
#include "tenants/publishing/fault.h"
#include "tenants/publishing/sql.h"

enum { CSV_MAX = 512 << 20 };

bool push_lines_take(struct push_lines *l, struct conn *c, struct err *e)
{
    PGresult *r =
        conn_ask(c, &sql_push_take, (struct str[]){uuid_str(&l->tenant), uuid_str(&l->dataset)}, e);
    if (!r)
        return false;
    int64_t records = 0;
    l->nbatches = (size_t)PQntuples(r);
    l->batches = ARENA_ARRAY(&l->a, struct push_batch, l->nbatches + 1);
    for (size_t i = 0; i < l->nbatches; i++) {
        struct push_batch *b = &l->batches[i];
        uuid_parse(str_of(PQgetvalue(r, (int)i, 0)), &b->id);
        str_i64(str_of(PQgetvalue(r, (int)i, 3)), &b->records);
        b->aside = json_array();
        records += b->records;
    }
    if (l->nbatches > 0) {
        l->dataset_id = arena_str(&l->a, str_of(PQgetvalue(r, 0, 1)));
        l->removes = strcmp(PQgetvalue(r, 0, 2), "remove") == 0;
        l->account = arena_str(&l->a, str_of(PQgetvalue(r, (int)l->nbatches - 1, 4)));
        l->key = jr_parse(str_of(PQgetvalue(r, 0, 5)), e);
    }
    l->places = ARENA_ARRAY(&l->a, struct push_place, (size_t)records + 1);
    PQclear(r);
    return l->nbatches == 0 || l->key;
}

static uint64_t lines_in(struct str s)
{
    uint64_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += s.p[i] == '\n';
    return n;
}

static json_t *names_of(const json_t *columns)
{
    json_t *names = json_array();
    const json_t *column;
    size_t i;
    json_array_foreach(columns, i, column)
        json_array_append(names, json_object_get(column, "name"));
    return names;
}

static void set_aside(struct push_batch *b, int64_t record, const struct err_kind *kind,
                      struct str field)
{
    struct err why = {0};
    struct buf json = {0};
    err_set(&why, kind, __FILE__, __LINE__, "record");
    if (field.n)
        err_arg(&why, STR_FMT, STR_ARG(str_part(field, 0, 120)));
    fault_write(&why, &json);
    struct err ignored = {0};
    json_t *fault = jr_parse(buf_str(&json), &ignored);
    json_array_append_new(b->aside,
                          json_pack("{s:I,s:o?,s:s%}", "record", (json_int_t)record, "fault", fault,
                                    "field", field.n ? field.p : "", field.n));
    buf_free(&json);
}

/* One record's row of push_rows.sql: a line of the file, or set aside. */
static void put_record(struct push_lines *l, size_t batch, const PGresult *r, int row,
                       uint64_t *line)
{
    enum { COL_RECORD, COL_LINE, COL_UNKNOWN, COL_NO_KEY, COL_EMPTY };
    int64_t record = 0;
    struct push_batch *b = &l->batches[batch];
    struct str cells = str_of(PQgetvalue(r, row, COL_LINE));
    str_i64(str_of(PQgetvalue(r, row, COL_RECORD)), &record);
    if (!PQgetisnull(r, row, COL_UNKNOWN))
        set_aside(b, record, &err_push_field, str_of(PQgetvalue(r, row, COL_UNKNOWN)));
    else if (!PQgetisnull(r, row, COL_NO_KEY))
        set_aside(b, record, &err_push_key_missing, str_of(PQgetvalue(r, row, COL_NO_KEY)));
    else if (PQgetvalue(r, row, COL_EMPTY)[0] == 't')
        set_aside(b, record, &err_push_empty, STR_NONE);
    else {
        l->places[l->nplaces++] = (struct push_place){*line, batch, record};
        buf_add(&l->csv, cells);
        buf_addc(&l->csv, '\n');
        *line += 1 + lines_in(cells);
    }
}

static bool put_batch(struct push_lines *l, struct conn *c, size_t batch, struct str names,
                      struct str key, struct str only_key, uint64_t *line, struct err *e)
{
    const struct str params[] = {uuid_str(&l->tenant), uuid_str(&l->batches[batch].id), names, key,
                                 only_key};
    PGresult *r = conn_ask(c, &sql_push_rows, params, e);
    for (int row = 0; r && row < PQntuples(r); row++)
        put_record(l, batch, r, row, line);
    PQclear(r);
    return r != NULL;
}

bool push_lines_write(struct push_lines *l, struct conn *c, const json_t *columns, struct err *e)
{
    const json_t *column;
    size_t i;
    uint64_t line = 2;
    l->csv.max = CSV_MAX;
    json_array_foreach(columns, i, column)
    {
        struct str source = jr_str(column, "source");
        buf_addz(&l->csv, i ? "," : "");
        buf_quoted(&l->csv, source.n ? source : jr_str(column, "name"));
        line += lines_in(source);
    }
    buf_addc(&l->csv, '\n');
    json_t *list = names_of(columns);
    char *names = json_dumps(list, JSON_COMPACT), *key = json_dumps(l->key, JSON_COMPACT);
    bool ok = true;
    for (i = 0; ok && i < l->nbatches; i++)
        ok = put_batch(l, c, i, str_of(names), str_of(key),
                       l->removes && json_array_size(l->key) > 0 ? S("true") : S("false"), &line, e);
    free(names);
    free(key);
    json_decref(list);
    return ok && (!l->csv.over || ERR(e, err_internal, "csv"));
}

void push_lines_note(struct push_lines *l, const json_t *report)
{
    const json_t *item;
    size_t i;
    json_array_foreach(jr_array(report, "aside"), i, item)
    {
        uint64_t line = (uint64_t)jr_i64(item, "line", 0);
        size_t at = 0, end = l->nplaces;
        while (at + 1 < end) {
            size_t middle = at + (end - at) / 2;
            *(l->places[middle].line <= line ? &at : &end) = middle;
        }
        const struct push_place *p = &l->places[at];
        json_t *entry =
            json_pack("{s:I,s:O?,s:O?,s:O?}", "record", (json_int_t)p->record, "field",
                      json_object_get(item, "column"), "value", json_object_get(item, "value"),
                      "reason", json_object_get(item, "reason"));
        json_array_append_new(l->batches[p->batch].aside, entry);
    }
}

bool push_lines_mark(struct push_lines *l, struct conn *c, struct err *e)
{
    bool ok = true;
    for (size_t i = 0; ok && i < l->nbatches; i++) {
        char *aside = json_dumps(l->batches[i].aside, JSON_COMPACT);
        ok = tenant_do(
            c, &sql_push_folded,
            (struct str[]){uuid_str(&l->tenant), uuid_str(&l->batches[i].id), str_of(aside)}, e);
        free(aside);
    }
    return ok &&
           tenant_do(c, &sql_push_retry,
                     (struct str[]){uuid_str(&l->tenant), uuid_str(&l->dataset)}, e) &&
           tenant_do(c, &sql_push_forget,
                     (struct str[]){uuid_str(&l->tenant), uuid_str(&l->dataset)}, e);
}

void push_lines_free(struct push_lines *l)
{
    for (size_t i = 0; i < l->nbatches; i++)
        json_decref(l->batches[i].aside);
    json_decref(l->key);
    buf_free(&l->csv);
    arena_free(&l->a);
}
