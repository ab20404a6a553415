/* read_ogr_cells -- one feature as text cells: values, the point, the shape as GeoJSON in degrees. */
#include "core/data/format/read_ogr_inside.h"

#include <math.h>
#include <stdio.h>

#include "core/base/utf8.h"
#include "core/data/format/encoding.h"
#include "core/data/value/geometry.h"
#include "core/data/format/ogr.h"

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
    if (utf8_valid(value)) {
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
    return json || ogr_bad(s->notes.reference ? s->notes.reference : "GeoJSON", e);
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

bool ogr_cells_put(struct ogr_source *s, void *feature, struct record *out, struct err *e)
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
        return ogr_bad("64 Mo", e);
    for (size_t i = 0; i < s->ncolumns; i++) {
        s->cells[i] = str_part(buf_str(&s->text), s->from[i], s->to[i] - s->from[i]);
        out->has_nul |= memchr(s->cells[i].p, 0, s->cells[i].n) != NULL;
    }
    out->cells = s->cells;
    return true;
}
