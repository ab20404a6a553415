#pragma once
#include "core/data/export/coding.h"

/*
 * zip_write -- a zip archive written in one pass: members are compressed as they come, their sizes
 * stand behind them. The same bytes for the same content: every member is of 1 January 1980.
 *
 * A member and the archive have less than 4 GiB (no ZIP64: spreadsheets do not all read it); more
 * fails. Everything gives false when it failed before: it is enough to look at zip_write_close.
 *
 * Source: APPNOTE 6.3 (local header, data descriptor, central directory).
 */
struct zip_write;
struct zip_write *zip_write_open(void); /* NULL: no memory */
/* A small member as it is, with its sizes in front: what a reader must find without unpacking. */
bool zip_write_stored(struct zip_write *z, const char *name, struct str bytes, struct buf *out);
bool zip_write_begin(struct zip_write *z, const char *name, struct buf *out);
bool zip_write_add(struct zip_write *z, struct str bytes, struct buf *out);
bool zip_write_end(struct zip_write *z, struct buf *out);
bool zip_write_member(struct zip_write *z, const char *name, struct str bytes,
                      struct buf *out); /* the three at once */
uint64_t
zip_write_bytes(const struct zip_write *z); /* of the member that is open, not compressed */
bool zip_write_close(struct zip_write *z, struct buf *out); /* the directory */
void zip_write_free(struct zip_write *z);                   /* NULL is fine */
