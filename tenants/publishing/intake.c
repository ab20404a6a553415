#include "tenants/publishing/intake.h"

#include <inttypes.h>
#include <stdlib.h>

#include "core/base/errors.h"
#include "core/base/jr.h"
#include "core/data/errors.h"
#include "core/data/value/type.h"
#include "core/data/intake/version.h"
#include "tenants/directory/tenant.h"
#include "tenants/publishing/check.h"
#include "tenants/publishing/contract.h"
#include "tenants/publishing/errors.h"
#include "tenants/publishing/join.h"
#include "tenants/publishing/registry.h"
#include "tenants/publishing/sql.h"
#include "tenants/publishing/subtract.h"

static bool read_version(struct intake *in, struct conn *c, struct err *e)
{
    if (!in->d.version.text[0])
        return true;
    PGresult *r = conn_ask(c, &sql_version_columns, (struct str[]){uuid_str(&in->d.version)}, e);
    if (!r || PQntuples(r) != 1) {
        PQclear(r);
        return r ? ERR(e, err_draft_not_read, "%s", in->d.version.text) : false;
    }
    in->columns = jr_parse(str_of(PQgetvalue(r, 0, 0)), e);
    str_i64(str_of(PQgetvalue(r, 0, 1)), &in->rows);
    str_i64(str_of(PQgetvalue(r, 0, 2)), &in->bytes);
    in->version = in->d.version;
    PQclear(r);
    return in->columns != NULL;
}

/* Of what is left for today, by the same rule that publishing will apply (stock.c). */
static bool read_limits(struct intake *in, struct conn *c, struct err *e)
{
    struct str tenant = uuid_str(&in->tenant);
    PGresult *most = conn_ask(c, &sql_intake_limits, &tenant, e);
    PGresult *stock = most ? conn_ask(c, &sql_stock_check, &tenant, e) : NULL;
    bool ok = stock && PQntuples(most) == 1 && str_i64(str_of(PQgetvalue(most, 0, 0)), &in->most_rows);
    in->update_left = INT64_MAX;
    for (int row = 0; ok && row < PQntuples(stock); row++) {
        int64_t used = 0, left = 0, ceiling = 0;
        if (!str_eq(str_of(PQgetvalue(stock, row, 0)), S("update_bytes_day")))
            continue;
        str_i64(str_of(PQgetvalue(stock, row, 1)), &used);
        str_i64(str_of(PQgetvalue(stock, row, 2)), &left);
        if (str_i64(str_of(PQgetvalue(stock, row, 3)), &ceiling) && ceiling < left)
            left = ceiling;
        in->update_left = left - used;
    }
    PQclear(most);
    PQclear(stock);
    return ok || (e->kind ? false : ERR(e, err_internal, "no pool"));
}

static bool find(struct intake *in, struct conn *c, struct str dataset_id, struct err *e)
{
    struct err missing = {0};
    if (dataset_id.n && dataset_find(c, &in->a, &in->tenant, dataset_id, &in->d, &missing)) {
        if (!in->d.is_origin)
            return ERR(e, err_dataset_is_copy, "%s", in->d.id.text);
        struct str settings = in->d.draft_fields.n > 2 ? in->d.draft_fields : in->d.fields;
        in->kept = jr_parse(settings.n ? settings : S("[]"), e);
        return in->kept && read_version(in, c, e);
    }
    if (dataset_id.n && missing.kind != &err_dataset_unknown) {
        *e = missing;
        return false;
    }
    in->is_new = true;
    in->kept = json_array();
    return true;
}

/* Those that came with the file; else those that the last one had, published or not. */
static bool find_steps(struct intake *in, struct err *e)
{
    const json_t *given = jr_array(in->extra, "steps");
    struct str kept = in->d.draft_steps.n ? in->d.draft_steps : in->d.steps;
    in->steps = given ? json_incref((json_t *)(uintptr_t)given) : jr_parse(kept.n ? kept : S("[]"), e);
    return in->steps != NULL;
}

json_t *intake_reading(const json_t *asked)
{
    static const char *const keys[] = {"member", "sheet", "layer", "path", "header_row", "header", "separator", "encoding"};
    json_t *reading = json_object();
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        json_object_set(reading, keys[i], json_object_get(asked, keys[i])); /* absent: nothing is set */
    return reading;
}

