/* The tokenizer, what bytes mean, the dialect, technical ids. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include "core/data/format/dialect.h"
#include "core/data/errors.h"
#include "core/data/value/field_name.h"
#include "core/data/format/read_csv.h"

/* Cells joined by '|', records by '/'; "!" and the code where it fails. */
static void read_all(struct buf *out, struct str text, enum encoding encoding, char separator)
{
    struct csv c = {0};
    struct record r;
    struct err e = {0};
    csv_init(&c, text, encoding, separator);
    for (;;) {
        if (!c.rows.next(&c.rows, &r, &e)) {
            buf_printf(out, "!%s", e.kind->code);
            for (unsigned i = 0; i < e.nargs; i++)
                buf_printf(out, ",%s", e.arg[i]);
            break;
        }
        if (r.end)
            break;
        for (size_t i = 0; i < r.n; i++) {
            if (i)
                buf_addc(out, '|');
            buf_add(out, r.cells[i]);
        }
        buf_printf(out, "@%llu/", (unsigned long long)r.line);
    }
    csv_free(&c);
}

static void test_records(void **state)
{
    (void)state;
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"a;b\n1;2\n", "a|b@1/1|2@2/"},
        {"a;b\r\n1;2\r\n", "a|b@1/1|2@2/"},
        {"a;b\r1;2\r", "a|b@1/1|2@2/"},
        {"a;b\r\n1;2\n3;4\r5;6", "a|b@1/1|2@2/3|4@3/5|6@4/"},
        {"a;b", "a|b@1/"},
        {"a;\n;b\n", "a|@1/|b@2/"},
        {"a\n\nb\n", "a@1/@2/b@3/"},
        {"\"a;b\";c\n", "a;b|c@1/"},
        {"\"a\nb\";c\nd;e\n", "a\nb|c@1/d|e@3/"},
        {"\"a\r\nb\rc\";d\ne;f", "a\r\nb\rc|d@1/e|f@4/"},
        {"\"a \"\"b\"\" c\";d\n", "a \"b\" c|d@1/"},
        {"\"\"\"\";\"\"\n", "\"|@1/"},
        {"a;  \"b;c\" ;d\n", "a|b;c|d@1/"},
        {"a\\;b\n", "a\\|b@1/"},
        {"it\"s;b\n", "it\"s|b@1/"},
        {"\"a\" b;c\n", "ab|c@1/"},
        {"abcdefghijklmnopqrstuvwxyz;0123456789abcdef0123456789;z\n",
         "abcdefghijklmnopqrstuvwxyz|0123456789abcdef0123456789|z@1/"},
        {"a;b\nc;\"d\ne;f\n", "a|b@1/!data_quote_open,2,2"},
        {"a;\"b\n\n", "!data_quote_open,1,2"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buf got = {0};
        read_all(&got, str_of(rows[i].text), ENCODING_UTF8, ';');
        if (!str_eq(buf_str(&got), str_of(rows[i].want)))
            fail_msg("row %zu \"%s\": " STR_FMT, i, rows[i].text, STR_ARG(buf_str(&got)));
        buf_free(&got);
    }
}

static void test_decoded_cells(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum encoding encoding;
        const char *want;
    } rows[] = {
        {"Ann\xE9" "e;b\n", ENCODING_1252, "Année|b@1/"},
        {"l\x92\x9Cuf;\x80\n", ENCODING_1252, "l’œuf|€@1/"},
        {"\"\xE9\"\"\xE8\";b\n", ENCODING_1252, "é\"è|b@1/"},
        {"\x81;\x9D\n", ENCODING_1252, "\uFFFD|\uFFFD@1/"},
        {"\xC3\xA9;\xE9\n", ENCODING_MIXED, "é|é@1/"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buf got = {0};
        read_all(&got, str_of(rows[i].text), rows[i].encoding, ';');
        if (!str_eq(buf_str(&got), str_of(rows[i].want)))
            fail_msg("row %zu: " STR_FMT, i, STR_ARG(buf_str(&got)));
        buf_free(&got);
    }
}

