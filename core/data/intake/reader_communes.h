#pragma once
#include "core/base/jw.h"
#include "core/data/intake/reader.h"

/*
 * reader_communes -- columns of commune codes: which codes are of no commune of today, and what the
 * commune is now. A warning of the column, never a fault: a file about an older year is right to
 * have older codes.
 *
 * A column is one by its name (insee, code_commune, depcom, codgeo) and by its values: nine in ten
 * are or were codes.
 */
struct reader_communes;

struct reader_communes *reader_communes_new(struct reader *r); /* NULL: no column has such a name */
void reader_communes_row(struct reader_communes *c, const struct record *row);
/* The column's reasons, into an open list. */
void reader_communes_warn(const struct reader_communes *c, struct arena *a, size_t column,
                          struct jw *w);
void reader_communes_free(struct reader_communes *c); /* NULL: nothing to do, as for the others */
