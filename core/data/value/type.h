#pragma once
#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/str.h"

/*
 * type -- the types a column can have, from the file that is read to the answer that is sent: their
 * names, how a cell of each is read and how it is written for COPY BINARY.
 *
 * Each has one PostgreSQL type in the row tables; `wire` is the name the Explore API gives it.
 * Source: explore-api.md section 5; PostgreSQL 15, COPY, "Binary Format"; standards.md section 4.3.
 */
enum column_type {
    TYPE_TEXT,      /* text */
    TYPE_INT,       /* bigint */
    TYPE_DOUBLE,    /* double precision: only where the file itself writes exponents */
    TYPE_DECIMAL,   /* numeric: digits a double would lose */
    TYPE_DATE,      /* date */
    TYPE_DATETIME,  /* timestamptz; without an offset it is taken as UTC */
    TYPE_BOOLEAN,   /* boolean */
    TYPE_GEO_POINT, /* geometry(Point, 4326) */
    TYPE_GEO_SHAPE, /* geometry(Geometry, 4326); a cell of it is GeoJSON or WKT */
    TYPE_FILE,      /* text: the file's id; not read from files yet */
    COLUMN_TYPES,
};

/* How the cells of a column are written, where one alone could be read in two ways. */
enum cell_format {
    CELLS_PLAIN,       /* as our API writes them: latitude, day and decimals where there is a choice */
    CELLS_LAT_FIRST,
    CELLS_LON_FIRST,
    CELLS_DAY_FIRST,   /* 01/02/2021 is in February */
    CELLS_MONTH_FIRST, /* … in January */
    CELLS_DOT_DECIMALS, /* 1.234 is little more than 1; 1.234,5 is no number */
    CELLS_DOT_GROUPS,  /* 1.234 is more than a thousand; 12.5 is no number */
    CELLS_FORMATS,
};

const char *format_name(enum cell_format f);

/* By its name; "plain" is one of every type. False: no format of that type. */
bool format_by_name(struct str name, enum column_type t, enum cell_format *out);

const char *type_name(enum column_type t); /* ours, one each: "decimal" differs from "double" */
const char *type_wire(enum column_type t); /* the Explore API's */
const char *type_sql(enum column_type t);  /* in DDL */
/* The Explore API's name in words a person reads; of no type: itself. */
struct str type_said(struct str wire, enum lang lang);

/* By our name. False: no such type. */
bool type_by_name(struct str name, enum column_type *out);

/* What a publisher may ask of a file's column: as type_by_name, but the wire's "double" gives
 * TYPE_DECIMAL (amounts stay exact), and types no file can be read as yet are refused. */
bool type_asked(struct str name, enum column_type *out);

/* Bytes of every value in a row; 0: they differ. */
unsigned type_fixed_bytes(enum column_type t);

/* Reads one cell that is not blank and appends its binary value, or its canonical text (what a cast
 * to type_sql reads back) when `as_text`. A format of another type is as none; a point written {"lon", "lat"} says its
 * order itself. False, nothing appended: the cell is not of this type. */
bool type_put(struct buf *out, enum column_type t, enum cell_format format, struct str cell, bool as_text);