/* Past the bounds the record is refused by its line; what is kept never grows with the file. */
static void test_giant_line(void **state)
{
    (void)state;
    size_t n = (size_t)RECORD_MAX + 4096;
    char *p = malloc(n);
    assert_non_null(p);
    memset(p, 'x', n);
    memcpy(p, "a;b\n", 4);
    for (size_t i = 1000; i < n; i += 1000)
        p[i] = ';';
    struct buf got = {0};
    read_all(&got, (struct str){p, n}, ENCODING_UTF8, ';');
    assert_true(str_eq(buf_str(&got), S("a|b@1/!data_line_long,2,8388608")));
    buf_reset(&got);
    memset(p + 4, 'x', n - 4);
    p[4 + RECORD_CELL_MAX + 1] = ';';
    p[n - 1] = '\n';
    read_all(&got, (struct str){p, 4 + (size_t)RECORD_CELL_MAX + 3}, ENCODING_UTF8, ';');
    assert_true(str_eq(buf_str(&got), S("a|b@1/!data_cell_long,2,1,1048576")));
    buf_free(&got);
    free(p);
}

static void test_columns_beyond_the_bound_are_counted(void **state)
{
    (void)state;
    struct buf text = {0};
    for (int i = 0; i < 600; i++)
        buf_addz(&text, i ? ";x" : "x");
    struct csv c = {0};
    struct record r;
    struct err e = {0};
    csv_init(&c, buf_str(&text), ENCODING_UTF8, ';');
    assert_true(c.rows.next(&c.rows, &r, &e));
    assert_int_equal(r.n, 600);
    csv_free(&c);
    buf_free(&text);
}

static void test_encoding(void **state)
{
    (void)state;
    struct buf mixed = {0};
    for (int i = 0; i < 99; i++)
        buf_addz(&mixed, "plain\né\n");
    buf_addz(&mixed, "\xE9\n");
    const struct {
        struct str text;
        enum encoding want;
        unsigned bom;
        uint64_t bad;
    } rows[] = {
        {S("abc"), ENCODING_UTF8, 0, 0},
        {S("ab\xC3\xA9"), ENCODING_UTF8, 0, 0},
        {S("\xEF\xBB\xBF" "ab"), ENCODING_UTF8, 3, 0},
        {S("\xFF\xFE" "a\0"), ENCODING_UTF16LE, 2, 0},
        {S("\xFE\xFF\0a"), ENCODING_UTF16BE, 2, 0},
        {S("a\nb\nc\nd\n\xE9\n"), ENCODING_1252, 0, 1},         /* plain lines prove nothing */
        {S("\xC3\xA9\n\xE9\n"), ENCODING_1252, 0, 1},
        {S("\xED\xA0\x80\n"), ENCODING_1252, 0, 1},             /* a surrogate is not UTF-8 */
        {buf_str(&mixed), ENCODING_MIXED, 0, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct encoding_found f;
        encoding_detect(rows[i].text, &f);
        if (f.encoding != rows[i].want || f.bom_bytes != rows[i].bom || f.bad_lines != rows[i].bad)
            fail_msg("row %zu: %s, %u, %llu", i, encoding_name(f.encoding), f.bom_bytes,
                     (unsigned long long)f.bad_lines);
    }
    buf_free(&mixed);
}

static void test_utf16(void **state)
{
    (void)state;
    struct buf out = {0};
    encoding_put_utf16(&out, S("\xE9\0\x3D\xD8\x00\xDE\0\xDC"), false);
    assert_true(str_eq(buf_str(&out), S("é\xF0\x9F\x98\x80\xEF\xBF\xBD")));
    buf_reset(&out);
    encoding_put_utf16(&out, S("\0a\0\xE9\0"), true);
    assert_true(str_eq(buf_str(&out), S("aé\xEF\xBF\xBD")));
    buf_free(&out);
}

static void test_separator(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        char want;
    } rows[] = {
        {"a;b\n1;2\n", ';'}, {"a,b\n1,2\n", ','}, {"a\tb\n1\t2\n", '\t'}, {"a|b\n1|2\n", '|'},
        {"nom;prix\na;1,5\nb;2,5\nc;3,5\n", ';'},
        {"a,\"x;y;z\"\nb,\"1;2;3\"\n", ','},
        {"n,codes\na,37000|37100\nb,37200\n", ','},
        {"p;q;r\n1,5;2,5;3,5\n1,5;2,5;3,5\n", ';'},
        {"adresse;ville\n1, rue A;Tours\n2, rue B;Blois\n", ';'},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char got = dialect_separator(str_of(rows[i].text), ENCODING_UTF8);
        if (got != rows[i].want)
            fail_msg("row %zu \"%s\": '%c'", i, rows[i].text, got);
    }
}

