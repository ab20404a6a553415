#include "core/data/coding.h"

#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

/* Exports are sent once: speed before the last percent. */
enum {
    ZLIB_LEVEL = 1,
    ZSTD_LEVEL = 1,
    GZIP_BITS = 15 + 16,
    BARE_BITS = -15,
    MEMORY_LEVEL = 8,
    ROOM = 32 << 10
};

struct coding {
    enum coding_kind kind;
    z_stream z;
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

static bool open_zlib(struct coding *c)
{
    int bits = c->kind == CODING_GZIP ? GZIP_BITS : BARE_BITS;
    return deflateInit2(&c->z, ZLIB_LEVEL, Z_DEFLATED, bits, MEMORY_LEVEL, Z_DEFAULT_STRATEGY) ==
           Z_OK;
}

struct coding *coding_open(enum coding_kind kind)
{
    struct coding *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->kind = kind;
    if (kind == CODING_ZSTD ? open_zstd(c) : open_zlib(c))
        return c;
    ZSTD_freeCCtx(c->zstd);
    free(c);
    return NULL;
}

static bool put_zlib(struct coding *c, struct str bytes, struct buf *out, int flush)
{
    int got = Z_OK;
    c->z.next_in = (unsigned char *)(uintptr_t)bytes.p;
    c->z.avail_in = (unsigned)bytes.n;
    do {
        char *room = buf_room(out, ROOM);
        if (!room)
            return false;
        c->z.next_out = (unsigned char *)room;
        c->z.avail_out = ROOM;
        got = deflate(&c->z, flush);
        out->n += ROOM - c->z.avail_out;
    } while (got == Z_OK && (c->z.avail_in > 0 || c->z.avail_out == 0 || flush == Z_FINISH));
    return flush == Z_FINISH ? got == Z_STREAM_END && deflateReset(&c->z) == Z_OK
                             : got == Z_OK || got == Z_BUF_ERROR;
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
                                  : put_zlib(c, bytes, out, Z_NO_FLUSH);
}

bool coding_end(struct coding *c, struct buf *out)
{
    return c->kind == CODING_ZSTD ? put_zstd(c, S(""), out, ZSTD_e_end)
                                  : put_zlib(c, S(""), out, Z_FINISH);
}

void coding_close(struct coding *c)
{
    if (!c)
        return;
    if (c->kind == CODING_ZSTD)
        ZSTD_freeCCtx(c->zstd);
    else
        deflateEnd(&c->z);
    free(c);
}
