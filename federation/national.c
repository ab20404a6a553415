#include "federation/national.h"

#include "core/base/jr.h"
#include "core/base/jw.h"
#include "core/base/log.h"
#include "core/base/option.h"
#include "core/io/errors.h"
#include "federation/errors.h"
#include "federation/national_push.h"
#include "federation/point.h"
#include "federation/receipt.h"
#include "federation/sql.h"
#include "tenants/directory/tenant.h"

enum { SETTLE_MS = 60000, STANDIN_SETTLE_MS = 4000, LOOKS = 2, LOCKED_MS = 3600000 };

/* "https://data.example.fr:8443" -> "https", ":8443": what stands around a portal's host. */
static void find_address(struct arena *a, struct national_setting *set)
{
    struct str url = option_str(OPTION_PUBLIC_URL);
    ptrdiff_t at = str_find(url, S("://"));
    set->scheme = S("https");
    set->port = S("");
    if (at <= 0)
        return;
    struct str host = str_from(url, (size_t)at + 3);
    ptrdiff_t slash = str_chr(host, '/'), colon;
    if (slash >= 0)
        host.n = (size_t)slash;
    colon = str_chr(host, ':');
    set->scheme = arena_str(a, str_part(url, 0, (size_t)at));
    if (colon >= 0)
        set->port = arena_str(a, str_from(host, (size_t)colon));
}

/* The latest state, read in a transaction of its own: none is held while we speak with others. */
static bool read_source(struct push *p, struct err *e)
{
    struct conn *c = p->n.c;
    if (!conn_begin(c, &p->k->source, e) || !source_read(c, p->n.a, p->k, &p->source, &p->there, e) || !conn_commit(c, e))
        return false;
    p->wanted = p->there && p->source.travels && str_eq(p->k->wanted, S("present"));
    p->set = (struct national_setting){.licence = p->source.licence, .insee = p->source.insee,
                                       .siren = p->source.tenant_siren};
    if (!p->there)
        p->source.uid = uuid_str(&p->k->dataset);
    find_address(p->n.a, &p->set);
    return true;
}

/* Known by its id, or found by our mark. *wait: an answer that did not come may still be on its way. */
static bool look(struct push *p, bool *wait, struct err *e)
{
    bool unsure = !p->k->target_id.n && str_eq(p->k->intent, S("create"));
    *wait = false;
    p->id = p->k->target_id;
    if (!p->id.n && !look_by_mark(p, e))
        return false;
    if (!p->id.n) {
        *wait = unsure && p->k->looks + 1 < LOOKS;
        p->recreated = unsure;
        return true;
    }
    if (!look_by_id(p, e))
        return false;
    if (!p->k->target_id.n) { /* ours without our knowing: made by an attempt whose answer was lost, or long ago */
        struct str attempt = jr_str(jr_object(p->remote, "extras"), "terrasse:attempt");
        p->action = unsure && str_eq(attempt, uuid_str(&p->k->attempt)) ? S("create") : S("adopt");
        return claim_intent(p->n.c, p->k, S("sent"), p->k->intent.n ? p->k->intent : S("adopt"), &p->k->attempt, p->id,
                            p->url, e);
    }
    return true;
}

static bool write_once(struct push *p, struct err *e)
{
    if (!national_map(p->n.a, &p->source, &p->set, &p->doc, e))
        return false;
    return p->id.n ? write_update(p, e) : write_create(p, e);
}

/* A zone that the portal knows no more: the next larger one, then none. */
static bool write_down(struct push *p, struct err *e)
{
    for (unsigned level = ZONES_NAMED; level < ZONES_LEVELS; level++) {
        struct err why = {0};
        p->set.zones = (enum national_zones)level;
        if (write_once(p, &why))
            return true;
        *e = why;
        if (why.kind != &err_national_refused || !str_starts(str_of(why.arg[0]), S("spatial")))
            return false;
        LOG(LOG_WARN, "national_zone", LOG_S("dataset", uuid_str(&p->k->dataset)), LOG_S("said", str_of(why.arg[1])));
    }
    return false;
}

