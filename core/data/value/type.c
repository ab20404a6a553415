#include "core/data/value/type.h"

#include "core/data/value/geometry.h"
#include "core/data/value/pgcopy.h"
#include "core/data/value/moment.h"
#include "core/data/value/number.h"
#include "core/data/value/shape.h"

/* clang-format off */
static const struct {
    const char *name, *wire, *sql;
    unsigned bytes;
    bool readable;
    const char *en, *fr;
} types[COLUMN_TYPES] = {
    [TYPE_TEXT]      = {"text",         "text",         "text",                   0, true,  "text", "texte"},
    [TYPE_INT]       = {"int",          "int",          "bigint",                 8, true,  "whole number", "nombre entier"},
    [TYPE_DOUBLE]    = {"double",       "double",       "double precision",       8, true,  "decimal number", "nombre décimal"},
    [TYPE_DECIMAL]   = {"decimal",      "double",       "numeric",                0, true,  "decimal number", "nombre décimal"},
    [TYPE_DATE]      = {"date",         "date",         "date",                   4, true,  "date", "date"},
    [TYPE_DATETIME]  = {"datetime",     "datetime",     "timestamptz",            8, true,  "date and time", "date et heure"},
    [TYPE_BOOLEAN]   = {"boolean",      "boolean",      "boolean",                1, true,  "yes or no", "oui ou non"},
    [TYPE_GEO_POINT] = {"geo_point_2d", "geo_point_2d", "geometry(Point,4326)",   0, true,  "place on the map", "lieu sur la carte"},
    [TYPE_GEO_SHAPE] = {"geo_shape",    "geo_shape",    "geometry(Geometry,4326)", 0, true, "shape on the map", "forme sur la carte"},
    [TYPE_FILE]      = {"file",         "file",         "text",                   0, false, "file", "fichier"},
};
/* clang-format on */

static const struct {
    const char *name;
    unsigned types; /* 1 << TYPE_… */
} formats[CELLS_FORMATS] = {
    [CELLS_PLAIN] = {"plain", ~0U},
    [CELLS_LAT_FIRST] = {"lat_first", 1U << TYPE_GEO_POINT},
    [CELLS_LON_FIRST] = {"lon_first", 1U << TYPE_GEO_POINT},
    [CELLS_DAY_FIRST] = {"day_first", 1U << TYPE_DATE | 1U << TYPE_DATETIME},
    [CELLS_MONTH_FIRST] = {"month_first", 1U << TYPE_DATE | 1U << TYPE_DATETIME},
    [CELLS_DOT_DECIMALS] = {"dot_decimals", 1U << TYPE_DECIMAL | 1U << TYPE_DOUBLE | 1U << TYPE_INT},
    [CELLS_DOT_GROUPS] = {"dot_groups", 1U << TYPE_DECIMAL | 1U << TYPE_DOUBLE | 1U << TYPE_INT},
};

static const int64_t pg_epoch_days = 10957; /* 2000-01-01 */

const char *format_name(enum cell_format f)
{
    return formats[f].name;
}

bool format_by_name(struct str name, enum column_type t, enum cell_format *out)
{
    for (enum cell_format f = CELLS_PLAIN; f < CELLS_FORMATS; f++)
        if (str_eq(name, str_of(formats[f].name)) && (formats[f].types & 1U << t)) {
            *out = f;
            return true;
        }
    return false;
}

const char *type_name(enum column_type t)
{
    return types[t].name;
}

const char *type_wire(enum column_type t)
{
    return types[t].wire;
}

struct str type_said(struct str wire, enum lang lang)
{
    for (size_t i = 0; i < COLUMN_TYPES; i++)
        if (str_eq(wire, str_of(types[i].wire)))
            return str_of(lang == LANG_FR ? types[i].fr : types[i].en);
    return wire;
}

bool type_by_name(struct str name, enum column_type *out)
{
    for (enum column_type t = 0; t < COLUMN_TYPES; t++)
        if (str_eq(name, str_of(types[t].name))) {
            *out = t;
            return true;
        }
    return false;
}

bool type_asked(struct str name, enum column_type *out)
{
    enum column_type t;
    if (!type_by_name(name, &t) || !types[t].readable)
        return false;
    *out = t == TYPE_DOUBLE ? TYPE_DECIMAL : t;
    return true;
}

const char *type_sql(enum column_type t)
{
    return types[t].sql;
}

unsigned type_fixed_bytes(enum column_type t)
{
    return types[t].bytes;
}

static void put_double(struct buf *out, double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    pgcopy_u64(out, bits);
}

