/* side_build -- the rows of a version, read once, a few columns at a time, become its side copy. */
#include <endian.h>
#include <inttypes.h>
#include <math.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/jr.h"
#include "core/base/must.h"
#include "core/data/errors.h"
#include "core/data/query/side.h"
#include "core/data/query/side_dict.h"
#include "core/data/query/side_file.h"
#include "core/data/intake/version.h"
#include "core/db/sqlstate.h"
#include "core/io/blob.h"

/* Columns of one pass over the table bound the memory; bytes of a file bound the disk. */
enum { PASS_COLUMNS = 16, CODES_MAX = 65535, SCALE_MAX = 18 };
static const size_t file_max = 512 << 20;

struct loading {
    struct view_column place;
    bool out; /* cannot be written so that answers stay the same */
    struct side_dict dict;
    uint32_t *codes;       /* text: a row */
    int64_t *values;       /* numbers: a row; doubles as their bits */
    unsigned char *scales; /* decimals of each, 255: null */
    unsigned scale, least;
};

struct build {
    PGconn *pg;
    struct loading *columns; /* of this pass */
    size_t n, rows, room;
    struct buf file;
    struct side_column *heads; /* of the file */
    size_t nheads;
};

enum { NULL_MARK = 255 };

static bool is_text(const struct loading *l)
{
    return l->place.type == TYPE_TEXT || l->place.type == TYPE_FILE;
}

/* ---- values ---- */

static uint64_t big_endian(struct str s)
{
    uint64_t v = 0;
    for (size_t i = 0; i < s.n && i < 8; i++)
        v = v << 8 | (unsigned char)s.p[i];
    return v;
}

static unsigned word(struct str s, size_t i)
{
    return (unsigned)big_endian(str_part(s, 2 * i, 2));
}

/* numeric, as cell.c has it: a whole number of 10^-dscale; false: it does not fit. */
static bool read_decimal(struct str s, int64_t *value, unsigned *scale)
{
    if (s.n < 8)
        return false;
    int n = (int)word(s, 0), weight = (int16_t)word(s, 1), dscale = (int)word(s, 3);
    unsigned sign = word(s, 2);
    if ((sign != 0 && sign != 0x4000) || dscale > SCALE_MAX || weight > 4 || s.n < 8 + 2 * (size_t)n)
        return false;
    if (n > 9)
        return false;
    side_wide v = 0;
    for (int i = 0; i < n; i++)
        v = v * 10000 + word(s, 4 + (size_t)i);
    int at = n ? 4 * (n - weight - 1) : 0; /* decimals in v */
    for (; at < dscale; at++)
        if ((v *= 10) > INT64_MAX)
            return false;
    for (; at > dscale; at--)
        v /= 10; /* zeros: dscale counts every digit that is not */
    if (v > INT64_MAX)
        return false;
    *value = sign ? -(int64_t)v : (int64_t)v;
    *scale = (unsigned)dscale;
    return true;
}

static bool read_double(struct str s, int64_t *value)
{
    uint64_t bits = big_endian(s);
    double d = side_double((int64_t)bits);
    *value = (int64_t)bits;
    return isfinite(d) && !(d == 0 && signbit(d));
}

static bool read_number(struct loading *l, struct str s, int64_t *value, unsigned *scale)
{
    *scale = 0;
    switch (l->place.type) {
    case TYPE_INT:
        *value = (int64_t)big_endian(s);
        return s.n == 8;
    case TYPE_DOUBLE:
        return s.n == 8 && read_double(s, value);
    case TYPE_DECIMAL:
        return read_decimal(s, value, scale);
    case TYPE_DATE:
        *value = (int32_t)big_endian(s);
        return s.n == 4 && *value != INT32_MAX && *value != INT32_MIN;
    case TYPE_DATETIME:
        *value = (int64_t)big_endian(s);
        return s.n == 8 && *value != INT64_MAX && *value != INT64_MIN;
    case TYPE_BOOLEAN:
        *value = s.n == 1 && s.p[0] == 1;
        return s.n == 1;
    case TYPE_TEXT:
    case TYPE_FILE:
    case TYPE_GEO_POINT:
    case TYPE_GEO_SHAPE:
    case COLUMN_TYPES:
        break;
    }
    return false;
}

