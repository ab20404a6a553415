/* One cell as one type of Table Schema. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>

#include "core/base/jr.h"
#include "core/base/utf8.h"
#include "core/data/check/date_pattern.h"
#include "core/data/value/moment.h"
#include "core/data/value/number.h"
#include "core/data/check/table_schema.h"

static bool is_digits(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!isdigit((unsigned char)s.p[i]))
            return false;
    return s.n > 0;
}

static bool has_word(const json_t *list, struct str word)
{
    const json_t *v;
    size_t i;
    json_array_foreach(
        list, i,
        v) if (json_is_string(v) &&
               str_eq(word, (struct str){json_string_value(v), json_string_length(v)})) return true;
    return false;
}

static bool among(struct str s, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(s, str_of(words[i])))
            return true;
    return false;
}

/* ---- strings ---- */

static bool is_email(struct str s)
{
    ptrdiff_t at = str_chr(s, '@');
    if (at < 1 || s.n > 254 || at > 64)
        return false;
    struct str domain = str_from(s, (size_t)at + 1);
    ptrdiff_t dot = str_chr(domain, '.');
    for (size_t i = 0; i < s.n; i++)
        if (isspace((unsigned char)s.p[i]) || strchr("(),:;<>[]\\\"", s.p[i]))
            return false;
    return dot > 0 && str_chr(domain, '@') < 0 && domain.p[domain.n - 1] != '.' &&
           str_find(domain, S("..")) < 0;
}

static bool is_uri(struct str s)
{
    ptrdiff_t colon = str_chr(s, ':');
    if (colon < 2 || !isalpha((unsigned char)s.p[0]))
        return false;
    for (ptrdiff_t i = 1; i < colon; i++)
        if (!isalnum((unsigned char)s.p[i]) && !strchr("+-.", s.p[i]))
            return false;
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] <= ' ' || strchr("<>\"\\^`{|}", s.p[i]))
            return false;
    struct str rest = str_from(s, (size_t)colon + 1);
    return str_starts(rest, S("//")) ? rest.n > 2 && rest.p[2] != '/' : rest.n > 0;
}

static bool is_uuid(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (i == 8 || i == 13 || i == 18 || i == 23 ? s.p[i] != '-'
                                                    : !isxdigit((unsigned char)s.p[i]))
            return false;
    return s.n == 36;
}

static bool is_base64(struct str s)
{
    size_t end = s.n;
    while (end > 0 && s.n - end < 2 && s.p[end - 1] == '=')
        end--;
    for (size_t i = 0; i < end; i++)
        if (!isalnum((unsigned char)s.p[i]) && s.p[i] != '+' && s.p[i] != '/')
            return false;
    return s.n % 4 == 0;
}

static bool cast_string(const struct table_field *f, struct str s, struct table_value *v,
                        enum reason_code *why)
{
    static const struct {
        const char *format;
        bool (*is)(struct str);
        enum reason_code code;
    } formats[] = {{"email", is_email, REASON_not_email},
                   {"uri", is_uri, REASON_not_uri},
                   {"uuid", is_uuid, REASON_not_uuid},
                   {"binary", is_base64, REASON_not_binary}};
    *v = (struct table_value){.kind = TABLE_HAS_TEXT, .text = s};
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        if (str_eq(f->format, str_of(formats[i].format)) && !formats[i].is(s)) {
            *why = formats[i].code;
            return false;
        }
    return true;
}

/* ---- numbers ---- */

/* Only the number is left of "12 %", "EUR 1 200,50": what stands around it is not read. */
static struct str undress(struct str s)
{
    while (s.n > 0 && !isdigit((unsigned char)s.p[0]) && s.p[0] != '-' && s.p[0] != '+' &&
           s.p[0] != '.')
        s = str_from(s, 1);
    while (s.n > 0 && !isdigit((unsigned char)s.p[s.n - 1]))
        s.n--;
    return s;
}

static bool skip_group(const struct table_field *f, struct str s, size_t *i)
{
    size_t n = strlen(f->group);
    if (n == 0 || !str_starts(str_from(s, *i), str_of(f->group)))
        return false;
    *i += n;
    return true;
}

/* Digits with the field's own marks, written again as C reads them. */
static bool plain_number(const struct table_field *f, struct str s, bool decimals, char *out,
                         size_t room)
{
    size_t n = 0, digits = 0;
    bool mark = false, exponent = false;
    for (size_t i = 0; i < s.n;) {
        char c = s.p[i];
        if (n + 2 > room)
            return false;
        if (digits && !mark && !exponent && skip_group(f, s, &i))
            continue;
        i++;
        if (isdigit((unsigned char)c)) {
            digits++;
        } else if (decimals && !mark && !exponent && c == f->decimal) {
            mark = true;
            c = '.';
        } else if (decimals && digits && !exponent && (c == 'e' || c == 'E')) {
            exponent = true;
            digits = 0;
        } else if (!((c == '-' || c == '+') &&
                     (n == 0 || out[n - 1] == 'e' || out[n - 1] == 'E'))) {
            return false;
        }
        out[n++] = c;
    }
    out[n] = 0;
    return digits > 0;
}

