#pragma once
#include "federation/claim.h"

/*
 * source -- a data set as it is now where it is made: what a delivery carries.
 *
 * Read in the caller's transaction, with its row held until the end (source_hold): nobody closes it
 * while it is copied. Leaves the transaction in the source's tenant.
 */
struct source {
    bool travels;       /* an origin, published, open, its rows ready, not withdrawn since */
    int64_t revision;
    struct str dataset_id, identifier, version, columns, metas, fields, key_columns, records, raw_bytes;
    struct str created_at, published_at, opened_at, data_processed, metadata_processed; /* as the database writes them */
    struct str organisation, siren, slug, portal, host, uid, root;
    struct str licence;             /* as the national portal knows it; absent: another */
    struct str insee, tenant_siren; /* of the portal it is made on; may be absent */
    struct str files;               /* a digest of the files that stand beside its rows or that cells name; absent: there is none */
    struct str beside;              /* those beside its rows: a list of {kind, id, title, name, type, size, hash}; absent: none */
    struct str credits;             /* portal.credits: what its rows were joined with (tenants/publishing/credit.h) */
};

/* *there: false when the data set has gone altogether. */
bool source_read(struct conn *c, struct arena *a, const struct claim *k, struct source *out, bool *there, struct err *e);
