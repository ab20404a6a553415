/* Workbooks that are no XLSX: ODS and XLS made here, read as text cells. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/arena.h"
#include "core/base/jr.h"
#include "core/base/jw.h"
#include "core/data/errors.h"
#include "core/data/format/read_format.h"
#include "core/data/intake/reader.h"
#include "core/data/format/sheet_merge.h"
#include "tests/unit/xls_of.h"
#include "tests/unit/zip_of.h"

/* Rows as "a|b@line/", then what is described and warned of, or the error. */
static void rows_of(struct str file, const char *format, const char *options, struct buf *out)
{
    struct err e = {0};
    struct record r = {0};
    struct rows *rows;
    struct arena a = {0};
    struct jw w;
    json_t *o = options ? jr_parse(str_of(options), &e) : NULL;
    const struct read_format *f = read_format_of(file);
    assert_non_null(f);
    assert_string_equal(f->name, format);
    if (f->open(file, o, &rows, &e)) {
        for (int pass = 0; pass < 2; pass++) { /* the second reading is the same as the first */
            buf_reset(out);
            rows->rewind(rows, &e);
            while (rows->next(rows, &r, &e) && !r.end) {
                for (size_t i = 0; i < r.n; i++)
                    buf_printf(out, "%s" STR_FMT, i ? "|" : "", STR_ARG(r.cells[i]));
                buf_printf(out, "@%llu/", (unsigned long long)r.line);
            }
        }
        jw_init(&w, out, JW_COMPACT);
        jw_open(&w, '[');
        rows->warn(rows, &a, &w);
        jw_close(&w, ']');
        rows->close(rows);
    }
    if (e.kind)
        buf_printf(out, "%s %s", e.kind->code, e.nargs ? e.arg[0] : "");
    arena_free(&a);
    json_decref(o);
}

static void expect(struct str file, const char *format, const char *options, const char *want)
{
    struct buf got = {0};
    rows_of(file, format, options, &got);
    if (!str_eq(buf_str(&got), str_of(want)))
        fail_msg(STR_FMT, STR_ARG(buf_str(&got)));
    buf_free(&got);
}

#define P(text) "<text:p>" text "</text:p>"
#define CELL(rest) "<table:table-cell " rest "/>"
#define FLOAT(v, shown) "<table:table-cell office:value-type='float' office:value='" v "'>" P(shown) "</table:table-cell>"
#define WORDS(text) "<table:table-cell office:value-type='string'>" text "</table:table-cell>"

static struct str ods_of(const char *content)
{
    const struct zip_member parts[] = {{"mimetype", S("application/vnd.oasis.opendocument.spreadsheet")}, {"content.xml", str_of(content)}};
    return zip_stored_of(parts, 2, 1 << 20);
}

#define ODS(styles, tables)                                                                                                \
    "<office:document-content xmlns:office='o' xmlns:table='t' xmlns:text='x' xmlns:style='s'><office:automatic-styles>" styles \
    "</office:automatic-styles><office:body><office:spreadsheet>" tables "</office:spreadsheet></office:body></office:document-content>"
#define ROW(cells) "<table:table-row>" cells "</table:table-row>"

