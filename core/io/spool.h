#pragma once
#include "core/base/err.h"

/*
 * spool -- an upload written to a nameless file, under a ceiling.
 *
 * The file has no name until spool_keep gives it one (O_TMPFILE), so a stopped process leaves
 * nothing behind; where the file system knows no such files, mkstemp makes one and
 * spool_discard removes it. Writes go to the page cache and are not flushed: what must last is
 * flushed by spool_keep.
 */
struct spool;

/* folder: an existing one, on the file system where the file shall stay. NULL: err_upload_failed,
 * err_disk_full. */
struct spool *spool_open(const char *folder, int64_t max_bytes, struct err *e);

/* Fails with err_upload_too_large, err_disk_full (507), err_upload_failed; after a failure only
 * spool_discard may follow. */
bool spool_feed(struct spool *s, struct str bytes, struct err *e);

int64_t spool_size(const struct spool *s);

/* Flushes, gives it the name `path` (same file system; must not exist) and frees s, whatever the
 * outcome. */
bool spool_keep(struct spool *s, const char *path, int64_t *size_bytes, struct err *e);
void spool_discard(struct spool *s); /* NULL: nothing */
