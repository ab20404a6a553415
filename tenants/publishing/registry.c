#include "tenants/publishing/registry.h"

#include <stdlib.h>

#include "core/base/jr.h"
#include "core/data/errors.h"
#include "core/data/check/table_schema.h"
#include "tenants/directory/tenant.h"
#include "tenants/publishing/carried.h"
#include "tenants/publishing/errors.h"
#include "tenants/publishing/exports_ask.h"
#include "tenants/publishing/registry_news.h"
#include "tenants/publishing/schema_impact.h"
#include "tenants/publishing/sql.h"

/* ---- reading one ---- */

static void leave_all(struct table_schema *s, const struct table_schema *of)
{
    for (size_t i = 0; i < of->nleft; i++)
        table_schema_leave(s, STR_NONE, of->left[i]);
}

/* Lists beside the first (json_schema.h) are checked as well, where a file has their columns. */
static bool read_variants(struct table_schema *s, struct err *e)
{
    json_t *variants = json_object_get(s->json, "variants"), *v;
    size_t i;
    json_array_foreach(variants, i, v) {
        struct table_schema other;
        if (!table_schema_read(v, &other, e))
            return false;
        leave_all(s, &other);
        table_schema_free(&other);
    }
    return true;
}

/* As it is kept: with the names of what is not checked. To be released with free. */
static char *table_of(const struct table_schema *s)
{
    json_t *table = json_copy(s->json), *unchecked = json_array();
    for (size_t i = 0; i < s->nleft; i++)
        json_array_append_new(unchecked, json_stringn(s->left[i].p, s->left[i].n));
    json_object_set_new(table, "unchecked", unchecked);
    char *text = json_dumps(table, JSON_COMPACT);
    json_decref(table);
    return text;
}

/* A reading is given it four levels down in its options, which have a depth (jr.h). */
static bool is_shallow(const struct table_schema *s)
{
    struct buf within = {.max = 8 << 20};
    struct err ignored = {0};
    char *table = table_of(s);
    buf_printf(&within, "[[[[%s]]]]", table);
    json_t *json = jr_parse(buf_str(&within), &ignored);
    bool ok = json != NULL;
    json_decref(json);
    buf_free(&within);
    free(table);
    return ok;
}

static bool read_text(struct str text, struct table_schema *s, struct err *e)
{
    json_t *json = text.n <= TABLE_SCHEMA_MAX ? jr_parse(text, e) : NULL;
    if (!json && !e->kind)
        ERR(e, err_schema_invalid, "%zu bytes", text.n), err_arg(e, "1 Mo");
    bool ok = json && table_schema_read(json, s, e);
    json_decref(json);
    if (!ok)
        return false;
    ok = read_variants(s, e) && (is_shallow(s) || (ERR(e, err_schema_invalid, "too deep"), err_arg(e, "[[[[…")));
    if (!ok)
        table_schema_free(s);
    return ok;
}

/* ---- keeping it ---- */

static bool put(struct conn *c, const struct uuid *root, struct str name, struct str version, struct str title,
                struct str source, struct str text, struct str account, const struct table_schema *s, bool *fresh, struct err *e)
{
    struct uuid id = uuid_make();
    char *table = table_of(s);
    const struct str params[] = {uuid_str(&id), root ? uuid_str(root) : STR_NONE, name, version, title, source, text, account,
                                 str_of(table)};
    PGresult *r = conn_ask(c, &sql_schema_put, params, e);
    if (r)
        *fresh = PQntuples(r) == 1;
    PQclear(r);
    free(table);
    return r != NULL;
}

bool registry_carry(struct conn *c, unsigned *added, struct err *e)
{
    *added = 0;
    if (!conn_begin(c, NULL, e))
        return false;
    for (size_t i = 0; i < carried_n; i++) {
        bool fresh = false;
        struct table_schema s;
        if (!read_text(carried_text(i), &s, e))
            return false;
        bool ok = put(c, NULL, s.name, s.version, s.title, jr_str(s.json, "homepage"), carried_text(i), STR_NONE, &s, &fresh, e);
        table_schema_free(&s);
        if (!ok)
            return false;
        *added += fresh;
    }
    return (*added == 0 || registry_news_ask(c, NULL, e)) && conn_commit(c, e);
}

static bool is_name(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9') || (i > 0 && strchr("._/-", s.p[i]))))
            return false;
    return s.n > 0 && s.n <= 100;
}

static bool is_version(struct str s)
{
    unsigned parts = 0;
    for (struct str part; str_cut(&s, '.', &part); parts++)
        for (size_t i = 0; i < part.n || part.n == 0 || part.n > 5; i++)
            if (part.n == 0 || part.n > 5 || part.p[i] < '0' || part.p[i] > '9')
                return false;
    return parts >= 1 && parts <= 4;
}

static struct str bare_version(struct str s)
{
    return s.n > 1 && (s.p[0] == 'v' || s.p[0] == 'V') ? str_from(s, 1) : s;
}

/* Readings are given all of a region's schemas, within bounds (read_main.c): one that does not fit beside the others would
 * stop every file. */
static bool has_room(struct conn *c, const struct uuid *root, struct err *e)
{
    enum { ROOM = 3 << 20 };
    int64_t bytes = 0;
    PGresult *r = conn_ask(c, &sql_schema_room, (struct str[]){uuid_str(root)}, e);
    bool ok = r && PQntuples(r) == 1 && str_i64(str_of(PQgetvalue(r, 0, 0)), &bytes);
    PQclear(r);
    return ok && (bytes <= ROOM || ERR(e, err_schema_room, "%lld bytes", (long long)bytes));
}

