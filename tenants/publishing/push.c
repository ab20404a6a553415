#include "tenants/publishing/push.h"

#include <sodium.h>
#include <stdio.h>

#include "core/base/jr.h"
#include "tenants/directory/tenant.h"
#include "tenants/publishing/dataset.h"
#include "tenants/publishing/errors.h"
#include "tenants/publishing/push_files.h"
#include "tenants/publishing/sql.h"
#include "tenants/publishing/stock.h"

static bool key_good(struct str key)
{
    for (size_t i = 0; i < key.n; i++) {
        char k = key.p[i];
        bool word = (k >= '0' && k <= '9') || (k >= 'A' && k <= 'Z') || (k >= 'a' && k <= 'z');
        if (!word && k != '.' && k != '_' && k != '-')
            return false;
    }
    return key.n >= 1 && key.n <= 80;
}

/* A record is an object; a key is one too, or where it has one column a plain value. */
static bool item_good(const json_t *item, bool removes, size_t nkeys)
{
    bool plain = json_is_string(item) || json_is_number(item) || json_is_boolean(item);
    return json_is_object(item) || (removes && nkeys == 1 && plain);
}

static bool refuse(struct err *e)
{
    ERR(e, err_push_body, "not records");
    return err_arg(e, "%d", PUSH_RECORDS_MAX);
}

int64_t push_count(struct str body, bool removes, size_t nkeys, struct err *e)
{
    json_t *j = jr_parse(body, e);
    const json_t *item;
    size_t i, n = json_is_array(j) ? json_array_size(j) : 1;
    bool ok = j && (json_is_array(j) || json_is_object(j)) && n >= 1 &&
              n <= PUSH_RECORDS_MAX;
    if (ok && json_is_array(j))
        json_array_foreach(j, i, item) ok = ok && item_good(item, removes, nkeys);
    if (j && !ok)
        refuse(e);
    json_decref(j);
    return ok ? (int64_t)n : 0;
}

static void hash_of(const struct push_new *new, char out[65])
{
    unsigned char hash[32];
    crypto_generichash_state s;
    crypto_generichash_init(&s, NULL, 0, sizeof hash);
    crypto_generichash_update(&s, (const unsigned char *)(new->removes ? "-" : "+"), 1);
    crypto_generichash_update(&s, (const unsigned char *)new->body.p, new->body.n);
    crypto_generichash_final(&s, hash, sizeof hash);
    sodium_bin2hex(out, 65, hash, sizeof hash);
}

/* A program sends to what is published; how many columns its key has. */
static bool find(struct conn *c, struct arena *a, const struct uuid *tenant,
                 const struct push_new *new, struct dataset_row *d, size_t *nkeys, struct err *e)
{
    if (!dataset_find(c, a, tenant, new->dataset_id, d, e))
        return false;
    if (!d->is_origin)
        return ERR(e, err_dataset_is_copy, "%s", d->id.text);
    if (!str_eq(d->state, S("published")) || !d->version.text[0])
        return ERR(e, err_not_published, "state " STR_FMT, STR_ARG(d->state));
    PGresult *r =
        conn_ask(c, &sql_dataset_key, (struct str[]){uuid_str(tenant), uuid_str(&d->id)}, e);
    json_t *names = r && PQntuples(r) == 1 ? jr_parse(str_of(PQgetvalue(r, 0, 0)), e) : NULL;
    *nkeys = json_array_size(names);
    bool ok = names && (!new->removes || *nkeys > 0 || new->by_values || ERR(e, err_push_no_key, "%s", d->id.text));
    json_decref(names);
    PQclear(r);
    return ok;
}

static bool same(struct conn *c, const struct uuid *tenant, const struct uuid *dataset,
                 struct str key, struct str hash, struct uuid *batch, struct err *e)
{
    PGresult *r = conn_ask(c, &sql_push_same,
                           (struct str[]){uuid_str(tenant), uuid_str(dataset), key, hash}, e);
    bool there = r && PQntuples(r) == 1 && uuid_parse(str_of(PQgetvalue(r, 0, 0)), batch);
    bool is = there && PQgetvalue(r, 0, 1)[0] == 't';
    PQclear(r);
    return is || (r && ERR(e, err_push_other_body, "same key"));
}

static bool insert(struct conn *c, const struct uuid *tenant, const struct uuid *dataset,
                   const struct push_new *new, struct str body, struct str names, struct str hash,
                   int64_t records, struct uuid *batch, bool *made, struct err *e)
{
    char n[24];
    struct uuid id = uuid_make();
    snprintf(n, sizeof n, "%lld", (long long)records);
    const struct str row[] = {
        uuid_str(tenant), uuid_str(&id), uuid_str(dataset),
        new->key,         hash,          new->removes ? S("remove") : S("put"),
        str_of(n),        body,          new->account,
        names};
    PGresult *r = conn_ask(c, &sql_push_insert, row, e);
    *made = r && PQntuples(r) == 1;
    PQclear(r);
    if (*made)
        *batch = id;
    return r && (*made || same(c, tenant, dataset, new->key, hash, batch, e));
}

