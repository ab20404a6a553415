#pragma once
#include "core/db/conn.h"
#include "core/db/migration.h"

/*
 * migrate -- brings a database to the level of this program.
 *
 * Forward only, each migration in one transaction together with its line in portal.migration, under
 * an advisory lock, so that two programs started at once apply each once. The checksum (BLAKE2b-256
 * of the file) of what was applied is compared first.
 *
 * c       a connection of terrasse_owner; portal exists (migrations/cluster.sql)
 * list    sorted by number; usually `migrations`, `migrations_n`
 * *out    set on success, and on failure to what holds then
 * fails   err_migration_edited, err_migration_missing (applied here, unknown to the program),
 *         err_migration_order, err_migration_failed, err_database_away
 */
struct migrate_report {
    int level;        /* number of the last one applied; 0: none */
    unsigned applied; /* by this call */
    unsigned pending;
};
bool migrate_run(struct conn *c, const struct migration *list, size_t n, struct migrate_report *out,
                 struct err *e);

/* Compares only; changes nothing but an empty portal.migration on a new database. */
bool migrate_check(struct conn *c, const struct migration *list, size_t n, struct migrate_report *out,
                   struct err *e);
