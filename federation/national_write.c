/* What is written on the national portal; before each write the intent is committed. */
#include <stdlib.h>
#include <time.h>

#include "core/base/clock.h"
#include "core/base/jr.h"
#include "core/base/jw.h"
#include "federation/errors.h"
#include "federation/national_push.h"
#include "federation/point.h"
#include "federation/sql.h"
#include "tenants/directory/tenant.h"

enum { KNOWN_MOST = 2 * NATIONAL_RESOURCES }; /* those that went may be as many as those that came */

static bool intend(struct push *p, struct str intent, const struct uuid *attempt, struct err *e)
{
    bool ok = claim_intent(p->n.c, p->k, S("intent"), intent, attempt, STR_NONE, STR_NONE, e);
    point_at("national-intent");
    return ok;
}

/* A write whose answer nobody needs. */
static bool send_it(struct push *p, const char *method, struct str path, struct str body, struct err *e)
{
    json_t *answer;
    if (!national_call(&p->n, method, path, body, STR_NONE, &answer, e))
        return false;
    json_decref(answer);
    return true;
}

static bool keep_resource(struct push *p, const struct national_resource *r, struct str id, struct err *e)
{
    const struct str row[] = {uuid_str(&p->k->subscription), uuid_str(&p->k->dataset), r->key, id, r->fingerprint};
    return tenant_do(p->n.c, &sql_resource_put, row, e);
}

/* Whose address is this there? Absent: nobody's. */
static struct str id_by_url(const json_t *remote, struct str url)
{
    const json_t *list = json_object_get(remote, "resources");
    for (size_t i = 0; i < json_array_size(list); i++)
        if (str_eq(jr_str(json_array_get(list, i), "url"), url))
            return jr_str(json_array_get(list, i), "id");
    return STR_NONE;
}

/* Those of a document that was made whole. */
static bool keep_resources(struct push *p, struct err *e)
{
    bool ok = true;
    for (size_t i = 0; ok && i < p->doc.nresources; i++) {
        struct str id = id_by_url(p->remote, p->doc.resources[i].url);
        ok = id.n == 0 || keep_resource(p, &p->doc.resources[i], id, e);
    }
    return ok;
}

bool write_create(struct push *p, struct err *e)
{
    struct uuid attempt = uuid_make();
    struct str body = national_create_body(p->n.a, &p->doc, p->n.organisation, uuid_str(&attempt));
    json_t *made;
    if (!intend(p, S("create"), &attempt, e) ||
        !national_call(&p->n, "POST", S("/api/1/datasets/"), body, STR_NONE, &made, e))
        return false;
    p->id = arena_str(p->n.a, jr_str(made, "id"));
    p->url = arena_str(p->n.a, jr_str(made, "page"));
    p->action = S("create");
    bool ok = p->id.n == 24;
    if (!ok) {
        ERR(e, err_national_unknown, "no id in the answer");
        err_arg(e, "réponse illisible");
    }
    ok = ok && claim_intent(p->n.c, p->k, S("sent"), S("create"), &attempt, p->id, p->url, e);
    point_at("national-sent");
    json_decref(p->remote);
    p->remote = made;
    return ok && keep_resources(p, e);
}

/* What the database knows of the resources there. */
struct known {
    struct str key, id, fingerprint;
    bool wanted;
};

static bool read_known(struct push *p, struct known known[KNOWN_MOST], size_t *n, struct err *e)
{
    const struct str which[] = {uuid_str(&p->k->subscription), uuid_str(&p->k->dataset)};
    PGresult *r = conn_ask(p->n.c, &sql_resource_list, which, e);
    if (!r)
        return false;
    *n = 0;
    for (int i = 0; i < PQntuples(r) && *n < KNOWN_MOST; i++)
        known[(*n)++] = (struct known){arena_str(p->n.a, str_of(PQgetvalue(r, i, 0))),
                                       arena_str(p->n.a, str_of(PQgetvalue(r, i, 1))),
                                       arena_str(p->n.a, str_of(PQgetvalue(r, i, 2))), false};
    PQclear(r);
    return true;
}

static struct str resource_path(const struct push *p, struct str id)
{
    return arena_printf(p->n.a, "/api/1/datasets/" STR_FMT "/resources/" STR_FMT "%s", STR_ARG(p->id), STR_ARG(id),
                        id.n ? "/" : "");
}

