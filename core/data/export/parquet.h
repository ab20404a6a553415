#pragma once
#include "core/base/arena.h"
#include "core/base/buf.h"

/*
 * parquet -- writes a Parquet file in one pass: values by column until a row group is full (4 MiB
 * or 131,072 rows), then its pages; the directory at the end. Every column may be null. No Debian
 * library writes it.
 *
 * Pages are of version 1, one a column and row group, plain or, for texts that repeat, by a
 * dictionary; packed by Snappy or zstd. Numbers have their least and greatest value in the
 * directory.
 *
 * Source: apache/parquet-format 2.10: README.md, Encodings.md, Compression.md, LogicalTypes.md,
 * parquet.thrift; Thrift compact protocol; google/snappy format_description.txt.
 */
enum parquet_kind {
    PARQUET_BOOLEAN,
    PARQUET_INT,
    PARQUET_DATE,
    PARQUET_MOMENT,
    PARQUET_DOUBLE,
    PARQUET_DECIMAL,
    PARQUET_TEXT,
    PARQUET_JSON
};
enum parquet_codec { PARQUET_SNAPPY, PARQUET_ZSTD };

/* `member`: the value is one part of a struct of that name; the parts of one struct follow each
 * other, and are all null or none. */
struct parquet_column {
    struct str name, member;
    enum parquet_kind kind;
    int digits, scale; /* DECIMAL: at most 38 digits, so many of them decimals */
};

struct parquet;
/* The columns and their names live as long as the file. NULL: no memory. */
struct parquet *parquet_open(const struct parquet_column *columns, size_t n,
                             enum parquet_codec codec);
void parquet_start(struct parquet *p, struct buf *out);
/* One value a column, then parquet_row. */
void parquet_null(struct parquet *p, size_t column);
void parquet_whole(struct parquet *p, size_t column,
                   int64_t v); /* INT; DATE: days, MOMENT: µs since 1970; BOOLEAN */
void parquet_double(struct parquet *p, size_t column, double v);
bool parquet_decimal(struct parquet *p, size_t column, struct str digits); /* "-12.5"; false: it is none, or too long */
void parquet_bytes(struct parquet *p, size_t column, struct str s); /* TEXT, JSON: UTF-8 */
void parquet_row(struct parquet *p, struct buf *out);
bool parquet_end(struct parquet *p,
                 struct buf *out);    /* false: no memory, or a value too large, on the way */
void parquet_free(struct parquet *p); /* NULL is fine */

/* Appends the Snappy form (one block). */
void parquet_snappy(struct buf *out, struct str s);