static void take_value(struct loading *l, size_t row, struct str s)
{
    unsigned scale;
    if (l->out)
        return;
    if (is_text(l)) {
        l->codes[row] = s.p ? side_dict_code(&l->dict, s) : 0;
        l->out = s.p && l->codes[row] == 0;
        return;
    }
    l->scales[row] = NULL_MARK;
    l->values[row] = 0;
    if (!s.p)
        return;
    l->out = !read_number(l, s, &l->values[row], &scale);
    l->scales[row] = (unsigned char)scale;
    l->scale = scale > l->scale ? scale : l->scale;
    l->least = scale < l->least ? scale : l->least;
}

/* ---- rows ---- */

static void make_room(struct build *b)
{
    if (b->rows < b->room)
        return;
    b->room = b->room ? b->room * 2 : 4096;
    for (size_t i = 0; i < b->n; i++) {
        struct loading *l = &b->columns[i];
        if (is_text(l)) {
            l->codes = must_realloc(l->codes, b->room * sizeof *l->codes);
            continue;
        }
        l->values = must_realloc(l->values, b->room * sizeof *l->values);
        l->scales = must_realloc(l->scales, b->room);
    }
}

/* One message of COPY BINARY: a row, the head before the first one, or the end. */
static bool take_row(struct build *b, struct str s, bool first)
{
    s = str_from(s, first ? 19 : 0);
    if (s.n < 2)
        return false;
    int n = (int16_t)big_endian(str_part(s, 0, 2));
    s = str_from(s, 2);
    if (n < 0)
        return s.n == 0;
    make_room(b);
    for (size_t i = 0; i < b->n; i++) {
        if ((size_t)n != b->n || s.n < 4)
            return false;
        int32_t length = (int32_t)big_endian(str_part(s, 0, 4));
        s = str_from(s, 4);
        if (length > 0 && (size_t)length > s.n)
            return false;
        take_value(&b->columns[i], b->rows, length < 0 ? STR_NONE : (struct str){s.p, (size_t)length});
        s = str_from(s, length > 0 ? (size_t)length : 0);
    }
    b->rows++;
    return true;
}

static void put_select(struct buf *sql, const struct build *b, const char *table)
{
    buf_addz(sql, "COPY (SELECT ");
    for (size_t i = 0; i < b->n; i++) {
        const struct view_column *c = &b->columns[i].place;
        buf_addz(sql, i ? ", " : "");
        if (c->in_rest)
            buf_printf(sql, "rest[%u]::%s", c->number, type_sql(c->type));
        else
            buf_printf(sql, "c%u", c->number);
    }
    buf_printf(sql, " FROM %s ORDER BY _id) TO STDOUT (FORMAT binary)", table);
}

static bool finish(struct build *b, bool good, struct err *e)
{
    for (PGresult *r = PQgetResult(b->pg); r; r = PQgetResult(b->pg)) {
        if (good && PQresultStatus(r) != PGRES_COMMAND_OK)
            good = sqlstate_err(e, b->pg, r, "side");
        PQclear(r);
    }
    return good;
}

static bool read_rows(struct build *b, const char *table, struct err *e)
{
    struct buf sql = {0};
    put_select(&sql, b, table);
    buf_addc(&sql, '\0');
    PGresult *r = PQexec(b->pg, sql.p);
    bool good = PQresultStatus(r) == PGRES_COPY_OUT || sqlstate_err(e, b->pg, r, "side");
    PQclear(r);
    buf_free(&sql);
    char *message;
    int n = 0;
    for (bool first = true; good && (n = PQgetCopyData(b->pg, &message, 0)) > 0; first = false) {
        if (!take_row(b, (struct str){message, (size_t)n}, first))
            good = ERR(e, err_data_unread, "side: row %zu", b->rows);
        PQfreemem(message);
    }
    while (n > 0 && (n = PQgetCopyData(b->pg, &message, 0)) > 0) /* refused: to its end all the same */
        PQfreemem(message);
    return finish(b, good, e);
}

/* ---- writing a column ---- */