static bool cast_number(const struct table_field *f, struct str s, struct table_value *v,
                        enum reason_code *why)
{
    bool decimals = f->type == TABLE_NUMBER;
    char z[64];
    *v = (struct table_value){.kind = TABLE_HAS_NUMBER, .text = s};
    *why = decimals ? REASON_not_number : REASON_not_integer;
    if (decimals && (str_eq(s, S("NaN")) || str_eq(s, S("INF")) || str_eq(s, S("-INF")))) {
        v->number = s.p[0] == 'N' ? (double)NAN : s.p[0] == '-' ? -HUGE_VAL : HUGE_VAL;
        return true;
    }
    if (!plain_number(f, f->bare ? s : undress(s), decimals, z, sizeof z))
        return false;
    v->number = strtod(z, NULL);
    return true;
}

static bool cast_year(const struct table_field *f, struct str s, struct table_value *v,
                      enum reason_code *why)
{
    (void)f;
    *why = REASON_not_year;
    *v = (struct table_value){.kind = TABLE_HAS_NUMBER, .text = s};
    struct str digits = s.n == 5 && s.p[0] == '-' ? str_from(s, 1) : s;
    int64_t year = 0;
    if (digits.n != 4 || !is_digits(digits) || !str_i64(digits, &year))
        return false;
    v->number = (double)(digits.n == s.n ? year : -year);
    return true;
}

static bool cast_boolean(const struct table_field *f, struct str s, struct table_value *v,
                         enum reason_code *why)
{
    static const char *const yes[] = {"true", "True", "TRUE", "1"}, *const no[] = {"false", "False",
                                                                                   "FALSE", "0"};
    bool is = f->trues ? has_word(f->trues, s) : among(s, yes, 4);
    *why = REASON_not_boolean;
    *v = (struct table_value){.kind = TABLE_HAS_BOOL, .text = s, .number = is};
    return is || (f->falses ? has_word(f->falses, s) : among(s, no, 4));
}

/* ---- moments ---- */

enum { DAY_S = 86400 };

static bool read_forms(const char *const *forms, size_t n, struct str s, int64_t *us)
{
    for (size_t i = 0; i < n; i++)
        if (date_pattern_read(str_of(forms[i]), s, us))
            return true;
    return false;
}

/* ISO 8601 writes every digit: 2019-6-5 is not a date, and the pattern reader would take it. */
static bool is_iso(struct str s, enum table_type type)
{
    static const char date[] = "dddd-dd-dd", hour[] = "dd:dd:dd", both[] = "dddd-dd-ddTdd:dd:dd";
    const char *shape = type == TABLE_DATE ? date : type == TABLE_TIME ? hour : both;
    size_t n = strlen(shape);
    if (s.n < n || (type == TABLE_DATE && s.n != n))
        return false;
    for (size_t i = 0; i < n; i++)
        if (shape[i] == 'd' ? !isdigit((unsigned char)s.p[i]) : s.p[i] != shape[i])
            return false;
    return true;
}

static bool read_iso(struct str s, enum table_type type, int64_t *us)
{
    static const char *const forms[] = {"%Y-%m-%d",
                                        "%H:%M:%S",
                                        "%H:%M:%S.%f",
                                        "%H:%M:%S%z",
                                        "%Y-%m-%dT%H:%M:%S",
                                        "%Y-%m-%dT%H:%M:%S%z",
                                        "%Y-%m-%dT%H:%M:%S.%f",
                                        "%Y-%m-%dT%H:%M:%S.%f%z"};
    return is_iso(s, type) && read_forms(forms, sizeof forms / sizeof forms[0], s, us);
}

static bool read_any(struct str s, enum table_type type, int64_t *us)
{
    static const char *const times[] = {"%H:%M", "%H:%M:%S", "%Hh%M"};
    struct moment m;
    if (read_iso(s, type, us))
        return true;
    if (type == TABLE_TIME)
        return read_forms(times, 3, s, us);
    if (!moment_read(s, &m) || (type == TABLE_DATE && m.has_time))
        return false;
    *us = m.us;
    return true;
}

