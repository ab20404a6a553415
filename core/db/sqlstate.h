#pragma once
#include <libpq-fe.h>

#include "core/base/err.h"

/*
 * sqlstate -- from what PostgreSQL says to our error kinds.
 *
 * Rows that a folder registers are looked at first (the name of a constraint, or the SQLSTATE of a
 * RAISE), then our own table by SQLSTATE, then by its class (its first two characters).
 *
 * Source: PostgreSQL 15, appendix A.
 */
struct sqlstate_row {
    const char *state;      /* five characters, or a class of two; NULL: any */
    const char *constraint; /* NULL: any */
    const struct err_kind *kind;
};

/* At program start. The rows must live for ever. */
void sqlstate_register(const struct sqlstate_row *rows, size_t n);

const struct err_kind *sqlstate_kind(const char *state, const char *constraint); /* either may be NULL */

/* Fills *e from a failed result (or, when it says nothing, from the connection); returns false.
 * what: a statement's name, for the log. The detail has the SQLSTATE and the constraint. */
bool sqlstate_err(struct err *e, const PGconn *pg, const PGresult *result, const char *what);

/* The SQLSTATE says that the server is closing this connection. */
bool sqlstate_lost(const char *state);
