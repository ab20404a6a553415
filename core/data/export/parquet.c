#include "core/data/export/parquet.h"

#include <math.h>
#include <stdlib.h>
#include <zstd.h>

#include "core/base/must.h"
#include "core/data/export/parquet_inside.h"
#include "core/data/export/thrift.h"

enum { GROUP_BYTES = 4 << 20, GROUP_ROWS = 1 << 17, ZSTD_LEVEL = 1 };
enum { ENCODING_PLAIN = 0, ENCODING_RLE = 3, ENCODING_DICTIONARY = 8 };
enum { PAGE_DATA = 0, PAGE_DICTIONARY = 2 };

struct parquet *parquet_open(const struct parquet_column *columns, size_t n,
                             enum parquet_codec codec)
{
    struct parquet *p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    *p = (struct parquet){
        .columns = columns, .n = n, .codec = codec, .data = calloc(n + 1, sizeof *p->data)};
    if (p->data)
        return p;
    free(p);
    return NULL;
}

void parquet_free(struct parquet *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < p->n; i++) {
        buf_free(&p->data[i].values);
        buf_free(&p->data[i].there);
    }
    buf_free(&p->chunks);
    buf_free(&p->groups);
    buf_free(&p->page);
    buf_free(&p->packed);
    ZSTD_freeCCtx(p->zstd);
    free(p->data);
    free(p);
}

void parquet_start(struct parquet *p, struct buf *out)
{
    buf_addz(out, "PAR1");
    p->at = 4;
}

/* ---- values ---- */

static void take(struct parquet *p, size_t column, bool there)
{
    struct parquet_data *d = &p->data[column];
    buf_addc(&d->there, there);
    d->nulls += !there;
}

static void add_fixed(struct parquet_data *d, const void *v, size_t n)
{
    buf_add(&d->values, (struct str){v, n});
}

static void widen(struct parquet_data *d, double v, int64_t whole)
{
    if (!d->ranged || v < d->low)
        d->low = v, d->whole_low = whole;
    if (!d->ranged || v > d->high)
        d->high = v, d->whole_high = whole;
    d->ranged = true;
}

static void widen_whole(struct parquet_data *d, int64_t v)
{
    if (!d->ranged || v < d->whole_low)
        d->whole_low = v;
    if (!d->ranged || v > d->whole_high)
        d->whole_high = v;
    d->ranged = true;
}

void parquet_null(struct parquet *p, size_t column)
{
    take(p, column, false);
}

void parquet_whole(struct parquet *p, size_t column, int64_t v)
{
    struct parquet_data *d = &p->data[column];
    enum parquet_kind kind = p->columns[column].kind;
    int32_t narrow = (int32_t)v;
    take(p, column, true);
    if (kind == PARQUET_BOOLEAN)
        buf_addc(&d->values, v != 0);
    else if (kind == PARQUET_DATE)
        add_fixed(d, &narrow, sizeof narrow);
    else
        add_fixed(d, &v, sizeof v);
    widen_whole(d, v);
}

void parquet_double(struct parquet *p, size_t column, double v)
{
    take(p, column, true);
    add_fixed(&p->data[column], &v, sizeof v);
    if (isnan(v))
        p->data[column].has_nan = true;
    else
        widen(&p->data[column], v, 0);
}

__extension__ typedef unsigned __int128 wide;

/* A whole number of 10^-scale. */
static bool read_decimal(struct str s, const struct parquet_column *c, wide *out)
{
    bool negative = s.n && s.p[0] == '-', behind = false;
    int digits = 0, decimals = 0;
    *out = 0;
    for (size_t i = negative; i < s.n; i++) {
        bool digit = s.p[i] >= '0' && s.p[i] <= '9';
        if (!digit && (s.p[i] != '.' || behind))
            return false;
        behind |= !digit;
        if (!digit || (behind && decimals == c->scale && s.p[i] == '0'))
            continue;
        *out = *out * 10 + (unsigned)(s.p[i] - '0');
        digits += *out != 0;
        decimals += behind;
        if (digits > c->digits)
            return false;
    }
    for (int k = decimals; k < c->scale; k++)
        *out *= 10;
    *out = negative ? -*out : *out;
    return s.n > negative && decimals <= c->scale;
}

