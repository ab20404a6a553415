#include "core/data/intake/reader.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include "core/base/jr.h"
#include "core/data/format/encoding.h"
#include "core/data/errors.h"
#include "core/data/format/read_text.h"
#include "core/data/format/sheet_pick.h"
#include "core/data/intake/reader_checks.h"
#include "core/data/intake/reader_communes.h"
#include "core/data/intake/reader_helper.h"
#include "core/data/intake/reader_row.h"
#include "core/data/value/shape.h"

static bool no_table(const char *looks_like, struct err *e)
{
    ERR(e, err_data_binary, "%s", looks_like);
    return err_arg(e, "%s", looks_like);
}

static bool begins_as_json(struct str utf16)
{
    enum { LOOKED_AT = 64 };
    struct buf head = {0};
    encoding_put_utf16(&head, str_part(utf16, 2, LOOKED_AT), utf16.p[0] == '\xFE');
    struct str start = str_trim(buf_str(&head));
    bool is = start.n && (start.p[0] == '{' || start.p[0] == '[');
    buf_free(&head);
    return is;
}

/* JSON in UTF-16 is turned before anything looks at it; what is no JSON then tells its encoding itself (read_text.h). */
static bool find_format(struct reader *r, struct str *file, struct err *e)
{
    r->format = NULL;
    if (encoding_is_utf16(*file) && begins_as_json(*file)) {
        if (!encoding_from_utf16(&r->decoded, *file, e))
            return false;
        r->format = read_format_of(buf_str(&r->decoded));
        if (r->format && r->format->open != text_open) {
            *file = buf_str(&r->decoded);
            return true;
        }
        buf_free(&r->decoded);
    }
    r->format = read_format_of(*file);
    return true;
}

/* What is inside takes the place of the file, once. */
static bool unfold(struct reader *r, struct str *file, struct err *e)
{
    if (!unfold_open(&r->unfold, *file, jr_str(r->options, "member"), e))
        return false;
    *file = (struct str){r->unfold.bytes, r->unfold.n};
    if (!find_format(r, file, e))
        return false;
    const char *again = r->format ? NULL : unfold_is(*file);
    if (!again)
        return true;
    ERR(e, err_data_nested, "%s in %s", again, r->unfold.container);
    err_arg(e, "%s", again);
    return err_arg(e, "%s", r->unfold.container);
}

static bool open_any(struct reader *r, struct err *e)
{
    struct str file = r->file;
    r->max_rows = (uint64_t)jr_i64(r->options, "max_rows", INT32_MAX);
    if (file.n == 0)
        return ERR(e, err_data_empty, "no byte");
    if (!find_format(r, &file, e) || (!r->format && unfold_is(file) && !unfold(r, &file, e)))
        return false;
    if (!r->format)
        return no_table(encoding_binary_kind(file), e);
    if (!r->format->open(file, r->options, &r->source, e))
        return false;
    r->rows = r->source;
    return !r->source->go_to || jr_str(r->options, "sheet").n || sheet_pick(r->source, e);
}

bool reader_open_bytes(struct reader *r, struct str file, const json_t *options, struct err *e)
{
    *r = (struct reader){.file = file, .options = options};
    return open_any(r, e);
}

bool reader_open(struct reader *r, int fd, const json_t *options, struct err *e)
{
    struct stat st;
    *r = (struct reader){.options = options};
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return ERR(e, err_data_unread, "not a regular file");
    if (st.st_size > 0) {
        void *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (p == MAP_FAILED)
            return ERR(e, err_data_unread, "mmap of %lld bytes", (long long)st.st_size);
        madvise(p, (size_t)st.st_size, MADV_SEQUENTIAL);
        r->file = (struct str){p, (size_t)st.st_size};
        r->mapped = true;
    }
    return open_any(r, e);
}

void reader_close(struct reader *r)
{
    steps_close(r->steps);
    if (r->source)
        r->source->close(r->source);
    reader_checks_free(r->checks);
    reader_communes_free(r->communes);
    unfold_free(&r->unfold);
    buf_free(&r->decoded);
    if (r->mapped)
        munmap((void *)(uintptr_t)r->file.p, r->file.n);
    arena_free(&r->arena);
    *r = (struct reader){0};
}

unsigned reader_fields(const struct reader *r)
{
    return (unsigned)(1 + r->nplain + (r->nrest > 0));
}

void reader_join(struct reader *r, struct str csv)
{
    if (r->njoins < STEP_JOINS_MAX)
        r->joins[r->njoins++] = csv;
}

