#pragma once
#include "core/base/str.h"

/*
 * type -- the types a column can have, from the file that is read to the answer that is sent.
 *
 * Each has one PostgreSQL type in the row tables; `wire` is the name the Explore API gives it.
 * Source: explore-api.md section 5.
 */
enum column_type {
    TYPE_TEXT,      /* text */
    TYPE_INT,       /* bigint */
    TYPE_DOUBLE,    /* double precision */
    TYPE_DECIMAL,   /* numeric: digits a double would lose */
    TYPE_DATE,      /* date */
    TYPE_DATETIME,  /* timestamptz */
    TYPE_BOOLEAN,   /* boolean */
    TYPE_GEO_POINT, /* geometry(Point, 4326) */
    TYPE_GEO_SHAPE, /* geometry(Geometry, 4326) */
    TYPE_FILE,      /* text: the file's id */
    COLUMN_TYPES,
};
