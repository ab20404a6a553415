#pragma once
#include "core/base/buf.h"

/* gzip -- compresses a whole body (libdeflate). Source: RFC 1952, RFC 9110 section 12.5.3. */

/* Whether the Accept-Encoding value takes gzip ("gzip;q=0" does not); the same for any coding by its name. */
bool gzip_accepted(struct str accept_encoding);
bool encoding_accepted(struct str accept_encoding, struct str name);
/* Replaces the body by its gzip form; false and unchanged when that would not be smaller. */
bool gzip_body(struct buf *body);
