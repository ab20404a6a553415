#pragma once
#include <jansson.h>
#include <libpq-fe.h>

#include "core/base/err.h"
#include "core/base/rand.h"
#include "core/data/query/facet.h"
#include "core/data/query/query.h"

/*
 * side -- the columnar side copy of a version: a read-only file beside the content, for counting.
 *
 * Text is written as codes of one, two or four bytes into a sorted dictionary, and so are numbers, dates and booleans
 * that have few values; other numbers stand as they are. Code 0 is null. How many rows have each code is counted
 * when the file is made, so that facets of a whole dataset need no scan. What cannot be written so that answers
 * stay the same to the byte (free text, geometry, decimals of more than 18 digits, endless dates, -0.0) is left out.
 *
 * PostgreSQL is the reference: a question is answered here only when it is certain that SQL would give the same
 * bytes, and the answer is a PGresult like PostgreSQL's own, so that what writes it down does not know the
 * difference. Everything else, and every missing or damaged file, is a question for SQL.
 *
 * Rights: a job takes a dataset_view like every question. A column that the view hides is unknown here as
 * well, and its row filter is part of the condition; the file itself knows nobody.
 *
 * Source: performance.md 1 (row 7) and 8; architecture.md 2.3, 2.4.
 */

/* ---- making one (the worker) ---- */

/* columns: portal.version.columns. Reads the table (a snapshot of its own is not needed: rows never change) and puts
 * "side/<32 hex>" into the content store, whole or not at all; where nothing can be written, a file without columns.
 * fails  database and blob kinds, err_data_unread */
bool side_build(PGconn *pg, const struct uuid *version, const json_t *columns, struct err *e);
bool side_is_there(const struct uuid *version); /* a file of this layout; not whether it is sound */
bool side_drop(const struct uuid *version, struct err *e);

/* ---- asking one (the web process) ---- */

/*
 * side_job -- one question. Made and freed on the loop, run on any thread:
 *
 *     side_facets / side_groups / side_total   NULL: nothing to be had here, ask SQL
 *     side_job_run                             touches only the job, the view and the file
 *     side_job_result                          NULL: ask SQL after all; else as the statement would give
 */
struct side_job;
struct side_job *side_facets(const struct dataset_view *v, const struct facet_query *q);
struct side_job *side_groups(const struct query *q);
struct side_job *side_total(const struct query *q); /* rows that the filter leaves */
void side_job_run(struct side_job *j);
const PGresult *side_job_result(const struct side_job *j);
int64_t side_job_count(const struct side_job *j); /* groups, or rows; -1: ask SQL */
void side_job_free(void *job);                    /* as req_on_gone takes it */

/* Files stay open between questions; the loop's own. For the process's end and for tests. */
void side_close_all(void);
