/* XLSX: workbooks made here part by part, read as text cells. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include "core/base/jr.h"
#include "core/data/errors.h"
#include "core/data/intake/reader.h"
#include "core/data/format/read_sheet.h"
#include "core/data/format/sheet_book.h"
#include "tests/unit/zip_of.h"

#define BOOK                                                                                           \
    "<workbook xmlns:r='r'><sheets><sheet name='Caché' sheetId='1' state='hidden' r:id='rId1'/>"       \
    "<sheet name='Données' sheetId='2' r:id='rId2'/></sheets></workbook>"
#define RELATIONS                                                                                      \
    "<Relationships><Relationship Id='rId1' Type='x/worksheet' Target='worksheets/sheet1.xml'/>"       \
    "<Relationship Id='rId2' Type='x/worksheet' Target='/xl/worksheets/sheet2.xml'/>"                  \
    "<Relationship Id='rId3' Type='x/sharedStrings' Target='sharedStrings.xml'/>"                      \
    "<Relationship Id='rId4' Type='x/styles' Target='styles.xml'/></Relationships>"
/* 0 plain, 1 date, 2 00000, 3 date and time, 4 time, 5 0.00 */
#define STYLES                                                                                         \
    "<styleSheet><numFmts><numFmt numFmtId='164' formatCode='00000'/>"                                 \
    "<numFmt numFmtId='165' formatCode='dd/mm/yyyy\\ hh:mm'/><numFmt numFmtId='166' formatCode='0.00'/></numFmts>" \
    "<cellStyleXfs><xf numFmtId='14'/></cellStyleXfs>"                                                 \
    "<cellXfs><xf numFmtId='0'/><xf numFmtId='14'/><xf numFmtId='164'/><xf numFmtId='165'/>"           \
    "<xf numFmtId='20'/><xf numFmtId='166'/></cellXfs></styleSheet>"
#define STRINGS                                                                                        \
    "<sst><si><t>nom</t></si><si><t>code</t></si><si><r><t>To</t></r><r><t>urs</t></r>"                \
    "<rPh><t>phonetic</t></rPh></si></sst>"

static struct str book_of(const char *sheet)
{
    const struct zip_member parts[] = {
        {"[Content_Types].xml", S("<Types/>")},
        {"xl/workbook.xml", S(BOOK)},
        {"xl/_rels/workbook.xml.rels", S(RELATIONS)},
        {"xl/worksheets/sheet1.xml", S("<worksheet><sheetData/></worksheet>")},
        {"xl/worksheets/sheet2.xml", str_of(sheet)},
        {"xl/sharedStrings.xml", S(STRINGS)},
        {"xl/styles.xml", S(STYLES)},
    };
    return zip_of(parts, sizeof parts / sizeof parts[0], 1 << 20);
}

static void rows_of(struct buf *out, struct str file, struct sheet_notes *notes)
{
    struct sheet *s = NULL;
    struct err e = {0};
    struct record r;
    assert_true(sheet_is_xlsx(file));
    if (!sheet_open(&s, file, NULL, &e))
        fail_msg("%s", e.detail);
    for (;;) {
        if (!sheet_rows(s)->next(sheet_rows(s), &r, &e))
            fail_msg("%s: %s", e.kind->code, e.detail);
        if (r.end)
            break;
        for (size_t i = 0; i < r.n; i++)
            buf_printf(out, "%s" STR_FMT, i ? "|" : "", STR_ARG(r.cells[i]));
        buf_printf(out, "@%llu/", (unsigned long long)r.line);
    }
    *notes = *sheet_noted(s);
    sheet_close(s);
}

