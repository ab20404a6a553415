#include "core/data/format/write_ogr.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>

#include "core/base/arena.h"
#include "core/data/errors.h"
#include "core/data/format/ogr.h"
#include "core/data/value/record.h"

static const uint32_t absent = UINT32_MAX;
enum { WITH_SRID = 0x20000000, EWKB_HEAD = 9 };
/* GDAL's numbers. */
enum {
    FIELD_REAL = 2,
    FIELD_STRING = 4,
    FIELD_DATE = 9,
    FIELD_DATETIME = 11,
    FIELD_INT64 = 12,
    FIELD_INT = 0,
    SUBTYPE_BOOL = 1
};
enum { ANY_GEOMETRY = 0, NO_GEOMETRY = 100 };

/* ---- the file of rows ---- */

static void put_u32(struct buf *out, uint32_t v)
{
    buf_add(out, (struct str){(const char *)&v, sizeof v});
}

void ogr_rows_cell(struct buf *out, struct str text)
{
    put_u32(out, text.p ? (uint32_t)text.n : absent);
    buf_add(out, text);
}

void ogr_rows_begin(struct buf *out, struct str dataset, size_t nfields)
{
    ogr_rows_cell(out, dataset);
    put_u32(out, (uint32_t)nfields);
}

void ogr_rows_field(struct buf *out, struct str name, enum column_type type)
{
    ogr_rows_cell(out, name);
    put_u32(out, (uint32_t)type);
}

static bool take_u32(struct str *rows, uint32_t *v)
{
    if (rows->n < sizeof *v)
        return false;
    memcpy(v, rows->p, sizeof *v);
    *rows = str_from(*rows, sizeof *v);
    return true;
}

static bool take_cell(struct str *rows, struct str *cell)
{
    uint32_t n;
    if (!take_u32(rows, &n) || (n != absent && n > rows->n))
        return false;
    *cell = n == absent ? STR_NONE : str_part(*rows, 0, n);
    *rows = str_from(*rows, n == absent ? 0 : n);
    return true;
}

/* ---- formats ---- */

static const struct format {
    const char *name, *driver, *extension, *layer; /* layer NULL: the dataset's id */
    bool by_kind; /* one layer, and one file, for each kind of geometry */
} formats[] = {
    {"gpkg", "GPKG", "gpkg", NULL, false},
    {"fgb", "FlatGeobuf", "fgb", "Layer1", false},
    {"shp", "ESRI Shapefile", "shp", NULL, true},
    {"geojson", NULL, "geojson", NULL, false}, /* put_collection: no driver, since properties are written already */
};

static const struct format *format_of(const char *name)
{
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        if (strcmp(formats[i].name, name) == 0)
            return &formats[i];
    return NULL;
}

bool ogr_writes(const char *format)
{
    return format_of(format) != NULL;
}

enum kind { KIND_POINTS, KIND_MULTIPOINTS, KIND_LINES, KIND_POLYGONS, KIND_OTHERS, KINDS };

static const struct {
    const char *suffix;
    unsigned type;
} kinds[KINDS] = {
    {"points", 1}, {"multipoints", 4}, {"lines", 2}, {"polygons", 3}, {"others", NO_GEOMETRY}};

/* By the number WKB gives the geometry. */
static const enum kind kind_of[8] = {KIND_OTHERS,      KIND_POINTS, KIND_LINES,    KIND_POLYGONS,
                                     KIND_MULTIPOINTS, KIND_LINES,  KIND_POLYGONS, KIND_OTHERS};

struct writing {
    struct arena arena;
    const struct format *format;
    struct str dataset, rows;
    uint32_t nfields;
    struct str names[RECORD_COLUMNS_MAX];
    uint32_t types[RECORD_COLUMNS_MAX];
    struct {
        void *dataset, *layer;
        char path[160], name[128];
    } out[KINDS];
    enum kind kind; /* where rows without geometry go */
    bool any;
    struct buf text, wkb;
};

static bool bad(const char *why, struct err *e)
{
    ERR(e, err_data_geo, "%s", why);
    return err_arg(e, "%s", why);
}

static bool check(bool ok, const char *what, struct err *e)
{
    return (ok && !ogr_failure()) || bad(ogr_failure() ? ogr_failure() : what, e);
}

/* ---- layers ---- */

static bool is_taken(const struct writing *w, const char *name)
{
    for (uint32_t i = 0; i < w->nfields; i++)
        if (str_ieq(w->names[i], str_of(name)))
            return true;
    return false;
}

