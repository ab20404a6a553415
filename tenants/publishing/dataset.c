#include "tenants/publishing/dataset.h"

#include "tenants/directory/slug.h"
#include "tenants/directory/tenant.h"
#include "tenants/publishing/errors.h"
#include "tenants/publishing/sql.h"

static bool id_ok(struct str s)
{
    bool ok = s.n >= 1 && s.n <= SLUG_DATASET_MAX && s.p[0] != '-' && s.p[0] != '_';
    for (size_t i = 0; ok && i < s.n; i++)
        ok = (s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '-' ||
             s.p[i] == '_';
    return ok;
}

static bool say(struct err *e, const struct err_kind *kind, struct str name)
{
    err_set(e, kind, __FILE__, __LINE__, "%zu bytes", name.n);
    return err_arg(e, STR_FMT, STR_ARG(str_part(name, 0, 120)));
}

/* "da_" and six of 36 letters and digits: the shape other catalogues know. */
static struct str make_uid(char out[10])
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    unsigned char raw[6];
    rand_bytes(raw, sizeof raw);
    memcpy(out, "da_", 3);
    for (size_t i = 0; i < sizeof raw; i++)
        out[3 + i] = letters[raw[i] % 36];
    return (struct str){out, 9};
}

bool dataset_add(struct conn *c, const struct uuid *tenant, const struct dataset_new *new, struct uuid *id,
                 struct err *e)
{
    struct arena a = {0};
    struct uuid made = uuid_make();
    char uid[10];
    struct str slug = new->dataset_id.p ? new->dataset_id : slug_make(&a, new->title, 80);
    const struct str params[] = {uuid_str(tenant), uuid_str(&made), slug, make_uid(uid),
                                 uuid_str(&new->organisation)};
    bool ok = id_ok(slug) || say(e, &err_dataset_id_invalid, slug);
    PGresult *r = ok ? conn_ask(c, &sql_dataset_insert, params, e) : NULL;
    ok = r && (PQntuples(r) == 1 || say(e, &err_dataset_taken, slug));
    PQclear(r);
    ok = ok && tenant_do(c, &sql_draft_insert, params, e);
    arena_free(&a);
    if (ok)
        *id = made;
    return ok;
}

static struct str cell(struct arena *a, const PGresult *r, int column)
{
    if (PQgetisnull(r, 0, column))
        return STR_NONE;
    return arena_str(a, (struct str){PQgetvalue(r, 0, column), (size_t)PQgetlength(r, 0, column)});
}

static void read_row(struct arena *a, const PGresult *r, struct dataset_row *d)
{
    *d = (struct dataset_row){.dataset_id = cell(a, r, 1), .state = cell(a, r, 4), .visibility = cell(a, r, 5),
                              .metas = cell(a, r, 6), .fields = cell(a, r, 7), .draft_metas = cell(a, r, 12),
                              .draft_fields = cell(a, r, 13), .draft_mode = cell(a, r, 14), .steps = cell(a, r, 15),
                              .draft_steps = cell(a, r, 16), .reading = cell(a, r, 17)};
    uuid_parse(cell(a, r, 0), &d->id);
    uuid_parse(cell(a, r, 2), &d->organisation);
    uuid_parse(cell(a, r, 3), &d->version);
    d->is_origin = str_eq(cell(a, r, 8), S("t"));
    str_i64(cell(a, r, 9), &d->revision);
    str_i64(cell(a, r, 10), &d->records);
    uuid_parse(cell(a, r, 11), &d->draft_version);
    d->has_draft = d->draft_metas.p != NULL;
}

bool dataset_find(struct conn *c, struct arena *a, const struct uuid *tenant, struct str dataset_id,
                  struct dataset_row *out, struct err *e)
{
    PGresult *r = conn_ask(c, &sql_dataset_look, (struct str[]){uuid_str(tenant), dataset_id}, e);
    bool there = r && PQntuples(r) == 1;
    if (there)
        read_row(a, r, out);
    else if (r)
        say(e, &err_dataset_unknown, dataset_id);
    PQclear(r);
    return there;
}

bool dataset_lock(struct conn *c, struct arena *a, const struct uuid *tenant, struct str dataset_id,
                  struct dataset_row *out, struct err *e)
{
    return tenant_do(c, &sql_dataset_lock, (struct str[]){uuid_str(tenant), dataset_id}, e) &&
           dataset_find(c, a, tenant, dataset_id, out, e);
}

bool dataset_draft(struct conn *c, const struct uuid *tenant, const struct uuid *dataset, struct str metas,
                   struct str fields, struct str account, struct err *e)
{
    const struct str params[] = {uuid_str(tenant), uuid_str(dataset), metas, fields, account};
    return tenant_do(c, &sql_draft_describe, params, e);
}

bool dataset_draft_version(struct conn *c, const struct uuid *tenant, const struct uuid *dataset,
                           const struct uuid *version, struct str upload, struct str mode, struct str diff,
                           struct err *e)
{
    const struct str params[] = {uuid_str(tenant), uuid_str(dataset), uuid_str(version), upload, mode,
                                 diff.p ? diff : S("{}")};
    return tenant_do(c, &sql_draft_version, params, e);
}
