#pragma once
#include "core/base/arena.h"
#include "core/base/err.h"

/*
 * say -- dates, sizes and figures as people of a language write them; all in the arena.
 *
 * French: "5 janvier 2026", "12 482" and "1,5 Mo" with U+00A0 (the font has no U+202F). English: "5 January 2026",
 * "12,482", "1.5 MB".
 */
struct str say_date(struct arena *a, enum lang lang, struct str iso); /* "2026-01-05…"; anything else: as it is */
struct str say_bytes(struct arena *a, enum lang lang, int64_t n);
struct str say_count(struct arena *a, enum lang lang, int64_t n);
/* Digits with an optional sign, point and exponent, as JSON has them. */
struct str say_number(struct arena *a, enum lang lang, struct str json_number);