static uint64_t put_part(struct build *b, const void *p, size_t n)
{
    static const char zeros[8];
    buf_add(&b->file, (struct str){zeros, (8 - b->file.n % 8) % 8});
    uint64_t at = b->file.n;
    if (n)
        buf_add(&b->file, (struct str){p, n});
    return at;
}

/* The codes in as few bytes as they need, and how often each stands. */
static void put_codes(struct build *b, struct side_column *h, const uint32_t *codes)
{
    h->kind = SIDE_CODES;
    h->width = h->distinct < 256 ? 1 : h->distinct < 65536 ? 2 : 4;
    uint32_t *counts = must_alloc((h->distinct + 1) * sizeof *counts);
    unsigned char *narrow = must_alloc(b->rows * h->width + 1);
    for (size_t i = 0; i < b->rows; i++) {
        counts[codes[i]]++;
        if (h->width == 1)
            narrow[i] = (unsigned char)codes[i];
        else if (h->width == 2)
            memcpy(narrow + 2 * i, &(uint16_t){(uint16_t)codes[i]}, 2);
        else
            memcpy(narrow + 4 * i, &codes[i], 4);
    }
    h->rows_at = put_part(b, narrow, b->rows * h->width);
    h->counts_at = put_part(b, counts, (h->distinct + 1) * sizeof *counts);
    free(narrow);
    free(counts);
}

/* ---- folded texts ---- */

enum { FOLDED_MAX = 65535 };

/* "{"a","b"}" of all texts, in their order. */
static void put_array(struct buf *out, const struct side_dict *d, const uint32_t *order)
{
    buf_addc(out, '{');
    for (uint32_t i = 0; i < d->n; i++) {
        struct str s = side_dict_text(d, order[i]);
        buf_addz(out, i ? ",\"" : "\"");
        for (size_t k = 0; k < s.n; k++) {
            if (s.p[k] == '"' || s.p[k] == '\\')
                buf_addc(out, '\\');
            buf_addc(out, s.p[k]);
        }
        buf_addc(out, '"');
    }
    buf_addc(out, '}');
    buf_addc(out, '\0');
}

static void keep_folds(struct build *b, struct side_column *h, const PGresult *r)
{
    uint32_t *begins = must_alloc((h->distinct + 1) * sizeof *begins);
    struct buf text = {.max = 2 * SIDE_DICT_BYTES};
    for (uint32_t i = 0; i < h->distinct; i++) {
        buf_add(&text, (struct str){PQgetvalue(r, (int)i, 0), (size_t)PQgetlength(r, (int)i, 0)});
        begins[i + 1] = (uint32_t)text.n;
    }
    h->folds_at = put_part(b, begins, (h->distinct + 1) * sizeof *begins);
    h->fold_n = text.n;
    h->fold_at = put_part(b, buf_str(&text).p, text.n);
    buf_free(&text);
    free(begins);
}

/* As the compiler has it in `like`: PostgreSQL itself folds, once a text. */
static bool put_folds(struct build *b, const struct side_dict *d, const uint32_t *order, struct side_column *h, struct err *e)
{
    struct buf array = {.max = 4 * SIDE_DICT_BYTES};
    if (d->n == 0 || d->n > FOLDED_MAX)
        return true;
    put_array(&array, d, order);
    PGresult *r = array.over ? NULL
                             : PQexecParams(b->pg,
                                            "SELECT lower(public.unaccent(t)) FROM unnest($1::text[]) WITH ORDINALITY AS u (t, n) ORDER BY n",
                                            1, NULL, (const char *const[]){array.p}, NULL, NULL, 0);
    bool ok = !r || PQresultStatus(r) == PGRES_TUPLES_OK || sqlstate_err(e, b->pg, r, "side");
    if (ok && r && (uint32_t)PQntuples(r) == d->n)
        keep_folds(b, h, r);
    PQclear(r);
    buf_free(&array);
    return ok;
}

/* ---- texts ---- */

