#include "core/db/migrate.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/db/errors.h"
#include "core/db/sql.h"

enum { CHECKSUM_BYTES = 32, CHECKSUM_TEXT = 2 * CHECKSUM_BYTES + 1 };

static const char make_table[] =
    "CREATE TABLE IF NOT EXISTS portal.migration ("
    "    number     int PRIMARY KEY,"
    "    name       text NOT NULL,"
    "    checksum   text NOT NULL,"
    "    applied_at timestamptz NOT NULL DEFAULT now())";

static void checksum_of(const struct migration *m, char out[CHECKSUM_TEXT])
{
    unsigned char sum[CHECKSUM_BYTES];
    crypto_generichash(sum, sizeof sum, (const unsigned char *)m->text, strlen(m->text), NULL, 0);
    sodium_bin2hex(out, CHECKSUM_TEXT, sum, sizeof sum);
}

static void label_of(const struct migration *m, char out[80])
{
    snprintf(out, 80, "%04d_%.70s", m->number, m->name);
}

static const struct migration *find(const struct migration *list, size_t n, int number)
{
    for (size_t i = 0; i < n; i++)
        if (list[i].number == number)
            return &list[i];
    return NULL;
}

static bool fail_with_label(struct err *e, const struct err_kind *kind, const struct migration *m)
{
    char label[80];
    label_of(m, label);
    ERR(e, *kind, "%s", label);
    return err_arg(e, "%s", label);
}

/* What was applied, against what the program carries. */
static bool check_applied(const PGresult *r, const struct migration *list, size_t n, struct err *e)
{
    for (int i = 0; i < PQntuples(r); i++) {
        char sum[CHECKSUM_TEXT];
        const struct migration *m = find(list, n, atoi(PQgetvalue(r, i, 0)));
        if (!m) {
            ERR(e, err_migration_missing, "number %s", PQgetvalue(r, i, 0));
            return err_arg(e, "%04d", atoi(PQgetvalue(r, i, 0)));
        }
        checksum_of(m, sum);
        if (strcmp(sum, PQgetvalue(r, i, 1)) != 0)
            return fail_with_label(e, &err_migration_edited, m);
    }
    return true;
}

static bool is_applied(const PGresult *r, int number)
{
    for (int i = 0; i < PQntuples(r); i++)
        if (atoi(PQgetvalue(r, i, 0)) == number)
            return true;
    return false;
}

/* The first that is missing here, or NULL. */
static bool next(const PGresult *r, const struct migration *list, size_t n,
                 const struct migration **found, struct migrate_report *out, struct err *e)
{
    int rows = PQntuples(r);
    out->level = rows ? atoi(PQgetvalue(r, rows - 1, 0)) : 0;
    out->pending = 0;
    *found = NULL;
    for (size_t i = 0; i < n; i++) {
        if (is_applied(r, list[i].number))
            continue;
        if (list[i].number < out->level) {
            fail_with_label(e, &err_migration_order, &list[i]);
            return err_arg(e, "%d", out->level);
        }
        if (!*found)
            *found = &list[i];
        out->pending++;
    }
    return true;
}

static bool apply(struct conn *c, const struct migration *m, struct err *e)
{
    struct err why;
    char sum[CHECKSUM_TEXT], number[16];
    bool good = conn_exec(c, m->text, &why);
    if (good && PQtransactionStatus(conn_pq(c)) != PQTRANS_INTRANS)
        good = ERR(&why, err_database, "the file may not end its transaction");
    checksum_of(m, sum);
    snprintf(number, sizeof number, "%d", m->number);
    const struct str params[] = {str_of(number), str_of(m->name), str_of(sum)};
    PGresult *r = good ? conn_ask(c, &sql_migration_add, params, &why) : NULL;
    if (r) {
        PQclear(r);
        return true;
    }
    fail_with_label(e, &err_migration_failed, m);
    snprintf(e->detail, sizeof e->detail, "%s", why.detail);
    return err_arg(e, "%s", why.detail);
}

/* One transaction: lock, compare, apply the next. *more: there was one. */
static bool turn(struct conn *c, const struct migration *list, size_t n, bool may_apply, bool *more,
                 struct migrate_report *out, struct err *e)
{
    const struct migration *m = NULL;
    *more = false;
    if (!conn_begin(c, NULL, e))
        return false;
    PGresult *lock = conn_ask(c, &sql_migration_lock, NULL, e);
    PGresult *r = lock && conn_exec(c, make_table, e) ? conn_ask(c, &sql_migration_list, NULL, e) : NULL;
    bool good = r && check_applied(r, list, n, e) && next(r, list, n, &m, out, e);
    if (good && m && may_apply)
        *more = good = apply(c, m, e);
    PQclear(lock);
    PQclear(r);
    if (good && conn_commit(c, e))
        return true;
    *more = false;
    conn_rollback(c);
    return false;
}

bool migrate_run(struct conn *c, const struct migration *list, size_t n, struct migrate_report *out,
                 struct err *e)
{
    bool more = true;
    *out = (struct migrate_report){0};
    while (more) {
        if (!turn(c, list, n, true, &more, out, e))
            return false;
        out->applied += more;
    }
    return true;
}

bool migrate_check(struct conn *c, const struct migration *list, size_t n, struct migrate_report *out,
                   struct err *e)
{
    bool more;
    *out = (struct migrate_report){0};
    return turn(c, list, n, false, &more, out, e);
}
