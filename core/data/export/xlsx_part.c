#include "core/data/export/xlsx_part.h"

#include <string.h>

#include "core/base/markup.h"
#include "core/base/utf8.h"
#include "core/data/export/sheet_cell.h"

enum { CELL_UNITS = 32767 };

#define SPACE_LINKS "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#define TYPE_MAIN "application/vnd.openxmlformats-officedocument.spreadsheetml"
static const char mark[] = "… [coupé]"; /* behind what was cut */

struct xlsx_column xlsx_part_column(size_t i)
{
    struct xlsx_column name = {0};
    char text[3], *p = text + 3;
    for (size_t k = i + 1; k > 0 && p > text; k = (k - 1) / 26)
        *--p = (char)('A' + (k - 1) % 26);
    memcpy(name.text, p, (size_t)(text + 3 - p));
    return name;
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
    if (s.p[0] == '_') {
        buf_addz(out, looks_escaped(s) ? "_x005F_" : "_");
    } else if (s.p[0] == '"') {
        buf_addc(out, '"'); /* it stands in no attribute */
    } else if (s.p[0] == '\r' || !markup_xml_holds(s)) {
        utf8_next(s, &code);
        buf_printf(out, "_x%04X_", (unsigned)code);
    } else {
        markup_xml(out, str_part(s, 0, n));
    }
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

size_t xlsx_part_string(struct buf *out, const char *column, unsigned row, enum xlsx_style style,
                        struct str text)
{
    size_t length = text.n > CELL_UNITS ? units(text) : 0;
    bool cut = length > CELL_UNITS;
    buf_printf(out, "<c r=\"%s%u\" s=\"%d\" t=\"inlineStr\"><is><t xml:space=\"preserve\">", column,
               row, (int)style);
    put_text(out, text, cut ? CELL_UNITS - units(str_of(mark)) : CELL_UNITS);
    if (cut)
        buf_addz(out, mark);
    buf_add(out, S("</t></is></c>"));
    return cut ? length : 0;
}

/* ---- the rest of the workbook ---- */

static const char styles_head[] = XLSX_XML_HEAD
    "<styleSheet " XLSX_SPACE
    "><numFmts count=\"2\"><numFmt numFmtId=\"164\" formatCode=\"yyyy\\-mm\\-dd\"/>"
    "<numFmt numFmtId=\"165\" formatCode=\"yyyy\\-mm\\-dd\\ hh:mm:ss\"/></numFmts>"
    "<fonts count=\"2\"><font><sz val=\"11\"/><name val=\"Calibri\"/></font>"
    "<font><b/><sz val=\"11\"/><name val=\"Calibri\"/></font></fonts>"
    "<fills count=\"2\"><fill><patternFill patternType=\"none\"/></fill>"
    "<fill><patternFill patternType=\"gray125\"/></fill></fills>"
    "<borders count=\"1\"><border><left/><right/><top/><bottom/><diagonal/></border></borders>"
    "<cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" "
    "borderId=\"0\"/></cellStyleXfs>"
    "<cellXfs count=\"";
static const char styles_cells[] =
    "\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\"/>"
    "<xf numFmtId=\"49\" fontId=\"1\" fillId=\"0\" borderId=\"0\" xfId=\"0\" "
    "applyNumberFormat=\"1\" applyFont=\"1\"/>"
    "<xf numFmtId=\"49\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" "
    "applyNumberFormat=\"1\"/>"
    "<xf numFmtId=\"164\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" "
    "applyNumberFormat=\"1\"/>"
    "<xf numFmtId=\"165\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" "
    "applyNumberFormat=\"1\"/>";
static const char styles_wrapped[] =
    "<xf numFmtId=\"49\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" "
    "applyNumberFormat=\"1\" applyAlignment=\"1\"><alignment vertical=\"top\" "
    "wrapText=\"1\"/></xf>";
static const char styles_tail[] = "</cellXfs>"
                                  "<cellStyles count=\"1\"><cellStyle name=\"Normal\" xfId=\"0\" "
                                  "builtinId=\"0\"/></cellStyles></styleSheet>";
static const char package_links[] = XLSX_XML_HEAD
    "<Relationships "
    "xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship "
    "Id=\"rId1\" "
    "Type=\"" SPACE_LINKS "/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>";

static void put_workbook(const struct str *names, size_t n, struct buf *out)
{
    buf_addz(out, XLSX_XML_HEAD "<workbook " XLSX_SPACE " xmlns:r=\"" SPACE_LINKS "\"><sheets>");
    for (size_t i = 0; i < n; i++)
        buf_printf(out, "<sheet name=\"" STR_FMT "\" sheetId=\"%zu\" r:id=\"rId%zu\"/>",
                   STR_ARG(names[i]), i + 1, i + 1);
    buf_addz(out, "</sheets></workbook>");
}

static void put_workbook_links(size_t n, struct buf *out)
{
    buf_addz(
        out, XLSX_XML_HEAD
        "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">");
    for (size_t i = 1; i <= n; i++)
        buf_printf(out,
                   "<Relationship Id=\"rId%zu\" Type=\"" SPACE_LINKS
                   "/worksheet\" Target=\"worksheets/sheet%zu.xml\"/>",
                   i, i);
    buf_addz(out, "<Relationship Id=\"rIdS\" Type=\"" SPACE_LINKS
                  "/styles\" Target=\"styles.xml\"/></Relationships>");
}

static void put_types(size_t n, struct buf *out)
{
    buf_addz(out, XLSX_XML_HEAD
             "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">"
             "<Default Extension=\"rels\" "
             "ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
             "<Default Extension=\"xml\" ContentType=\"application/xml\"/>"
             "<Override PartName=\"/xl/workbook.xml\" ContentType=\"" TYPE_MAIN
             ".sheet.main+xml\"/>"
             "<Override PartName=\"/xl/styles.xml\" ContentType=\"" TYPE_MAIN ".styles+xml\"/>");
    for (size_t i = 1; i <= n; i++)
        buf_printf(out,
                   "<Override PartName=\"/xl/worksheets/sheet%zu.xml\" ContentType=\"" TYPE_MAIN
                   ".worksheet+xml\"/>",
                   i);
    buf_addz(out, "</Types>");
}

/* XLSX_WRAPPED stands only where it is used: the bytes of exports are frozen. */
static void put_styles(bool wraps, struct buf *out)
{
    buf_addz(out, styles_head);
    buf_addn(out, wraps ? 6 : 5);
    buf_addz(out, styles_cells);
    buf_addz(out, wraps ? styles_wrapped : "");
    buf_addz(out, styles_tail);
}

void xlsx_part_rest(struct zip_write *z, const struct str *sheet_names, size_t n, bool wraps,
                    struct buf *out)
{
    struct buf part = {0};
    put_styles(wraps, &part);
    zip_write_member(z, "xl/styles.xml", buf_str(&part), out);
    buf_reset(&part);
    put_workbook(sheet_names, n, &part);
    zip_write_member(z, "xl/workbook.xml", buf_str(&part), out);
    buf_reset(&part);
    put_workbook_links(n, &part);
    zip_write_member(z, "xl/_rels/workbook.xml.rels", buf_str(&part), out);
    buf_reset(&part);
    put_types(n, &part);
    zip_write_member(z, "[Content_Types].xml", buf_str(&part), out);
    zip_write_member(z, "_rels/.rels", str_of(package_links), out);
    buf_free(&part);
}
