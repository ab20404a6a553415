#pragma once
#include "core/db/conn.h"

/*
 * attest -- who publishes says, for each version, that he checked it (R27: RGPD; R28: rights of others).
 *
 * Publishing a version that lacks one of the two is refused; a change of the description alone asks nothing. A standing
 * attestation, given by whoever sets a schedule or a program that updates, covers later versions while names and types
 * of the columns stay the same; any other shape asks a person again.
 *
 * Blocking, inside the caller's transaction of that tenant.
 */
struct attest {
    bool personal, rights;
    bool standing;
    struct str third;   /* rights of others in the data and how they were settled; may be absent */
    struct str account; /* absent: the operator */
};

/* For the version that the draft would publish; nothing is written for what is false. */
bool attest_put(struct conn *c, const struct uuid *tenant, struct str dataset_id, const struct attest *a, struct err *e);

/* Before an update by machine is published: where a schedule was set (source.h) whoever set it attests, as long as names
 * and types stay those of what is published. As terrasse_worker. */
bool attest_scheduled(struct conn *c, const struct uuid *tenant, struct str dataset_id, struct err *e);

/* fails err_attestation_missing (which) */
bool attest_gate(struct conn *c, const struct uuid *tenant, const struct uuid *dataset, const struct uuid *version, struct err *e);
