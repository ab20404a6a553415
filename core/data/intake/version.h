#pragma once
#include <jansson.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/rand.h"

/*
 * version -- from a reader's report to the table of a version: data.v_<32 hex of its id>.
 *
 * The DDL is made of constants of ours, the id's hexadecimal digits and column numbers; no byte of
 * the file or of its report is ever part of it. The table, its COPY, key, indexes and ANALYZE belong
 * in one transaction, the COPY with FREEZE (architecture.md section 2.3).
 */
enum { VERSION_TABLE = 5 + 2 + 32 + 1 };

void version_table(char out[VERSION_TABLE], const struct uuid *id); /* "data.v_…" */

/* Fails (err_data_unread) on a report that is not one of ours. */
bool version_create(struct buf *ddl, const struct uuid *id, const json_t *report, struct err *e);
void version_copy(struct buf *sql, const struct uuid *id); /* COPY … FROM STDIN (FORMAT binary, FREEZE) */

/* The key, one b-tree for each facet's column that has a column of its own, ANALYZE, the grant to
 * readers. `facets` is an array of technical names; unknown ones are left out. */
void version_index(struct buf *ddl, const struct uuid *id, const json_t *report, const json_t *facets);

/* Sets portal.version.extent from the rows, once version_insert has made its row; nothing where no column is geographic. */
void version_extent(struct buf *sql, const struct uuid *id, const json_t *report);

/* Worth a facet unasked: few values far between, said from the report alone (booleans; years). */
void version_facets(json_t *names, const json_t *report);

/* portal.version.columns: [{"name","label","type","sql","nullable","reason",…}], in file order. */
void version_columns(struct buf *out, const json_t *report);
