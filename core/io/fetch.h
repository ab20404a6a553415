#pragma once
#include "core/base/arena.h"
#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/io/address.h"

/*
 * fetch -- one outgoing HTTP exchange, blocking: for the worker, never for a loop.
 *
 * http and https only, certificates always verified, no proxy and no .netrc from the environment.
 * The address is judged when the socket is made, after the name was resolved, so that a name that
 * changes its mind between check and use gains nothing (reliability.md, finding 5).
 */
struct fetch_policy {
    bool allow_private; /* private, loopback and shared addresses too: tests, and a configured
                           stand-in of the national portal */
    /* NULL, or the last word on an address that the above would allow. */
    bool (*allows)(const struct sockaddr *a, enum address_kind kind, void *context);
    void *context;
};

struct fetch_field {
    struct str name, value;
};

struct fetch_request {
    const char *method; /* "GET", … */
    struct str url;
    const struct fetch_field *fields; /* control bytes in them are refused */
    size_t nfields;
    struct str body;        /* absent: none */
    int64_t bytes_max;      /* of the answer; 0: 16 MiB */
    unsigned timeout_ms;    /* of the whole; 0: 30 s */
    unsigned redirects_max; /* 0: a redirection is an answer like another; otherwise no body and no
                               secret in `fields`: they go to the next host as well */
    struct fetch_policy policy;
    /* NULL: the body is collected. Otherwise it goes here; false stops. */
    bool (*on_bytes)(struct str bytes, void *context, struct err *e);
    void *context;
};

struct fetch_answer {
    int status;
    size_t nfields;
    struct fetch_field *fields; /* names in lower case; of the last answer when redirected */
    struct str body;
    struct str url; /* where it came from in the end */
};

void fetch_init(void); /* once, before threads */

/* *answer lives in `a` and is set on success, whatever the status. Fails with err_fetch_url,
 * err_fetch_address, err_fetch_failed, err_fetch_slow, err_fetch_too_large, or what on_bytes set. */
bool fetch(struct arena *a, const struct fetch_request *request, struct fetch_answer *answer, struct err *e);
struct str fetch_header(const struct fetch_answer *answer, struct str lower_name); /* absent: not there */
