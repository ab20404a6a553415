#pragma once
#include <jansson.h>

#include "federation/claim.h"

/*
 * national_call -- one exchange with the national portal, and what its answer means.
 *
 * Every answer becomes one of the kinds national_* of errors.def or a success; what a write with no
 * clear answer did is err_national_unknown, never "failed". Messages of the portal are shown, never
 * understood: they change with the language. Certificates are always verified; a stand-in alone may
 * live on a private address.
 *
 * Source: national-portal.md 1.1, 1.6, 1.7.
 */
struct national {
    struct conn *c;
    struct arena *a;
    const struct claim *k;
    struct uuid peer;
    struct str name, url, key, organisation;
    bool is_standin;
    int64_t failures;
    int64_t wait_ms;   /* what a 429 or 503 asked for */
    unsigned calls, writes;
};

/* The peer of the claim, its key opened, our organisation there (asked for once where nobody named it). */
bool national_open(struct national *n, struct conn *c, struct arena *a, const struct claim *k, const char *sealing,
                   struct err *e);
/* path: from "/api/"; body: JSON, or absent; mask: of X-Fields, or absent. *json: to be released; NULL
 * after 204. Renews the lease before it calls. */
bool national_call(struct national *n, const char *method, struct str path, struct str body, struct str mask, json_t **json,
                   struct err *e);
