#pragma once
#include "core/web/route.h"

/*
 * piece -- a big file in pieces: begun, continued from where it stands, turned into an upload when whole.
 *
 *     POST   /api/portal/v1/uploads/pieces {"file_name", "size_bytes", "dataset", "mode"}  -> 201 {"id", "offset": 0}
 *     PATCH  /api/portal/v1/uploads/pieces/{id}   Upload-Offset: n, the bytes from n on     -> 200 {"offset", "upload"}
 *     GET    /api/portal/v1/uploads/pieces/{id}   where it stands, after a line was cut     -> 200 {"offset", "upload"}
 *     DELETE /api/portal/v1/uploads/pieces/{id}   given up
 *
 * A piece that does not begin where the last one ended is refused (409) with the place where it should. A piece counts
 * when its whole request has come: send a few megabytes at a time. "upload" is there when the file is whole: the
 * same as after POST /uploads. Given up without a word: the file goes a day later.
 */
enum { PIECE_BYTES = 8 << 20 }; /* what a client is told to send at once */

/* "Upload-Offset: 123": digits alone, at most 18. */
bool piece_offset(struct str header, int64_t *offset);

extern const struct route_table piece_route_table;
