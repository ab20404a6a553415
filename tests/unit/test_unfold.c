/* Containers around a table: which file is taken, what is refused, and what a bomb costs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/jr.h"
#include "core/data/errors.h"
#include "core/data/intake/reader.h"
#include "tests/unit/zip_of.h"

#define TABLE "nom;n\nTours;1\nBlois;2\n"

static struct str filtered(const char *filter, struct str text)
{
    struct archive *a = archive_write_new();
    archive_write_set_format_raw(a);
    assert_int_equal(archive_write_add_filter_by_name(a, filter), ARCHIVE_OK);
    archive_write_set_bytes_in_last_block(a, 1);
    return archive_of(a, &(struct zip_member){"x", text}, 1, 4 << 20);
}

/* What the report says of the file, or the error's code. */
static const char *read_it(struct str file, const char *options, char out[200])
{
    struct reader r;
    struct err e = {0};
    struct buf report = {0};
    json_t *o = options ? jr_parse(str_of(options), &e) : NULL;
    if (reader_open_bytes(&r, file, o, &e) && reader_look(&r, &e)) {
        reader_report(&r, &report);
        json_t *j = jr_parse(buf_str(&report), &e);
        snprintf(out, 200, STR_FMT "(" STR_FMT " " STR_FMT ") %lld", STR_ARG(jr_str(j, "format")),
                 STR_ARG(jr_str(j, "container")), STR_ARG(jr_str(j, "member")),
                 (long long)jr_i64(jr_object(j, "rows"), "kept", -1));
        json_decref(j);
    } else {
        snprintf(out, 200, "%s %s|%s", e.kind->code, e.nargs ? e.arg[0] : "",
                 e.nargs > 1 ? e.arg[1] : "");
    }
    reader_close(&r);
    buf_free(&report);
    json_decref(o);
    return out;
}

static void expect(struct str file, const char *options, const char *want)
{
    char got[200];
    if (strcmp(read_it(file, options, got), want) != 0)
        fail_msg("\"%s\" instead of \"%s\"", got, want);
}

static void test_filters(void **state)
{
    (void)state;
    static const char *const names[][2] = {
        {"gzip", "csv(gzip ) 2"}, {"xz", "csv(xz ) 2"}, {"zstd", "csv(zstd ) 2"}};
    for (size_t i = 0; i < 3; i++) {
        struct str file = filtered(names[i][0], S(TABLE));
        expect(file, NULL, names[i][1]);
        zip_drop(file);
    }
}

/* Several members are one file, zeros behind the last are none of it; what the checksum refuses is not taken. */
static void test_gzip_members(void **state)
{
    (void)state;
    struct str first = filtered("gzip", S("nom;n\nTours;1\n")), second = filtered("gzip", S("Blois;2\nLoches;3\n"));
    struct buf file = {0};
    buf_add(&file, first);
    buf_add(&file, second);
    expect(buf_str(&file), NULL, "csv(gzip ) 3");
    buf_add(&file, (struct str){"\0\0\0\0\0\0\0", 7});
    expect(buf_str(&file), NULL, "csv(gzip ) 3");
    for (size_t back = 1; back <= 8; back++) { /* the length, then the checksum of the second */
        char *at = file.p + file.n - 7 - back;
        *at = (char)(*at ^ 1);
        expect(buf_str(&file), NULL, "data_unfold |");
        *at = (char)(*at ^ 1);
    }
    expect(buf_str(&file), NULL, "csv(gzip ) 3");
    zip_drop(first), zip_drop(second);
    buf_free(&file);
}

