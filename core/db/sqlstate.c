#include "core/db/sqlstate.h"

#include "core/base/errors.h"
#include "core/base/must.h"
#include "core/db/errors.h"

enum { FOLDERS = 32 };

static struct {
    const struct sqlstate_row *rows;
    size_t n;
} folders[FOLDERS];
static size_t nfolders;

/* clang-format off */
static const struct sqlstate_row ours[] = {
    {"57014", NULL, &err_deadline},      /* statement_timeout, or cancelled */
    {"55P03", NULL, &err_deadline},      /* lock_timeout */
    {"57P01", NULL, &err_database_away}, /* terminated */
    {"57P02", NULL, &err_database_away}, /* crash of a neighbour */
    {"57P03", NULL, &err_database_away}, /* starting or stopping */
    {"53300", NULL, &err_database_away}, /* too many connections */
    {"08P01", NULL, &err_value_refused}, /* a binary value of the wrong length */
    {"08",    NULL, &err_database_away},
    {"53100", NULL, &err_database_full},
    {"23505", NULL, &err_conflict},
    {"23P01", NULL, &err_conflict},
    {"40",    NULL, &err_conflict},      /* serialisation, deadlock */
    {"23503", NULL, &err_reference},
    {"23",    NULL, &err_value_refused},
    {"22",    NULL, &err_value_refused},
    {"42P01", NULL, &err_table_gone},
};
/* clang-format on */

void sqlstate_register(const struct sqlstate_row *rows, size_t n)
{
    must(nfolders < FOLDERS);
    folders[nfolders].rows = rows;
    folders[nfolders++].n = n;
}

static bool matches(const struct sqlstate_row *row, const char *state, const char *constraint)
{
    if (row->state && (!state || strncmp(row->state, state, strlen(row->state)) != 0))
        return false;
    if (row->constraint && (!constraint || strcmp(row->constraint, constraint) != 0))
        return false;
    return row->state || row->constraint;
}

static const struct err_kind *find(const struct sqlstate_row *rows, size_t n, const char *state,
                                   const char *constraint)
{
    for (size_t i = 0; i < n; i++)
        if (matches(&rows[i], state, constraint))
            return rows[i].kind;
    return NULL;
}

const struct err_kind *sqlstate_kind(const char *state, const char *constraint)
{
    for (size_t i = 0; i < nfolders; i++) {
        const struct err_kind *kind = find(folders[i].rows, folders[i].n, state, constraint);
        if (kind)
            return kind;
    }
    const struct err_kind *kind = find(ours, sizeof ours / sizeof ours[0], state, constraint);
    return kind ? kind : &err_database;
}

bool sqlstate_err(struct err *e, const PGconn *pg, const PGresult *result, const char *what)
{
    const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    const char *constraint = result ? PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME) : NULL;
    const char *says = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    if (!says)
        says = pg ? PQerrorMessage(pg) : "no connection";
    const struct err_kind *kind = sqlstate_kind(state, constraint);
    if (!state && (!pg || PQstatus(pg) == CONNECTION_BAD))
        kind = &err_database_away;
    return ERR(e, *kind, "%s: %s %s %s", what, state ? state : "-----", constraint ? constraint : "-",
               says);
}

bool sqlstate_lost(const char *state)
{
    return state && strcmp(state, "08P01") != 0 &&
           (strncmp(state, "57P", 3) == 0 || strncmp(state, "08", 2) == 0);
}
