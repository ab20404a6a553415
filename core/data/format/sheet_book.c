#include "core/data/format/sheet_book.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/must.h"
#include "core/data/value/moment.h"
#include "core/data/format/read_sheet.h"
#include "core/data/format/zip_part.h"

enum { STRINGS_MAX = 8 << 20, FORMATS_MAX = 65536, CUSTOM_MAX = 4096, ZEROS_MAX = 20 };

/* One part being read into a book. */
struct reading {
    struct sheet_book *book;
    bool in_cell_formats, in_text, in_phonetic, too_much;
    struct {
        unsigned id;
        struct format format;
    } custom[CUSTOM_MAX];
    size_t ncustom;
};

static unsigned number_of(const char *z)
{
    return z ? (unsigned)strtoul(z, NULL, 10) : 0;
}

static bool parse(struct reading *reading, struct str file, struct str name, XML_StartElementHandler start,
                  XML_EndElementHandler end, XML_CharacterDataHandler text, bool *found, struct err *e)
{
    bool ok = part_parse(file, name, &(struct part_handlers){start, end, text}, reading, found, e);
    if (reading->too_much)
        return part_bomb("shared strings", e);
    return ok;
}

static void on_workbook(void *parser, const char *name, const char **attributes)
{
    struct sheet_book *b = ((struct reading *)XML_GetUserData(parser))->book;
    name = part_local(name);
    if (strcmp(name, "workbookPr") == 0) {
        const char *v = part_attribute(attributes, "date1904");
        b->from_1904 = v && (strcmp(v, "1") == 0 || strcmp(v, "true") == 0);
    } else if (strcmp(name, "sheet") == 0) {
        const char *state = part_attribute(attributes, "state"), *id = part_attribute(attributes, "id");
        const char *label = part_attribute(attributes, "name");
        size_t at = b->sheets.n;
        if (id && sheet_list_add(&b->sheets, str_of(label ? label : id), state && strcmp(state, "visible") != 0))
            b->ids[at] = arena_str(&b->arena, str_of(id));
    }
}

static void on_relation(void *parser, const char *name, const char **attributes)
{
    struct sheet_book *b = ((struct reading *)XML_GetUserData(parser))->book;
    const char *id = part_attribute(attributes, "Id"), *type = part_attribute(attributes, "Type");
    const char *target = part_attribute(attributes, "Target");
    if (strcmp(part_local(name), "Relationship") != 0 || !id || !type || !target)
        return;
    const char *top = target[0] == '/' ? "" : "xl/";
    struct str path = arena_printf(&b->arena, "%s%s", top, target[0] == '/' ? target + 1 : target);
    if (str_eq(str_of(id), b->ids[b->sheets.chosen]))
        b->sheet_path = path;
    else if (str_ends(str_of(type), S("/sharedStrings")))
        b->strings_path = path;
    else if (str_ends(str_of(type), S("/styles")))
        b->styles_path = path;
}

/* The first section of a format code, without quoted text, escapes, colours and locales. */
struct format book_format_of(struct str code)
{
    bool day = false, time = false, only_zeros = true;
    unsigned zeros = 0;
    for (size_t i = 0; i < code.n && code.p[i] != ';'; i++) {
        char c = code.p[i];
        if (c == '"') {
            while (++i < code.n && code.p[i] != '"')
                ;
        } else if (c == '\\' || c == '_' || c == '*') {
            i++;
        } else if (c == '[') {
            time |= i + 1 < code.n && strchr("hHmMsS", code.p[i + 1]);
            while (i < code.n && code.p[i] != ']')
                i++;
        } else {
            day |= strchr("yYdD", c) != NULL;
            time |= strchr("hHsS", c) != NULL;
            zeros += c == '0';
            only_zeros &= c == '0' || c == ' ';
        }
    }
    if (day || time)
        return (struct format){day && time ? FORMAT_DATETIME : day ? FORMAT_DATE : FORMAT_TIME, 0};
    return only_zeros && zeros > 1 && zeros <= ZEROS_MAX ? (struct format){FORMAT_ZEROS, zeros}
                                                          : (struct format){FORMAT_PLAIN, 0};
}

