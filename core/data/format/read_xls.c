#include "core/data/format/read_xls.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/must.h"
#include "core/data/format/cfb.h"
#include "core/data/errors.h"
#include "core/data/format/sheet_merge.h"
#include "core/data/format/xls_book.h"
#include "core/data/format/zip_part.h"

enum { KEPT = 256 }; /* columns of such a sheet */
enum {
    FORMULA = 0x06,
    COLINFO = 0x7D,
    MULRK = 0xBD,
    RSTRING = 0xD6,
    MERGECELLS = 0xE5,
    LABELSST = 0xFD,
    NUMBER = 0x203,
    LABEL = 0x204,
    BOOLERR = 0x205,
    STRING = 0x207,
    ROW = 0x208,
    RK = 0x27E
};

struct xls {
    struct rows rows;
    struct xls_book book;
    struct sheet_notes notes;
    struct sheet_merges merges;
    size_t at;      /* of the record to come */
    unsigned inner; /* charts within the sheet */
    bool ended;
    uint64_t row; /* of the cells in `text`; from 1, 0: none yet */
    size_t n;
    struct {
        size_t from, n;
    } place[KEPT];
    struct str cells[KEPT];
    struct buf text;
    size_t waits; /* column + 1 of a formula whose words follow */
};

bool xls_is(struct str file)
{
    return cfb_is(file);
}

