#include "federation/deliver.h"

#include <sodium.h>

#include "core/base/log.h"
#include "federation/claim.h"
#include "federation/errors.h"
#include "federation/filter.h"
#include "federation/point.h"
#include "federation/receipt.h"
#include "federation/seal.h"
#include "federation/source.h"
#include "federation/sql.h"
#include "tenants/directory/organisation.h"
#include "tenants/directory/tenant.h"
#include "tenants/publishing/exports_ask.h"
#include "tenants/publishing/publish.h"
#include "tenants/publishing/sql.h"

enum { COPIES_AT_ONCE = 20, NAMES = 9, ADDRESS_MAX = 100 };

struct copying {
    struct conn *c;
    struct arena *a;
    const char *sealing;
    const struct claim *k;
    struct source source;
    bool there;            /* the source has a row */
    struct uuid copy;      /* empty: there is none */
    struct str dataset_id; /* the copy's address */
    bool withdrawn, buried;
    bool emptied; /* of its content: what was hidden when its source closed still has it */
    struct str fingerprint;
};

/* BLAKE2b of everything a copy takes from its source. */
static struct str fingerprint(struct arena *a, const struct source *s, struct str row_filter)
{
    const struct str parts[] = {s->version, s->metas, s->fields, s->key_columns, s->organisation, s->records,
                                s->data_processed, row_filter, s->credits, s->files};
    size_t n = sizeof parts / sizeof parts[0];
    unsigned char hash[16];
    crypto_generichash_state h;
    crypto_generichash_init(&h, NULL, 0, sizeof hash);
    for (size_t i = 0; i < n; i++) {
        struct str line = arena_printf(a, "%zu:", parts[i].n);
        crypto_generichash_update(&h, (const unsigned char *)line.p, line.n);
        crypto_generichash_update(&h, (const unsigned char *)(parts[i].p ? parts[i].p : ""), parts[i].n);
    }
    crypto_generichash_final(&h, hash, sizeof hash);
    return str_from(seal_hex(a, hash, sizeof hash), 2);
}

static bool find_copy(struct copying *w, struct err *e)
{
    const struct claim *k = w->k;
    const struct str params[] = {uuid_str(&k->target), uuid_str(&k->source), uuid_str(&k->dataset)};
    bool held = tenant_enter(w->c, &k->target, e) && tenant_do(w->c, &sql_copy_hold, params, e);
    PGresult *r = held ? conn_ask(w->c, &sql_copy_find, params, e) : NULL;
    if (r && PQntuples(r) == 1) {
        uuid_parse(str_of(PQgetvalue(r, 0, 0)), &w->copy);
        w->dataset_id = arena_str(w->a, str_of(PQgetvalue(r, 0, 1)));
        w->withdrawn = strcmp(PQgetvalue(r, 0, 2), "withdrawn") == 0;
        w->buried = strcmp(PQgetvalue(r, 0, 3), "t") == 0;
        w->emptied = strcmp(PQgetvalue(r, 0, 4), "t") == 0;
    }
    PQclear(r);
    return r != NULL;
}

static bool is_taken(struct copying *w, struct str name, bool *taken, struct err *e)
{
    PGresult *r = conn_ask(w->c, &sql_copy_taken, (struct str[]){uuid_str(&w->k->target), name}, e);
    if (r)
        *taken = PQntuples(r) > 0;
    PQclear(r);
    return r != NULL;
}

/* Its own address; with the source's name behind it; then with a number. */
static bool choose_address(struct copying *w, struct err *e)
{
    struct str own = w->source.dataset_id;
    for (unsigned i = 0; i < NAMES; i++) {
        bool taken = true;
        struct str tail = i == 0 ? S("") : i == 1 ? arena_printf(w->a, "-" STR_FMT, STR_ARG(w->source.slug))
                                                  : arena_printf(w->a, "-" STR_FMT "-%u", STR_ARG(w->source.slug), i);
        struct str name = arena_printf(w->a, STR_FMT STR_FMT, STR_ARG(str_part(own, 0, ADDRESS_MAX - tail.n)),
                                       STR_ARG(tail));
        if (!is_taken(w, name, &taken, e))
            return false;
        if (!taken) {
            w->dataset_id = name;
            return true;
        }
    }
    ERR(e, err_copy_name, "%zu names", (size_t)NAMES);
    return err_arg(e, STR_FMT, STR_ARG(own));
}