static void test_zip_members(void **state)
{
    (void)state;
    static const struct zip_member one[] = {{"lisez-moi.pdf", S("%PDF-")},
                                      {"données/villes.csv", S(TABLE)},
                                      {"__MACOSX/données/._villes.csv", S("x")},
                                      {"notes.txt", S("rien")}};
    static const struct zip_member two[] = {{"a.csv", S(TABLE)}, {"sous/b.csv", S("x;y\n1;2\n")}};
    static const struct zip_member only_text[] = {{"nat2021.txt", S(TABLE)}, {"logo.png", S("\x89PNG")}};
    static const struct zip_member no_ending[] = {{"villes", S(TABLE)}};
    static const struct zip_member no_table[] = {{"a.pdf", S("%PDF-")}, {"b.pdf", S("%PDF-")}};
    static const struct {
        const struct zip_member *parts;
        size_t n;
        const char *options, *want;
    } rows[] = {
        {one, 4, NULL, "csv(zip données/villes.csv) 2"},
        {two, 2, NULL, "data_member_choose a.csv, sous/b.csv|"},
        {two, 2, "{\"member\": \"sous/b.csv\"}", "csv(zip sous/b.csv) 1"},
        {two, 2, "{\"member\": \"b.csv\"}", "csv(zip sous/b.csv) 1"},
        {two, 2, "{\"member\": \"c.csv\"}", "data_member_unknown c.csv|a.csv, sous/b.csv"},
        {only_text, 2, NULL, "csv(zip nat2021.txt) 2"},
        {no_ending, 1, NULL, "csv(zip villes) 2"},
        {no_table, 2, NULL, "data_member_choose a.pdf, b.pdf|"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct str file = zip_of(rows[i].parts, rows[i].n, 1 << 20);
        expect(file, rows[i].options, rows[i].want);
        zip_drop(file);
    }
}

/* What a refused file holds to choose from is told beside the error: files of a zip, and of the one that was taken, its sheets. */
static void test_found(void **state)
{
    (void)state;
    static const char sheets[] =
        "<workbook xmlns:r='r'><sheets><sheet name='2023' r:id='rId1'/><sheet name='Notes' state='hidden' r:id='rId2'/></sheets></workbook>";
    static const char relations[] = "<Relationships><Relationship Id='rId1' Type='x/worksheet' Target='1.xml'/>"
                                    "<Relationship Id='rId2' Type='x/worksheet' Target='1.xml'/></Relationships>";
    const struct zip_member parts[] = {{"xl/workbook.xml", str_of(sheets)}, {"xl/_rels/workbook.xml.rels", str_of(relations)},
                                       {"xl/1.xml", S("<worksheet><sheetData><row><c t='str'><v>a</v></c></row></sheetData></worksheet>")}};
    struct str book = zip_of(parts, 3, 1 << 20);
    const struct zip_member two[] = {{"a.csv", S(TABLE)}, {"lisez-moi.pdf", S("%PDF-")}, {".caché.csv", S("x")}, {"sous/b.xlsx", book}};
    static const struct zip_member no_table[] = {{"a.pdf", S("%PDF-")}, {"b.pdf", S("%PDF-")}};
    struct str files[] = {zip_of(two, 4, 1 << 20), zip_of(no_table, 2, 1 << 20), book};
    static const struct {
        size_t file;
        const char *options, *want;
    } rows[] = {
        {0, NULL, "{\"members\":[\"a.csv\",\"sous/b.xlsx\"]}"},
        {0, "{\"member\": \"c\"}", "{\"members\":[\"a.csv\",\"sous/b.xlsx\"]}"},
        {0, "{\"member\": \"b.xlsx\", \"sheet\": \"2024\"}",
         "{\"members\":[\"a.csv\",\"sous/b.xlsx\"],\"sheet\":\"2023\",\"sheets\":[{\"name\":\"2023\",\"hidden\":false},{\"name\":\"Notes\",\"hidden\":true}]}"},
        {1, NULL, "{\"members\":[\"a.pdf\",\"b.pdf\"]}"},
        {2, "{\"sheet\": \"2024\"}", "{\"sheet\":\"2023\",\"sheets\":[{\"name\":\"2023\",\"hidden\":false},{\"name\":\"Notes\",\"hidden\":true}]}"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct reader r;
        struct err e = {0};
        struct buf out = {0};
        struct jw w;
        json_t *o = rows[i].options ? jr_parse(str_of(rows[i].options), &e) : NULL;
        assert_false(reader_open_bytes(&r, files[rows[i].file], o, &e));
        jw_init(&w, &out, JW_COMPACT);
        reader_found(&r, &w);
        if (!str_eq(buf_str(&out), str_of(rows[i].want)))
            fail_msg("row %zu: " STR_FMT, i, STR_ARG(buf_str(&out)));
        reader_close(&r);
        buf_free(&out);
        json_decref(o);
    }
    for (size_t i = 0; i < 3; i++)
        zip_drop(files[i]);
}

/* I74: what the bytes mean is looked at behind the container. */
static void test_encodings_within(void **state)
{
    (void)state;
    static const struct {
        struct str text;
        const char *encoding;
    } rows[] = {
        {S("Pr\xC3\xA9nom;n\nZo\xC3\xA9;1\n"), "utf-8"},
        {S("\xEF\xBB\xBFPr\xC3\xA9nom;n\nZo\xC3\xA9;1\n"), "utf-8"},
        {S("Pr\xE9nom;n\nZo\xE9;1\n"), "windows-1252"},
        {S("\xFF\xFEP\0r\0\xE9\0n\0o\0m\0;\0n\0\n\0Z\0o\0\xE9\0;\0" "1\0\n\0"), "utf-16le"},
        {S("\xFE\xFF\0P\0r\0\xE9\0n\0o\0m\0;\0n\0\n\0Z\0o\0\xE9\0;\0" "1\0\n"), "utf-16be"},
    };
    for (size_t i = 0; i < 2 * sizeof rows / sizeof rows[0]; i++) {
        const struct str text = rows[i / 2].text;
        struct str file = i % 2 ? filtered("gzip", text) : zip_of(&(struct zip_member){"prenoms.csv", text}, 1, 1 << 16);
        struct reader r;
        struct err e = {0};
        struct buf out = {0};
        bool ok = reader_open_bytes(&r, file, NULL, &e) && reader_look(&r, &e);
        if (ok)
            reader_report(&r, &out);
        json_t *report = ok ? jr_parse(buf_str(&out), &e) : NULL;
        const json_t *column = json_array_get(jr_array(report, "columns"), 0);
        const char *example = json_string_value(json_array_get(jr_array(column, "examples"), 0));
        if (!ok || !str_eq(jr_str(report, "encoding"), str_of(rows[i / 2].encoding)) ||
            !str_eq(jr_str(column, "label"), S("Prénom")) || strcmp(example, "Zoé") != 0)
            fail_msg("row %zu: %s " STR_FMT " %s", i, e.detail, STR_ARG(jr_str(column, "label")), example);
        json_decref(report);
        buf_free(&out);
        reader_close(&r);
        zip_drop(file);
    }
}

/* R58: what is counted is the canonical form (commas, LF, UTF-8), whatever the file is packed in or written in: 22 bytes
 * here, "nom,n\nTours,1\nBlois,2\n". */
static void test_bytes_are_of_the_canonical_form(void **state)
{
    (void)state;
    static const struct zip_member member = {"villes.csv", S(TABLE)};
    const struct str files[] = {S(TABLE), S("nom,n\r\nTours,1\r\nBlois,2"), S("\"nom\"\t\"n\"\n\"Tours\"\t1\n\n\"Blois\"\t2\n"),
                                filtered("gzip", S(TABLE)), filtered("xz", S(TABLE)), filtered("zstd", S(TABLE)),
                                zip_of(&member, 1, 1 << 16)};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        struct reader r;
        struct err e = {0};
        if (!reader_open_bytes(&r, files[i], NULL, &e) || !reader_look(&r, &e) || r.counts.bytes != 22)
            fail_msg("file %zu: %llu bytes %s", i, (unsigned long long)r.counts.bytes, e.detail);
        reader_close(&r);
        if (i > 2)
            zip_drop(files[i]);
    }
}

/* What is much larger unfolded than tables are is no bomb yet: it is counted, then read. */
static void test_more_than_usual(void **state)
{
    (void)state;
    static const char *const filters[] = {"gzip", "xz", "zstd"};
    struct buf text = {0};
    char want[40];
    buf_addz(&text, "nom,n\n");
    for (int i = 0; i < 50000; i++)
        buf_addz(&text, "Tours,1\n");
    for (size_t i = 0; i < 3; i++) {
        struct str file = filtered(filters[i], buf_str(&text));
        assert_true(file.n * UNFOLD_USUAL < text.n);
        snprintf(want, sizeof want, "csv(%s ) 50000", filters[i]);
        expect(file, NULL, want);
        zip_drop(file);
    }
    buf_free(&text);
}

static void test_nested(void **state)
{
    (void)state;
    struct str inner = zip_of(&(struct zip_member){"a.csv", S(TABLE)}, 1, 1 << 20);
    struct str outer = zip_of(&(struct zip_member){"b.zip", inner}, 1, 1 << 20), gz = filtered("gzip", inner),
               twice = filtered("gzip", gz);
    expect(outer, NULL, "data_nested zip|zip");
    expect(gz, NULL, "data_nested zip|gzip");
    expect(twice, NULL, "data_nested gzip|gzip");
    zip_drop(inner), zip_drop(outer), zip_drop(gz), zip_drop(twice);
}

/* 100 MB of the same letter: refused by counting, nothing of it is held. */
static void test_ratio(void **state)
{
    (void)state;
    size_t n = 100 << 20;
    char *same = malloc(n);
    assert_non_null(same);
    memset(same, 'a', n);
    static const char *const filters[] = {"gzip", "xz", "zstd"};
    for (size_t i = 0; i < 3; i++) {
        struct str file = filtered(filters[i], (struct str){same, n});
        char got[200];
        if (strncmp(read_it(file, NULL, got), "data_unfold_bomb", 16) != 0)
            fail_msg("%s: %s", filters[i], got);
        zip_drop(file);
    }
    free(same);
}

static void test_broken(void **state)
{
    (void)state;
    struct str file = filtered("gzip", S(TABLE)), cut = {file.p, file.n - 9};
    char got[200];
    if (strncmp(read_it(cut, NULL, got), "data_unfold", 11) != 0)
        fail_msg("%s", got);
    zip_drop(file);
    expect(S("PK\003\004nothing that is a zip"), NULL, "data_unfold |");
    expect(S("\x1F\x8B"), NULL, "data_unfold |");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_filters),
        cmocka_unit_test(test_gzip_members), cmocka_unit_test(test_zip_members), cmocka_unit_test(test_encodings_within), cmocka_unit_test(test_found), cmocka_unit_test(test_more_than_usual),
        cmocka_unit_test(test_nested),  cmocka_unit_test(test_bytes_are_of_the_canonical_form),  cmocka_unit_test(test_ratio),
        cmocka_unit_test(test_broken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
