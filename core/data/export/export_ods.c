/*
 * ODS, row by row like XLSX. More rows than LibreOffice takes go on in the next table, under the
 * titles.
 *
 * Source: OpenDocument 1.3 part 2 (package), part 3 sections 9.1 (tables), 6.1 (white
 * space), 19.385 (values).
 */
#include <stdlib.h>

#include "core/base/errors.h"
#include "core/base/markup.h"
#include "core/base/utf8.h"
#include "core/data/errors.h"
#include "core/data/export/sheet_cell.h"
#include "core/data/export/zip_write.h"

#define MEDIA_TYPE "application/vnd.oasis.opendocument.spreadsheet"
#define SPACE(name, path) " xmlns:" name "=\"urn:oasis:names:tc:opendocument:xmlns:" path ":1.0\""
#define XML_HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

static const char manifest[] = XML_HEAD "<manifest:manifest" SPACE(
    "manifest", "manifest") " manifest:version=\"1.3\"><manifest:file-entry "
                            "manifest:full-path=\"/\" manifest:version=\"1.3\" "
                            "manifest:media-type=\"" MEDIA_TYPE "\"/><manifest:file-entry "
                            "manifest:full-path=\"content.xml\" "
                            "manifest:media-type=\"text/xml\"/></manifest:manifest>";
static const char content_head[] =
    XML_HEAD "<office:document-content" SPACE("office", "office") SPACE("table", "table")
        SPACE("text", "text") SPACE("style", "style") SPACE("number", "datastyle") SPACE(
            "fo",
            "xsl-fo-compatible") " office:version=\"1.3\"><office:automatic-styles>"
                                 "<number:date-style style:name=\"N1\"><number:year "
                                 "number:style=\"long\"/><number:text>-</number:text>"
                                 "<number:month "
                                 "number:style=\"long\"/><number:text>-</number:text><number:day "
                                 "number:style=\"long\"/>"
                                 "</number:date-style><number:date-style "
                                 "style:name=\"N2\"><number:year number:style=\"long\"/>"
                                 "<number:text>-</number:text><number:month "
                                 "number:style=\"long\"/><number:text>-</number:text>"
                                 "<number:day number:style=\"long\"/><number:text> "
                                 "</number:text><number:hours number:style=\"long\"/>"
                                 "<number:text>:</number:text><number:minutes "
                                 "number:style=\"long\"/><number:text>:</number:text>"
                                 "<number:seconds number:style=\"long\"/></number:date-style>"
                                 "<number:text-style "
                                 "style:name=\"N3\"><number:text-content/></number:text-style>"
                                 "<style:style style:name=\"date\" style:family=\"table-cell\" "
                                 "style:data-style-name=\"N1\"/>"
                                 "<style:style style:name=\"moment\" style:family=\"table-cell\" "
                                 "style:data-style-name=\"N2\"/>"
                                 "<style:style style:name=\"text\" style:family=\"table-cell\" "
                                 "style:data-style-name=\"N3\"/>"
                                 "<style:style style:name=\"title\" style:family=\"table-cell\" "
                                 "style:data-style-name=\"N3\">"
                                 "<style:text-properties "
                                 "fo:font-weight=\"bold\"/></style:style></office:automatic-styles>"
                                 "<office:body><office:spreadsheet>";

struct ods {
    struct zip_write *zip;
    struct buf xml;
    unsigned tables, rows;
};

static bool open_state(struct export *x, struct err *e)
{
    struct ods *w = calloc(1, sizeof *w);
    x->state = w;
    if (w)
        w->zip = zip_write_open();
    return (w && w->zip) || ERR(e, err_internal, "no memory for a workbook");
}

static void close_state(struct export *x)
{
    struct ods *w = x->state;
    if (!w)
        return;
    zip_write_free(w->zip);
    buf_free(&w->xml);
    free(w);
}

/* ---- text ---- */

static void put_char(struct buf *out, struct str s, size_t n)
{
    if (s.p[0] == '\t')
        buf_add(out, S("<text:tab/>"));
    else if (s.p[0] != '\r')
        markup_xml(out, str_part(s, 0, n));
}

/* A paragraph a line; spaces that XML would fold are counted. */
static void put_text(struct buf *out, struct str s)
{
    bool after_space = true;
    uint32_t code;
    buf_add(out, S("<text:p>"));
    while (s.n > 0) {
        size_t n = utf8_next(s, &code);
        bool space = s.p[0] == ' ';
        if (s.p[0] == '\n')
            buf_add(out, S("</text:p><text:p>"));
        else if (space && (after_space || s.n == 1))
            buf_add(out, S("<text:s/>"));
        else
            put_char(out, s, n ? n : 1);
        after_space = space || s.p[0] == '\n';
        s = str_from(s, n ? n : 1);
    }
    buf_add(out, S("</text:p>"));
}