/* As it is said with the file; else as the last one was read. */
static bool find_reading(struct intake *in, struct err *e)
{
    const json_t *given = jr_object(in->extra, "reading");
    json_t *kept = given ? NULL : jr_parse(in->d.reading.n ? in->d.reading : S("{}"), e);
    in->reading = given || kept ? intake_reading(given ? given : kept) : NULL;
    json_decref(kept);
    return in->reading != NULL;
}

bool intake_plan(struct intake *in, struct conn *c, const struct uuid *tenant, struct str dataset_id, const json_t *fields,
                 bool append, struct err *e)
{
    in->tenant = *tenant;
    in->append = append;
    in->given = json_incref((json_t *)(uintptr_t)fields);
    if (!find(in, c, dataset_id, e) || !find_steps(in, e) || !find_reading(in, e) || !read_limits(in, c, e))
        return false;
    if (append && !in->columns)
        return ERR(e, err_append_first, "no version");
    return true;
}

/* What is asked is so already. */
static bool is_asked_again(const json_t *field, const json_t *column)
{
    struct str format = jr_str(field, "format");
    return str_eq(jr_str(field, "type"), jr_str(column, "type")) && (!format.n || str_eq(format, jr_str(column, "format")));
}

/* What re-users count on of a column: its type, how its cells are written and what becomes of others (core/data/intake/reader.h). A
 * program that pushes a value that does not fit is told so. */
static void keep_contract(const struct intake *in, json_t *field, const json_t *column)
{
    json_object_set(field, "kept_type", json_object_get(column, "type"));
    if (in->is_pushed) {
        json_object_set_new(field, "format", json_string("plain"));
        return;
    }
    json_object_set(field, "kept_format", json_object_get(column, "format"));
    if (!json_object_get(field, "bad"))
        json_object_set(field, "kept_bad", json_object_get(column, "bad"));
}

/* Names and types that the reader is to keep: given ones first, then those of today's columns. The type "auto"
 * is no type of the reader's: the column is recognised anew. */
static json_t *reader_fields_of(const struct intake *in)
{
    json_t *list = json_array();
    const json_t *f, *column;
    size_t i;
    json_array_foreach(in->given, i, f) {
        json_t *copy = json_deep_copy(f);
        if ((column = load_named(in->columns, jr_str(f, "name")))) {
            if (!json_object_get(copy, "source"))
                json_object_set(copy, "source", json_object_get(column, "source"));
            if (!json_object_get(copy, "type") || is_asked_again(copy, column)) {
                json_object_del(copy, "type");
                keep_contract(in, copy, column);
            }
        }
        json_array_append_new(list, copy);
    }
    json_array_foreach(in->columns, i, column) {
        if (load_named(in->given, jr_str(column, "name")))
            continue;
        json_t *copy = json_object();
        json_object_set(copy, "name", json_object_get(column, "name"));
        json_object_set(copy, "label", json_object_get(column, "label"));
        json_object_set(copy, "source", json_object_get(column, "source"));
        keep_contract(in, copy, column);
        json_array_append_new(list, copy);
    }
    return list;
}

/* Rows that the file may still bring. */
static int64_t rows_left(const struct intake *in)
{
    int64_t left = in->most_rows - (in->append ? in->rows : 0);
    return left > 0 ? left : 0;
}

/* Which of the tables in the file, and how it is written (core/data/intake/reader.h). */
static void put_reading(const struct intake *in, json_t *options)
{
    const json_t *ours = jr_object(in->extra, "read_as");
    json_t *reading = intake_reading(ours ? ours : in->reading);
    json_object_update(options, reading);
    json_decref(reading);
}

static bool options_of(struct intake *in, struct conn *c, size_t njoins, struct str *out, struct err *e)
{
    json_t *options = json_object();
    json_object_set_new(options, "max_rows", json_integer(rows_left(in)));
    json_object_set_new(options, "first_id", json_integer(in->append ? in->rows + 1 : 1));
    json_object_set_new(options, "fields", reader_fields_of(in));
    json_object_set(options, "steps", in->steps);
    if (in->none_kept)
        json_object_set_new(options, "none_kept", json_true());
    json_object_set_new(options, "joins", json_integer((json_int_t)njoins));
    static const char *const of_file[] = {"corrections", "left_out"};
    for (size_t i = 0; i < sizeof of_file / sizeof of_file[0]; i++)
        if (jr_array(in->extra, of_file[i]))
            json_object_set(options, of_file[i], json_object_get(in->extra, of_file[i]));
    put_reading(in, options);
    bool ok = registry_options(c, &in->tenant, &in->d.id, options, e);
    if (in->schema.n)
        json_object_set_new(options, "schema", json_stringn(in->schema.p, in->schema.n));
    char *text = json_dumps(options, JSON_COMPACT);
    *out = arena_str(&in->a, str_of(text));
    free(text);
    json_decref(options);
    return ok;
}

