#pragma once
#include <libpq-fe.h>

#include "core/base/err.h"

/*
 * spill -- rows of one binary result on disk: what the database gives in one piece (groups,
 * aggregates) is put down row by row as it arrives and read back some rows at a time, so that
 * memory holds neither.
 *
 * The file has no name: it goes when it is closed, also when the program is killed. Over
 * SPILL_BYTES nothing more is taken. Not for two threads at once.
 *
 * fails  err_spill_full, err_internal (the disk)
 */
#define SPILL_BYTES ((int64_t)256 << 20)

struct spill;
struct spill *spill_open(const char *folder); /* NULL: the folder takes no files */
/* Every row of `r`, a batch_sink; NULL: from the beginning. */
void spill_rows(void *spill, const PGresult *r);
/* The next rows, about `bytes` of them; the caller's to clear. Without rows at the end. NULL: *e.
 */
PGresult *spill_next(struct spill *s, size_t bytes, struct err *e);
bool spill_ended(const struct spill *s); /* all rows were read back */
void spill_close(struct spill *s);       /* NULL is fine */

/* A binary result of so many columns and no rows, for PQsetvalue. NULL: no memory. */
PGresult *spill_result(int columns);

/* A file without a name, to be written and read. -1: the folder takes none. */
int spill_file(const char *folder);
