#pragma once
#include <libpq-fe.h>

#include "core/db/cluster.h"

/*
 * cluster_inside -- what only the superuser of a private cluster does; for the cluster_* files. The cluster runs.
 */
PGconn *cluster_super(const struct home *h, const char *database, struct err *e); /* NULL: err_cluster_start */
/* Constants of ours, in one transaction; `what` goes to the log when it fails. */
bool cluster_run(PGconn *pg, const char *sql, const char *what, struct err *e);
bool cluster_fail(struct err *e, const PGconn *pg, const char *what); /* with the connection's words */
bool cluster_fail_programs(struct err *e, int major);                  /* err_cluster_programs */