static bool is_facet(const json_t *field)
{
    return json_is_true(json_object_get(jr_object(field, "annotations"), "facet"));
}

static bool rows_aside(const json_t *report, int64_t aside, struct err *e)
{
    const json_t *first = json_array_get(jr_array(report, "aside"), 0);
    ERR(e, err_rows_aside, "%" PRId64 " rows", aside);
    err_arg(e, "%" PRId64, aside);
    return err_arg(e, "%" PRId64, jr_i64(first, "line", 0));
}

bool intake_whole(const struct intake *in, struct err *e)
{
    int64_t aside = jr_i64(jr_object(in->loaded.report, "rows"), "aside", 0);
    return aside == 0 || rows_aside(in->loaded.report, aside, e);
}

static bool check_report(const json_t *report, void *context, struct err *e)
{
    struct intake *in = context;
    int64_t bytes = jr_i64(report, "bytes", 0), aside = jr_i64(jr_object(report, "rows"), "aside", 0);
    in->rows_expected = (uint64_t)jr_i64(jr_object(report, "rows"), "kept", 0);
    if (aside > 0 && !in->accept_aside)
        return rows_aside(report, aside, e);
    if (bytes <= in->update_left)
        return true;
    ERR(e, err_quota_update, "%" PRId64 " of %" PRId64, bytes, in->update_left);
    err_arg(e, "%" PRId64, bytes);
    return err_arg(e, "%" PRId64, in->update_left < 0 ? 0 : in->update_left);
}

/* Bytes of the stream mean little to people: how far into their file is what they see. */
static void on_progress(uint64_t rows, uint64_t bytes, void *context)
{
    struct intake *in = context;
    (void)bytes;
    if (in->on_progress && in->rows_expected)
        in->on_progress(rows, in->size_bytes * rows / in->rows_expected, in->context);
}

static void on_found(const json_t *found, void *context)
{
    struct intake *in = context;
    in->found = json_deep_copy(found);
}

/* NULL: nothing was said of facets yet, so that the report suggests some. */
static json_t *facets_of(const struct intake *in)
{
    json_t *names = json_array();
    const json_t *f;
    size_t i;
    if (in->is_new && json_array_size(in->given) == 0) {
        json_decref(names);
        return NULL;
    }
    json_array_foreach(in->given, i, f)
        if (is_facet(f))
            json_array_append(names, json_object_get(f, "name"));
    json_array_foreach(in->kept, i, f)
        if (is_facet(f) && !load_named(in->given, jr_str(f, "name")))
            json_array_append(names, json_object_get(f, "name"));
    return names;
}

/* The file lacks what an earlier one was read at: its sender did not ask for it. */
static bool is_gone(const struct intake *in, const struct err *e)
{
    static const struct err_kind *const lacks[] = {&err_data_sheet_unknown, &err_data_member_unknown, &err_data_geo_layer,
                                                   &err_data_json_path};
    for (size_t i = 0; i < sizeof lacks / sizeof lacks[0]; i++)
        if (e->kind == lacks[i])
            return !jr_object(in->extra, "reading");
    return false;
}

/* Of added rows the ceiling is said with those that stand already. */
static bool explain(const struct intake *in, struct err *e)
{
    struct err why = *e;
    if (is_gone(in, e)) {
        ERR(e, err_reading_gone, "%s", why.kind->code);
        err_arg(e, "%s", why.arg[0]);
        return err_arg(e, "%s", why.arg[1]);
    }
    if (!in->append || e->kind != &err_data_rows)
        return false;
    ERR(e, err_append_rows, "%" PRId64 " of %" PRId64, in->rows, in->most_rows);
    err_arg(e, "%s", why.arg[0]);
    err_arg(e, "%" PRId64, in->rows);
    return err_arg(e, "%" PRId64, in->most_rows);
}

