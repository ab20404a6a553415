#pragma once
#include <libpq-fe.h>

#include "tools/cli/cli.h"

/*
 * rows -- a result as a command's answer: with --json a list of objects, else a line a row.
 *
 * A table names the members: {"records", 4, ROWS_RAW} is column 4 as it stands, a number or JSON;
 * one without a name ends it. What is NULL in the database is null.
 */
enum rows_kind { ROWS_TEXT, ROWS_RAW, ROWS_BOOL };

struct rows_column {
    const char *name;
    int column; /* of the result, from 0 */
    enum rows_kind kind;
};

void rows_say(const struct cli *cli, const PGresult *r, const struct rows_column *columns,
              void (*line)(const struct cli *cli, const PGresult *r, int row));

/* One value; absent where it is NULL. */
struct str rows_cell(const PGresult *r, int row, int column);
