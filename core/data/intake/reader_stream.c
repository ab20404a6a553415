#include "core/base/jr.h"
#include "core/data/value/pgcopy.h"
#include "core/data/errors.h"
#include "core/data/intake/reader_checks.h"
#include "core/data/intake/reader_helper.h"
#include "core/data/intake/reader_row.h"
#include "core/data/value/shape.h"

enum { FLUSH_AT = 256 << 10, STREAM_ROW_MAX = 64 << 20 };

/* False: the column's type was fixed and refuses the cell, so the row was set aside (reader_refuses). */
static bool put_value(struct buf *out, const struct column *c, struct str cell, bool as_text)
{
    if (shape_trim(cell).n == 0) {
        pgcopy_null(out);
        return true;
    }
    size_t start = pgcopy_value_start(out);
    if (type_put(out, c->type, c->format, cell, as_text)) {
        pgcopy_value_end(out, start);
        return true;
    }
    out->n = start - 4;
    pgcopy_null(out); /* agreed to be empty */
    return !c->fixed || c->bad_is_null;
}

/* A text[] of one dimension. */
static bool put_rest(struct buf *out, const struct reader *r, const struct record *row)
{
    enum { TEXT_OID = 25 };
    bool kept = true;
    size_t start = pgcopy_value_start(out);
    pgcopy_u32(out, 1);
    pgcopy_u32(out, 1);
    pgcopy_u32(out, TEXT_OID);
    pgcopy_u32(out, (uint32_t)r->nrest);
    pgcopy_u32(out, 1);
    for (size_t i = 0; i < r->nrest && kept; i++) {
        size_t column = r->order[r->nplain + i];
        kept = put_value(out, &r->columns[column], reader_cell(row, column), true);
    }
    pgcopy_value_end(out, start);
    return kept;
}

/* False: it was set aside, and nothing of it is written. */
static bool put_row(struct buf *out, const struct reader *r, const struct record *row, uint64_t id)
{
    size_t before = out->n;
    bool kept = true;
    pgcopy_row(out, reader_fields(r));
    pgcopy_u32(out, 4);
    pgcopy_u32(out, (uint32_t)id);
    for (size_t i = 0; i < r->nplain && kept; i++)
        kept = put_value(out, &r->columns[r->order[i]], reader_cell(row, r->order[i]), false);
    kept = kept && (r->nrest == 0 || put_rest(out, r, row));
    if (!kept)
        out->n = before;
    return kept;
}

struct stream {
    struct reader *r;
    struct buf out;
    uint64_t rows, first_id;
    reader_write *write;
    void *to;
};

static bool flush(struct stream *s, struct err *e)
{
    if (s->out.over)
        return ERR(e, err_data_unread, "a row over %d bytes", STREAM_ROW_MAX);
    bool ok = s->write(s->to, buf_str(&s->out), e);
    buf_reset(&s->out);
    return ok;
}

static void check(struct reader *r, const struct record *row, enum fate fate, size_t first)
{
    (void)first;
    reader_checks_row(r->checks, row, fate);
}

static void check_waiting(struct reader *r, const struct record *row, enum fate fate)
{
    if (r->checks_wait && r->helper)
        reader_helper_row(r->helper, row, fate);
    else if (r->checks_wait)
        reader_checks_row(r->checks, row, fate);
}

static bool stream_rows(struct stream *s, struct err *e)
{
    struct record row;
    struct reason why;
    enum fate fate;
    for (;;) {
        if (!reader_row_next(s->r, &row, &fate, &why, e))
            return false;
        if (fate == FATE_END)
            return true;
        check_waiting(s->r, &row, fate);
        if (fate == FATE_KEPT)
            s->rows += put_row(&s->out, s->r, &row, s->first_id + s->rows);
        if (s->out.n >= FLUSH_AT && !flush(s, e))
            return false;
    }
}

static bool stream_checked(struct stream *s, struct err *e)
{
    struct reader *r = s->r;
    if (r->checks_wait && r->helper)
        reader_helper_begin(r->helper, r, check);
    bool ok = stream_rows(s, e);
    if (r->checks_wait && r->helper)
        reader_helper_finish(r->helper);
    if (ok && r->checks_wait)
        reader_checks_hidden(r->checks, r);
    return ok;
}

bool reader_stream(struct reader *r, reader_write *write, void *to, struct err *e)
{
    struct stream s = {.r = r, .out = {.max = STREAM_ROW_MAX}, .write = write, .to = to,
                       .first_id = (uint64_t)jr_i64(r->options, "first_id", 1)};
    pgcopy_head(&s.out);
    bool ok = reader_row_first(r, e) && stream_checked(&s, e);
    if (ok && s.rows != r->counts.kept)
        ok = ERR(e, err_data_unread, "%llu rows streamed, %llu counted", (unsigned long long)s.rows,
                 (unsigned long long)r->counts.kept);
    if (ok) {
        pgcopy_tail(&s.out);
        ok = flush(&s, e);
    }
    buf_free(&s.out);
    return ok;
}
