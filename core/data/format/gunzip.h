#pragma once
#include "core/base/err.h"
#include "core/base/str.h"

/*
 * gunzip -- what stands in a gzip file: all its members, each with the checksum and the length that it says.
 *
 * By ISA-L, in half the time of zlib, and unlike libarchive's filter it does not hand on bytes that their checksum refuses.
 * What follows the last member and begins no other is padding and left alone, as gzip(1) does.
 *
 * `to` NULL: the bytes are only counted, and more than `most` are a bomb. Otherwise `to` has room for `most`, and so many
 * are taken at most. For unfold.c.
 *
 * Errors: err_data_unfold, err_data_unfold_bomb. Source: RFC 1952.
 */
bool gunzip(struct str file, char *to, uint64_t most, size_t *n, struct err *e);