static struct str detail(struct push *p)
{
    struct buf b = {0};
    struct jw w;
    jw_init(&w, &b, JW_COMPACT);
    jw_open(&w, '{');
    JW_I64(&w, "writes", p->n.writes);
    if (p->doc.dropped.n)
        JW_STR(&w, "dropped_tags", p->doc.dropped);
    if (p->edited_there)
        JW_BOOL(&w, "edited_there", true);
    if (p->archived_there)
        JW_BOOL(&w, "archived_there", true);
    if (p->doubles)
        JW_I64(&w, "doubles_removed", p->doubles);
    if (p->set.zones != ZONES_NAMED)
        JW_I64(&w, "zones_given_up", p->set.zones);
    jw_close(&w, '}');
    struct str text = arena_str(p->n.a, buf_str(&b));
    buf_free(&b);
    return text;
}

/* An edit by hand was overwritten: whoever looks after the data set finds it in the audit. */
static bool audit(struct push *p, struct err *e)
{
    return !p->edited_there || (tenant_enter(p->n.c, &p->k->source, e) &&
                                tenant_audit(p->n.c, &p->k->source, STR_NONE, S("national_overwritten"),
                                             p->source.dataset_id, STR_NONE, e));
}

static bool finish(struct push *p, struct str seen, struct err *e)
{
    struct conn *c = p->n.c;
    bool late = !p->wanted && str_eq(p->k->wanted, S("present")); /* its event has not come yet */
    struct claim_end end = {.is_present = p->wanted || late, .revision = p->there ? p->source.revision : p->k->revision,
                            .target_id = p->id.n ? p->id : STR_NONE, .target_url = p->url.n ? p->url : p->k->target_url,
                            .fingerprint = p->wanted ? p->doc.fingerprint : STR_NONE, .seen = seen};
    struct receipt receipt = {p->action, S("confirmed"), end.revision, end.fingerprint, end.target_id, end.target_url,
                              detail(p)};
    bool ok = conn_begin(c, NULL, e) && audit(p, e) && receipt_add(c, p->sealing, p->k, &receipt, e) &&
              claim_done(c, p->k, &end, e) && tenant_do(c, &sql_peer_well, (struct str[]){uuid_str(&p->n.peer)}, e);
    point_at("national-receipt");
    ok = ok && conn_commit(c, e);
    point_at("national-done");
    return ok;
}

/* There, as it should be: written, read back, compared. */
static bool bring(struct push *p, struct err *e)
{
    bool wrote;
    if (!write_down(p, e))
        return false;
    wrote = !str_eq(p->action, S("unchanged"));
    /* An earlier attempt may have been done after all, later than two looks: the younger twin goes. */
    if (wrote && p->recreated && !look_by_mark(p, e))
        return false;
    if (wrote && !look_by_id(p, e))
        return false;
    if (!look_agrees(p)) {
        ERR(e, err_national_unknown, "read back, it is not what was sent");
        return err_arg(e, "relecture");
    }
    return finish(p, look_projection(p->n.a, p->remote), e);
}

static bool take_back(struct push *p, struct err *e)
{
    bool archived = p->id.n && look_is_archived(p->remote);
    bool ours = archived && (str_eq(p->k->seen, S("archived")) || str_eq(p->k->intent, S("withdraw")));
    p->action = ours && str_eq(p->k->intent, S("withdraw")) ? S("withdraw") : S("unchanged");
    if (!p->id.n || archived)
        return finish(p, ours ? S("archived") : STR_NONE, e);
    if (!write_archive(p, e) || !look_by_id(p, e))
        return false;
    if (!look_is_archived(p->remote)) {
        ERR(e, err_national_unknown, "read back, it is not archived");
        return err_arg(e, "relecture");
    }
    return finish(p, S("archived"), e);
}

static bool wait_again(struct push *p, int64_t wait_ms, const struct err *why, int64_t looks, int64_t attempts, struct err *e)
{
    struct conn *c = p->n.c;
    return conn_begin(c, NULL, e) &&
           claim_wait(c, p->k, wait_ms, why ? claim_error(p->n.a, why) : STR_NONE, looks, attempts, e) &&
           tenant_do(c, &sql_peer_free, (struct str[]){uuid_str(&p->n.peer)}, e) && conn_commit(c, e);
}

/* How long a write without an answer may still be on its way. */
static int64_t settle_ms(const struct push *p)
{
    return p->n.is_standin ? STANDIN_SETTLE_MS : SETTLE_MS;
}