bool parquet_decimal(struct parquet *p, size_t column, struct str digits)
{
    wide v;
    unsigned char bytes[16]; /* the highest first */
    if (!read_decimal(digits, &p->columns[column], &v))
        return false;
    for (size_t i = sizeof bytes; i-- > 0; v >>= 8)
        bytes[i] = (unsigned char)(v & 0xff);
    take(p, column, true);
    add_fixed(&p->data[column], bytes, sizeof bytes);
    return true;
}

void parquet_bytes(struct parquet *p, size_t column, struct str s)
{
    uint32_t n = (uint32_t)s.n;
    take(p, column, true);
    add_fixed(&p->data[column], &n, sizeof n);
    buf_add(&p->data[column].values, s);
}

/* ---- pages ---- */

static bool is_text(const struct parquet_column *c)
{
    return c->kind == PARQUET_TEXT || c->kind == PARQUET_JSON;
}

/* p->page, packed into p->packed. */
static bool pack(struct parquet *p)
{
    buf_reset(&p->packed);
    if (p->codec == PARQUET_SNAPPY) {
        parquet_snappy(&p->packed, buf_str(&p->page));
        return !p->packed.over;
    }
    if (!p->zstd)
        p->zstd = ZSTD_createCCtx();
    size_t most = ZSTD_compressBound(p->page.n);
    char *room = buf_room(&p->packed, most);
    size_t n = p->zstd && room ? ZSTD_compressCCtx(p->zstd, room, most, p->page.p ? p->page.p : "",
                                                   p->page.n, ZSTD_LEVEL)
                               : 0;
    if (!p->zstd || !room || ZSTD_isError(n))
        return false;
    p->packed.n = n;
    return true;
}

/* Header and packed bytes; the chunk's sizes grow. */
static void put_page(struct parquet *p, struct parquet_chunk *c, struct buf *out, int type,
                     size_t values, int encoding)
{
    struct thrift t = {.out = out};
    size_t before = out->n;
    p->failed |= p->page.over || !pack(p);
    thrift_open(&t, 0);
    thrift_i32(&t, 1, type);
    thrift_i32(&t, 2, (int64_t)p->page.n);
    thrift_i32(&t, 3, (int64_t)p->packed.n);
    thrift_open(&t, type == PAGE_DATA ? 5 : 7);
    thrift_i32(&t, 1, (int64_t)values);
    thrift_i32(&t, 2, encoding);
    if (type == PAGE_DATA) {
        thrift_i32(&t, 3, ENCODING_RLE);
        thrift_i32(&t, 4, ENCODING_RLE);
    }
    thrift_close(&t);
    thrift_close(&t);
    c->bytes += out->n - before + p->page.n;
    buf_add(out, buf_str(&p->packed));
    c->packed += out->n - before;
    p->at += out->n - before;
    buf_reset(&p->page);
}

/* Bits of `width` each, the lowest first, as one bit-packed run of the RLE hybrid. */
static void put_bits(struct buf *out, const uint32_t *values, const char *bytes, size_t n,
                     unsigned width)
{
    uint64_t bits = 0;
    unsigned held = 0;
    thrift_varint(out, (n + 7) / 8 << 1 | 1);
    for (size_t i = 0; i < (n + 7) / 8 * 8; i++) {
        uint64_t v = i >= n ? 0 : values ? values[i] : (uint64_t)(bytes[i] != 0);
        bits |= v << held;
        for (held += width; held >= 8; held -= 8, bits >>= 8)
            buf_addc(out, (char)(bits & 0xff));
    }
}

