#pragma once
#include <jansson.h>

#include "core/io/child.h"

/*
 * ingest -- the parent's side of a reading: starts `terrasse read --sealed`, takes its report, hands
 * on its stream and believes nothing that is not proved.
 *
 *   ingest_start    the file goes in, the report comes back
 *   copy_in         on ingest_stream, within a transaction that can still be rolled back
 *   ingest_finish   true only when the rows are as many as the report and the last line say, and the
 *                   child left with exit 0: commit only then. What was checked meanwhile is in the report now
 *   ingest_free     at any time, after a failure of the others too; kills what still runs
 *
 * Errors: what the child reports (err_data_*), err_child_*, err_data_unread. Blocking.
 */
struct ingest {
    struct child child;
    json_t *report; /* reader.h; owned. After a failed start {"error": {…, "found"}}, or NULL */
    struct buf lines;
    bool report_only;
};

/* memory and time for a file of this size on this machine */
struct child_limits ingest_limits(uint64_t file_bytes);

/* joins: what the join steps look up (step.h), a file each; NULL where there is none. */
bool ingest_start_with(struct ingest *g, int fd, struct str options, bool report_only, const struct child_limits *limits,
                       const int *joins, size_t njoins, struct err *e);
bool ingest_start(struct ingest *g, int fd, struct str options, bool report_only,
                  const struct child_limits *limits, struct err *e);
/* After a failed start: what the file holds to choose from (reader.h); NULL: nothing was said. */
const json_t *ingest_found(const struct ingest *g);
int ingest_stream(const struct ingest *g); /* for copy_in, with `fields` = ingest_fields; one reader */
unsigned ingest_fields(const struct ingest *g);
bool ingest_finish(struct ingest *g, uint64_t rows, struct err *e); /* rows: as copy_in counted */
void ingest_free(struct ingest *g);

/* The end of a child whose stream is read whole: what it says went wrong, or without a word of it, how it ended. */
bool ingest_end(struct child *c, struct err *e);

/* Sets *e from {"code", "args"} as a child or portal.upload.error says it; returns false. An
 * unknown code becomes err_data_unread. */
bool ingest_error(const json_t *error, struct err *e);
