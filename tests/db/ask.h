#pragma once
#include <libpq-fe.h>

#include "core/data/query/query.h"
#include "tests/db/fixture.h"

/* A compiled question, asked as it is or behind "EXPLAIN "; binary: as the program asks. Fails the test when it fails. */
static inline PGresult *ask_query(PGconn *c, const char *before, const struct query_sql *s, bool binary)
{
    const char *values[ODSQL_PARAMS_MAX];
    struct arena a = {0};
    for (unsigned i = 0; i < s->nparams; i++)
        values[i] = s->params[i].p ? arena_copy(&a, s->params[i]) : NULL;
    struct str sql = arena_printf(&a, "%s%s", before, s->sql);
    PGresult *r = PQexecParams(c, sql.p, (int)s->nparams, NULL, values, NULL, NULL, binary);
    if (PQresultStatus(r) != PGRES_TUPLES_OK)
        fail_msg("%s\n%s", PQerrorMessage(c), sql.p);
    arena_free(&a);
    return r;
}
