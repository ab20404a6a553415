#include "core/data/query/cell.h"

#include <endian.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/jw.h"

/* Absent: NULL. */
static struct str bytes(const PGresult *r, int row, int column)
{
    int n = PQgetlength(r, row, column);
    if (n == 0 && PQgetisnull(r, row, column))
        return STR_NONE;
    return (struct str){PQgetvalue(r, row, column), (size_t)n};
}

static uint64_t big_endian(struct str s)
{
    uint64_t v = 0;
    if (s.n == 8) {
        memcpy(&v, s.p, 8);
        return be64toh(v);
    }
    for (size_t i = 0; i < s.n && i < 8; i++)
        v = v << 8 | (unsigned char)s.p[i];
    return v;
}

static int64_t whole(struct str s)
{
    uint64_t v = big_endian(s);
    return s.n == 2 ? (int16_t)v : s.n == 4 ? (int32_t)v : (int64_t)v;
}

int64_t cell_i64(const PGresult *r, int row, int column)
{
    return whole(bytes(r, row, column));
}

static double to_double(uint64_t bits)
{
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

/* ---- numbers ---- */

static char *put_digits(char *end, uint64_t v)
{
    do
        *--end = (char)('0' + v % 10);
    while (v /= 10);
    return end;
}

/* Up to six decimals go without printf: w / 10^k is exact rounding when both are whole and below
 * 2^53, so the first k that gives v back is also its shortest text. */
static void put_double(struct buf *out, double v)
{
    static const double powers[] = {1, 10, 100, 1e3, 1e4, 1e5, 1e6};
    for (int k = 1; k <= 6 && fabs(v) < 1e9; k++) {
        double w = rint(v * powers[k]);
        if (w / powers[k] != v || w == 0)
            continue;
        char text[32], *end = text + sizeof text;
        uint64_t u = (uint64_t)fabs(w), scale = (uint64_t)powers[k];
        char *p = put_digits(end, u % scale + scale); /* a one in front keeps the zeros */
        *p = '.';
        p = put_digits(p, u / scale);
        if (v < 0)
            *--p = '-';
        buf_add(out, (struct str){p, (size_t)(end - p)});
        return;
    }
    jw_number(out, v);
}

static void put_group(struct buf *out, unsigned digits, bool first)
{
    if (first)
        buf_addn(out, digits);
    else
        buf_addn_wide(out, digits, 4);
}

/* The i-th 16-bit word, most significant byte first. */
static unsigned word(struct str s, int i)
{
    const unsigned char *p = (const unsigned char *)s.p + 2 * i;
    return (unsigned)p[0] << 8 | p[1];
}

/* numeric: ndigits, weight, sign, dscale, then digits of base 10,000. Every digit is kept; zeros at
 * the end of the fraction are not. */
static bool put_numeric(struct buf *out, struct str s)
{
    if (s.n < 8)
        return false;
    int n = (int)word(s, 0), weight = (int16_t)word(s, 1);
    unsigned sign = word(s, 2);
    if (sign != 0 && sign != 0x4000) /* NaN and the infinities */
        return false;
    if (s.n < 8 + (size_t)n * 2)
        return false;
    if (sign)
        buf_addc(out, '-');
    if (weight < 0)
        buf_addc(out, '0');
    for (int i = 0; i <= weight; i++)
        put_group(out, i < n ? word(s, 4 + i) : 0, i == 0);
    if (n <= weight + 1)
        return true;
    buf_addc(out, '.');
    for (int i = weight + 1; i < n; i++)
        put_group(out, i < 0 ? 0 : word(s, 4 + i), false);
    while (out->n && out->p[out->n - 1] == '0')
        out->n--;
    if (out->n && out->p[out->n - 1] == '.')
        out->n--;
    return true;
}

/* ---- dates ---- */

enum { DAYS_1970_2000 = 10957 };
static const int64_t us_day = 86400LL * 1000000;

/* Days since 1970 to the calendar: Howard Hinnant's civil_from_days, from its published derivation. */
static void civil(int64_t days, int *year, unsigned *month, unsigned *day)
{
    int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
    unsigned doe = (unsigned)(z - era * 146097);
    unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
    *day = doy - (153 * mp + 2) / 5 + 1;
    *month = mp < 10 ? mp + 3 : mp - 9;
    *year = (int)((int64_t)yoe + era * 400) + (*month <= 2);
}

static char *two(char *p, unsigned v)
{
    p[0] = (char)('0' + v / 10 % 10);
    p[1] = (char)('0' + v % 10);
    return p + 2;
}

static void put_date(struct buf *out, int64_t days, enum view_precision precision)
{
    int year;
    unsigned month, day;
    char text[16], *p = text;
    civil(days + DAYS_1970_2000, &year, &month, &day);
    if (year < 0 || year > 9999)
        buf_printf(out, "%d", year);
    else
        p = two(two(p, (unsigned)year / 100), (unsigned)year % 100);
    if (precision != PRECISION_YEAR)
        *p++ = '-', p = two(p, month);
    if (precision == PRECISION_FULL)
        *p++ = '-', p = two(p, day);
    buf_add(out, (struct str){text, (size_t)(p - text)});
}

/* offset: local minus universal time. */
static void put_offset(struct buf *out, int64_t us)
{
    int64_t minutes = us / 60000000;
    unsigned m = (unsigned)(minutes < 0 ? -minutes : minutes);
    char text[6] = {minutes < 0 ? '-' : '+', 0, 0, ':'};
    two(text + 1, m / 60);
    two(text + 4, m % 60);
    buf_add(out, (struct str){text, sizeof text});
}

static void put_clock(struct buf *out, int64_t local, int64_t *micro)
{
    int64_t days = local / us_day, rest = local % us_day;
    if (rest < 0) {
        rest += us_day;
        days--;
    }
    put_date(out, days, PRECISION_FULL);
    unsigned seconds = (unsigned)(rest / 1000000);
    char text[9] = {'T', 0, 0, ':', 0, 0, ':'};
    two(text + 1, seconds / 3600);
    two(text + 4, seconds / 60 % 60);
    two(text + 7, seconds % 60);
    buf_add(out, (struct str){text, sizeof text});
    *micro = rest % 1000000;
}

static bool is_finite_time(int64_t us)
{
    return us != INT64_MIN && us != INT64_MAX;
}

static void put_datetime(struct buf *out, int64_t local, int64_t moment)
{
    int64_t micro;
    put_clock(out, local, &micro);
    if (micro)
        buf_addc(out, '.'), buf_addn_wide(out, (uint64_t)micro, 6);
    put_offset(out, local - moment);
}

/* ---- geometry ---- */

static double wkb_double(struct str s, bool little)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < 8; i++)
        bits = bits << 8 | (unsigned char)s.p[little ? 7 - i : i];
    return to_double(bits);
}

