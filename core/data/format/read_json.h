#pragma once
#include <jansson.h>

#include "core/base/err.h"
#include "core/data/value/record.h"

/*
 * read_json -- the objects of a JSON file as rows (read_json_list.h says where they stand).
 *
 * The first record are the names: every key that any object has, in the order of their first
 * appearance. An object within is flattened, its keys behind its own name and a dot ("adresse.cp"),
 * at most JSON_FLAT_DEPTH deep; a geometry, a Feature and {"lon", "lat"} stay whole, being one
 * value. A list of words is joined with "|"; any other list, and what is deeper, stays JSON. null
 * is blank. Of a key that an object has twice, the last counts. Numbers keep every digit, and a
 * column that has strings only is text, whatever they look like (record.h, words).
 *
 * The file is read where it lies: memory is one row. Lines of the report are the objects' numbers.
 *
 * Bounds: RECORD_COLUMNS_MAX, RECORD_CELL_MAX, JSON_SCAN_DEPTH.
 * Errors: err_data_json (which line), err_data_json_row (which object is none), err_data_json_path,
 * err_data_columns, err_data_cell_long, err_data_no_rows. Source: RFC 8259.
 */
enum { JSON_FLAT_DEPTH = 8 };

bool json_is(struct str file); /* begins as a list of objects or as an object does */
bool json_open(struct str file, const json_t *options, struct rows **out, struct err *e);
