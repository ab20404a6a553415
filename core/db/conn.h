#pragma once
#include "core/db/batch.h"

/*
 * conn -- one blocking connection: worker, CLI, migrations, STEP_WORK.
 *
 * uri: a libpq connection string. The statements of the registered tables that `role` may use are
 * prepared at connect (lazily, on first use, where PREPARE would cost start-up time).
 */
void stmt_register(const struct stmt_table *table);  /* at program start, before any connection */

struct conn *conn_open(const char *uri, enum stmt_role role, struct err *e); /* NULL: failed */
void conn_close(struct conn *c);
PGconn *conn_pq(struct conn *c);       /* for COPY and migrations only */

/* A transaction of several round trips; the tenant setting is local to it. Nothing is committed
 * unless conn_commit says true. */
bool conn_begin(struct conn *c, const struct uuid *tenant, struct err *e);
bool conn_commit(struct conn *c, struct err *e);
void conn_rollback(struct conn *c);
/* One plain command without parameters (DDL made of constants of ours). */
bool conn_exec(struct conn *c, const char *sql, struct err *e);
/* Inside or outside a transaction: one prepared statement; the result is the caller's (PQclear). */
PGresult *conn_ask(struct conn *c, const struct stmt *s, const struct str *params, struct err *e);
/* The same of a text that the query compiler made (core/data/query): it is not kept, and its values come in binary. */
PGresult *conn_ask_once(struct conn *c, const char *sql, unsigned nparams, const struct str *params, struct err *e);
