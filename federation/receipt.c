#include "federation/receipt.h"

#include <sodium.h>

#include "federation/errors.h"
#include "federation/seal.h"
#include "federation/sql.h"
#include "tenants/directory/tenant.h"

/* What a receipt's hash covers, in this order. */
enum { PART_PREVIOUS, PART_NUMBER, PART_ROOT, PART_ID, PART_SUBSCRIPTION, PART_DATASET, PART_AT, PART_ACTION, PART_OUTCOME,
       PART_REVISION, PART_SOURCE_HASH, PART_TARGET_ID, PART_TARGET_URL, PART_DETAIL, PARTS };

/* Absent and empty are the same here: the database keeps both. */
static void hash_parts(const struct str parts[PARTS], unsigned char hash[SEAL_HASH])
{
    crypto_generichash_state s;
    crypto_generichash_init(&s, NULL, 0, SEAL_HASH);
    for (unsigned i = 0; i < PARTS; i++) {
        unsigned char length[8];
        for (unsigned k = 0; k < 8; k++)
            length[k] = (unsigned char)((uint64_t)parts[i].n >> (8 * k));
        crypto_generichash_update(&s, length, sizeof length);
        crypto_generichash_update(&s, (const unsigned char *)(parts[i].p ? parts[i].p : ""), parts[i].n);
    }
    crypto_generichash_final(&s, hash, SEAL_HASH);
}

static struct str cell(struct arena *a, const PGresult *r, int row, int column)
{
    if (PQgetisnull(r, row, column))
        return STR_NONE;
    return arena_str(a, (struct str){PQgetvalue(r, row, column), (size_t)PQgetlength(r, row, column)});
}

/* receipt_next.sql's columns */
enum { NEXT_NUMBER, NEXT_PREVIOUS, NEXT_AT, NEXT_DETAIL };

static bool add(struct conn *c, struct arena *a, const char *sealing, const struct claim *k, const struct receipt *receipt,
                struct err *e)
{
    unsigned char hash[SEAL_HASH], signature[SEAL_SIGNATURE];
    struct uuid id = uuid_make();
    const struct str ask[] = {uuid_str(&k->root), receipt->detail.p ? receipt->detail : S("{}")};
    PGresult *r = conn_ask(c, &sql_receipt_next, ask, e);
    if (!r)
        return false;
    struct str parts[PARTS] = {
        [PART_PREVIOUS] = cell(a, r, 0, NEXT_PREVIOUS), [PART_NUMBER] = cell(a, r, 0, NEXT_NUMBER),
        [PART_ROOT] = uuid_str(&k->root), [PART_ID] = uuid_str(&id), [PART_SUBSCRIPTION] = uuid_str(&k->subscription),
        [PART_DATASET] = uuid_str(&k->dataset), [PART_AT] = cell(a, r, 0, NEXT_AT), [PART_ACTION] = receipt->action,
        [PART_OUTCOME] = receipt->outcome, [PART_REVISION] = arena_n(a, receipt->revision),
        [PART_SOURCE_HASH] = receipt->source_hash, [PART_TARGET_ID] = receipt->target_id,
        [PART_TARGET_URL] = receipt->target_url, [PART_DETAIL] = cell(a, r, 0, NEXT_DETAIL),
    };
    PQclear(r);
    hash_parts(parts, hash);
    if (!seal_sign(sealing, hash, signature, e))
        return false;
    const struct str row[] = {
        uuid_str(&id), parts[PART_ROOT], parts[PART_NUMBER], parts[PART_SUBSCRIPTION], parts[PART_DATASET], parts[PART_AT],
        receipt->action, receipt->outcome, parts[PART_REVISION], receipt->source_hash, receipt->target_id,
        receipt->target_url, parts[PART_DETAIL], parts[PART_PREVIOUS], seal_hex(a, hash, SEAL_HASH),
        seal_hex(a, signature, SEAL_SIGNATURE)};
    return tenant_do(c, &sql_receipt_insert, row, e);
}

bool receipt_add(struct conn *c, const char *sealing, const struct claim *k, const struct receipt *receipt, struct err *e)
{
    struct arena a = {0};
    bool ok = add(c, &a, sealing, k, receipt, e);
    arena_free(&a);
    return ok;
}

/* receipt_chain.sql's columns */
enum { COL_NUMBER, COL_ID, COL_SUBSCRIPTION, COL_DATASET, COL_AT, COL_ACTION, COL_OUTCOME, COL_REVISION, COL_SOURCE_HASH,
       COL_TARGET_ID, COL_TARGET_URL, COL_DETAIL, COL_PREVIOUS, COL_HASH, COL_SIGNATURE };

/* NULL: the receipt is as it was made and follows `previous`. */
static const char *fault_of(struct arena *a, const PGresult *r, int row, struct str root, int64_t number, struct str previous,
                            const unsigned char *public)
{
    unsigned char hash[SEAL_HASH], stored[SEAL_HASH], signature[SEAL_SIGNATURE];
    struct str parts[PARTS] = {[PART_PREVIOUS] = cell(a, r, row, COL_PREVIOUS), [PART_NUMBER] = cell(a, r, row, COL_NUMBER),
                               [PART_ROOT] = root, [PART_ID] = cell(a, r, row, COL_ID)};
    for (int i = 0; i < PARTS - PART_SUBSCRIPTION; i++)
        parts[PART_SUBSCRIPTION + i] = cell(a, r, row, COL_SUBSCRIPTION + i);
    hash_parts(parts, hash);
    int64_t is = 0;
    if (!str_i64(parts[PART_NUMBER], &is) || is != number)
        return "gap";
    if (!str_eq(parts[PART_PREVIOUS], previous))
        return "previous";
    if (!seal_bytes(cell(a, r, row, COL_HASH), stored, SEAL_HASH) || memcmp(stored, hash, SEAL_HASH) != 0)
        return "hash";
    if (!seal_bytes(cell(a, r, row, COL_SIGNATURE), signature, SEAL_SIGNATURE) || !seal_verify(public, hash, signature))
        return "signature";
    return NULL;
}

bool receipt_verify(struct conn *c, const unsigned char *public, struct str root, int64_t head_number, struct str head_hash,
                    struct receipt_verdict *verdict, struct err *e)
{
    struct receipt_verdict v = {0};
    struct arena a = {0}, kept = {0};
    struct str previous = S("\\x");
    bool ok = true, more = true;
    while (ok && more && !v.fault) {
        const struct str page[] = {root, arena_printf(&a, "%lld", (long long)v.receipts)};
        PGresult *r = conn_ask(c, &sql_receipt_chain, page, e);
        ok = r != NULL;
        more = ok && PQntuples(r) > 0;
        for (int row = 0; ok && row < PQntuples(r) && !v.fault; row++) {
            v.fault = fault_of(&a, r, row, root, v.receipts + 1, previous, public);
            if (v.fault)
                v.broken = v.receipts + 1;
            else
                v.receipts++;
            previous = cell(&kept, r, row, COL_HASH);
        }
        PQclear(r);
        arena_free(&a);
    }
    if (ok && !v.fault && (v.receipts != head_number || !str_eq(previous, head_hash))) {
        v.fault = "head";
        v.broken = v.receipts + 1;
    }
    arena_free(&kept);
    if (ok)
        *verdict = v;
    return ok;
}
