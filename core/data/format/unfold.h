#pragma once
#include "core/base/arena.h"
#include "core/base/buf.h"
#include "core/base/err.h"

/*
 * unfold -- the one file that stands in a container: gzip, xz, zstd, or a zip.
 *
 * Of a zip the file that looks like data is taken where there is one such file; where there are
 * several, `member` says which (its whole path, or its last part), and the error names them.
 * What is more than UNFOLD_USUAL times the file is unfolded twice: first counted, so that a bomb is
 * refused before it is held.
 *
 * Bounds: UNFOLD_*. Errors: err_data_unfold, err_data_unfold_bomb,
 * err_data_member_choose, err_data_member_unknown.
 */
enum {
    UNFOLD_MAX = 1000 << 20, /* bytes, unfolded */
    UNFOLD_FREE = 16 << 20,  /* below these the ratio does not count */
    UNFOLD_RATIO_MAX = 100,  /* unfolded over packed */
    UNFOLD_USUAL = 12,       /* the same, of tables: four to eight */
    UNFOLD_ENTRIES_MAX = 10000,
    UNFOLD_NAMES_MAX = 32 << 10, /* bytes of names that are kept to choose from */
};

struct unfold {
    const char *container; /* "zip", "gzip", "xz", "zstd" */
    char *member;          /* of a zip; NULL elsewhere */
    char *bytes;           /* ours */
    size_t n;
    struct buf members;    /* of a zip: the files to choose from, a NUL behind each; there after a failure, too */
};

const char *unfold_is(struct str file); /* which container it is; NULL: none */
bool unfold_open(struct unfold *u, struct str file, struct str member, struct err *e);
void unfold_free(struct unfold *u); /* a zeroed one, too */