static void test_ods(void **state)
{
    (void)state;
    static const char content[] = ODS(
        "<style:style style:name='ta1' style:family='table'><style:table-properties table:display='false'/></style:style>",
        "<table:table table:name='Secret' table:style-name='ta1'>" ROW(WORDS(P("non"))) "</table:table>"
        "<table:table table:name='Données'><table:table-column/>"
        "<table:table-column table:visibility='collapse' table:number-columns-repeated='2'/>"
        ROW(WORDS(P("nom")) WORDS(P("code")) WORDS(P("date")))
        ROW(WORDS(P("l’<text:span>été</text:span><text:s text:c='2'/>ici") P("deux")) FLOAT("1001", "01001")
            "<table:table-cell office:value-type='date' office:date-value='2012-05-29'>" P("29/05/12") "</table:table-cell>")
        "<table:table-row table:number-rows-repeated='2'>" CELL("table:number-columns-repeated='1024'") "</table:table-row>"
        "<table:table-row table:number-rows-repeated='2' table:visibility='filter'>" CELL("") FLOAT("2.2530001100015E13", "2,25E+13") "</table:table-row>"
        ROW("<table:table-cell office:value-type='time' office:time-value='PT08H05M09S'>" P("8 h 05") "</table:table-cell>"
            "<table:table-cell office:value-type='boolean' office:boolean-value='true'>" P("VRAI") "</table:table-cell>"
            "<table:table-cell office:value-type='percentage' office:value='0.125'>" P("12,5 %") "</table:table-cell>"
            "<table:table-cell xmlns:calcext='c' office:value-type='string' calcext:value-type='error'>" P("#N/D") "</table:table-cell>")
        ROW("<table:table-cell table:number-columns-spanned='2' office:value-type='string'><office:annotation><dc:creator xmlns:dc='d'>X</dc:creator>"
            P("un commentaire") "</office:annotation>" P("fusion") "</table:table-cell><table:covered-table-cell/>"
            "<table:table-cell table:number-columns-repeated='2' office:value-type='string'>" P("r") "</table:table-cell>")
        "<table:table-row table:number-rows-repeated='1048570'>" CELL("table:number-columns-repeated='1024'") "</table:table-row>"
        "</table:table><table:table table:name='Autre'>" ROW(WORDS(P("x"))) "</table:table>");
    struct str file = ods_of(content);
    expect(file, "ods", NULL,
           "nom|code|date@1/l’été  ici\ndeux|01001|2012-05-29@2/@3/@4/|22530001100015@5/|22530001100015@6/"
           "08:05:09|true|0.125@7/fusion||r|r@8/"
           "[{\"code\":\"warn_other_sheets\",\"args\":[\"1\"]},{\"code\":\"warn_hidden_sheets\",\"args\":[\"1\"]},"
           "{\"code\":\"warn_hidden_columns\",\"args\":[\"2\"]},{\"code\":\"warn_hidden_rows\",\"args\":[\"2\"]},"
           "{\"code\":\"warn_merged\",\"args\":[\"1\"]},{\"code\":\"warn_sheet_errors\",\"args\":[\"1\"]}]");
    expect(file, "ods", "{\"sheet\": \"Autre\"}", "x@1/[{\"code\":\"warn_other_sheets\",\"args\":[\"1\"]},{\"code\":\"warn_hidden_sheets\",\"args\":[\"1\"]}]");
    struct buf got = {0};
    rows_of(file, "ods", "{\"sheet\": \"Rien\"}", &got);
    assert_non_null(memmem(got.p, got.n, S("data_sheet_unknown Rien").p, 23));
    buf_free(&got);
    zip_drop(file);
}

#define OVER(rows, columns, text)                                                                                          \
    "<table:table-cell table:number-rows-spanned='" #rows "' table:number-columns-spanned='" #columns                       \
    "' office:value-type='string'>" P(text) "</table:table-cell>"
#define COVERED "<table:covered-table-cell/>"

/* A header in two rows becomes one; a département stands on each row of its towns, on no row that is blank, and a text over two
 * columns of a row stays where it is. */
static void test_ods_merged(void **state)
{
    (void)state;
    static const char content[] = ODS("", "<table:table table:name='a'>"
        ROW(OVER(1, 4, "Recensement") COVERED COVERED COVERED)
        ROW(OVER(2, 1, "Dép.") OVER(2, 1, "Commune") OVER(1, 2, "Population") COVERED)
        ROW(COVERED COVERED FLOAT("2020", "2020") FLOAT("2021", "2021"))
        ROW(OVER(4, 1, "37") WORDS(P("Tours")) FLOAT("1", "1") FLOAT("2", "2"))
        ROW(COVERED WORDS(P("Chinon")) FLOAT("3", "3") FLOAT("4", "4"))
        ROW(COVERED)
        ROW(COVERED OVER(1, 3, "non communiqué") COVERED COVERED)
        ROW(FLOAT("41", "41") WORDS(P("Blois")) FLOAT("5", "5"))
        "</table:table>");
    struct str file = ods_of(content);
    expect(file, "ods", NULL,
           "Recensement@1/@2/Dép.|Commune|Population 2020|Population 2021@3/37|Tours|1|2@4/37|Chinon|3|4@5/@6/37|non communiqué@7/"
           "41|Blois|5@8/[{\"code\":\"warn_merged\",\"args\":[\"3\"]},{\"code\":\"note_spread\",\"args\":[\"3\"]}]");
    zip_drop(file);
}