static void test_cells(void **state)
{
    (void)state;
    static const char sheet[] =
        "<worksheet><cols><col min='2' max='3' hidden='1'/></cols><sheetData>"
        "<row r='1'><c r='A1' t='s'><v>0</v></c><c r='B1' t='s'><v>1</v></c></row>"
        "<row r='2'><c r='A2' t='s'><v>2</v></c><c r='C2' s='2'><v>1001</v></c></row>"
        "<row r='4'><c r='A4'><v>2.2530001100015E13</v></c><c r='B4' s='1'><v>43223</v></c>"
        "<c r='C4' s='3'><v>43223.5</v></c><c r='D4' s='4'><v>0.25</v></c></row>"
        "<row r='5'><c r='A5' t='b'><v>1</v></c><c r='B5' t='e'><v>#N/A</v></c>"
        "<c r='C5' t='inlineStr'><is><t>en ligne &amp; là</t></is></c><c r='D5' t='str'><v>calculé</v></c></row>"
        "<row r='6'><c r='A6'><v>0.30000000000000004</v></c><c r='B6' s='5'><v>12.5</v></c><c r='C6' s='1'/></row>"
        "<row r='7'><c r='A7' s='1'><v>1</v></c><c r='B7' s='1'><v>59</v></c><c r='C7' s='1'><v>61</v></c></row>"
        "</sheetData><mergeCells count='1'><mergeCell ref='A1:B1'/></mergeCells></worksheet>";
    struct str file = book_of(sheet);
    struct buf got = {0};
    struct sheet_notes notes;
    rows_of(&got, file, &notes);
    static const char want[] = "nom|code@1/"
                               "Tours||01001@2/"
                               "22530001100015|2018-05-03|2018-05-03T12:00:00|06:00:00@4/"
                               "true||en ligne & là|calculé@5/"
                               "0.3|12.5@6/"
                               "1900-01-01|1900-02-28|1900-03-01@7/";
    if (!str_eq(buf_str(&got), str_of(want)))
        fail_msg(STR_FMT, STR_ARG(buf_str(&got)));
    assert_int_equal(notes.hidden_columns, 2);
    assert_int_equal(notes.merged, 1);
    assert_int_equal(notes.errors, 1);
    buf_free(&got);
    free((char *)(uintptr_t)file.p);
}

static void test_formats(void **state)
{
    (void)state;
    static const struct {
        const char *code;
        enum format_kind kind;
        unsigned zeros;
    } rows[] = {
        {"General", FORMAT_PLAIN, 0}, {"0", FORMAT_PLAIN, 0}, {"00000", FORMAT_ZEROS, 5}, {"0.00", FORMAT_PLAIN, 0},
        {"00 00 00 00 00", FORMAT_ZEROS, 10}, {"#,##0.00\\ \"€\"", FORMAT_PLAIN, 0}, {"dd/mm/yyyy", FORMAT_DATE, 0},
        {"[$-40C]d mmmm yyyy;@", FORMAT_DATE, 0}, {"yyyy-mm-dd hh:mm", FORMAT_DATETIME, 0}, {"hh:mm", FORMAT_TIME, 0},
        {"[h]:mm", FORMAT_TIME, 0}, {"\"days\" 0", FORMAT_PLAIN, 0}, {"[Red]0.0", FORMAT_PLAIN, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct format f = book_format_of(str_of(rows[i].code));
        if (f.kind != rows[i].kind || f.zeros != rows[i].zeros)
            fail_msg("%s: %d %u", rows[i].code, (int)f.kind, f.zeros);
    }
}

static const struct err_kind *refused(struct str file)
{
    struct reader r;
    struct err e = {0};
    if (reader_open_bytes(&r, file, NULL, &e) && reader_look(&r, &e))
        e.kind = NULL;
    reader_close(&r);
    return e.kind;
}

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        const char *sheet;
        const struct err_kind *kind;
    } rows[] = {
        {"<worksheet><sheetData></worksheet>", &err_data_sheet},
        {"<!DOCTYPE x [<!ENTITY a 'b'>]><worksheet><sheetData/></worksheet>", &err_data_sheet},
        {"<worksheet><sheetData/></worksheet>", &err_data_empty},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct str file = book_of(rows[i].sheet);
        const struct err_kind *kind = refused(file);
        if (kind != rows[i].kind)
            fail_msg("row %zu: %s", i, kind ? kind->code : "accepted");
        free((char *)(uintptr_t)file.p);
    }
}

/* 40 MB of the same byte fold to 40 kB: over the ratio. */
static void test_bomb(void **state)
{
    (void)state;
    size_t n = 40 << 20;
    char *zeros = malloc(n);
    assert_non_null(zeros);
    memset(zeros, ' ', n);
    static const char head[] = "<worksheet><sheetData>";
    memcpy(zeros, head, sizeof head - 1);
    const struct zip_member parts[] = {
        {"xl/workbook.xml", S(BOOK)},
        {"xl/_rels/workbook.xml.rels", S(RELATIONS)},
        {"xl/worksheets/sheet2.xml", {zeros, n}},
    };
    struct str file = zip_of(parts, 3, 1 << 20);
    assert_true(file.n < 60000);
    assert_ptr_equal(refused(file), &err_data_sheet_bomb);
    free((char *)(uintptr_t)file.p);
    free(zeros);
}

