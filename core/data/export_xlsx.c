/*
 * XLSX, row by row: the sheet is compressed as it is written, so that memory holds one slice
 * whatever the number of rows, and the first byte does not wait for the last. More rows than a
 * sheet takes go on in the next one, under the titles; a text over a cell's 32,767 characters is
 * cut and listed in the sheet "Notes".
 *
 * Source: ECMA-376 part 1, sections 18.2, 18.3, 18.8, 22.9.2.19 (_xHHHH_).
 */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/jw.h"
#include "core/base/utf8.h"
#include "core/base/errors.h"
#include "core/data/errors.h"
#include "core/data/sheet_cell.h"
#include "core/data/zip_write.h"

enum { CELL_UNITS = 32767, NOTES_MAX = 1000, NAME_UNITS = 31 };
enum { STYLE_TITLE = 1, STYLE_TEXT, STYLE_DATE, STYLE_MOMENT };

#define SPACE_MAIN "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\""
#define SPACE_LINKS "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#define XML_HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
#define TYPE_MAIN "application/vnd.openxmlformats-officedocument.spreadsheetml"
static const char mark[] = "… [coupé]"; /* behind what was cut */

struct column_name {
    char text[4];
};

struct xlsx {
    struct zip_write *zip;
    struct buf xml, notes;
    struct column_name *names; /* of the columns: A to XFD */
    unsigned sheets, row;
    uint64_t cut;
};

static bool open_state(struct export *x, struct err *e)
{
    struct xlsx *w = calloc(1, sizeof *w);
    x->state = w;
    if (w)
        w->zip = zip_write_open();
    if (!w || !w->zip)
        return ERR(e, err_internal, "no memory for a workbook");
    w->names = ARENA_ARRAY(x->a, struct column_name, x->query->ncolumns + 1);
    for (size_t i = 0; i < x->query->ncolumns; i++) {
        char text[3], *p = text + 3;
        for (size_t k = i + 1; k > 0 && p > text; k = (k - 1) / 26)
            *--p = (char)('A' + (k - 1) % 26);
        memcpy(w->names[i].text, p, (size_t)(text + 3 - p));
    }
    return true;
}

static void close_state(struct export *x)
{
    struct xlsx *w = x->state;
    if (!w)
        return;
    zip_write_free(w->zip);
    buf_free(&w->xml);
    buf_free(&w->notes);
    free(w);
}

/* ---- text ---- */

static bool looks_escaped(struct str s)
{
    if (s.n < 7 || s.p[1] != 'x' || s.p[6] != '_')
        return false;
    for (size_t i = 2; i < 6; i++)
        if (!strchr("0123456789abcdefABCDEF", s.p[i]))
            return false;
    return true;
}

static void put_char(struct buf *out, struct str s, size_t n)
{
    uint32_t code;
    switch (s.p[0]) {
    case '&':
        buf_add(out, S("&amp;"));
        return;
    case '<':
        buf_add(out, S("&lt;"));
        return;
    case '>':
        buf_add(out, S("&gt;"));
        return;
    case '_':
        buf_addz(out, looks_escaped(s) ? "_x005F_" : "_");
        return;
    default:
        break;
    }
    if (sheet_cell_unfit(s)) {
        utf8_next(s, &code);
        buf_printf(out, "_x%04X_", (unsigned)code);
        return;
    }
    buf_add(out, str_part(s, 0, n));
}

/* UTF-16 units, which Excel counts. */
static size_t units(struct str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += ((unsigned char)s.p[i] & 0xc0) == 0x80 ? 0 : (unsigned char)s.p[i] >= 0xf0 ? 2 : 1;
    return n;
}

static void put_text(struct buf *out, struct str s, size_t max)
{
    uint32_t code;
    for (size_t used = 0; s.n > 0;) {
        size_t n = utf8_next(s, &code);
        used += code > 0xffff ? 2 : 1;
        if (used > max)
            return;
        put_char(out, s, n ? n : 1);
        s = str_from(s, n ? n : 1);
    }
}

/* ---- cells ---- */

static void put_string(struct buf *out, const char *column, unsigned row, int style,
                       struct str text, size_t max)
{
    buf_printf(out, "<c r=\"%s%u\" s=\"%d\" t=\"inlineStr\"><is><t xml:space=\"preserve\">", column,
               row, style);
    put_text(out, text, max);
    if (max < CELL_UNITS)
        buf_addz(out, mark);
    buf_add(out, S("</t></is></c>"));
}

