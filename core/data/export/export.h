#pragma once
#include "core/data/query/row_json.h"

/*
 * export -- a query's rows as a file. Append-only; one slice at a time.
 *
 * export_open once, export_start, export_rows for what query_taken gives of each slice, export_end, export_close.
 * Lives in the arena; what a format holds beside it (a zip's stream, a row group) is freed by
 * export_close, which may come at any time. The buffer is the caller's and may be emptied between
 * the calls.
 *
 * A format is one row of the table in export.c and one file export_NAME.c. One whose bytes can only
 * be made from the whole (GDAL's) has `convert`: what it wrote is collected in a file, and the
 * answer is the file that convert makes of it.
 *
 * Source: explore-api.md section 1.9.
 */
struct export
{
    const struct query *query;
    const struct export_format *format;
    struct row_json json;
    char delimiter;
    struct str list_separator;
    bool with_bom, quote_all;
    int64_t epsg; /* of what is drawn; WGS 84 unless asked otherwise, and of KML, GPX and OV2 always */
    uint64_t rows; /* written so far */
    struct buf cell;
    const struct query_column *geometry;

    struct arena *a;                  /* for `open` alone */
    const struct query_param *params; /* a format's own options */
    size_t nparams;
    struct str base;   /* "https://host": set by the caller before export_start, for RDF */
    void *state;       /* the format's */
    struct err failed; /* a format's row or end failed: the file is not good */
};

struct export_format {
    const char *name, *extension, *content_type;
    void (*start)(struct export *x, struct buf *out);
    void (*row)(struct export *x, struct buf *out, const PGresult *r, int row);
    void (*end)(struct export *x, struct buf *out);
    bool needs_geometry, needs_point; /* point: a shape is not enough */
    bool has_addresses;               /* of this host: another host, another file */
    bool names_files;                 /* with their addresses, where a column has files */
    bool is_heavy;                    /* much computation a row: to be run off the loop */
    bool (*open)(struct export *x, struct err *e); /* its own options and state; NULL: none */
    void (*close)(struct export *x);               /* frees the state */
    /* Off the loop: the file that was asked for, from the collected rows, at its beginning; -1: *e.
     * `folder` takes temporary files. */
    int (*convert)(struct export *x, int rows_fd, const char *folder, struct err *e);
};
extern const struct export_format export_csv, export_json, export_jsonl, export_geojson,
    export_xlsx, export_ods, export_parquet, export_shp, export_kml, export_gpx, export_gpkg,
    export_fgb, export_geojson_turned, export_rdfxml, export_turtle, export_n3, export_jsonld, export_ov2;

/* By its name, or another that older addresses use (xls). NULL: no such format. */
const struct export_format *export_find(struct str name);
const struct export_format *
export_at(size_t i); /* in the order of the public list; NULL: past the last */

/* Whether the view has what the format needs: a place, for a map. */
bool export_fits(const struct export_format *format, const struct dataset_view *v);

/* Whether addresses of this portal stand in it, so that a file of one address is not another's. */
bool export_has_addresses(const struct export *x);

/* params: the request's (delimiter, list_separator, with_bom, quote_all, epsg, and what the format
 * reads). A GeoJSON in another reference system is another row of the table, which a child makes.
 * fails  err_query_parameter: a bad option, or a map of a query without geometry; `convert` fails so where nobody knows
 * the reference system */
bool export_open(struct export *x, struct arena *a, const struct query *q,
                 const struct export_format *format, const struct query_param *params, size_t n,
                 struct err *e);
struct str export_param(const struct export *x,
                        struct str name); /* the last of that name; absent: not asked */
/* A cell of CSV, in quotes where it needs them or where all have them. */
void export_csv_cell(struct buf *out, struct str s, char delimiter, bool quote);
/* For a format's `open`: "Invalid value for …". Gives false. */
bool export_refuse(struct err *e, const char *name, struct str value, const char *expected);
void export_start(struct export *x, struct buf *out);
void export_rows(struct export *x, struct buf *out, const PGresult *r, int n); /* its first n */
void export_end(struct export *x, struct buf *out);
void export_close(struct export *x); /* also before the end; twice is fine */
