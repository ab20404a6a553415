#pragma once
#include "core/base/err.h"

/*
 * multipart -- multipart/form-data read as it comes, in constant memory.
 *
 * Source: RFC 7578, RFC 2046 section 5.1.1. Bounds: a boundary of 1 to 70 bytes, 4 KiB of headers
 * a part, 1,000 parts. Nested multipart and Content-Transfer-Encoding are not read (RFC 7578
 * forbids the one and deprecates the other).
 */
enum { MULTIPART_HEADERS_MAX = 4096, MULTIPART_PARTS_MAX = 1000, MULTIPART_NAME_MAX = 255 };

struct multipart_part {
    struct str name;         /* the field's */
    struct str file_name;    /* absent: not a file; cleaned: no folder, no control byte, UTF-8 */
    struct str content_type; /* absent: not said */
};

struct multipart_owner {
    /* The views live until the next call. Returning false stops: multipart_feed then fails with
     * the error that the owner set in *e. */
    bool (*on_part)(void *context, const struct multipart_part *part, struct err *e);
    bool (*on_bytes)(void *context, struct str bytes, struct err *e); /* of the last part */
    bool (*on_end)(void *context, struct err *e);                     /* of a part */
};

struct multipart;
/* content_type: the request's. NULL: not multipart/form-data or no good boundary
 * (err_multipart_invalid). */
struct multipart *multipart_open(struct str content_type, const struct multipart_owner *owner,
                                 void *context, struct err *e);
bool multipart_feed(struct multipart *m, struct str bytes, struct err *e);
bool multipart_finish(const struct multipart *m, struct err *e); /* was the closing boundary seen? */
void multipart_close(struct multipart *m);                       /* NULL: nothing */

/* The last component of what a browser calls a file name, fit to be shown and logged: without
 * folders, control bytes and leading dots; "fichier" when nothing is left. out: NUL-terminated. */
void multipart_clean_name(struct str raw, char out[MULTIPART_NAME_MAX + 1]);
