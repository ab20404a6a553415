#include "tenants/people/secret.h"

#include <sodium.h>

#include "core/base/must.h"

static unsigned char sealing_key[32];
static bool set;

void secret_key(const unsigned char key[32])
{
    memcpy(sealing_key, key, sizeof sealing_key);
    set = true;
}

struct secret_hash secret_hash(struct str secret)
{
    must(set);
    unsigned char raw[32];
    struct secret_hash h = {"\\x"};
    crypto_generichash(raw, sizeof raw, (const unsigned char *)(secret.p ? secret.p : ""), secret.n,
                       sealing_key, sizeof sealing_key);
    sodium_bin2hex(h.text + 2, sizeof h.text - 2, raw, sizeof raw);
    return h;
}
