#pragma once
#include "tools/cli/cli.h"
#include "tools/cli/process.h"

/*
 * supervise -- the parent of one installation: cluster, web processes, worker.
 *
 *     starting -> running (address printed) --SIGTERM, SIGINT--> web drained -> worker -> cluster
 *
 * What dies is started again, after one second, then twice as long each time, up to thirty; a
 * minute of life forgives. A child that never lived is not tried for ever: the parent says so and
 * ends with code 1. Signals are waited for, never handled: no code runs inside them.
 */
struct supervise_config {
    struct home *home;
    struct cluster *cluster;   /* started; NULL with --database */
    const struct process_keys *keys;
    unsigned web;              /* web processes */
    bool worker;
    const char *address;       /* as the children get it: host:port or unix:path */
    enum lang lang;
};
bool supervise(const struct supervise_config *c, struct err *e);
void supervise_block(void);    /* before the first child: from here signals wait */

