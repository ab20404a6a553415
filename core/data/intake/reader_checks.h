#pragma once
#include "core/base/jw.h"
#include "core/data/intake/reader.h"

/*
 * reader_checks -- what is checked while a file is read the first time: a schema, personal data,
 * small counts.
 *
 * Options: {"schema": name of the declared one, "schemas": [{"name", "version", "title",
 * "definition": Table Schema or JSON Schema, "older": [{"version", "fields": []}]}],
 * "secrecy_threshold": n}. Without a declared schema the one whose columns the file has is taken,
 * and the report says so. A schema that cannot be read is left out.
 *
 * The report gains "schema": {"name", "version", "title", "declared", "older", "check":
 * table_check.h} where one fits, "personal" (personal.h) and "secrecy" (secrecy.h). The row numbers
 * are those of the file.
 */
struct reader_checks;

struct reader_checks *reader_checks_new(struct reader *r); /* once the columns are named */
void reader_checks_kept(struct reader_checks *c, const struct record *row);
void reader_checks_blank(struct reader_checks *c, uint64_t line);
void reader_checks_aside(struct reader_checks *c, const struct record *row);
void reader_checks_hidden(struct reader_checks *c, struct reader *r); /* once all rows were seen */
void reader_checks_report(const struct reader_checks *c, struct jw *w); /* members of an object */
/* What the values of one column lack, into the open list of its warnings. */
void reader_checks_warn(const struct reader_checks *c, struct arena *a, size_t column, struct jw *w);
void reader_checks_free(struct reader_checks *c);                       /* NULL: nothing to do */