static json_t *key_of(const struct intake *in, struct conn *c, struct err *e)
{
    PGresult *r = conn_ask(c, &sql_dataset_key, (struct str[]){uuid_str(&in->tenant), uuid_str(&in->d.id)}, e);
    json_t *names = r && PQntuples(r) == 1 ? jr_parse(str_of(PQgetvalue(r, 0, 0)), e) : NULL;
    PQclear(r);
    return names;
}

/* What everybody could read stays with whoever kept it, also where it is closed now. Rows only added change none of it. */
static bool subtract(struct intake *in, struct conn *c, struct err *e)
{
    if (!in->columns || (in->append && !in->settle))
        return true;
    json_t *key = key_of(in, c, e);
    bool ok = key && subtract_find(c, &in->tenant, &in->d.id,
                                   &(struct compare_side){in->loaded.id, jr_array(in->loaded.report, "columns")}, key,
                                   SUBTRACT_MS, in->loaded.report, e);
    json_decref(key);
    return ok;
}

bool intake_load(struct intake *in, struct conn *c, int fd, uint64_t size_bytes, struct err *e)
{
    struct joins joins;
    struct str options;
    if (!joins_open(c, &in->tenant, in->bound, in->steps, &joins, e))
        return false;
    if (!options_of(in, c, joins.n, &options, e)) {
        joins_close(&joins);
        return false;
    }
    json_t *facets = facets_of(in);
    in->size_bytes = size_bytes;
    struct load l = {.fd = fd,
                     .size_bytes = size_bytes,
                     .options = options,
                     .facets = facets,
                     .most_rows = rows_left(in),
                     .check = check_report,
                     .settle = in->settle,
                     .on_found = on_found,
                     .on_progress = on_progress,
                     .context = in,
                     .joins = joins.fds,
                     .njoins = joins.n,
                     .join_bytes = joins.bytes};
    if (in->append) {
        l.old = in->columns;
        l.old_id = in->version;
        l.old_rows = in->rows;
        l.old_bytes = in->bytes;
    }
    bool ok = load_version(c, &l, &in->loaded, e);
    json_decref(facets);
    if (ok && joins.n > 0)
        json_object_set(in->loaded.report, "joined", joins.named);
    joins_close(&joins);
    struct uuid none = {0};
    ok = ok && subtract(in, c, e);
    return ok ? check_put(c, &in->tenant, &in->loaded.id, in->append ? &in->version : &none, in->loaded.report, e)
              : explain(in, e);
}

/* Of the annotations those that `annotate` names; null takes one away, the others stay. */
static void annotate(json_t *setting, const json_t *field)
{
    const char *key;
    json_t *value, *changes = json_object_get(field, "annotate"), *notes = json_object_get(setting, "annotations");
    if (!json_is_object(changes))
        return;
    notes = json_is_object(notes) ? json_deep_copy(notes) : json_object();
    json_object_foreach(changes, key, value) {
        if (json_is_null(value))
            json_object_del(notes, key);
        else
            json_object_set(notes, key, value);
    }
    json_object_set_new(setting, "annotations", notes);
}

/* A column's settings: given now, kept, or for a new dataset a facet where the report suggests one. */
static json_t *setting_of(const struct intake *in, const json_t *column, const json_t *suggested)
{
    struct str name = jr_str(column, "name");
    const json_t *given = load_named(in->given, name), *kept = load_named(in->kept, name);
    json_t *s = kept ? json_deep_copy(kept) : json_object();
    static const char *const taken[] = {"label", "description", "annotations"};
    for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++)
        if (given && json_object_get(given, taken[i]))
            json_object_set(s, taken[i], json_object_get(given, taken[i]));
    json_object_set(s, "name", json_object_get(column, "name"));
    size_t i;
    const json_t *word;
    json_array_foreach(suggested, i, word)
        if (!kept && !given && str_eq(str_of(json_string_value(word)), name))
            json_object_set_new(s, "annotations", json_pack("{s:b}", "facet", 1));
    annotate(s, given);
    annotate(s, load_named(in->noted, name));
    return s;
}

struct str intake_settings(struct intake *in)
{
    json_t *list = json_array(), *suggested = json_array();
    const json_t *column;
    size_t i;
    if (in->is_new && json_array_size(in->given) == 0)
        version_facets(suggested, in->loaded.report);
    json_array_foreach(jr_array(in->loaded.report, "columns"), i, column)
        json_array_append_new(list, setting_of(in, column, suggested));
    char *text = json_dumps(list, JSON_COMPACT);
    struct str out = arena_str(&in->a, str_of(text));
    free(text);
    json_decref(list);
    json_decref(suggested);
    return out;
}