static void put_value(struct xlsx *w, const char *column, const char *attributes, struct str value)
{
    struct buf *out = &w->xml;
    buf_add(out, S("<c r=\""));
    buf_addz(out, column);
    buf_addn(out, w->row);
    buf_addc(out, '"');
    buf_addz(out, attributes);
    buf_add(out, S("><v>"));
    buf_add(out, value);
    buf_add(out, S("</v></c>"));
}

static void put_serial(struct xlsx *w, const char *column, const char *attributes, double serial)
{
    struct buf number = {0};
    jw_number(&number, serial);
    put_value(w, column, attributes, buf_str(&number));
    buf_free(&number);
}

static void note_cut(struct xlsx *w, const char *column, size_t length)
{
    if (++w->cut <= NOTES_MAX)
        buf_printf(&w->notes, "%u\t%s%u\t%zu\n", w->sheets, column, w->row, length);
}

static void put_long_text(struct xlsx *w, const char *column, struct str text)
{
    size_t length = text.n > CELL_UNITS ? units(text) : 0;
    bool cut = length > CELL_UNITS;
    put_string(&w->xml, column, w->row, STYLE_TEXT, text,
               cut ? CELL_UNITS - units(str_of(mark)) : CELL_UNITS);
    if (cut)
        note_cut(w, column, length);
}

static void put_cell(struct xlsx *w, const char *column, const struct sheet_cell *c)
{
    switch (c->kind) {
    case SHEET_EMPTY:
        break;
    case SHEET_TEXT:
        put_long_text(w, column, c->text);
        break;
    case SHEET_NUMBER:
        put_value(w, column, "", c->text);
        break;
    case SHEET_BOOLEAN:
        put_value(w, column, " t=\"b\"", c->flag ? S("1") : S("0"));
        break;
    case SHEET_DATE:
        put_serial(w, column, " s=\"3\"", c->serial);
        break;
    case SHEET_MOMENT:
        put_serial(w, column, " s=\"4\"", c->serial);
        break;
    }
}

/* ---- sheets ---- */

/* Into the archive, and the next begins empty. */
static void flush(struct xlsx *w, struct buf *out)
{
    zip_write_add(w->zip, buf_str(&w->xml), out);
    buf_reset(&w->xml);
}

static void begin_sheet(struct export *x, struct xlsx *w, struct buf *out)
{
    char name[40];
    snprintf(name, sizeof name, "xl/worksheets/sheet%u.xml", ++w->sheets);
    zip_write_begin(w->zip, name, out);
    w->row = 1;
    buf_addz(
        &w->xml, XML_HEAD
        "<worksheet " SPACE_MAIN "><sheetViews><sheetView workbookViewId=\"0\"><pane ySplit=\"1\" "
        "topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/></sheetView></sheetViews>");
    if (x->query->ncolumns)
        buf_printf(&w->xml,
                   "<cols><col min=\"1\" max=\"%zu\" width=\"18\" customWidth=\"1\"/></cols>",
                   x->query->ncolumns);
    buf_addz(&w->xml, "<sheetData><row r=\"1\">");
    for (size_t i = 0; i < x->query->ncolumns; i++)
        put_string(&w->xml, w->names[i].text, 1, STYLE_TITLE, sheet_cell_title(x, i), CELL_UNITS);
    buf_addz(&w->xml, "</row>");
}

static void end_sheet(struct xlsx *w, struct buf *out)
{
    buf_addz(&w->xml, "</sheetData></worksheet>");
    flush(w, out);
    zip_write_end(w->zip, out);
}

static void start(struct export *x, struct buf *out)
{
    begin_sheet(x, x->state, out);
}

static void row(struct export *x, struct buf *out, const PGresult *r, int at)
{
    struct xlsx *w = x->state;
    if (w->row == SHEET_ROWS || zip_write_bytes(w->zip) > SHEET_BYTES) {
        end_sheet(w, out);
        begin_sheet(x, w, out);
    }
    w->row++;
    buf_add(&w->xml, S("<row r=\""));
    buf_addn(&w->xml, w->row);
    buf_add(&w->xml, S("\">"));
    for (size_t i = 0; i < x->query->ncolumns; i++) {
        struct sheet_cell c = sheet_cell_of(x, &x->query->columns[i], r, at);
        put_cell(w, w->names[i].text, &c);
    }
    buf_add(&w->xml, S("</row>"));
    if (w->xml.n > 64 << 10)
        flush(w, out);
}

