#include "core/data/value/pgcopy.h"

static const char head[19] = {'P', 'G', 'C', 'O', 'P', 'Y', '\n', '\377', '\r', '\n', 0};

void pgcopy_head(struct buf *out)
{
    buf_add(out, (struct str){head, sizeof head});
}

void pgcopy_u16(struct buf *out, uint16_t v)
{
    char p[2] = {(char)(v >> 8), (char)v};
    buf_add(out, (struct str){p, sizeof p});
}

void pgcopy_u32(struct buf *out, uint32_t v)
{
    char *p = buf_room(out, 4);
    if (!p)
        return;
    uint32_t be = __builtin_bswap32(v);
    memcpy(p, &be, 4);
    out->n += 4;
}

void pgcopy_u64(struct buf *out, uint64_t v)
{
    char *p = buf_room(out, 8);
    if (!p)
        return;
    uint64_t be = __builtin_bswap64(v);
    memcpy(p, &be, 8);
    out->n += 8;
}

void pgcopy_tail(struct buf *out)
{
    pgcopy_u16(out, 0xFFFF);
}

void pgcopy_row(struct buf *out, unsigned fields)
{
    pgcopy_u16(out, (uint16_t)fields);
}

void pgcopy_null(struct buf *out)
{
    pgcopy_u32(out, 0xFFFFFFFF);
}

size_t pgcopy_value_start(struct buf *out)
{
    pgcopy_u32(out, 0);
    return out->n;
}

void pgcopy_value_end(struct buf *out, size_t start)
{
    if (out->over)
        return;
    uint32_t be = __builtin_bswap32((uint32_t)(out->n - start));
    memcpy(out->p + start - 4, &be, 4);
}
