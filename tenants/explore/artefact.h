#pragma once
#include "core/data/export/coding.h"
#include "core/data/export/export.h"
#include "core/web/request.h"

/*
 * artefact -- a whole open dataset as a file on disk, so that a download is sendfile with ranges and costs no database work.
 *
 * In the spool folder: artefact-<dataset>-<revision>-<key>. Written while the first client is served, or by the worker before
 * anybody asks (exports_ahead.h); it has its name only when it is complete, and until then one writer, who holds a lock on it.
 * Older revisions of the dataset go when a new one begins; all of them together stay under the option exports-kept, and under
 * 4,096 files: the oldest go when a new one begins, down to half of the room (three quarters of the files), and none that is
 * larger than the other half is kept. What an interrupted program left half written goes after an hour.
 *
 * Source: architecture.md 2.6.
 */
struct artefact;

struct artefact_store {
    const char *folder; /* NULL: there is none, nothing is kept */
    int64_t most;       /* bytes of all files */
};
struct artefact_store artefact_store_of(struct req *r); /* the web process's */

struct artefact_name {
    struct uuid dataset;
    int64_t revision;
    struct str key; /* 32 hex */
};

/* What the bytes of a file of rows depend on. x: open; its parameters count where the file is not whole. */
struct artefact_of {
    struct str build; /* of the program: another one may write other bytes */
    int64_t revision;
    const struct export *x;
    bool whole, compressed;
    enum coding_kind coding; /* Content-Encoding */
};
struct str artefact_key(struct arena *a, const struct artefact_of *of); /* 32 hex, in `a` */

/* The open file, for req_file; -1: there is none. */
int artefact_open(const struct artefact_store *s, const struct artefact_name *name, int64_t *size);

/* NULL: it cannot be kept, or somebody else is writing it; the answer goes on without. */
struct artefact *artefact_begin(const struct artefact_store *s, const struct artefact_name *name);
void artefact_bound(struct artefact *a, int64_t bytes);  /* … or it is not kept; half of the store's room unless said */
bool artefact_add(struct artefact *a, struct str bytes); /* NULL is fine; false: it will not be kept */
bool artefact_end(struct artefact *a);                   /* true: it has its name */
void artefact_close(struct artefact *a);                 /* finished or not; NULL is fine */

/* What is kept of a dataset: bytes of this revision; when the last file of any other was made (seconds; 0: there is none). */
struct artefact_survey {
    int64_t bytes, former_s;
};
struct artefact_survey artefact_survey(const struct artefact_store *s, const struct uuid *dataset, int64_t revision);
void artefact_drop_former(const struct artefact_store *s, const struct uuid *dataset, int64_t revision); /* 0: all of them */
