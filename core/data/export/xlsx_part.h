#pragma once
#include "core/base/buf.h"
#include "core/data/export/zip_write.h"

/*
 * xlsx_part -- what our XLSX workbooks share: text in cells, the styles, and the members that name
 * their sheets, xl/worksheets/sheet1.xml and following.
 *
 * Source: ECMA-376 part 1, sections 18.2, 18.3, 18.8, 22.9.2.19 (_xHHHH_).
 */
enum xlsx_style {
    XLSX_PLAIN,
    XLSX_TITLE,
    XLSX_TEXT,
    XLSX_DATE,
    XLSX_MOMENT,
    XLSX_WRAPPED, /* text in several lines */
};

#define XLSX_XML_HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
#define XLSX_SPACE "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\""
/* How a sheet begins whose first row stays in sight; <cols>, <sheetData> follow. */
#define XLSX_SHEET_FROZEN                                                                          \
    XLSX_XML_HEAD "<worksheet " XLSX_SPACE                                                         \
                  "><sheetViews><sheetView workbookViewId=\"0\"><pane ySplit=\"1\" "               \
                  "topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/></sheetView>"    \
                  "</sheetViews>"
#define XLSX_TYPE "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

/* What a sheet of the workbook is called: at most 31 characters, none of []:*?/\ and none that XML
 * escapes. */
enum { XLSX_SHEET_NAME = 31 };

struct xlsx_column {
    char text[4];
};
struct xlsx_column xlsx_part_column(size_t i); /* 0: A, to XFD */

/* A cell of text. Over 32,767 UTF-16 units, what a cell holds, it is cut and marked so: gives its
 * units, else 0. */
size_t xlsx_part_string(struct buf *out, const char *column, unsigned row, enum xlsx_style style,
                        struct str text);

/* Styles, workbook, relations and types: all members but the sheets. wraps: XLSX_WRAPPED is used.
 */
void xlsx_part_rest(struct zip_write *z, const struct str *sheet_names, size_t n, bool wraps,
                    struct buf *out);
