#pragma once
#include <jansson.h>

#include "core/base/arena.h"
#include "core/data/intake/column.h"
#include "core/data/format/dialect.h"
#include "core/data/format/read_format.h"
#include "core/data/step/step.h"
#include "core/data/format/unfold.h"

/*
 * reader -- the way in of a dataset, inside the sandboxed child: one file, read twice.
 *
 * Pass 1 (reader_look) looks at every value, decides the types and counts; reader_report says it as
 * JSON. Pass 2 (reader_stream) writes the kept rows as PostgreSQL COPY BINARY: `_id int` (1, 2, …
 * in file order), then c1, c2, … (fixed-width types first), then `rest text[]` where the row is too
 * wide for a page. Every row is kept, set aside with a reason, or blank: the counts add up.
 *
 * A structural fault sets the row aside; a value that breaks a detected type makes the column text
 * and is listed; one that breaks a fixed type sets the row aside (architecture.md section 4).
 *
 * Options (JSON, all optional):
 *   {"max_rows": 300000, "first_id": 1, "header": true, "header_row": 3,
 *    "member": of a zip, "separator": ";" and "encoding": "utf-8" of a text, "sheet": of a workbook, "layer": of a geographic file, by name,
 *    "fields": [{"source": label in the file, "name": …, "label": …, "type": …, "format": …, "bad": "null" or "aside"}],
 *    "none_kept": true (a file whose rows are all set aside is not refused),
 *    "corrections": […], "left_out": […], "steps": […] (step.h)}
 * first_id: what the first row is numbered (rows added behind others); kept_type, beside or instead of
 * type: one of ours as an earlier report said it, taken as it is. format: how the cells are written (type.h), chosen among
 * the report's "choices"; kept_format: as a version before has it, unless every place of the file is in France the other way
 * round only; absent, what the values show. bad: cells that do not fit become empty, or set their row aside. kept_bad: "null" as
 * a version before has it, done where nine in ten values are of the type.
 * header_row: the row that holds the names, counted from 1 in the file. A container around the file
 * (unfold.h) is opened once: what it holds may not be one again.
 * A field is found by `source`, else by its name among the detected ids, else by its label.
 *
 * Errors: err_data_* (errors.def).
 */
enum { READER_ROW_BYTES = 7000 }; /* past this the worst row would not fit a page of 8 kB */

struct reader_counts {
    uint64_t seen, kept, aside, blank;   /* seen = kept + aside + blank + the next four (step.h) */
    uint64_t left_out, filtered, doubles, grouped; /* by a person; by filter; by deduplicate; into the first row of a group */
    uint64_t repaired, stray_quotes;
    uint64_t bytes; /* kept rows as canonical CSV in UTF-8 with a line of labels (R58) */
    size_t worst_row;
};

struct reader {
    struct arena arena;
    struct str file; /* mapped */
    bool mapped;
    struct unfold unfold; /* what the file holds, where it is a container */
    struct buf decoded;   /* the same as UTF-8, where it is JSON in UTF-16 */
    const json_t *options;
    uint64_t max_rows;
    const struct read_format *format;
    struct rows *source; /* of the file */
    struct rows *rows; /* the same, or what steps make of them */
    const bool *words; /* of the file's own rows (record.h) */
    struct dialect dialect;
    struct str joins[STEP_JOINS_MAX]; /* what the join steps look up */
    size_t njoins;
    struct steps *steps; /* NULL: the rows are the file's */
    unsigned lead;       /* records of `rows` above the first row */
    struct column *columns;
    size_t ncolumns, nrest, nplain;
    size_t *order; /* columns as c1, c2, … then rest[1], … */
    struct reader_counts counts;
    struct bad_list aside;
    struct reader_helper *helper; /* set between reader_open and reader_look, stays the caller's; NULL: none */
    bool checks_wait; /* set likewise: the checks go by with the stream, the report lacks them and reader_checked says what they found */
    struct reader_checks *checks; /* reader_checks.h, its options and its part of the report */
    struct reader_communes *communes;
    struct str *unknown_fields;
    size_t nunknown;
};

/* Takes a regular file; the fd stays the caller's. `options` (may be NULL) must outlive the reader. */
bool reader_open(struct reader *r, int fd, const json_t *options, struct err *e);
/* The same on bytes in memory, which must outlive the reader. */
bool reader_open_bytes(struct reader *r, struct str file, const json_t *options, struct err *e);
/* What the next join step looks up, in their order (step.h): before reader_look, outlives the reader. */
void reader_join(struct reader *r, struct str csv);
bool reader_look(struct reader *r, struct err *e);
void reader_report(struct reader *r, struct buf *out);
/* After a failure: what the file holds to choose from, as the report would say it: {"members", "sheet", "sheets", "layers", …} */
void reader_found(struct reader *r, struct jw *w);

/* Takes the stream piece by piece. */
typedef bool reader_write(void *to, struct str bytes, struct err *e);
bool reader_stream(struct reader *r, reader_write *write, void *to, struct err *e);
/* The checks' part of the report, members of an object: after a stream that they waited for. */
void reader_checked(const struct reader *r, struct jw *w);

unsigned reader_fields(const struct reader *r); /* of each COPY row */
void reader_close(struct reader *r);            /* a zeroed reader, or one that failed, too */