/* ---- the rest of the workbook ---- */

static void put_notes(struct xlsx *w, struct buf *out)
{
    struct str rest = buf_str(&w->notes), line;
    unsigned n = 3;
    char name[40];
    snprintf(name, sizeof name, "xl/worksheets/sheet%u.xml", w->sheets + 1);
    zip_write_begin(w->zip, name, out);
    buf_addz(&w->xml, XML_HEAD "<worksheet " SPACE_MAIN "><sheetData>");
    struct buf text = {0};
    buf_printf(&text,
               "Textes coupés à 32 767 caractères, ce qu’une cellule peut tenir : %llu. Ils sont "
               "entiers dans les formats "
               "CSV, JSON, ODS et Parquet.",
               (unsigned long long)w->cut);
    buf_addz(&w->xml, "<row r=\"1\">");
    put_string(&w->xml, "A", 1, STYLE_TEXT, buf_str(&text), CELL_UNITS);
    buf_reset(&text);
    buf_printf(&text,
               "Texts cut at 32,767 characters, what a cell can hold: %llu. They are whole in CSV, "
               "JSON, ODS and Parquet.",
               (unsigned long long)w->cut);
    buf_addz(&w->xml, "</row><row r=\"2\">");
    put_string(&w->xml, "A", 2, STYLE_TEXT, buf_str(&text), CELL_UNITS);
    buf_addz(&w->xml, "</row><row r=\"3\">");
    buf_free(&text);
    static const char *const titles[] = {"feuille / sheet", "cellule / cell",
                                         "caractères / characters"};
    static const char *const columns[] = {"A", "B", "C"};
    for (size_t i = 0; i < 3; i++)
        put_string(&w->xml, columns[i], 3, STYLE_TITLE, str_of(titles[i]), CELL_UNITS);
    buf_addz(&w->xml, "</row>");
    while (rest.n && str_cut(&rest, '\n', &line) && line.n) {
        struct str part;
        buf_printf(&w->xml, "<row r=\"%u\">", ++n);
        for (size_t i = 0; i < 3 && str_cut(&line, '\t', &part); i++)
            put_string(&w->xml, columns[i], n, STYLE_TEXT, part, CELL_UNITS);
        buf_addz(&w->xml, "</row>");
    }
    end_sheet(w, out);
}

static const char styles[] = XML_HEAD
    "<styleSheet " SPACE_MAIN
    "><numFmts count=\"2\"><numFmt numFmtId=\"164\" formatCode=\"yyyy\\-mm\\-dd\"/>"
    "<numFmt numFmtId=\"165\" formatCode=\"yyyy\\-mm\\-dd\\ hh:mm:ss\"/></numFmts>"
    "<fonts count=\"2\"><font><sz val=\"11\"/><name val=\"Calibri\"/></font>"
    "<font><b/><sz val=\"11\"/><name val=\"Calibri\"/></font></fonts>"
    "<fills count=\"2\"><fill><patternFill patternType=\"none\"/></fill>"
    "<fill><patternFill patternType=\"gray125\"/></fill></fills>"
    "<borders count=\"1\"><border><left/><right/><top/><bottom/><diagonal/></border></borders>"
    "<cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" "
    "borderId=\"0\"/></cellStyleXfs>"
    "<cellXfs count=\"5\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\"/>"
    "<xf numFmtId=\"49\" fontId=\"1\" fillId=\"0\" borderId=\"0\" xfId=\"0\" "
    "applyNumberFormat=\"1\" applyFont=\"1\"/>"
    "<xf numFmtId=\"49\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" "
    "applyNumberFormat=\"1\"/>"
    "<xf numFmtId=\"164\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" "
    "applyNumberFormat=\"1\"/>"
    "<xf numFmtId=\"165\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" "
    "applyNumberFormat=\"1\"/></cellXfs>"
    "<cellStyles count=\"1\"><cellStyle name=\"Normal\" xfId=\"0\" "
    "builtinId=\"0\"/></cellStyles></styleSheet>";