/* ---- cells ---- */

static const char *const heads[] = {
    [SHEET_TEXT] = "<table:table-cell table:style-name=\"text\" office:value-type=\"string\"",
    [SHEET_NUMBER] = "<table:table-cell office:value-type=\"float\" office:value=\"",
    [SHEET_BOOLEAN] = "<table:table-cell office:value-type=\"boolean\" office:boolean-value=\"",
    [SHEET_DATE] = "<table:table-cell table:style-name=\"date\" office:value-type=\"date\" "
                   "office:date-value=\"",
    [SHEET_MOMENT] = "<table:table-cell table:style-name=\"moment\" office:value-type=\"date\" "
                     "office:date-value=\"",
};

static void put_cell(struct buf *out, const struct sheet_cell *c)
{
    if (c->kind == SHEET_EMPTY) {
        buf_add(out, S("<table:table-cell/>"));
        return;
    }
    buf_addz(out, heads[c->kind]);
    if (c->kind == SHEET_BOOLEAN)
        buf_addz(out, c->flag ? "true\"" : "false\"");
    else if (c->kind != SHEET_TEXT) {
        buf_add(out, c->text);
        buf_addc(out, '"');
    }
    buf_addc(out, '>');
    put_text(out, c->text);
    buf_add(out, S("</table:table-cell>"));
}

static void begin_table(struct export *x, struct ods *w)
{
    struct str id = view_dataset(x->query->view);
    buf_addz(&w->xml, "<table:table table:name=\"");
    buf_add(&w->xml, id.n ? id : S("datasets"));
    if (++w->tables > 1)
        buf_printf(&w->xml, " (%u)", w->tables);
    buf_printf(&w->xml,
               "\"><table:table-column "
               "table:number-columns-repeated=\"%zu\"/><table:table-header-rows><table:table-row>",
               x->query->ncolumns ? x->query->ncolumns : 1);
    for (size_t i = 0; i < x->query->ncolumns; i++) {
        buf_addz(&w->xml,
                 "<table:table-cell table:style-name=\"title\" office:value-type=\"string\">");
        put_text(&w->xml, sheet_cell_title(x, i));
        buf_addz(&w->xml, "</table:table-cell>");
    }
    buf_addz(&w->xml, "</table:table-row></table:table-header-rows>");
    w->rows = 1;
}

static void flush(struct ods *w, struct buf *out)
{
    zip_write_add(w->zip, buf_str(&w->xml), out);
    buf_reset(&w->xml);
}

static void start(struct export *x, struct buf *out)
{
    struct ods *w = x->state;
    zip_write_stored(w->zip, "mimetype", S(MEDIA_TYPE), out);
    zip_write_member(w->zip, "META-INF/manifest.xml", str_of(manifest), out);
    zip_write_begin(w->zip, "content.xml", out);
    buf_addz(&w->xml, content_head);
    begin_table(x, w);
}

static void row(struct export *x, struct buf *out, const PGresult *r, int at)
{
    struct ods *w = x->state;
    if (w->rows == SHEET_ROWS) {
        buf_addz(&w->xml, "</table:table>");
        begin_table(x, w);
    }
    w->rows++;
    buf_add(&w->xml, S("<table:table-row>"));
    for (size_t i = 0; i < x->query->ncolumns; i++) {
        struct sheet_cell c = sheet_cell_of(x, &x->query->columns[i], r, at);
        put_cell(&w->xml, &c);
    }
    buf_add(&w->xml, S("</table:table-row>"));
    if (w->xml.n > 64 << 10)
        flush(w, out);
}

static void end(struct export *x, struct buf *out)
{
    struct ods *w = x->state;
    buf_addz(&w->xml,
             "</table:table></office:spreadsheet></office:body></office:document-content>");
    flush(w, out);
    zip_write_end(w->zip, out);
    if (!zip_write_close(w->zip, out))
        ERR(&x->failed, err_export_big, "content.xml over 4 GiB");
}

const struct export_format export_ods = {.name = "ods",
                                         .extension = "ods",
                                         .content_type = MEDIA_TYPE,
                                         .start = start,
                                         .row = row,
                                         .end = end,
                                         .is_heavy = true,
                                         .open = open_state,
                                         .close = close_state};
