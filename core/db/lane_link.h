#pragma once
#include <uv.h>

#include "core/db/prepared.h"
#include <libpq-fe.h>

/*
 * lane_link -- one connection of a loop: opens it, watches it, opens it again.
 *
 *     DOWN --retry_us reached--> OPENING --> UP
 *       ^---------------------------'--------'   lost, recycled: lane_link_down
 *
 * The callbacks come from the loop or from lane_link_tick. The poll handle is made anew at each step of
 * connecting, because libpq may close a socket and get the same number again, and is closed before
 * PQfinish.
 */
enum lane_link_state { LINK_DOWN, LINK_OPENING, LINK_UP };

struct lane_link {
    uv_loop_t *loop;
    const char *uri, *settings;  /* borrowed */
    void (*on_up)(struct lane_link *);
    void (*on_ready)(struct lane_link *); /* something to read, or the end of it */
    unsigned *handles;               /* of the owner: its memory stays until this is 0 */
    void (*on_closed)(struct lane_link *);
    void *owner;

    enum lane_link_state state;
    PGconn *pg;
    uv_poll_t *poll;
    int watching;
    int64_t due_us;      /* DOWN: next try; OPENING: give up */
    unsigned backoff_ms;
    struct prepared prepared;
};

void lane_link_tick(struct lane_link *k, int64_t now_us); /* tries again, gives up */
bool lane_link_flush(struct lane_link *k);                /* true: every byte has left */
void lane_link_down(struct lane_link *k, bool at_once);   /* closes; at_once: without back-off */
void lane_link_stop(struct lane_link *k);                 /* closes and stays closed */
