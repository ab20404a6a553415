#pragma once
#include "core/base/buf.h"

/* security -- the headers every answer carries. Source: ui.md 5.3, explore-api.md 1.3. */
struct req_private;
/* Adds what the handler has not set itself: CSP and its kin, CORS on API routes, caching. */
void security_headers(const struct req_private *p, struct buf *out);
void security_line(struct buf *out, struct str name, struct str value); /* "name: value\r\n" */
