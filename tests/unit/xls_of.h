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

/* At once, not byte by byte: a fuzz target spent a sixth of its time on it. */
static inline void xls_fill(struct buf *out, size_t to, int byte)
{
    char *room = to > out->n ? buf_room(out, to - out->n) : NULL;
    if (!room)
        return;
    memset(room, byte, to - out->n);
    out->n = to;
}

static inline void xls_sector(struct buf *out, size_t from)
{
    xls_fill(out, from + (out->n - from + 511) / 512 * 512, 0);
}

static inline void xls_entry(struct buf *out, const char *name, unsigned type, uint32_t start, uint64_t bytes)
{
    size_t from = out->n;
    for (const char *p = name; *p; p++)
        buf_addc(out, *p), buf_addc(out, 0);
    xls_fill(out, from + 64, 0);
    xls_int(out, 2 * (strlen(name) + 1), 2);
    xls_int(out, type, 1);
    xls_fill(out, from + 116, 0xFF);
    xls_int(out, start, 4);
    xls_int(out, bytes, 8);
}

/* header, table, directory, then the stream, which is at least 4,096 bytes long. */
static inline void xls_of(struct buf *file, struct str stream)
{
    size_t bytes = stream.n < 4096 ? 4096 : stream.n, sectors = (bytes + 511) / 512, entries = sectors + 2;
    buf_addz(file, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1");
    xls_fill(file, 24, 0);
    static const struct {
        unsigned v, bytes;
    } head[] = {{62, 2}, {3, 2}, {0xFFFE, 2}, {9, 2}, {6, 2}, {0, 6}, {0, 4}, {1, 4}, {1, 4}, {0, 4}, {4096, 4}, {0xFFFFFFFE, 4}, {0, 4}, {0xFFFFFFFE, 4}, {0, 4}, {0, 4}};
    for (size_t i = 0; i < sizeof head / sizeof head[0]; i++)
        xls_int(file, head[i].v, head[i].bytes);
    xls_fill(file, 512, 0xFF);
    xls_int(file, 0xFFFFFFFD, 4); /* the table itself */
    xls_int(file, 0xFFFFFFFE, 4); /* the directory, one sector */
    for (size_t i = 2; i < entries && i < 128; i++)
        xls_int(file, i + 1 < entries ? i + 1 : 0xFFFFFFFE, 4);
    xls_fill(file, 1024, 0xFF);
    size_t directory = file->n;
    xls_entry(file, "Root Entry", 5, 0xFFFFFFFE, 0);
    xls_entry(file, "Workbook", 2, 2, bytes);
    xls_sector(file, directory);
    size_t from = file->n;
    buf_add(file, stream);
    xls_fill(file, from + bytes, 0);
    xls_sector(file, from);
}
