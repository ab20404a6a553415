#pragma once
#include "core/db/backup.h"

/*
 * cluster_move -- a private cluster carried over to other programs of PostgreSQL, a newer major above all.
 *
 *     DIR/cluster  --starts, pg_dump--> | --pg_restore--> DIR/moving/cluster, a home of its own
 *     every table counted in both; then, in one step, the two change places
 *
 * Until that step the old cluster is only read: a failure at any line, a kill included, leaves the home as it was, and the
 * next move wipes DIR/moving. The old one stays as DIR/cluster.<major> until somebody removes it. The archived log belongs to
 * it and is set aside with it, as backup/wal.<major>.
 *
 * Source: PostgreSQL 15, pg_dump and pg_restore; renameat2(2), RENAME_EXCHANGE. Why not pg_upgrade: the README.
 */
struct cluster_move {
    int from, to;             /* majors */
    char old_bin[HOME_PATH], new_bin[HOME_PATH];
    char kept[HOME_PATH];     /* where the old cluster is afterwards */
    int64_t tables, rows;     /* what was carried over */
};

/* to: a folder of programs; NULL: the newest of --postgres-bin and what is installed. *needed false: the cluster is of that
 * major already (a folder that was named is always moved to).
 * fails err_cluster_missing, err_cluster_programs, err_cluster_older, err_cluster_kept */
bool cluster_move_plan(const struct home *h, const char *to, struct cluster_move *m, bool *needed, struct err *e);

/* The home is locked, its cluster stopped, its database of the program's level. fails as its programs do, and with
 * err_cluster_differs; nothing is moved then. */
bool cluster_move(const struct home *h, struct cluster_move *m, const struct backup_progress *p, struct err *e);
