/* The writers every answer goes through: what they say must not depend on how fast they look. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/err.h"
#include "core/base/jw.h"
#include "core/base/log.h"
#include "core/base/scan.h"
#include "core/base/utf8.h"

/* One special byte at each place of each length: whole vectors, their seams, and the rest. */
static void test_scan_finds_the_first(void **state)
{
    (void)state;
    static const char json[] = {0, 1, 0x1f, '"', '\\', 0x7f}, csv[] = {';', '"', '\n', '\r'};
    char text[50];
    for (size_t n = 0; n <= sizeof text; n++)
        for (size_t at = 0; at <= n; at++) {
            memset(text, (char)0xe9, sizeof text); /* bytes from 0x80 on pass */
            memset(text, 'x', sizeof text / 2);
            for (size_t i = 0; at < n && i < sizeof json; i++) {
                text[at] = json[i];
                assert_int_equal(scan_json((struct str){text, n}, NULL), at);
            }
            for (size_t i = 0; at < n && i < sizeof csv; i++) {
                text[at] = csv[i];
                assert_int_equal(scan_csv((struct str){text, n}, ';', NULL), at);
            }
            if (at == n) {
                assert_int_equal(scan_json((struct str){text, n}, NULL), n);
                assert_int_equal(scan_csv((struct str){text, n}, ';', NULL), n);
            }
        }
}

/* All that goes by is copied, and nothing is written past the length: the sanitizers watch the room. */
static void test_scan_copies_what_goes_by(void **state)
{
    (void)state;
    for (size_t n = 0; n <= 50; n++)
        for (size_t at = 0; at <= n; at++) {
            char *text = malloc(n + 1), *json = malloc(n), *csv = malloc(n);
            for (size_t i = 0; i < n; i++)
                text[i] = (char)('a' + i % 26);
            text[at] = '"';
            assert_int_equal(scan_json((struct str){text, n}, json), at);
            assert_int_equal(scan_csv((struct str){text, n}, ';', csv), at);
            assert_memory_equal(json, text, at);
            assert_memory_equal(csv, text, at);
            free(text), free(json), free(csv);
        }
}

/* Byte by byte, as jw_escape_utf8 must have it. */
static void naive_escape(struct buf *out, struct str s)
{
    buf_addc(out, '"');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"' || s.p[i] == '\\')
            buf_addc(out, '\\');
        if (s.p[i] == '\1')
            buf_addz(out, "\\u0001");
        else if (s.p[i] == '\n')
            buf_addz(out, "\\n");
        else
            buf_addc(out, s.p[i]);
    }
    buf_addc(out, '"');
}

/* Two escapes at each two places of each length: in one vector, in two, side by side. */
static void test_escape_at_each_place(void **state)
{
    (void)state;
    static const char care[] = {'"', '\\', '\n', '\1'};
    char text[50];
    struct buf out = {0}, want = {0};
    memset(text, 'x', sizeof text);
    for (size_t n = 0; n <= sizeof text; n++)
        for (size_t at = 0; at < n; at++)
            for (size_t also = at; also < n; also++) {
                text[at] = care[n % 4], text[also] = care[also % 4];
                buf_reset(&out), buf_reset(&want);
                jw_escape_utf8(&out, (struct str){text, n});
                naive_escape(&want, (struct str){text, n});
                assert_int_equal(out.n, want.n);
                assert_memory_equal(out.p, want.p, want.n);
                text[at] = text[also] = 'x';
            }
    buf_free(&out);
    buf_free(&want);
}

static bool naive_utf8(struct str s)
{
    size_t n = 1;
    for (uint32_t code; s.n > 0 && n > 0; s = str_from(s, n))
        n = utf8_next(s, &code);
    return n > 0;
}

