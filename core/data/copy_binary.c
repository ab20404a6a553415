#include "core/data/copy_binary.h"

static const char head[19] = {'P', 'G', 'C', 'O', 'P', 'Y', '\n', '\377', '\r', '\n', 0};

void copy_head(struct buf *out)
{
    buf_add(out, (struct str){head, sizeof head});
}

void copy_u16(struct buf *out, uint16_t v)
{
    char p[2] = {(char)(v >> 8), (char)v};
    buf_add(out, (struct str){p, sizeof p});
}

void copy_u32(struct buf *out, uint32_t v)
{
    char *p = buf_room(out, 4);
    if (!p)
        return;
    uint32_t be = __builtin_bswap32(v);
    memcpy(p, &be, 4);
    out->n += 4;
}

void copy_u64(struct buf *out, uint64_t v)
{
    char *p = buf_room(out, 8);
    if (!p)
        return;
    uint64_t be = __builtin_bswap64(v);
    memcpy(p, &be, 8);
    out->n += 8;
}

void copy_tail(struct buf *out)
{
    copy_u16(out, 0xFFFF);
}

void copy_row(struct buf *out, unsigned fields)
{
    copy_u16(out, (uint16_t)fields);
}

void copy_null(struct buf *out)
{
    copy_u32(out, 0xFFFFFFFF);
}

void copy_text(struct buf *out, struct str s)
{
    copy_u32(out, (uint32_t)s.n);
    buf_add(out, s);
}

size_t copy_value_start(struct buf *out)
{
    copy_u32(out, 0);
    return out->n;
}

void copy_value_end(struct buf *out, size_t start)
{
    if (out->over)
        return;
    uint32_t be = __builtin_bswap32((uint32_t)(out->n - start));
    memcpy(out->p + start - 4, &be, 4);
}

/* The stream: HEAD, then (COUNT, fields × (LENGTH, its bytes)) for each row, then the trailer. */
enum { AT_HEAD, AT_COUNT, AT_LENGTH, AT_VALUE, AT_END };
static const unsigned char part_size[] = {[AT_HEAD] = 19, [AT_COUNT] = 2, [AT_LENGTH] = 4};

static void next_field(struct copy_check *c)
{
    c->state = --c->left_fields > 0 ? AT_LENGTH : AT_COUNT;
}

static bool take_count(struct copy_check *c)
{
    unsigned count = (unsigned)c->part[0] << 8 | c->part[1];
    if (count == 0xFFFF) {
        c->ended = true;
        c->state = AT_END;
        return true;
    }
    c->rows++;
    c->left_fields = count;
    c->state = AT_LENGTH;
    return count == c->fields && count > 0;
}

static bool take_length(struct copy_check *c)
{
    uint32_t n = (uint32_t)c->part[0] << 24 | (uint32_t)c->part[1] << 16 | (uint32_t)c->part[2] << 8 |
                 c->part[3];
    if (n == 0xFFFFFFFF || n == 0) {
        next_field(c);
        return true;
    }
    c->skip = n;
    c->state = AT_VALUE;
    return n < 1U << 30;
}

static bool take_part(struct copy_check *c)
{
    c->have = 0;
    if (c->state == AT_COUNT)
        return take_count(c);
    if (c->state == AT_LENGTH)
        return take_length(c);
    c->state = AT_COUNT;
    return memcmp(c->part, head, sizeof head) == 0;
}

bool copy_check_feed(struct copy_check *c, struct str s)
{
    c->bytes += s.n;
    while (s.n > 0) {
        if (c->state == AT_END)
            return false;
        if (c->state == AT_VALUE) {
            size_t n = s.n < c->skip ? s.n : c->skip;
            s = str_from(s, n);
            c->skip -= (uint32_t)n;
            if (c->skip == 0)
                next_field(c);
            continue;
        }
        size_t want = part_size[c->state] - c->have, n = s.n < want ? s.n : want;
        memcpy(c->part + c->have, s.p, n);
        c->have += (unsigned)n;
        s = str_from(s, n);
        if (n == want && !take_part(c))
            return false;
    }
    return true;
}
