#include "tools/cli/rows.h"

#include <stdio.h>

#include "core/base/jw.h"

struct str rows_cell(const PGresult *r, int row, int column)
{
    return PQgetisnull(r, row, column) ? STR_NONE : str_of(PQgetvalue(r, row, column));
}

static void put_row(struct jw *w, const PGresult *r, int row, const struct rows_column *columns)
{
    jw_open(w, '{');
    for (const struct rows_column *c = columns; c->name; c++) {
        struct str v = rows_cell(r, row, c->column);
        jw_key(w, str_of(c->name));
        if (c->kind == ROWS_BOOL)
            jw_bool(w, str_eq(v, S("t")));
        else if (c->kind == ROWS_RAW)
            jw_raw(w, v);
        else
            jw_str(w, v);
    }
    jw_close(w, '}');
}

/* What is written leaves at once: a long list needs no more room than its longest row. */
static void flush(struct buf *b)
{
    fwrite(b->p, 1, b->n, stdout);
    buf_reset(b);
}

static void put_json(const PGresult *r, const struct rows_column *columns)
{
    struct buf b = {0};
    struct jw w;
    jw_init(&w, &b, JW_PRETTY);
    jw_open(&w, '[');
    for (int row = 0; row < PQntuples(r); row++) {
        put_row(&w, r, row, columns);
        flush(&b);
    }
    jw_close(&w, ']');
    buf_addc(&b, '\n');
    flush(&b);
    buf_free(&b);
}

void rows_say(const struct cli *cli, const PGresult *r, const struct rows_column *columns,
              void (*line)(const struct cli *cli, const PGresult *r, int row))
{
    if (cli->json)
        put_json(r, columns);
    for (int row = 0; !cli->json && row < PQntuples(r); row++)
        line(cli, r, row);
}
