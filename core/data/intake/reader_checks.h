#pragma once
#include "core/base/jw.h"
#include "core/data/intake/reader_row.h"

/*
 * reader_checks -- what is checked while a file is read: a schema, personal data, small counts. Nothing that a table is made
 * with comes of it, so that it can wait for pass 2, where the database is what takes the time.
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
void reader_checks_row(struct reader_checks *c, const struct record *row, enum fate fate);
void reader_checks_hidden(struct reader_checks *c, struct reader *r); /* once all rows were seen */
void reader_checks_report(const struct reader_checks *c, struct jw *w); /* members of an object */
void reader_checks_free(struct reader_checks *c);                       /* NULL: nothing to do */