static bool point_of(struct str s, double *x, double *y)
{
    if (s.n < 21)
        return false;
    bool little = s.p[0] == 1;
    bool srid = (unsigned char)s.p[little ? 4 : 1] & 0x20;
    size_t at = srid ? 9 : 5;
    if (s.n < at + 16)
        return false;
    *x = wkb_double(str_from(s, at), little);
    *y = wkb_double(str_from(s, at + 8), little);
    return isfinite(*x) && isfinite(*y);
}

bool cell_point(const struct query_column *c, const PGresult *r, int row, double *lon, double *lat)
{
    return c->type == TYPE_GEO_POINT && !PQgetisnull(r, row, c->at) && point_of(bytes(r, row, c->at), lon, lat);
}

static void put_spaced(struct buf *out, struct str json)
{
    for (size_t i = 0; i < json.n; i++) {
        buf_addc(out, json.p[i]);
        if (json.p[i] == ',' || json.p[i] == ':')
            buf_addc(out, ' ');
    }
}

/* PostGIS writes {"type":"Point","coordinates":[…]}; the API has coordinates first, and spaces. */
static void put_shape(struct buf *out, struct str json)
{
    static const char head[] = "{\"type\":", middle[] = ",\"coordinates\":";
    struct str type = str_from(json, sizeof head - 1);
    ptrdiff_t at = str_find(type, S(",\"coordinates\":"));
    if (!str_starts(json, str_of(head)) || at < 0 || str_starts(type, S("\"GeometryCollection\""))) {
        put_spaced(out, json);
        return;
    }
    struct str coordinates = str_from(type, (size_t)at + sizeof middle - 1);
    coordinates.n--; /* its brace */
    buf_addz(out, "{\"coordinates\": ");
    put_spaced(out, coordinates);
    buf_addz(out, ", \"type\": ");
    buf_add(out, str_part(type, 0, (size_t)at));
    buf_addc(out, '}');
}