/* The batch before its task: whoever deletes the task waits for this commit (push_insert.sql). */
static bool queue(struct conn *c, const struct uuid *tenant, const struct uuid *dataset,
                  int64_t bytes, struct err *e)
{
    struct uuid task = uuid_make();
    return tenant_do(c, &sql_push_task,
                     (struct str[]){uuid_str(&task), uuid_str(tenant), uuid_str(dataset)}, e) &&
           conn_exec(c, "NOTIFY terrasse_worker", e) && stock_settle(c, tenant, bytes, e);
}

static bool is_used(struct conn *c, const struct uuid *tenant, const struct uuid *dataset, struct str key,
                    bool *used, struct err *e)
{
    PGresult *r = conn_ask(c, &sql_push_same, (struct str[]){uuid_str(tenant), uuid_str(dataset), key, STR_NONE}, e);
    *used = r && PQntuples(r) == 1;
    PQclear(r);
    return r != NULL;
}

/* Before the batch, whose foreign key would share the row that keeping locks: two at once would stop each other.
 * What was pushed already keeps nothing again. */
static bool keep_files(struct conn *c, struct arena *a, const struct uuid *tenant, const struct push_new *new,
                       struct push_files *files, struct err *e)
{
    struct dataset_row d;
    bool used = false;
    return !files->names.p || (dataset_lock(c, a, tenant, new->dataset_id, &d, e) &&
                               is_used(c, tenant, &d.id, new->key, &used, e) &&
                               (used || push_files_keep(c, tenant, new->dataset_id, new->account, files, e)));
}

static bool add(struct conn *c, struct arena *a, const struct uuid *tenant, const struct push_new *new,
                struct push_files *files, struct uuid *batch, int64_t *records, struct err *e)
{
    struct dataset_row d;
    size_t nkeys = 0;
    char hash[65];
    bool made = false;
    if (!find(c, a, tenant, new, &d, &nkeys, e) ||
        (*records = push_count(new->body, new->removes, nkeys, e)) == 0 ||
        (!new->removes && !push_files_take(a, new->body, files, e)) || !keep_files(c, a, tenant, new, files, e))
        return false;
    bool is_list = str_starts(str_trim(new->body), S("["));
    struct str list = is_list ? new->body : arena_printf(a, "[" STR_FMT "]", STR_ARG(new->body));
    hash_of(new, hash);
    return insert(c, tenant, &d.id, new, list, files->names, str_of(hash), *records, batch, &made, e) &&
           (!made || queue(c, tenant, &d.id, (int64_t)(new->body.n - files->encoded_bytes), e));
}

bool push_add(struct conn *c, struct arena *a, const struct uuid *tenant,
              const struct push_new *new, struct uuid *batch, int64_t *records, struct err *e)
{
    struct push_files files = {0};
    bool ok = (key_good(new->key) || ERR(e, err_push_key, "key")) &&
              add(c, a, tenant, new, &files, batch, records, e);
    push_files_free(&files);
    return ok;
}

bool push_drop(struct conn *c, struct arena *a, const struct uuid *tenant, struct str dataset_id,
               struct str batch, struct str account, struct err *e)
{
    struct dataset_row d;
    struct uuid id;
    if (!dataset_find(c, a, tenant, dataset_id, &d, e))
        return false;
    if (!uuid_parse(batch, &id))
        return ERR(e, err_push_unknown, "not an id");
    PGresult *r = conn_ask(
        c, &sql_push_drop,
        (struct str[]){uuid_str(tenant), uuid_str(&d.id), uuid_str(&id), account}, e);
    bool dropped = r && PQntuples(r) == 1;
    struct str detail = dropped ? arena_printf(a, "{\"batch\": \"%s\", \"records\": %s}", id.text,
                                               PQgetvalue(r, 0, 1))
                                : STR_NONE;
    PQclear(r);
    if (!dropped)
        return r && ERR(e, err_push_over, "%s", id.text);
    const struct str dataset[] = {uuid_str(tenant), uuid_str(&d.id)};
    return tenant_do(c, &sql_push_retry, dataset, e) &&
           tenant_do(c, &sql_push_soon, (struct str[]){uuid_str(&d.id)}, e) &&
           tenant_audit(c, tenant, account, S("push_drop"), d.dataset_id, detail, e) &&
           conn_exec(c, "NOTIFY terrasse_worker", e);
}
