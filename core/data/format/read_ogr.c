#include "core/data/format/read_ogr_inside.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/jr.h"
#include "core/base/utf8.h"
#include "core/data/errors.h"
#include "core/data/format/ogr.h"
#include "core/data/format/read_geojson.h"
#include "core/data/format/read_ogr_xml.h"
#include "core/data/value/reason.h"

bool ogr_bad(const char *why, struct err *e)
{
    ERR(e, err_data_geo, "%s", why);
    return err_arg(e, "%s", why);
}

bool ogr_check(struct err *e)
{
    return !ogr_failure() || ogr_bad(ogr_failure(), e);
}

/* ---- opening ---- */

/* GDAL only reads: a map that may not be written will do. */
static bool mount(struct ogr_source *s, const char *name, struct str bytes, struct err *e)
{
    void *f = ogr()->VSIFileFromMemBuffer(name, (unsigned char *)(uintptr_t)bytes.p, bytes.n, 0);
    if (!f)
        return ogr_bad("memory", e);
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

static bool is_shapefile(const struct ogr_format *format)
{
    return format->part && strcmp(format->part, ".shp") == 0;
}

static bool mount_parts(struct ogr_source *s, struct err *e)
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
    return part_called(&s->parts, ".dbf") || ogr_bad(".dbf ?", e);
}

static bool open_dataset(struct ogr_source *s, const struct ogr_format *format, struct err *e)
{
    static const char *const raw[] = {"ENCODING=", NULL};
    const char *const drivers[] = {format->driver, NULL};
    char name[32];
    snprintf(name, sizeof name, "/vsimem/in%s", format->part ? format->part : format->extension);
    ogr_calm();
    s->dataset = ogr()->GDALOpenEx(name, OPEN_VECTOR, drivers, is_shapefile(format) ? raw : NULL, NULL);
    return (s->dataset && ogr_check(e)) || ogr_bad(ogr_failure() ? ogr_failure() : format->name, e);
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

static void put_layer(struct buf *names, struct str name)
{
    if (!utf8_valid(name))
        return;
    buf_add(names, name);
    buf_addc(names, 0);
}

static bool choose_layer(struct ogr_source *s, struct str wanted, struct err *e)
{
    int n = ogr()->GDALDatasetGetLayerCount(s->dataset);
    if (n > OGR_LAYERS_MAX)
        n = OGR_LAYERS_MAX;
    for (int i = 0; i < n; i++)
        put_layer(&s->notes.layers, str_of(ogr()->OGR_L_GetName(ogr()->GDALDatasetGetLayer(s->dataset, i))));
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
    return ogr_bad(s->notes.reference, e);
}

static bool is_geojson(const struct ogr_format *format)
{
    return strcmp(format->driver, "GeoJSON") == 0;
}

/* A GeoJSON is here because it names a reference system; one that GDAL does not know it takes for degrees. */
static bool is_turned(struct ogr_source *s, const struct ogr_format *format, struct str file, struct err *e)
{
    return !is_geojson(format) || (s->notes.reference && !s->notes.reference_assumed) || geojson_refuse(geojson_reference(file), e);
}

/* ---- the rows ---- */

static bool next(struct rows *self, struct record *out, struct err *e)
{
    struct ogr_source *s = (struct ogr_source *)self;
    *out = (struct record){.n = s->ncolumns, .line = s->line++, .cells = s->names};
    if (!s->names_given) {
        s->names_given = true;
        return true;
    }
    void *feature = NULL;
    if (!ogr_pieces_next(s, &feature, e))
        return false;
    if (!feature) {
        *out = (struct record){.end = true};
        return true;
    }
    bool ok = ogr_cells_put(s, feature, out, e) && ogr_check(e);
    ogr()->OGR_F_Destroy(feature);
    return ok;
}

static bool rewind_rows(struct rows *self, struct err *e)
{
    struct ogr_source *s = (struct ogr_source *)self;
    s->names_given = false;
    s->line = 0;
    return ogr_pieces_rewind(s, e);
}

/* ---- the whole ---- */

/* As GDAL is to see it: of a zip its parts, of XML its text. */
static bool mount_whole(struct ogr_source *s, const struct ogr_format *format, struct str text, struct err *e)
{
    char name[32];
    snprintf(name, sizeof name, "/vsimem/in%s", format->part ? format->part : format->extension);
    return is_shapefile(format) ? mount_parts(s, e) : mount(s, name, text, e);
}

/* Of XML nothing but this is looked at from here on. */
static bool check_xml(struct ogr_source *s, struct str *text, struct err *e)
{
    if (!ogr_xml_text(*text, &s->turned, text, e))
        return false;
    if (ogr_format_has_doctype(*text))
        return ogr_bad("DOCTYPE", e);
    return !ogr_format_is_deep(*text) || ogr_bad("XML, 64 < …", e);
}

static bool open_file(struct ogr_source *s, struct str file, struct str layer, struct err *e)
{
    const struct ogr_format *format = ogr_format_of(file);
    if (!ogr())
        return ERR(e, err_data_geo_missing, "not loaded"), err_arg(e, "libgdal32");
    if (!format)
        return ogr_bad("format", e);
    s->rows.format = format->name;
    s->utf8_words = !format->part;
    if (format->part && !ogr_zip_unfold(file, format->part, layer, &s->parts, e))
        return false;
    const struct ogr_part *kml = part_called(&s->parts, ".kml");
    struct str text = kml ? (struct str){kml->bytes, kml->n} : file;
    if (format->refuses_doctype && !check_xml(s, &text, e))
        return false;
    bool ok;
    if (strcmp(format->driver, "LIBKML") == 0 && text.n > KML_WHOLE_MAX)
        ok = ogr_pieces_open(s, text, layer, e);
    else
        ok = mount_whole(s, format, text, e) && open_dataset(s, format, e) && choose_layer(s, layer, e) && find_reference(s, e) &&
             is_turned(s, format, file, e);
    return ok && ogr_columns_find(s, format, e) && rewind_rows(&s->rows, e);
}

static void ogr_close(struct rows *self)
{
    struct ogr_source *s = (struct ogr_source *)self;
    if (s->turn)
        ogr()->OCTDestroyCoordinateTransformation(s->turn);
    ogr_pieces_close(s);
    kml_pieces_free(s->pieces);
    for (size_t i = 0; i < s->nfiles; i++)
        ogr()->VSIFCloseL(s->files[i]);
    ogr_zip_free(&s->parts);
    buf_free(&s->turned);
    buf_free(&s->text);
    buf_free(&s->notes.layers);
    arena_free(&s->arena);
    free(s);
}

static void describe(struct rows *self, struct jw *w)
{
    const struct ogr_source *s = (struct ogr_source *)self;
    JW_STR(w, "layer", s->notes.layer);
    jw_key(w, S("layers"));
    jw_strings(w, buf_str(s->parts.n ? &s->parts.layers : &s->notes.layers));
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

/* What a glance took for the name of a reference system may be a property of a feature. */
bool ogr_is(struct str file)
{
    const struct ogr_format *format = ogr_format_of(file);
    return format && (!is_geojson(format) || ogr_format_is_turned(geojson_reference(file)));
}

bool ogr_open(struct str file, const json_t *options, struct rows **out, struct err *e)
{
    struct ogr_source *s = calloc(1, sizeof *s);
    if (!s)
        return ogr_bad("memory", e);
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