/* Which rows have a value: one run when all have, or none. */
static void put_levels(struct parquet *p, const struct parquet_data *d)
{
    size_t at = p->page.n;
    buf_add(&p->page, S("\0\0\0\0"));
    if (d->nulls == 0 || d->nulls == p->rows) {
        thrift_varint(&p->page, p->rows << 1);
        buf_addc(&p->page, d->nulls == 0);
    } else {
        put_bits(&p->page, NULL, d->there.p, p->rows, 1);
    }
    uint32_t n = (uint32_t)(p->page.n - at - 4);
    if (!p->page.over)
        memcpy(p->page.p + at, &n, sizeof n);
}

static void put_booleans(struct buf *out, struct str values)
{
    unsigned char byte = 0;
    for (size_t i = 0; i < values.n; i++) {
        byte |= (unsigned char)((values.p[i] != 0) << i % 8);
        if (i % 8 == 7 || i + 1 == values.n) {
            buf_addc(out, (char)byte);
            byte = 0;
        }
    }
}

static unsigned width_of(size_t n)
{
    unsigned width = 1;
    while (n > (size_t)1 << width)
        width++;
    return width;
}

static void put_chunk(struct parquet *p, size_t i, struct buf *out)
{
    struct parquet_data *d = &p->data[i];
    struct parquet_chunk c = {.dictionary_at = -1};
    struct parquet_dictionary words = {0};
    size_t values = p->rows - d->nulls;
    bool by_words =
        is_text(&p->columns[i]) && parquet_dictionary(&words, buf_str(&d->values), values);
    if (by_words) {
        c.dictionary_at = (int64_t)p->at;
        buf_add(&p->page, buf_str(&words.values));
        put_page(p, &c, out, PAGE_DICTIONARY, words.n, ENCODING_PLAIN);
    }
    c.data_at = (int64_t)p->at;
    put_levels(p, d);
    if (by_words) {
        unsigned width = width_of(words.n);
        buf_addc(&p->page, (char)width);
        put_bits(&p->page, words.ids, NULL, values, width);
    } else if (p->columns[i].kind == PARQUET_BOOLEAN) {
        put_booleans(&p->page, buf_str(&d->values));
    } else {
        buf_add(&p->page, buf_str(&d->values));
    }
    put_page(p, &c, out, PAGE_DATA, p->rows, by_words ? ENCODING_DICTIONARY : ENCODING_PLAIN);
    c.nulls = d->nulls;
    c.ranged = d->ranged && !d->has_nan && !is_text(&p->columns[i]) &&
               p->columns[i].kind != PARQUET_BOOLEAN;
    c.low = d->low, c.high = d->high, c.whole_low = d->whole_low, c.whole_high = d->whole_high;
    buf_add(&p->chunks, (struct str){(const char *)&c, sizeof c});
    parquet_dictionary_free(&words);
}

static void put_group(struct parquet *p, struct buf *out)
{
    for (size_t i = 0; i < p->n; i++) {
        struct parquet_data *d = &p->data[i];
        p->failed |= d->values.over || d->there.over;
        if (!p->failed)
            put_chunk(p, i, out);
        buf_reset(&d->values);
        buf_reset(&d->there);
        d->nulls = 0;
        d->ranged = d->has_nan = false;
    }
    buf_add(&p->groups, (struct str){(const char *)&p->rows, sizeof p->rows});
    p->all_rows += p->rows;
    p->rows = 0;
}

static size_t held(const struct parquet *p)
{
    size_t bytes = 0;
    for (size_t i = 0; i < p->n; i++)
        bytes += p->data[i].values.n;
    return bytes;
}

void parquet_row(struct parquet *p, struct buf *out)
{
    p->rows++;
    if (p->rows == GROUP_ROWS || held(p) > GROUP_BYTES)
        put_group(p, out);
}

bool parquet_end(struct parquet *p, struct buf *out)
{
    if (p->rows > 0)
        put_group(p, out);
    p->failed |= p->chunks.over || p->groups.over;
    if (p->failed)
        return false;
    size_t before = out->n;
    parquet_directory(p, out);
    uint32_t n = (uint32_t)(out->n - before);
    buf_add(out, (struct str){(const char *)&n, sizeof n});
    buf_addz(out, "PAR1");
    return !out->over;
}