/* Corrections and steps become the source of the rows. */
static bool put_steps(struct reader *r, struct err *e)
{
    const struct step_source from = {r->rows, r->dialect.preamble, r->dialect.has_header, r->dialect.width, r->joins,
                                     r->njoins};
    r->lead = r->dialect.preamble + r->dialect.has_header;
    if (!steps_open(&r->arena, &from, r->options, &r->steps, e))
        return false;
    if (r->steps) {
        r->rows = steps_rows(r->steps);
        r->dialect.width = steps_width(r->steps);
        r->lead = 1;
    }
    return r->rows->rewind(r->rows, e);
}

/* The row of names, or the first row where there is none; the cells are copied by what follows. */
static bool find_columns(struct reader *r, struct err *e)
{
    struct record first = {0};
    int64_t row = jr_i64(r->options, "header_row", 0);
    if (!(row > 0 ? dialect_header_at(r->rows, (uint64_t)row, &r->dialect, e)
                  : dialect_header(r->rows, &r->dialect, e)))
        return false;
    const json_t *header = json_object_get(r->options, "header");
    if (json_is_boolean(header))
        r->dialect.has_header = json_is_true(header);
    r->words = r->rows->words;
    if (!put_steps(r, e))
        return false;
    unsigned above = r->steps ? 0 : r->dialect.preamble;
    for (unsigned i = 0; i <= above; i++)
        if (!r->rows->next(r->rows, &first, e))
            return false;
    if (first.end || r->dialect.width == 0)
        return ERR(e, err_data_empty, "no record");
    return reader_columns_name(r, &first, e);
}

static void look_at(struct reader *r, const struct record *row, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        r->columns[i].sniff.line = row->line;
        sniff_cell(&r->columns[i].sniff, reader_cell(row, i));
    }
}

static size_t width_of(const struct reader *r, const struct record *row)
{
    size_t wide = 64 + r->ncolumns / 8;
    for (size_t i = 0; i < r->ncolumns; i++) {
        size_t n = reader_cell(row, i).n;
        if (n)
            wide += n > 2000 ? 22 : n < 4 ? 8 : n + 4;
    }
    return wide;
}

/* The widest row is no wider than its bytes and seven more for each cell: few are looked at for that. */
static void measure(struct reader *r, const struct record *row)
{
    struct reader_counts *n = &r->counts;
    size_t bytes = reader_row_bytes(r, row);
    n->bytes += bytes;
    if (64 + bytes + 8 * r->ncolumns <= n->worst_row)
        return;
    size_t wide = width_of(r, row);
    if (wide > n->worst_row)
        n->worst_row = wide;
}

/* What the helper takes over where there is one. */
static void see_rest(struct reader *r, const struct record *row, enum fate fate, size_t first)
{
    if (fate == FATE_KEPT) {
        look_at(r, row, first, r->ncolumns);
        reader_communes_row(r->communes, row);
        measure(r, row);
    }
    if (!r->checks_wait)
        reader_checks_row(r->checks, row, fate);
}

static void see_row(struct reader *r, const struct record *row)
{
    struct reader_counts *n = &r->counts;
    look_at(r, row, 0, r->helper ? reader_helper_first(r->helper) : 0);
    n->kept++;
    n->repaired += row->repaired;
    n->stray_quotes += row->stray_quote;
}

static void see_aside(struct reader *r, const struct record *row, const struct reason *why)
{
    reader_bad(r, &r->aside, row->line, 0, reader_cell(row, 0), why);
}

static void see_other(struct reader *r, const struct record *row, enum fate fate)
{
    struct reader_counts *n = &r->counts;
    uint64_t *counts[] = {NULL, &n->left_out, &n->filtered, &n->doubles, &n->grouped};
    if (fate == FATE_BLANK)
        n->blank++;
    else if (row->gone != RECORD_DEFERRED)
        ++*counts[row->gone];
}

static bool see_rows(struct reader *r, struct err *e)
{
    struct record row;
    struct reason why;
    enum fate fate;
    if (!reader_row_first(r, e))
        return false;
    for (;;) {
        if (!reader_row_next(r, &row, &fate, &why, e))
            return false;
        if (fate == FATE_END)
            return true;
        r->counts.seen += row.gone != RECORD_DEFERRED; /* it comes again, with its group */
        if (fate == FATE_KEPT)
            see_row(r, &row);
        else if (fate == FATE_ASIDE)
            see_aside(r, &row, &why);
        else
            see_other(r, &row, fate);
        if (r->helper)
            reader_helper_row(r->helper, &row, fate);
        else
            see_rest(r, &row, fate, 0);
    }
}

static void decide(struct reader *r)
{
    for (size_t i = 0; i < r->ncolumns; i++) {
        struct column *c = &r->columns[i];
        sniff_decide(&r->arena, &c->sniff, &c->verdict);
        c->type = c->verdict.type;
        c->format = sniff_format(&c->sniff, c->type);
        c->reason = c->verdict.reason;
        c->pattern = c->verdict.pattern;
    }
    reader_columns_fix(r);
}

