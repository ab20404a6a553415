#pragma once
#include "core/db/batch.h"
#include "core/db/prepared.h"

/*
 * segment -- a batch on the wire, the same for both runners.
 *
 * What is sent, in order: for each text that this backend has not prepared yet, Parse and a Sync of
 * its own (so that a preparation that fails does not take those behind it along); then the
 * settings, the statements, and one Sync. No BEGIN and no COMMIT: see architecture.md 2.2.
 */
enum segment_item_kind { ITEM_SYNC, ITEM_SET, ITEM_PREPARE, ITEM_DROP, ITEM_CALL };

struct segment_item {
    unsigned char kind, call;
    unsigned id;             /* ITEM_PREPARE of a dynamic text */
    const struct stmt *stmt; /* ITEM_PREPARE of one of ours */
};

enum { SEGMENT_ITEMS = 4 + 5 * BATCH_MAX };

struct segment {
    unsigned n, at;     /* items sent; the one whose results are being read */
    bool got;           /* a result of that item was seen */
    bool failed;        /* err and state are set */
    unsigned nulls;     /* in a row */
    char state[6];      /* SQLSTATE of the first failure */
    struct err err;
    struct segment_item item[SEGMENT_ITEMS];
};

/* What can be refused before a byte is sent: a statement that the role may not use, a NUL byte. */
bool segment_check(const struct batch *b, unsigned role, struct err *e);

/* timeout_ms 0: the connection's own. False: the connection is lost. */
bool segment_send(struct segment *s, PGconn *pg, struct prepared *p, const struct batch *b,
                  unsigned timeout_ms);

enum segment_state { SEGMENT_MORE, SEGMENT_DONE, SEGMENT_LOST };

/* Takes the results that have arrived (wait: until all have). They go to b->calls; b NULL: they are
 * thrown away. When it failed the batch holds no result. */
enum segment_state segment_read(struct segment *s, PGconn *pg, struct prepared *p, struct batch *b,
                                bool wait);

/* Nothing in it can write, so it may be sent a second time. */
bool segment_reads_only(const struct batch *b);
void segment_drop_results(struct batch *b);
