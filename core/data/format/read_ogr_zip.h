#pragma once
#include "core/base/arena.h"
#include "core/base/buf.h"
#include "core/base/err.h"

/*
 * read_ogr_zip -- what stands in a zip that holds a Shapefile or a KMZ, unfolded into memory within
 * bounds.
 *
 * Everything is unfolded twice: first counted, so that a bomb is refused before a byte of it is
 * held.
 *
 * Errors: err_data_geo, err_data_geo_bomb, err_data_geo_layer.
 */
enum { OGR_PARTS_MAX = 5, OGR_STEM_MAX = 120 };

struct ogr_part {
    char extension[5]; /* in small letters, with its dot */
    char *bytes;       /* malloc; 16 bytes more than n */
    size_t n;
};

struct ogr_parts {
    struct ogr_part part[OGR_PARTS_MAX];
    size_t n;
    char stem[OGR_STEM_MAX]; /* the layer's name: that of the file without folder and extension */
    unsigned others;         /* more of the kind in the same zip */
    struct buf layers;       /* their names, a NUL behind each */
};

/* The ".shp" or ".kml" that is called `layer` (absent: the first), and what goes with it. */
bool ogr_zip_unfold(struct str file, const char *kind, struct str layer, struct ogr_parts *out,
                    struct err *e);
void ogr_zip_free(struct ogr_parts *p);
