#include "core/data/read_ogr.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/arena.h"
#include "core/base/jr.h"
#include "core/data/encoding.h"
#include "core/data/errors.h"
#include "core/data/geometry.h"
#include "core/data/ogr.h"
#include "core/data/read_kml.h"
#include "core/data/read_ogr_format.h"
#include "core/data/read_ogr_zip.h"
#include "core/data/reason.h"

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
    unsigned other_layers;
    const char *reference;  /* the name of its reference system; NULL: 4326 already */
    bool reference_assumed; /* none was said: Lambert-93 by the look of its numbers */
};

struct ogr_source {
    struct rows rows; /* first: rows.next(&s->rows, …) */
    struct arena arena;
    struct ogr_notes notes;
    struct ogr_parts parts;
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

static bool bad(const char *why, struct err *e)
{
    ERR(e, err_data_geo, "%s", why);
    return err_arg(e, "%s", why);
}

static bool check(struct err *e)
{
    return !ogr_failure() || bad(ogr_failure(), e);
}

/* ---- opening ---- */

/* GDAL only reads: a map that may not be written will do. */
static bool mount(struct ogr_source *s, const char *name, struct str bytes, struct err *e)
{
    void *f = ogr()->VSIFileFromMemBuffer(name, (unsigned char *)(uintptr_t)bytes.p, bytes.n, 0);
    if (!f)
        return bad("memory", e);
    s->files[s->nfiles++] = f;
    return true;
}

static const struct ogr_part *part_called(const struct ogr_parts *p, const char *extension)
{
    for (size_t i = 0; i < p->n; i++)
        if (strcmp(p->part[i].extension, extension) == 0)
            return &p->part[i];
    return NULL;
}

static bool mount_parts(struct ogr_source *s, const struct ogr_format *format, struct err *e)
{
    char name[32];
    for (size_t i = 0; i < s->parts.n; i++) {
        const struct ogr_part *p = &s->parts.part[i];
        if (strcmp(p->extension, ".cpg") ==
            0) { /* cells are looked at one by one: it is often wrong */
            s->utf8_words = memmem(p->bytes, p->n, "UTF", 3) != NULL;
            continue;
        }
        snprintf(name, sizeof name, "/vsimem/in%s", p->extension);
        if (!mount(s, name, (struct str){p->bytes, p->n}, e))
            return false;
    }
    if (strcmp(format->part, ".shp") == 0 && !part_called(&s->parts, ".dbf"))
        return bad(".dbf ?", e);
    return true;
}

static bool open_dataset(struct ogr_source *s, const struct ogr_format *format, struct err *e)
{
    static const char *const raw[] = {"ENCODING=", NULL};
    const char *const drivers[] = {format->driver, NULL};
    bool shapefile = format->part && strcmp(format->part, ".shp") == 0;
    char name[32];
    snprintf(name, sizeof name, "/vsimem/in%s", format->part ? format->part : format->extension);
    ogr_calm();
    s->dataset = ogr()->GDALOpenEx(name, OPEN_VECTOR, drivers, shapefile ? raw : NULL, NULL);
    return (s->dataset && check(e)) || bad(ogr_failure() ? ogr_failure() : format->name, e);
}

static bool has_rows(void *layer)
{
    ogr()->OGR_L_ResetReading(layer);
    void *feature = ogr()->OGR_L_GetNextFeature(layer);
    if (feature)
        ogr()->OGR_F_Destroy(feature);
    return feature != NULL;
}

static bool no_layer(struct ogr_source *s, int n, struct str wanted, struct err *e)
{
    struct buf names = {.max = 180};
    for (int i = 0; i < n; i++)
        buf_printf(&names, "%s%s", i ? ", " : "",
                   ogr()->OGR_L_GetName(ogr()->GDALDatasetGetLayer(s->dataset, i)));
    ERR(e, err_data_geo_layer, "%d layers", n);
    err_arg(e, STR_FMT, STR_ARG(str_part(wanted, 0, 100)));
    err_arg(e, STR_FMT, STR_ARG(buf_str(&names)));
    buf_free(&names);
    return false;
}

static bool choose_layer(struct ogr_source *s, struct str wanted, struct err *e)
{
    int n = ogr()->GDALDatasetGetLayerCount(s->dataset);
    if (n > OGR_LAYERS_MAX)
        n = OGR_LAYERS_MAX;
    for (int i = 0; i < n && !s->layer; i++) {
        void *layer = ogr()->GDALDatasetGetLayer(s->dataset, i);
        bool named = wanted.n && str_eq(str_of(ogr()->OGR_L_GetName(layer)), wanted);
        if (wanted.n ? named : has_rows(layer))
            s->layer = layer;
    }
    if (s->parts.n && !s->layer && n > 0 && wanted.n) /* chosen within the zip already */
        s->layer = ogr()->GDALDatasetGetLayer(s->dataset, 0);
    if (!s->layer)
        return wanted.n ? no_layer(s, n, wanted, e)
                        : ERR(e, err_data_no_rows, "no layer with rows");
    s->notes.layer = s->parts.n ? str_of(s->parts.stem)
                                : arena_str(&s->arena, str_of(ogr()->OGR_L_GetName(s->layer)));
    s->notes.other_layers = s->parts.n ? s->parts.others : (unsigned)(n - 1);
    return true;
}

/* ---- a large KML, piece by piece ---- */

static void close_piece(struct ogr_source *s)
{
    if (s->dataset)
        ogr()->GDALClose(s->dataset);
    if (s->piece)
        ogr()->VSIFCloseL(s->piece);
    s->dataset = s->piece = s->layer = NULL;
}

/* Columns keep their names; where their fields stand may differ from piece to piece. */
static void find_fields(struct ogr_source *s)
{
    void *definition = ogr()->OGR_L_GetLayerDefn(s->layer);
    int n = ogr()->OGR_FD_GetFieldCount(definition);
    for (size_t i = 0; i < s->nfields; i++)
        s->field[i] = -1;
    for (int k = n - 1; k >= 0; k--)
        for (size_t i = 0; i < s->nfields; i++)
            if (str_eq(s->names[i], str_of(ogr()->OGR_Fld_GetNameRef(ogr()->OGR_FD_GetFieldDefn(definition, k)))))
                s->field[i] = k;
}

/* *there false: there is none behind. */
static bool open_piece(struct ogr_source *s, bool *there, struct err *e)
{
    static const char *const drivers[] = {"LIBKML", NULL};
    close_piece(s);
    struct str text = kml_pieces_next(s->pieces);
    *there = text.p != NULL;
    if (!*there)
        return true;
    s->piece = ogr()->VSIFileFromMemBuffer("/vsimem/piece.kml", (unsigned char *)(uintptr_t)text.p, text.n, 0);
    s->dataset = s->piece ? ogr()->GDALOpenEx("/vsimem/piece.kml", OPEN_VECTOR, drivers, NULL, NULL) : NULL;
    s->layer = s->dataset ? ogr()->GDALDatasetGetLayer(s->dataset, 0) : NULL;
    if (!s->layer || !check(e))
        return e->kind ? false : bad(ogr_failure() ? ogr_failure() : "KML", e);
    find_fields(s);
    return true;
}

static bool rewind_layer(struct ogr_source *s, struct err *e)
{
    bool there;
    if (!s->pieces) {
        ogr()->OGR_L_ResetReading(s->layer);
        return check(e);
    }
    kml_pieces_rewind(s->pieces);
    return open_piece(s, &there, e);
}

/* *feature NULL: the end. */
static bool next_feature(struct ogr_source *s, void **feature, struct err *e)
{
    bool there = s->layer != NULL;
    while (there && !(*feature = ogr()->OGR_L_GetNextFeature(s->layer)) && s->pieces)
        if (!check(e) || !open_piece(s, &there, e))
            return false;
    if (!s->layer)
        *feature = NULL;
    return check(e);
}

static bool open_pieces(struct ogr_source *s, struct str text, struct str wanted, struct err *e)
{
    if (!kml_pieces_open(text, wanted, s->parts.n > 0, &s->pieces, e))
        return false;
    s->notes.layer = s->parts.n ? str_of(s->parts.stem) : kml_pieces_layer(s->pieces);
    s->notes.other_layers = s->parts.n ? s->parts.others : kml_pieces_others(s->pieces);
    ogr_calm();
    return rewind_layer(s, e);
}

/* ---- reference systems ---- */

/* Metres of Lambert-93 where nothing is said (standards.md section 4.3 rule 11). */
static bool looks_like_lambert(struct ogr_source *s)
{
    bool yes = false;
    ogr()->OGR_L_ResetReading(s->layer);
    void *feature = ogr()->OGR_L_GetNextFeature(s->layer);
    void *geometry = feature ? ogr()->OGR_F_GetGeometryRef(feature) : NULL;
    if (geometry) {
        double box[4]; /* west, east, south, north */
        ogr()->OGR_G_GetEnvelope(geometry, box);
        yes = box[0] >= 100000 && box[1] <= 1300000 && box[2] >= 6000000 && box[3] <= 7200000;
    }
    if (feature)
        ogr()->OGR_F_Destroy(feature);
    return yes;
}

static void *lambert(void)
{
    void *r = ogr()->OSRNewSpatialReference(NULL);
    ogr()->OSRImportFromEPSG(r, LAMBERT_93);
    ogr()->OSRSetAxisMappingStrategy(r, 0);
    return r;
}

static bool find_reference(struct ogr_source *s, struct err *e)
{
    void *said = ogr()->OGR_L_GetSpatialRef(s->layer), *from = NULL;
    if (said && !ogr()->OSRIsSame(said, ogr_wgs84())) {
        from = ogr()->OSRClone(said);
    } else if (!said && looks_like_lambert(s)) {
        from = lambert();
        s->notes.reference_assumed = true;
    }
    if (!from)
        return true;
    const char *name = ogr()->OSRGetName(from);
    s->notes.reference = arena_copy(&s->arena, str_of(name ? name : "?"));
    s->turn = ogr()->OCTNewCoordinateTransformation(from, ogr_wgs84());
    ogr()->OSRDestroySpatialReference(from);
    if (s->turn && !ogr_failure())
        return true;
    return bad(s->notes.reference, e);
}

/* ---- columns ---- */

static bool is_points_only(unsigned type)
{
    return (type & GEOMETRY_MASK) % 1000 == GEOMETRY_POINT;
}

/* The fields of a layer; of a large KML those of all its pieces together. */
struct field {
    struct str name;
    int type; /* GDAL's number */
    bool boolean, filled;
};
struct fields {
    struct field *field;
    size_t n, room;
    bool shapes; /* something is not a point */
};

/* What LIBKML adds to every placemark says how to draw it, nothing of what it is. */
static bool is_drawing(const struct ogr_format *format, struct str name)
{
    static const char *const drawing[] = {"tessellate", "extrude",      "visibility",
                                          "drawOrder",  "altitudeMode", "icon"};
    for (size_t i = 0;
         strcmp(format->driver, "LIBKML") == 0 && i < sizeof drawing / sizeof drawing[0]; i++)
        if (str_eq(name, str_of(drawing[i])))
            return true;
    return false;
}

static bool too_many(size_t n, struct err *e)
{
    ERR(e, err_data_columns, "%zu", n);
    err_arg(e, "%zu", n);
    err_arg(e, "%d", RECORD_COLUMNS_MAX);
    return err_arg(e, "1");
}

static struct str name_of(struct ogr_source *s, void *field)
{
    struct str name = str_of(ogr()->OGR_Fld_GetNameRef(field));
    if (encoding_is_utf8(name))
        return arena_str(&s->arena, name);
    struct buf out = {0};
    encoding_put_1252(&out, name);
    struct str kept = arena_str(&s->arena, buf_str(&out));
    buf_free(&out);
    return kept;
}

static void add_geography(struct ogr_source *s, bool shapes)
{
    unsigned type = ogr()->OGR_L_GetGeomType(s->layer);
    bool has_point = false;
    for (size_t i = 0; i < s->ncolumns; i++)
        has_point |= str_ieq(s->names[i], S("geo_point_2d"));
    s->has_geometry = type != NO_GEOMETRY;
    s->has_shape = s->has_geometry && (shapes || has_point);
    if (s->has_geometry && !has_point)
        s->names[s->ncolumns++] = S("geo_point_2d");
    else
        s->has_geometry = s->has_geometry && s->has_shape;
    if (s->has_shape)
        s->names[s->ncolumns++] = S("geo_shape");
}

/* Where a field of this layer stands among all; a layer read whole has its own in their order, whatever they are called. */
static size_t place_of(const struct ogr_source *s, struct fields *f, size_t k, struct str name)
{
    if (!s->pieces)
        return k;
    for (size_t i = 0; i < f->n; i++)
        if (str_eq(f->field[i].name, name))
            return i;
    return f->n;
}

static bool add_fields(struct ogr_source *s, struct fields *f, size_t *places, struct err *e)
{
    void *definition = ogr()->OGR_L_GetLayerDefn(s->layer);
    int n = ogr()->OGR_FD_GetFieldCount(definition);
    if (n > RECORD_COLUMNS_MAX)
        return too_many((size_t)n, e);
    for (int k = 0; k < n; k++) {
        void *field = ogr()->OGR_FD_GetFieldDefn(definition, k);
        struct str name = name_of(s, field);
        places[k] = place_of(s, f, (size_t)k, name);
        if (places[k] < f->n)
            continue;
        if (f->n == f->room)
            return too_many(f->n + 1, e);
        f->field[f->n++] = (struct field){name, ogr()->OGR_Fld_GetType(field), ogr()->OGR_Fld_GetSubType(field) == SUBTYPE_BOOLEAN, false};
    }
    return true;
}

/* GPX names two dozen fields, few of which are ever filled; KML does not say what a layer is made
 * of. */
static void look_through(struct ogr_source *s, struct fields *f, const size_t *places)
{
    void *feature, *geometry;
    int n = ogr()->OGR_FD_GetFieldCount(ogr()->OGR_L_GetLayerDefn(s->layer));
    ogr()->OGR_L_ResetReading(s->layer);
    while ((feature = ogr()->OGR_L_GetNextFeature(s->layer))) {
        for (int i = 0; i < n; i++)
            f->field[places[i]].filled |= ogr()->OGR_F_IsFieldSetAndNotNull(feature, i) != 0;
        if ((geometry = ogr()->OGR_F_GetGeometryRef(feature)))
            f->shapes |= !is_points_only(ogr()->OGR_G_GetGeometryType(geometry));
        ogr()->OGR_F_Destroy(feature);
    }
}

static bool find_all(struct ogr_source *s, const struct ogr_format *format, struct fields *f, struct err *e)
{
    size_t *places = ARENA_ARRAY(&s->arena, size_t, RECORD_COLUMNS_MAX + 1);
    unsigned shape = ogr()->OGR_L_GetGeomType(s->layer);
    bool there = true;
    f->room = RECORD_COLUMNS_MAX;
    f->field = ARENA_ARRAY(&s->arena, struct field, f->room);
    f->shapes = shape != UNKNOWN_GEOMETRY && !is_points_only(shape);
    while (there) {
        if (!add_fields(s, f, places, e))
            return false;
        if (format->sparse || shape == UNKNOWN_GEOMETRY)
            look_through(s, f, places);
        there = s->pieces != NULL;
        if (there && (!check(e) || !open_piece(s, &there, e)))
            return false;
    }
    return rewind_layer(s, e);
}

static bool find_columns(struct ogr_source *s, const struct ogr_format *format, struct err *e)
{
    struct fields f = {0};
    if (!find_all(s, format, &f, e))
        return false;
    size_t room = f.n + 3;
    bool *words = ARENA_ARRAY(&s->arena, bool, room);
    s->field = ARENA_ARRAY(&s->arena, int, room);
    s->type = ARENA_ARRAY(&s->arena, int, room);
    s->boolean = ARENA_ARRAY(&s->arena, bool, room);
    s->names = ARENA_ARRAY(&s->arena, struct str, room);
    s->cells = ARENA_ARRAY(&s->arena, struct str, room);
    s->from = ARENA_ARRAY(&s->arena, size_t, room);
    s->to = ARENA_ARRAY(&s->arena, size_t, room);
    for (size_t i = 0; i < f.n; i++) {
        const struct field *field = &f.field[i];
        if ((format->sparse && !field->filled) || field->type == TYPE_BINARY || is_drawing(format, field->name))
            continue;
        s->field[s->nfields] = (int)i;
        s->type[s->nfields] = field->type;
        s->boolean[s->nfields] = field->boolean;
        words[s->nfields] = field->type == TYPE_STRING && format->typed;
        s->names[s->nfields++] = field->name;
    }
    s->ncolumns = s->nfields;
    s->rows.words = words;
    if (s->pieces)
        find_fields(s);
    add_geography(s, f.shapes);
    return s->ncolumns > 0 || ERR(e, err_data_no_rows, "no column");
}

/* ---- cells ---- */

static void put_moment(struct ogr_source *s, void *feature, int field, int type)
{
    int year, month, day, hour, minute, zone;
    float second;
    if (!ogr()->OGR_F_GetFieldAsDateTimeEx(feature, field, &year, &month, &day, &hour, &minute,
                                           &second, &zone))
        return;
    if (type != TYPE_TIME)
        buf_printf(&s->text, "%04d-%02d-%02d", year, month, day);
    if (type == TYPE_DAY)
        return;
    double milli = round((double)second * 1000) / 1000;
    buf_printf(&s->text, "%s%02d:%02d:%0*.*f", type == TYPE_TIME ? "" : "T", hour, minute,
               milli == floor(milli) ? 2 : 6, milli == floor(milli) ? 0 : 3, milli);
    if (type != TYPE_MOMENT || zone < 2)
        return;
    int quarters = zone - ZONE_UTC, minutes = abs(quarters) * 15;
    buf_printf(&s->text, "%c%02d:%02d", quarters < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

static void put_words(struct ogr_source *s, struct str value, bool *repaired)
{
    if (encoding_is_utf8(value)) {
        buf_add(&s->text, value);
        return;
    }
    *repaired = s->utf8_words;
    encoding_put_1252(&s->text, value);
}

static void put_field(struct ogr_source *s, void *feature, size_t column, bool *repaired)
{
    int field = s->field[column], type = s->type[column];
    if (field < 0 || !ogr()->OGR_F_IsFieldSetAndNotNull(feature, field))
        return;
    if (s->boolean[column])
        buf_addz(&s->text, ogr()->OGR_F_GetFieldAsInteger(feature, field) ? "true" : "false");
    else if (type == TYPE_DAY || type == TYPE_TIME || type == TYPE_MOMENT)
        put_moment(s, feature, field, type);
    else
        put_words(s, str_of(ogr()->OGR_F_GetFieldAsString(feature, field)), repaired);
}

/* As GeoJSON, in degrees, flat and straight; false: it cannot be turned. */
static bool put_shape(struct ogr_source *s, void *geometry, struct err *e)
{
    static const char *const exact[] = {"COORDINATE_PRECISION=15", NULL},
                             *const turned[] = {"COORDINATE_PRECISION=9", NULL};
    unsigned type = ogr()->OGR_G_GetGeometryType(geometry) & GEOMETRY_MASK;
    void *straight = type % 1000 > GEOMETRY_COLLECTION
                         ? ogr()->OGR_G_GetLinearGeometry(geometry, 0, NULL)
                         : NULL;
    void *g = straight ? straight : geometry;
    bool ok = true;
    ogr()->OGR_G_FlattenTo2D(g);
    if (s->turn)
        ok = ogr()->OGR_G_Transform(g, s->turn) == 0 && !ogr_failure();
    char *json = ok ? ogr()->OGR_G_ExportToJsonEx(g, s->turn ? turned : exact) : NULL;
    for (const char *p = json; p && *p; p++) /* its spaces would count as content */
        if (*p != ' ')
            buf_addc(&s->text, *p);
    if (json)
        ogr()->VSIFree(json);
    if (straight)
        ogr()->OGR_G_DestroyGeometry(straight);
    return json || bad(s->notes.reference ? s->notes.reference : "GeoJSON", e);
}

static bool put_geography(struct ogr_source *s, void *feature, struct err *e)
{
    struct geometry g;
    void *geometry = ogr()->OGR_F_GetGeometryRef(feature);
    size_t column = s->nfields;
    bool has_point = s->ncolumns - s->nfields == (size_t)1 + s->has_shape;
    if (!geometry || ogr()->OGR_G_IsEmpty(geometry))
        return true;
    size_t start = s->text.n;
    if (!put_shape(s, geometry, e))
        return false;
    size_t end = s->text.n;
    bool known = geometry_read((struct str){s->text.p + start, end - start}, NULL, &g) &&
                 g.kind != GEOMETRY_EMPTY;
    if (has_point && known) {
        geometry_put_centre(&s->text, &g);
        s->from[column] = end;
        s->to[column] = s->text.n;
    }
    if (s->has_shape) {
        s->from[column + has_point] = start;
        s->to[column + has_point] = end;
    }
    return true;
}

static bool put_record(struct ogr_source *s, void *feature, struct record *out, struct err *e)
{
    buf_reset(&s->text);
    for (size_t i = 0; i < s->ncolumns; i++)
        s->from[i] = s->to[i] = 0;
    for (size_t i = 0; i < s->nfields; i++) {
        s->from[i] = s->text.n;
        put_field(s, feature, i, &out->repaired);
        s->to[i] = s->text.n;
    }
    if (s->has_geometry && !put_geography(s, feature, e))
        return false;
    if (s->text.over)
        return bad("64 Mo", e);
    for (size_t i = 0; i < s->ncolumns; i++) {
        s->cells[i] = str_part(buf_str(&s->text), s->from[i], s->to[i] - s->from[i]);
        out->has_nul |= memchr(s->cells[i].p, 0, s->cells[i].n) != NULL;
    }
    out->cells = s->cells;
    return true;
}

static bool next(struct rows *self, struct record *out, struct err *e)
{
    struct ogr_source *s = (struct ogr_source *)self;
    *out = (struct record){.n = s->ncolumns, .line = s->line++, .cells = s->names};
    if (!s->names_given) {
        s->names_given = true;
        return true;
    }
    void *feature = NULL;
    if (!next_feature(s, &feature, e))
        return false;
    if (!feature) {
        *out = (struct record){.end = true};
        return true;
    }
    bool ok = put_record(s, feature, out, e) && check(e);
    ogr()->OGR_F_Destroy(feature);
    return ok;
}

static bool rewind_rows(struct rows *self, struct err *e)
{
    struct ogr_source *s = (struct ogr_source *)self;
    s->names_given = false;
    s->line = 0;
    return rewind_layer(s, e);
}

/* ---- the whole ---- */

static bool open_file(struct ogr_source *s, struct str file, struct str layer, struct err *e)
{
    const struct ogr_format *format = ogr_format_of(file);
    char name[32];
    if (!ogr())
        return ERR(e, err_data_geo_missing, "not loaded"), err_arg(e, "libgdal32");
    if (!format)
        return bad("format", e);
    s->rows.format = format->name;
    s->utf8_words = !format->part;
    snprintf(name, sizeof name, "/vsimem/in%s", format->extension);
    bool ok = format->part ? ogr_zip_unfold(file, format->part, layer, &s->parts, e) &&
                                 mount_parts(s, format, e)
                           : mount(s, name, file, e);
    const struct ogr_part *kml = part_called(&s->parts, ".kml");
    struct str text = kml ? (struct str){kml->bytes, kml->n} : file;
    if (ok && format->refuses_doctype && ogr_format_has_doctype(text))
        return bad("DOCTYPE", e);
    if (ok && format->refuses_doctype && ogr_format_is_deep(text))
        return bad("XML, 64 < …", e);
    bool large = strcmp(format->driver, "LIBKML") == 0 && text.n > KML_WHOLE_MAX;
    if (ok && large)
        ok = open_pieces(s, text, layer, e);
    else
        ok = ok && open_dataset(s, format, e) && choose_layer(s, layer, e) && find_reference(s, e);
    return ok && find_columns(s, format, e) && rewind_rows(&s->rows, e);
}

static void ogr_close(struct rows *self)
{
    struct ogr_source *s = (struct ogr_source *)self;
    if (s->turn)
        ogr()->OCTDestroyCoordinateTransformation(s->turn);
    close_piece(s);
    kml_pieces_free(s->pieces);
    for (size_t i = 0; i < s->nfiles; i++)
        ogr()->VSIFCloseL(s->files[i]);
    ogr_zip_free(&s->parts);
    buf_free(&s->text);
    arena_free(&s->arena);
    free(s);
}

static void describe(struct rows *self, struct jw *w)
{
    JW_STR(w, "layer", ((struct ogr_source *)self)->notes.layer);
}

static void warn(struct rows *self, struct arena *a, struct jw *w)
{
    const struct ogr_notes *n = &((struct ogr_source *)self)->notes;
    if (n->other_layers) {
        struct reason reason = reason_make(REASON_warn_other_layers);
        reason_n(a, &reason, n->other_layers);
        reason_s(a, &reason, n->layer);
        reason_json(w, &reason);
    }
    if (n->reference) {
        struct reason reason = reason_make(n->reference_assumed ? REASON_warn_reference_assumed : REASON_note_reprojected);
        reason_s(a, &reason, str_of(n->reference));
        reason_json(w, &reason);
    }
}

bool ogr_is(struct str file)
{
    return ogr_format_of(file) != NULL;
}

bool ogr_open(struct str file, const json_t *options, struct rows **out, struct err *e)
{
    struct ogr_source *s = calloc(1, sizeof *s);
    if (!s)
        return bad("memory", e);
    s->rows = (struct rows){.next = next, .rewind = rewind_rows, .close = ogr_close, .describe = describe, .warn = warn,
                            .titled = true};
    s->text.max = 64 << 20;
    if (!open_file(s, file, jr_str(options, "layer"), e)) {
        ogr_close(&s->rows);
        return false;
    }
    *out = &s->rows;
    return true;
}
