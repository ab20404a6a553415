#pragma once
#include <jansson.h>

#include "core/base/err.h"
#include "core/data/value/record.h"

/*
 * read_text -- a delimited text file in whatever encoding and with whatever separator: what
 * encoding.h and dialect.h find, read by read_csv.h. A first line "sep=;" is a spreadsheet's word on the separator.
 *
 * Options: {"separator": a tab or any sign of ASCII that is no letter, digit, space or ", "encoding": encoding_choose's}. Errors: those of read_csv.h, err_data_empty, err_data_separator,
 * err_data_binary (UTF-16 past ENCODING_UTF16_MAX).
 */
bool text_is(struct str file); /* neither a known kind of another file nor full of control bytes */
bool text_open(struct str file, const json_t *options, struct rows **out, struct err *e);
