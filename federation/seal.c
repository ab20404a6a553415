#include "federation/seal.h"

#include <sodium.h>

#include "federation/errors.h"
#include "tenants/publishing/source.h"

_Static_assert(SEAL_SIGNATURE == crypto_sign_BYTES && SEAL_PUBLIC == crypto_sign_PUBLICKEYBYTES, "Ed25519");
_Static_assert(crypto_sign_SEEDBYTES == 32 && crypto_secretbox_KEYBYTES == 32, "derived keys have 32 bytes");

static bool derive(const char *sealing, const char *use, unsigned char key[32], struct err *e)
{
    struct str text = str_of(sealing), what = str_of(use);
    if (text.n == 0)
        return ERR(e, err_sealing_missing, "%s", use);
    crypto_generichash_state s;
    crypto_generichash_init(&s, (const unsigned char *)what.p, what.n, 32);
    crypto_generichash_update(&s, (const unsigned char *)text.p, text.n);
    crypto_generichash_final(&s, key, 32);
    return true;
}

/* The uses, 16 bytes or more: they key the hash. */
static const char use_peer[] = "terrasse national portal key v1";
static const char use_receipt[] = "terrasse receipt signature v1";

struct str seal_hex(struct arena *a, const unsigned char *bytes, size_t n)
{
    char *out = arena_alloc(a, n * 2 + 3);
    out[0] = '\\', out[1] = 'x';
    sodium_bin2hex(out + 2, n * 2 + 1, bytes, n);
    return (struct str){out, n * 2 + 2};
}

bool seal_bytes(struct str hex, unsigned char *out, size_t n)
{
    size_t got = 0;
    return str_starts(hex, S("\\x")) && hex.n == n * 2 + 2 &&
           sodium_hex2bin(out, n, hex.p + 2, hex.n - 2, NULL, &got, NULL) == 0 && got == n;
}

struct str seal_close(struct arena *a, const char *sealing, struct str secret)
{
    unsigned char key[32];
    struct err ignored = {0};
    size_t n = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + secret.n;
    unsigned char *sealed = arena_alloc(a, n);
    if (!derive(sealing, use_peer, key, &ignored))
        return STR_NONE;
    randombytes_buf(sealed, crypto_secretbox_NONCEBYTES);
    crypto_secretbox_easy(sealed + crypto_secretbox_NONCEBYTES, (const unsigned char *)secret.p, secret.n, sealed, key);
    sodium_memzero(key, sizeof key);
    return seal_hex(a, sealed, n);
}

bool seal_open(struct arena *a, const char *sealing, struct str sealed, struct str peer, struct str *secret,
               struct err *e)
{
    enum { HEAD = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES };
    unsigned char key[32];
    if (!derive(sealing, use_peer, key, e))
        return false;
    size_t n = sealed.n > 2 ? (sealed.n - 2) / 2 : 0;
    unsigned char *raw = arena_alloc(a, n + 1);
    bool ok = n > HEAD && seal_bytes(sealed, raw, n);
    char *text = arena_alloc(a, ok ? n - HEAD + 1 : 1);
    ok = ok && crypto_secretbox_open_easy((unsigned char *)text, raw + crypto_secretbox_NONCEBYTES,
                                          n - crypto_secretbox_NONCEBYTES, raw, key) == 0;
    sodium_memzero(key, sizeof key);
    if (!ok) {
        ERR(e, err_seal_broken, "%zu bytes", n);
        return err_arg(e, STR_FMT, STR_ARG(peer));
    }
    *secret = (struct str){text, n - HEAD};
    return true;
}

bool seal_open_peer(struct arena *a, const char *sealing, struct str sealed, struct str peer, struct str *secret, struct err *e)
{
    struct err ignored = {0};
    return source_unseal(a, sealing, sealed, secret, &ignored) || seal_open(a, sealing, sealed, peer, secret, e);
}

static bool keypair(const char *sealing, unsigned char public[SEAL_PUBLIC],
                    unsigned char secret[crypto_sign_SECRETKEYBYTES], struct err *e)
{
    unsigned char seed[32];
    if (!derive(sealing, use_receipt, seed, e))
        return false;
    crypto_sign_seed_keypair(public, secret, seed);
    sodium_memzero(seed, sizeof seed);
    return true;
}

bool seal_sign(const char *sealing, const unsigned char hash[SEAL_HASH], unsigned char signature[SEAL_SIGNATURE],
               struct err *e)
{
    unsigned char public[SEAL_PUBLIC], secret[crypto_sign_SECRETKEYBYTES];
    if (!keypair(sealing, public, secret, e))
        return false;
    crypto_sign_detached(signature, NULL, hash, SEAL_HASH, secret);
    sodium_memzero(secret, sizeof secret);
    return true;
}

bool seal_public(const char *sealing, unsigned char public[SEAL_PUBLIC], struct err *e)
{
    unsigned char secret[crypto_sign_SECRETKEYBYTES];
    bool ok = keypair(sealing, public, secret, e);
    sodium_memzero(secret, sizeof secret);
    return ok;
}

bool seal_verify(const unsigned char public[SEAL_PUBLIC], const unsigned char hash[SEAL_HASH],
                 const unsigned char signature[SEAL_SIGNATURE])
{
    return crypto_sign_verify_detached(signature, hash, SEAL_HASH, public) == 0;
}
