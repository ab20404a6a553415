#pragma once
#include "core/base/str.h"

/*
 * read_ogr_format -- which files GDAL reads for us, told by their bytes: their first 4 kB, in UTF-16 as many characters; of a
 * zip its last 64 kB, where the names of its parts stand; of a GeoJSON wherever it names a reference system.
 */
struct ogr_format {
    const char *name;      /* what the report says */
    const char *driver;    /* GDAL's name */
    const char *extension; /* with its dot */
    const char *part;      /* what to take out of the zip; NULL: no zip */
    bool typed;            /* its text fields are text, whatever they look like */
    bool sparse;           /* fields that no row fills are left out */
    bool refuses_doctype;  /* XML: entities are refused */
    bool (*is)(struct str head, struct str file); /* head: of its text */
};

const struct ogr_format *ogr_format_of(struct str file); /* NULL: none */

/* The same from an open file that is not mapped yet: whether GDAL has to be loaded. */
bool ogr_format_wanted(int fd);

/* The value of a GeoJSON's member "crs": whether it says another reference system than degrees of WGS84. */
bool ogr_format_is_turned(struct str crs);

bool ogr_format_has_doctype(struct str file);

/* Elements of XML within elements past measure: GDAL holds them all and calls itself once for each. No real file has a
 * dozen. What is no XML is not deep: GDAL says what is wrong with it. */
enum { OGR_DEPTH_MAX = 64 };
bool ogr_format_is_deep(struct str file);