/* A dBASE file has ten bytes for a name: whole characters of it. GDAL numbers names that are then the same. */
static size_t name_bytes(const struct writing *w, struct str name)
{
    enum { DBASE_NAME = 10 };
    size_t n = w->format->by_kind && name.n > DBASE_NAME ? DBASE_NAME : name.n;
    while (n > 0 && n < name.n && ((unsigned char)name.p[n] & 0xc0) == 0x80)
        n--;
    return n;
}

static bool add_field(const struct writing *w, void *layer, uint32_t i, struct err *e)
{
    static const int types[COLUMN_TYPES] = {
        [TYPE_TEXT] = FIELD_STRING,      [TYPE_INT] = FIELD_INT64,
        [TYPE_DOUBLE] = FIELD_REAL,      [TYPE_DECIMAL] = FIELD_REAL,
        [TYPE_DATE] = FIELD_DATE,        [TYPE_DATETIME] = FIELD_DATETIME,
        [TYPE_BOOLEAN] = FIELD_INT,      [TYPE_GEO_POINT] = FIELD_STRING,
        [TYPE_GEO_SHAPE] = FIELD_STRING, [TYPE_FILE] = FIELD_STRING};
    char name[256];
    snprintf(name, sizeof name, STR_FMT, STR_ARG(str_part(w->names[i], 0, name_bytes(w, w->names[i]))));
    void *field = ogr()->OGR_Fld_Create(name, types[w->types[i]]);
    if (w->types[i] == TYPE_BOOLEAN)
        ogr()->OGR_Fld_SetSubType(field, SUBTYPE_BOOL);
    bool ok = ogr()->OGR_L_CreateField(layer, field, 1) == 0;
    ogr()->OGR_Fld_Destroy(field);
    return check(ok, name, e);
}

static bool open_layer(struct writing *w, enum kind kind, struct err *e)
{
    const char *gpkg[] = {is_taken(w, "fid") ? "FID=_fid" : "FID=fid",
                          is_taken(w, "geom") ? "GEOMETRY_NAME=_geom" : "GEOMETRY_NAME=geom", NULL};
    static const char *const shp[] = {"ENCODING=UTF-8", NULL};
    const struct format *f = w->format;
    bool first = !w->any;
    snprintf(w->out[kind].name, sizeof w->out[kind].name, STR_FMT "%s%s",
             STR_ARG(str_part(w->dataset, 0, 100)), first ? "" : "-",
             first ? "" : kinds[kind].suffix);
    snprintf(w->out[kind].path, sizeof w->out[kind].path, "/vsimem/out/%s.%s",
             f->by_kind ? kinds[kind].suffix : "out", f->extension);
    void *driver = ogr()->GDALGetDriverByName(f->driver);
    void *dataset = driver ? ogr()->GDALCreate(driver, w->out[kind].path, 0, 0, 0, 0, NULL) : NULL;
    if (!check(dataset != NULL, f->driver, e))
        return false;
    w->out[kind].dataset = dataset;
    w->any = true;
    const char *const *options = strcmp(f->name, "gpkg") == 0 ? gpkg : f->by_kind ? shp : NULL;
    w->out[kind].layer =
        ogr()->GDALDatasetCreateLayer(dataset, f->layer ? f->layer : w->out[kind].name, ogr_target(),
                                      f->by_kind ? kinds[kind].type : ANY_GEOMETRY, options);
    if (!check(w->out[kind].layer != NULL, f->name, e))
        return false;
    for (uint32_t i = 0; i < w->nfields; i++)
        if (!add_field(w, w->out[kind].layer, i, e))
            return false;
    ogr()->OGR_L_StartTransaction(w->out[kind].layer);
    return true;
}

/* ---- rows ---- */

static void set_cell(struct writing *w, void *feature, uint32_t i, struct str text)
{
    if (!text.p)
        return;
    buf_reset(&w->text);
    if (w->types[i] == TYPE_BOOLEAN)
        buf_addc(&w->text, str_eq(text, S("True")) ? '1' : '0');
    else
        buf_add(&w->text, text);
    buf_addc(&w->text, '\0');
    if (!w->text.over)
        ogr()->OGR_F_SetFieldString(feature, (int)i, w->text.p);
}

/* Ours, without the reference system that stands in its head. True with *out NULL: it has no place in the target. */
static bool make_geometry(struct writing *w, struct str ewkb, void **out, struct err *e)
{
    uint32_t type;
    void *geometry = NULL;
    memcpy(&type, ewkb.p + 1, sizeof type);
    type &= ~(uint32_t)WITH_SRID;
    buf_reset(&w->wkb);
    buf_addc(&w->wkb, 1);
    put_u32(&w->wkb, type);
    buf_add(&w->wkb, str_from(ewkb, EWKB_HEAD));
    int rc = ogr()->OGR_G_CreateFromWkb(w->wkb.p, NULL, &geometry, (int)w->wkb.n);
    if (!check(rc == 0 && geometry, "WKB", e))
        return false;
    *out = geometry;
    if (ogr_turn(geometry))
        return true;
    ogr()->OGR_G_DestroyGeometry(geometry);
    *out = NULL;
    return true;
}

