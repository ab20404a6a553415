#pragma once
#include "core/base/buf.h"
#include "core/base/str.h"

/*
 * json_scan -- walks over JSON text that is in memory without building anything: values are views
 * of the text.
 *
 * Bounded: nesting past JSON_SCAN_DEPTH fails. What is stepped over is checked for its quotes and
 * brackets, not for every word: whoever uses a value reads it again as what it should be.
 */
enum { JSON_SCAN_DEPTH = 64 };

struct json_scan {
    const char *p, *end;
    bool failed, began; /* began: a member was taken since json_scan_open */
};

struct json_scan json_scan_of(struct str text);

bool json_scan_open(struct json_scan *j, char bracket); /* takes '{' or '[' */
bool json_scan_take(struct json_scan *j,
                    char c);             /* takes the next character that is not white space */
bool json_scan_end(struct json_scan *j); /* nothing but white space is left */
bool json_scan_value(struct json_scan *j, struct str *value); /* any value, as written */
bool json_scan_double(struct json_scan *j, double *out);

/* What stands between the quotes of a string, without its escapes; false: an escape that is none. A
 * lone surrogate becomes U+FFFD. */
bool json_scan_unescape(struct str raw, struct buf *out);

/* The next member of the object that was opened; `key` without its quotes, escapes kept. *more
 * false: the object is closed. */
bool json_scan_member(struct json_scan *j, struct str *key, struct str *value, bool *more);