/* Each piece at each place of each length, among plain letters and among accents: across the seams of vectors too. */
static void test_utf8_at_each_place(void **state)
{
    (void)state;
    static const struct str pieces[] = {
        S("é"), S("\xc2\x80"), S("\xdf\xbf"), S("’"), S("𝄞"), S("é’é"),
        S("\x80"), S("\xbf"), S("\xc1\xbf"), S("\xe0\x80\x80"), S("\xed\xa0\x80"), S("\xf5\x80\x80\x80"), S("\xff"), S("\xe0\xa0"),
        S("\xc3"), S("\xc3x"), S("\xc3\xc3\xa9"), S("\xc3’"), S("\xc3\xa9\xa9"), S("\xe2\x80"), S("’\x99"),
    };
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++)
        for (size_t n = pieces[i].n; n <= 50; n++)
            for (size_t at = 0; at + pieces[i].n <= n; at++)
                for (int accents = 0; accents < 2; accents++) {
                    char text[50];
                    for (size_t k = 0; k < n; k++) /* whole accents up to the piece, and behind it */
                        text[k] = !accents ? 'x' : (k < at ? k + at : k + at + pieces[i].n) % 2 ? '\xa9' : '\xc3';
                    text[0] = at % 2 ? 'x' : text[0];
                    memcpy(text + at, pieces[i].p, pieces[i].n);
                    struct str s = {text, n};
                    if (utf8_valid(s) != naive_utf8(s))
                        fail_msg("piece %zu at %zu of %zu", i, at, n);
                    if (!accents)
                        assert_true(utf8_valid(s) == (i < 6));
                }
}

/* Every length up to three vectors; what stands behind the end is not counted. */
static void test_tally_counts_to_the_end(void **state)
{
    (void)state;
    const char *const round = "a7Z@-\xc3";
    char text[50];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = round[i % 6];
    for (size_t n = 0; n <= sizeof text; n++) {
        struct scan_tally t = scan_tally((struct str){text, n});
        assert_int_equal(t.digits, (n + 4) / 6);
        assert_int_equal(t.capitals, (n + 3) / 6);
        assert_int_equal(t.at_sign, n > 3);
    }
}

