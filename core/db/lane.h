#pragma once
#include <uv.h>

#include "core/db/batch.h"

/*
 * lane -- the connections of one web process, driven by its loop.
 *
 * Pipelined lanes carry segments whose statements are all `lane: fast` (or batch.fast for rows);
 * one that runs into its 250 ms is sent again once on an exclusive lane and counted. They share the first
 * connection while it is quick; what is `apart` goes where least is under way. Exclusive
 * lanes carry everything else, one segment at a time, round-robin between tenants with a cap of
 * two per tenant. Portal segments run as terrasse_web, row segments as terrasse_reader.
 *
 * done() is called exactly once, from the loop, with e->kind NULL on success. A write whose
 * connection was lost after its Sync was sent fails with err_outcome_unknown; other lost segments
 * with err_database_away; reads are sent again once before that.
 */
struct lanes;
struct lanes_config {
    const char *web_uri, *reader_uri;
    unsigned fast_web, fast_reader, exclusive_web, exclusive_reader; /* connections of each kind */
};
typedef void lane_done(struct batch *b, struct err *e, void *context);

struct lanes *lanes_open(uv_loop_t *loop, const struct lanes_config *config);
/* deadline_ms: from now. Past it a queued segment fails (err_database_away while no connection is up,
 * else err_deadline) and a running one is cancelled. done() is never called from inside this call. */
void lanes_submit(struct lanes *l, struct batch *b, int64_t deadline_ms, lane_done *done, void *context);
/* The caller went away: a segment still queued is dropped, one that runs on an exclusive lane is
 * cancelled, one on a pipelined lane has its results thrown away. done() is not called any more;
 * the batch's memory may be freed at once. */
void lanes_forget(struct lanes *l, struct batch *b);
bool lanes_ready(const struct lanes *l);      /* at least one connection of each role is up */
void lanes_metrics(const struct lanes *l, struct buf *out); /* Prometheus text */
void lanes_close(struct lanes *l);            /* then run the loop until its handles are gone */
