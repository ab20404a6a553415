/* What stands at the end of the file: the schema, and where each column of each row group is. */
#include <stdlib.h>

#include "core/data/export/parquet_inside.h"
#include "core/data/export/thrift.h"

enum { OPTIONAL = 1, REQUIRED = 0, PLAIN = 0, RLE = 3, BY_DICTIONARY = 8 };

static const struct {
    int type, converted, logical; /* -1: none */
} kinds[] = {
    [PARQUET_BOOLEAN] = {0, -1, -1}, [PARQUET_INT] = {2, -1, -1},    [PARQUET_DATE] = {1, 6, 6},
    [PARQUET_MOMENT] = {2, 10, 8},   [PARQUET_DOUBLE] = {5, -1, -1}, [PARQUET_TEXT] = {6, 0, 1},
    [PARQUET_JSON] = {6, 19, 12},    [PARQUET_DECIMAL] = {7, 5, 5},
};
static const int codecs[] = {[PARQUET_SNAPPY] = 1, [PARQUET_ZSTD] = 6};

/* ---- words ---- */

enum { WORDS_BYTES = 1 << 20 };

static uint64_t hash(struct str s)
{
    uint64_t h =
        0xcbf29ce484222325u; /* FNV-1a: who floods it makes his own file slower, up to n/2 words */
    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (unsigned char)s.p[i]) * 0x100000001b3u;
    return h ^ h >> 29;
}

static struct str plain_at(const char *p)
{
    uint32_t n;
    memcpy(&n, p, sizeof n);
    return (struct str){p, n + sizeof n};
}

struct slot {
    uint32_t at, id; /* at: in d->values, from 1; 0: free */
};

static bool add_word(struct parquet_dictionary *d, struct slot *slots, size_t mask, struct str word,
                     uint32_t *id)
{
    for (size_t i = hash(word) & mask;; i = (i + 1) & mask) {
        struct slot *s = &slots[i];
        if (s->at && str_eq(plain_at(d->values.p + s->at - 1), word)) {
            *id = s->id;
            return true;
        }
        if (s->at)
            continue;
        *s = (struct slot){(uint32_t)d->values.n + 1, (uint32_t)d->n};
        *id = (uint32_t)d->n++;
        buf_add(&d->values, word);
        return !d->values.over && d->values.n < WORDS_BYTES;
    }
}

bool parquet_dictionary(struct parquet_dictionary *d, struct str values, size_t n)
{
    size_t room = 16;
    while (room < n + n / 2)
        room *= 2;
    struct slot *slots = calloc(room, sizeof *slots);
    d->ids = malloc((n + 1) * sizeof *d->ids);
    bool ok = slots && d->ids && n > 1;
    for (size_t i = 0; ok && i < n; i++) {
        struct str word = plain_at(values.p);
        ok = add_word(d, slots, room - 1, word, &d->ids[i]) && d->n <= n / 2;
        values = str_from(values, word.n);
    }
    free(slots);
    if (!ok)
        parquet_dictionary_free(d);
    return ok;
}

void parquet_dictionary_free(struct parquet_dictionary *d)
{
    buf_free(&d->values);
    free(d->ids);
    *d = (struct parquet_dictionary){0};
}

/* ---- schema ---- */

static bool begins_struct(const struct parquet *p, size_t i)
{
    const struct parquet_column *c = &p->columns[i];
    return c->member.p &&
           (i == 0 || !p->columns[i - 1].member.p || !str_eq(p->columns[i - 1].name, c->name));
}

static size_t members(const struct parquet *p, size_t i)
{
    size_t n = 1;
    while (i + n < p->n && p->columns[i + n].member.p && !begins_struct(p, i + n))
        n++;
    return n;
}

static void put_node(struct thrift *t, int repetition, struct str name, size_t children)
{
    thrift_open(t, 0);
    if (repetition >= 0)
        thrift_i32(t, 3, repetition);
    thrift_binary(t, 4, name);
    thrift_i32(t, 5, (int64_t)children);
    thrift_close(t);
}

static void put_logical(struct thrift *t, const struct parquet_column *c)
{
    enum parquet_kind kind = c->kind;
    thrift_open(t, 10);
    thrift_open(t, kinds[kind].logical);
    if (kind == PARQUET_MOMENT) {
        thrift_bool(t, 1, true); /* UTC */
        thrift_open(t, 2);
        thrift_open(t, 2); /* microseconds */
        thrift_close(t);
        thrift_close(t);
    }
    if (kind == PARQUET_DECIMAL) {
        thrift_i32(t, 1, c->scale);
        thrift_i32(t, 2, c->digits);
    }
    thrift_close(t);
    thrift_close(t);
}