static bool cast_moment(const struct table_field *f, struct str s, struct table_value *v,
                        enum reason_code *why)
{
    *why = f->type == TABLE_DATE   ? REASON_not_date
           : f->type == TABLE_TIME ? REASON_not_time
                                   : REASON_not_datetime;
    *v = (struct table_value){.kind = TABLE_HAS_TIME, .text = s};
    if (str_eq(f->format, S("any")))
        return read_any(s, f->type, &v->us);
    if (f->format.n == 0 || str_eq(f->format, S("default")))
        return read_iso(s, f->type, &v->us);
    if (f->type == TABLE_DATE && str_eq(f->format, S("%Y-%m-%d")))
        return read_iso(s, f->type, &v->us);
    *why = REASON_not_pattern_date;
    return date_pattern_read(f->format, s, &v->us);
}

static bool cast_yearmonth(const struct table_field *f, struct str s, struct table_value *v,
                           enum reason_code *why)
{
    (void)f;
    *why = REASON_not_yearmonth;
    *v = (struct table_value){.kind = TABLE_HAS_TIME, .text = s};
    return s.n == 7 && s.p[4] == '-' && date_pattern_read(S("%Y-%m"), s, &v->us);
}

/* P1Y2M10DT2H30M, each part once and in order; months are thirty days long for comparisons. */
static bool cast_duration(const struct table_field *f, struct str s, struct table_value *v,
                          enum reason_code *why)
{
    static const struct {
        char unit;
        bool time;
        int64_t s;
    } parts[] = {{'Y', false, 365 * DAY_S},
                 {'M', false, 30 * DAY_S},
                 {'W', false, 7 * DAY_S},
                 {'D', false, DAY_S},
                 {'H', true, 3600},
                 {'M', true, 60},
                 {'S', true, 1}};
    (void)f;
    *why = REASON_not_duration;
    *v = (struct table_value){.kind = TABLE_HAS_TIME, .text = s};
    bool negative = s.n > 0 && s.p[0] == '-', time = false;
    size_t at = negative, part = 0, read = 0;
    double seconds = 0;
    if (at >= s.n || s.p[at++] != 'P')
        return false;
    while (at < s.n) {
        if (s.p[at] == 'T' && !time) {
            time = true;
            read = 0;
            at++;
            continue;
        }
        size_t from = at;
        while (at < s.n && at - from < 18 &&
               (isdigit((unsigned char)s.p[at]) || s.p[at] == '.' || s.p[at] == ','))
            at++;
        char z[20] = {0};
        memcpy(z, s.p + from, at - from);
        while (part < 7 && (at >= s.n || parts[part].time != time || parts[part].unit != s.p[at]))
            part++;
        if (part == 7 || at == from || !isdigit((unsigned char)z[0]))
            return false;
        seconds += strtod(z, NULL) * (double)parts[part++].s;
        at++;
        read++;
    }
    v->us = (int64_t)(seconds > 9e12 ? 9e12 : seconds) * 1000000 * (negative ? -1 : 1);
    return read > 0;
}

/* ---- places and trees ---- */

static bool degrees(struct str s, double most)
{
    char z[40];
    char *end;
    s = str_trim(s);
    if (s.n == 0 || s.n >= sizeof z || !strchr("-+.0123456789", s.p[0]))
        return false;
    memcpy(z, s.p, s.n);
    z[s.n] = 0;
    double v = strtod(z, &end);
    return *end == 0 && v >= -most && v <= most;
}

static bool lon_lat(struct str lon, struct str lat)
{
    return degrees(lon, 180) && degrees(lat, 90);
}

static json_t *tree(struct str s)
{
    struct err ignored = {0};
    return s.n <= (64 << 10) ? jr_parse(s, &ignored) : NULL;
}

static bool is_geo_object(struct str s)
{
    json_t *o = tree(s);
    const json_t *lon = json_object_get(o, "lon"), *lat = json_object_get(o, "lat");
    bool ok = json_is_number(lon) && json_is_number(lat) && fabs(json_number_value(lon)) <= 180 &&
              fabs(json_number_value(lat)) <= 90;
    json_decref(o);
    return ok;
}

static bool cast_geopoint(const struct table_field *f, struct str s, struct table_value *v,
                          enum reason_code *why)
{
    *v = (struct table_value){.kind = TABLE_HAS_TEXT, .text = s};
    *why = REASON_not_geopoint;
    if (str_eq(f->format, S("object")))
        return is_geo_object(s);
    struct str inner = str_trim(s);
    if (str_eq(f->format, S("array"))) {
        *why = REASON_not_geopoint_array;
        if (inner.n < 2 || inner.p[0] != '[' || inner.p[inner.n - 1] != ']')
            return false;
        inner = str_part(inner, 1, inner.n - 2);
    }
    ptrdiff_t comma = str_chr(inner, ',');
    return comma > 0 &&
           lon_lat(str_part(inner, 0, (size_t)comma), str_from(inner, (size_t)comma + 1));
}

