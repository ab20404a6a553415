#pragma once
#include "core/web/web.h"

/*
 * serving -- one web process on a thread of a test program, on a port and with a spool folder of its own, before the database of
 * fixture.h. One a program.
 */
struct serving {
    const struct route_table *routes;
    const struct web_hooks *hooks;
    unsigned fast_reader; /* connections of that lane */
};
bool serving_start(const struct serving *s); /* false: not up within 20 s */
bool serving_stop(void);                     /* true: it ended well, and nothing is left in its spool */
int serving_dial(void);                      /* a connected socket that waits 20 s for an answer; fails the test */