static void put_leaf(struct thrift *t, const struct parquet_column *c)
{
    thrift_open(t, 0);
    thrift_i32(t, 1, kinds[c->kind].type);
    if (c->kind == PARQUET_DECIMAL)
        thrift_i32(t, 2, 16); /* bytes a value */
    thrift_i32(t, 3, c->member.p ? REQUIRED : OPTIONAL);
    thrift_binary(t, 4, c->member.p ? c->member : c->name);
    if (kinds[c->kind].converted >= 0)
        thrift_i32(t, 6, kinds[c->kind].converted);
    if (c->kind == PARQUET_DECIMAL) {
        thrift_i32(t, 7, c->scale);
        thrift_i32(t, 8, c->digits);
    }
    if (kinds[c->kind].logical >= 0)
        put_logical(t, c);
    thrift_close(t);
}

static void put_schema(struct thrift *t, const struct parquet *p)
{
    size_t nodes = 1 + p->n, roots = p->n;
    for (size_t i = 0; i < p->n; i++)
        if (begins_struct(p, i)) {
            nodes++;
            roots -= members(p, i) - 1;
        }
    thrift_list(t, 2, THRIFT_STRUCT, nodes);
    put_node(t, -1, S("records"), roots);
    for (size_t i = 0; i < p->n; i++) {
        if (begins_struct(p, i))
            put_node(t, OPTIONAL, p->columns[i].name, members(p, i));
        put_leaf(t, &p->columns[i]);
    }
}

/* ---- row groups ---- */

static struct str as_bytes(const struct parquet_column *c, const double *v, const int64_t *whole)
{
    size_t n = c->kind == PARQUET_DATE ? 4 : 8; /* little endian: the low half comes first */
    return (struct str){c->kind == PARQUET_DOUBLE ? (const char *)v : (const char *)whole, n};
}

static void put_statistics(struct thrift *t, const struct parquet_column *c,
                           const struct parquet_chunk *k)
{
    thrift_open(t, 12);
    thrift_i64(t, 3, (int64_t)k->nulls);
    if (k->ranged) {
        thrift_binary(t, 5, as_bytes(c, &k->high, &k->whole_high));
        thrift_binary(t, 6, as_bytes(c, &k->low, &k->whole_low));
    }
    thrift_close(t);
}

static void put_column(struct thrift *t, const struct parquet *p, const struct parquet_column *c,
                       const struct parquet_chunk *k, size_t rows)
{
    bool by_words = k->dictionary_at >= 0;
    thrift_open(t, 0);
    thrift_i64(t, 2, by_words ? k->dictionary_at : k->data_at);
    thrift_open(t, 3);
    thrift_i32(t, 1, kinds[c->kind].type);
    thrift_list(t, 2, THRIFT_I32, by_words ? 3 : 2);
    thrift_item_i32(t, PLAIN);
    thrift_item_i32(t, RLE);
    if (by_words)
        thrift_item_i32(t, BY_DICTIONARY);
    thrift_list(t, 3, THRIFT_BINARY, c->member.p ? 2 : 1);
    thrift_item_binary(t, c->name);
    if (c->member.p)
        thrift_item_binary(t, c->member);
    thrift_i32(t, 4, codecs[p->codec]);
    thrift_i64(t, 5, (int64_t)rows);
    thrift_i64(t, 6, (int64_t)k->bytes);
    thrift_i64(t, 7, (int64_t)k->packed);
    thrift_i64(t, 9, k->data_at);
    if (by_words)
        thrift_i64(t, 11, k->dictionary_at);
    put_statistics(t, c, k);
    thrift_close(t);
    thrift_close(t);
}

static void put_group(struct thrift *t, const struct parquet *p, const struct parquet_chunk *chunks,
                      size_t rows)
{
    uint64_t bytes = 0, packed = 0;
    thrift_open(t, 0);
    thrift_list(t, 1, THRIFT_STRUCT, p->n);
    for (size_t i = 0; i < p->n; i++) {
        bytes += chunks[i].bytes;
        packed += chunks[i].packed;
        put_column(t, p, &p->columns[i], &chunks[i], rows);
    }
    thrift_i64(t, 2, (int64_t)bytes);
    thrift_i64(t, 3, (int64_t)rows);
    thrift_i64(t, 6, (int64_t)packed);
    thrift_close(t);
}

void parquet_directory(const struct parquet *p, struct buf *out)
{
    struct thrift t = {.out = out};
    const struct parquet_chunk *chunks = (const void *)p->chunks.p;
    const size_t *rows = (const void *)p->groups.p;
    size_t ngroups = p->groups.n / sizeof *rows;
    thrift_open(&t, 0);
    thrift_i32(&t, 1, 2);
    put_schema(&t, p);
    thrift_i64(&t, 3, (int64_t)p->all_rows);
    thrift_list(&t, 4, THRIFT_STRUCT, ngroups);
    for (size_t g = 0; g < ngroups; g++)
        put_group(&t, p, chunks + g * p->n, rows[g]);
    thrift_binary(&t, 6, S("Terrasse"));
    thrift_list(&t, 7, THRIFT_STRUCT, p->n); /* the order of the ranges: the types' own */
    for (size_t i = 0; i < p->n; i++) {
        thrift_open(&t, 0);
        thrift_open(&t, 1);
        thrift_close(&t);
        thrift_close(&t);
    }
    thrift_close(&t);
}
