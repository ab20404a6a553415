#include "core/data/value/wkt.h"

#include <string.h>

#include "core/data/value/geometry.h"

enum { NUMBER_MAX = 40, ORDINATES_MAX = 4 };

/* What stands between the brackets: a position, or a list of what has one bracket less. */
enum nesting { POSITION, LINE, RINGS, POLYGONS, POINTS };

static const struct kind {
    struct str word;
    const char *json;
    enum nesting nesting;
    bool collection;
} kinds[] = {
    {{"POINT", 5}, "Point", POSITION, false},
    {{"LINESTRING", 10}, "LineString", LINE, false},
    {{"POLYGON", 7}, "Polygon", RINGS, false},
    {{"MULTIPOINT", 10}, "MultiPoint", POINTS, false},
    {{"MULTILINESTRING", 15}, "MultiLineString", RINGS, false},
    {{"MULTIPOLYGON", 12}, "MultiPolygon", POLYGONS, false},
    {{"GEOMETRYCOLLECTION", 18}, "GeometryCollection", POSITION, true},
};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

static void space(struct str *s)
{
    while (s->n && (s->p[0] == ' ' || s->p[0] == '\t' || s->p[0] == '\r' || s->p[0] == '\n'))
        *s = str_from(*s, 1);
}

static bool take(struct str *s, char c)
{
    space(s);
    bool is = s->n && s->p[0] == c;
    *s = str_from(*s, is);
    return is;
}

static struct str take_word(struct str *s)
{
    space(s);
    size_t n = 0;
    while (n < s->n && ((s->p[n] >= 'A' && s->p[n] <= 'Z') || (s->p[n] >= 'a' && s->p[n] <= 'z')))
        n++;
    struct str word = {s->p, n};
    *s = str_from(*s, n);
    return word;
}

static bool is_dimension(struct str word)
{
    return str_ieq(word, S("Z")) || str_ieq(word, S("M")) || str_ieq(word, S("ZM"));
}

/* POLYGON, or POLYGONZ in one word. */
static const struct kind *kind_of(struct str word)
{
    for (size_t i = 0; i < KINDS; i++) {
        struct str rest = str_from(word, kinds[i].word.n);
        if (str_ieq(str_part(word, 0, kinds[i].word.n), kinds[i].word) &&
            (rest.n == 0 || is_dimension(rest)))
            return &kinds[i];
    }
    return NULL;
}

/* As JSON has it: ".5" and "5." have a digit on both sides of the dot, "+" is left out. What is no
 * number JSON refuses. */
static bool put_number(struct buf *json, struct str *s)
{
    space(s);
    size_t n = 0;
    while (n < s->n && n <= NUMBER_MAX &&
           (strchr("+-.eE", s->p[n]) || (s->p[n] >= '0' && s->p[n] <= '9')) && s->p[n])
        n++;
    struct str number = {s->p, n};
    *s = str_from(*s, n);
    if (n == 0 || n > NUMBER_MAX)
        return false;
    number = str_from(number, number.p[0] == '+');
    if (number.n && number.p[0] == '-') {
        buf_addc(json, '-');
        number = str_from(number, 1);
    }
    bool ends_in_dot = number.n > 1 && number.p[number.n - 1] == '.';
    buf_addz(json, number.n && number.p[0] == '.' ? "0" : "");
    buf_add(json, (struct str){number.p, number.n - ends_in_dot});
    return true;
}

static bool put_position(struct buf *json, struct str *s)
{
    struct buf left_out = {.max = ORDINATES_MAX * (NUMBER_MAX + 2)};
    buf_addc(json, '[');
    bool ok = put_number(json, s);
    buf_addc(json, ',');
    ok = ok && put_number(json, s);
    buf_addc(json, ']');
    for (unsigned more = 0; ok && (space(s), s->n) && !strchr(",()", s->p[0]); more++)
        ok = more < ORDINATES_MAX - 2 && put_number(&left_out, s);
    buf_free(&left_out);
    return ok;
}

