#pragma once
#include "core/data/export/export.h"
#include "core/web/request.h"
#include "tenants/explore/dataset_object.h"

/*
 * catalogue_file -- what the notations of the catalogue as a file share; for catalogue_*.c only.
 *
 * A notation is a row of the table in catalogue_export.c: start, one call a dataset, end. `select` of names chooses the
 * members of a JSON and the columns of a table. What is computed or grouped is no dataset any more: its rows go through the
 * notations that rows have (catalogue_table.c), where there is one.
 */
struct catalogue_cell {
    struct str header, name; /* name: as dataset_object_value takes it */
};

struct catalogue_file {
    struct req *r;
    const struct catalogue_format *format;
    struct query *query;
    struct dataset_shape shape;
    struct str *ids;
    size_t n, at, written;
    bool started;
    char delimiter;
    struct str list_separator;
    bool with_bom, quote_all;
    struct catalogue_cell *cells; /* the columns of a table */
    size_t ncells;
    struct export table; /* the notations that rows have too */
    struct spill *spill; /* the rows of what is computed or grouped; NULL: datasets */
};

struct catalogue_format {
    const char *name, *content_type, *extension;
    void (*start)(struct catalogue_file *f, struct buf *out);
    void (*object)(struct catalogue_file *f, struct buf *out, const struct dataset_object *d);
    void (*end)(struct catalogue_file *f, struct buf *out);
    bool (*open)(struct catalogue_file *f, struct err *e); /* NULL: nothing to open */
};

/* One value as a cell has it: lists joined, booleans True and False, default.bbox its geometry. */
void catalogue_file_text(const struct catalogue_file *f, struct buf *text, const struct dataset_object *d, struct str name);

/* catalogue_csv.c: dcat.*, default.*, datasetid, or what `select` names. */
void catalogue_csv_columns(struct catalogue_file *f);
void catalogue_csv_start(struct catalogue_file *f, struct buf *out);
void catalogue_csv_object(struct catalogue_file *f, struct buf *out, const struct dataset_object *d);

/* catalogue_table.c: computed and grouped rows, from their question to their last byte. */
bool catalogue_table_ask(struct req *r, struct catalogue_file *f, struct err *e);
bool catalogue_table_begin(struct req *r, struct catalogue_file *f, struct err *e);
bool catalogue_table_write(struct req *r, struct catalogue_file *f, struct buf *out, struct err *e);

/* catalogue_sheet.c: the columns of the CSV as a workbook. */
bool catalogue_sheet_open(struct catalogue_file *f, struct err *e);
void catalogue_sheet_start(struct catalogue_file *f, struct buf *out);
void catalogue_sheet_object(struct catalogue_file *f, struct buf *out,
                            const struct dataset_object *d);
void catalogue_sheet_end(struct catalogue_file *f, struct buf *out);

/* The notation of that name, as a page of the first version sends it; NULL: there is none. */
const struct catalogue_format *catalogue_file_plain(struct req *r, struct str name, struct catalogue_file *out);

/* catalogue_feed.c. <name>text</name>, nothing where there is no text; what XML has no place for becomes U+FFFD. */
void catalogue_put_element(struct buf *out, const char *name, struct str text);
/* <description> of an item of RSS, which readers take for HTML once the XML is read: the text as HTML. */
void catalogue_put_description(struct buf *out, struct str text);
void catalogue_put_date(struct buf *out, struct str iso); /* <pubDate>; nothing: not a moment */

void catalogue_dublin_start(struct catalogue_file *f, struct buf *out);
void catalogue_dublin_object(struct catalogue_file *f, struct buf *out, const struct dataset_object *d);
void catalogue_dublin_end(struct catalogue_file *f, struct buf *out);

/* RSS 2.0, and Project Open Data's data.json. */
void catalogue_rss_start(struct catalogue_file *f, struct buf *out);
void catalogue_rss_object(struct catalogue_file *f, struct buf *out,
                          const struct dataset_object *d);
void catalogue_rss_end(struct catalogue_file *f, struct buf *out);
void catalogue_pod_start(struct catalogue_file *f, struct buf *out);
void catalogue_pod_object(struct catalogue_file *f, struct buf *out,
                          const struct dataset_object *d);
void catalogue_pod_end(struct catalogue_file *f, struct buf *out);
