#include "core/data/format/xls_book.h"

#include <stdlib.h>

#include "core/base/must.h"
#include "core/data/format/cfb.h"
#include "core/data/format/encoding.h"
#include "core/data/errors.h"
#include "core/data/format/read_sheet.h"
#include "core/data/format/zip_part.h"

enum { FORMATS_MAX = 65536, CUSTOM_MAX = 4096, STRINGS_MAX = 8 << 20 };
enum {
    GLOBALS = 0x05,
    DATEMODE = 0x22,
    FILEPASS = 0x2F,
    BOUNDSHEET = 0x85,
    XF = 0xE0,
    SST = 0xFC,
    FORMAT = 0x41E
};

unsigned xls_u16(struct str body, size_t at)
{
    const unsigned char *p = (const unsigned char *)body.p + at;
    return at + 2 <= body.n ? p[0] | (unsigned)p[1] << 8 : 0;
}

uint32_t xls_u32(struct str body, size_t at)
{
    return xls_u16(body, at) | (uint32_t)xls_u16(body, at + 2) << 16;
}

bool xls_record_at(const struct xls_book *b, size_t at, struct xls_record *r)
{
    struct str head = str_part(buf_str(&b->stream), at, 4);
    if (head.n < 4)
        return false;
    *r = (struct xls_record){xls_u16(head, 0),
                             str_part(buf_str(&b->stream), at + 4, xls_u16(head, 2)), 0};
    r->next = at + 4 + xls_u16(head, 2);
    return true;
}

static void put_chars(struct buf *out, struct str chars, bool wide)
{
    if (wide)
        encoding_put_utf16(out, chars, false);
    else
        encoding_put_1252(out, chars);
}

void xls_put_string(const struct xls_book *b, struct buf *out, struct str body, size_t at,
                    size_t chars)
{
    bool wide = !b->old && at < body.n && (body.p[at] & 1);
    at += !b->old;
    put_chars(out, str_part(body, at, chars << wide), wide);
}

/* ---- globals ---- */

struct globals {
    struct xls_book *b;
    struct {
        unsigned id;
        struct format format;
    } custom[CUSTOM_MAX];
    size_t ncustom;
    struct buf text;
};

static void take_format(struct globals *g, struct str body)
{
    bool old = g->b->old;
    if (g->ncustom == CUSTOM_MAX)
        return;
    buf_reset(&g->text);
    size_t chars = old ? (body.n > 2 ? (unsigned char)body.p[2] : 0) : xls_u16(body, 2);
    xls_put_string(g->b, &g->text, body, old ? 3 : 4, chars);
    g->custom[g->ncustom].id = xls_u16(body, 0);
    g->custom[g->ncustom++].format = book_format_of(buf_str(&g->text));
}

static void take_cell_format(struct globals *g, struct str body)
{
    struct sheet_book *book = &g->b->book;
    unsigned id = xls_u16(body, 2);
    if (book->nformats == FORMATS_MAX)
        return;
    struct format f = book_format_built_in(id);
    for (size_t i = 0; i < g->ncustom; i++)
        if (g->custom[i].id == id)
            f = g->custom[i].format;
    book->formats[book->nformats++] = f;
}

static void take_sheet(struct globals *g, struct str body)
{
    struct sheet_list *l = &g->b->book.sheets;
    if (body.n < 8 || body.p[5] != 0) /* a chart, or macros */
        return;
    buf_reset(&g->text);
    xls_put_string(g->b, &g->text, body, 7, (unsigned char)body.p[6]);
    size_t at = l->n;
    if (sheet_list_add(l, buf_str(&g->text), (body.p[4] & 3) != 0))
        g->b->sheet_at[at] = xls_u32(body, 0);
}

/* ---- shared strings: one record and what continues it ---- */

struct pieces {
    struct xls_book *b;
    struct xls_record r;
    size_t at;
    bool over;
};

static bool next_piece(struct pieces *p)
{
    struct xls_record r;
    p->over |= !xls_record_at(p->b, p->r.next, &r) || r.type != XLS_CONTINUE;
    if (p->over)
        return false;
    p->r = r;
    p->at = 0;
    return true;
}

