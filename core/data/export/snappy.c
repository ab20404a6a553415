/* The Snappy form of a text: literals, and copies of what stood before within 64 KiB. */
#include "core/data/export/parquet.h"
#include "core/data/export/thrift.h"

enum { HASH_BITS = 14, BLOCK = 1 << 16, MATCH_MIN = 4, COPY_MAX = 64, TAIL = 15 };

static void put_literal(struct buf *out, const char *from, const char *to)
{
    size_t n = (size_t)(to - from);
    if (n == 0)
        return;
    if (n <= 60) {
        buf_addc(out, (char)((n - 1) << 2));
    } else {
        buf_addc(out, (char)(n <= 256 ? 60 << 2 : 61 << 2));
        buf_addc(out, (char)((n - 1) & 0xff));
        if (n > 256)
            buf_addc(out, (char)((n - 1) >> 8));
    }
    buf_add(out, (struct str){from, n});
}

static void put_copy(struct buf *out, size_t offset, size_t n)
{
    while (n > 0) {
        size_t now = n > COPY_MAX ? COPY_MAX : n;
        buf_addc(out, (char)((now - 1) << 2 | 2));
        buf_addc(out, (char)(offset & 0xff));
        buf_addc(out, (char)(offset >> 8));
        n -= now;
    }
}

static uint32_t four(const char *p)
{
    uint32_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

/* At most 64 KiB, so that an offset has two bytes; a match looks back within the block only. */
static void put_block(struct buf *out, const char *base, size_t n)
{
    uint16_t seen[1 << HASH_BITS];
    const char *end = base + n, *literal = base, *p = base + 1;
    memset(seen, 0, sizeof seen);
    while (n > TAIL && p < end - TAIL) {
        uint16_t *slot = &seen[four(p) * 0x1e35a7bdu >> (32 - HASH_BITS)];
        const char *before = base + *slot;
        *slot = (uint16_t)(p - base);
        if (four(before) != four(p) || before >= p) {
            p += 1 + (p - literal) / 32; /* what does not pack is passed quickly */
            continue;
        }
        const char *to = p + MATCH_MIN;
        for (const char *q = before + MATCH_MIN; to < end && *to == *q; q++)
            to++;
        put_literal(out, literal, p);
        put_copy(out, (size_t)(p - before), (size_t)(to - p));
        literal = p = to;
    }
    put_literal(out, literal, end);
}

void parquet_snappy(struct buf *out, struct str s)
{
    thrift_varint(out, s.n);
    for (size_t at = 0; at < s.n; at += BLOCK)
        put_block(out, s.p + at, s.n - at < BLOCK ? s.n - at : BLOCK);
}
