#pragma once
#include "core/base/arena.h"
#include "core/base/err.h"

/*
 * seal -- what the home's sealing key protects: the keys of our accounts on national portals
 * (secretbox), and the signature of receipts (Ed25519). Both keys are derived from it, each for its
 * use alone, so that a stolen database can neither push in our name nor forge a receipt.
 *
 * sealing: the text of secrets/sealing. A sealed value is nonce and box as "\x…" for a bytea.
 */
enum { SEAL_HASH = 32, SEAL_SIGNATURE = 64, SEAL_PUBLIC = 32 };

struct str seal_close(struct arena *a, const char *sealing, struct str secret);
/* peer: its name, for the message. fails err_sealing_missing, err_seal_broken */
bool seal_open(struct arena *a, const char *sealing, struct str sealed, struct str peer, struct str *secret,
               struct err *e);

/* The same, or one that a web process sealed with the worker's public key (source_seal). */
bool seal_open_peer(struct arena *a, const char *sealing, struct str sealed, struct str peer, struct str *secret, struct err *e);
bool seal_sign(const char *sealing, const unsigned char hash[SEAL_HASH], unsigned char signature[SEAL_SIGNATURE],
               struct err *e); /* err_sealing_missing */
bool seal_public(const char *sealing, unsigned char public[SEAL_PUBLIC], struct err *e);
bool seal_verify(const unsigned char public[SEAL_PUBLIC], const unsigned char hash[SEAL_HASH],
                 const unsigned char signature[SEAL_SIGNATURE]);

/* "\x0123…" and back; false: not n bytes in that form. */
struct str seal_hex(struct arena *a, const unsigned char *bytes, size_t n);
bool seal_bytes(struct str hex, unsigned char *out, size_t n);
