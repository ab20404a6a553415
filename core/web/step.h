#pragma once
#include "core/base/err.h"

/*
 * step -- a handler is a const table of named steps, run in order by one engine.
 *
 * A step never waits and never jumps back. false ends the request with *e.
 *
 *   STEP_DB      fills r->batch with req_ask…; the engine sends it as one segment (one round trip,
 *                one transaction) and runs the next step when the results are in. A step that asks
 *                nothing costs nothing.
 *   STEP_CPU     pure computation on the thread pool: may touch only r->state and r->a, no database. Where `write`
 *                asks first (on the loop) whether there is anything to compute, not even r->a or r->x
 *   STEP_WORK    straight blocking code on the thread pool with a connection of its own
 *                (req_conn): rare admin actions; the same function the CLI calls
 *   STEP_STREAM  fn asks for the next slice (sets r->stream_end when there is none); the engine runs
 *                it and calls `write` with the results. While what it wrote is being sent fn asks for
 *                the slice after it: fn, write, fn, write… in this order, one slice ahead
 *   STEP_REPLY   writes status and body; the engine sends, logs, settles
 *
 * A step whose request was already answered (req_reply… was called) ends the table.
 */
struct req;
typedef bool step_fn(struct req *r, struct err *e);

enum step_kind { STEP_END, STEP_DB, STEP_CPU, STEP_WORK, STEP_STREAM, STEP_REPLY };

struct step {
    enum step_kind kind;
    step_fn *fn;
    step_fn *write; /* STEP_STREAM; of STEP_CPU: whether there is anything to compute (NULL: always) */
};
