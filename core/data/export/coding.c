#include "core/data/export/coding.h"

#include <isa-l/igzip_lib.h>
#include <stdlib.h>
#include <zstd.h>

/* Exports are sent once: speed before the last percent. */
enum { DEFLATE_LEVEL = 1, ZSTD_LEVEL = 1, ROOM = 32 << 10 };

struct coding {
    enum coding_kind kind;
    struct isal_zstream z;
    unsigned char level_room[ISAL_DEF_LVL1_DEFAULT];
    ZSTD_CCtx *zstd;
};

const char *coding_name(enum coding_kind kind)
{
    static const char *const names[] = {
        [CODING_GZIP] = "gzip", [CODING_ZSTD] = "zstd", [CODING_DEFLATE] = NULL};
    return names[kind];
}

static bool open_zstd(struct coding *c)
{
    c->zstd = ZSTD_createCCtx();
    return c->zstd &&
           !ZSTD_isError(ZSTD_CCtx_setParameter(c->zstd, ZSTD_c_compressionLevel, ZSTD_LEVEL));
}

static void open_deflate(struct coding *c)
{
    isal_deflate_init(&c->z);
    c->z.level = DEFLATE_LEVEL;
    c->z.level_buf = c->level_room;
    c->z.level_buf_size = sizeof c->level_room;
    c->z.gzip_flag = c->kind == CODING_GZIP ? IGZIP_GZIP : IGZIP_DEFLATE;
}

struct coding *coding_open(enum coding_kind kind)
{
    struct coding *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->kind = kind;
    if (kind != CODING_ZSTD)
        open_deflate(c);
    if (kind != CODING_ZSTD || open_zstd(c))
        return c;
    ZSTD_freeCCtx(c->zstd);
    free(c);
    return NULL;
}

static bool put_deflate(struct coding *c, struct str bytes, struct buf *out, bool last)
{
    c->z.next_in = (unsigned char *)(uintptr_t)bytes.p;
    c->z.avail_in = (uint32_t)bytes.n;
    c->z.end_of_stream = last;
    do {
        char *room = buf_room(out, ROOM);
        if (!room)
            return false;
        c->z.next_out = (unsigned char *)room;
        c->z.avail_out = ROOM;
        if (isal_deflate(&c->z) != COMP_OK)
            return false;
        out->n += ROOM - c->z.avail_out;
    } while (c->z.avail_in > 0 || c->z.avail_out == 0 ||
             (last && c->z.internal_state.state != ZSTATE_END));
    if (last)
        open_deflate(c); /* the next bytes begin another */
    return true;
}

static bool put_zstd(struct coding *c, struct str bytes, struct buf *out, ZSTD_EndDirective flush)
{
    ZSTD_inBuffer in = {bytes.p, bytes.n, 0};
    size_t left;
    do {
        char *room = buf_room(out, ROOM);
        if (!room)
            return false;
        ZSTD_outBuffer to = {room, ROOM, 0};
        left = ZSTD_compressStream2(c->zstd, &to, &in, flush);
        if (ZSTD_isError(left))
            return false;
        out->n += to.pos;
    } while (flush == ZSTD_e_end ? left > 0 : in.pos < in.size);
    return true;
}

bool coding_add(struct coding *c, struct str bytes, struct buf *out)
{
    if (bytes.n == 0)
        return true;
    return c->kind == CODING_ZSTD ? put_zstd(c, bytes, out, ZSTD_e_continue)
                                  : put_deflate(c, bytes, out, false);
}

bool coding_end(struct coding *c, struct buf *out)
{
    return c->kind == CODING_ZSTD ? put_zstd(c, S(""), out, ZSTD_e_end)
                                  : put_deflate(c, S(""), out, true);
}

void coding_close(struct coding *c)
{
    if (!c)
        return;
    ZSTD_freeCCtx(c->zstd);
    free(c);
}
