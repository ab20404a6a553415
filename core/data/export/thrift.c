#include "core/data/export/thrift.h"

#include "core/base/must.h"

void thrift_varint(struct buf *out, uint64_t v)
{
    for (; v > 0x7f; v >>= 7)
        buf_addc(out, (char)((v & 0x7f) | 0x80));
    buf_addc(out, (char)v);
}

static uint64_t zigzag(int64_t v)
{
    return (uint64_t)v << 1 ^ (uint64_t)(v >> 63);
}

static void field_head(struct thrift *t, int field, int type)
{
    int step = field - t->last[t->depth];
    must(step > 0 && step < 16);
    buf_addc(t->out, (char)(step << 4 | type));
    t->last[t->depth] = field;
}

void thrift_i32(struct thrift *t, int field, int64_t v)
{
    field_head(t, field, THRIFT_I32);
    thrift_varint(t->out, zigzag(v));
}

void thrift_i64(struct thrift *t, int field, int64_t v)
{
    field_head(t, field, THRIFT_I64);
    thrift_varint(t->out, zigzag(v));
}

void thrift_bool(struct thrift *t, int field, bool v)
{
    field_head(t, field, v ? 1 : 2);
}

void thrift_binary(struct thrift *t, int field, struct str s)
{
    field_head(t, field, THRIFT_BINARY);
    thrift_item_binary(t, s);
}

void thrift_list(struct thrift *t, int field, enum thrift_type of, size_t n)
{
    field_head(t, field, THRIFT_LIST);
    buf_addc(t->out, (char)((n < 15 ? n << 4 : 0xf0) | of));
    if (n >= 15)
        thrift_varint(t->out, n);
}

void thrift_item_i32(struct thrift *t, int64_t v)
{
    thrift_varint(t->out, zigzag(v));
}

void thrift_item_binary(struct thrift *t, struct str s)
{
    thrift_varint(t->out, s.n);
    buf_add(t->out, s);
}

void thrift_open(struct thrift *t, int field)
{
    if (field)
        field_head(t, field, THRIFT_STRUCT);
    must(t->depth + 1 < THRIFT_DEPTH);
    t->last[++t->depth] = 0;
}

void thrift_close(struct thrift *t)
{
    buf_addc(t->out, 0);
    t->depth--;
}
