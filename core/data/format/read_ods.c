#include "core/data/format/read_ods.h"

#include <stdlib.h>

#include "core/base/jr.h"
#include "core/base/must.h"
#include "core/data/errors.h"
#include "core/data/format/sheet_book.h"
#include "core/data/format/sheet_merge.h"
#include "core/data/format/zip_part.h"

enum { KEPT = RECORD_COLUMNS_MAX + 1 };

struct ods {
    struct rows rows;
    struct str file;
    const json_t *options;
    struct sheet_list sheets;
    struct sheet_notes notes;
    struct sheet_merges merges;
    struct str hidden_styles[ODS_STYLES_MAX];
    size_t nhidden;
    bool chosen;
    struct zip_part part;
    /* where the reading stands */
    size_t table; /* tables begun */
    bool in_table, style_is_table;
    unsigned annotation, paragraphs;
    const char *bomb, *too_long;
    uint64_t row, repeated_cells;
    /* the row being read: cells are pieces of `text` */
    size_t n, column;
    struct {
        size_t from, n;
    } place[KEPT];
    struct str cells[KEPT];
    struct buf text, shown;
    bool in_cell, in_p;
    uint64_t cell_repeat, row_repeat;
    char type; /* f(loat, percentage, currency) d(ate) t(ime) b(oolean) s(tring) e(rror) 0 (none) */
    struct buf value;
    /* what is to be given out before the parser goes on */
    uint64_t blanks, copies;
};

bool ods_is(struct str file)
{
    static const char kind[] = "application/vnd.oasis.opendocument.spreadsheet";
    struct str head = str_part(file, 0, 200);
    return str_starts(file, S("PK\003\004")) && str_find(head, str_of(kind)) > 0;
}

/* How often: at most one more than any sheet has rows, so that sums of them do not begin again. */
static uint64_t count_of(const char *z)
{
    uint64_t n;
    if (!z || !str_u64(str_of(z), &n) || n == 0)
        return 1;
    return n < ODS_ROWS_MAX ? n : ODS_ROWS_MAX + 1;
}

static bool is(const char *a, const char *b)
{
    return a && strcmp(a, b) == 0;
}

static bool is_collapsed(const char **attributes)
{
    const char *v = part_attribute(attributes, "visibility");
    return is(v, "collapse") || is(v, "filter");
}

/* ---- sheets ---- */

static void see_style(struct ods *s, const char *name, const char **attributes)
{
    if (is(name, "style")) {
        const char *style = part_attribute(attributes, "name");
        s->style_is_table = is(part_attribute(attributes, "family"), "table") && style &&
                            s->nhidden < ODS_STYLES_MAX;
        if (s->style_is_table)
            s->hidden_styles[s->nhidden] = arena_str(&s->sheets.arena, str_of(style));
    } else if (s->style_is_table && is(part_attribute(attributes, "display"), "false")) {
        s->nhidden++;
        s->style_is_table = false;
    }
}

static bool is_hidden(const struct ods *s, const char *style)
{
    for (size_t i = 0; style && i < s->nhidden; i++)
        if (str_eq(s->hidden_styles[i], str_of(style)))
            return true;
    return false;
}

static void start_table(struct ods *s, const char **attributes)
{
    struct str asked = jr_str(s->options, "sheet"),
               name = str_of(part_attribute(attributes, "name"));
    bool hidden = is_hidden(s, part_attribute(attributes, "style-name"));
    size_t at = s->table++;
    if (at >= s->sheets.n && !sheet_list_add(&s->sheets, name, hidden))
        return;
    if (!s->chosen && (asked.n ? str_eq(name, asked) : !hidden)) {
        s->chosen = true;
        s->sheets.chosen = s->sheets.first = at;
    }
    s->in_table = s->chosen && s->sheets.chosen == at;
}

/* ---- cells ---- */

static void start_row(struct ods *s, const char **attributes)
{
    s->n = s->column = 0;
    s->row_repeat = count_of(part_attribute(attributes, "number-rows-repeated"));
    s->notes.hidden_rows +=
        is_collapsed(attributes) && s->row_repeat < ODS_ROWS_MAX / 2 ? s->row_repeat : 0;
    buf_reset(&s->text);
}

static char type_of(const char **attributes)
{
    static const struct {
        const char *name;
        char type;
    } known[] = {{"float", 'f'}, {"percentage", 'f'}, {"currency", 'f'}, {"date", 'd'},
                 {"time", 't'},  {"boolean", 'b'},    {"string", 's'}};
    for (const char **a = attributes; *a; a += 2)
        if (strstr(a[0], "value-type") && is(a[1], "error"))
            return 'e';
    const char *v = part_attribute(attributes, "value-type");
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (is(v, known[i].name))
            return known[i].type;
    return 0;
}