static bool add(struct conn *c, struct arena *a, const struct uuid *root, const struct registry_new *new, struct str account,
                const struct table_schema *s, struct registry_added *done, struct err *e)
{
    bool fresh = false;
    struct str name = new->name.n ? new->name : s->name, version = bare_version(new->version.n ? new->version : s->version);
    struct str title = s->title.n ? str_part(s->title, 0, 300) : name;
    if (!is_name(name) || !is_version(version))
        return ERR(e, err_schema_named, STR_FMT " " STR_FMT, STR_ARG(str_part(name, 0, 80)), STR_ARG(str_part(version, 0, 40)));
    if (!put(c, root, name, version, title, new->source, new->text, account, s, &fresh, e))
        return false;
    if (!fresh) {
        ERR(e, err_schema_known, "known");
        err_arg(e, STR_FMT, STR_ARG(name));
        return err_arg(e, STR_FMT, STR_ARG(version));
    }
    if (!has_room(c, root, e))
        return false;
    *done = (struct registry_added){.name = arena_str(a, name), .version = arena_str(a, version), .unknown = s->unknown,
                                    .unchecked = ARENA_ARRAY(a, struct str, s->nleft + 1), .nunchecked = s->nleft};
    for (size_t i = 0; i < s->nleft; i++)
        done->unchecked[i] = arena_str(a, s->left[i]);
    return registry_news_ask(c, root, e);
}

bool registry_add(struct conn *c, struct arena *a, const struct uuid *root, const struct registry_new *new,
                  struct str account, struct registry_added *done, struct err *e)
{
    struct table_schema s;
    if (!read_text(new->text, &s, e))
        return false;
    bool ok = add(c, a, root, new, account, &s, done, e);
    table_schema_free(&s);
    return ok;
}

bool registry_options(struct conn *c, const struct uuid *tenant, const struct uuid *dataset, json_t *options, struct err *e)
{
    const struct str params[] = {uuid_str(tenant), dataset->text[0] ? uuid_str(dataset) : STR_NONE};
    PGresult *r = conn_ask(c, &sql_schema_for_reader, params, e);
    int64_t threshold = 0;
    if (!r || PQntuples(r) != 1) {
        PQclear(r);
        return r != NULL;
    }
    json_t *schemas = jr_parse(str_of(PQgetvalue(r, 0, 2)), e);
    if (!PQgetisnull(r, 0, 0))
        json_object_set_new(options, "schema", json_string(PQgetvalue(r, 0, 0)));
    str_i64(str_of(PQgetvalue(r, 0, 1)), &threshold);
    json_object_set_new(options, "secrecy_threshold", json_integer(threshold));
    json_object_set_new(options, "schemas", schemas ? schemas : json_array());
    PQclear(r);
    return schemas != NULL;
}

static void copy_field(struct arena *a, const struct table_field *f, struct registry_field *out)
{
    *out = (struct registry_field){.name = arena_str(a, f->name), .title = arena_str(a, f->title),
                                   .type = str_of(table_type_name(f->type)), .description = arena_str(a, f->description),
                                   .example = arena_str(a, f->example),
                                   .allowed = f->nallowed ? arena_str(a, f->allowed_text) : S(""), .required = f->required,
                                   .iso = !f->format.n || str_eq(f->format, S("default"))};
}

bool registry_fields_read(struct arena *a, struct str table, struct registry_field **fields, size_t *n, struct err *e)
{
    struct table_schema s;
    json_t *json = jr_parse(table, e);
    bool ok = json && table_schema_read(json, &s, e);
    if (ok) {
        *n = s.n;
        *fields = ARENA_ARRAY(a, struct registry_field, s.n);
        for (size_t i = 0; i < s.n; i++)
            copy_field(a, &s.fields[i], &(*fields)[i]);
        table_schema_free(&s);
    }
    json_decref(json);
    return ok;
}

bool registry_fields(struct conn *c, struct arena *a, const struct uuid *tenant, struct str name, struct str version,
                     struct registry_field **fields, size_t *n, struct str *title, struct str *used, struct err *e)
{
    PGresult *r = conn_ask(c, &sql_schema_one, (struct str[]){uuid_str(tenant), name, version}, e);
    bool there = r && PQntuples(r) == 1;
    if (r && !there) {
        ERR(e, err_schema_unknown, "no row");
        err_arg(e, STR_FMT, STR_ARG(str_part(name, 0, 100)));
    }
    if (there) {
        *used = arena_str(a, str_of(PQgetvalue(r, 0, 0)));
        *title = arena_str(a, str_of(PQgetvalue(r, 0, 1)));
    }
    bool ok = there && registry_fields_read(a, str_of(PQgetvalue(r, 0, 4)), fields, n, e);
    PQclear(r);
    return ok;
}

bool registry_conform(struct conn *c, const struct uuid *tenant, struct str dataset_id, struct str name, struct str organisation,
                      struct str account, struct err *e)
{
    const struct str params[] = {uuid_str(tenant), dataset_id, name.n ? name : STR_NONE, organisation};
    PGresult *r = conn_ask(c, &sql_dataset_conforms, params, e);
    bool there = r && PQntuples(r) == 1;
    if (r && !there) {
        ERR(e, err_schema_unknown, "no row");
        err_arg(e, STR_FMT, STR_ARG(str_part(name, 0, 100)));
    }
    bool is_seen = there && str_eq(str_of(PQgetvalue(r, 0, 1)), S("published"));
    struct uuid dataset;
    there = there && uuid_parse(str_of(PQgetvalue(r, 0, 0)), &dataset) && schema_impact_settle(c, tenant, &dataset, e);
    PQclear(r);
    return there && (!is_seen || (exports_ask(c, tenant, &dataset, e) && tenant_touch(c, tenant, e))) &&
           tenant_audit(c, tenant, account, S("conform"), dataset_id, STR_NONE, e);
}
