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
#include "core/base/errors.h"
#include "core/data/errors.h"
#include "core/data/export/sheet_cell.h"
#include "core/data/export/xlsx_part.h"
#include "core/data/export/zip_write.h"

enum { NOTES_MAX = 1000 };

struct xlsx {
    struct zip_write *zip;
    struct buf xml, notes;
    struct xlsx_column *names; /* of the columns: A to XFD */
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
    w->names = ARENA_ARRAY(x->a, struct xlsx_column, x->query->ncolumns + 1);
    for (size_t i = 0; i < x->query->ncolumns; i++)
        w->names[i] = xlsx_part_column(i);
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

/* ---- cells ---- */

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
    size_t length = xlsx_part_string(&w->xml, column, w->row, XLSX_TEXT, text);
    if (length)
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
    buf_addz(&w->xml, XLSX_SHEET_FROZEN);
    if (x->query->ncolumns)
        buf_printf(&w->xml,
                   "<cols><col min=\"1\" max=\"%zu\" width=\"18\" customWidth=\"1\"/></cols>",
                   x->query->ncolumns);
    buf_addz(&w->xml, "<sheetData><row r=\"1\">");
    for (size_t i = 0; i < x->query->ncolumns; i++)
        xlsx_part_string(&w->xml, w->names[i].text, 1, XLSX_TITLE, sheet_cell_title(x, i));
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
    buf_addz(&w->xml, XLSX_XML_HEAD "<worksheet " XLSX_SPACE "><sheetData>");
    struct buf text = {0};
    buf_printf(&text,
               "Textes coupés à 32 767 caractères, ce qu’une cellule peut tenir : %llu. Ils sont "
               "entiers dans les formats "
               "CSV, JSON, ODS et Parquet.",
               (unsigned long long)w->cut);
    buf_addz(&w->xml, "<row r=\"1\">");
    xlsx_part_string(&w->xml, "A", 1, XLSX_TEXT, buf_str(&text));
    buf_reset(&text);
    buf_printf(&text,
               "Texts cut at 32,767 characters, what a cell can hold: %llu. They are whole in CSV, "
               "JSON, ODS and Parquet.",
               (unsigned long long)w->cut);
    buf_addz(&w->xml, "</row><row r=\"2\">");
    xlsx_part_string(&w->xml, "A", 2, XLSX_TEXT, buf_str(&text));
    buf_addz(&w->xml, "</row><row r=\"3\">");
    buf_free(&text);
    static const char *const titles[] = {"feuille / sheet", "cellule / cell",
                                         "caractères / characters"};
    static const char *const columns[] = {"A", "B", "C"};
    for (size_t i = 0; i < 3; i++)
        xlsx_part_string(&w->xml, columns[i], 3, XLSX_TITLE, str_of(titles[i]));
    buf_addz(&w->xml, "</row>");
    while (rest.n && str_cut(&rest, '\n', &line) && line.n) {
        struct str part;
        buf_printf(&w->xml, "<row r=\"%u\">", ++n);
        for (size_t i = 0; i < 3 && str_cut(&line, '\t', &part); i++)
            xlsx_part_string(&w->xml, columns[i], n, XLSX_TEXT, part);
        buf_addz(&w->xml, "</row>");
    }
    end_sheet(w, out);
}

/* The data set's id: letters, digits, "-" and "_", which a sheet's name may hold. */
static struct str sheet_name(const struct export *x, unsigned sheet)
{
    char tail[16] = "";
    if (sheet > 1)
        snprintf(tail, sizeof tail, " (%u)", sheet);
    struct str id = view_dataset(x->query->view);
    if (!id.n)
        return S("datasets");
    id = str_part(id, 0, XLSX_SHEET_NAME - strlen(tail));
    return arena_printf(x->a, STR_FMT "%s", STR_ARG(id), tail);
}

static void end(struct export *x, struct buf *out)
{
    struct xlsx *w = x->state;
    end_sheet(w, out);
    if (w->cut)
        put_notes(w, out);
    struct str *names = ARENA_ARRAY(x->a, struct str, w->sheets + 1);
    for (unsigned i = 0; i < w->sheets; i++)
        names[i] = sheet_name(x, i + 1);
    names[w->sheets] = S("Notes");
    xlsx_part_rest(w->zip, names, w->sheets + (w->cut > 0), false, out);
    if (!zip_write_close(w->zip, out))
        ERR(&x->failed, err_export_big, "zip over 4 GiB");
}

const struct export_format export_xlsx = {.name = "xlsx",
                                          .extension = "xlsx",
                                          .content_type = XLSX_TYPE,
                                          .start = start,
                                          .row = row,
                                          .end = end,
                                          .is_heavy = true,
                                          .open = open_state,
                                          .close = close_state};
