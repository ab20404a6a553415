#pragma once
#include "core/base/str.h"

/* rand -- random bytes (libsodium) and ids. */

enum { UUID_TEXT = 36, TOKEN_TEXT = 43 };

void rand_init(void); /* once, before threads */
void rand_bytes(void *out, size_t n);

/* An id made by the program: UUIDv7 (RFC 9562 section 5.7), lower case, NUL-terminated. Those of one
 * process grow in the order they were made. */
struct uuid {
    char text[UUID_TEXT + 1];
};
struct uuid uuid_make(void);
bool uuid_parse(struct str s, struct uuid *out); /* any version; lower-cases; false: not an id */
static inline struct str uuid_str(const struct uuid *u)
{
    return (struct str){u->text, u->text[0] ? UUID_TEXT : 0};
}

/* 256 random bits as 43 characters of base64url, NUL-terminated: one-time links, sessions, keys. */
struct token_text {
    char text[TOKEN_TEXT + 1];
};
struct token_text token_make(void);