static bool put_text(struct build *b, struct loading *l, struct side_column *h, struct err *e)
{
    uint32_t *order, *place, *begins = must_alloc((l->dict.n + 1) * sizeof *begins);
    struct buf text = {.max = SIDE_DICT_BYTES};
    side_dict_sort(&l->dict, &order, &place);
    for (uint32_t i = 0; i < l->dict.n; i++) {
        buf_add(&text, side_dict_text(&l->dict, order[i]));
        begins[i + 1] = (uint32_t)text.n;
    }
    for (size_t i = 0; i < b->rows; i++)
        l->codes[i] = place[l->codes[i]];
    h->distinct = l->dict.n;
    put_codes(b, h, l->codes);
    h->values_at = put_part(b, begins, (l->dict.n + 1) * sizeof *begins);
    h->text_n = text.n;
    h->text_at = put_part(b, buf_str(&text).p, text.n);
    bool ok = put_folds(b, &l->dict, order, h, e);
    buf_free(&text);
    free(begins);
    free(order);
    free(place);
    return ok;
}

/* ---- numbers ---- */

static int by_whole(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static int by_double(const void *a, const void *b)
{
    double x = side_double(*(const int64_t *)a), y = side_double(*(const int64_t *)b);
    return (x > y) - (x < y);
}

/* The different values in order; their number. */
static size_t sort_values(const struct loading *l, size_t rows, int64_t *out)
{
    size_t n = 0, kept = 0;
    for (size_t i = 0; i < rows; i++)
        if (l->scales[i] != NULL_MARK)
            out[n++] = l->values[i];
    qsort(out, n, sizeof *out, l->place.type == TYPE_DOUBLE ? by_double : by_whole);
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || out[i] != out[kept - 1])
            out[kept++] = out[i];
    return kept;
}

static void put_plain(struct build *b, const struct loading *l, struct side_column *h)
{
    size_t words = (b->rows + 63) / 64;
    uint64_t *nulls = must_alloc((words + 1) * sizeof *nulls);
    for (size_t i = 0; i < b->rows; i++)
        nulls[i / 64] |= (uint64_t)(l->scales[i] == NULL_MARK) << (i % 64);
    h->kind = SIDE_NUMBERS;
    h->rows_at = put_part(b, l->values, b->rows * sizeof *l->values);
    h->nulls_at = put_part(b, nulls, words * sizeof *nulls);
    free(nulls);
}

static void put_number_codes(struct build *b, const struct loading *l, struct side_column *h, const int64_t *sorted)
{
    uint32_t *codes = must_alloc((b->rows + 1) * sizeof *codes);
    int (*by)(const void *, const void *) = l->place.type == TYPE_DOUBLE ? by_double : by_whole;
    for (size_t i = 0; i < b->rows; i++) {
        if (l->scales[i] == NULL_MARK)
            continue;
        const int64_t *at = bsearch(&l->values[i], sorted, h->distinct, sizeof *sorted, by);
        codes[i] = (uint32_t)(at - sorted) + 1;
    }
    put_codes(b, h, codes);
    h->values_at = put_part(b, sorted, h->distinct * sizeof *sorted);
    free(codes);
}

/* All to the longest scale; false: one becomes too large. */
static bool even_scales(struct loading *l, size_t rows)
{
    for (size_t i = 0; i < rows; i++)
        for (unsigned k = l->scales[i]; l->scales[i] != NULL_MARK && k < l->scale; k++)
            if (__builtin_mul_overflow(l->values[i], 10, &l->values[i]))
                return false;
    return true;
}

static bool put_column(struct build *b, struct loading *l, struct err *e)
{
    struct side_column h = {.number = l->place.number, .in_rest = l->place.in_rest, .type = (uint32_t)l->place.type};
    if (l->out || (!is_text(l) && !even_scales(l, b->rows)))
        return true;
    if (is_text(l)) {
        if (!put_text(b, l, &h, e))
            return false;
    } else {
        int64_t *sorted = must_alloc((b->rows + 1) * sizeof *sorted);
        size_t distinct = sort_values(l, b->rows, sorted);
        h.scale = l->scale;
        h.same_scale = l->least >= l->scale;
        h.distinct = distinct <= CODES_MAX ? (uint32_t)distinct : 0;
        if (distinct <= CODES_MAX)
            put_number_codes(b, l, &h, sorted);
        else
            put_plain(b, l, &h);
        free(sorted);
    }
    b->heads[b->nheads++] = h;
    return true;
}