/* The same way as a CSV: types, physical order, counts. */
static void test_as_a_dataset(void **state)
{
    (void)state;
    static const char sheet[] =
        "<worksheet><sheetData>"
        "<row r='1'><c r='A1' t='inlineStr'><is><t>Titre du tableau</t></is></c></row>"
        "<row r='3'><c r='A3' t='s'><v>0</v></c><c r='B3' t='s'><v>1</v></c><c r='C3' t='inlineStr'><is><t>montant</t></is></c></row>"
        "<row r='4'><c r='A4' t='s'><v>2</v></c><c r='B4' s='2'><v>1001</v></c><c r='C4'><v>12.5</v></c></row>"
        "<row r='5'><c r='A5' t='s'><v>2</v></c><c r='B5' s='2'><v>37000</v></c></row>"
        "<row r='6'/></sheetData></worksheet>";
    struct str file = book_of(sheet);
    struct reader r;
    struct err e = {0};
    struct buf out = {0};
    if (!reader_open_bytes(&r, file, NULL, &e) || !reader_look(&r, &e))
        fail_msg("%s", e.detail);
    reader_report(&r, &out);
    json_t *report = jr_parse(buf_str(&out), &e);
    const json_t *columns = jr_array(report, "columns");
    assert_int_equal(json_array_size(columns), 3);
    assert_true(str_eq(jr_str(json_array_get(columns, 1), "type"), S("text")));
    assert_true(str_eq(jr_str(json_array_get(columns, 2), "type"), S("decimal")));
    assert_int_equal(jr_i64(jr_object(report, "rows"), "kept", 0), 2);
    assert_int_equal(jr_i64(jr_object(report, "rows"), "blank", 0), 1);
    json_decref(report);
    buf_free(&out);
    reader_close(&r);
    free((char *)(uintptr_t)file.p);
}

/* The first visible sheet holds a word to the reader and a zone of merged cells; the second is the table, with a zone of its own. */
static void test_picked(void **state)
{
    (void)state;
    const struct zip_member parts[] = {
        {"xl/workbook.xml", S("<workbook xmlns:r='r'><sheets><sheet name='Lisez-moi' r:id='rId1'/><sheet name='Données' r:id='rId2'/></sheets></workbook>")},
        {"xl/_rels/workbook.xml.rels", S(RELATIONS)},
        {"xl/worksheets/sheet1.xml", S("<worksheet><sheetData><row r='1'><c r='A1' t='s'><v>2</v></c></row></sheetData>"
                                       "<mergeCells><mergeCell ref='A1:C9'/><mergeCell ref='D1:F1'/></mergeCells></worksheet>")},
        {"xl/worksheets/sheet2.xml", S("<worksheet><sheetData><row r='1'><c r='A1' t='s'><v>0</v></c><c r='B1' t='s'><v>1</v></c></row>"
                                       "<row r='2'><c r='A2' t='s'><v>2</v></c><c r='B2'><v>1</v></c></row><row r='3'><c r='B3'><v>2</v></c></row></sheetData>"
                                       "<mergeCells><mergeCell ref='A2:A3'/></mergeCells></worksheet>")},
        {"xl/sharedStrings.xml", S(STRINGS)},
    };
    struct str file = zip_of(parts, sizeof parts / sizeof parts[0], 1 << 20);
    struct reader r;
    struct err e = {0};
    struct buf out = {0};
    if (!reader_open_bytes(&r, file, NULL, &e) || !reader_look(&r, &e))
        fail_msg("%s", e.detail);
    reader_report(&r, &out);
    json_t *report = jr_parse(buf_str(&out), &e), *warnings = json_object_get(report, "warnings");
    assert_true(str_eq(jr_str(report, "sheet"), S("Données")));
    assert_int_equal(r.counts.kept, 2);
    char *said = json_dumps(warnings, JSON_COMPACT);
    assert_string_equal(said, "[{\"code\":\"note_sheet_picked\",\"args\":[\"Données\",\"Lisez-moi\"]},"
                              "{\"code\":\"warn_other_sheets\",\"args\":[\"1\"]},{\"code\":\"note_spread\",\"args\":[\"1\"]}]");
    free(said);
    json_decref(report);
    buf_free(&out);
    reader_close(&r);
    free((char *)(uintptr_t)file.p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cells), cmocka_unit_test(test_formats), cmocka_unit_test(test_refused),
        cmocka_unit_test(test_bomb), cmocka_unit_test(test_as_a_dataset), cmocka_unit_test(test_picked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
