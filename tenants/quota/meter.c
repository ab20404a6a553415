#include "tenants/quota/meter.h"

#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/web/request.h"
#include "tenants/quota/anonymous.h"
#include "tenants/quota/errors.h"
#include "tenants/quota/flush.h"
#include "tenants/quota/usage.h"

static struct usage *usage;
static struct flush *flush;

struct receipt {
    struct usage_receipt calls;
    bool anonymous;
};
_Static_assert(sizeof(struct receipt) <= sizeof((struct req){0}.meter), "room in the request");

bool meter_open(uv_loop_t *loop, struct lanes *lanes, const char *usage_path, struct err *e)
{
    usage = usage_open(usage_path, e);
    if (!usage)
        return false;
    flush = flush_open(loop, lanes, usage);
    return true;
}

void meter_close(void)
{
    if (flush)
        flush_close(flush);
    usage_close(usage);
    flush = NULL;
    usage = NULL;
}

struct usage *meter_usage(void)
{
    return usage;
}

/* A download of everything, as opposed to a question: no filter in the query. By the route, since a data set may be called "exports". */
static bool is_whole_export(struct req *r)
{
    static const char *const questions[] = {"where", "refine", "exclude", "select", "group_by", "q"};
    if (!strstr(r->route->pattern, "/exports/"))
        return false;
    for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++)
        if (req_query(r, str_of(questions[i])).p)
            return false;
    return true;
}

/* The public API alone: closing or withdrawing a data set by our own must work when the month is spent. */
static bool has_ceiling(struct req *r)
{
    bool is_public = r->route->dialect == DIALECT_EXPLORE || r->route->dialect == DIALECT_V1;
    return is_public && !is_whole_export(r);
}

static bool may_refuse(struct req *r)
{
    return has_ceiling(r) && r->origin != ORIGIN_CRAWLER && r->origin != ORIGIN_FEDERATION;
}

/* Who says that he is the national crawler or another Terrasse is never refused for the pool's sake, but anybody can say so: an
 * address has so many times the ceiling of others then, and no more. */
enum { SAID_TIMES = 20 };

static int64_t ceiling_of(const struct req *r, int64_t ceiling)
{
    bool said = r->origin == ORIGIN_CRAWLER || r->origin == ORIGIN_FEDERATION;
    return said && ceiling >= 0 ? ceiling * SAID_TIMES : ceiling;
}

static struct str peer(const struct req *r)
{
    return str_of(r->x->peer);
}

static bool refuse_anonymous(int64_t ceiling, struct err *e)
{
    ERR(e, err_quota_anonymous, "ceiling %lld", (long long)ceiling);
    return err_arg(e, "%lld", (long long)ceiling);
}

static bool refuse_calls(const struct req *r, struct err *e)
{
    struct usage_now now;
    struct buf day = {0};
    usage_read(usage, r->tenant->slot, clock_wall_us(), &now);
    clock_iso(&day, now.resets_us);
    ERR(e, err_quota_calls, "used %lld of %lld", (long long)now.used, (long long)now.limit);
    err_arg(e, STR_FMT, STR_ARG(str_part(buf_str(&day), 0, 10)));
    buf_free(&day);
    return false;
}

bool meter_spend(struct req *r, struct err *e)
{
    struct receipt *receipt = (struct receipt *)(void *)r->meter;
    int64_t now = clock_wall_us(), ceiling = ceiling_of(r, flush_anonymous_ceiling(flush, r->tenant->slot));
    bool refuse = may_refuse(r);
    receipt->anonymous = has_ceiling(r) && !r->who.account.text[0] && ceiling >= 0;
    if (receipt->anonymous && !anonymous_spend(peer(r), r->route->cost, ceiling, now))
        return refuse_anonymous(ceiling, e);
    if (usage_spend(usage, r->tenant->slot, r->origin, r->route->cost, refuse, now, &receipt->calls) ==
        USAGE_ADMITTED)
        return true;
    if (receipt->anonymous)
        anonymous_give_back(peer(r), r->route->cost, now);
    return refuse_calls(r, e);
}

void meter_give_back(struct req *r)
{
    const struct receipt *receipt = (const struct receipt *)(const void *)r->meter;
    usage_give_back(usage, &receipt->calls);
    if (receipt->anonymous)
        anonymous_give_back(peer(r), r->route->cost, clock_wall_us());
}

/* "2026-08-18 00:00:00+00:00" on the Explore API, seconds since 1970 on the older one. */
static void write_reset(struct buf *out, int64_t us, enum dialect dialect)
{
    if (dialect == DIALECT_V1) {
        buf_printf(out, "%lld", (long long)(us / 1000000));
        return;
    }
    struct buf iso = {0};
    clock_iso(&iso, us);
    buf_add(out, str_part(buf_str(&iso), 0, 10));
    buf_addc(out, ' ');
    buf_add(out, str_part(buf_str(&iso), 11, 8));
    buf_addz(out, "+00:00");
    buf_free(&iso);
}

static void number_line(struct buf *lines, struct str name, int64_t value)
{
    buf_add(lines, name);
    buf_addn(lines, value);
    buf_addz(lines, "\r\n");
}

/* Written once for many answers: the moment changes once a month. */
static struct str reset_line(int64_t us, enum dialect dialect)
{
    static struct buf line; /* of the loop's thread */
    static int64_t of_us;
    static enum dialect of_dialect;
    if (line.n == 0 || of_us != us || of_dialect != dialect) {
        buf_reset(&line);
        buf_addz(&line, "x-ratelimit-reset: ");
        write_reset(&line, us, dialect);
        buf_addz(&line, "\r\n");
        of_us = us;
        of_dialect = dialect;
    }
    return buf_str(&line);
}

void meter_headers(struct req *r, struct buf *lines)
{
    if (r->route->dialect != DIALECT_EXPLORE && r->route->dialect != DIALECT_V1)
        return;
    struct usage_now now;
    usage_read(usage, r->tenant->slot, clock_wall_us(), &now);
    buf_add(lines, reset_line(now.resets_us, r->route->dialect));
    number_line(lines, S("x-ratelimit-limit: "), now.limit);
    number_line(lines, S("x-ratelimit-remaining: "), now.limit > now.used ? now.limit - now.used : 0);
}

bool meter_error_body(struct req *r, const struct err *e, struct buf *body, struct str *content_type)
{
    bool anonymous = e->kind == &err_quota_anonymous;
    if (!anonymous && e->kind != &err_quota_calls)
        return false;
    static const int64_t day = (int64_t)86400 * 1000000;
    struct usage_now now;
    struct buf reset = {0};
    struct jw w;
    int64_t at = clock_wall_us(), midnight = (at / day + 1) * day;
    usage_read(usage, r->tenant->slot, at, &now);
    clock_iso(&reset, anonymous ? midnight : now.resets_us);
    jw_init(&w, body, JW_COMPACT);
    jw_open(&w, '{');
    JW_I64(&w, "errorcode", anonymous ? 10005 : 10002);
    JW_STR(&w, "reset_time", buf_str(&reset));
    JW_STR(&w, "limit_time_unit", anonymous ? S("day") : S("month"));
    JW_I64(&w, "call_limit", anonymous ? flush_anonymous_ceiling(flush, r->tenant->slot) : now.limit);
    JW_STR(&w, "error", anonymous ? S("You have exceeded the requests limit for anonymous users.")
                                  : S("Too many requests on the domain. Please contact the domain administrator."));
    jw_close(&w, '}');
    buf_free(&reset);
    *content_type = S("application/json");
    return true;
}
