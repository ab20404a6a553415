#pragma once
#include "core/base/str.h"

/* utf8 -- strict UTF-8 (RFC 3629: no overlong forms, no surrogates, up to U+10FFFF). */

bool utf8_valid(struct str s);

/* The first character of s (s.n > 0): its code point and its length in bytes; length 0: invalid. */
size_t utf8_next(struct str s, uint32_t *code);

size_t utf8_put(char out[4], uint32_t code); /* the bytes written */
size_t utf8_count(struct str s);             /* characters; an invalid byte counts as one */
size_t utf8_floor(struct str s);             /* the longest length <= s.n that cuts no character */
