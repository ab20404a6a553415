#include "core/data/query/row_words.h"

#include "core/base/jr.h"
#include "core/data/errors.h"
#include "core/data/intake/version.h"

static const bool searched[COLUMN_TYPES] = {[TYPE_TEXT] = true, [TYPE_INT] = true, [TYPE_DOUBLE] = true,
                                            [TYPE_DECIMAL] = true, [TYPE_DATE] = true};

bool row_words_searched(const struct view_column *c)
{
    return searched[c->type] && !c->alias;
}

void row_words_column(struct buf *out, const struct view_column *c, bool of_r)
{
    const char *r = of_r ? "r." : "";
    if (c->in_rest) /* the canonical text, whatever the type */
        buf_printf(out, "%srest[%u]", r, c->number);
    else if (c->type == TYPE_TEXT)
        buf_printf(out, "%sc%u", r, c->number);
    else
        buf_printf(out, c->type == TYPE_DATE ? "data.day(%sc%u)" : "(%sc%u)::text", r, c->number);
}

static bool put_row(struct buf *out, const json_t *columns, struct err *e)
{
    const json_t *column;
    size_t i;
    json_array_foreach(columns, i, column) {
        struct view_column c = {0};
        if (!type_by_name(jr_str(column, "type"), &c.type) || !view_place(jr_str(column, "sql"), &c))
            return ERR(e, err_data_unread, "the version's columns");
        if (!row_words_searched(&c))
            continue;
        buf_addz(out, out->n ? ", " : "");
        row_words_column(out, &c, false);
    }
    return true;
}

bool row_words_index(struct buf *ddl, const struct uuid *version, const json_t *columns, struct err *e)
{
    char table[VERSION_TABLE];
    struct buf row = {0};
    version_table(table, version);
    const char *hex = table + sizeof "data.v_" - 1;
    bool ok = put_row(&row, columns, e);
    if (ok && row.n > 0) {
        struct str all = buf_str(&row);
        buf_printf(ddl, "CREATE INDEX ON %s USING gin (data.words(VARIADIC ARRAY[" STR_FMT "]::text[]))", table, STR_ARG(all));
        buf_printf(ddl, "; CREATE TABLE data.w_%s AS SELECT DISTINCT w.lexeme AS word FROM %s, "
                        "unnest(data.words(VARIADIC ARRAY[" STR_FMT "]::text[])) AS w "
                        "WHERE length(w.lexeme) BETWEEN 3 AND 60 AND w.lexeme !~ '[0-9]'", hex, table, STR_ARG(all));
        buf_printf(ddl, "; GRANT SELECT ON data.w_%s TO terrasse_reader; ANALYZE data.w_%s; ANALYZE %s", hex, hex, table);
    }
    buf_free(&row);
    return ok;
}