static void test_escape(void **state)
{
    (void)state;
    static const struct {
        const char *in, *want;
    } rows[] = {
        {"", "\"\""},
        {"Réfection de l’école, 2 ½ €", "\"Réfection de l’école, 2 ½ €\""},
        {"a\"b\\c\nd\te\x01" "f\x7f", "\"a\\\"b\\\\c\\nd\\te\\u0001f\\u007f\""},
        {"long enough for two vectors of sixteen: \" and a rest\r\n", "\"long enough for two vectors of sixteen: \\\" and a rest\\r\\n\""},
        {"\xe9t\xe9 \"1\"", "\"\xef\xbf\xbdt\xef\xbf\xbd \\\"1\\\"\""}, /* Latin-1: not UTF-8 */
        {"fin coup\xc3", "\"fin coup\xef\xbf\xbd\""},
        {"\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""}, /* a surrogate */
        {"𝄞", "\"𝄞\""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buf out = {0};
        jw_escape(&out, str_of(rows[i].in));
        buf_addc(&out, '\0');
        assert_string_equal(out.p, rows[i].want);
        buf_free(&out);
    }
}

static const struct err_kind err_test = {"test", "test", 400, "Not {0}.", "Pas {0}."};

/* I77: what stands in an error's sentence may be of a file, and is cut between characters, wherever the caller or the
 * room for it cuts. */
static void test_error_is_not_cut_in_a_character(void **state)
{
    (void)state;
    struct buf long_name = {0};
    for (int i = 0; i < 200; i++)
        buf_addz(&long_name, i % 3 ? "é" : "€");
    for (size_t cut = 0; cut <= long_name.n; cut++) {
        struct err e = {0};
        struct buf said = {0};
        struct str part = {long_name.p, cut};
        ERR(&e, err_test, "test");
        err_arg(&e, STR_FMT, STR_ARG(part));
        err_say(&e, LANG_FR, &said);
        size_t n = strlen(e.arg[0]);
        if (!utf8_valid(buf_str(&said)) || n > cut || (cut < sizeof e.arg[0] && n + 3 <= cut))
            fail_msg("cut at %zu: %zu", cut, n);
        buf_free(&said);
    }
    buf_free(&long_name);
}

static void test_numbers(void **state)
{
    (void)state;
    static const int64_t whole[] = {0, 7, -1, 1000000, INT64_MAX, INT64_MIN};
    static const struct {
        double v;
        const char *want;
    } doubles[] = {{0, "0.0"}, {-0.0, "-0.0"}, {-12, "-12.0"}, {1e14, "100000000000000.0"}, {0.1, "0.1"}, {1e300, "1e+300"}};
    char want[32];
    for (size_t i = 0; i < sizeof whole / sizeof whole[0]; i++) {
        struct buf out = {0};
        buf_addn(&out, whole[i]);
        buf_addn_wide(&out, 42, 6);
        buf_addc(&out, '\0');
        snprintf(want, sizeof want, "%lld000042", (long long)whole[i]);
        assert_string_equal(out.p, want);
        buf_free(&out);
    }
    for (size_t i = 0; i < sizeof doubles / sizeof doubles[0]; i++) {
        struct buf out = {0};
        jw_number(&out, doubles[i].v);
        buf_addc(&out, '\0');
        assert_string_equal(out.p, doubles[i].want);
        buf_free(&out);
    }
}

/* Not a byte past the ceiling, by whichever way it comes, and `over` for ever after. */
static void test_ceiling(void **state)
{
    (void)state;
    struct buf out = {.max = 300};
    for (int i = 0; i < 400; i++)
        buf_addc(&out, 'x');
    assert_int_equal(out.n, 300);
    assert_true(out.over && out.cap <= 300);
    buf_reset(&out);
    buf_add(&out, S("1234567890"));
    assert_int_equal(out.n, 10);
    for (int i = 0; i < 29; i++)
        buf_addz(&out, "1234567890");
    assert_false(out.over);
    buf_addc(&out, '!');
    assert_true(out.over);
    assert_int_equal(out.n, 300);
    buf_free(&out);
}

static void test_moments(void **state)
{
    (void)state;
    struct buf out = {0};
    clock_iso(&out, 951782400LL * 1000000); /* 29 February 2000 */
    buf_addc(&out, ' ');
    clock_iso_us(&out, 951782400LL * 1000000 + 42);
    buf_addc(&out, '\0');
    assert_string_equal(out.p, "2000-02-29T00:00:00Z 2000-02-29T00:00:00.000042+00:00");
    buf_free(&out);
    int64_t seconds;
    assert_true(clock_http_read(S("Tue, 29 Feb 2000 00:00:00 GMT"), &seconds));
    assert_int_equal(seconds, 951782400);
    assert_false(clock_http_read(S("Tue, 29 Feb 2000 00:00:00 GMT; x"), &seconds));
    assert_false(clock_http_read(STR_NONE, &seconds));
}

/* What has come out of the log so far; "" when nothing. */
static const char *logged(int fd)
{
    static char text[4096];
    ssize_t n = read(fd, text, sizeof text - 1);
    text[n > 0 ? n : 0] = '\0';
    return text;
}

/* Held lines come with a flush or before a warning, whole and in their order. The last test: it keeps holding. */
static void test_log_waits(void **state)
{
    (void)state;
    int ends[2], before = dup(STDERR_FILENO);
    assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
    assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
    log_init("test", LOG_INFO);
    LOG(LOG_INFO, "at_once", LOG_S("a", S("\"1\"\n")), LOG_N("b", -7), LOG_S("c", STR_NONE));
    char first[4096], second[4096], third[4096], fourth[4096];
    snprintf(first, sizeof first, "%s", logged(ends[0]));
    log_hold();
    LOG(LOG_INFO, "held");
    size_t held = log_held();
    snprintf(second, sizeof second, "%s", logged(ends[0]));
    LOG(LOG_WARN, "warned");
    snprintf(third, sizeof third, "%s", logged(ends[0]));
    LOG(LOG_INFO, "flushed");
    log_flush();
    snprintf(fourth, sizeof fourth, "%s", logged(ends[0]));
    dup2(before, STDERR_FILENO);
    assert_non_null(strstr(first, "\"event\":\"at_once\",\"a\":\"\\\"1\\\"\\n\",\"b\":-7,\"c\":null}\n"));
    assert_true(held > 0 && second[0] == '\0');
    assert_true(strstr(third, "\"held\"}\n") && strstr(third, "\"held\"}\n") < strstr(third, "\"warned\"}\n"));
    assert_non_null(strstr(fourth, "\"flushed\"}\n"));
    assert_int_equal(log_held(), 0);
    close(ends[0]);
    close(ends[1]);
    close(before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scan_finds_the_first),
        cmocka_unit_test(test_scan_copies_what_goes_by), cmocka_unit_test(test_escape_at_each_place),
        cmocka_unit_test(test_utf8_at_each_place),
        cmocka_unit_test(test_tally_counts_to_the_end), cmocka_unit_test(test_escape),
        cmocka_unit_test(test_error_is_not_cut_in_a_character), cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_ceiling), cmocka_unit_test(test_moments),
        cmocka_unit_test(test_log_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
