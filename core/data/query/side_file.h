#pragma once
#include "core/base/buf.h"
#include "core/base/rand.h"
#include "core/data/value/type.h"
#include "core/data/query/view.h"

/*
 * side_file -- the layout of a side copy, and open ones. For side*.c only.
 *
 *     struct side_head | struct side_column × columns | parts, each at a multiple of eight
 *
 * In the order of this machine's bytes (`order` tells); the sum is BLAKE2b of everything behind the head.
 */
enum { SIDE_NAME = 5 + 32 + 1, SIDE_SUM_BYTES = 32 };
#define SIDE_MAGIC "TERSIDE2"

/* Sums of 64-bit numbers never overflow these. */
__extension__ typedef __int128 side_wide;
__extension__ typedef unsigned __int128 side_uwide;

struct side_head {
    char magic[8];
    char version[32]; /* hex */
    uint64_t rows, bytes;
    uint32_t order, columns;
    unsigned char sum[SIDE_SUM_BYTES];
};
enum { SIDE_ORDER = 0x01020304 };

enum side_kind { SIDE_CODES = 1, SIDE_NUMBERS };
struct side_column {
    uint32_t number, in_rest, type, kind;
    uint32_t width;      /* bytes of a code */
    uint32_t distinct;   /* SIDE_CODES: values; code k is the k-th, from 1 */
    uint32_t scale;      /* TYPE_DECIMAL: values are whole numbers of 10^-scale */
    uint32_t same_scale; /* … and each was stored with exactly so many decimals */
    uint64_t rows_at;    /* codes, or eight bytes a row */
    uint64_t values_at;  /* SIDE_CODES: eight bytes a value, or where each text begins (uint32, one more than texts) */
    uint64_t text_at, text_n;
    uint64_t folds_at, fold_at, fold_n; /* the same texts without accents and capitals, for like; 0: there are none */
    uint64_t counts_at;  /* SIDE_CODES: rows of each code (uint32, the nulls first) */
    uint64_t nulls_at;   /* SIDE_NUMBERS: a bit a row */
};

struct side {
    const unsigned char *p;
    size_t n, rows, ncolumns;
    const struct side_column *columns;
};

/* "side/<32 hex>" from "data.v_<32 hex>". */
void side_name(char out[SIDE_NAME], const char *table);

struct side *side_take(const char *table); /* loop only; NULL: there is none */
void side_give(struct side *s);            /* loop only */
bool side_is_sound(struct side *s);        /* any thread: proves the file once */

const struct side_column *side_column_of(const struct side *s, const struct view_column *c); /* NULL: not in it */

static inline bool side_is_text(const struct side_column *c)
{
    return c->type == TYPE_TEXT || c->type == TYPE_FILE;
}

static inline uint32_t side_code(const struct side *s, const struct side_column *c, size_t row)
{
    const unsigned char *p = s->p + c->rows_at;
    return c->width == 1   ? p[row]
           : c->width == 2 ? ((const uint16_t *)(const void *)p)[row]
                           : ((const uint32_t *)(const void *)p)[row];
}

/* Doubles stand in the same places as their bits. */
static inline const int64_t *side_values(const struct side *s, const struct side_column *c)
{
    return (const int64_t *)(const void *)(s->p + (c->kind == SIDE_CODES ? c->values_at : c->rows_at));
}

static inline double side_double(int64_t bits)
{
    double d;
    memcpy(&d, &bits, sizeof d);
    return d;
}

static inline struct str side_text(const struct side *s, const struct side_column *c, uint32_t code)
{
    const uint32_t *begins = (const uint32_t *)(const void *)(s->p + c->values_at);
    return (struct str){(const char *)s->p + c->text_at + begins[code - 1], begins[code] - begins[code - 1]};
}

static inline struct str side_fold(const struct side *s, const struct side_column *c, uint32_t code)
{
    const uint32_t *begins = (const uint32_t *)(const void *)(s->p + c->folds_at);
    return (struct str){(const char *)s->p + c->fold_at + begins[code - 1], begins[code] - begins[code - 1]};
}

static inline const uint32_t *side_counts(const struct side *s, const struct side_column *c)
{
    return (const uint32_t *)(const void *)(s->p + c->counts_at);
}

static inline bool side_null(const struct side *s, const struct side_column *c, size_t row)
{
    if (c->kind == SIDE_CODES)
        return side_code(s, c, row) == 0;
    const uint64_t *nulls = (const uint64_t *)(const void *)(s->p + c->nulls_at);
    return nulls[row / 64] >> (row % 64) & 1;
}