bool cell_geometry(struct buf *out, const struct query_column *c, const PGresult *r, int row)
{
    double x, y;
    if (PQgetisnull(r, row, c->at))
        return false;
    if (c->type == TYPE_GEO_SHAPE) {
        put_shape(out, bytes(r, row, c->at));
        return true;
    }
    if (c->type != TYPE_GEO_POINT || !point_of(bytes(r, row, c->at), &x, &y))
        return false;
    buf_addz(out, "{\"coordinates\": [");
    put_double(out, x);
    buf_addz(out, ", ");
    put_double(out, y);
    buf_addz(out, "], \"type\": \"Point\"}");
    return true;
}

/* ---- ranges ---- */

static void put_bound(struct buf *out, double v)
{
    if (v == rint(v) && fabs(v) < 1e15)
        buf_addn(out, (int64_t)v);
    else
        put_double(out, v);
}

static void put_date_bound(struct buf *out, const struct query_column *c, const PGresult *r, int row, int at)
{
    int64_t local = cell_i64(r, row, at), moment = cell_i64(r, row, at + 1), micro;
    put_clock(out, local, &micro);
    if (c->utc)
        buf_printf(out, ".%03dZ", (int)(micro / 1000));
    else
        put_offset(out, local - moment);
}

static void put_range(struct buf *out, const struct query_column *c, const PGresult *r, int row)
{
    if (c->range == RANGE_LABELS) {
        buf_add(out, c->labels[cell_i64(r, row, c->at)]);
        return;
    }
    buf_addc(out, '[');
    if (c->range == RANGE_DATE) {
        put_date_bound(out, c, r, row, c->at);
        buf_addz(out, ", ");
        put_date_bound(out, c, r, row, c->at + 2);
    } else {
        double low = to_double(big_endian(bytes(r, row, c->at)));
        bool closed = c->range == RANGE_INT;
        put_bound(out, low * c->width);
        buf_addz(out, ", ");
        put_bound(out, (low + 1) * c->width - closed);
        if (closed) {
            buf_addc(out, ']');
            return;
        }
    }
    buf_addc(out, '[');
}

/* ---- whole cells ---- */

bool cell_null(const struct query_column *c, const PGresult *r, int row)
{
    return PQgetisnull(r, row, c->at) != 0;
}

static void put_list(struct buf *out, struct str s, struct str separator)
{
    bool first = true;
    buf_addc(out, '[');
    while (s.p) {
        ptrdiff_t at = separator.n ? str_find(s, separator) : -1;
        struct str part = at < 0 ? s : str_part(s, 0, (size_t)at);
        s = at < 0 ? STR_NONE : str_from(s, (size_t)at + separator.n);
        if (!first)
            buf_addz(out, ", ");
        jw_escape(out, part);
        first = false;
    }
    buf_addc(out, ']');
}

static bool put_moment(struct buf *out, const struct query_column *c, const PGresult *r, int row, int64_t moment)
{
    if (!is_finite_time(moment))
        return false;
    put_datetime(out, c->local < 0 ? moment : cell_i64(r, row, c->local), moment);
    return true;
}

static bool is_finite_day(int64_t days)
{
    return days != INT32_MAX && days != INT32_MIN;
}

static bool put_quoted_date(struct buf *out, const struct query_column *c, int64_t days)
{
    if (!is_finite_day(days))
        return false;
    buf_addc(out, '"');
    put_date(out, days, c->precision);
    buf_addc(out, '"');
    return true;
}

static bool put_quoted_moment(struct buf *out, const struct query_column *c, const PGresult *r, int row, int64_t moment)
{
    if (!is_finite_time(moment))
        return false;
    buf_addc(out, '"');
    put_moment(out, c, r, row, moment);
    buf_addc(out, '"');
    return true;
}

static bool put_json_point(struct buf *out, struct str s)
{
    double x, y;
    if (!point_of(s, &x, &y))
        return false;
    buf_addz(out, "{\"lon\": ");
    put_double(out, x);
    buf_addz(out, ", \"lat\": ");
    put_double(out, y);
    buf_addc(out, '}');
    return true;
}

static bool put_json_double(struct buf *out, struct str s)
{
    double v = to_double(big_endian(s));
    if (!isfinite(v))
        return false;
    put_double(out, v);
    return true;
}