/* A first row of which nothing stands over several columns is a row of names, however far down its cells go. */
static void test_ods_merged_downwards(void **state)
{
    (void)state;
    static const char content[] = ODS("", "<table:table table:name='a'>" ROW(OVER(2, 1, "dep") OVER(2, 1, "nom")) ROW(COVERED COVERED)
        ROW(FLOAT("37", "37") WORDS(P("Tours"))) "</table:table>");
    struct str file = ods_of(content);
    expect(file, "ods", NULL, "dep|nom@1/@2/37|Tours@3/[{\"code\":\"note_spread\",\"args\":[\"2\"]}]");
    zip_drop(file);
}

/* A row that stands there a million times, or so often that the count of rows would begin again; a document type, no
 * content. */
static void test_ods_refused(void **state)
{
    (void)state;
    static const struct {
        const char *content, *want;
    } rows[] = {
        {ODS("", "<table:table table:name='a'><table:table-row table:number-rows-repeated='1000000'>"
                 "<table:table-cell table:number-columns-repeated='500' office:value-type='string'>" P("x") "</table:table-cell></table:table-row></table:table>"),
         "data_sheet_bomb number-rows-repeated"},
        {ODS("", "<table:table table:name='a'><table:table-row><table:table-cell table:number-columns-repeated='13' office:value-type='string'>" P("x")
                 "</table:table-cell></table:table-row><table:table-row table:number-rows-repeated='18446744073709551615'>"
                 WORDS(P("x")) "</table:table-row></table:table>"),
         "data_sheet_bomb number-rows-repeated"},
        {"<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'>]><x>&a;</x>", "data_sheet parsing aborted"},
        {"<x>", "data_sheet no element found"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct str file = ods_of(rows[i].content);
        struct buf got = {0};
        rows_of(file, "ods", NULL, &got);
        if (!memmem(got.p, got.n, rows[i].want, strlen(rows[i].want)))
            fail_msg("row %zu: " STR_FMT, i, STR_ARG(buf_str(&got)));
        buf_free(&got);
        zip_drop(file);
    }
}

/* ---- XLS ---- */

static void put_double(struct buf *out, double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    xls_int(out, bits, 8);
}

static void number(struct buf *out, unsigned row, unsigned column, unsigned format, double v)
{
    struct buf rest = {0};
    put_double(&rest, v);
    xls_cell(out, 0x203, row, column, format, buf_str(&rest));
    buf_free(&rest);
}

#define BOF_GLOBALS S("\x00\x06\x05\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00")
#define BOF_SHEET S("\x00\x06\x10\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00")

static void sheet_record(struct buf *out, size_t at, unsigned hidden, struct str name)
{
    struct buf body = {0};
    xls_int(&body, at, 4);
    xls_int(&body, hidden, 2);
    xls_int(&body, name.n, 1);
    xls_int(&body, 0, 1);
    buf_add(&body, name);
    xls_record(out, 0x85, buf_str(&body));
    buf_free(&body);
}

/* Formats 0 plain, 1 date, 2 "00000". The word "été" is 16-bit and goes on in the next record. */
static void globals(struct buf *out, size_t sheet_at)
{
    xls_record(out, 0x809, BOF_GLOBALS);
    xls_record(out, 0x41E, S("\xA4\x00\x05\x00\x00" "00000"));
    xls_record(out, 0xE0, S("\x00\x00\x00\x00"));
    xls_record(out, 0xE0, S("\x00\x00\x0E\x00"));
    xls_record(out, 0xE0, S("\x00\x00\xA4\x00"));
    sheet_record(out, 0, 1, S("Secret"));
    sheet_record(out, sheet_at, 0, S("Feuille"));
    xls_record(out, 0xFC, S("\x03\0\0\0\x03\0\0\0" "\x03\0\0nom" "\x02\0\x08\x01\0ab\0\0\0\0" "\x03\0\x01\xE9\0"));
    xls_record(out, 0x3C, S("\x01t\0\xE9\0"));
    xls_record(out, 0x0A, S(""));
}

static void sheet(struct buf *out)
{
    xls_record(out, 0x809, BOF_SHEET);
    xls_record(out, 0x7D, S("\x01\x00\x01\x00\x00\x00\x00\x00\x01\x00"));
    xls_record(out, 0x208, S("\x01\0\0\0\x04\0\0\0\0\0\0\0\x20\0\0\0"));
    xls_cell(out, 0xFD, 0, 0, 0, S("\0\0\0\0"));
    xls_cell(out, 0xFD, 0, 1, 0, S("\1\0\0\0"));
    xls_cell(out, 0xFD, 0, 2, 0, S("\2\0\0\0"));
    number(out, 1, 0, 2, 1001);
    number(out, 1, 1, 1, 41058);
    number(out, 1, 3, 0, 22530001100015.0);
    xls_cell(out, 0x27E, 2, 0, 0, S("\x33\x00\x00\x00"));                                   /* 12 hundredths, as a whole number */
    xls_record(out, 0xBD, S("\x03\0\0\0" "\0\0\x0A\0\0\0" "\2\0\x1E\0\0\0" "\1\0"));         /* 2 and 00007 */
    xls_cell(out, 0x06, 4, 0, 0, S("\0\0\0\0\0\0\xFF\xFF" "\0\0" "\0\0\0\0" "\0\0"));      /* words follow */
    xls_record(out, 0x207, S("\x02\0\0ok"));
    xls_cell(out, 0x06, 4, 1, 0, S("\1\0\1\0\0\0\xFF\xFF" "\0\0" "\0\0\0\0" "\0\0"));
    xls_cell(out, 0x205, 4, 2, 0, S("\x2A\x01"));
    xls_cell(out, 0x204, 4, 3, 0, S("\x01\0\x01\xAC\x20"));
    xls_record(out, 0xE5, S("\x02\0" "\0\0\0\0\0\0\0\0" "\0\0\0\0\0\0\0\0"));
    xls_record(out, 0x0A, S(""));
}

static void test_xls(void **state)
{
    (void)state;
    struct buf first = {0}, stream = {0}, file = {0};
    globals(&first, 0);
    globals(&stream, first.n);
    sheet(&stream);
    xls_of(&file, buf_str(&stream));
    expect(buf_str(&file), "xls", NULL,
           "nom|ab|été@1/01001|2012-05-29||22530001100015@2/0.12@3/2|00007@4/ok|true||€@5/"
           "[{\"code\":\"warn_hidden_sheets\",\"args\":[\"1\"]},{\"code\":\"warn_hidden_columns\",\"args\":[\"1\"]},"
           "{\"code\":\"warn_hidden_rows\",\"args\":[\"1\"]},{\"code\":\"warn_merged\",\"args\":[\"2\"]},"
           "{\"code\":\"warn_sheet_errors\",\"args\":[\"1\"]}]");
    for (size_t n = 513; n < file.n; n += 97) { /* cut anywhere: refused or shorter, never past its end */
        char *exact = malloc(n);
        struct buf got = {0};
        assert_non_null(exact);
        memcpy(exact, file.p, n);
        rows_of((struct str){exact, n}, "xls", NULL, &got);
        buf_free(&got);
        free(exact);
    }
    buf_free(&first), buf_free(&stream), buf_free(&file);
}

/* One row is kept of the sheet that is read; what is told of is the number in the hidden one. */
static void expect_hidden_nir(struct str file)
{
    struct reader r;
    struct err e = {0};
    struct buf report = {0};
    assert_true(reader_open_bytes(&r, file, NULL, &e));
    assert_true(reader_look(&r, &e));
    reader_report(&r, &report);
    json_t *json = jr_parse(buf_str(&report), &e);
    const json_t *personal = jr_object(json, "personal"), *found = json_array_get(jr_array(personal, "findings"), 0);
    assert_int_equal(r.counts.kept, 1);
    assert_int_equal(jr_i64(personal, "total", 0), 1);
    assert_true(str_eq(jr_str(found, "kind"), S("nir")));
    assert_true(str_eq(jr_str(found, "column"), S("Paie › nir")));
    json_decref(json);
    reader_close(&r);
    buf_free(&report);
}

/* A hidden sheet holds a social security number (key by hand: 97 - 1850578006084 mod 97 = 91); the rows stay those of the other. */
static void test_ods_hidden(void **state)
{
    (void)state;
    static const char content[] = ODS(
        "<style:style style:name='ta1' style:family='table'><style:table-properties table:display='false'/></style:style>",
        "<table:table table:name='Paie' table:style-name='ta1'>" ROW(WORDS(P("agent")) WORDS(P("nir")))
        ROW(WORDS(P("A")) WORDS(P("1 85 05 78 006 084 91"))) "</table:table>"
        "<table:table table:name='Lieux'>" ROW(WORDS(P("nom"))) ROW(WORDS(P("Halle"))) "</table:table>");
    struct str file = ods_of(content);
    expect_hidden_nir(file);
    free((char *)(uintptr_t)file.p);
}

/* Five hundred columns over a million rows: given up at four million cells, in whatever format. */
/* "sheet read|rows kept|what it says of the choice" */
static void picked(struct str file, const char *options, struct buf *out)
{
    struct reader r;
    struct err e = {0};
    struct buf report = {0};
    json_t *o = options ? jr_parse(str_of(options), &e) : NULL;
    buf_reset(out);
    if (reader_open_bytes(&r, file, o, &e) && reader_look(&r, &e)) {
        reader_report(&r, &report);
        json_t *json = jr_parse(buf_str(&report), &e), *warning;
        size_t i;
        buf_printf(out, STR_FMT "|%lld|", STR_ARG(jr_str(json, "sheet")), (long long)r.counts.kept);
        json_array_foreach(jr_array(json, "warnings"), i, warning)
            if (str_eq(jr_str(warning, "code"), S("note_sheet_picked")))
                buf_printf(out, "%s, %s", json_string_value(json_array_get(jr_array(warning, "args"), 0)),
                           json_string_value(json_array_get(jr_array(warning, "args"), 1)));
        json_decref(json);
    } else {
        buf_printf(out, "%s", e.kind->code);
    }
    reader_close(&r);
    buf_free(&report);
    json_decref(o);
}

#define SHEET(name, rows) "<table:table table:name='" name "'>" rows "</table:table>"
#define ALONE ROW(WORDS(P("Ce fichier se lit ainsi"))) ROW(WORDS(P("puis ainsi")))
#define TABLE ROW(WORDS(P("nom")) WORDS(P("code"))) ROW(WORDS(P("Tours")) FLOAT("37", "37"))
#define NAMES ROW(WORDS(P("nom")) WORDS(P("code")))
#define HIDDEN(name, rows) "<table:table table:name='" name "' table:style-name='ta1'>" rows "</table:table>"

/* Where nobody said which, the first visible sheet that looks like a table is read; else the first with anything in it. */
static void test_sheet_picked(void **state)
{
    (void)state;
    static const char *const style =
        "<style:style style:name='ta1' style:family='table'><style:table-properties table:display='false'/></style:style>";
    static const struct {
        const char *tables, *options, *want;
    } rows[] = {
        {SHEET("Lisez-moi", ALONE) SHEET("Données", TABLE), NULL, "Données|1|Données, Lisez-moi"},
        {SHEET("Vide", "") SHEET("Données", TABLE) SHEET("Autre", TABLE), NULL, "Données|1|Données, Vide"},
        {SHEET("Données", TABLE) SHEET("Lisez-moi", ALONE), NULL, "Données|1|"},
        {SHEET("Lisez-moi", ALONE) HIDDEN("Caché", TABLE) SHEET("Données", TABLE), NULL, "Données|1|Données, Lisez-moi"},
        {SHEET("Lisez-moi", ALONE) SHEET("Données", TABLE), "{\"sheet\": \"Lisez-moi\"}", "Lisez-moi|1|"},
        {SHEET("Vide", "") SHEET("Liste", ALONE), NULL, "Liste|1|Liste, Vide"},
        {SHEET("Liste", ALONE) SHEET("Vide", ""), NULL, "Liste|1|"},
        {SHEET("Modèle", NAMES) SHEET("Données", TABLE), NULL, "Données|1|Données, Modèle"},
        {SHEET("Liste", "<table:table-row table:number-rows-repeated='1000'>" WORDS(P("x")) "</table:table-row>") SHEET("Données", TABLE), NULL,
         "Liste|999|"},
        {SHEET("Vide", "") SHEET("Rien", ""), NULL, "data_empty"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buf content = {0}, got = {0};
        buf_printf(&content, "<office:document-content xmlns:office='o' xmlns:table='t' xmlns:text='x' xmlns:style='s'><office:automatic-styles>%s"
                             "</office:automatic-styles><office:body><office:spreadsheet>%s</office:spreadsheet></office:body></office:document-content>",
                   style, rows[i].tables);
        buf_addc(&content, 0);
        struct str file = ods_of(content.p);
        picked(file, rows[i].options, &got);
        if (!str_eq(buf_str(&got), str_of(rows[i].want)))
            fail_msg("row %zu: " STR_FMT, i, STR_ARG(buf_str(&got)));
        buf_free(&content), buf_free(&got);
        zip_drop(file);
    }
}

static void test_xls_sheet_picked(void **state)
{
    (void)state;
    struct buf stream = {0}, file = {0}, got = {0};
    size_t word_at = 0, table_at = 0;
    for (int pass = 0; pass < 2; pass++) { /* the first to know where the sheets stand */
        buf_reset(&stream);
        xls_record(&stream, 0x809, BOF_GLOBALS);
        sheet_record(&stream, word_at, 0, S("Lisez-moi"));
        sheet_record(&stream, table_at, 0, S("Feuille"));
        xls_record(&stream, 0x0A, S(""));
        word_at = stream.n;
        xls_record(&stream, 0x809, BOF_SHEET);
        number(&stream, 0, 0, 0, 2024);
        xls_record(&stream, 0x0A, S(""));
        table_at = stream.n;
        xls_record(&stream, 0x809, BOF_SHEET);
        for (unsigned row = 0; row < 3; row++)
            for (unsigned column = 0; column < 2; column++)
                number(&stream, row, column, 0, row + column);
        xls_record(&stream, 0x0A, S(""));
    }
    xls_of(&file, buf_str(&stream));
    picked(buf_str(&file), NULL, &got);
    assert_string_equal((buf_addc(&got, 0), got.p), "Feuille|3|Feuille, Lisez-moi");
    buf_free(&stream), buf_free(&file), buf_free(&got);
}

static void test_merged_bounds(void **state)
{
    (void)state;
    static struct sheet_merges m;
    static struct str cells[RECORD_COLUMNS_MAX + 1];
    uint64_t row = 0;
    size_t n;
    for (size_t i = 0; i < RECORD_COLUMNS_MAX; i++)
        sheet_merges_add(&m, (struct sheet_merge){1, 1000000, i, i});
    sheet_merges_sort(&m);
    do {
        for (n = 0; n < RECORD_COLUMNS_MAX; n++)
            cells[n] = row == 0 || n == 0 ? S("x") : S("");
    } while (sheet_merges_fill(&m, ++row, cells, RECORD_COLUMNS_MAX + 1, &n));
    assert_int_equal(row, 2 + SHEET_SPREAD_MAX / (RECORD_COLUMNS_MAX - 1));
    sheet_merges_free(&m);
}

/* What stands behind the cells is known before them; zones that lie over each other, or nowhere, do no harm. */
static void test_xls_merged(void **state)
{
    (void)state;
    struct buf stream = {0}, file = {0};
    size_t sheet_at = 0;
    for (int pass = 0; pass < 2; pass++) {
        buf_reset(&stream);
        xls_record(&stream, 0x809, BOF_GLOBALS);
        xls_record(&stream, 0xE0, S("\0\0\0\0"));
        sheet_record(&stream, sheet_at, 0, S("a"));
        xls_record(&stream, 0x0A, S(""));
        sheet_at = stream.n;
        xls_record(&stream, 0x809, BOF_SHEET);
        xls_cell(&stream, 0x204, 0, 0, 0, S("\3\0\0dep"));
        xls_cell(&stream, 0x204, 0, 1, 0, S("\3\0\0nom"));
        xls_cell(&stream, 0x204, 1, 0, 0, S("\2\0\0" "37"));
        xls_cell(&stream, 0x204, 1, 1, 0, S("\1\0\0A"));
        xls_cell(&stream, 0x204, 2, 1, 0, S("\1\0\0B"));
        xls_cell(&stream, 0x204, 3, 1, 0, S("\1\0\0C"));
        xls_record(&stream, 0xE5, S("\4\0" "\x09\0\x20\0\0\0\0\0" "\1\0\2\0\0\0\0\0" "\1\0\2\0\0\0\1\0" "\3\0\1\0\0\0\0\0"));
        xls_record(&stream, 0x0A, S(""));
    }
    xls_of(&file, buf_str(&stream));
    expect(buf_str(&file), "xls", NULL, "dep|nom@1/37|A@2/37|B@3/|C@4/"
           "[{\"code\":\"warn_merged\",\"args\":[\"1\"]},{\"code\":\"note_spread\",\"args\":[\"3\"]}]");
    buf_free(&stream), buf_free(&file);
}

/* The same in an XLS: the sheet "Secret" stands behind the one that is read. */
static void test_xls_hidden(void **state)
{
    (void)state;
    struct buf stream = {0}, file = {0};
    size_t sheet_at = 0, hidden_at = 0;
    for (int pass = 0; pass < 2; pass++) { /* the first says where the sheets stand */
        buf_reset(&stream);
        xls_record(&stream, 0x809, BOF_GLOBALS);
        xls_record(&stream, 0xE0, S("\0\0\0\0"));
        sheet_record(&stream, sheet_at, 0, S("Lieux"));
        sheet_record(&stream, hidden_at, 1, S("Paie"));
        xls_record(&stream, 0x0A, S(""));
        sheet_at = stream.n;
        xls_record(&stream, 0x809, BOF_SHEET);
        xls_cell(&stream, 0x204, 0, 0, 0, S("\3\0\0nom"));
        xls_cell(&stream, 0x204, 1, 0, 0, S("\5\0\0Halle"));
        xls_record(&stream, 0x0A, S(""));
        hidden_at = stream.n;
        xls_record(&stream, 0x809, BOF_SHEET);
        xls_cell(&stream, 0x204, 0, 0, 0, S("\5\0\0agent"));
        xls_cell(&stream, 0x204, 0, 1, 0, S("\3\0\0nir"));
        xls_cell(&stream, 0x204, 1, 0, 0, S("\1\0\0A"));
        xls_cell(&stream, 0x204, 1, 1, 0, S("\x15\0\0" "1 85 05 78 006 084 91"));
        xls_record(&stream, 0x0A, S(""));
    }
    xls_of(&file, buf_str(&stream));
    expect_hidden_nir(buf_str(&file));
    buf_free(&stream), buf_free(&file);
}

/* What is cut off is no shorter table. */
static void test_xls_cut(void **state)
{
    (void)state;
    struct buf first = {0}, stream = {0}, file = {0}, got = {0};
    globals(&first, 0);
    globals(&stream, first.n);
    sheet(&stream);
    stream.n -= 4; /* the record that ends the sheet */
    xls_of(&file, buf_str(&stream));
    rows_of(buf_str(&file), "xls", NULL, &got);
    if (!memmem(got.p, got.n, "data_sheet worksheet", 20))
        fail_msg(STR_FMT, STR_ARG(buf_str(&got)));
    buf_free(&first), buf_free(&stream), buf_free(&file), buf_free(&got);
}

/* Behind a password; no workbook in it; a chain that bites its tail. */
static void test_xls_refused(void **state)
{
    (void)state;
    struct buf stream = {0}, file = {0}, got = {0};
    xls_record(&stream, 0x809, BOF_GLOBALS);
    xls_record(&stream, 0x2F, S("\0\0"));
    xls_of(&file, buf_str(&stream));
    expect(buf_str(&file), "xls", NULL, "data_sheet password");
    for (size_t i = 520; i < 1024; i += 4) /* every sector follows itself */
        memcpy(file.p + i, "\2\0\0", 4);
    rows_of(buf_str(&file), "xls", NULL, &got);
    assert_true(str_starts(buf_str(&got), S("data_sheet ")));
    buf_reset(&got);
    memcpy(file.p + 1024 + 128, "X", 1);
    rows_of(buf_str(&file), "xls", NULL, &got);
    assert_true(str_starts(buf_str(&got), S("data_sheet Workbook")));
    buf_free(&stream), buf_free(&file), buf_free(&got);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ods), cmocka_unit_test(test_ods_merged), cmocka_unit_test(test_ods_merged_downwards), cmocka_unit_test(test_xls_merged), cmocka_unit_test(test_merged_bounds), cmocka_unit_test(test_ods_refused), cmocka_unit_test(test_sheet_picked), cmocka_unit_test(test_xls_sheet_picked), cmocka_unit_test(test_ods_hidden), cmocka_unit_test(test_xls), cmocka_unit_test(test_xls_hidden), cmocka_unit_test(test_xls_cut), cmocka_unit_test(test_xls_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
