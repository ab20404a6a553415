#pragma once
#include "federation/claim.h"

/*
 * receipt -- what was done, when, and what the other side said: append-only, one chain a root.
 *
 * Each receipt has the hash of the one before it in its own (BLAKE2b-256 over every member, each with its length)
 * and an Ed25519 signature of that hash by a key of the home. A changed, missing or swapped receipt breaks the
 * chain; one cut off at the end does not agree with the head.
 */
struct receipt {
    struct str action;      /* create, adopt, update, withdraw, restore, unchanged, refused */
    struct str outcome;     /* confirmed, failed, parked */
    int64_t revision;
    struct str source_hash; /* of what was sent */
    struct str target_id, target_url;
    struct str detail;      /* a JSON object; absent: {} */
};

/* In the caller's transaction: it stands or falls with what it says. fails err_sealing_missing */
bool receipt_add(struct conn *c, const char *sealing, const struct claim *k, const struct receipt *receipt, struct err *e);

struct receipt_verdict {
    int64_t receipts;
    int64_t broken;     /* number of the first receipt that is wrong; 0: none */
    const char *fault;  /* "gap", "hash", "previous", "signature", "head"; NULL: the chain is whole */
};
/* root: its id; head: its row of receipt_heads. */
bool receipt_verify(struct conn *c, const unsigned char *public, struct str root, int64_t head_number, struct str head_hash,
                    struct receipt_verdict *verdict, struct err *e);
