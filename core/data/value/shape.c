#include "core/data/value/shape.h"

#include "core/data/value/json_scan.h"

static bool is_white(unsigned char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct str shape_trim_white(struct str s)
{
    while (s.n && is_white((unsigned char)s.p[0]))
        s = str_from(s, 1);
    while (s.n && is_white((unsigned char)s.p[s.n - 1]))
        s.n--;
    if (s.n == 0 || ((unsigned char)s.p[0] < 0xC2 && (unsigned char)s.p[s.n - 1] < 0x80))
        return s;
    if (str_starts(s, S("\u00a0")))
        return shape_trim(str_from(s, 2));
    if (str_starts(s, S("\u202f")))
        return shape_trim(str_from(s, 3));
    if (str_ends(s, S("\u00a0")))
        return shape_trim((struct str){s.p, s.n - 2});
    if (str_ends(s, S("\u202f")))
        return shape_trim((struct str){s.p, s.n - 3});
    return s;
}

bool shape_bool(struct str s, bool *value, enum shape_words *words)
{
    static const struct {
        struct str word;
        enum shape_words words;
        bool value;
    } all[] = {
        {{"oui", 3}, WORDS_OUI_NON, true},       {{"non", 3}, WORDS_OUI_NON, false},
        {{"vrai", 4}, WORDS_VRAI_FAUX, true},    {{"faux", 4}, WORDS_VRAI_FAUX, false},
        {{"true", 4}, WORDS_TRUE_FALSE, true},   {{"false", 5}, WORDS_TRUE_FALSE, false},
        {{"yes", 3}, WORDS_YES_NO, true},        {{"no", 2}, WORDS_YES_NO, false},
        {{"o", 1}, WORDS_O_N, true},             {{"n", 1}, WORDS_O_N, false},
        {{"1", 1}, WORDS_0_1, true},             {{"0", 1}, WORDS_0_1, false},
    };
    if (s.n == 0 || s.n > 5)
        return false;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (s.n == all[i].word.n && str_ieq(s, all[i].word)) {
            *value = all[i].value;
            if (words)
                *words = all[i].words;
            return true;
        }
    return false;
}

static bool dotted(struct str s, double *out, bool *has_decimals)
{
    struct number x;
    if (!number_read(str_trim(s), &x) || x.mark == ',' || x.suffix || x.grouped)
        return false;
    *out = number_double(&x);
    *has_decimals |= x.mark == '.';
    return true;
}

/* {"lon": x, "lat": y}, in whatever order. */
static bool lon_lat_object(struct str s, double *lat, double *lon)
{
    struct json_scan j = json_scan_of(s);
    struct str key, value;
    bool more, has_lat = false, has_lon = false;
    if (!json_scan_open(&j, '{'))
        return false;
    while (json_scan_member(&j, &key, &value, &more) && more) {
        struct json_scan v = json_scan_of(value);
        bool *has = str_eq(key, S("lat")) ? &has_lat : str_eq(key, S("lon")) ? &has_lon : NULL;
        if (!has || *has || !json_scan_double(&v, has == &has_lat ? lat : lon))
            return false;
        *has = true;
    }
    return !j.failed && json_scan_end(&j) && has_lat && has_lon;
}

bool shape_pair(struct str s, double *first, double *second, bool *bracketed)
{
    if (s.n > 2 && s.p[0] == '{') {
        if (bracketed)
            *bracketed = false;
        return s.n <= 120 && lon_lat_object(s, first, second);
    }
    bool square = s.n > 2 && s.p[0] == '[' && s.p[s.n - 1] == ']';
    if (square || (s.n > 2 && s.p[0] == '(' && s.p[s.n - 1] == ')'))
        s = str_part(s, 1, s.n - 2);
    ptrdiff_t comma = str_chr(s, ',');
    if (comma <= 0 || s.n > 60)
        return false;
    bool decimals = false;
    double a, b;
    if (!dotted((struct str){s.p, (size_t)comma}, &a, &decimals) ||
        !dotted(str_from(s, (size_t)comma + 1), &b, &decimals) || !decimals)
        return false;
    *first = a;
    *second = b;
    if (bracketed)
        *bracketed = square;
    return true;
}

static bool as_number(struct shape *x)
{
    if (!number_read(x->s, &x->number))
        return false;
    x->kind = SHAPE_NUMBER;
    bool value;
    if (x->s.n == 1)
        shape_bool(x->s, &value, &x->words);
    return true;
}

void shape_of(struct str cell, struct shape *x)
{
    x->s = shape_trim(cell);
    x->kind = x->s.n ? SHAPE_TEXT : SHAPE_BLANK;
    x->words = WORDS_NONE;
    x->moment.month_first = false;
    if (x->s.n == 0)
        return;
    bool value;
    char c = x->s.p[0];
    if (c >= '0' && c <= '9') {
        if (as_number(x))
            return;
        if (moment_read(x->s, &x->moment))
            x->kind = x->moment.has_time ? SHAPE_DATETIME : SHAPE_DATE;
        else if (shape_pair(x->s, &x->first, &x->second, &x->bracketed))
            x->kind = SHAPE_PAIR;
    } else if (c == '-' || c == '.' || c == ',' || c == '[' || c == '(') {
        if (c != '[' && c != '(' && as_number(x))
            return;
        if (shape_pair(x->s, &x->first, &x->second, &x->bracketed))
            x->kind = SHAPE_PAIR;
    } else if (c == '{') {
        if (geometry_likely(x->s) && geometry_read(x->s, NULL, &x->geometry))
            x->kind = SHAPE_GEOMETRY;
        else if (shape_pair(x->s, &x->first, &x->second, &x->bracketed))
            x->kind = SHAPE_PAIR;
    } else if (shape_bool(x->s, &value, &x->words)) {
        x->kind = SHAPE_BOOL;
    } else if (geometry_likely(x->s) && geometry_read(x->s, NULL, &x->geometry)) {
        x->kind = SHAPE_GEOMETRY;
    }
}
