#pragma once
#include "core/base/jw.h"
#include "core/data/query/query.h"
#include "core/web/request.h"
#include "tenants/people/grant.h"

/*
 * file_match -- which cells of a column name no kept file, and which kept files no cell names.
 *
 * Three steps of the database, then file_match_done in the reply that follows: the published rows
 * are asked for the column's values, then the portal for its files. Nothing is found (there is
 * false) where the dataset is not published or no column names files. From FILE_MATCH_CELLS values
 * on it cannot be said which files no cell names.
 */
enum { FILE_MATCH_CELLS = 20000, FILE_MATCH_NAMES = 100 };

struct file_match {
    struct str column; /* that was just said to name files; absent: the one that does */
    struct query *query;
    struct str *cells;
    size_t ncells, nfiles;
    bool there;
    /* by file_match_done; the first FILE_MATCH_NAMES by name */
    size_t lonely_cells, lonely_files;
    struct str cell_names[FILE_MATCH_NAMES], file_names[FILE_MATCH_NAMES];
};

bool file_match_grant(struct req *r, struct err *e); /* params[0] */
bool file_match_rows(struct req *r, struct file_match *m, struct err *e);
bool file_match_names(struct req *r, struct file_match *m, struct err *e);
void file_match_done(struct req *r, struct file_match *m);

static inline size_t file_match_shown(size_t n)
{
    return n < FILE_MATCH_NAMES ? n : FILE_MATCH_NAMES;
}

/* "match": {"column", "cells", "files", "without_file": {"count", "names"}, "without_cell": {…}},
 * or null */
void file_match_put(struct jw *w, const struct file_match *m);
