#pragma once
#include "core/data/export/parquet.h"

/* parquet_inside -- what parquet.c and parquet_directory.c share; nobody else includes it. */

/* A column of the row group that is being filled. */
struct parquet_data {
    struct buf values; /* plain; booleans a byte each */
    struct buf there;  /* a byte a row */
    size_t nulls;
    bool ranged, has_nan;
    double low, high;
    int64_t whole_low, whole_high;
};

/* A column of a row group that was written. */
struct parquet_chunk {
    int64_t data_at, dictionary_at; /* -1: none */
    uint64_t bytes, packed, nulls;
    bool ranged;
    double low, high;
    int64_t whole_low, whole_high;
};

struct ZSTD_CCtx_s;
struct parquet {
    const struct parquet_column *columns;
    size_t n, rows; /* rows: of the open group */
    enum parquet_codec codec;
    struct parquet_data *data;
    struct buf page, packed;
    struct buf chunks, groups; /* struct parquet_chunk by group and column; size_t rows by group */
    uint64_t at, all_rows;
    struct ZSTD_CCtx_s *zstd;
    bool failed;
};

/* The words of a column, each once, and which stands where. */
struct parquet_dictionary {
    struct buf values; /* plain */
    uint32_t *ids;
    size_t n;
};
/* False, nothing taken: it would not be smaller, or there is no memory. */
bool parquet_dictionary(struct parquet_dictionary *d, struct str values, size_t n);
void parquet_dictionary_free(struct parquet_dictionary *d);

void parquet_directory(const struct parquet *p, struct buf *out);
