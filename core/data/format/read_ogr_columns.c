/* read_ogr_columns -- which fields of a layer are columns, and their names. */
#include "core/data/format/read_ogr_inside.h"

#include "core/base/utf8.h"
#include "core/data/format/encoding.h"
#include "core/data/errors.h"
#include "core/data/value/geometry.h"
#include "core/data/format/ogr.h"

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
    if (utf8_valid(name))
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
        if (there && (!ogr_check(e) || !ogr_pieces_another(s, &there, e)))
            return false;
    }
    return ogr_pieces_rewind(s, e);
}

bool ogr_columns_find(struct ogr_source *s, const struct ogr_format *format, struct err *e)
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
        ogr_pieces_fields(s);
    add_geography(s, f.shapes);
    return s->ncolumns > 0 || ERR(e, err_data_no_rows, "no column");
}