static void test_header(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool header;
        unsigned preamble;
        size_t width;
    } rows[] = {
        {"a;b\n1;2\n", true, 0, 2},
        {"1;2\n3;4\n", false, 0, 2},
        {"01/02/2020;5\n02/02/2020;6\n", false, 0, 2},
        {"nom;2019\nx;1\n", true, 0, 2},
        {"Titre du tableau;;\n\nnom;a;b\nx;1;2\ny;3;4\nz;5;6\n", true, 2, 3},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct csv c = {0};
        struct dialect d = {0};
        struct err e = {0};
        csv_init(&c, str_of(rows[i].text), ENCODING_UTF8, ';');
        assert_true(dialect_header(&c.rows, &d, &e));
        if (d.has_header != rows[i].header || d.preamble != rows[i].preamble || d.width != rows[i].width)
            fail_msg("row %zu: %d %u %zu", i, d.has_header, d.preamble, d.width);
        csv_free(&c);
    }
}

/* The line that is said: found, too far, blank, or inside a cell of several lines. */
static void test_header_at(void **state)
{
    (void)state;
    static const struct {
        uint64_t line;
        bool good;
        unsigned preamble;
        size_t width;
    } rows[] = {{1, true, 0, 2}, {4, true, 2, 3}, {3, false, 0, 0}, {5, false, 0, 0}, {9, false, 0, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct csv c = {0};
        struct dialect d = {0};
        struct err e = {0};
        csv_init(&c, S("a;\"b\nc\"\n\n1;2;3\n"), ENCODING_UTF8, ';');
        bool good = dialect_header_at(&c.rows, rows[i].line, &d, &e);
        if (good != rows[i].good || d.preamble != rows[i].preamble || d.width != rows[i].width)
            fail_msg("row %zu: %d %u %zu", i, good, d.preamble, d.width);
        csv_free(&c);
    }
}

static void test_names(void **state)
{
    (void)state;
    static const char *const labels[] = {"Année", "  Montant (€) ", "Œuvre d'Été", "", "Annee", "ANNÉE", "!!!",
        "Néo-bacheliers poursuivant dans une autre formation du secteur privé, première",
        "Néo-bacheliers poursuivant dans une autre formation du secteur privé, seconde"};
    static const char *const want[] = {"annee", "montant", "oeuvre_d_ete", "column_4", "annee_2", "annee_3",
        "column_7", "neo_bacheliers_poursuivant_dans_une_autre_formation_du_secteur",
        "neo_bacheliers_poursuivant_dans_une_autre_formation_du_secteu_2"};
    struct arena a = {0};
    struct str names[9];
    for (size_t i = 0; i < 9; i++) {
        names[i] = field_name(&a, field_label(&a, str_of(labels[i])), i + 1, names, i);
        if (!str_eq(names[i], str_of(want[i])))
            fail_msg("\"%s\": " STR_FMT, labels[i], STR_ARG(names[i]));
        assert_true(names[i].n <= FIELD_NAME_MAX);
    }
    assert_true(str_eq(field_label(&a, S(" Montant\r\n(1) ")), S("Montant (1)")));
    arena_free(&a);
}

static void test_binary(void **state)
{
    (void)state;
    assert_non_null(encoding_binary_kind(S("%PDF-1.4\n")));
    assert_non_null(encoding_binary_kind(S("\x89PNG\r\n\x1a\n\0\0\0")));
    assert_non_null(encoding_binary_kind(S("a;b\n\0\0\0\0\0\0\0\0")));
    assert_null(encoding_binary_kind(S("a;b\n1;2\n")));
    assert_null(encoding_binary_kind(S("Ann\xE9" "e\n")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records), cmocka_unit_test(test_decoded_cells), cmocka_unit_test(test_giant_line),
        cmocka_unit_test(test_columns_beyond_the_bound_are_counted), cmocka_unit_test(test_encoding),
        cmocka_unit_test(test_utf16), cmocka_unit_test(test_separator), cmocka_unit_test(test_header), cmocka_unit_test(test_header_at),
        cmocka_unit_test(test_names), cmocka_unit_test(test_binary),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