static void start_cell(struct ods *s, const char **attributes)
{
    static const struct {
        char type;
        const char *attribute;
    } values[] = {{'f', "value"},
                  {'d', "date-value"},
                  {'t', "time-value"},
                  {'b', "boolean-value"},
                  {'s', "string-value"}};
    s->in_cell = true;
    s->annotation = s->paragraphs = 0;
    s->type = type_of(attributes);
    s->cell_repeat = count_of(part_attribute(attributes, "number-columns-repeated"));
    uint64_t columns = count_of(part_attribute(attributes, "number-columns-spanned")),
             rows = count_of(part_attribute(attributes, "number-rows-spanned"));
    if (columns > 1 || rows > 1)
        sheet_merges_add(&s->merges, (struct sheet_merge){s->row + 1, s->row + rows, s->column, s->column + (size_t)columns - 1});
    buf_reset(&s->value);
    buf_reset(&s->shown);
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        if (s->type == values[i].type)
            buf_add(&s->value, str_of(part_attribute(attributes, values[i].attribute)));
}

/* PT10H30M05S as 10:30:05. */
static void put_time(struct buf *out, struct str v)
{
    unsigned n = 0, hours = 0, minutes = 0, seconds = 0;
    for (size_t i = 2; i < v.n && v.p[i] != '.' && v.p[i] != ','; i++) {
        if (v.p[i] >= '0' && v.p[i] <= '9') {
            n = n % 100000 * 10 + (unsigned)(v.p[i] - '0');
            continue;
        }
        *(v.p[i] == 'H' ? &hours : v.p[i] == 'M' ? &minutes : &seconds) = n;
        n = 0;
    }
    buf_printf(out, "%02u:%02u:%02u", hours, minutes, n ? n : seconds);
}

static bool has_front_zero(struct str shown)
{
    for (size_t i = 0; i < shown.n; i++)
        if (shown.p[i] < '0' || shown.p[i] > '9')
            return false;
    return shown.n > 1 && shown.p[0] == '0';
}

static void put_cell(struct ods *s)
{
    struct str v = buf_str(&s->value), shown = buf_str(&s->shown);
    if (s->type == 'e')
        s->notes.errors++;
    else if (s->type == 'f' && !has_front_zero(shown))
        book_number(&s->text, NULL, (struct format){FORMAT_PLAIN, 0}, v);
    else if (s->type == 't')
        put_time(&s->text, v);
    else
        buf_add(&s->text, v.n && s->type != 'f' ? v : shown);
}

/* Blank cells count only once one that is not blank follows. */
static void end_cell(struct ods *s)
{
    size_t from = s->text.n, repeat = (size_t)s->cell_repeat;
    s->in_cell = false;
    put_cell(s);
    if (s->value.over || s->shown.over)
        s->too_long = "cell";
    if (s->text.over)
        s->too_long = "row";
    if (s->text.n == from) {
        s->column += repeat;
        return;
    }
    for (; s->n < s->column && s->n < KEPT; s->n++)
        s->place[s->n].from = s->place[s->n].n = 0;
    for (size_t i = 0; i < repeat && s->n < KEPT; i++, s->n++) {
        s->place[s->n].from = from;
        s->place[s->n].n = s->text.n - from;
    }
    s->column += repeat;
    s->n = s->column;
    s->repeated_cells += repeat - 1;
}

static void end_row(struct ods *s)
{
    s->row += s->row_repeat;
    if (s->n == 0) {
        s->blanks += s->row_repeat;
        return;
    }
    s->copies = s->row_repeat;
    s->repeated_cells += (s->row_repeat - 1) * s->n;
    if (s->row > ODS_ROWS_MAX || s->repeated_cells > ODS_REPEATED_MAX)
        s->bomb = "number-rows-repeated";
    XML_StopParser(s->part.parser, XML_TRUE);
}

/* ---- the parser ---- */

static void start_in_cell(struct ods *s, const char *name, const char **attributes)
{
    if (is(name, "annotation") || s->annotation) {
        s->annotation++;
        return;
    }
    if (is(name, "p")) {
        if (s->paragraphs++)
            buf_addc(&s->shown, '\n');
        s->in_p = true;
    } else if (is(name, "s")) {
        uint64_t n = count_of(part_attribute(attributes, "c"));
        for (uint64_t i = 0; i < n && i < 1000; i++)
            buf_addc(&s->shown, ' ');
    } else if (is(name, "tab") || is(name, "line-break")) {
        buf_addc(&s->shown, name[0] == 't' ? '\t' : '\n');
    }
}

static void on_start(void *parser, const char *name, const char **attributes)
{
    struct ods *s = XML_GetUserData(parser);
    name = part_local(name);
    if (s->in_cell)
        start_in_cell(s, name, attributes);
    else if (!s->in_table && is(name, "table"))
        start_table(s, attributes);
    else if (!s->in_table)
        see_style(s, name, attributes);
    else if (is(name, "table-row"))
        start_row(s, attributes);
    else if (is(name, "table-cell") || is(name, "covered-table-cell"))
        start_cell(s, attributes);
    else if (is(name, "table-column") && is_collapsed(attributes)) {
        uint64_t n = count_of(part_attribute(attributes, "number-columns-repeated"));
        s->notes.hidden_columns +=
            n < RECORD_COLUMNS_MAX ? n : 0; /* up to the edge: nothing there */
    }
}

