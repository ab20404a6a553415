#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/base/buf.h"
#include "core/io/errors.h"
#include "core/io/multipart.h"

/* What was read, written as "[name|file|type]bytes;" for each part. */
static bool on_part(void *context, const struct multipart_part *part, struct err *e)
{
    (void)e;
    buf_printf(context, "[" STR_FMT "|%s" STR_FMT "|" STR_FMT "]", STR_ARG(part->name),
               part->file_name.p ? "" : "-", STR_ARG(part->file_name), STR_ARG(part->content_type));
    return true;
}

static bool on_bytes(void *context, struct str bytes, struct err *e)
{
    (void)e;
    buf_add(context, bytes);
    return true;
}

static bool on_end(void *context, struct err *e)
{
    (void)e;
    buf_addc(context, ';');
    return true;
}

static const struct multipart_owner owner = {on_part, on_bytes, on_end};

static bool read_form(struct str form, size_t piece, struct buf *out, struct err *e)
{
    struct multipart *m = multipart_open(S("multipart/form-data; boundary=XX"), &owner, out, e);
    bool ok = true;
    for (size_t at = 0; ok && at < form.n; at += piece)
        ok = multipart_feed(m, str_part(form, at, piece), e);
    ok = ok && multipart_finish(m, e);
    multipart_close(m);
    return ok;
}

#define D(rest) "Content-Disposition: form-data; " rest "\r\n"
static const struct {
    const char *name, *form, *want; /* want NULL: refused */
} rows[] = {
    {"one field", "--XX\r\n" D("name=\"a\"") "\r\nvalue\r\n--XX--\r\n", "[a|-|]value;"},
    {"two, one a file",
     "--XX\r\n" D("name=a") "\r\n1\r\n--XX\r\n" D("name=\"f\"; filename=\"t.csv\"") "Content-Type: text/csv\r\n\r\nx;y\r\n--XX--",
     "[a|-|]1;[f|t.csv|text/csv]x;y;"},
    {"preamble and epilogue", "hello\r\n--XX\r\n" D("name=a") "\r\n1\r\n--XX--\r\nbye", "[a|-|]1;"},
    {"empty body", "--XX\r\n" D("name=a") "\r\n\r\n--XX--", "[a|-|];"},
    {"empty body without its own line end", "--XX\r\n" D("name=a") "\r\n--XX--", "[a|-|];"},
    {"body like a delimiter", "--XX\r\n" D("name=a") "\r\n\r\n--X\r\r\n--XY--XX\r\n\r\n--XX--",
     "[a|-|]\r\n--X\r\r\n--XY--XX\r\n;"},
    {"body that begins like one", "--XX\r\n" D("name=a") "\r\n--XY\r\n--XX--", "[a|-|]--XY;"},
    {"escaped quote", "--XX\r\n" D("name=\"a\\\"b\"") "\r\n1\r\n--XX--", "[a\"b|-|]1;"},
    {"semicolon in a file name", "--XX\r\n" D("name=a; filename=\"b;c.csv\"") "\r\n1\r\n--XX--", "[a|b;c.csv|]1;"},
    {"folders in a file name", "--XX\r\n" D("name=a; filename=\"../../etc/passwd\"") "\r\n1\r\n--XX--", "[a|passwd|]1;"},
    {"not closed", "--XX\r\n" D("name=a") "\r\n1\r\n--XX", NULL},
    {"nothing", "", NULL},
    {"no disposition", "--XX\r\nContent-Type: a/b\r\n\r\n1\r\n--XX--", NULL},
    {"no headers", "--XX\r\n\r\n1\r\n--XX--", NULL},
    {"no name", "--XX\r\n" D("filename=a") "\r\n1\r\n--XX--", NULL},
    {"two dispositions", "--XX\r\n" D("name=a") D("name=b") "\r\n1\r\n--XX--", NULL},
    {"not form-data", "--XX\r\nContent-Disposition: attachment; name=a\r\n\r\n1\r\n--XX--", NULL},
    {"unclosed quote", "--XX\r\n" D("name=\"a") "\r\n1\r\n--XX--", NULL},
    {"folded header", "--XX\r\nContent-Disposition: form-data;\r\n name=a\r\n\r\n1\r\n--XX--", NULL},
    {"bare LF", "--XX\n" D("name=a") "\r\n1\r\n--XX--", NULL},
    {"control byte in a header", "--XX\r\n" D("name=\"a\001\"") "\r\n1\r\n--XX--", NULL},
    {"name that is not UTF-8", "--XX\r\n" D("name=\"\xff\"") "\r\n1\r\n--XX--", NULL},
    {"something after the boundary", "--XXY\r\n" D("name=a") "\r\n1\r\n--XX--", NULL},
};