/* One resource: made, changed where it differs, or left alone: a PUT without a change falsifies its date. */
static bool put_resource(struct push *p, const struct national_resource *r, struct known *known, size_t nknown, struct err *e)
{
    struct known *k = NULL;
    for (size_t i = 0; i < nknown; i++)
        if (str_eq(known[i].key, r->key))
            k = &known[i];
    if (k)
        k->wanted = true;
    struct str id = id_by_url(p->remote, r->url);
    if (id.n && k && str_eq(k->fingerprint, r->fingerprint))
        return true;
    if (id.n)
        return send_it(p, "PUT", resource_path(p, id), r->body, e) && keep_resource(p, r, id, e);
    json_t *made;
    if (!national_call(&p->n, "POST", resource_path(p, STR_NONE), r->create, STR_NONE, &made, e))
        return false;
    struct str given = arena_str(p->n.a, jr_str(made, "id"));
    json_decref(made);
    return keep_resource(p, r, given, e);
}

static bool has_resource(const json_t *remote, struct str id)
{
    const json_t *list = json_object_get(remote, "resources");
    for (size_t i = 0; i < json_array_size(list); i++)
        if (str_eq(jr_str(json_array_get(list, i), "id"), id))
            return true;
    return false;
}

static bool put_resources(struct push *p, struct err *e)
{
    struct known known[KNOWN_MOST];
    size_t n;
    bool ok = read_known(p, known, &n, e);
    for (size_t i = 0; ok && i < p->doc.nresources; i++)
        ok = put_resource(p, &p->doc.resources[i], known, n, e);
    for (size_t i = 0; ok && i < n; i++) {
        const struct str row[] = {uuid_str(&p->k->subscription), uuid_str(&p->k->dataset), known[i].key};
        if (!known[i].wanted)
            ok = (!has_resource(p->remote, known[i].id) ||
                  send_it(p, "DELETE", resource_path(p, known[i].id), STR_NONE, e)) &&
                 tenant_do(p->n.c, &sql_resource_drop, row, e);
    }
    return ok;
}

static bool put_extras(struct push *p, const struct uuid *attempt, struct err *e)
{
    struct str path = arena_printf(p->n.a, "/api/2/datasets/" STR_FMT "/extras/", STR_ARG(p->id));
    struct str body = arena_printf(p->n.a, STR_FMT ",\"terrasse:attempt\":\"%s\"}",
                                   STR_ARG(str_part(p->doc.extras, 0, p->doc.extras.n - 1)), attempt->text);
    return send_it(p, "PUT", path, body, e);
}

/* Is what stands there already what we would send, resources and their rows included? */
static bool is_same(struct push *p)
{
    return str_eq(p->k->fingerprint, p->doc.fingerprint) && look_agrees(p) && !p->edited_there;
}

/* Archived by us: to be brought back. By somebody there: left as it is, and said. */
bool write_update(struct push *p, struct err *e)
{
    struct uuid attempt = uuid_make();
    bool archived = look_is_archived(p->remote), ours = str_eq(p->k->seen, S("archived"));
    struct str path = arena_printf(p->n.a, "/api/1/datasets/" STR_FMT "/", STR_ARG(p->id));
    p->archived_there = archived && !ours;
    p->edited_there = p->k->seen.n > 0 && !ours && !str_eq(p->k->seen, look_projection(p->n.a, p->remote));
    if (p->action.n && !archived && look_agrees(p))
        return keep_resources(p, e);
    if (!(archived && ours) && is_same(p)) {
        p->action = p->action.n ? p->action : S("unchanged");
        return true;
    }
    if (!p->action.n)
        p->action = archived && ours ? S("restore") : S("update");
    struct str body =
        arena_printf(p->n.a, "{" STR_FMT "%s}", STR_ARG(p->doc.members), archived && ours ? ",\"archived\":null" : "");
    return intend(p, S("update"), &attempt, e) && send_it(p, "PUT", path, body, e) && put_resources(p, e) &&
           put_extras(p, &attempt, e);
}

/* The portal's own words go back to it: nothing of a data set that may not travel is sent. */
bool write_archive(struct push *p, struct err *e)
{
    static const char *const kept[] = {"title", "description", "tags", "temporal_coverage", "private"};
    struct uuid attempt = uuid_make();
    struct buf now = {0};
    json_t *body = json_object();
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        json_t *value = json_object_get(p->remote, kept[i]);
        if (value)
            json_object_set(body, kept[i], value);
    }
    clock_iso(&now, clock_wall_us());
    json_object_set_new(body, "archived", json_stringn(now.p, now.n));
    char *text = json_dumps(body, JSON_COMPACT);
    struct str path = arena_printf(p->n.a, "/api/1/datasets/" STR_FMT "/", STR_ARG(p->id));
    bool ok = intend(p, S("withdraw"), &attempt, e) && send_it(p, "PUT", path, str_of(text), e);
    p->action = S("withdraw");
    free(text);
    json_decref(body);
    buf_free(&now);
    return ok;
}
