#include "federation/national_call.h"

#include <stdlib.h>
#include <time.h>

#include "core/base/clock.h"
#include "core/base/errors.h"
#include "core/base/jr.h"
#include "core/base/utf8.h"
#include "core/io/errors.h"
#include "core/io/fetch.h"
#include "federation/errors.h"
#include "federation/point.h"
#include "federation/seal.h"
#include "federation/sql.h"
#include "tenants/directory/tenant.h"

enum { TIMEOUT_MS = 30000, STANDIN_TIMEOUT_MS = 5000, PACE_MS = 500, WAIT_MOST_S = 86400, ANSWER_MAX = 32 << 20 };

static bool is_write(const char *method)
{
    return strcmp(method, "GET") != 0;
}

static bool fail(struct err *e, const struct err_kind *kind, const char *file, int line, struct str arg)
{
    err_set(e, kind, file, line, STR_FMT, STR_ARG(str_part(arg, 0, 200)));
    return err_arg(e, STR_FMT, STR_ARG(arg));
}
#define FAIL(e, kind, arg) fail((e), &(kind), __FILE__, __LINE__, (arg))

/* A write may have been done; a read is asked again. */
static bool no_answer(const char *method, struct str why, struct err *e)
{
    return is_write(method) ? FAIL(e, err_national_unknown, why) : FAIL(e, err_national_away, why);
}

/* Seconds, or a date of HTTP. */
static int64_t retry_after_ms(const struct fetch_answer *answer)
{
    struct str value = str_trim(fetch_header(answer, S("retry-after")));
    struct tm tm = {0};
    int64_t s = 0;
    if (!str_i64(value, &s)) {
        char text[64] = "";
        memcpy(text, value.p ? value.p : "", value.n < sizeof text ? value.n : 0);
        if (!value.n || !strptime(text, "%a, %d %b %Y %H:%M:%S GMT", &tm))
            return 0;
        s = timegm(&tm) - clock_wall_us() / 1000000 + 1;
    }
    return s <= 0 ? 0 : (s > WAIT_MOST_S ? WAIT_MOST_S : s) * 1000;
}

/* The first sentence below a value, and the way to it: "resources[1].schema.name". */
static const char *first_text(json_t *value, struct buf *path)
{
    const char *key;
    json_t *inner;
    if (json_is_string(value))
        return json_string_value(value);
    for (size_t i = 0; i < json_array_size(value); i++) {
        size_t n = path->n;
        json_t *item = json_array_get(value, i);
        if (!json_is_string(item))
            buf_printf(path, "[%zu]", i);
        const char *text = first_text(item, path);
        if (text)
            return text;
        path->n = n;
    }
    if (!json_is_object(value))
        return NULL;
    json_object_foreach(value, key, inner) {
        size_t n = path->n;
        buf_printf(path, "%s%s", path->n ? "." : "", key);
        const char *text = first_text(inner, path);
        if (text)
            return text;
        path->n = n;
    }
    return NULL;
}

static bool refused(const json_t *json, struct err *e)
{
    struct buf path = {.max = 1000};
    const char *text = first_text(json_object_get(json, "errors"), &path);
    struct str message = text ? str_of(text) : jr_str(json, "message");
    struct str field = path.n ? buf_str(&path) : S("?");
    if (str_starts(field, S("organization"))) {
        FAIL(e, err_national_not_member, message);
    } else {
        FAIL(e, err_national_refused, field);
        err_arg(e, STR_FMT, STR_ARG(message));
    }
    buf_free(&path);
    return false;
}

static bool judge(struct national *n, const char *method, const struct fetch_answer *answer, const json_t *json, struct err *e)
{
    struct str status = arena_printf(n->a, "HTTP %d", answer->status);
    struct str message = jr_str(json, "message");
    n->wait_ms = retry_after_ms(answer);
    switch (answer->status) {
    case 400: return refused(json, e);
    case 401: return FAIL(e, err_national_key, message.n ? message : status);
    case 403: return FAIL(e, err_national_forbidden, message);
    case 404: return FAIL(e, err_national_lost, message);
    case 410: return FAIL(e, err_national_deleted, message);
    case 413: return FAIL(e, err_national_too_large, message);
    case 423: return FAIL(e, err_national_locked, message);
    case 408: case 425: return no_answer(method, status, e);
    case 429:
        if (n->wait_ms == 0)
            n->wait_ms = 60000;
        break;
    default:
        if (answer->status >= 500 && (answer->status != 503 || n->wait_ms == 0))
            return no_answer(method, status, e);
        if (answer->status != 503) {
            FAIL(e, err_national_refused, status);
            return err_arg(e, STR_FMT, STR_ARG(message));
        }
    }
    return FAIL(e, err_national_slow_down, arena_n(n->a, n->wait_ms / 1000));
}

