#pragma once
#include <libpq-fe.h>

#include "core/base/arena.h"
#include "core/base/err.h"
#include "core/base/rand.h"
#include "core/db/stmt.h"

/*
 * batch -- the statements of one transaction: one pipeline segment, one round trip.
 *
 * The segment is: SET LOCAL portal.tenant_id = '…' (and portal.region when set; neither for rows,
 * whose role sees nothing of portal), the statements, one Sync. All succeed or none does. It has two
 * runners that give the same results: lanes (core/db/lane.h, on the loop) and batch_run (blocking:
 * worker, CLI, STEP_WORK).
 *
 * Source: PostgreSQL 15, libpq pipeline mode; architecture.md 2.2.
 */
enum { BATCH_MAX = 24 };

/* Takes rows as they arrive, on the loop. NULL: from the beginning (a lost connection is asked again). */
typedef void batch_sink(void *context, const PGresult *r);

struct batch_call {
    const struct stmt *stmt;   /* NULL: dynamic SQL in `sql` */
    const char *sql;           /* dynamic: constants of ours and $n only, from core/data/query/odsql_sql */
    unsigned nparams;
    const struct str *params;  /* text values; absent is NULL. In the batch's arena */
    bool binary;               /* results in binary; prepared statements answer in text */
    batch_sink *sink;          /* takes the rows one by one: the result has none; NULL: it has all */
    void *sink_context;
    PGresult *result;          /* set when done; owned by the batch */
};

struct batch {
    struct arena *a;
    struct uuid tenant;        /* empty: no tenant, tenant tables show no rows */
    struct uuid region;        /* the root whose tenants may be read; empty: none */
    bool rows;                 /* runs as terrasse_reader on data.*; else on portal.* */
    bool fast;                 /* rows only: bounded by construction (key look-up, keyset page) */
    bool apart;                /* of those: a walk of milliseconds, better beside others than behind them */
    bool has_key;              /* the caller showed a key: 10 s instead of 3 s */
    unsigned n;
    struct batch_call calls[BATCH_MAX];
};

void batch_init(struct batch *b, struct arena *a);
/* params: s->nparams values, copied; NULL when there are none. Gives the index for the accessors. */
unsigned batch_ask(struct batch *b, const struct stmt *s, const struct str *params);
unsigned batch_ask_sql(struct batch *b, const char *sql, unsigned nparams, const struct str *params,
                       bool binary);

size_t batch_rows(const struct batch *b, unsigned call);          /* rows returned */
bool batch_null(const struct batch *b, unsigned call, size_t row, int column);
struct str batch_col(const struct batch *b, unsigned call, size_t row, int column); /* absent: NULL */
int64_t batch_i64(const struct batch *b, unsigned call, size_t row, int column);    /* 0: NULL */
bool batch_bool(const struct batch *b, unsigned call, size_t row, int column);
void batch_clear(struct batch *b); /* frees the results; the batch can be filled again */

/* A blocking connection: see core/db/conn.h. Runs the whole batch as one transaction; waits.
 * fails  the kinds of core/db/sqlstate.h; e->detail has the SQLSTATE and constraint */
struct conn;
bool batch_run(struct batch *b, struct conn *c, struct err *e);
