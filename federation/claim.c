#include "federation/claim.h"

#include "core/db/errors.h"
#include "federation/errors.h"
#include "federation/sql.h"
#include "tenants/publishing/fault.h"

enum { FIRST_MS = 2000, LAST_MS = 3600000, COLLISIONS_MAX = 5 };

/* claim_copy.sql's and claim_national.sql's columns */
enum { COL_SUBSCRIPTION, COL_DATASET, COL_SOURCE, COL_TARGET, COL_PEER, COL_ROOT, COL_KIND, COL_WANTED, COL_REVISION,
       COL_STATE, COL_INTENT, COL_ATTEMPT, COL_ATTEMPTS, COL_LOOKS, COL_TARGET_ID, COL_TARGET_URL, COL_FINGERPRINT,
       COL_SEEN, COL_FILTER, COL_ORGANISATION };

static struct str cell(struct arena *a, const PGresult *r, int column)
{
    if (PQgetisnull(r, 0, column))
        return STR_NONE;
    return arena_str(a, (struct str){PQgetvalue(r, 0, column), (size_t)PQgetlength(r, 0, column)});
}

static struct uuid id(const PGresult *r, int column)
{
    struct uuid u = {{0}};
    uuid_parse(str_of(PQgetvalue(r, 0, column)), &u);
    return u;
}

/* An empty one is NULL to the database. */
static struct str id_or_none(const struct uuid *u)
{
    return u && u->text[0] ? uuid_str(u) : STR_NONE;
}

static int64_t number(const PGresult *r, int column)
{
    int64_t n = 0;
    str_i64(str_of(PQgetvalue(r, 0, column)), &n);
    return n;
}

static void read_claim(struct arena *a, const PGresult *r, struct claim *k)
{
    *k = (struct claim){
        .subscription = id(r, COL_SUBSCRIPTION), .dataset = id(r, COL_DATASET), .source = id(r, COL_SOURCE),
        .target = id(r, COL_TARGET), .peer = id(r, COL_PEER), .root = id(r, COL_ROOT), .attempt = id(r, COL_ATTEMPT),
        .kind = cell(a, r, COL_KIND), .wanted = cell(a, r, COL_WANTED), .state = cell(a, r, COL_STATE),
        .intent = cell(a, r, COL_INTENT), .target_id = cell(a, r, COL_TARGET_ID),
        .target_url = cell(a, r, COL_TARGET_URL), .fingerprint = cell(a, r, COL_FINGERPRINT),
        .seen = cell(a, r, COL_SEEN), .row_filter = cell(a, r, COL_FILTER),
        .organisation = cell(a, r, COL_ORGANISATION), .revision = number(r, COL_REVISION),
        .attempts = number(r, COL_ATTEMPTS), .looks = number(r, COL_LOOKS),
    };
}

bool claim_take(struct conn *c, struct arena *a, enum claim_queue queue, struct claim *out, bool *there, struct err *e)
{
    struct uuid token = uuid_make();
    const struct stmt *s = queue == CLAIM_COPY ? &sql_claim_copy : &sql_claim_national;
    PGresult *r = conn_ask(c, s, (struct str[]){uuid_str(&token)}, e);
    if (!r)
        return false;
    *there = PQntuples(r) == 1;
    if (*there) {
        read_claim(a, r, out);
        out->token = token;
    }
    PQclear(r);
    return true;
}

/* A write that finds its token, or fails. */
static bool fenced(struct conn *c, const struct stmt *s, const struct str *params, struct err *e)
{
    PGresult *r = conn_ask(c, s, params, e);
    bool mine = r && PQntuples(r) == 1;
    if (r && !mine)
        ERR(e, err_lease_lost, "%s", s->name);
    PQclear(r);
    return mine;
}

bool claim_renew(struct conn *c, const struct claim *k, struct err *e)
{
    const struct str params[] = {uuid_str(&k->subscription), uuid_str(&k->dataset), uuid_str(&k->token)};
    return fenced(c, &sql_claim_renew, params, e);
}

bool claim_intent(struct conn *c, const struct claim *k, struct str state, struct str intent, const struct uuid *attempt,
                  struct str target_id, struct str target_url, struct err *e)
{
    const struct str params[] = {uuid_str(&k->subscription), uuid_str(&k->dataset), uuid_str(&k->token), state, intent,
                                 id_or_none(attempt), target_id, target_url};
    return fenced(c, &sql_claim_intent, params, e);
}

bool claim_done(struct conn *c, const struct claim *k, const struct claim_end *end, struct err *e)
{
    struct arena a = {0};
    const struct str params[] = {uuid_str(&k->subscription), uuid_str(&k->dataset), uuid_str(&k->token),
                                 end->is_present ? S("present") : S("absent"),
                                 arena_printf(&a, "%lld", (long long)end->revision), end->target_id, end->target_url,
                                 end->fingerprint, end->seen};
    bool ok = fenced(c, &sql_claim_done, params, e);
    arena_free(&a);
    return ok;
}

bool claim_park(struct conn *c, const struct claim *k, const struct claim_end *end, struct str error, struct err *e)
{
    struct arena a = {0};
    const struct str params[] = {uuid_str(&k->subscription), uuid_str(&k->dataset), uuid_str(&k->token),
                                 end->is_present ? S("present") : S("absent"),
                                 arena_printf(&a, "%lld", (long long)end->revision), error};
    bool ok = fenced(c, &sql_claim_park, params, e);
    arena_free(&a);
    return ok;
}

bool claim_wait(struct conn *c, const struct claim *k, int64_t wait_ms, struct str error, int64_t looks, int64_t attempts,
                struct err *e)
{
    struct arena a = {0};
    const struct str params[] = {uuid_str(&k->subscription), uuid_str(&k->dataset), uuid_str(&k->token),
                                 arena_printf(&a, "%lld", (long long)wait_ms), error,
                                 arena_printf(&a, "%lld", (long long)looks),
                                 arena_printf(&a, "%lld", (long long)attempts)};
    bool ok = fenced(c, &sql_claim_wait, params, e);
    arena_free(&a);
    return ok;
}

int64_t claim_backoff_ms(int64_t attempts)
{
    int64_t most = FIRST_MS;
    uint32_t r;
    for (int64_t i = 0; i < attempts && most < LAST_MS; i++)
        most *= 2;
    if (most > LAST_MS)
        most = LAST_MS;
    rand_bytes(&r, sizeof r);
    return most / 4 + (int64_t)((double)r / 4294967296.0 * (double)(most - most / 4));
}

bool claim_collided(const struct claim *k, const struct err *why)
{
    return why->kind == &err_conflict && k->attempts < COLLISIONS_MAX;
}

struct str claim_error(struct arena *a, const struct err *e)
{
    struct buf b = {0};
    fault_write(e, &b);
    struct str text = arena_str(a, buf_str(&b));
    buf_free(&b);
    return text;
}