static bool is_geojson(const json_t *o)
{
    static const char *const types[] = {"Point",           "MultiPoint", "LineString",
                                        "MultiLineString", "Polygon",    "MultiPolygon"};
    struct str type = jr_str(o, "type");
    if (str_eq(type, S("Feature")))
        return json_object_get(o, "geometry") != NULL;
    if (str_eq(type, S("FeatureCollection")))
        return jr_array(o, "features") != NULL;
    if (str_eq(type, S("GeometryCollection")))
        return jr_array(o, "geometries") != NULL;
    return among(type, types, 6) && jr_array(o, "coordinates");
}

static bool cast_tree(const struct table_field *f, struct str s, struct table_value *v,
                      enum reason_code *why)
{
    *v = (struct table_value){.kind = TABLE_HAS_TEXT, .text = s};
    *why = f->type == TABLE_GEOJSON  ? REASON_not_geojson
           : f->type == TABLE_OBJECT ? REASON_not_object
                                     : REASON_not_array;
    json_t *o = tree(s);
    bool ok = f->type == TABLE_ARRAY    ? json_is_array(o)
              : f->type == TABLE_OBJECT ? json_is_object(o)
                                        : is_geojson(o);
    const json_t *item;
    size_t i;
    json_array_foreach(o, i, item)
    {
        struct table_value each;
        enum reason_code ignored;
        struct str word = {json_string_value(item), json_string_length(item)};
        if (!f->item || f->type != TABLE_ARRAY)
            break;
        bool fits = json_is_string(item) ? table_cast(f->item, word, &each, &ignored)
                                         : f->item->type != TABLE_STRING;
        if (fits && json_is_string(item) && f->item->nallowed) {
            fits = false;
            for (size_t k = 0; k < f->item->nallowed && !fits; k++)
                fits = str_eq(f->item->allowed[k].text, word);
        }
        if (!fits) {
            *why = REASON_not_array_items;
            ok = false;
        }
    }
    json_decref(o);
    return ok;
}

static bool cast_list(const struct table_field *f, struct str s, struct table_value *v,
                      enum reason_code *why)
{
    *v = (struct table_value){.kind = TABLE_HAS_TEXT, .text = s};
    struct str part;
    struct table_value each;
    while (f->item && str_cut(&s, f->delimiter, &part))
        if (!table_cast(f->item, part, &each, why)) {
            *why = REASON_not_array_items;
            return false;
        }
    return true;
}

static bool cast_anything(const struct table_field *f, struct str s, struct table_value *v,
                          enum reason_code *why)
{
    (void)f;
    (void)why;
    *v = (struct table_value){.kind = TABLE_HAS_TEXT, .text = s};
    return true;
}

bool table_cast(const struct table_field *f, struct str cell, struct table_value *out,
                enum reason_code *why)
{
    static bool (*const casts[TABLE_TYPES])(const struct table_field *, struct str,
                                            struct table_value *, enum reason_code *) = {
        [TABLE_STRING] = cast_string,       [TABLE_INTEGER] = cast_number,
        [TABLE_NUMBER] = cast_number,       [TABLE_BOOLEAN] = cast_boolean,
        [TABLE_DATE] = cast_moment,         [TABLE_TIME] = cast_moment,
        [TABLE_DATETIME] = cast_moment,     [TABLE_YEAR] = cast_year,
        [TABLE_YEARMONTH] = cast_yearmonth, [TABLE_DURATION] = cast_duration,
        [TABLE_GEOPOINT] = cast_geopoint,   [TABLE_GEOJSON] = cast_tree,
        [TABLE_OBJECT] = cast_tree,         [TABLE_ARRAY] = cast_tree,
        [TABLE_LIST] = cast_list,           [TABLE_ANY] = cast_anything,
    };
    return casts[f->type](f, cell, out, why);
}

bool table_is_siren(struct str digits)
{
    return digits.n == 9 && is_digits(digits) && number_luhn(digits);
}

/* La Poste's establishments outgrew the key: the sum of their digits is a multiple of five. Source:
 * Insee, SIRET. */
bool table_is_siret(struct str digits)
{
    unsigned sum = 0;
    if (digits.n != 14 || !is_digits(digits))
        return false;
    for (size_t i = 0; i < digits.n; i++)
        sum += (unsigned)(digits.p[i] - '0');
    if (str_starts(digits, S("356000000")))
        return sum % 5 == 0 || number_luhn(digits);
    return number_luhn(digits) && number_luhn(str_part(digits, 0, 9));
}
