/*
 * Parquet: whole numbers are INT64, decimals DOUBLE, what the API's "double" is, or, in a
 * column where a double would change a value, DECIMAL (query_decimals); dates DATE, moments TIMESTAMP in
 * microseconds UTC, points a struct {lon,
 * lat} as in JSON, shapes their geometry as JSON, lists joined. parquet_compression is snappy, or
 * zstd.
 */
#include <math.h>
#include <stdlib.h>

#include "core/base/errors.h"
#include "core/data/query/cell.h"
#include "core/data/errors.h"
#include "core/data/export/export.h"
#include "core/data/export/parquet.h"

enum { DAYS_1970_2000 = 10957 };
static const int64_t us_1970_2000 = DAYS_1970_2000 * INT64_C(86400000000);

static enum parquet_kind kind_of(const struct query_column *c)
{
    static const enum parquet_kind kinds[COLUMN_TYPES] = {
        [TYPE_TEXT] = PARQUET_TEXT,       [TYPE_INT] = PARQUET_INT,
        [TYPE_DOUBLE] = PARQUET_DOUBLE,   [TYPE_DECIMAL] = PARQUET_DOUBLE,
        [TYPE_DATE] = PARQUET_DATE,       [TYPE_DATETIME] = PARQUET_MOMENT,
        [TYPE_BOOLEAN] = PARQUET_BOOLEAN, [TYPE_GEO_POINT] = PARQUET_DOUBLE,
        [TYPE_GEO_SHAPE] = PARQUET_JSON,  [TYPE_FILE] = PARQUET_TEXT};
    if (c->type == TYPE_DECIMAL && c->decimal_digits)
        return PARQUET_DECIMAL;
    return c->range == RANGE_NONE ? kinds[c->type] : PARQUET_TEXT;
}

static bool is_point(const struct query_column *c)
{
    return c->type == TYPE_GEO_POINT && c->range == RANGE_NONE;
}

/* Labels may be alike, names of columns may not. */
static struct str name_of(const struct export *x, const struct parquet_column *before, size_t n,
                          size_t i)
{
    const struct query_column *c = &x->query->columns[i];
    struct str name = x->query->use_labels && c->label.n ? c->label : c->key;
    for (size_t k = 0; k < n; k++)
        if (str_eq(before[k].name, name))
            return arena_printf(x->a, STR_FMT " (%zu)", STR_ARG(name), i + 1);
    return name;
}

static bool open_state(struct export *x, struct err *e)
{
    struct str codec = export_param(x, S("parquet_compression"));
    bool zstd = str_eq(codec, S("zstd"));
    if (codec.n && !zstd && !str_eq(codec, S("snappy")))
        return export_refuse(e, "parquet_compression", codec, "snappy or zstd");
    struct parquet_column *list =
        ARENA_ARRAY(x->a, struct parquet_column, 2 * x->query->ncolumns + 1);
    size_t n = 0;
    for (size_t i = 0; i < x->query->ncolumns; i++) {
        const struct query_column *c = &x->query->columns[i];
        list[n] = (struct parquet_column){
            .name = name_of(x, list, n, i), .kind = kind_of(c), .digits = c->decimal_digits, .scale = c->decimal_scale};
        if (is_point(c)) {
            list[n].member = S("lon");
            list[n + 1] = list[n];
            list[++n].member = S("lat");
        }
        n++;
    }
    x->state = parquet_open(list, n, zstd ? PARQUET_ZSTD : PARQUET_SNAPPY);
    return x->state || ERR(e, err_internal, "no memory for a Parquet file");
}

static void start(struct export *x, struct buf *out)
{
    parquet_start(x->state, out);
}

static void put_double(struct export *x, size_t at)
{
    buf_addc(&x->cell, '\0');
    parquet_double(x->state, at, strtod(x->cell.p, NULL));
}

static void put_value(struct export *x, size_t at, const struct query_column *c, const PGresult *r,
                      int row)
{
    int64_t v;
    switch (kind_of(c)) {
    case PARQUET_INT:
        parquet_whole(x->state, at, cell_i64(r, row, c->at));
        return;
    case PARQUET_BOOLEAN:
        parquet_whole(x->state, at, x->cell.p[0] == 'T');
        return;
    case PARQUET_DATE:
        parquet_whole(x->state, at, cell_i64(r, row, c->at) + DAYS_1970_2000);
        return;
    case PARQUET_MOMENT:
        v = cell_i64(r, row, c->at);
        parquet_whole(x->state, at, v + us_1970_2000);
        return;
    case PARQUET_DOUBLE:
        put_double(x, at);
        return;
    case PARQUET_DECIMAL:
        if (!parquet_decimal(x->state, at, buf_str(&x->cell)))
            ERR(&x->failed, err_internal, "a decimal longer than all of its column");
        return;
    case PARQUET_TEXT:
    case PARQUET_JSON:
        parquet_bytes(x->state, at, buf_str(&x->cell));
        return;
    }
}

static size_t put_point(struct export *x, size_t at, const struct query_column *c,
                        const PGresult *r, int row)
{
    double lon, lat;
    if (cell_point(c, r, row, &lon, &lat)) {
        parquet_double(x->state, at, lon);
        parquet_double(x->state, at + 1, lat);
    } else {
        parquet_null(x->state, at);
        parquet_null(x->state, at + 1);
    }
    return at + 2;
}

static void row(struct export *x, struct buf *out, const PGresult *r, int row)
{
    size_t at = 0;
    for (size_t i = 0; i < x->query->ncolumns; i++) {
        const struct query_column *c = &x->query->columns[i];
        if (is_point(c)) {
            at = put_point(x, at, c, r, row);
            continue;
        }
        buf_reset(&x->cell);
        cell_text(&x->cell, c, r, row, x->list_separator);
        bool is_null = cell_null(c, r, row) || (x->cell.n == 0 && kind_of(c) != PARQUET_TEXT);
        if (is_null)
            parquet_null(x->state, at);
        else
            put_value(x, at, c, r, row);
        at++;
    }
    parquet_row(x->state, out);
}

static void end(struct export *x, struct buf *out)
{
    if (!parquet_end(x->state, out))
        ERR(&x->failed, err_export_big, "a Parquet page");
}

static void close_state(struct export *x)
{
    parquet_free(x->state);
}

const struct export_format export_parquet = {.name = "parquet",
                                             .extension = "parquet",
                                             .content_type = "application/vnd.apache.parquet",
                                             .start = start,
                                             .row = row,
                                             .end = end,
                                             .is_heavy = true,
                                             .open = open_state,
                                             .close = close_state};
