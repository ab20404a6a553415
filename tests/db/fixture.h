#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/err.h"

/*
 * fixture -- a throw-away PostgreSQL for one test program.
 *
 * Group setup and teardown of cmocka. The cluster lives in a folder of its own below /tmp, listens
 * on a Unix socket there, trusts everybody who reaches it, runs as `postgres` when the test runs as
 * root, has our four roles, migrations/cluster.sql and the migrations, and dies with the test.
 * The schema `test` (of the superuser, open to all roles) has test.slow(ms integer).
 */
enum db_user { DB_SUPER, DB_OWNER, DB_WEB, DB_WORKER, DB_READER };

int db_setup(void **state);      /* with the migrations */
int db_setup_bare(void **state); /* without */
int db_teardown(void **state);

const char *db_uri(enum db_user user);
void db_exec(enum db_user user, const char *sql); /* fails the test when it fails */
/* The first value of the first row ("" when there is none); valid until the next call. */
const char *db_value(enum db_user user, const char *sql);
/* Asks until the value is `want`; false after `within_ms`. */
bool db_until(enum db_user user, const char *sql, const char *want, int within_ms);
void db_good(bool ok, const struct err *e); /* fails the test with the error's text */
