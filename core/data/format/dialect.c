#include "core/data/format/dialect.h"

#include "core/data/errors.h"
#include "core/data/format/read_csv.h"
#include "core/data/value/shape.h"

enum { RECORDS_TRIED = 2000, WIDTHS = RECORD_COLUMNS_MAX + 2, PREAMBLE_MAX = 20 };

struct score {
    size_t width;          /* of most records */
    double steady;         /* share of records that have it */
    size_t decimal_commas; /* cells like 12,5 */
    double points;
};

static bool is_decimal_comma(struct str cell)
{
    struct number x;
    return number_read(shape_trim(cell), &x) && x.mark == ',';
}

/* A separator inside quotes leaves half a pair on each side: the record was cut in the wrong place. */
static bool has_half_quotes(const struct record *r)
{
    for (size_t i = 0; i < r->n && i <= RECORD_COLUMNS_MAX; i++)
        if (str_count(r->cells[i], '"') % 2)
            return true;
    return false;
}

static size_t commonest(const size_t *count)
{
    size_t best = 1;
    for (size_t w = 2; w < WIDTHS; w++)
        if (count[w] > count[best])
            best = w;
    return best;
}

/* Faults of the text are not looked at here: the real pass names them. */
static struct score score_of(struct str text, enum encoding encoding, char separator)
{
    struct csv c;
    struct err e = {0};
    struct record r;
    size_t count[WIDTHS] = {0}, records = 0;
    struct score s = {0};
    csv_init(&c, text, encoding, separator);
    while (records < RECORDS_TRIED && c.rows.next(&c.rows, &r, &e) && !r.end) {
        if (record_is_blank(&r))
            continue;
        records++;
        count[has_half_quotes(&r) ? 0 : r.n < WIDTHS ? r.n : WIDTHS - 1]++;
        for (size_t i = 0; i < r.n && i <= RECORD_COLUMNS_MAX; i++)
            s.decimal_commas += is_decimal_comma(r.cells[i]);
    }
    csv_free(&c);
    s.width = commonest(count);
    s.steady = records ? (double)count[s.width] / (double)records : 0;
    s.points = s.width > 1 ? s.steady * (1.0 - 1.0 / (double)s.width) : s.steady * 0.01;
    return s;
}

char dialect_separator(struct str text, enum encoding encoding)
{
    static const char tried[] = {';', ',', '\t', '|'};
    struct score s[sizeof tried];
    size_t best = 0;
    for (size_t i = 0; i < sizeof tried; i++) {
        s[i] = score_of(text, encoding, tried[i]);
        if (s[i].points > s[best].points)
            best = i;
    }
    bool semicolon = tried[best] == ',' && s[0].width > 1 && s[0].decimal_commas > 0 &&
                     s[0].steady + 0.05 >= s[best].steady;
    return tried[semicolon ? 0 : best];
}

static size_t filled(const struct record *r)
{
    size_t n = 0;
    for (size_t i = 0; i < r->n && i <= RECORD_COLUMNS_MAX; i++)
        n += shape_trim(r->cells[i]).n > 0;
    return n;
}

/* No cell is text, and one at least is a number, a date, …: data, not names. */
static bool looks_like_data(const struct record *r)
{
    bool any = false;
    for (size_t i = 0; i < r->n && i <= RECORD_COLUMNS_MAX; i++) {
        struct shape x;
        shape_of(r->cells[i], &x);
        if (x.kind == SHAPE_TEXT)
            return false;
        any |= x.kind != SHAPE_BLANK;
    }
    return any;
}

static size_t last_filled(const struct record *r)
{
    size_t last = 0;
    for (size_t i = 0; i < r->n && i <= RECORD_COLUMNS_MAX; i++)
        if (shape_trim(r->cells[i]).n > 0)
            last = i + 1;
    return last;
}

/* The width of most of the first records. Sheets pad rows, so there only filled cells count. */
static bool usual_width(struct rows *rows, size_t *width, struct err *e)
{
    size_t count[WIDTHS] = {0};
    struct record r;
    for (size_t i = 0; i < RECORDS_TRIED; i++) {
        if (!rows->next(rows, &r, e))
            return false;
        if (r.end)
            break;
        size_t n = rows->pads ? last_filled(&r) : r.n;
        if (!record_is_blank(&r))
            count[n < WIDTHS ? n : WIDTHS - 1]++;
    }
    *width = commonest(count);
    return rows->rewind(rows, e);
}

/* A title stands alone on its line above a table of three columns or more. */
static bool is_preamble(const struct record *r, size_t width)
{
    return record_is_blank(r) || (width >= 3 && filled(r) <= 1);
}

bool dialect_header(struct rows *rows, struct dialect *out, struct err *e)
{
    size_t width;
    struct record r;
    struct dialect d = {0};
    if (!rows->rewind(rows, e) || !usual_width(rows, &width, e))
        return false;
    for (;;) {
        if (!rows->next(rows, &r, e))
            return false;
        if (r.end || d.preamble == PREAMBLE_MAX || rows->titled || !is_preamble(&r, width))
            break;
        d.preamble++;
    }
    d.has_header = !r.end && (rows->titled || !looks_like_data(&r));
    d.width = r.end ? 0 : d.has_header ? (rows->pads ? last_filled(&r) : r.n) : width;
    if (rows->pads && d.width < width)
        d.width = width;
    *out = d;
    return rows->rewind(rows, e);
}

bool dialect_header_at(struct rows *rows, uint64_t line, struct dialect *out, struct err *e)
{
    enum { FARTHEST = 10000 };
    struct record r = {0};
    struct dialect d = {.has_header = true};
    if (!rows->rewind(rows, e))
        return false;
    for (; d.preamble < FARTHEST && !r.end; d.preamble++) {
        if (!rows->next(rows, &r, e))
            return false;
        if (r.end || r.line >= line)
            break;
    }
    if (r.end || r.line != line || record_is_blank(&r)) {
        ERR(e, err_data_header_row, "line %llu", (unsigned long long)line);
        return err_arg(e, "%llu", (unsigned long long)line);
    }
    d.width = rows->pads ? last_filled(&r) : r.n;
    *out = d;
    return rows->rewind(rows, e);
}
