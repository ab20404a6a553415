#pragma once
#include "core/base/buf.h"

/* An XLS workbook for tests: records of BIFF8 in a compound file of 512-byte sectors. */

static inline void xls_int(struct buf *out, uint64_t v, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        buf_addc(out, (char)(v >> 8 * i & 0xFF));
}

static inline void xls_record(struct buf *out, unsigned type, struct str body)
{
    xls_int(out, type, 2);
    xls_int(out, body.n, 2);
    buf_add(out, body);
}

/* Row, column and format, then what the record has of its own. */
static inline void xls_cell(struct buf *out, unsigned type, unsigned row, unsigned column, unsigned format, struct str rest)
{
    struct buf body = {0};
    xls_int(&body, row, 2);
    xls_int(&body, column, 2);
    xls_int(&body, format, 2);
    buf_add(&body, rest);
    xls_record(out, type, buf_str(&body));
    buf_free(&body);
}

static inline void xls_sector(struct buf *out, size_t from)
{
    while ((out->n - from) % 512)
        buf_addc(out, 0);
}

static inline void xls_entry(struct buf *out, const char *name, unsigned type, uint32_t start, uint64_t bytes)
{
    size_t from = out->n;
    for (const char *p = name; *p; p++)
        buf_addc(out, *p), buf_addc(out, 0);
    while (out->n < from + 64)
        buf_addc(out, 0);
    xls_int(out, 2 * (strlen(name) + 1), 2);
    xls_int(out, type, 1);
    while (out->n < from + 116)
        buf_addc(out, (char)0xFF);
    xls_int(out, start, 4);
    xls_int(out, bytes, 8);
}

/* header, table, directory, then the stream, which is at least 4,096 bytes long. */
static inline void xls_of(struct buf *file, struct str stream)
{
    size_t bytes = stream.n < 4096 ? 4096 : stream.n, sectors = (bytes + 511) / 512, entries = sectors + 2;
    buf_addz(file, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1");
    for (int i = 0; i < 16; i++)
        buf_addc(file, 0);
    static const struct {
        unsigned v, bytes;
    } head[] = {{62, 2}, {3, 2}, {0xFFFE, 2}, {9, 2}, {6, 2}, {0, 6}, {0, 4}, {1, 4}, {1, 4}, {0, 4}, {4096, 4}, {0xFFFFFFFE, 4}, {0, 4}, {0xFFFFFFFE, 4}, {0, 4}, {0, 4}};
    for (size_t i = 0; i < sizeof head / sizeof head[0]; i++)
        xls_int(file, head[i].v, head[i].bytes);
    while (file->n < 512)
        buf_addc(file, (char)0xFF);
    xls_int(file, 0xFFFFFFFD, 4); /* the table itself */
    xls_int(file, 0xFFFFFFFE, 4); /* the directory, one sector */
    for (size_t i = 2; i < entries && i < 128; i++)
        xls_int(file, i + 1 < entries ? i + 1 : 0xFFFFFFFE, 4);
    while (file->n < 1024)
        buf_addc(file, (char)0xFF);
    size_t directory = file->n;
    xls_entry(file, "Root Entry", 5, 0xFFFFFFFE, 0);
    xls_entry(file, "Workbook", 2, 2, bytes);
    xls_sector(file, directory);
    size_t from = file->n;
    buf_add(file, stream);
    while (file->n < from + bytes)
        buf_addc(file, 0);
    xls_sector(file, from);
}