static bool read_number(struct str cell, enum cell_format format, struct number *x)
{
    if (format == CELLS_DOT_GROUPS)
        return number_read_dot_groups(cell, x);
    return number_read(cell, x) && !(format == CELLS_DOT_DECIMALS && x->dot_grouped);
}

static bool put_int(struct buf *out, enum cell_format format, struct str cell, bool as_text)
{
    struct number x;
    int64_t v;
    if (!read_number(cell, format, &x) || !number_i64(&x, &v))
        return false;
    if (as_text)
        buf_printf(out, "%lld", (long long)v);
    else
        pgcopy_u64(out, (uint64_t)v);
    return true;
}

static bool put_number(struct buf *out, enum column_type t, enum cell_format format, struct str cell, bool as_text)
{
    struct number x;
    if (!read_number(cell, format, &x) || (t == TYPE_DECIMAL && x.has_exponent))
        return false;
    double v = t == TYPE_DOUBLE ? number_double(&x) : 0;
    if (v - v != 0) /* an exponent past the largest double */
        return false;
    if (as_text)
        number_text(out, &x);
    else if (t == TYPE_DOUBLE)
        put_double(out, v);
    else
        number_binary(out, &x);
    return true;
}

static bool put_moment(struct buf *out, enum column_type t, enum cell_format format, struct str cell, bool as_text)
{
    struct moment m;
    bool read = format == CELLS_MONTH_FIRST ? moment_read_month_first(cell, &m) : moment_read(cell, &m);
    if (!read || (t == TYPE_DATE && m.has_time))
        return false;
    char z[40];
    if (as_text && t == TYPE_DATE)
        moment_date_text(z, m.days);
    else if (as_text)
        moment_text(z, m.us);
    if (as_text)
        buf_addz(out, z);
    else if (t == TYPE_DATE)
        pgcopy_u32(out, (uint32_t)(m.days - pg_epoch_days));
    else
        pgcopy_u64(out, (uint64_t)(m.us - pg_epoch_days * 86400000000LL));
    return true;
}

static bool put_bool(struct buf *out, struct str cell, bool as_text)
{
    bool v;
    if (!shape_bool(cell, &v, NULL))
        return false;
    buf_addc(out, as_text ? (v ? 't' : 'f') : (char)v);
    return true;
}

static bool put_point(struct buf *out, enum cell_format format, struct str cell, bool as_text)
{
    double first, second;
    if (!shape_pair(cell, &first, &second, NULL))
        return false;
    bool lon_first = format == CELLS_LON_FIRST && cell.p[0] != '{';
    double lon = lon_first ? first : second, lat = lon_first ? second : first;
    if (lat < -90 || lat > 90 || lon < -180 || lon > 180)
        return false;
    if (as_text) {
        buf_printf(out, "SRID=4326;POINT(%.15g %.15g)", lon, lat);
        return true;
    }
    geometry_put_point(out, lon, lat);
    return true;
}

/* The text of a geometry that a cast reads back is its EWKB in hexadecimal digits. */
static void put_hex(struct buf *out, struct str s)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < s.n; i++) {
        buf_addc(out, digits[(unsigned char)s.p[i] >> 4]);
        buf_addc(out, digits[(unsigned char)s.p[i] & 15]);
    }
}

static bool put_shape(struct buf *out, struct str cell, bool as_text)
{
    struct geometry g;
    struct buf hexed = {.max = out->max};
    struct buf *to = as_text ? &hexed : out;
    size_t before = out->n;
    bool ok = geometry_likely(cell) && geometry_read(cell, to, &g) && g.kind != GEOMETRY_EMPTY && g.on_earth;
    if (!ok)
        out->n = before;
    else if (as_text)
        put_hex(out, buf_str(&hexed));
    buf_free(&hexed);
    return ok;
}

bool type_put(struct buf *out, enum column_type t, enum cell_format format, struct str cell, bool as_text)
{
    if (t == TYPE_TEXT) {
        buf_add(out, cell);
        return true;
    }
    cell = shape_trim(cell);
    switch (t) {
    case TYPE_INT:
        return put_int(out, format, cell, as_text);
    case TYPE_DOUBLE:
    case TYPE_DECIMAL:
        return put_number(out, t, format, cell, as_text);
    case TYPE_DATE:
    case TYPE_DATETIME:
        return put_moment(out, t, format, cell, as_text);
    case TYPE_BOOLEAN:
        return put_bool(out, cell, as_text);
    case TYPE_GEO_POINT:
        return put_point(out, format, cell, as_text);
    case TYPE_GEO_SHAPE:
        return put_shape(out, cell, as_text);
    case TYPE_TEXT:
    case TYPE_FILE:
    case COLUMN_TYPES:
        break;
    }
    return false;
}
