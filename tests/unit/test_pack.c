/* What is packed is read back: by a Snappy reader written here from the format's description, by
 * zlib and zstd. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

#include "core/data/export/coding.h"
#include "core/data/export/parquet.h"

enum { TEXTS = 400, LONGEST = 300000 };

static uint32_t seed = 7;

static uint32_t chance(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return seed;
}

/* From one letter over and over to bytes that never repeat; every small length, and some over 64
 * KiB. */
static void make_text(struct buf *out, unsigned round)
{
    size_t n = round < 100 ? round : chance() % (round % 40 == 0 ? LONGEST : 5000);
    unsigned letters = 1 + chance() % (round % 3 == 0 ? 256 : 4);
    buf_reset(out);
    while (out->n < n) {
        size_t back = out->n ? chance() % out->n : 0, copy = chance() % 200;
        if (round % 2 && out->n > 8)
            for (size_t i = 0; i < copy && out->n < n; i++)
                buf_addc(out, out->p[back + i % (out->n - back)]);
        buf_addc(out, (char)(chance() % letters));
    }
    out->n = n;
}

static bool read_snappy(const unsigned char *p, size_t n, struct buf *out)
{
    size_t at = 0, want = 0;
    for (unsigned shift = 0;; shift += 7) {
        if (at == n)
            return false;
        want |= (size_t)(p[at] & 0x7f) << shift;
        if (!(p[at++] & 0x80))
            break;
    }
    while (at < n) {
        unsigned tag = p[at++];
        size_t length = (tag >> 2) + 1, offset;
        if ((tag & 3) == 0) {
            unsigned more = length > 60 ? (unsigned)length - 60 : 0;
            length = more ? 0 : length;
            for (unsigned i = 0; i < more; i++)
                length |= (size_t)p[at + i] << 8 * i;
            at += more;
            length += more ? 1 : 0;
            if (at + length > n)
                return false;
            buf_add(out, (struct str){(const char *)p + at, length});
            at += length;
            continue;
        }
        if ((tag & 3) != 2 || at + 2 > n)
            return false;
        offset = p[at] | (size_t)p[at + 1] << 8;
        at += 2;
        if (offset == 0 || offset > out->n)
            return false;
        for (size_t i = 0; i < length; i++)
            buf_addc(out, out->p[out->n - offset]);
    }
    return out->n == want;
}

static void test_snappy(void **state)
{
    (void)state;
    struct buf text = {0}, packed = {0}, back = {0};
    for (unsigned round = 0; round < TEXTS; round++) {
        make_text(&text, round);
        buf_reset(&packed);
        buf_reset(&back);
        parquet_snappy(&packed, buf_str(&text));
        assert_true(read_snappy((unsigned char *)packed.p, packed.n, &back));
        assert_true(str_eq(buf_str(&text), buf_str(&back)));
    }
    buf_reset(&text);
    for (size_t i = 0; i < 60000; i++)
        buf_addz(&text, "Tilleul;");
    buf_reset(&packed);
    parquet_snappy(&packed, buf_str(&text));
    assert_true(packed.n < text.n / 15);
    buf_free(&text);
    buf_free(&packed);
    buf_free(&back);
}

static void unpack(enum coding_kind kind, const struct buf *packed, char *out, size_t n)
{
    if (kind == CODING_ZSTD) {
        assert_int_equal(ZSTD_decompress(out, n + 1, packed->p, packed->n), n);
        return;
    }
    z_stream z = {.next_in = (unsigned char *)packed->p,
                  .avail_in = (unsigned)packed->n,
                  .next_out = (unsigned char *)out,
                  .avail_out = (unsigned)n + 1};
    assert_int_equal(inflateInit2(&z, kind == CODING_GZIP ? 31 : -15), Z_OK);
    assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
    assert_int_equal(z.total_out, n);
    assert_int_equal(z.avail_in, 0);
    inflateEnd(&z);
}

/* In pieces of any size, one stream after the other from the same coder. */
static void test_coding(void **state)
{
    (void)state;
    static char back[LONGEST + 1];
    static const enum coding_kind kinds[] = {CODING_GZIP, CODING_ZSTD, CODING_DEFLATE};
    struct buf text = {0}, packed = {0};
    for (size_t k = 0; k < 3; k++) {
        struct coding *c = coding_open(kinds[k]);
        for (unsigned round = 0; round < TEXTS; round += 7) {
            make_text(&text, round);
            buf_reset(&packed);
            for (size_t at = 0; at < text.n;) {
                size_t n = 1 + chance() % 9000;
                assert_true(coding_add(c, str_part(buf_str(&text), at, n), &packed));
                at += n;
            }
            assert_true(coding_end(c, &packed));
            unpack(kinds[k], &packed, back, text.n);
            assert_memory_equal(back, text.n ? text.p : "", text.n);
        }
        coding_close(c);
    }
    buf_free(&text);
    buf_free(&packed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_snappy),
                                       cmocka_unit_test(test_coding)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
