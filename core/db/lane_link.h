#pragma once
#include <uv.h>

#include "core/db/prepared.h"
#include <libpq-fe.h>

/*
 * lane_link -- one connection of a loop: opens it, watches it, opens it again.
 *
 *     DOWN --retry_us reached--> OPENING --> UP
 *       ^---------------------------'--------'   lost, recycled: link_down
 *
 * The callbacks come from the loop or from link_tick. The poll handle is made anew at each step of
 * connecting, because libpq may close a socket and get the same number again, and is closed before
 * PQfinish.
 */
enum link_state { LINK_DOWN, LINK_OPENING, LINK_UP };

struct link {
    uv_loop_t *loop;
    const char *uri, *settings;  /* borrowed */
    void (*on_up)(struct link *);
    void (*on_ready)(struct link *); /* something to read, or the end of it */
    unsigned *handles;               /* of the owner: its memory stays until this is 0 */
    void (*on_closed)(struct link *);
    void *owner;

    enum link_state state;
    PGconn *pg;
    uv_poll_t *poll;
    int watching;
    int64_t due_us;      /* DOWN: next try; OPENING: give up */
    unsigned backoff_ms;
    struct prepared prepared;
};

void link_tick(struct link *k, int64_t now_us); /* tries again, gives up */
bool link_flush(struct link *k);                /* true: every byte has left */
void link_down(struct link *k, bool at_once);   /* closes; at_once: without back-off */
void link_stop(struct link *k);                 /* closes and stays closed */