static bool needs_second_look(const struct reader *r)
{
    for (size_t i = 0; i < r->ncolumns; i++)
        if (r->columns[i].verdict.has_majority || (r->columns[i].fixed && r->columns[i].type != TYPE_TEXT))
            return true;
    return false;
}

static struct reason not_of(struct reader *r, enum column_type type)
{
    struct reason why = reason_make(REASON_value_type);
    reason_s(&r->arena, &why, str_of(type_wire(type)));
    return why;
}

/* Lists what broke the type that nearly all values have, or becomes empty as was agreed. */
static void list_refused(struct reader *r, const struct record *row, struct buf *scratch)
{
    for (size_t i = 0; i < r->ncolumns; i++) {
        struct column *c = &r->columns[i], as = *c;
        bool agreed = c->fixed && c->bad_is_null;
        if (!agreed && (c->fixed || !c->verdict.has_majority))
            continue;
        if (!agreed) {
            as.type = c->verdict.majority;
            as.format = sniff_format(&c->sniff, as.type);
        }
        struct str cell = reader_cell(row, i);
        if (reader_fits(&as, cell, scratch))
            continue;
        struct reason why = {0};
        if (c->refused.n < COLUMN_LISTED_MAX)
            why = not_of(r, as.type);
        reader_bad(r, &c->refused, row->line, i + 1, cell, &why);
    }
}

static void refuse_row(struct reader *r, const struct record *row, size_t column, struct buf *scratch)
{
    struct reason why = {0};
    if (r->aside.n < ASIDE_LISTED_MAX)
        why = not_of(r, r->columns[column].type);
    reader_bad(r, &r->aside, row->line, column + 1, reader_cell(row, column), &why);
    r->columns[column].broke++;
    for (size_t i = column + 1; i < r->ncolumns; i++) /* the others of the row are told with it */
        if (reader_refuses(&r->columns[i], reader_cell(row, i), scratch)) {
            if (r->aside.n < ASIDE_LISTED_MAX)
                why = not_of(r, r->columns[i].type);
            reader_bad(r, &r->aside, row->line, i + 1, reader_cell(row, i), &why);
            r->columns[i].broke++;
            r->aside.total--; /* counted are rows */
        }
    r->counts.kept--;
    r->counts.bytes -= reader_row_bytes(r, row);
}

static bool look_again(struct reader *r, struct err *e)
{
    struct record row;
    struct reason why;
    enum fate fate = FATE_BLANK;
    struct buf scratch = {0};
    bool ok = reader_row_first(r, e);
    while (ok && (ok = reader_row_next(r, &row, &fate, &why, e)) && fate != FATE_END) {
        if (fate != FATE_KEPT)
            continue;
        size_t refused = reader_row_refused(r, &row, &scratch);
        if (refused < r->ncolumns)
            refuse_row(r, &row, refused, &scratch);
        else
            list_refused(r, &row, &scratch);
    }
    buf_free(&scratch);
    return ok;
}

static bool worth_keeping(struct reader *r, struct err *e)
{
    r->counts.aside = r->aside.total;
    if (r->counts.kept > r->max_rows) {
        ERR(e, err_data_rows, "%llu rows", (unsigned long long)r->counts.kept);
        err_arg(e, "%llu", (unsigned long long)r->counts.kept);
        return err_arg(e, "%llu", (unsigned long long)r->max_rows);
    }
    if (r->counts.kept > 0 || (r->counts.aside > 0 && jr_bool(r->options, "none_kept", false)))
        return true;
    if (r->counts.aside == 0)
        return ERR(e, err_data_no_rows, "header only");
    ERR(e, err_data_all_aside, "%llu rows", (unsigned long long)r->counts.aside);
    err_arg(e, "%llu", (unsigned long long)r->counts.aside);
    return err_arg(e, "%llu", (unsigned long long)r->aside.cells[0].line);
}

bool reader_look(struct reader *r, struct err *e)
{
    if (!find_columns(r, e))
        return false;
    r->checks = reader_checks_new(r);
    r->communes = reader_communes_new(r);
    if (r->helper)
        reader_helper_begin(r->helper, r, see_rest);
    bool seen = see_rows(r, e);
    if (r->helper)
        reader_helper_finish(r->helper);
    if (!seen)
        return false;
    if (!r->checks_wait)
        reader_checks_hidden(r->checks, r);
    decide(r);
    if (needs_second_look(r) && !look_again(r, e))
        return false;
    r->counts.bytes += reader_row_bytes(r, NULL);
    reader_columns_place(r);
    return worth_keeping(r, e);
}
