/* Any bytes as a gzip file, and packed as two members of a sound one. What zlib takes we take, with the same bytes; counted and
 * taken are as many; what was packed soundly comes out as it was, with zeros behind it too. */
#include <stdlib.h>
#include <zlib.h>

#include "core/data/export/coding.h"
#include "core/data/format/gunzip.h"
#include "tests/fuzz/reader_property.h"

enum { MOST = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* All members, to the end or to what begins no other. */
static bool by_zlib(struct str file, struct buf *out)
{
    z_stream z = {.next_in = (Bytef *)(uintptr_t)file.p, .avail_in = (uInt)file.n};
    int rc = inflateInit2(&z, 16 + MAX_WBITS);
    HOLDS(rc == Z_OK);
    while (rc == Z_OK && out->n <= MOST) {
        char *room = buf_room(out, 4096);
        z.next_out = (Bytef *)room;
        z.avail_out = 4096;
        rc = inflate(&z, Z_NO_FLUSH);
        out->n += 4096 - z.avail_out;
        if (rc == Z_STREAM_END && z.avail_in > 1 && z.next_in[0] == 0x1f && z.next_in[1] == 0x8b)
            rc = inflateReset(&z);
    }
    inflateEnd(&z);
    return rc == Z_STREAM_END && out->n <= MOST;
}

static void as_file(struct str s)
{
    struct buf theirs = {.max = 2 * MOST};
    struct err e = {0};
    static char ours[MOST + 1];
    size_t counted, taken;
    bool theirs_ok = by_zlib(s, &theirs), ok = gunzip(s, NULL, MOST, &counted, &e);
    HOLDS(ok || e.kind);
    HOLDS(ok || !theirs_ok);
    if (ok) {
        HOLDS(gunzip(s, ours, sizeof ours, &taken, &e) && taken == counted);
        HOLDS(!theirs_ok || str_eq((struct str){ours, taken}, buf_str(&theirs)));
    }
    buf_free(&theirs);
}

static void as_members(struct str s)
{
    struct buf file = {.max = 1 << 26};
    struct coding *c = coding_open(CODING_GZIP);
    struct err e = {0};
    char *out = malloc(s.n + 1);
    size_t n;
    HOLDS(out && coding_add(c, str_part(s, 0, s.n / 3), &file) && coding_end(c, &file));
    HOLDS(coding_add(c, str_from(s, s.n / 3), &file) && coding_end(c, &file));
    for (int i = 0; i < 2; i++) {
        HOLDS(gunzip(buf_str(&file), out, s.n + 1, &n, &e) && str_eq((struct str){out, n}, s));
        buf_add(&file, (struct str){"\0\0\0", 3});
    }
    coding_close(c);
    free(out);
    buf_free(&file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str s = {(const char *)data, size};
    if (size <= MOST) {
        as_file(s);
        as_members(s);
    }
    return 0;
}