struct format book_format_built_in(unsigned id)
{
    if (id >= 14 && id <= 17)
        return (struct format){FORMAT_DATE, 0};
    if (id == 22)
        return (struct format){FORMAT_DATETIME, 0};
    bool time = (id >= 18 && id <= 21) || (id >= 45 && id <= 47);
    return (struct format){time ? FORMAT_TIME : FORMAT_PLAIN, 0};
}

static struct format format_by_id(const struct reading *r, unsigned id)
{
    for (size_t i = 0; i < r->ncustom; i++)
        if (r->custom[i].id == id)
            return r->custom[i].format;
    return book_format_built_in(id);
}

static void on_style(void *parser, const char *name, const char **attributes)
{
    struct reading *r = XML_GetUserData(parser);
    struct sheet_book *b = r->book;
    name = part_local(name);
    if (strcmp(name, "numFmt") == 0 && r->ncustom < CUSTOM_MAX) {
        const char *code = part_attribute(attributes, "formatCode");
        r->custom[r->ncustom].id = number_of(part_attribute(attributes, "numFmtId"));
        r->custom[r->ncustom++].format = book_format_of(str_of(code ? code : ""));
    } else if (strcmp(name, "cellXfs") == 0) {
        r->in_cell_formats = true;
    } else if (strcmp(name, "xf") == 0 && r->in_cell_formats && b->nformats < FORMATS_MAX) {
        b->formats[b->nformats++] = format_by_id(r, number_of(part_attribute(attributes, "numFmtId")));
    }
}

static void on_style_end(void *parser, const char *name)
{
    struct reading *r = XML_GetUserData(parser);
    if (strcmp(part_local(name), "cellXfs") == 0)
        r->in_cell_formats = false;
}

static void on_string(void *parser, const char *name, const char **attributes)
{
    (void)attributes;
    struct reading *r = XML_GetUserData(parser);
    r->in_text |= strcmp(part_local(name), "t") == 0;
    r->in_phonetic |= strcmp(part_local(name), "rPh") == 0;
}

static void on_string_end(void *parser, const char *name)
{
    struct reading *r = XML_GetUserData(parser);
    struct sheet_book *b = r->book;
    name = part_local(name);
    if (strcmp(name, "t") == 0)
        r->in_text = false;
    else if (strcmp(name, "rPh") == 0)
        r->in_phonetic = false;
    if (strcmp(name, "si") != 0)
        return;
    if (b->nstrings == b->strings_cap) {
        b->strings_cap = b->strings_cap ? 2 * b->strings_cap : 1024;
        b->ends = must_realloc(b->ends, b->strings_cap * sizeof *b->ends);
    }
    b->ends[b->nstrings++] = b->strings.n;
    if (b->strings.over || b->nstrings == STRINGS_MAX) {
        r->too_much = true;
        XML_StopParser(parser, XML_FALSE);
    }
}

static void on_string_text(void *parser, const char *p, int n)
{
    struct reading *r = XML_GetUserData(parser);
    if (r->in_text && !r->in_phonetic)
        buf_add(&r->book->strings, (struct str){p, (size_t)n});
}

static bool read_relations(struct reading *r, struct str file, struct err *e)
{
    const struct str part = S("xl/_rels/workbook.xml.rels");
    bool found;
    r->book->sheet_path = STR_NONE;
    return parse(r, file, part, on_relation, NULL, NULL, &found, e) && (r->book->sheet_path.n || part_fault(part.p, e));
}

static bool read_parts(struct reading *r, struct str file, const json_t *options, struct err *e)
{
    struct sheet_book *b = r->book;
    bool found;
    if (!parse(r, file, S("xl/workbook.xml"), on_workbook, NULL, NULL, &found, e))
        return false;
    if (!found)
        return part_fault("xl/workbook.xml", e);
    if (!sheet_list_choose(&b->sheets, options, e) || !read_relations(r, file, e))
        return false;
    if (b->styles_path.n && !parse(r, file, b->styles_path, on_style, on_style_end, NULL, &found, e))
        return false;
    return !b->strings_path.n ||
           parse(r, file, b->strings_path, on_string, on_string_end, on_string_text, &found, e);
}

