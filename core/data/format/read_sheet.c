#include "core/data/format/read_sheet.h"

#include <stdlib.h>

#include "core/base/must.h"
#include "core/data/errors.h"
#include "core/data/format/sheet_book.h"
#include "core/data/format/sheet_merge.h"
#include "core/data/format/zip_part.h"

enum { KEPT = RECORD_COLUMNS_MAX + 1 };
#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

struct sheet {
    struct rows rows;
    struct str file;
    struct sheet_book book;
    struct sheet_notes notes;
    struct sheet_merges merges;
    struct zip_part part; /* suspended where a row is ready */
    /* the row being read */
    uint64_t row;
    size_t n, column, style;
    struct str cells[KEPT];
    size_t from[KEPT]; /* where each begins in `text` */
    struct buf text, value;
    char type; /* of the cell: n s i(nline) t(str) b e d */
    bool in_value;
    const char *too_long;
};

bool sheet_is_xlsx(struct str file)
{
    if (!str_starts(file, S("PK\003\004")))
        return false;
    /* The first names stand near the front in every Office file; any zip with a workbook will do. */
    struct zip_part p;
    struct err e = {0};
    bool found = false;
    if (!part_open(&p, file, S("xl/workbook.xml"), &found, &e))
        return e.kind == &err_data_sheet_bomb;
    if (found)
        part_close(&p);
    return found;
}

/* "BC12" -> 54; SIZE_MAX: no letters, or past the last column of any spreadsheet. */
static size_t column_of(const char *reference)
{
    size_t column = 0;
    for (; *reference >= 'A' && *reference <= 'Z'; reference++) {
        column = column * 26 + (size_t)(*reference - 'A' + 1);
        if (column > 16384)
            return SIZE_MAX;
    }
    return column ? column - 1 : SIZE_MAX;
}

static bool is_true(const char *value)
{
    return value && strcmp(value, "0") != 0 && strcmp(value, "false") != 0;
}

static void start_row(struct sheet *s, const char **attributes)
{
    const char *r = part_attribute(attributes, "r");
    s->notes.hidden_rows += is_true(part_attribute(attributes, "hidden"));
    s->row = r ? strtoull(r, NULL, 10) : s->row + 1;
    s->n = 0;
    s->column = 0;
    buf_reset(&s->text);
}

static void start_cell(struct sheet *s, const char **attributes)
{
    const char *r = part_attribute(attributes, "r"), *t = part_attribute(attributes, "t");
    const char *style = part_attribute(attributes, "s");
    size_t column = r ? column_of(r) : SIZE_MAX;
    if (column != SIZE_MAX && column >= s->n)
        s->column = column;
    s->style = style ? (size_t)strtoul(style, NULL, 10) : 0;
    s->type = !t ? 'n' : strcmp(t, "inlineStr") == 0 ? 'i' : strcmp(t, "str") == 0 ? 't' : t[0];
    buf_reset(&s->value);
}

static void note_columns(struct sheet *s, const char **attributes)
{
    const char *min = part_attribute(attributes, "min"), *max = part_attribute(attributes, "max");
    if (!is_true(part_attribute(attributes, "hidden")) || !min || !max)
        return;
    unsigned long from = strtoul(min, NULL, 10), to = strtoul(max, NULL, 10);
    if (to >= from && to - from < RECORD_COLUMNS_MAX) /* up to the edge of the sheet: nothing there */
        s->notes.hidden_columns += to - from + 1;
}

static void on_start(void *parser, const char *name, const char **attributes)
{
    struct sheet *s = XML_GetUserData(parser);
    name = part_local(name);
    if (strcmp(name, "c") == 0)
        start_cell(s, attributes);
    else if (strcmp(name, "v") == 0 || strcmp(name, "t") == 0)
        s->in_value = true;
    else if (strcmp(name, "row") == 0)
        start_row(s, attributes);
    else if (strcmp(name, "col") == 0)
        note_columns(s, attributes);
}

static void on_text(void *parser, const char *p, int n)
{
    struct sheet *s = XML_GetUserData(parser);
    if (s->in_value)
        buf_add(&s->value, (struct str){p, (size_t)n});
}

static void put_cell(struct sheet *s)
{
    struct str v = buf_str(&s->value);
    uint64_t index;
    switch (s->type) {
    case 's':
        if (str_u64(v, &index))
            buf_add(&s->text, book_string(&s->book, (size_t)index));
        break;
    case 'b':
        buf_addz(&s->text, str_eq(v, S("1")) ? "true" : "false");
        break;
    case 'e':
        s->notes.errors++;
        break;
    case 'n':
        book_number(&s->text, &s->book, book_format(&s->book, s->style), v);
        break;
    default:
        buf_add(&s->text, v);
    }
}

/* Cells that hold a format and no value do not make a row longer. */
static void end_cell(struct sheet *s)
{
    size_t column = s->column++;
    if (s->value.over)
        s->too_long = "cell";
    if (s->value.n == 0)
        return;
    if (column >= KEPT) {
        s->n = column + 1;
        return;
    }
    for (; s->n < column; s->n++)
        s->from[s->n] = s->text.n;
    s->from[s->n++] = s->text.n;
    put_cell(s);
    if (s->text.over)
        s->too_long = "row";
}

static void on_end(void *parser, const char *name)
{
    struct sheet *s = XML_GetUserData(parser);
    name = part_local(name);
    if (strcmp(name, "v") == 0 || strcmp(name, "t") == 0) {
        s->in_value = false;
    } else if (strcmp(name, "c") == 0) {
        end_cell(s);
    } else if (strcmp(name, "row") == 0) {
        XML_StopParser(parser, XML_TRUE);
    }
}

