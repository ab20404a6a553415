#pragma once
#include "core/base/err.h"

/*
 * blob -- the content store: files under names of ours, in one directory.
 *
 * A name is made by the program: [a-z0-9-] parts joined by single slashes ("uploads/<uuid>"), at most
 * 100 bytes. A file appears whole or not at all (written beside, flushed, renamed). blob_store is
 * called once at start, before threads. Errors: err_disk_full, err_blob, err_blob_missing.
 */
void blob_store(const char *folder); /* "DIR/content"; copied */

/* Moves a finished file in, within the file system or across; `path` is gone when it succeeds. */
bool blob_take(struct str name, const char *path, struct err *e);
bool blob_put(struct str name, struct str bytes, struct err *e);

bool blob_open(struct str name, int *fd, uint64_t *size_bytes, struct err *e); /* for reading; the caller closes */
bool blob_remove(struct str name, struct err *e);                             /* one that is gone already is removed */

/* The names of the plain files in one folder ("uploads/<uuid>") that were last written more than `older_s` seconds
 * ago, at most `most` of them; a folder that is not there has none. Each call of `each` may remove its file. */
bool blob_list(struct str folder, int64_t older_s, size_t most, void (*each)(struct str name, void *context), void *context,
               struct err *e);

/* A name for a file that is being made, in the store's folder for what is on its way in; the folder is there then.
 * Whoever makes it moves it (blob_take) or removes it; a day later a sweep does ("incoming" in blob_list). */
bool blob_incoming(char *path, size_t size, struct err *e);

/* Writes the file `path` into the blob at `offset`, and cuts what stood behind; flushed. For files that come in pieces. */
bool blob_append(struct str name, int64_t offset, const char *path, struct err *e);
/* Where a blob stands, for blob_take under another name. */
bool blob_path(struct str name, char *path, size_t size, struct err *e);
