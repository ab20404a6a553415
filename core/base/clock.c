#include "core/base/clock.h"

#include <stdlib.h>
#include <time.h>

static int64_t shift_us;

void clock_init(void)
{
    int64_t seconds = 0;
    if (str_i64(str_of(getenv("TERRASSE_CLOCK")), &seconds) && seconds > -4000000000 &&
        seconds < 4000000000)
        shift_us = seconds * 1000000;
}

static int64_t read_us(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t clock_wall_us(void)
{
    return read_us(CLOCK_REALTIME) + shift_us;
}

int64_t clock_monotonic_us(void)
{
    return read_us(CLOCK_MONOTONIC);
}

static struct tm parts(int64_t wall_us)
{
    time_t s = (time_t)(wall_us / 1000000 - (wall_us % 1000000 < 0));
    static _Thread_local time_t last; /* the lines of a log have a second in common */
    static _Thread_local struct tm tm;
    if (s != last || tm.tm_mday == 0)
        gmtime_r(&s, &tm);
    last = s;
    return tm;
}

static void put_part(struct buf *out, int v, unsigned digits, char after)
{
    buf_addn_wide(out, (uint64_t)v, digits);
    if (after)
        buf_addc(out, after);
}

/* Not printf: two of these stand in every line of the log. */
static void put_seconds(struct buf *out, const struct tm *t)
{
    put_part(out, t->tm_year + 1900, 4, '-');
    put_part(out, t->tm_mon + 1, 2, '-');
    put_part(out, t->tm_mday, 2, 'T');
    put_part(out, t->tm_hour, 2, ':');
    put_part(out, t->tm_min, 2, ':');
    put_part(out, t->tm_sec, 2, 0);
}

void clock_iso(struct buf *out, int64_t wall_us)
{
    struct tm t = parts(wall_us);
    put_seconds(out, &t);
    buf_addc(out, 'Z');
}

void clock_iso_us(struct buf *out, int64_t wall_us)
{
    struct tm t = parts(wall_us);
    int64_t us = wall_us % 1000000;
    put_seconds(out, &t);
    buf_addc(out, '.');
    buf_addn_wide(out, (uint64_t)(us < 0 ? us + 1000000 : us), 6);
    buf_add(out, S("+00:00"));
}

struct str clock_now(struct arena *a)
{
    struct buf b = {0};
    clock_iso_us(&b, clock_wall_us());
    struct str now = arena_str(a, buf_str(&b));
    buf_free(&b);
    return now;
}

void clock_http(struct buf *out, int64_t wall_us)
{
    static const char days[] = "SunMonTueWedThuFriSat";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    struct tm t = parts(wall_us);
    buf_printf(out, "%.3s, %02d %.3s %04d %02d:%02d:%02d GMT", days + 3 * t.tm_wday, t.tm_mday,
               months + 3 * t.tm_mon, t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
}

bool clock_http_read(struct str text, int64_t *seconds)
{
    char copy[40];
    struct tm tm = {0};
    if (text.n >= sizeof copy)
        return false;
    memcpy(copy, text.p ? text.p : "", text.n);
    copy[text.n] = 0;
    const char *end = strptime(copy, "%a, %d %b %Y %H:%M:%S GMT", &tm);
    *seconds = timegm(&tm);
    return end && !*end;
}