static bool set_geometry(struct writing *w, void *feature, struct str ewkb, struct err *e)
{
    void *geometry;
    if (!make_geometry(w, ewkb, &geometry, e))
        return false;
    if (geometry)
        ogr()->OGR_F_SetGeometryDirectly(feature, geometry);
    return true;
}

static enum kind choose_kind(struct writing *w, struct str ewkb)
{
    uint32_t type;
    if (!w->format->by_kind)
        return KIND_OTHERS;
    if (!ewkb.p)
        return w->kind;
    memcpy(&type, ewkb.p + 1, sizeof type);
    return w->kind = kind_of[type & 7];
}

static bool take_row(struct writing *w, struct str *cells, struct str *ewkb, struct err *e)
{
    for (uint32_t i = 0; i < w->nfields; i++)
        if (!take_cell(&w->rows, &cells[i]))
            return ERR(e, err_data_unread, "a cut row");
    return (take_cell(&w->rows, ewkb) && (!ewkb->p || ewkb->n >= EWKB_HEAD)) ||
           ERR(e, err_data_unread, "a cut geometry");
}

static bool write_row(struct writing *w, struct err *e)
{
    struct str cells[RECORD_COLUMNS_MAX], ewkb;
    if (!take_row(w, cells, &ewkb, e))
        return false;
    enum kind kind = choose_kind(w, ewkb);
    if (!w->out[kind].layer && !open_layer(w, kind, e))
        return false;
    void *feature = ogr()->OGR_F_Create(ogr()->OGR_L_GetLayerDefn(w->out[kind].layer));
    for (uint32_t i = 0; i < w->nfields; i++)
        set_cell(w, feature, i, cells[i]);
    bool drawn = ewkb.p && !(w->format->by_kind && kind == KIND_OTHERS);
    bool ok =
        (!drawn || set_geometry(w, feature, ewkb, e)) &&
        check(ogr()->OGR_L_CreateFeature(w->out[kind].layer, feature) == 0, w->format->name, e);
    ogr()->OGR_F_Destroy(feature);
    return ok;
}

static bool read_head(struct writing *w, struct err *e)
{
    bool ok = take_cell(&w->rows, &w->dataset) && take_u32(&w->rows, &w->nfields) &&
              w->nfields <= RECORD_COLUMNS_MAX;
    for (uint32_t i = 0; ok && i < w->nfields; i++)
        ok = take_cell(&w->rows, &w->names[i]) && take_u32(&w->rows, &w->types[i]) &&
             w->types[i] < COLUMN_TYPES;
    return ok || ERR(e, err_data_unread, "the head of the rows");
}

/* ---- files ---- */

static bool close_all(struct writing *w, struct err *e)
{
    for (enum kind k = 0; k < KINDS; k++) {
        if (w->out[k].layer)
            ogr()->OGR_L_CommitTransaction(w->out[k].layer);
        if (w->out[k].dataset)
            ogr()->GDALClose(w->out[k].dataset);
    }
    return check(true, "", e);
}

struct zip_out {
    ogr_sink *sink;
    void *to;
    struct err *e;
};

static la_ssize_t to_sink(struct archive *a, void *context, const void *bytes, size_t n)
{
    (void)a;
    struct zip_out *z = context;
    return z->sink(z->to, (struct str){bytes, n}, z->e) ? (la_ssize_t)n : -1;
}

static bool add_part(struct archive *zip, const char *name, const unsigned char *bytes, size_t n)
{
    enum { FIRST_DAY_OF_ZIP = 315576000 };
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_pathname(entry, name);
    archive_entry_set_size(entry, (la_int64_t)n);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_mtime(entry, FIRST_DAY_OF_ZIP, 0); /* the same rows, the same bytes */
    bool ok = archive_write_header(zip, entry) == ARCHIVE_OK &&
              archive_write_data(zip, bytes, n) == (la_ssize_t)n;
    archive_entry_free(entry);
    return ok;
}

static bool add_kind(struct writing *w, struct archive *zip, enum kind kind)
{
    static const char *const extensions[] = {"shp", "shx", "dbf", "prj", "cpg"};
    for (size_t i = 0; w->out[kind].dataset && i < sizeof extensions / sizeof extensions[0]; i++) {
        char path[180], name[160];
        unsigned long long n = 0;
        snprintf(path, sizeof path, "/vsimem/out/%s.%s", kinds[kind].suffix, extensions[i]);
        snprintf(name, sizeof name, "%s.%s", w->out[kind].name, extensions[i]);
        const unsigned char *bytes = ogr()->VSIGetMemFileBuffer(path, &n, 0);
        if (bytes && !add_part(zip, name, bytes, n))
            return false;
    }
    return true;
}

