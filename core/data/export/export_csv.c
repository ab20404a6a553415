/* CSV: CR LF, a byte order mark unless refused, quotes only where they are needed. */
#include "core/base/scan.h"
#include "core/data/export/export.h"

void export_csv_cell(struct buf *out, struct str s, char delimiter, bool quote)
{
    char *room = buf_room(out, s.n + 1); /* there is always something behind it */
    if (room && !quote && scan_csv(s, delimiter, room) == s.n)
        out->n += s.n;
    else
        buf_quoted(out, s);
}

static void put_field(struct export *x, struct buf *out, struct str s)
{
    export_csv_cell(out, s, x->delimiter, x->quote_all);
}

static void start(struct export *x, struct buf *out)
{
    if (x->with_bom)
        buf_addz(out, "\xef\xbb\xbf");
    for (size_t i = 0; i < x->query->ncolumns; i++) {
        if (i)
            buf_addc(out, x->delimiter);
        put_field(x, out,
                  x->query->use_labels ? x->query->columns[i].label : x->query->columns[i].key);
    }
    buf_addz(out, "\r\n");
}

static bool is_bare(const struct query_column *c)
{
    static const bool bare[COLUMN_TYPES] = {
        [TYPE_INT] = true,  [TYPE_DOUBLE] = true,   [TYPE_DECIMAL] = true,
        [TYPE_DATE] = true, [TYPE_DATETIME] = true, [TYPE_BOOLEAN] = true};
    return c->range == RANGE_NONE && bare[c->type];
}

/* Stands in the result as it stands in the file. */
static bool is_plain_text(const struct query_column *c)
{
    return c->range == RANGE_NONE &&
           ((c->type == TYPE_TEXT && !c->multivalued.p) || c->type == TYPE_FILE);
}

static void row(struct export *x, struct buf *out, const PGresult *r, int at)
{
    for (size_t i = 0; i < x->query->ncolumns; i++) {
        const struct query_column *c = &x->query->columns[i];
        if (i)
            buf_addc(out, x->delimiter);
        if (is_bare(c) && !x->quote_all) { /* never holds a delimiter */
            cell_text(out, c, r, at, x->list_separator);
            continue;
        }
        if (is_plain_text(c)) {
            int n = PQgetlength(r, at, c->at);
            if (n > 0 || !cell_null(c, r, at))
                put_field(x, out, (struct str){PQgetvalue(r, at, c->at), (size_t)n});
            continue;
        }
        buf_reset(&x->cell);
        cell_text(&x->cell, c, r, at, x->list_separator);
        if (!cell_null(c, r, at))
            put_field(x, out, buf_str(&x->cell));
    }
    buf_add(out, S("\r\n"));
}

static void end(struct export *x, struct buf *out)
{
    (void)x;
    (void)out;
}

const struct export_format export_csv = {.name = "csv",
                                         .extension = "csv",
                                         .content_type = "text/csv; charset=utf-8",
                                         .start = start,
                                         .row = row,
                                         .end = end};
