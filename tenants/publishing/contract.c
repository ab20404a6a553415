#include "tenants/publishing/contract.h"

#include "core/base/jr.h"
#include "tenants/directory/tenant.h"
#include "tenants/publishing/errors.h"
#include "tenants/publishing/load.h"
#include "tenants/publishing/sql.h"

/* Said before and now, and not the same. */
static bool differ(const json_t *old, const json_t *column, const char *key)
{
    struct str was = jr_str(old, key), is = jr_str(column, key);
    return was.n && is.n && !str_eq(was, is);
}

/* Another type, or cells written another way: which coordinate comes first. */
static void compare(const json_t *old, const json_t *column, json_t *added, json_t *retyped)
{
    const char *key = differ(old, column, "type") ? "type" : "format";
    if (!old)
        json_array_append(added, json_object_get(column, "name"));
    else if (differ(old, column, key))
        json_array_append_new(retyped, json_pack("{s:O,s:O,s:O}", "name", json_object_get(column, "name"), "from",
                                                 json_object_get(old, key), "to", json_object_get(column, key)));
}

static void note_broken(const json_t *column, json_t *broken)
{
    if (jr_i64(column, "broke", 0) > 0 && json_object_get(column, "detected"))
        json_array_append_new(broken, json_pack("{s:O,s:O,s:O,s:O}", "name", json_object_get(column, "name"), "type",
                                                json_object_get(column, "type"), "detected",
                                                json_object_get(column, "detected"), "cells",
                                                json_object_get(column, "broke")));
}

json_t *contract_columns(const json_t *before, const json_t *now)
{
    json_t *added = json_array(), *dropped = json_array(), *retyped = json_array(), *broken = json_array();
    const json_t *c;
    size_t i;
    json_array_foreach(now, i, c) {
        if (before)
            compare(load_named(before, jr_str(c, "name")), c, added, retyped);
        note_broken(c, broken);
    }
    json_array_foreach(before, i, c)
        if (!load_named(now, jr_str(c, "name")))
            json_array_append(dropped, json_object_get(c, "name"));
    return json_pack("{s:o,s:o,s:o,s:o}", "added", added, "dropped", dropped, "retyped", retyped, "broken", broken);
}

/* An item of a list of names, or of a list of objects with names. */
static struct str name_of(const json_t *item)
{
    return json_is_string(item) ? str_of(json_string_value(item)) : jr_str(item, "name");
}

bool contract_breaks(const json_t *columns, const json_t *given)
{
    static const char *const kinds[] = {"added", "retyped", "dropped"};
    const json_t *item;
    size_t i;
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
        json_array_foreach(jr_array(columns, kinds[k]), i, item)
            if (k == 2 || !load_named(given, name_of(item)))
                return true;
    return false;
}

static void put_names(struct buf *b, const json_t *list)
{
    const json_t *item;
    size_t i;
    if (json_array_size(list) == 0)
        buf_addz(b, "–");
    json_array_foreach(list, i, item) {
        struct str name = name_of(item);
        buf_printf(b, "%s" STR_FMT, i ? ", " : "", STR_ARG(name));
    }
}

static bool held(struct str diff, struct err *e)
{
    static const char *const kinds[] = {"added", "dropped", "retyped"};
    json_t *j = jr_parse(diff, e);
    if (!j)
        return false;
    ERR(e, err_update_held, "another shape");
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        struct buf names = {0};
        put_names(&names, jr_array(jr_object(j, "columns"), kinds[k]));
        err_arg(e, STR_FMT, STR_ARG(buf_str(&names)));
        buf_free(&names);
    }
    json_decref(j);
    return false;
}

bool contract_check(struct conn *c, const struct uuid *tenant, const struct uuid *dataset, struct err *e)
{
    PGresult *r = conn_ask(c, &sql_draft_held, (struct str[]){uuid_str(tenant), uuid_str(dataset)}, e);
    bool ok = r && (PQntuples(r) == 0 || held(str_of(PQgetvalue(r, 0, 0)), e));
    PQclear(r);
    return ok;
}

bool contract_accept(struct conn *c, const struct uuid *tenant, struct str dataset_id, struct str account, struct err *e)
{
    PGresult *r = conn_ask(c, &sql_draft_accept, (struct str[]){uuid_str(tenant), dataset_id}, e);
    bool ok = r && (PQntuples(r) == 1 || ERR(e, err_draft_missing, STR_FMT, STR_ARG(dataset_id)));
    PQclear(r);
    return ok && tenant_audit(c, tenant, account, S("accept_shape"), dataset_id, STR_NONE, e);
}
