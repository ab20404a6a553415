#include "federation/link.h"

#include "federation/errors.h"
#include "federation/seal.h"
#include "federation/sql.h"
#include "tenants/publishing/source.h"

static bool first_id(PGresult *r, struct uuid *id)
{
    bool there = r && PQntuples(r) == 1 && uuid_parse(str_of(PQgetvalue(r, 0, 0)), id);
    PQclear(r);
    return there;
}

static bool find_dataset(struct conn *c, const struct tenant_row *from, const struct link_new *new, struct uuid *id, struct err *e)
{
    const struct str params[] = {uuid_str(&from->id), new->dataset, new->open_only ? S("t") : S("f")};
    PGresult *r = tenant_enter(c, &from->id, e) ? conn_ask(c, &sql_link_dataset, params, e) : NULL;
    if (!r)
        return false;
    if (first_id(r, id))
        return true;
    ERR(e, err_link_dataset, "%zu bytes", new->dataset.n);
    err_arg(e, STR_FMT, STR_ARG(str_part(new->dataset, 0, 120)));
    return err_arg(e, STR_FMT, STR_ARG(from->name));
}

static struct str or_none(const struct uuid *u)
{
    return u && u->text[0] ? uuid_str(u) : STR_NONE;
}

bool link_add(struct conn *c, const struct tenant_row *from, const struct tenant_row *to, const struct link_new *new,
              struct uuid *id, struct err *e)
{
    struct uuid made = uuid_make(), which = {{0}};
    if (!str_eq(uuid_str(&from->root), uuid_str(&to->root)) || from->is_root == to->is_root)
        return ERR(e, err_link_pair, "not a region and a portal of it");
    if (new->dataset.n && !find_dataset(c, from, new, &which, e))
        return false;
    const struct str row[] = {uuid_str(&made), uuid_str(&from->root), from->is_root ? S("downward") : S("upward"),
                              uuid_str(&from->id), uuid_str(&to->id), or_none(&which), new->row_filter};
    PGresult *r = conn_ask(c, &sql_link_put, row, e);
    return r && first_id(r, id);
}

static bool is_hex(struct str s, size_t n)
{
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'f')))
            return false;
    return s.n == n;
}

/* "https://www.data.gouv.fr/" -> without what stands behind the host. */
static bool base_of(struct str url, struct str *base)
{
    size_t head = str_starts(url, S("https://")) ? 8 : str_starts(url, S("http://")) ? 7 : 0;
    struct str host = str_from(url, head);
    if (host.n && host.p[host.n - 1] == '/')
        host.n--;
    if (head == 0 || host.n < 1 || host.n > 250)
        return false;
    for (size_t i = 0; i < host.n; i++)
        if ((unsigned char)host.p[i] <= ' ' || strchr("/?#@\\\"<>", host.p[i]))
            return false;
    *base = str_part(url, 0, head + host.n);
    return true;
}

bool link_national(struct conn *c, struct arena *a, const char *sealing, const struct tenant_row *from,
                   const struct link_national *new, struct uuid *id, struct err *e)
{
    struct uuid made = uuid_make(), peer = uuid_make();
    struct str base, sealed;
    if (!base_of(new->url, &base) || (!new->is_standin && !str_starts(base, S("https://"))))
        return ERR(e, err_link_url, "%zu bytes", new->url.n), err_arg(e, STR_FMT, STR_ARG(str_part(new->url, 0, 150)));
    if (new->organisation.n && !is_hex(new->organisation, 24))
        return ERR(e, err_link_organisation, "%zu bytes", new->organisation.n);
    if (new->key.n < 8 || new->key.n > 500)
        return ERR(e, err_link_key, "%zu bytes", new->key.n);
    if (!sealing && !source_seal(c, a, new->key, &sealed, e))
        return false;
    if (sealing)
        sealed = seal_close(a, sealing, new->key);
    if (!sealed.p)
        return ERR(e, err_sealing_missing, "national");
    bool is_region = from->is_root;
    const struct str row[] = {uuid_str(&peer), uuid_str(&from->root), new->name.n ? new->name : STR_NONE, base,
                              new->is_standin ? S("t") : S("f"), sealed, is_region ? new->organisation : STR_NONE};
    if (!first_id(conn_ask(c, &sql_peer_put, row, e), &peer))
        return false;
    const struct str link[] = {uuid_str(&made), uuid_str(&from->root), uuid_str(&from->id), uuid_str(&peer),
                               is_region ? STR_NONE : new->organisation};
    return first_id(conn_ask(c, &sql_link_put_national, link, e), id);
}

bool link_state(struct conn *c, struct str id, struct str state, struct err *e)
{
    struct uuid parsed, done;
    if (!uuid_parse(id, &parsed))
        return ERR(e, err_federation_link_unknown, "%zu bytes", id.n);
    PGresult *r = conn_ask(c, &sql_link_state, (struct str[]){uuid_str(&parsed), state}, e);
    return r && (first_id(r, &done) || ERR(e, err_federation_link_unknown, "%s", parsed.text));
}

bool link_end(struct conn *c, struct str id, const struct uuid *tenant, struct err *e)
{
    struct uuid parsed, done;
    if (!uuid_parse(id, &parsed))
        return ERR(e, err_federation_link_unknown, "%zu bytes", id.n);
    PGresult *r = conn_ask(c, &sql_link_end, (struct str[]){uuid_str(&parsed), or_none(tenant)}, e);
    if (!r)
        return false;
    return first_id(r, &done) || ERR(e, err_federation_link_unknown, "%s", parsed.text);
}

bool link_run(struct conn *c, struct str id, const struct uuid *root, bool parked, bool unblock, int64_t *n,
              struct err *e)
{
    struct uuid parsed = {{0}};
    if (id.p && !uuid_parse(id, &parsed))
        return ERR(e, err_federation_link_unknown, "%zu bytes", id.n);
    const struct str which[] = {or_none(&parsed), or_none(root), parked ? S("t") : S("f")};
    if (!tenant_do(c, &sql_link_compare, which, e) || (unblock && !tenant_do(c, &sql_link_unblock, which, e)))
        return false;
    PGresult *r = conn_ask(c, &sql_link_run, which, e);
    if (r)
        str_i64(str_of(PQgetvalue(r, 0, 0)), n);
    PQclear(r);
    return r != NULL;
}