bool intake_types_agree(const struct intake *in, struct err *e)
{
    const json_t *f, *column;
    enum column_type asked, is;
    size_t i;
    json_array_foreach(in->given, i, f) {
        column = load_named(jr_array(in->loaded.report, "columns"), jr_str(f, "name"));
        if (!column || !type_asked(jr_str(f, "type"), &asked) || !type_by_name(jr_str(column, "type"), &is) ||
            str_eq(str_of(type_wire(asked)), str_of(type_wire(is))))
            continue;
        ERR(e, err_field_type, "retyped");
        err_arg(e, STR_FMT, STR_ARG(str_part(jr_str(f, "name"), 0, 120)));
        err_arg(e, "%s", type_name(is));
        return err_arg(e, "%s", type_name(asked));
    }
    return true;
}

static bool count_doubles(struct intake *in, struct conn *c, int64_t *doubles, struct err *e)
{
    *doubles = 0;
    if (in->is_new)
        return true;
    json_t *names = key_of(in, c, e);
    bool ok = names && load_doubles(c, &in->loaded, names, in->append ? in->rows : 0, doubles, e);
    json_decref(names);
    return ok;
}

bool intake_diff(struct intake *in, struct conn *c, struct str *diff, struct err *e)
{
    int64_t doubles;
    if (!count_doubles(in, c, &doubles, e))
        return false;
    const json_t *report = in->loaded.report, *rows = jr_object(report, "rows");
    json_t *columns = contract_columns(in->columns, jr_array(report, "columns"));
    json_t *j = json_pack("{s:s,s:{s:I,s:I},s:o,s:I,s:I,s:I,s:b}", "mode", in->append ? "append" : "replace", "rows", "before",
                          (json_int_t)in->rows, "after", (json_int_t)in->loaded.rows, "columns", columns, "doubles",
                          (json_int_t)doubles, "aside", (json_int_t)jr_i64(rows, "aside", 0), "left_out",
                          (json_int_t)jr_i64(rows, "left_out", 0), "held",
                          in->columns && contract_breaks(columns, in->given));
    char *text = json_dumps(j, JSON_COMPACT);
    *diff = arena_str(&in->a, str_of(text));
    free(text);
    json_decref(j);
    return true;
}

static bool still_the_same(struct intake *in, struct conn *c, struct err *e)
{
    struct dataset_row now;
    if (!in->append)
        return true;
    if (!dataset_lock(c, &in->a, &in->tenant, in->d.dataset_id, &now, e))
        return false;
    return str_eq(uuid_str(&now.version), uuid_str(&in->version)) || ERR(e, err_append_late, "%s", now.version.text);
}

bool intake_draft_steps(struct intake *in, struct conn *c, const struct uuid *dataset, struct err *e)
{
    const json_t *rows = jr_object(in->loaded.report, "rows");
    char *steps = in->steps ? json_dumps(in->steps, JSON_COMPACT) : NULL;
    char *reading = in->reading ? json_dumps(in->reading, JSON_COMPACT) : NULL;
    struct str left = arena_printf(&in->a, "%" PRId64, jr_i64(rows, "aside", 0) + jr_i64(rows, "left_out", 0));
    const struct str params[] = {uuid_str(&in->tenant), uuid_str(dataset), str_of(steps), left, str_of(reading)};
    bool ok = tenant_do(c, &sql_draft_steps, params, e);
    free(steps);
    free(reading);
    return ok;
}

bool intake_draft(struct intake *in, struct conn *c, const struct uuid *dataset, struct str upload, struct str account,
                  struct err *e)
{
    struct str diff;
    return still_the_same(in, c, e) && intake_diff(in, c, &diff, e) &&
           dataset_draft_version(c, &in->tenant, dataset, &in->loaded.id, upload, in->append ? S("append") : S("replace"),
                                 diff, e) &&
           intake_draft_steps(in, c, dataset, e) &&
           dataset_draft(c, &in->tenant, dataset, STR_NONE, intake_settings(in), account, e);
}

void intake_free(struct intake *in)
{
    json_decref(in->given);
    json_decref(in->noted);
    json_decref(in->kept);
    json_decref(in->columns);
    json_decref(in->steps);
    json_decref(in->reading);
    json_decref(in->found);
    json_decref(in->loaded.report);
    arena_free(&in->a);
    *in = (struct intake){0};
}