/* "da_" and six letters or digits of its own: two portals do not share it. */
static struct str make_uid(struct arena *a)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    unsigned char raw[6];
    char *out = arena_copy(a, S("da_......"));
    rand_bytes(raw, sizeof raw);
    for (size_t i = 0; i < sizeof raw; i++)
        out[3 + i] = letters[raw[i] % 36];
    return (struct str){out, 9};
}

static bool insert_copy(struct copying *w, const struct uuid *organisation, struct err *e)
{
    const struct source *s = &w->source;
    if (!choose_address(w, e))
        return false;
    w->copy = uuid_make();
    const struct str row[] = {uuid_str(&w->k->target), uuid_str(&w->copy), w->dataset_id, make_uid(w->a), s->identifier,
                              uuid_str(organisation), uuid_str(&w->k->source), uuid_str(&w->k->dataset), s->version,
                              w->k->row_filter, s->metas, s->fields, s->key_columns, s->records, s->raw_bytes,
                              s->published_at, s->data_processed, s->metadata_processed, s->credits, s->files, s->created_at};
    return tenant_do(w->c, &sql_copy_insert, row, e);
}

/* Those that its portal joined with the copy quote it, and what it quotes. metas absent: it goes, or comes back. */
static bool tell_joined(struct copying *w, struct str metas, struct str credits, struct err *e)
{
    return tenant_do(w->c, &sql_joined_touch, (struct str[]){uuid_str(&w->k->target), uuid_str(&w->copy), metas, credits}, e);
}

static bool update_copy(struct copying *w, const struct uuid *organisation, struct err *e)
{
    const struct source *s = &w->source;
    const struct str row[] = {uuid_str(&w->k->target), uuid_str(&w->copy), uuid_str(organisation), s->version,
                              w->k->row_filter, s->metas, s->fields, s->key_columns, s->records, s->raw_bytes,
                              s->data_processed, s->metadata_processed, s->credits, s->files};
    return tell_joined(w, w->withdrawn ? STR_NONE : s->metas, s->credits, e) && tenant_do(w->c, &sql_copy_update, row, e);
}

/* Made, changed or brought back. *action: what was done. */
static bool put_copy(struct copying *w, struct str *action, struct err *e)
{
    struct uuid organisation;
    bool is_new = !w->copy.text[0];
    if (w->buried)
        return ERR(e, err_copy_buried, "tombstone of the copy");
    if (!is_new && !w->withdrawn && str_eq(w->fingerprint, w->k->fingerprint)) {
        *action = S("unchanged");
        return true;
    }
    if (!filter_records(w->c, w->a, &w->source, w->k->row_filter, &w->source.records, e))
        return false;
    if (!organisation_named(w->c, &w->k->target, w->source.organisation, &organisation, e) ||
        !(is_new ? insert_copy(w, &organisation, e) : update_copy(w, &organisation, e)) ||
        !publish_catalogue(w->c, &w->k->target, &w->copy, e))
        return false;
    *action = is_new ? S("create") : w->withdrawn ? S("restore") : S("update");
    return true;
}

static bool take_back(struct copying *w, struct str *action, struct err *e)
{
    const struct str params[] = {uuid_str(&w->k->target), uuid_str(&w->copy)};
    *action = S("unchanged");
    if (!w->copy.text[0] || (w->withdrawn && w->emptied))
        return true;
    *action = S("withdraw");
    return tell_joined(w, STR_NONE, STR_NONE, e) && tenant_do(w->c, &sql_copy_withdraw, params, e) &&
           tenant_do(w->c, &sql_catalogue_delete, params, e) && exports_ask(w->c, &w->k->target, &w->copy, e) &&
           tenant_touch(w->c, &w->k->target, e);
}