static const char package_links[] =
    XML_HEAD "<Relationships "
             "xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship "
             "Id=\"rId1\" "
             "Type=\"" SPACE_LINKS "/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>";

/* The data set's id: letters, digits, "-" and "_", which a sheet's name may hold. */
static void put_name(struct buf *out, const struct export *x, unsigned sheet)
{
    char tail[16] = "";
    if (sheet > 1)
        snprintf(tail, sizeof tail, " (%u)", sheet);
    struct str id = view_dataset(x->query->view);
    buf_add(out, str_part(id, 0, NAME_UNITS - strlen(tail)));
    buf_addz(out, id.n ? tail : "datasets");
}

/* Sheets, the notes among them. */
static unsigned parts(const struct xlsx *w)
{
    return w->sheets + (w->cut > 0);
}

static void put_workbook(const struct export *x, const struct xlsx *w, struct buf *out)
{
    buf_addz(out, XML_HEAD "<workbook " SPACE_MAIN " xmlns:r=\"" SPACE_LINKS "\"><sheets>");
    for (unsigned i = 1; i <= w->sheets; i++) {
        buf_addz(out, "<sheet name=\"");
        put_name(out, x, i);
        buf_printf(out, "\" sheetId=\"%u\" r:id=\"rId%u\"/>", i, i);
    }
    if (w->cut)
        buf_printf(out, "<sheet name=\"Notes\" sheetId=\"%u\" r:id=\"rId%u\"/>", w->sheets + 1,
                   w->sheets + 1);
    buf_addz(out, "</sheets></workbook>");
}

static void put_workbook_links(const struct xlsx *w, struct buf *out)
{
    buf_addz(
        out, XML_HEAD
        "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">");
    for (unsigned i = 1; i <= parts(w); i++)
        buf_printf(out,
                   "<Relationship Id=\"rId%u\" Type=\"" SPACE_LINKS
                   "/worksheet\" Target=\"worksheets/sheet%u.xml\"/>",
                   i, i);
    buf_addz(out, "<Relationship Id=\"rIdS\" Type=\"" SPACE_LINKS
                  "/styles\" Target=\"styles.xml\"/></Relationships>");
}

static void put_types(const struct xlsx *w, struct buf *out)
{
    buf_addz(out, XML_HEAD
             "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">"
             "<Default Extension=\"rels\" "
             "ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
             "<Default Extension=\"xml\" ContentType=\"application/xml\"/>"
             "<Override PartName=\"/xl/workbook.xml\" ContentType=\"" TYPE_MAIN
             ".sheet.main+xml\"/>"
             "<Override PartName=\"/xl/styles.xml\" ContentType=\"" TYPE_MAIN ".styles+xml\"/>");
    for (unsigned i = 1; i <= parts(w); i++)
        buf_printf(out,
                   "<Override PartName=\"/xl/worksheets/sheet%u.xml\" ContentType=\"" TYPE_MAIN
                   ".worksheet+xml\"/>",
                   i);
    buf_addz(out, "</Types>");
}

static void end(struct export *x, struct buf *out)
{
    struct xlsx *w = x->state;
    struct buf part = {0};
    end_sheet(w, out);
    if (w->cut)
        put_notes(w, out);
    zip_write_member(w->zip, "xl/styles.xml", str_of(styles), out);
    put_workbook(x, w, &part);
    zip_write_member(w->zip, "xl/workbook.xml", buf_str(&part), out);
    buf_reset(&part);
    put_workbook_links(w, &part);
    zip_write_member(w->zip, "xl/_rels/workbook.xml.rels", buf_str(&part), out);
    buf_reset(&part);
    put_types(w, &part);
    zip_write_member(w->zip, "[Content_Types].xml", buf_str(&part), out);
    zip_write_member(w->zip, "_rels/.rels", str_of(package_links), out);
    buf_free(&part);
    if (!zip_write_close(w->zip, out))
        ERR(&x->failed, err_export_big, "zip over 4 GiB");
}

const struct export_format export_xlsx = {.name = "xlsx",
                                          .extension = "xlsx",
                                          .content_type = TYPE_MAIN ".sheet",
                                          .start = start,
                                          .row = row,
                                          .end = end,
                                          .is_heavy = true,
                                          .open = open_state,
                                          .close = close_state};
