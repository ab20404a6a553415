#pragma once
#include "core/base/arena.h"
#include "core/base/buf.h"

/*
 * clock -- the time, in one place so that tests can set it.
 *
 * TERRASSE_CLOCK (test and demonstration homes only) shifts the wall clock: "+3600" or "-60"
 * seconds, read once at clock_init.
 */
void clock_init(void);
int64_t clock_wall_us(void);      /* microseconds since 1970-01-01T00:00:00Z */
int64_t clock_monotonic_us(void); /* never goes back; only differences mean something */

/* "2026-11-21T22:03:29Z" and with microseconds and +00:00; for HTTP "Sat, 21 Nov 2026 22:03:29 GMT". */
void clock_iso(struct buf *out, int64_t wall_us);
void clock_iso_us(struct buf *out, int64_t wall_us);
void clock_http(struct buf *out, int64_t wall_us);
/* The wall clock with microseconds, as a statement's parameter: what depends on time in SQL follows the clock that tests set. */
struct str clock_now(struct arena *a);
/* A date in that form (RFC 9110 section 5.6.7, the preferred one), in seconds. False: another, or none. */
bool clock_http_read(struct str text, int64_t *seconds);
