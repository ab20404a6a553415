/*
 * OV2: points of interest for TomTom navigators: a place and a name, the first text column's. Rows
 * without a place are left out. Names are in Windows-1252's common part; other letters are "?".
 *
 * Source: TomTom Navigator SDK 3.0, "OV2 file format": 02, length, longitude and latitude ×
 * 100,000, the name, 00.
 */
#include <math.h>

#include "core/base/utf8.h"
#include "core/data/query/cell.h"
#include "core/data/export/export.h"

enum { SIMPLE_RECORD = 2, NAME_BYTES = 250 };

static void nothing(struct export *x, struct buf *out)
{
    (void)x;
    (void)out;
}

static bool open_state(struct export *x, struct err *e)
{
    for (size_t i = 0; i < x->query->ncolumns; i++)
        if (x->query->columns[i].type == TYPE_GEO_POINT &&
            x->query->columns[i].range == RANGE_NONE) {
            x->geometry = &x->query->columns[i];
            return true;
        }
    return export_refuse(e, "format", S("ov2"), "a dataset with a geo point");
}

static void put_le(struct buf *out, uint32_t v)
{
    for (unsigned i = 0; i < 4; i++)
        buf_addc(out, (char)(v >> 8 * i & 0xff));
}

static void put_name(struct buf *out, struct str s)
{
    uint32_t code;
    for (unsigned k = 0; s.n && k < NAME_BYTES; k++) {
        size_t n = utf8_next(s, &code);
        bool fits = n && code >= 0x20 && code <= 0xff && (code < 0x7f || code >= 0xa0);
        buf_addc(out, fits ? (char)code : '?');
        s = str_from(s, n ? n : 1);
    }
}

static void put_first_text(struct export *x, const PGresult *r, int row)
{
    buf_reset(&x->cell);
    for (size_t i = 0; i < x->query->ncolumns; i++)
        if (x->query->columns[i].type == TYPE_TEXT) {
            cell_text(&x->cell, &x->query->columns[i], r, row, x->list_separator);
            return;
        }
}

static void row(struct export *x, struct buf *out, const PGresult *r, int row)
{
    double lon, lat;
    if (!cell_point(x->geometry, r, row, &lon, &lat))
        return;
    put_first_text(x, r, row);
    buf_addc(out, SIMPLE_RECORD);
    size_t at = out->n;
    put_le(out, 0);
    put_le(out, (uint32_t)(int32_t)lround(lon * 1e5));
    put_le(out, (uint32_t)(int32_t)lround(lat * 1e5));
    put_name(out, buf_str(&x->cell));
    buf_addc(out, '\0');
    uint32_t n = (uint32_t)(out->n - at + 1);
    for (unsigned i = 0; i < 4 && !out->over; i++)
        out->p[at + i] = (char)(n >> 8 * i & 0xff);
}

const struct export_format export_ov2 = {.name = "ov2",
                                         .extension = "ov2",
                                         .content_type = "application/octet-stream",
                                         .start = nothing,
                                         .row = row,
                                         .end = nothing,
                                         .needs_geometry = true,
                                         .needs_point = true,
                                         .open = open_state};
