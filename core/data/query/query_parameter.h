#pragma once
#include "core/base/err.h"
#include "core/base/str.h"

/*
 * query_parameter -- the parameters of the Explore API as data: what each takes and at which addresses it counts.
 *
 * The description for machines and the console for people are both made from this table and the routes, so that neither
 * can name what the other does not. What reads them is query_ask.c (and the formats' own options, export.h). Older names of
 * the same (rows, start) are taken everywhere and listed nowhere.
 *
 * Source: explore-api.md 1.5 and 8.
 */
struct query_parameter {
    const char *name, *type; /* of JSON Schema */
    const char *standard;    /* JSON: its default; NULL: none */
    const char *values;      /* JSON: the list it is one of; NULL: any */
    const char *en, *fr;
    bool many;
    unsigned of;             /* OF_… */
};
enum { OF_LIST = 1, OF_ONE = 2, OF_ROWS = 4, OF_ROW = 8, OF_FACETS = 16, OF_FILES = 32, OF_CATALOGUE_FILES = 64, OF_FEEDS = 128 /* the catalogue as DCAT-AP */ };

extern const struct query_parameter query_parameters[];
extern const size_t query_parameters_n;

/* `path`: a route's pattern behind "/api/explore/v2.1". */
bool query_parameter_counts(const struct query_parameter *p, struct str path);
