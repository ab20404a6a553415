#pragma once
#include "core/base/str.h"

/*
 * date_pattern -- moments read by a pattern like "%d/%m/%Y", as the date formats of Table Schema
 * have it.
 *
 * Known: %Y %y %m %d %e %H %I %p %M %S %f %j %b %B %a %A %z %Z %%, and composites %F %T %D %R.
 * Names of months and days are taken in French and English, without case. Numbers may have fewer
 * digits than their most (strptime does), a white space in the pattern takes any, none included.
 * What is left out is 1970-01-01T00:00.
 *
 * Source: POSIX strptime; Table Schema, "date", formats `<PATTERN>` and `fmt:<PATTERN>`.
 */

/* Is it a pattern that is understood: letters known, at least one of them. */
bool date_pattern_valid(struct str pattern);

/* *us: since 1970-01-01T00:00:00Z, an offset taken away. False: the value does not have this form,
 * or no such day. */
bool date_pattern_read(struct str pattern, struct str value, int64_t *us);
