#pragma once
#include "core/base/arena.h"
#include "core/base/buf.h"
#include "core/data/format/read_kml.h"
#include "core/data/format/read_ogr.h"
#include "core/data/format/read_ogr_format.h"
#include "core/data/format/read_ogr_zip.h"

/* What the files of read_ogr share; inside core/data/format/read_ogr*.c only. */

/* GDAL's numbers. */
enum {
    OPEN_VECTOR = 0x04,
    TYPE_STRING = 4,
    TYPE_BINARY = 8,
    TYPE_DAY = 9,
    TYPE_TIME = 10,
    TYPE_MOMENT = 11
};
enum { SUBTYPE_BOOLEAN = 1 };
enum {
    GEOMETRY_MASK = 0xffff,
    NO_GEOMETRY = 100,
    UNKNOWN_GEOMETRY = 0,
    LAMBERT_93 = 2154,
    ZONE_UTC = 100
};

enum { MAPPED_MAX = OGR_PARTS_MAX };

struct ogr_notes {
    struct str layer; /* its name */
    struct buf layers; /* all of them, a NUL behind each */
    unsigned other_layers;
    const char *reference;  /* the name of its reference system; NULL: 4326 already */
    bool reference_assumed; /* none was said: Lambert-93 by the look of its numbers */
};

struct ogr_source {
    struct rows rows; /* first: rows.next(&s->rows, …) */
    struct arena arena;
    struct ogr_notes notes;
    struct ogr_parts parts;
    struct buf turned; /* XML that was in another encoding */
    void *files[MAPPED_MAX];
    size_t nfiles;
    void *dataset, *layer, *turn;
    struct kml_pieces *pieces; /* a large KML, of which `dataset` is one piece; NULL: the file as it is */
    void *piece;               /* its bytes, mounted */
    bool utf8_words;   /* the format, or its .cpg, says so: other bytes are faults */
    size_t nfields;    /* of the layer that are columns */
    int *field, *type; /* by column */
    bool *boolean;
    bool has_geometry, has_shape;
    size_t ncolumns;
    struct str *names, *cells;
    struct buf text;   /* what the cells of a record are cut from */
    size_t *from, *to; /* in `text`, by column; from == to: blank */
    bool names_given;
    uint64_t line;
};

bool ogr_bad(const char *why, struct err *e); /* false, always: err_data_geo */
bool ogr_check(struct err *e);                /* false: GDAL said something since ogr_calm */

/* read_ogr_pieces.c: the features of a layer, be the file one data set or, a large KML, one after the other. */
bool ogr_pieces_open(struct ogr_source *s, struct str text, struct str wanted, struct err *e);
bool ogr_pieces_another(struct ogr_source *s, bool *there, struct err *e); /* *there false: there is none behind */
void ogr_pieces_fields(struct ogr_source *s); /* where the columns' fields stand in the piece that is open */
bool ogr_pieces_rewind(struct ogr_source *s, struct err *e);
bool ogr_pieces_next(struct ogr_source *s, void **feature, struct err *e); /* *feature NULL: the end */
void ogr_pieces_close(struct ogr_source *s);                               /* the data set that is open */

/* read_ogr_columns.c: which fields are columns, and what they are called. */
bool ogr_columns_find(struct ogr_source *s, const struct ogr_format *format, struct err *e);

/* read_ogr_cells.c: one feature as the cells of a record. */
bool ogr_cells_put(struct ogr_source *s, void *feature, struct record *out, struct err *e);