static double from_bits(uint64_t bits)
{
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

static double from_rk(uint32_t rk)
{
    int32_t whole;
    uint32_t upper = rk & 0xFFFFFFFC;
    memcpy(&whole, &upper, sizeof whole);
    double v = rk & 2 ? (double)(whole / 4) : from_bits((uint64_t)upper << 32);
    return rk & 1 ? v / 100 : v;
}

/* ---- cells ---- */

static bool begin_cell(struct xls *s, size_t column)
{
    if (column >= KEPT)
        return false;
    for (; s->n <= column; s->n++)
        s->place[s->n].from = s->place[s->n].n = 0;
    s->place[column].from = s->text.n;
    return true;
}

static void end_cell(struct xls *s, size_t column)
{
    s->place[column].n = s->text.n - s->place[column].from;
}

static void put_number(struct xls *s, size_t column, unsigned format, double v)
{
    char z[40];
    if (!begin_cell(s, column))
        return;
    snprintf(z, sizeof z, "%.15g", v);
    book_number(&s->text, &s->book.book, book_format(&s->book.book, format), str_of(z));
    end_cell(s, column);
}

static void put_words(struct xls *s, size_t column, struct str words)
{
    if (!begin_cell(s, column))
        return;
    buf_add(&s->text, words);
    end_cell(s, column);
}

static void put_string(struct xls *s, size_t column, struct str body, size_t at)
{
    if (!begin_cell(s, column))
        return;
    xls_put_string(&s->book, &s->text, body, at + 2, xls_u16(body, at));
    end_cell(s, column);
}

static void put_bool_or_error(struct xls *s, size_t column, unsigned value, bool error)
{
    s->notes.errors += error;
    if (!error)
        put_words(s, column, value ? S("true") : S("false"));
}

static void put_several(struct xls *s, struct str body)
{
    size_t column = xls_u16(body, 2);
    for (size_t at = 4; at + 6 <= body.n - 2; at += 6)
        put_number(s, column++, xls_u16(body, at), from_rk(xls_u32(body, at + 2)));
}

/* What it came to when the file was saved. */
static void put_formula(struct xls *s, size_t column, struct str body)
{
    uint64_t bits = xls_u32(body, 6) | (uint64_t)xls_u32(body, 10) << 32;
    if (bits >> 48 != 0xFFFF) {
        put_number(s, column, xls_u16(body, 4), from_bits(bits));
        return;
    }
    unsigned kind = bits & 0xFF;
    if (kind == 0)
        s->waits = column + 1;
    else if (kind < 3)
        put_bool_or_error(s, column, bits >> 16 & 0xFF, kind == 2);
}

static void put_cell(struct xls *s, const struct xls_record *r)
{
    struct str b = r->body;
    size_t column = xls_u16(b, 2);
    unsigned format = xls_u16(b, 4);
    switch (r->type) {
    case NUMBER:
        put_number(s, column, format, from_bits(xls_u32(b, 6) | (uint64_t)xls_u32(b, 10) << 32));
        break;
    case RK:
        put_number(s, column, format, from_rk(xls_u32(b, 6)));
        break;
    case MULRK:
        put_several(s, b);
        break;
    case LABELSST:
        put_words(s, column, book_string(&s->book.book, xls_u32(b, 6)));
        break;
    case LABEL:
    case RSTRING:
        put_string(s, column, b, 6);
        break;
    case BOOLERR:
        put_bool_or_error(s, column, xls_u16(b, 6) & 0xFF, xls_u16(b, 6) >> 8);
        break;
    default:
        put_formula(s, column, b);
    }
}

/* ---- records ---- */

static bool is_cell(unsigned type)
{
    static const unsigned types[] = {FORMULA, MULRK, RSTRING, LABELSST, NUMBER, LABEL, BOOLERR, RK};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (types[i] == type)
            return true;
    return false;
}

static void note(struct xls *s, const struct xls_record *r)
{
    struct str b = r->body;
    if (r->type == COLINFO && (xls_u16(b, 8) & 1) && xls_u16(b, 2) < 255 &&
        xls_u16(b, 2) >= xls_u16(b, 0))
        s->notes.hidden_columns += xls_u16(b, 2) - xls_u16(b, 0) + 1;
    else if (r->type == ROW)
        s->notes.hidden_rows += xls_u16(b, 12) >> 5 & 1;
}

static bool out_of_order(const struct xls *s, struct err *e)
{
    ERR(e, err_data_sheet, "row %llu", (unsigned long long)s->row);
    return err_arg(e, "BIFF, %llu", (unsigned long long)s->row);
}

/* Reads on until a row is whole: a cell of a later one stands there, or the end. */
static bool read_row(struct xls *s, struct err *e)
{
    struct xls_record r;
    while (!s->ended) {
        if (!xls_record_at(&s->book, s->at, &r))
            return part_fault("worksheet", e);
        bool cell = s->inner == 1 && is_cell(r.type) && r.body.n >= 6;
        uint64_t row = xls_u16(r.body, 0) + 1;
        if (cell && s->row && row != s->row)
            return row > s->row || out_of_order(s, e);
        s->at = r.next;
        s->inner += r.type == XLS_BOF;
        s->inner -= r.type == XLS_EOF && s->inner > 0;
        s->ended = s->inner == 0;
        if (cell) {
            s->row = row;
            s->waits = 0;
            put_cell(s, &r);
        } else if (s->inner == 1 && r.type == STRING && s->waits) {
            put_string(s, s->waits - 1, r.body, 0);
            s->waits = 0;
        } else if (s->inner == 1) {
            note(s, &r);
        }
    }
    return true;
}

static bool xls_next(struct rows *self, struct record *out, struct err *e)
{
    struct xls *s = (struct xls *)(void *)self;
    s->row = s->n = s->waits = 0;
    buf_reset(&s->text);
    if (!read_row(s, e))
        return false;
    if (s->text.over)
        return part_fault("row", e);
    for (size_t i = 0; i < s->n; i++)
        s->cells[i] = str_part(buf_str(&s->text), s->place[i].from, s->place[i].n);
    if (!sheet_merges_fill(&s->merges, s->row, s->cells, KEPT, &s->n))
        return part_bomb("MERGECELLS", e);
    *out = (struct record){.line = s->row, .n = s->n, .cells = s->cells, .end = s->row == 0};
    for (size_t i = 0; i < s->n; i++) /* those of a merged zone are not in the text */
        out->has_nul |= s->cells[i].n && memchr(s->cells[i].p, 0, s->cells[i].n);
    return true;
}

/* They stand behind the cells. */
static void find_merges(struct xls *s)
{
    struct xls_record r;
    unsigned inner = 0;
    for (size_t at = s->book.sheet_at[s->book.book.sheets.chosen]; xls_record_at(&s->book, at, &r); at = r.next) {
        inner += r.type == XLS_BOF;
        if (r.type == XLS_EOF && (inner == 0 || --inner == 0))
            break;
        for (size_t i = 0, n = xls_u16(r.body, 0); inner == 1 && r.type == MERGECELLS && i < n && 8 * i + 10 <= r.body.n; i++)
            sheet_merges_add(&s->merges, (struct sheet_merge){xls_u16(r.body, 8 * i + 2) + 1u, xls_u16(r.body, 8 * i + 4) + 1u,
                                                              xls_u16(r.body, 8 * i + 6), xls_u16(r.body, 8 * i + 8)});
    }
    sheet_merges_sort(&s->merges);
}

static bool xls_rewind(struct rows *self, struct err *e)
{
    struct xls *s = (struct xls *)(void *)self;
    struct xls_record r;
    s->at = s->book.sheet_at[s->book.book.sheets.chosen];
    s->inner = 0;
    s->ended = false;
    s->notes = (struct sheet_notes){.merged = s->merges.others, .spread = s->merges.spread};
    sheet_merges_rewind(&s->merges);
    bool ok = xls_record_at(&s->book, s->at, &r) && r.type == XLS_BOF;
    return ok || part_fault("worksheet", e);
}

static bool xls_go_to(struct rows *self, size_t sheet, struct err *e)
{
    struct xls *s = (struct xls *)(void *)self;
    s->book.book.sheets.chosen = sheet;
    sheet_merges_reset(&s->merges);
    find_merges(s);
    return xls_rewind(self, e);
}

static void xls_close(struct rows *self)
{
    struct xls *s = (struct xls *)(void *)self;
    xls_book_close(&s->book);
    buf_free(&s->text);
    sheet_merges_free(&s->merges);
    free(s);
}

static void describe(struct rows *self, struct jw *w)
{
    sheet_list_describe(&((struct xls *)(void *)self)->book.book.sheets, w);
}

static const struct sheet_list *sheets(struct rows *self)
{
    return &((struct xls *)(void *)self)->book.book.sheets;
}

static void warn(struct rows *self, struct arena *a, struct jw *w)
{
    struct xls *s = (struct xls *)(void *)self;
    sheet_list_warn(&s->book.book.sheets, &s->notes, a, w);
}

bool xls_open(struct str file, const json_t *options, struct rows **out, struct err *e)
{
    struct xls *s = must_alloc(sizeof *s);
    s->rows = (struct rows){.next = xls_next,
                            .rewind = xls_rewind,
                            .close = xls_close,
                            .describe = describe, .sheets = sheets, .go_to = xls_go_to,
                            .warn = warn,
                            .pads = true};
    s->text.max = RECORD_MAX;
    if (!xls_book_open(&s->book, file, options, e) || (find_merges(s), !xls_rewind(&s->rows, e))) {
        xls_close(&s->rows);
        return false;
    }
    *out = &s->rows;
    return true;
}
