#pragma once
#include <sys/types.h>

#include "core/db/home.h"

/*
 * cluster -- the private PostgreSQL of a home: made, tuned, started, watched, stopped.
 *
 * It listens on a Unix socket only, in a short folder of its own (a path over 107 bytes does not
 * start) whose name the home keeps in `socket`. Every role signs in by scram with a password
 * generated into secrets/. It dies with the process that started it (fast shutdown), so a cluster
 * is always somebody's child.
 *
 *     stopped --start--> starting --postmaster.pid names our child and says ready--> ready
 *     ready --it dies--> (reap) --start again, for ten seconds while the dead one's lock holds-->
 *
 * postmaster.pid is never deleted by us: PostgreSQL knows better whether it is stale.
 * Source: architecture.md 2.1, performance.md 8, PostgreSQL 15.
 */
enum cluster_role { CLUSTER_SUPERUSER, CLUSTER_OWNER, CLUSTER_WEB, CLUSTER_WORKER, CLUSTER_READER, CLUSTER_ROLES };

extern const char cluster_sql[]; /* migrations/cluster.sql */

struct cluster {
    const struct home *home;
    char bin[HOME_PATH];    /* folder of postgres, initdb, pg_basebackup */
    char socket[128];
    pid_t pid;              /* our child; 0: not running, or another parent's */
};

/* Finds the programs and the version; makes the cluster (initdb, roles, cluster.sql) when the home
 * has none. The home must be locked. It is left stopped. */
bool cluster_create(const struct home *h, struct err *e);

/* Starts it and waits until it is ready; the home must be locked.
 * fails  err_cluster_missing, err_cluster_programs, err_cluster_version, err_cluster_start */
bool cluster_start(struct cluster *c, const struct home *h, struct err *e);

/* cluster.sql, the superuser's part of a database's level; harmless again. The cluster runs. */
bool cluster_settle(const struct home *h, struct err *e);

/* The cluster that another parent runs: sets bin and socket. False when it is not ready. */
bool cluster_attach(struct cluster *c, const struct home *h, struct err *e);

/* For commands: attaches to the running one, or locks the home and starts it. */
bool cluster_use(struct cluster *c, struct home *h, struct err *e);

bool cluster_is_ready(const struct cluster *c);  /* postmaster.pid names our child and says ready */
bool cluster_died(struct cluster *c);            /* true once it is gone; reaps it */
void cluster_stop(struct cluster *c);            /* fast shutdown, then waits; nothing to do: returns */

/* A libpq connection string of one role; holds a password: wipe it after use. */
bool cluster_uri(const struct home *h, enum cluster_role role, char out[HOME_PATH], struct err *e);
/* The same server as --database URI, with another role (and its password, where secrets/ has one). */
bool cluster_uri_of(const struct home *h, const char *uri, enum cluster_role role, char out[HOME_PATH],
                    struct err *e);
const char *cluster_role_name(enum cluster_role role); /* "terrasse_web" */
/* For PostgreSQL's own programs: a file with the superuser's password, below log/, and the variable that names it
 * ("PGPASSFILE=…"): an argument or a variable would show the password to the machine. cluster_pass_end removes it. */
enum { CLUSTER_PASS = HOME_PATH + 16 };
bool cluster_pass(const struct home *h, char variable[CLUSTER_PASS], struct err *e);
void cluster_pass_end(const char *variable);

/* cluster_conf.c: writes postgresql.conf and pg_hba.conf anew; done at each start, so that settings
 * follow the machine. */
bool cluster_configure(const struct home *h, const char *socket, struct err *e);
/* cluster_find.c: the folder of the programs for the version of this cluster (or the newest). */
bool cluster_find(const struct home *h, char bin[HOME_PATH], struct err *e);
/* cluster_find.c: the major of the programs in a folder, or of the newest installed where it is NULL; 0: none there. */
int cluster_programs(const char *folder, char bin[HOME_PATH]);
/* cluster_find.c: the programs of one major: --postgres-bin when it is of that, else where packages put them. */
bool cluster_programs_of(int major, char bin[HOME_PATH], struct err *e); /* fails err_cluster_programs */
/* cluster_find.c: the socket's folder, made again when it is gone (a reboot empties /run). */
bool cluster_socket(const struct home *h, bool make, char out[128], struct err *e);
