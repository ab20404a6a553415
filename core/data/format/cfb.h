#pragma once
#include "core/base/buf.h"
#include "core/base/err.h"

/*
 * cfb -- one stream out of a compound file, in which old Office programs keep theirs.
 *
 * Source: [MS-CFB] sections 2.2 to 2.6. Every chain is followed at most as far as the file is long.
 */
bool cfb_is(struct str file);

/* Appends the stream of that name (ASCII, any case) to `out`. False: there is none, or the file is
 * not whole. */
bool cfb_stream(struct str file, struct str name, struct buf *out);