static void pace(const struct national *n)
{
    struct timespec t = {0, PACE_MS * 1000000L};
    if (!n->is_standin)
        nanosleep(&t, NULL);
}

static bool exchange(struct national *n, const char *method, struct str path, struct str body, struct str mask,
                     struct fetch_answer *answer, struct err *e)
{
    const struct fetch_field fields[] = {{S("X-API-KEY"), n->key}, {S("Accept"), S("application/json")},
                                         {S("Content-Type"), S("application/json")}, {S("X-Fields"), mask}};
    struct fetch_request r = {
        .method = method, .fields = fields, .nfields = mask.n ? 4 : 3, .body = body, .bytes_max = ANSWER_MAX,
        .url = arena_printf(n->a, STR_FMT STR_FMT, STR_ARG(n->url), STR_ARG(path)),
        .timeout_ms = n->is_standin ? STANDIN_TIMEOUT_MS : TIMEOUT_MS, .policy = {.allow_private = n->is_standin}};
    struct err why = {0};
    pace(n);
    n->calls++;
    n->writes += is_write(method);
    if (fetch(n->a, &r, answer, &why))
        return true;
    if (why.kind == &err_fetch_url || why.kind == &err_fetch_address) {
        *e = why;
        return false;
    }
    return no_answer(method, str_of(why.detail), e);
}

bool national_call(struct national *n, const char *method, struct str path, struct str body, struct str mask, json_t **json,
                   struct err *e)
{
    struct fetch_answer answer;
    struct err bad = {0};
    *json = NULL;
    if (!claim_renew(n->c, n->k, e))
        return false;
    point_at(is_write(method) ? "national-before-write" : "national-before-read");
    if (!exchange(n, method, path, body, mask, &answer, e))
        return false;
    point_at(is_write(method) ? "national-after-write" : "national-after-read");
    json_t *got = answer.body.n > 0 && utf8_valid(answer.body) ? jr_parse(answer.body, &bad) : NULL;
    bool good = answer.status >= 200 && answer.status < 300;
    if (good && answer.status != 204 && !json_is_object(got)) {
        json_decref(got);
        return no_answer(method, S("réponse illisible"), e);
    }
    if (!good) {
        judge(n, method, &answer, got, e);
        json_decref(got);
        return false;
    }
    *json = got;
    return true;
}

/* The one organisation of our account, where nobody named one. */
static bool find_organisation(struct national *n, struct err *e)
{
    json_t *me;
    if (!national_call(n, "GET", S("/api/1/me/"), STR_NONE, STR_NONE, &me, e))
        return false;
    const json_t *list = jr_array(me, "organizations");
    size_t many = json_array_size(list);
    struct str id = arena_str(n->a, jr_str(json_array_get(list, 0), "id"));
    json_decref(me);
    if (many != 1 || id.n != 24)
        return FAIL(e, err_national_organisation, arena_printf(n->a, "%zu", many));
    n->organisation = id;
    return tenant_do(n->c, &sql_peer_organisation, (struct str[]){uuid_str(&n->peer), id}, e);
}

/* peer_read.sql's columns */
enum { COL_NAME, COL_URL, COL_STANDIN, COL_KEY, COL_ORGANISATION, COL_FAILURES };

static struct str cell(struct arena *a, const PGresult *r, int column)
{
    if (PQgetisnull(r, 0, column))
        return STR_NONE;
    return arena_str(a, (struct str){PQgetvalue(r, 0, column), (size_t)PQgetlength(r, 0, column)});
}

bool national_open(struct national *n, struct conn *c, struct arena *a, const struct claim *k, const char *sealing,
                   struct err *e)
{
    *n = (struct national){.c = c, .a = a, .k = k, .peer = k->peer};
    PGresult *r = conn_ask(c, &sql_peer_read, (struct str[]){uuid_str(&k->peer)}, e);
    if (!r)
        return false;
    bool there = PQntuples(r) == 1;
    if (there) {
        n->name = cell(a, r, COL_NAME);
        n->url = cell(a, r, COL_URL);
        n->is_standin = str_eq(cell(a, r, COL_STANDIN), S("t"));
        n->key = cell(a, r, COL_KEY);
        n->organisation = k->organisation.n ? k->organisation : cell(a, r, COL_ORGANISATION);
        str_i64(cell(a, r, COL_FAILURES), &n->failures);
    }
    PQclear(r);
    return there && seal_open_peer(a, sealing, n->key, n->name, &n->key, e) && (n->organisation.n || find_organisation(n, e));
}
