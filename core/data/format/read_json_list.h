#pragma once
#include <jansson.h>

#include "core/base/arena.h"
#include "core/base/err.h"
#include "core/data/value/json_scan.h"

/*
 * read_json_list -- where in a JSON file the objects stand that are its rows.
 *
 * A list of objects; objects one behind the other (JSON lines); or a list inside an object, which
 * option {"path": "data.rows"} says by its keys, and which else is the longest list of objects, at
 * most JSON_LIST_DEPTH keys deep. An object that holds no list is one row.
 *
 * Errors: err_data_json (the line), err_data_json_path (what was asked, what there is).
 */
enum { JSON_LIST_DEPTH = 4 };

struct json_list {
    struct json_scan start; /* behind the bracket, or at the first object */
    bool bracketed;         /* commas between the objects, a bracket behind them */
    struct str path;        /* in the arena; empty: the whole file */
};

/* `text`: the file without its BOM. */
bool json_list_find(struct json_list *l, struct arena *a, struct str text, const json_t *options,
                    struct err *e);
bool json_list_broken(struct str text, const char *at, struct err *e); /* err_data_json; false */
