#pragma once
#include "core/data/intake/sniff.h"

/*
 * column -- one column of a file as it will be published.
 */
enum { COLUMN_LISTED_MAX = 100, ASIDE_LISTED_MAX = 5000 };

/* A cell that stands in the way of a type, or a row that was set aside. */
struct bad_cell {
    uint64_t line;
    size_t column; /* from 1; 0: the whole row */
    struct str value; /* cut */
    struct reason reason;
};

struct bad_list {
    struct bad_cell *cells; /* the first COLUMN_LISTED_MAX, of rows set aside ASIDE_LISTED_MAX */
    size_t n;
    uint64_t total;
};

struct column {
    struct str name;   /* technical id */
    struct str label;  /* shown */
    struct str source; /* what the file says */
    enum column_type type;
    bool fixed;        /* the publisher chose the type */
    bool agreed;       /* … and that what does not fit becomes empty */
    bool bad_is_null;  /* … and it does */
    enum cell_format format; /* of its cells: part of the contract (reader.h) */
    struct str unknown_format; /* somebody asked for it */
    struct reason reason;
    const char *pattern;
    unsigned number; /* c<number>, or rest[<number>], from 1 */
    bool in_rest;
    struct sniff sniff;
    struct sniff_verdict verdict;
    size_t file_column;      /* its place in the file, from 1; 0: a step made it */
    uint64_t broke;          /* cells that a fixed type refused, their rows set aside */
    struct bad_list refused; /* what broke the majority's type, or became empty */
};