static void each_form_in_any_pieces(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (size_t piece = 1; piece < 200; piece += 1 + piece / 3) {
            struct buf out = {0};
            struct err e = {0};
            bool ok = read_form(str_of(rows[i].form), piece, &out, &e);
            if (ok != (rows[i].want != NULL) || (ok && !str_eq(buf_str(&out), str_of(rows[i].want))))
                fail_msg("%s by %zu: %d " STR_FMT " (%s)", rows[i].name, piece, ok, STR_ARG(buf_str(&out)), e.detail);
            if (!ok)
                assert_ptr_equal(e.kind, &err_multipart_invalid);
            buf_free(&out);
        }
}

static void content_types(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool want;
    } types[] = {
        {"multipart/form-data; boundary=abc", true},
        {"Multipart/Form-Data; charset=utf-8; boundary=\"a b:c\"", true},
        {"multipart/form-data", false},
        {"multipart/form-data; boundary=", false},
        {"multipart/form-data; boundary=\"a", false},
        {"multipart/form-data; boundary=\"a \"", false},
        {"multipart/form-data; boundary=a\tb", false},
        {"multipart/form-data; boundary=a*b", false},
        {"multipart/mixed; boundary=a", false},
        {"multipart/form-data; boundary=0123456789012345678901234567890123456789012345678901234567890123456789", true},
        {"multipart/form-data; boundary=01234567890123456789012345678901234567890123456789012345678901234567890", false},
        {"", false},
    };
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        struct err e = {0};
        struct multipart *m = multipart_open(str_of(types[i].text), &owner, NULL, &e);
        if ((m != NULL) != types[i].want)
            fail_msg("%s", types[i].text);
        multipart_close(m);
    }
}

static void bounds(void **state)
{
    (void)state;
    struct buf form = {0}, out = {0};
    struct err e = {0};
    buf_addz(&form, "--XX\r\nA: ");
    for (int i = 0; i < MULTIPART_HEADERS_MAX; i++)
        buf_addc(&form, 'a');
    buf_addz(&form, "\r\n" D("name=a") "\r\n1\r\n--XX--");
    assert_false(read_form(buf_str(&form), 1000, &out, &e));
    buf_reset(&form);
    for (int i = 0; i <= MULTIPART_PARTS_MAX; i++)
        buf_addz(&form, "--XX\r\n" D("name=a") "\r\n1\r\n");
    buf_addz(&form, "--XX--");
    assert_false(read_form(buf_str(&form), 1000, &out, &e));
    buf_free(&form);
    buf_free(&out);
}

static void clean_names(void **state)
{
    (void)state;
    static const struct {
        const char *raw, *want;
    } names[] = {
        {"budget 2025.csv", "budget 2025.csv"}, {"C:\\Users\\moi\\données.xlsx", "données.xlsx"},
        {"/etc/passwd", "passwd"},              {"..", "fichier"},
        {"../", "fichier"},                     {".htaccess", "htaccess"},
        {"", "fichier"},                        {"a\r\nb", "ab"},
        {"a\xff" "b", "ab"},                    {"a\xe2\x80\xae" "vsc.exe", "avsc.exe"},
        {"a.csv. ", "a.csv"},                   {"a\x7f.csv", "a.csv"},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char out[MULTIPART_NAME_MAX + 1];
        multipart_clean_name(str_of(names[i].raw), out);
        assert_string_equal(out, names[i].want);
    }
    char raw[600], out[MULTIPART_NAME_MAX + 1];
    for (size_t i = 0; i < sizeof raw; i += 2)
        memcpy(raw + i, "\xc3\xa9", 2);
    multipart_clean_name((struct str){raw, sizeof raw}, out);
    assert_int_equal(strlen(out), 254); /* no character is cut */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_form_in_any_pieces),
        cmocka_unit_test(content_types),
        cmocka_unit_test(bounds),
        cmocka_unit_test(clean_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
