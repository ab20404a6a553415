#pragma once
#include "core/base/rand.h"

/*
 * secret -- what proves who somebody is, as the database may hold it: a keyed BLAKE2b, never the
 * secret itself (T32). The key is one of the home's sealing keys; without it a stolen database holds
 * nothing that can be used.
 */
void secret_key(const unsigned char key[32]); /* at start, before anything below */

struct secret_hash {
    char text[67]; /* "\x" and 64 hexadecimal digits: a bytea in text form */
};
struct secret_hash secret_hash(struct str secret);
static inline struct str secret_str(const struct secret_hash *h)
{
    return (struct str){h->text, 66};
}
