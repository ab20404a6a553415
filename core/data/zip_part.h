#pragma once
#include "core/base/err.h"

/*
 * zip_part -- one part of a zip that is in memory, unfolded piece by piece within bounds.
 *
 * Source: read_sheet.h (SHEET_*). Errors: err_data_sheet, err_data_sheet_bomb.
 */
struct zip_part {
    struct archive *archive;
    uint64_t unfolded, most;
};

/* *found says whether there is such a part; when there is, the caller closes it. */
bool part_open(struct zip_part *p, struct str file, struct str name, bool *found, struct err *e);
bool part_read(struct zip_part *p, char *to, size_t size, size_t *n, struct err *e); /* 0: the end */
void part_close(struct zip_part *p);

/* Gives the whole part to an expat parser; no document type is accepted. */
struct XML_ParserStruct;
bool part_parse(struct str file, struct str name, struct XML_ParserStruct *parser, bool *found, struct err *e);
struct XML_ParserStruct *part_parser(void *user);
bool part_fault(const char *what, struct err *e);     /* err_data_sheet */
bool part_bomb(const char *which, struct err *e);     /* err_data_sheet_bomb */

const char *part_local(const char *name);             /* without its prefix */
const char *part_attribute(const char **attributes, const char *local); /* NULL: absent */