/* Copies are wanted while the link is: the end of a link wants none, whatever its source is. */
static bool is_wanted(const struct copying *w)
{
    return w->there && w->source.travels && str_eq(w->k->wanted, S("present"));
}

static bool finish(struct copying *w, struct str action, struct err *e)
{
    struct str there = w->copy.text[0] ? uuid_str(&w->copy) : STR_NONE;
    struct str address = w->dataset_id.n ? arena_printf(w->a, "/explore/dataset/" STR_FMT "/", STR_ARG(w->dataset_id))
                                         : STR_NONE;
    struct claim_end end = {.is_present = is_wanted(w), .revision = w->there ? w->source.revision : w->k->revision,
                            .target_id = there, .target_url = address};
    if (end.is_present)
        end.fingerprint = w->fingerprint;
    /* What is wanted stays "present" when the source may not travel and its event has not come yet. */
    bool late = !end.is_present && str_eq(w->k->wanted, S("present"));
    struct receipt receipt = {action, S("confirmed"), end.revision, end.fingerprint, there, address, STR_NONE};
    end.is_present = end.is_present || late;
    return receipt_add(w->c, w->sealing, w->k, &receipt, e) && claim_done(w->c, w->k, &end, e);
}

static bool copy_one(struct copying *w, struct err *e)
{
    struct str action;
    if (!conn_begin(w->c, &w->k->source, e) || !source_read(w->c, w->a, w->k, &w->source, &w->there, e) ||
        !find_copy(w, e))
        return false;
    point_at("copy-looked");
    if (w->there)
        w->fingerprint = fingerprint(w->a, &w->source, w->k->row_filter);
    if (!(is_wanted(w) ? put_copy(w, &action, e) : take_back(w, &action, e)))
        return false;
    point_at("copy-written");
    if (!finish(w, action, e))
        return false;
    point_at("copy-receipt");
    bool ok = conn_commit(w->c, e);
    point_at("copy-committed");
    return ok;
}

/* A refusal is for people to read; anything else is tried again later. */
static bool put_off(struct copying *w, const struct err *why, struct err *e)
{
    struct str error = claim_error(w->a, why);
    conn_rollback(w->c);
    if (why->kind == &err_lease_lost) {
        LOG(LOG_WARN, "lease_lost", LOG_S("dataset", uuid_str(&w->k->dataset)));
        return true;
    }
    log_err(LOG_WARN, "copy_failed", why);
    if (why->kind->status >= 500 || claim_collided(w->k, why))
        return claim_wait(w->c, w->k, claim_backoff_ms(w->k->attempts), error, 0, w->k->attempts + 1, e);
    struct claim_end end = {.is_present = is_wanted(w), .revision = w->there ? w->source.revision : w->k->revision};
    struct receipt receipt = {S("refused"), S("parked"), end.revision, STR_NONE, STR_NONE, STR_NONE, error};
    return conn_begin(w->c, NULL, e) && receipt_add(w->c, w->sealing, w->k, &receipt, e) &&
           claim_park(w->c, w->k, &end, error, e) && conn_commit(w->c, e);
}

bool deliver_copies(struct job_run *run, struct err *e)
{
    bool there = true, ok = true;
    point_home(run->home);
    for (unsigned i = 0; ok && i < COPIES_AT_ONCE && there && !*run->stop; i++) {
        struct arena a = {0};
        struct claim k;
        struct err why = {0};
        ok = claim_take(run->conn, &a, CLAIM_COPY, &k, &there, e);
        if (ok && there) {
            struct copying w = {.c = run->conn, .a = &a, .sealing = run->sealing_key, .k = &k};
            point_at("copy-claimed");
            ok = copy_one(&w, &why) || put_off(&w, &why, e);
        }
        arena_free(&a);
    }
    run->more = ok && there;
    return ok;
}
