#include "core/data/format/read_csv.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "core/base/scan.h"
#include "core/base/utf8.h"
#include "core/data/errors.h"

/* The first separator, CR or LF in [p, end); end when there is none. */
static const char *cell_end(const char *p, const char *end, char separator)
{
#ifdef __SSE2__
    const __m128i sep = _mm_set1_epi8(separator), lf = _mm_set1_epi8('\n'), cr = _mm_set1_epi8('\r');
    for (; end - p >= 16; p += 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
        __m128i hit = _mm_or_si128(_mm_cmpeq_epi8(v, sep),
                                   _mm_or_si128(_mm_cmpeq_epi8(v, lf), _mm_cmpeq_epi8(v, cr)));
        int mask = _mm_movemask_epi8(hit);
        if (mask)
            return p + __builtin_ctz((unsigned)mask);
    }
#endif
    while (p < end && *p != separator && *p != '\n' && *p != '\r')
        p++;
    return p;
}

static uint64_t count_line_ends(const char *p, const char *end)
{
    uint64_t n = 0;
#ifdef __SSE2__
    const __m128i lf = _mm_set1_epi8('\n'), cr = _mm_set1_epi8('\r');
    for (; end - p >= 16; p += 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
        if (_mm_movemask_epi8(_mm_cmpeq_epi8(v, cr)))
            break;
        for (int bits = _mm_movemask_epi8(_mm_cmpeq_epi8(v, lf)); bits; bits &= bits - 1)
            n++;
    }
#endif
    for (; p < end; p++)
        n += *p == '\n' || (*p == '\r' && !(p + 1 < end && p[1] == '\n'));
    return n;
}

/* One record being read. */
struct at {
    struct csv *c;
    const char *start, *p, *limit; /* limit: the end of the text or of what a record may be */
    struct record *r;
    struct err *e;
};

static bool too_long(struct at *a)
{
    ERR(a->e, err_data_line_long, "line %llu", (unsigned long long)a->r->line);
    err_arg(a->e, "%llu", (unsigned long long)a->r->line);
    return err_arg(a->e, "%d", RECORD_MAX);
}

static bool quote_open(struct at *a, uint64_t line)
{
    ERR(a->e, err_data_quote_open, "line %llu", (unsigned long long)line);
    err_arg(a->e, "%llu", (unsigned long long)line);
    return err_arg(a->e, "%zu", a->r->n + 1);
}

static bool cell_too_long(struct at *a)
{
    ERR(a->e, err_data_cell_long, "line %llu", (unsigned long long)a->r->line);
    err_arg(a->e, "%llu", (unsigned long long)a->r->line);
    err_arg(a->e, "%zu", a->r->n + 1);
    return err_arg(a->e, "%d", RECORD_CELL_MAX);
}

/* Keeps the cell [from, from + n) of the text, or of scratch when `moved`. */
static bool keep(struct at *a, struct str s, bool moved)
{
    struct csv *c = a->c;
    if (s.n > RECORD_CELL_MAX)
        return cell_too_long(a);
    if (a->r->n > RECORD_COLUMNS_MAX) {
        a->r->n++;
        return true;
    }
    if (c->encoding != ENCODING_UTF8 && scan_ascii(s) < s.n &&
        (c->encoding == ENCODING_1252 || !utf8_valid(s))) {
        a->r->repaired |= c->encoding == ENCODING_MIXED;
        struct buf utf8 = {.max = 4 * (size_t)RECORD_CELL_MAX};
        encoding_put_1252(&utf8, s);
        size_t at = c->scratch.n;
        buf_add(&c->scratch, buf_str(&utf8));
        s = (struct str){NULL, utf8.n};
        buf_free(&utf8);
        c->cells[a->r->n] = s;
        c->cells[a->r->n].p = (const char *)(uintptr_t)at;
        c->moved[a->r->n++] = true;
        return true;
    }
    if (moved)
        s.p = (const char *)(uintptr_t)(s.p - c->scratch.p);
    c->cells[a->r->n] = s;
    c->moved[a->r->n++] = moved;
    return true;
}

static bool read_plain(struct at *a)
{
    const char *from = a->p;
    a->p = cell_end(from, a->limit, a->c->separator);
    if (a->p == a->limit && a->limit != a->c->text.p + a->c->text.n)
        return too_long(a);
    return keep(a, (struct str){from, (size_t)(a->p - from)}, false);
}

/* The bytes between the quotes: a view of the text, or in scratch where quotes were doubled.
 * Leaves a->p after the closing quote. */
