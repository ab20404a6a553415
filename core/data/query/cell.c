#include "core/data/query/cell_inside.h"

#include <endian.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/jw.h"

static uint64_t eight(const char *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return be64toh(v);
}

static int64_t whole(struct str s)
{
    uint32_t four;
    uint16_t two;
    switch (s.n) {
    case 8:
        return (int64_t)eight(s.p);
    case 4:
        memcpy(&four, s.p, 4);
        return (int32_t)be32toh(four);
    case 2:
        memcpy(&two, s.p, 2);
        return (int16_t)be16toh(two);
    default:
        return 0;
    }
}

int64_t cell_i64(const PGresult *r, int row, int column)
{
    return whole(cell_bytes(r, row, column));
}

static double to_double(uint64_t bits)
{
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

/* ---- numbers ---- */

static char *two(char *p, unsigned v)
{
    p[0] = (char)('0' + v / 10);
    p[1] = (char)('0' + v % 10);
    return p + 2;
}

/* A point and six digits. */
static char *six(char *p, unsigned v)
{
    *p++ = '.';
    return two(two(two(p, v / 10000), v / 100 % 100), v % 100);
}

static char *put_digits(char *end, uint64_t v)
{
    do
        *--end = (char)('0' + v % 10);
    while (v /= 10);
    return end;
}

/* Up to six decimals go without printf: w / 10^6 is exact rounding when both are whole and below
 * 2^53, so that w without its last zeros is also the shortest text of v. */
void cell_double(struct buf *out, double v)
{
    double w = rint(v * 1e6);
    if (!(fabs(v) < 1e9) || w / 1e6 != v || w == 0) {
        jw_number(out, v);
        return;
    }
    uint64_t u = (uint64_t)fabs(w);
    char text[32], *point = text + 16, *p = put_digits(point, u / 1000000);
    char *end = six(point, (unsigned)(u % 1000000));
    if (v < 0)
        *--p = '-';
    while (end[-1] == '0' && end - 2 > point)
        end--;
    buf_add(out, (struct str){p, (size_t)(end - p)});
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

/* What follows writes at p, which has room for MOMENT_MAX bytes, and gives the end. */
enum { MOMENT_MAX = 48 };

static char *date_at(char *p, int64_t days, enum view_precision precision)
{
    int year;
    unsigned month, day;
    civil(days + DAYS_1970_2000, &year, &month, &day);
    if (year < 0 || year > 9999)
        p += snprintf(p, 12, "%d", year);
    else
        p = two(two(p, (unsigned)year / 100), (unsigned)year % 100);
    if (precision != PRECISION_YEAR)
        *p++ = '-', p = two(p, month);
    if (precision == PRECISION_FULL)
        *p++ = '-', p = two(p, day);
    return p;
}

/* offset: local minus universal time. */
static char *offset_at(char *p, int64_t us)
{
    int64_t minutes = us / 60000000;
    unsigned m = (unsigned)(minutes < 0 ? -minutes : minutes);
    *p++ = minutes < 0 ? '-' : '+';
    p = two(p, m / 60);
    *p++ = ':';
    return two(p, m % 60);
}

static char *clock_at(char *p, int64_t local, int64_t *micro)
{
    int64_t days = local / us_day, rest = local % us_day;
    if (rest < 0) {
        rest += us_day;
        days--;
    }
    p = date_at(p, days, PRECISION_FULL);
    unsigned seconds = (unsigned)(rest / 1000000);
    *micro = rest % 1000000;
    *p++ = 'T';
    p = two(p, seconds / 3600);
    *p++ = ':';
    p = two(p, seconds / 60 % 60);
    *p++ = ':';
    return two(p, seconds % 60);
}

static char *datetime_at(char *p, int64_t local, int64_t moment)
{
    int64_t micro;
    p = clock_at(p, local, &micro);
    if (micro)
        p = six(p, (unsigned)micro);
    return offset_at(p, local - moment);
}

/* Nothing is written where the buffer is over. */
static void put_date(struct buf *out, int64_t days, enum view_precision precision)
{
    char *p = buf_room(out, MOMENT_MAX);
    if (p)
        out->n = (size_t)(date_at(p, days, precision) - out->p);
}

static void put_datetime(struct buf *out, int64_t local, int64_t moment)
{
    char *p = buf_room(out, MOMENT_MAX);
    if (p)
        out->n = (size_t)(datetime_at(p, local, moment) - out->p);
}

/* ---- geometry ---- */

static double wkb_double(const char *p, bool little)
{
    return to_double(little ? __builtin_bswap64(eight(p)) : eight(p));
}

bool cell_point_of(struct str s, double *x, double *y)
{
    if (s.n < 21)
        return false;
    bool little = s.p[0] == 1;
    bool srid = (unsigned char)s.p[little ? 4 : 1] & 0x20;
    size_t at = srid ? 9 : 5;
    if (s.n < at + 16)
        return false;
    *x = wkb_double(s.p + at, little);
    *y = wkb_double(s.p + at + 8, little);
    return isfinite(*x) && isfinite(*y);
}

bool cell_point(const struct query_column *c, const PGresult *r, int row, double *lon, double *lat)
{
    return c->type == TYPE_GEO_POINT && !PQgetisnull(r, row, c->at) && cell_point_of(cell_bytes(r, row, c->at), lon, lat);
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
void cell_shape(struct buf *out, struct str json)
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
        cell_shape(out, cell_bytes(r, row, c->at));
        return true;
    }
    if (c->type != TYPE_GEO_POINT || !cell_point_of(cell_bytes(r, row, c->at), &x, &y))
        return false;
    buf_addz(out, "{\"coordinates\": [");
    cell_double(out, x);
    buf_addz(out, ", ");
    cell_double(out, y);
    buf_addz(out, "], \"type\": \"Point\"}");
    return true;
}

/* ---- ranges ---- */

static void put_bound(struct buf *out, double v)
{
    if (v == rint(v) && fabs(v) < 1e15)
        buf_addn(out, (int64_t)v);
    else
        cell_double(out, v);
}

static void put_date_bound(struct buf *out, const struct query_column *c, const PGresult *r, int row, int at)
{
    int64_t local = cell_i64(r, row, at), moment = cell_i64(r, row, at + 1), micro;
    char text[MOMENT_MAX], *p = clock_at(text, local, &micro);
    if (c->utc)
        p = six(p, (unsigned)micro) - 3, *p++ = 'Z'; /* thousandths */
    else
        p = offset_at(p, local - moment);
    buf_add(out, (struct str){text, (size_t)(p - text)});
}

static void put_number_bounds(struct buf *out, const struct query_column *c, double low)
{
    bool closed = c->range == RANGE_INT;
    put_bound(out, low * c->width);
    buf_addz(out, ", ");
    put_bound(out, (low + 1) * c->width - closed);
    buf_addc(out, closed ? ']' : '[');
}

/* ---- whole cells, as text ---- */

bool cell_null(const struct query_column *c, const PGresult *r, int row)
{
    return PQgetisnull(r, row, c->at) != 0;
}

static bool put_range(struct buf *out, const struct cell *x)
{
    const struct query_column *c = x->c;
    if (c->range == RANGE_LABELS) {
        buf_add(out, c->labels[whole(x->s)]);
        return true;
    }
    buf_addc(out, '[');
    if (c->range != RANGE_DATE) {
        put_number_bounds(out, c, to_double(eight(x->s.p)));
        return true;
    }
    put_date_bound(out, c, x->r, x->row, c->at);
    buf_addz(out, ", ");
    put_date_bound(out, c, x->r, x->row, c->at + 2);
    buf_addc(out, '[');
    return true;
}

static bool put_int(struct buf *out, const struct cell *x)
{
    buf_addn(out, whole(x->s));
    return true;
}

static bool put_finite(struct buf *out, const struct cell *x)
{
    double v = to_double(eight(x->s.p));
    if (!isfinite(v))
        return false;
    cell_double(out, v);
    return true;
}

static bool put_decimal(struct buf *out, const struct cell *x)
{
    return put_numeric(out, x->s);
}

static bool put_day(struct buf *out, const struct cell *x)
{
    int64_t days = whole(x->s);
    if (days == INT32_MAX || days == INT32_MIN)
        return false;
    put_date(out, days, x->c->precision);
    return true;
}

static bool put_moment(struct buf *out, const struct cell *x)
{
    int64_t moment = whole(x->s);
    if (moment == INT64_MIN || moment == INT64_MAX)
        return false;
    put_datetime(out, x->c->local < 0 ? moment : cell_i64(x->r, x->row, x->c->local), moment);
    return true;
}

static bool put_bytes(struct buf *out, const struct cell *x)
{
    struct str s = x->s, separator = x->c->multivalued;
    for (ptrdiff_t at; separator.n && (at = str_find(s, separator)) >= 0; s = str_from(s, (size_t)at + separator.n)) {
        buf_add(out, str_part(s, 0, (size_t)at));
        buf_add(out, x->list_separator);
    }
    buf_add(out, s);
    return true;
}

static bool put_boolean(struct buf *out, const struct cell *x)
{
    buf_addz(out, x->s.n && x->s.p[0] ? "True" : "False");
    return true;
}

static bool put_point(struct buf *out, const struct cell *x)
{
    double lon, lat;
    if (!cell_point_of(x->s, &lon, &lat))
        return false;
    cell_double(out, lat);
    buf_addz(out, ", ");
    cell_double(out, lon);
    return true;
}

static bool put_shape(struct buf *out, const struct cell *x)
{
    cell_shape(out, x->s);
    return true;
}

put_fn *cell_text_of(const struct query_column *c)
{
    static put_fn *const by_type[COLUMN_TYPES] = {
        [TYPE_TEXT] = put_bytes,
        [TYPE_INT] = put_int,
        [TYPE_DOUBLE] = put_finite,
        [TYPE_DECIMAL] = put_decimal,
        [TYPE_DATE] = put_day,
        [TYPE_DATETIME] = put_moment,
        [TYPE_BOOLEAN] = put_boolean,
        [TYPE_GEO_POINT] = put_point,
        [TYPE_GEO_SHAPE] = put_shape,
        [TYPE_FILE] = put_bytes,
    };
    return c->range != RANGE_NONE ? put_range : by_type[c->type];
}

void cell_text(struct buf *out, const struct query_column *c, const PGresult *r, int row, struct str list_separator)
{
    struct cell x = {c, r, row, cell_bytes(r, row, c->at), list_separator};
    if (x.s.p)
        cell_text_of(c)(out, &x);
}