static bool send_zip(struct writing *w, ogr_sink *sink, void *to, struct err *e)
{
    struct zip_out out = {sink, to, e};
    struct archive *zip = archive_write_new();
    archive_write_set_format_zip(zip);
    archive_write_set_bytes_in_last_block(zip, 1);
    bool ok = archive_write_open(zip, &out, NULL, to_sink, NULL) == ARCHIVE_OK;
    for (enum kind k = 0; ok && k < KINDS; k++)
        ok = add_kind(w, zip, k);
    ok = archive_write_close(zip) == ARCHIVE_OK && ok;
    archive_write_free(zip);
    return ok || e->kind || bad("zip", e);
}

static bool send_file(struct writing *w, ogr_sink *sink, void *to, struct err *e)
{
    unsigned long long n = 0;
    const unsigned char *bytes = ogr()->VSIGetMemFileBuffer(w->out[KIND_OTHERS].path, &n, 0);
    return bytes ? sink(to, (struct str){(const char *)bytes, n}, e) : bad(w->format->name, e);
}

/* ---- GeoJSON ---- */

static bool put_json_geometry(struct writing *w, struct str ewkb, struct err *e)
{
    void *geometry = NULL;
    if (ewkb.p && !make_geometry(w, ewkb, &geometry, e))
        return false;
    char *json = geometry ? ogr()->OGR_G_ExportToJsonEx(geometry, NULL) : NULL;
    buf_addz(&w->text, json ? json : "null");
    if (json)
        ogr()->VSIFree(json);
    if (geometry)
        ogr()->OGR_G_DestroyGeometry(geometry);
    return true;
}

static bool put_feature(struct writing *w, bool first, struct err *e)
{
    struct str properties, ewkb;
    if (!take_row(w, &properties, &ewkb, e))
        return false;
    buf_addz(&w->text, first ? "" : ",");
    buf_addz(&w->text, "{\"type\": \"Feature\", \"geometry\": ");
    if (!put_json_geometry(w, ewkb, e))
        return false;
    buf_addz(&w->text, ", \"properties\": ");
    buf_add(&w->text, properties);
    buf_addc(&w->text, '}');
    return true;
}

static bool send_text(struct writing *w, ogr_sink *sink, void *to, struct err *e)
{
    bool ok = !w->text.over ? sink(to, buf_str(&w->text), e) : ERR(e, err_data_unread, "a row too long");
    buf_reset(&w->text);
    return ok;
}

static bool put_collection(struct writing *w, int epsg, ogr_sink *sink, void *to, struct err *e)
{
    enum { PIECE = 64 << 10 };
    bool ok = w->nfields == 1 || ERR(e, err_data_unread, "properties");
    buf_printf(&w->text, "{\"type\": \"FeatureCollection\", \"crs\": {\"type\": \"name\", \"properties\": "
                         "{\"name\": \"urn:ogc:def:crs:EPSG::%d\"}}, \"features\": [", epsg);
    for (bool first = true; ok && w->rows.n > 0; first = false)
        ok = put_feature(w, first, e) && (w->text.n < PIECE || send_text(w, sink, to, e));
    buf_addz(&w->text, "]}");
    return ok && send_text(w, sink, to, e);
}

static bool put_layers(struct writing *w, ogr_sink *sink, void *to, struct err *e)
{
    bool ok = true;
    while (ok && w->rows.n > 0)
        ok = write_row(w, e);
    if (ok && !w->any) /* no row: a file with its fields all the same */
        ok = open_layer(w, w->format->by_kind ? KIND_POINTS : KIND_OTHERS, e);
    return close_all(w, e) && ok && (w->format->by_kind ? send_zip : send_file)(w, sink, to, e);
}

bool ogr_write(struct str rows, const char *format, int epsg, ogr_sink *sink, void *to, struct err *e)
{
    struct writing *w;
    struct arena arena = {0};
    w = ARENA_NEW(&arena, struct writing);
    w->rows = rows;
    w->format = format_of(format);
    w->kind = KIND_POINTS;
    w->text.max = w->wkb.max = 64 << 20;
    bool ok = w->format && read_head(w, e);
    ogr_calm();
    ok = ok && (w->format->driver ? put_layers(w, sink, to, e) : put_collection(w, epsg, sink, to, e));
    buf_free(&w->text);
    buf_free(&w->wkb);
    arena_free(&arena);
    return ok;
}
