#include "core/base/rand.h"

#include <sodium.h>
#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/must.h"

void rand_init(void)
{
    must(sodium_init() >= 0);
}

void rand_bytes(void *out, size_t n)
{
    randombytes_buf(out, n);
}

struct uuid uuid_make(void)
{
    static _Thread_local uint64_t last; /* milliseconds and a counter of 12 bits */
    uint64_t now = (uint64_t)(clock_wall_us() / 1000) << 12;
    last = now > last ? now | (randombytes_random() & 0x3ff) : last + 1;

    unsigned char tail[8];
    rand_bytes(tail, sizeof tail);
    uint64_t ms = last >> 12;
    struct uuid u;
    snprintf(u.text, sizeof u.text, "%08x-%04x-7%03x-%02x%02x-%02x%02x%02x%02x%02x%02x",
             (unsigned)(ms >> 16 & 0xffffffff), (unsigned)(ms & 0xffff), (unsigned)(last & 0xfff),
             (tail[0] & 0x3fu) | 0x80u, tail[1], tail[2], tail[3], tail[4], tail[5], tail[6], tail[7]);
    return u;
}

bool uuid_parse(struct str s, struct uuid *out)
{
    if (s.n != UUID_TEXT)
        return false;
    struct uuid u = {{0}};
    for (size_t i = 0; i < UUID_TEXT; i++) {
        char c = s.p[i];
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (c >= 'A' && c <= 'F')
            c = (char)(c | 0x20);
        bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
        if (dash ? c != '-' : !hex)
            return false;
        u.text[i] = c;
    }
    *out = u;
    return true;
}

struct token_text token_make(void)
{
    unsigned char raw[32];
    struct token_text t;
    rand_bytes(raw, sizeof raw);
    sodium_bin2base64(t.text, sizeof t.text, raw, sizeof raw, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    sodium_memzero(raw, sizeof raw);
    return t;
}