static unsigned take_byte(struct pieces *p)
{
    while (p->at == p->r.body.n)
        if (!next_piece(p))
            return 0;
    return (unsigned char)p->r.body.p[p->at++];
}

static unsigned take_u16(struct pieces *p)
{
    unsigned low = take_byte(p);
    return low | take_byte(p) << 8;
}

static void skip(struct pieces *p, uint64_t n)
{
    while (n > 0 && !p->over) {
        size_t here = p->r.body.n - p->at;
        if (n <= here) {
            p->at += (size_t)n;
            return;
        }
        n -= here;
        next_piece(p);
    }
}

/* Where characters go on in the next record, it begins with their width. */
static void take_chars(struct pieces *p, size_t chars, bool wide, struct buf *out)
{
    while (chars > 0 && !p->over) {
        size_t here = (p->r.body.n - p->at) >> wide, n = chars < here ? chars : here;
        put_chars(out, str_part(p->r.body, p->at, n << wide), wide);
        p->at += n << wide;
        chars -= n;
        if (chars > 0 && next_piece(p))
            wide = take_byte(p) & 1;
    }
}

static void take_string(struct pieces *p, struct buf *out)
{
    size_t chars = take_u16(p);
    unsigned flags = take_byte(p);
    uint64_t behind = 0;
    if (flags & 8)
        behind += 4 * (uint64_t)take_u16(p);
    if (flags & 4) {
        unsigned low = take_u16(p);
        behind += low | (uint64_t)take_u16(p) << 16;
    }
    take_chars(p, chars, flags & 1, out);
    skip(p, behind);
}

static bool take_strings(struct xls_book *b, const struct xls_record *r, struct err *e)
{
    struct sheet_book *book = &b->book;
    struct pieces p = {.b = b, .r = *r, .at = 8};
    size_t n = xls_u32(r->body, 4);
    if (n > b->stream.n / 3 || n > STRINGS_MAX || book->ends)
        return part_fault("SST", e);
    book->ends = must_alloc((n + 1) * sizeof *book->ends);
    for (size_t i = 0; i < n && !p.over; i++) {
        take_string(&p, &book->strings);
        book->ends[book->nstrings++] = book->strings.n;
    }
    return !book->strings.over || part_bomb("shared strings", e);
}

static bool take(struct globals *g, const struct xls_record *r, struct err *e)
{
    switch (r->type) {
    case FILEPASS:
        return part_fault("password", e);
    case DATEMODE:
        g->b->book.from_1904 = xls_u16(r->body, 0) == 1;
        return true;
    case FORMAT:
        take_format(g, r->body);
        return true;
    case XF:
        take_cell_format(g, r->body);
        return true;
    case BOUNDSHEET:
        take_sheet(g, r->body);
        return true;
    case SST:
        return take_strings(g->b, r, e);
    default:
        return true;
    }
}

static bool read_globals(struct xls_book *b, struct err *e)
{
    struct xls_record r;
    if (!xls_record_at(b, 0, &r) || r.type != XLS_BOF || xls_u16(r.body, 2) != GLOBALS)
        return part_fault("BIFF", e);
    b->old = xls_u16(r.body, 0) == 0x500;
    if (!b->old && xls_u16(r.body, 0) != 0x600)
        return part_fault("BIFF", e);
    struct globals *g = must_alloc(sizeof *g);
    g->b = b;
    bool ok = true;
    while (ok && xls_record_at(b, r.next, &r) && r.type != XLS_EOF)
        ok = take(g, &r, e);
    buf_free(&g->text);
    free(g);
    return ok;
}

bool xls_book_open(struct xls_book *b, struct str file, const json_t *options, struct err *e)
{
    b->stream.max = file.n + 1;
    b->book.formats = must_alloc(FORMATS_MAX * sizeof *b->book.formats);
    b->book.strings.max = SHEET_STRINGS_MAX;
    if (!cfb_stream(file, S("Workbook"), &b->stream)) {
        buf_reset(&b->stream);
        if (!cfb_stream(file, S("Book"), &b->stream))
            return part_fault("Workbook", e);
    }
    return read_globals(b, e) && sheet_list_choose(&b->book.sheets, options, e);
}

void xls_book_close(struct xls_book *b)
{
    buf_free(&b->stream);
    book_close(&b->book);
}