static bool long_cell(struct sheet *s, struct err *e)
{
    ERR(e, err_data_cell_long, "row %llu: %s", (unsigned long long)s->row, s->too_long);
    err_arg(e, "%llu", (unsigned long long)s->row);
    err_arg(e, "%zu", s->n);
    return err_arg(e, "%d", RECORD_CELL_MAX);
}

static bool give_row(struct sheet *s, struct record *out, struct err *e)
{
    size_t kept = s->n < KEPT ? s->n : KEPT;
    for (size_t i = 0; i < kept; i++) {
        size_t end = i + 1 < kept ? s->from[i + 1] : s->text.n;
        s->cells[i] = str_part(buf_str(&s->text), s->from[i], end - s->from[i]);
    }
    if (!sheet_merges_fill(&s->merges, s->row, s->cells, KEPT, &s->n))
        return part_bomb("mergeCells", e);
    *out = (struct record){.line = s->row, .n = s->n, .cells = s->cells};
    return true;
}

static bool sheet_next(struct rows *self, struct record *out, struct err *e)
{
    struct sheet *s = (struct sheet *)(void *)self;
    while (!part_is(&s->part, XML_FINISHED)) {
        if (!part_feed(&s->part, e))
            return false;
        if (s->too_long)
            return long_cell(s, e);
        if (part_is(&s->part, XML_SUSPENDED))
            return give_row(s, out, e);
    }
    *out = (struct record){.end = true, .cells = s->cells};
    return true;
}

static bool sheet_rewind(struct rows *self, struct err *e)
{
    static const struct part_handlers handlers = {on_start, on_end, on_text};
    struct sheet *s = (struct sheet *)(void *)self;
    bool found;
    s->row = 0;
    s->n = 0;
    s->in_value = false;
    s->notes = (struct sheet_notes){.merged = s->merges.others, .spread = s->merges.spread};
    sheet_merges_rewind(&s->merges);
    if (!part_begin(&s->part, s->file, s->book.sheet_path, &handlers, s, &found, e))
        return false;
    return found || part_fault("worksheet", e);
}

/* "B2:B5"; one cell is none. */
static void on_merge(void *parser, const char *name, const char **attributes)
{
    struct sheet *s = XML_GetUserData(parser);
    if (strcmp(part_local(name), "mergeCell") != 0)
        return;
    const char *ref = part_attribute(attributes, "ref"), *colon = ref ? strchr(ref, ':') : NULL;
    if (!colon)
        return;
    struct sheet_merge zone = {.left = column_of(ref), .right = column_of(colon + 1)};
    zone.top = strtoull(ref + strspn(ref, LETTERS), NULL, 10);
    zone.bottom = strtoull(colon + 1 + strspn(colon + 1, LETTERS), NULL, 10);
    sheet_merges_add(&s->merges, zone);
}

/* They stand behind the rows: only where there are some is the sheet read once more. */
static bool find_merges(struct sheet *s, struct err *e)
{
    static const struct part_handlers handlers = {.start = on_merge};
    bool holds;
    if (!part_holds(s->file, s->book.sheet_path, S("mergeCell"), &holds, e))
        return false;
    if (!holds)
        return true;
    bool ok = part_parse(s->file, s->book.sheet_path, &handlers, s, &holds, e);
    sheet_merges_sort(&s->merges);
    return ok;
}

static bool sheet_go_to(struct rows *self, size_t sheet, struct err *e)
{
    struct sheet *s = (struct sheet *)(void *)self;
    sheet_merges_reset(&s->merges);
    return book_go_to(&s->book, s->file, sheet, e) && find_merges(s, e) && sheet_rewind(self, e);
}

static void close_rows(struct rows *self)
{
    sheet_close((struct sheet *)(void *)self);
}

static void describe(struct rows *self, struct jw *w)
{
    sheet_list_describe(&((struct sheet *)(void *)self)->book.sheets, w);
}

static const struct sheet_list *sheets(struct rows *self)
{
    return &((struct sheet *)(void *)self)->book.sheets;
}

static void warn(struct rows *self, struct arena *a, struct jw *w)
{
    struct sheet *s = (struct sheet *)(void *)self;
    sheet_list_warn(&s->book.sheets, &s->notes, a, w);
}

bool sheet_open(struct sheet **out, struct str file, const json_t *options, struct err *e)
{
    struct sheet *s = must_alloc(sizeof *s);
    s->rows = (struct rows){.next = sheet_next, .rewind = sheet_rewind, .close = close_rows,
                            .describe = describe, .sheets = sheets, .go_to = sheet_go_to, .warn = warn,
                            .pads = true};
    s->file = file;
    s->value.max = RECORD_CELL_MAX;
    s->text.max = RECORD_MAX;
    if (!book_open(&s->book, file, options, e) || !find_merges(s, e) || !sheet_rewind(&s->rows, e)) {
        sheet_close(s);
        return false;
    }
    *out = s;
    return true;
}

bool sheet_open_rows(struct str file, const json_t *options, struct rows **out, struct err *e)
{
    struct sheet *s;
    if (!sheet_open(&s, file, options, e))
        return false;
    *out = &s->rows;
    return true;
}

struct rows *sheet_rows(struct sheet *s)
{
    return &s->rows;
}

const struct sheet_notes *sheet_noted(const struct sheet *s)
{
    return &s->notes;
}

void sheet_close(struct sheet *s)
{
    part_close(&s->part);
    buf_free(&s->text);
    buf_free(&s->value);
    book_close(&s->book);
    sheet_merges_free(&s->merges);
    free(s);
}
