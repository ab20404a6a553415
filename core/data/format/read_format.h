#pragma once
#include <jansson.h>

#include "core/base/err.h"
#include "core/data/value/record.h"

/*
 * read_format -- the kinds of files that are read as rows, told by their bytes and never by their
 * names.
 */
struct read_format {
    const char *name; /* what the report says */
    bool (*is)(struct str file);
    /* `file` is borrowed until *out is closed; `options` are those of reader.h. */
    bool (*open)(struct str file, const json_t *options, struct rows **out, struct err *e);
};

const struct read_format *read_format_of(struct str file); /* the first that takes it; NULL: none */
