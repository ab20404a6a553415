#pragma once
/* security -- the headers every answer carries. Source: ui.md 5.3, explore-api.md 1.3. */
struct req_private;
/* Adds what the handler has not set itself: CSP and its kin, CORS on API routes, caching. */
void security_headers(struct req_private *p);
void security_cors(struct req_private *p); /* CORS alone: the answer to OPTIONS */