static bool put_json(struct buf *out, const struct query_column *c, const PGresult *r, int row, struct str s)
{
    switch (c->type) {
    case TYPE_INT:
        buf_addn(out, whole(s));
        return true;
    case TYPE_DOUBLE:
        return put_json_double(out, s);
    case TYPE_DECIMAL:
        return put_numeric(out, s);
    case TYPE_DATE:
        return put_quoted_date(out, c, whole(s));
    case TYPE_DATETIME:
        return put_quoted_moment(out, c, r, row, whole(s));
    case TYPE_BOOLEAN:
        buf_addz(out, s.n && s.p[0] ? "true" : "false");
        return true;
    case TYPE_GEO_POINT:
        return put_json_point(out, s);
    case TYPE_GEO_SHAPE:
        buf_addz(out, "{\"type\": \"Feature\", \"geometry\": ");
        put_shape(out, s);
        buf_addz(out, ", \"properties\": {}}");
        return true;
    case TYPE_TEXT:
    case TYPE_FILE:
    case COLUMN_TYPES:
        break;
    }
    if (c->multivalued.p)
        put_list(out, s, c->multivalued);
    else
        jw_escape_utf8(out, s);
    return true;
}

/* JSON within a text is written again, so that what we send is JSON whatever the text holds. */
static bool put_inner_json(struct buf *out, const struct query_column *c, struct str s)
{
    json_t *value = json_loadb(s.p, s.n, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
    char *text = value ? json_dumps(value, JSON_ENCODE_ANY) : NULL;
    json_decref(value);
    if (text)
        buf_addz(out, text);
    else if (c->shape == SHAPE_JSON)
        jw_escape_utf8(out, s);
    bool any = text || c->shape == SHAPE_JSON;
    free(text);
    return any;
}

static bool put_shaped(struct buf *out, const struct query_column *c, const PGresult *r, int row, struct str s)
{
    if (c->shape == SHAPE_FILE)
        return (c->files && c->files->put(c->files, out, s)) || put_json(out, c, r, row, s);
    if (c->shape != SHAPE_CLUSTER)
        return put_inner_json(out, c, s);
    buf_addz(out, "{\"cluster_centroid\": ");
    bool any = put_json(out, c, r, row, s);
    buf_addz(out, any ? "}" : "null}");
    return true;
}

void cell_json(struct buf *out, const struct query_column *c, const PGresult *r, int row)
{
    struct str s = bytes(r, row, c->at);
    if (!s.p)
        buf_addz(out, "null");
    else if (c->range != RANGE_NONE) {
        buf_addc(out, '"');
        put_range(out, c, r, row);
        buf_addc(out, '"');
    } else if (!(c->shape == SHAPE_PLAIN ? put_json(out, c, r, row, s) : put_shaped(out, c, r, row, s)))
        buf_addz(out, "null");
}

static void put_joined(struct buf *out, struct str s, struct str separator, struct str with)
{
    for (ptrdiff_t at; separator.n && (at = str_find(s, separator)) >= 0; s = str_from(s, (size_t)at + separator.n)) {
        buf_add(out, str_part(s, 0, (size_t)at));
        buf_add(out, with);
    }
    buf_add(out, s);
}

void cell_text(struct buf *out, const struct query_column *c, const PGresult *r, int row, struct str list_separator)
{
    double x, y;
    struct str s = bytes(r, row, c->at);
    if (!s.p)
        return;
    if (c->range != RANGE_NONE)
        put_range(out, c, r, row);
    else if (c->type == TYPE_DATE) {
        if (is_finite_day(whole(s)))
            put_date(out, whole(s), c->precision);
    } else if (c->type == TYPE_DATETIME)
        put_moment(out, c, r, row, whole(s));
    else if (c->type == TYPE_BOOLEAN)
        buf_addz(out, s.n && s.p[0] ? "True" : "False");
    else if (c->type == TYPE_GEO_POINT) {
        if (!point_of(s, &x, &y))
            return;
        put_double(out, y);
        buf_addz(out, ", ");
        put_double(out, x);
    } else if (c->type == TYPE_GEO_SHAPE)
        put_shape(out, s);
    else if (c->type == TYPE_TEXT && c->multivalued.p)
        put_joined(out, s, c->multivalued, list_separator);
    else if (c->type == TYPE_TEXT || c->type == TYPE_FILE)
        buf_add(out, s);
    else
        put_json(out, c, r, row, s); /* numbers are the same in both */
}
