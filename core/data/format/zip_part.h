#pragma once
#include <expat.h>

#include "core/base/err.h"

/*
 * zip_part -- one part of a zip that is in memory, unfolded piece by piece within bounds, and as XML.
 *
 * Source: read_sheet.h (SHEET_*). Errors: err_data_sheet, err_data_sheet_bomb.
 */
struct zip_part {
    struct archive *archive;
    XML_Parser parser; /* part_begin */
    uint64_t unfolded, most;
};

/* *found says whether there is such a part; when there is, the caller closes it. */
bool part_open(struct zip_part *p, struct str file, struct str name, bool *found, struct err *e);
void part_close(struct zip_part *p);

/* What expat calls, with its parser first: XML_GetUserData. No document type is accepted. */
struct part_handlers {
    XML_StartElementHandler start;
    XML_EndElementHandler end;
    XML_CharacterDataHandler text;
};
/* Closes what was open and stands at the beginning of the part; then piece by piece, and on from where a handler
 * suspended the parser. */
bool part_begin(struct zip_part *p, struct str file, struct str name, const struct part_handlers *handlers, void *user,
                bool *found, struct err *e);
bool part_feed(struct zip_part *p, struct err *e);
bool part_is(const struct zip_part *p, enum XML_Parsing state);

/* Whether the word stands anywhere in it: unfolded, and not read as XML. */
bool part_holds(struct str file, struct str name, struct str word, bool *holds, struct err *e);

/* The whole of it. */
bool part_parse(struct str file, struct str name, const struct part_handlers *handlers, void *user, bool *found,
                struct err *e);
bool part_fault(const char *what, struct err *e);     /* err_data_sheet */
bool part_bomb(const char *which, struct err *e);     /* err_data_sheet_bomb */

const char *part_local(const char *name);             /* without its prefix */
const char *part_attribute(const char **attributes, const char *local); /* NULL: absent */
