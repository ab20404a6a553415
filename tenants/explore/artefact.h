#pragma once
#include "core/web/request.h"

/*
 * artefact -- a whole open dataset as a file on disk, so that the next download is sendfile with
 * ranges and costs no database work.
 *
 * In the spool folder: artefact-<dataset>-<revision>-<key>. Written while the first client is served;
 * it has its name only when it is complete. Older revisions of the dataset go when a new one begins;
 * all of them together stay under the option exports-kept: the oldest go when a new one begins, down to half of it,
 * and none that is larger than the other half is kept. What an interrupted program
 * left half written goes after an hour.
 *
 * Source: architecture.md 2.6.
 */
struct artefact;

struct artefact_name {
    struct uuid dataset;
    int64_t revision;
    struct str key; /* 32 hex */
};

/* The open file, for req_file; -1: there is none. */
int artefact_open(struct req *r, const struct artefact_name *name, int64_t *size);

/* NULL: it cannot be kept; the answer goes on without. */
struct artefact *artefact_begin(struct req *r, const struct artefact_name *name);
void artefact_add(struct artefact *a, struct str bytes); /* NULL is fine */
void artefact_end(struct artefact *a);
void artefact_close(struct artefact *a); /* finished or not; NULL is fine */