static bool push(struct push *p, struct err *e)
{
    bool wait;
    if (!read_source(p, e) || !national_open(&p->n, p->n.c, p->n.a, p->k, p->sealing, e) || !look(p, &wait, e))
        return false;
    if (wait && p->wanted) {
        struct err unsure = {0};
        ERR(&unsure, err_national_unknown, "not there yet");
        err_arg(&unsure, "premier regard");
        return wait_again(p, settle_ms(p), &unsure, p->k->looks + 1, p->k->attempts, e);
    }
    return p->wanted ? bring(p, e) : take_back(p, e);
}

/* Gone there already, when it is to be gone: that is what was wanted. */
static bool is_gone(const struct push *p, const struct err *why)
{
    return !p->wanted && p->there && (why->kind == &err_national_lost || why->kind == &err_national_deleted);
}

static bool peer_ill(struct push *p, int64_t wait_ms, const struct err *why, bool stop, struct err *e)
{
    const struct str params[] = {uuid_str(&p->k->peer), arena_n(p->n.a, wait_ms),
                                 str_of(why->nargs ? why->arg[0] : why->kind->code), stop ? S("t") : S("f")};
    return tenant_do(p->n.c, &sql_peer_ill, params, e);
}

/* What waits for the peer as a whole, what waits by itself. */
static bool put_off(struct push *p, const struct err *why, struct err *e)
{
    bool unknown = why->kind == &err_national_unknown, locked = why->kind == &err_national_locked;
    bool key = why->kind == &err_national_key, slow = why->kind == &err_national_slow_down;
    int64_t attempts = p->k->attempts + (key || slow ? 0 : 1);
    int64_t wait_ms = claim_backoff_ms(p->k->attempts);
    if (locked || key || slow)
        wait_ms = locked ? LOCKED_MS : key ? 0 : p->n.wait_ms;
    else if (unknown && wait_ms < settle_ms(p))
        wait_ms = settle_ms(p);
    bool ill = !locked && !claim_collided(p->k, why); /* else it is no fault of theirs */
    return conn_begin(p->n.c, NULL, e) && (!ill || peer_ill(p, slow ? p->n.wait_ms : 0, why, key, e)) &&
           (ill || tenant_do(p->n.c, &sql_peer_free, (struct str[]){uuid_str(&p->k->peer)}, e)) &&
           claim_wait(p->n.c, p->k, wait_ms, claim_error(p->n.a, why), 0, attempts, e) && conn_commit(p->n.c, e);
}

/* For people to read and decide. */
static bool park(struct push *p, const struct err *why, struct err *e)
{
    struct conn *c = p->n.c;
    struct str error = claim_error(p->n.a, why);
    struct claim_end end = {.is_present = str_eq(p->k->wanted, S("present")),
                            .revision = p->there ? p->source.revision : p->k->revision};
    struct receipt receipt = {S("refused"), S("parked"), end.revision, STR_NONE, p->k->target_id, p->k->target_url, error};
    return conn_begin(c, NULL, e) && receipt_add(c, p->sealing, p->k, &receipt, e) && claim_park(c, p->k, &end, error, e) &&
           tenant_do(c, &sql_peer_free, (struct str[]){uuid_str(&p->k->peer)}, e) && conn_commit(c, e);
}

static bool settle(struct push *p, const struct err *why, struct err *e)
{
    conn_rollback(p->n.c);
    if (why->kind == &err_lease_lost) {
        LOG(LOG_WARN, "lease_lost", LOG_S("dataset", uuid_str(&p->k->dataset)));
        return true;
    }
    log_err(LOG_WARN, "national_failed", why);
    if (is_gone(p, why)) {
        p->action = S("unchanged");
        p->id = p->k->target_id;
        return finish(p, STR_NONE, e);
    }
    bool later = why->kind->status >= 500 || why->kind == &err_national_key || claim_collided(p->k, why);
    return later ? put_off(p, why, e) : park(p, why, e);
}

bool national_push(struct job_run *run, struct err *e)
{
    struct arena a = {0};
    struct claim k;
    struct err why = {0};
    bool there = false;
    point_home(run->home);
    bool ok = claim_take(run->conn, &a, CLAIM_NATIONAL, &k, &there, e);
    if (ok && there) {
        struct push p = {.n = {.c = run->conn, .a = &a, .k = &k}, .k = &k, .sealing = run->sealing_key};
        point_at("national-claimed");
        ok = push(&p, &why) || settle(&p, &why, e);
        json_decref(p.remote);
    }
    arena_free(&a);
    run->more = ok && there;
    return ok;
}
