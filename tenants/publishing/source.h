#pragma once
#include "core/db/job.h"
#include "core/io/fetch.h"
#include "core/web/route.h"

/*
 * source -- a dataset's file fetched from an address on a schedule.
 *
 * A run asks with what it knows of the last file (ETag, Last-Modified) and compares the bytes' hash besides: what has
 * not changed makes nothing. A new file becomes an upload like a person's, with the wish to publish it at once; what
 * breaks the dataset's contract stays in the draft. A run that fails waits twice as long each time, up to a day.
 * While a person prepares something for the dataset nothing is fetched: his draft would be lost.
 *
 * Whom we call (reliability.md T35): http and https, no name or password in the address, ports 80 and 443, addresses
 * that are public where the socket is made, after the name was resolved and again after each redirection (three at
 * most, none with a secret). The operator names others in the option fetch-allow; link-local ones never pass.
 * The secret is the value of an Authorization header, sealed for the worker: the web processes cannot open it.
 */
enum { SOURCE_EVERY_LEAST = 15, SOURCE_EVERY_MOST = 44640, SOURCE_SECRET_MOST = 2000 };

struct source_new {
    struct str url;
    int64_t every_min;
    bool active;
    struct str secret;     /* absent: the one that is kept, where the address is the same */
    bool forget_secret;
    struct str account;
};

/* Inside the caller's transaction of that tenant. The first run is at once.
 * fails err_source_url, err_source_every, err_source_secret, err_dataset_is_copy */
bool source_put(struct conn *c, const struct uuid *tenant, struct str dataset_id, const struct source_new *new, struct err *e);
bool source_remove(struct conn *c, const struct uuid *tenant, struct str dataset_id, struct str account, struct err *e);
bool source_run_soon(struct conn *c, const struct uuid *tenant, struct str dataset_id, struct err *e); /* err_source_none */

bool source_url_check(struct str url, struct err *e);
/* The last word on an address (struct fetch_policy). context: the option's text. */
bool source_allows(const struct sockaddr *a, enum address_kind kind, void *context);

/* A secret that the worker alone can open: sealed with the public key it shows, written as "\\x…" for a bytea.
 * fails err_source_sealing (no worker has run yet), err_source_secret */
bool source_seal(struct conn *c, struct arena *a, struct str secret, struct str *sealed, struct err *e);
/* The worker's: sealing is the home's key. fails err_source_sealing */
bool source_unseal(struct arena *a, const char *sealing, struct str sealed, struct str *plain, struct err *e);

/* The worker's piece: one source. */
bool source_job(struct job_run *run, struct err *e);

/* STEP_WORK: params[0] is the dataset; source_work_put finds a struct source_new in r->state. */
struct req;
bool source_work_put(struct req *r, struct err *e);
bool source_work_remove(struct req *r, struct err *e);
bool source_work_run(struct req *r, struct err *e);

extern const struct route_table source_route_table;