/* ---- the file ---- */

static void free_pass(struct build *b)
{
    for (size_t i = 0; i < b->n; i++) {
        side_dict_free(&b->columns[i].dict);
        free(b->columns[i].codes);
        free(b->columns[i].values);
        free(b->columns[i].scales);
    }
    b->n = b->rows = b->room = 0;
}

/* rows: of the pass before; the table does not change. */
static bool one_pass(struct build *b, const char *table, size_t *rows, struct err *e)
{
    bool ok = b->n == 0 || read_rows(b, table, e);
    for (size_t i = 0; ok && i < b->n && !b->file.over; i++)
        ok = put_column(b, &b->columns[i], e);
    if (ok && b->n)
        *rows = b->rows;
    free_pass(b);
    return ok;
}

static bool read_place(const json_t *column, struct loading *l)
{
    *l = (struct loading){.least = NULL_MARK};
    return type_by_name(jr_str(column, "type"), &l->place.type) && view_place(jr_str(column, "sql"), &l->place) &&
           l->place.type != TYPE_GEO_POINT && l->place.type != TYPE_GEO_SHAPE;
}

static bool read_columns(struct build *b, const char *table, const json_t *columns, size_t *rows, struct err *e)
{
    const json_t *column;
    size_t i;
    json_array_foreach(columns, i, column) {
        if (read_place(column, &b->columns[b->n]))
            b->n++;
        if (b->n == PASS_COLUMNS && !one_pass(b, table, rows, e))
            return false;
    }
    return one_pass(b, table, rows, e);
}

/* Room in front for the head and the most columns there can be; unused ones stay zero and outside of `columns`. */
static bool write_file(struct build *b, const char *table, size_t rows, struct err *e)
{
    char name[SIDE_NAME];
    struct side_head h = {.magic = SIDE_MAGIC, .rows = rows, .bytes = b->file.n, .order = SIDE_ORDER,
                          .columns = (uint32_t)b->nheads};
    side_name(name, table);
    memcpy(h.version, name + 5, sizeof h.version);
    memcpy(b->file.p + sizeof h, b->heads, b->nheads * sizeof *b->heads);
    crypto_generichash(h.sum, sizeof h.sum, (unsigned char *)b->file.p + sizeof h, b->file.n - sizeof h, NULL, 0);
    memcpy(b->file.p, &h, sizeof h);
    return blob_put(str_of(name), buf_str(&b->file), e);
}

bool side_build(PGconn *pg, const struct uuid *version, const json_t *columns, struct err *e)
{
    char table[VERSION_TABLE];
    struct loading pass[PASS_COLUMNS];
    size_t rows = 0, most = json_array_size(columns), front = sizeof(struct side_head) + most * sizeof(struct side_column);
    struct build b = {.pg = pg, .columns = pass, .file = {.max = file_max}};
    version_table(table, version);
    b.heads = must_alloc((most + 1) * sizeof *b.heads);
    memset(buf_room(&b.file, front), 0, front);
    b.file.n = front;
    bool ok = read_columns(&b, table, columns, &rows, e);
    if (ok && b.file.over) { /* a file without columns: it need not be tried again */
        b.file.n = front;
        b.file.over = false;
        b.nheads = 0;
    }
    if (ok)
        ok = write_file(&b, table, rows, e);
    free(b.heads);
    buf_free(&b.file);
    return ok;
}

bool side_is_there(const struct uuid *version)
{
    char table[VERSION_TABLE], name[SIDE_NAME];
    int fd;
    uint64_t size;
    char magic[8];
    struct err ignored = {0};
    version_table(table, version);
    side_name(name, table);
    if (!blob_open(str_of(name), &fd, &size, &ignored))
        return false;
    bool there = read(fd, magic, sizeof magic) == sizeof magic && memcmp(magic, SIDE_MAGIC, sizeof magic) == 0;
    close(fd);
    return there;
}

bool side_drop(const struct uuid *version, struct err *e)
{
    char table[VERSION_TABLE], name[SIDE_NAME];
    version_table(table, version);
    side_name(name, table);
    return blob_remove(str_of(name), e);
}
