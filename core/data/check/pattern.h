#pragma once
#include "core/base/err.h"

/*
 * pattern -- the regular expressions of schemas: the whole value must match, as in XML Schema.
 *
 * PCRE2 behind it, without its just-in-time compiler: the schemas in use write alternations, lazy
 * repeats, \uXXXX and class escapes that POSIX lacks. A schema may come from anybody's repository,
 * so every match has a ceiling of steps and memory, and a pattern that reached it OVER_LIMITS times
 * is not tried again: pattern_match then answers PATTERN_UNKNOWN at once. Callouts, \C and
 * recursion into sub-patterns are refused.
 *
 * Source: W3C XML Schema part 2, appendix F; Table Schema, "pattern"; JSON Schema, "pattern"
 * (ECMA-262).
 */
enum { PATTERN_MAX = 4096, PATTERN_SUBJECT_MAX = 64 << 10 };

enum pattern_answer { PATTERN_NO, PATTERN_YES, PATTERN_UNKNOWN };

struct pattern;

/* NULL: it cannot be compiled, or is longer than PATTERN_MAX. */
struct pattern *pattern_new(struct str text);
struct pattern *
pattern_new_anywhere(struct str text); /* JSON Schema: a part of the value is enough */
enum pattern_answer pattern_match(struct pattern *p, struct str value); /* valid UTF-8 */
void pattern_free(struct pattern *p);                                   /* NULL: nothing to do */
