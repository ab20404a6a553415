#pragma once
#include "core/db/job.h"
#include "tenants/publishing/dataset.h"

/*
 * upload -- a file that somebody sent: kept in the content store, read by the worker.
 *
 *   queued -> reading -> ready -> published        a draft stands on `ready`
 *                     '-> failed                   error says why; nothing was loaded
 *   ready, failed -> abandoned                     after seven days (sweep.h)
 */
struct upload_new {
    struct uuid account, organisation; /* who; empty: nobody, the whole portal */
    struct uuid dataset;               /* empty: a first file, whose dataset is made later */
    struct str mode;                   /* "replace" or "append" */
    struct str file_name;
    const char *path;                  /* moved into the store; NULL: the bytes */
    struct str bytes;                  /* typed on a page */
    uint64_t size_bytes;
    struct str options;                /* {"fields": [...]}, or absent */
};

/* The row and its task, inside the caller's transaction of that tenant. The file goes first: a row
 * without its file cannot be. fails err_disk_full, err_blob, err_upload_mode */
bool upload_add(struct conn *c, const struct uuid *tenant, const struct upload_new *new, struct uuid *id, struct err *e);

/* Reads the same file again with other fields. fails err_upload_unknown */
bool upload_again(struct conn *c, const struct uuid *tenant, struct str id, struct str options, struct err *e);

/* The worker's piece: claims one task, reads, loads, fills the draft, all of it in one transaction
 * that the task's row fences. A file that failed three times is given up. */
bool upload_job(struct job_run *run, struct err *e);

/* Tests: called at each named step of upload_job ("claimed", "reading", "held", "planned",
 * "rows", "loaded", "drafted", "ready", "committed"). */
extern void (*upload_on_step)(const char *step);