bool book_open(struct sheet_book *b, struct str file, const json_t *options, struct err *e)
{
    struct reading *r = must_alloc(sizeof *r);
    b->formats = must_alloc(FORMATS_MAX * sizeof *b->formats);
    b->strings.max = SHEET_STRINGS_MAX;
    r->book = b;
    bool ok = read_parts(r, file, options, e);
    free(r);
    return ok;
}

bool book_go_to(struct sheet_book *b, struct str file, size_t sheet, struct err *e)
{
    struct reading *r = must_alloc(sizeof *r);
    r->book = b;
    b->sheets.chosen = sheet;
    bool ok = read_relations(r, file, e);
    free(r);
    return ok;
}

void book_close(struct sheet_book *b)
{
    free(b->formats);
    free(b->ends);
    buf_free(&b->strings);
    arena_free(&b->arena);
    sheet_list_free(&b->sheets);
}

struct str book_string(const struct sheet_book *b, size_t index)
{
    if (index >= b->nstrings)
        return STR_NONE;
    size_t from = index ? b->ends[index - 1] : 0;
    return str_part(buf_str(&b->strings), from, b->ends[index] - from);
}

struct format book_format(const struct sheet_book *b, size_t style)
{
    return style < b->nformats ? b->formats[style] : (struct format){FORMAT_PLAIN, 0};
}

/* Days since 1899-12-30, or 1904-01-01; the spreadsheet believes in 29 February 1900. */
static void put_moment(struct buf *out, const struct sheet_book *b, enum format_kind kind, double serial)
{
    char z[40];
    double days = floor(serial), seconds = floor((serial - days) * 86400 + 0.5);
    if (seconds >= 86400) {
        days += 1;
        seconds = 0;
    }
    int32_t base = b->from_1904 ? moment_days(1904, 1, 1) : moment_days(1899, 12, serial < 60 ? 31 : 30);
    unsigned s = (unsigned)seconds;
    if (kind != FORMAT_TIME || serial >= 1) {
        moment_date_text(z, base + (int32_t)days);
        buf_addz(out, z);
    }
    if (kind == FORMAT_DATETIME || (kind == FORMAT_TIME && serial >= 1))
        buf_addc(out, 'T');
    if (kind != FORMAT_DATE)
        buf_printf(out, "%02u:%02u:%02u", s / 3600, s / 60 % 60, s % 60);
}

static void put_plain(struct buf *out, double v, struct str value)
{
    bool short_text = value.n <= 15 && !memchr(value.p, 'E', value.n) && !memchr(value.p, 'e', value.n);
    if (short_text)
        buf_add(out, value);
    else if (fabs(v) < 1e22 && floor(v) == v)
        buf_printf(out, "%.0f", v);
    else
        buf_printf(out, "%.15g", v);
}

void book_number(struct buf *out, const struct sheet_book *b, struct format f, struct str value)
{
    char z[64];
    if (value.n == 0 || value.n >= sizeof z) {
        buf_add(out, value);
        return;
    }
    memcpy(z, value.p, value.n);
    z[value.n] = 0;
    char *end;
    double v = strtod(z, &end);
    bool is_time = f.kind == FORMAT_DATE || f.kind == FORMAT_DATETIME || f.kind == FORMAT_TIME;
    if (*end || !isfinite(v))
        buf_add(out, value);
    else if (is_time && v >= 0 && v < 2958466) /* the year 9999 */
        put_moment(out, b, f.kind, v);
    else if (f.kind == FORMAT_ZEROS && v >= 0 && v < 1e15 && floor(v) == v)
        buf_printf(out, "%0*.0f", (int)f.zeros, v);
    else
        put_plain(out, v, value);
}