/* Each of a MULTIPOINT may have brackets of its own. */
static bool put_point(struct buf *json, struct str *s)
{
    bool bracketed = take(s, '(');
    return put_position(json, s) && (!bracketed || take(s, ')'));
}

static bool put_list(struct buf *json, struct str *s, enum nesting nesting)
{
    if (nesting == POSITION)
        return put_position(json, s);
    if (!take(s, '('))
        return false;
    buf_addc(json, '[');
    for (unsigned n = 0; n == 0 || take(s, ','); n++) {
        buf_addz(json, n ? "," : "");
        if (!(nesting == POINTS ? put_point(json, s) : put_list(json, s, nesting - 1)))
            return false;
    }
    buf_addc(json, ']');
    return take(s, ')');
}

static bool is_flat(struct str s)
{
    return take(&s, '(') && (space(&s), s.n) && s.p[0] != '(';
}

static bool put_coordinates(struct buf *json, struct str *s, const struct kind *kind)
{
    if (kind->nesting == POSITION)
        return take(s, '(') && put_position(json, s) && take(s, ')');
    if (kind->nesting != RINGS || !str_eq(kind->word, S("POLYGON")) || !is_flat(*s))
        return put_list(json, s, kind->nesting);
    buf_addc(json, '[');
    bool ok = put_list(json, s, LINE);
    buf_addc(json, ']');
    return ok;
}

static bool put_geometry(struct buf *json, struct str *s, unsigned depth);

static bool put_members(struct buf *json, struct str *s, unsigned depth)
{
    if (!take(s, '('))
        return false;
    buf_addc(json, '[');
    for (unsigned n = 0; n == 0 || take(s, ','); n++) {
        buf_addz(json, n ? "," : "");
        if (!put_geometry(json, s, depth + 1))
            return false;
    }
    buf_addc(json, ']');
    return take(s, ')');
}

static bool is_empty(struct str *s)
{
    struct str rest = *s, word = take_word(&rest);
    if (is_dimension(word)) {
        *s = rest;
        word = take_word(&rest);
    }
    bool empty = str_ieq(word, S("EMPTY"));
    if (empty)
        *s = rest;
    return empty;
}

static bool put_geometry(struct buf *json, struct str *s, unsigned depth)
{
    const struct kind *kind = depth > GEOMETRY_DEPTH_MAX ? NULL : kind_of(take_word(s));
    if (!kind)
        return false;
    buf_printf(json, "{\"type\":\"%s\",\"%s\":", kind->json,
               kind->collection ? "geometries" : "coordinates");
    bool ok = true;
    if (is_empty(s))
        buf_addz(json, "[]");
    else
        ok = kind->collection ? put_members(json, s, depth) : put_coordinates(json, s, kind);
    buf_addc(json, '}');
    return ok;
}

static bool take_reference(struct str *s)
{
    if (!str_ieq(str_part(*s, 0, 5), S("SRID=")))
        return true;
    bool known = str_starts(*s, S("SRID=4326;")) || str_starts(*s, S("srid=4326;"));
    *s = str_from(*s, known ? 10 : 0);
    return known;
}

/* Asked of every text cell of a file: nearly all are told apart by their first two letters. */
static bool begins_as_wkt(struct str s)
{
    static const char heads[] = "polimugesr";
    for (size_t i = 0; s.n > 1 && i < sizeof heads - 1; i += 2)
        if ((s.p[0] | 0x20) == heads[i] && (s.p[1] | 0x20) == heads[i + 1])
            return true;
    return false;
}

bool wkt_likely(struct str s)
{
    if (!begins_as_wkt(s) || !take_reference(&s))
        return false;
    return kind_of(take_word(&s)) && (space(&s), s.n) && strchr("(ZzMmEe", s.p[0]);
}

bool wkt_put_json(struct buf *json, struct str s)
{
    bool ok = take_reference(&s) && put_geometry(json, &s, 0);
    space(&s);
    return ok && s.n == 0 && !json->over;
}