static bool read_inside(struct at *a, struct str *inside, bool *moved)
{
    struct csv *c = a->c;
    uint64_t line = c->line;
    const char *from = a->p;
    size_t mark = c->scratch.n;
    *moved = false;
    for (;;) {
        const char *quote = memchr(a->p, '"', (size_t)(a->limit - a->p));
        if (!quote)
            return quote_open(a, line);
        a->p = quote + 1;
        if (a->p == a->limit || *a->p != '"')
            break;
        buf_add(&c->scratch, (struct str){from, (size_t)(a->p - from)});
        *moved = true;
        from = ++a->p;
    }
    struct str last = {from, (size_t)(a->p - 1 - from)};
    if (*moved) {
        buf_add(&c->scratch, last);
        *inside = (struct str){c->scratch.p + mark, c->scratch.n - mark};
    } else {
        *inside = last;
    }
    return true;
}

static bool read_quoted(struct at *a)
{
    struct csv *c = a->c;
    struct str inside;
    bool moved;
    const char *open = a->p;
    if (!read_inside(a, &inside, &moved))
        return false;
    const char *after = a->p;
    a->p = cell_end(after, a->limit, c->separator);
    c->line += count_line_ends(open, after);
    struct str tail = str_trim((struct str){after, (size_t)(a->p - after)});
    if (tail.n == 0)
        return keep(a, inside, moved);
    a->r->stray_quote = true;
    size_t mark = moved ? (size_t)(inside.p - c->scratch.p) : c->scratch.n;
    if (!moved)
        buf_add(&c->scratch, inside);
    buf_add(&c->scratch, tail);
    return keep(a, (struct str){c->scratch.p + mark, c->scratch.n - mark}, true);
}

static bool read_cell(struct at *a)
{
    const char *p = a->p;
    while (p < a->limit && *p == ' ')
        p++;
    if (p == a->limit || *p != '"')
        return read_plain(a);
    a->p = p + 1;
    return read_quoted(a);
}

/* Takes the line end at a->p, if the record ends here; false: a separator was taken instead. */
static bool ends_here(struct at *a, const char *end)
{
    if (a->p == end)
        return true;
    char c = *a->p++;
    if (c == a->c->separator)
        return false;
    if (c == '\r' && a->p < end && *a->p == '\n')
        a->p++;
    a->c->line++;
    return true;
}

static void settle(struct csv *c, struct record *r)
{
    size_t kept = r->n <= RECORD_COLUMNS_MAX + 1 ? r->n : RECORD_COLUMNS_MAX + 1;
    for (size_t i = 0; i < kept; i++)
        if (c->moved[i])
            c->cells[i].p = c->scratch.p ? c->scratch.p + (uintptr_t)c->cells[i].p : "";
    r->cells = c->cells;
}

static bool csv_next(struct rows *self, struct record *r, struct err *e)
{
    struct csv *c = (struct csv *)(void *)self;
    const char *end = c->text.p + c->text.n;
    *r = (struct record){.line = c->line, .cells = c->cells, .end = c->at == end};
    if (r->end)
        return true;
    buf_reset(&c->scratch);
    size_t room = (size_t)(end - c->at);
    struct at a = {c, c->at, c->at, room > RECORD_MAX ? c->at + RECORD_MAX : end, r, e};
    do {
        if (a.p == a.limit && a.limit != end)
            return too_long(&a);
        if (!read_cell(&a))
            return false;
    } while (!ends_here(&a, end));
    if (c->scratch.over)
        return too_long(&a);
    settle(c, r);
    r->has_nul = memchr(a.start, 0, (size_t)(a.p - a.start)) != NULL;
    c->at = a.p;
    return true;
}

static bool csv_rewind(struct rows *self, struct err *e)
{
    (void)e;
    struct csv *c = (struct csv *)(void *)self;
    c->at = c->text.p;
    c->line = c->first_line;
    return true;
}

void csv_init(struct csv *c, struct str text, enum encoding encoding, char separator)
{
    c->rows = (struct rows){.next = csv_next, .rewind = csv_rewind};
    c->text = text.p ? text : S("");
    c->encoding = encoding;
    c->separator = separator;
    c->scratch = (struct buf){.max = 4 * (size_t)RECORD_MAX};
    c->at = c->text.p;
    c->line = c->first_line = 1;
}

void csv_free(struct csv *c)
{
    buf_free(&c->scratch);
}