static void on_end(void *parser, const char *name)
{
    struct ods *s = XML_GetUserData(parser);
    name = part_local(name);
    if (s->in_cell && s->annotation)
        s->annotation--;
    else if (s->in_cell && is(name, "p"))
        s->in_p = false;
    else if (s->in_cell && (is(name, "table-cell") || is(name, "covered-table-cell")))
        end_cell(s);
    else if (s->in_table && is(name, "table-row"))
        end_row(s);
    else if (s->in_table && is(name, "table"))
        s->in_table = false;
}

static void on_text(void *parser, const char *p, int n)
{
    struct ods *s = XML_GetUserData(parser);
    if (s->in_cell && s->in_p && !s->annotation)
        buf_add(&s->shown, (struct str){p, (size_t)n});
}

/* ---- rows ---- */

static bool feed(struct ods *s, struct err *e)
{
    if (!part_feed(&s->part, e))
        return false;
    if (s->bomb)
        return part_bomb(s->bomb, e);
    if (!s->too_long)
        return true;
    ERR(e, err_data_cell_long, "row %llu: %s", (unsigned long long)s->row, s->too_long);
    err_arg(e, "%llu", (unsigned long long)s->row);
    err_arg(e, "%zu", s->n + 1);
    return err_arg(e, "%d", RECORD_CELL_MAX);
}

static bool give_row(struct ods *s, struct record *out, struct err *e)
{
    size_t kept = s->n < KEPT ? s->n : KEPT;
    for (size_t i = 0; i < kept; i++)
        s->cells[i] = str_part(buf_str(&s->text), s->place[i].from, s->place[i].n);
    size_t n = s->n;
    if (!sheet_merges_fill(&s->merges, s->row - s->copies + 1, s->cells, KEPT, &n))
        return part_bomb("number-rows-spanned", e);
    *out = (struct record){.line = s->row - s->copies + 1, .n = n, .cells = s->cells};
    s->copies--;
    return true;
}

static bool ods_next(struct rows *self, struct record *out, struct err *e)
{
    struct ods *s = (struct ods *)(void *)self;
    while (!s->copies && !part_is(&s->part, XML_FINISHED))
        if (!feed(s, e))
            return false;
    if (!s->copies) {
        *out = (struct record){.end = true, .cells = s->cells};
        return s->chosen || sheet_list_choose(&s->sheets, s->options, e);
    }
    if (s->blanks) {
        *out = (struct record){.line = s->row - s->copies - s->blanks + 1, .cells = s->cells};
        s->blanks--;
        return true;
    }
    return give_row(s, out, e);
}

static bool ods_rewind(struct rows *self, struct err *e)
{
    static const struct part_handlers handlers = {on_start, on_end, on_text};
    struct ods *s = (struct ods *)(void *)self;
    bool found;
    s->table = s->nhidden = s->n = 0;
    s->row = s->blanks = s->copies = s->repeated_cells = 0;
    s->in_table = s->in_cell = s->in_p = false;
    s->notes = (struct sheet_notes){0};
    sheet_merges_reset(&s->merges);
    if (!part_begin(&s->part, s->file, S("content.xml"), &handlers, s, &found, e))
        return false;
    return found || part_fault("content.xml", e);
}

static bool ods_go_to(struct rows *self, size_t sheet, struct err *e)
{
    struct ods *s = (struct ods *)(void *)self;
    s->sheets.chosen = sheet;
    return ods_rewind(self, e);
}

static void ods_close(struct rows *self)
{
    struct ods *s = (struct ods *)(void *)self;
    part_close(&s->part);
    buf_free(&s->text);
    buf_free(&s->shown);
    buf_free(&s->value);
    sheet_merges_free(&s->merges);
    sheet_list_free(&s->sheets);
    free(s);
}

static void describe(struct rows *self, struct jw *w)
{
    sheet_list_describe(&((struct ods *)(void *)self)->sheets, w);
}

static const struct sheet_list *sheets(struct rows *self)
{
    return &((struct ods *)(void *)self)->sheets;
}

static void warn(struct rows *self, struct arena *a, struct jw *w)
{
    struct ods *s = (struct ods *)(void *)self;
    s->notes.merged = s->merges.others;
    s->notes.spread = s->merges.spread;
    sheet_list_warn(&s->sheets, &s->notes, a, w);
}

bool ods_open(struct str file, const json_t *options, struct rows **out, struct err *e)
{
    struct ods *s = must_alloc(sizeof *s);
    s->rows = (struct rows){.next = ods_next,
                            .rewind = ods_rewind,
                            .close = ods_close,
                            .describe = describe, .sheets = sheets, .go_to = ods_go_to,
                            .warn = warn,
                            .pads = true};
    s->file = file;
    s->options = options;
    s->value.max = s->shown.max = RECORD_CELL_MAX;
    s->text.max = RECORD_MAX;
    if (!ods_rewind(&s->rows, e)) {
        ods_close(&s->rows);
        return false;
    }
    *out = &s->rows;
    return true;
}
