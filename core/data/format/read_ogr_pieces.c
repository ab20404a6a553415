/* read_ogr_pieces -- the features of a layer; of a large KML (read_kml.h) piece by piece. */
#include "core/data/format/read_ogr_inside.h"

#include "core/data/format/ogr.h"

void ogr_pieces_close(struct ogr_source *s)
{
    if (s->dataset)
        ogr()->GDALClose(s->dataset);
    if (s->piece)
        ogr()->VSIFCloseL(s->piece);
    s->dataset = s->piece = s->layer = NULL;
}

/* Columns keep their names; where their fields stand may differ from piece to piece. */
void ogr_pieces_fields(struct ogr_source *s)
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
bool ogr_pieces_another(struct ogr_source *s, bool *there, struct err *e)
{
    static const char *const drivers[] = {"LIBKML", NULL};
    ogr_pieces_close(s);
    struct str text = kml_pieces_next(s->pieces);
    *there = text.p != NULL;
    if (!*there)
        return true;
    s->piece = ogr()->VSIFileFromMemBuffer("/vsimem/piece.kml", (unsigned char *)(uintptr_t)text.p, text.n, 0);
    s->dataset = s->piece ? ogr()->GDALOpenEx("/vsimem/piece.kml", OPEN_VECTOR, drivers, NULL, NULL) : NULL;
    s->layer = s->dataset ? ogr()->GDALDatasetGetLayer(s->dataset, 0) : NULL;
    if (!s->layer || !ogr_check(e))
        return e->kind ? false : ogr_bad(ogr_failure() ? ogr_failure() : "KML", e);
    ogr_pieces_fields(s);
    return true;
}

bool ogr_pieces_rewind(struct ogr_source *s, struct err *e)
{
    bool there;
    if (!s->pieces) {
        ogr()->OGR_L_ResetReading(s->layer);
        return ogr_check(e);
    }
    kml_pieces_rewind(s->pieces);
    return ogr_pieces_another(s, &there, e);
}

/* *feature NULL: the end. */
bool ogr_pieces_next(struct ogr_source *s, void **feature, struct err *e)
{
    bool there = s->layer != NULL;
    while (there && !(*feature = ogr()->OGR_L_GetNextFeature(s->layer)) && s->pieces)
        if (!ogr_check(e) || !ogr_pieces_another(s, &there, e))
            return false;
    if (!s->layer)
        *feature = NULL;
    return ogr_check(e);
}

bool ogr_pieces_open(struct ogr_source *s, struct str text, struct str wanted, struct err *e)
{
    if (!kml_pieces_open(text, wanted, s->parts.n > 0, &s->pieces, e))
        return false;
    s->notes.layer = s->parts.n ? str_of(s->parts.stem) : kml_pieces_layer(s->pieces);
    kml_pieces_layers(s->pieces, &s->notes.layers);
    s->notes.other_layers = s->parts.n ? s->parts.others : kml_pieces_others(s->pieces);
    ogr_calm();
    return ogr_pieces_rewind(s, e);
}
