/* terrasse dataset versions | compare | restore | discard. */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/jr.h"
#include "tenants/publishing/errors.h"
#include "tenants/publishing/history.h"
#include "tenants/publishing/sql.h"
#include "tools/cli/cmd.h"
#include "tools/cli/portal.h"
#include "tools/cli/rows.h"

const struct command_option version_options[] = {
    {"host", "HOST", true, "The portal.", "Le portail."},
    {"version", "NUMBER", true, "The version, as dataset versions numbers it.",
     "La version, comme la numérote dataset versions."},
    {"with", "NUMBER", false, "The version it is compared with (default: the newest).",
     "La version à laquelle la comparer (par défaut : la plus récente)."},
    {NULL, NULL, false, NULL, NULL},
};

/* history_list.sql's columns */
enum {
    COL_NUMBER,
    COL_VERSION,
    COL_PUBLISHED,
    COL_BY,
    COL_ROWS,
    COL_BYTES,
    COL_COLUMNS,
    COL_STATE,
    COL_NOW
};

static void put_line(const struct cli *cli, const PGresult *r, int i)
{
    (void)cli;
    printf("%4s  %s  %9s  %s%s\n", PQgetvalue(r, i, COL_NUMBER), PQgetvalue(r, i, COL_PUBLISHED), PQgetvalue(r, i, COL_ROWS),
           PQgetvalue(r, i, COL_STATE), *PQgetvalue(r, i, COL_NOW) == 't' ? " *" : "");
}

static const struct rows_column version_columns[] = {
    {"number", COL_NUMBER, ROWS_RAW},   {"published_at", COL_PUBLISHED, ROWS_TEXT}, {"records", COL_ROWS, ROWS_RAW},
    {"columns", COL_COLUMNS, ROWS_RAW}, {"state", COL_STATE, ROWS_TEXT},            {"is_current", COL_NOW, ROWS_BOOL},
    {NULL, 0, ROWS_TEXT},
};

bool cmd_dataset_versions(struct cli *cli, struct err *e)
{
    struct arena a = {0};
    struct tenant_row t;
    struct conn *c = portal_worker(cli, &a, &t, e);
    PGresult *r =
        c && conn_begin(c, &t.id, e)
            ? conn_ask(c, &sql_history_list,
                       (struct str[]){uuid_str(&t.id), str_of(cli->arguments[0]), STR_NONE}, e)
            : NULL;
    bool ok = r != NULL;
    if (ok)
        rows_say(cli, r, version_columns, put_line);
    PQclear(r);
    conn_close(c);
    arena_free(&a);
    return ok;
}

static void say_json(const struct history *h)
{
    char *columns = json_dumps(h->columns, JSON_COMPACT);
    printf("{\"from\": {\"number\": %lld, \"records\": %lld}, \"to\": {\"number\": %lld, "
           "\"records\": %lld}, \"columns\": %s, \"rows\": ",
           (long long)h->before.number, (long long)h->before.rows, (long long)h->after.number,
           (long long)h->after.rows, columns);
    if (h->counted)
        printf("{\"by\": \"%s\", \"added\": %lld, \"removed\": %lld, \"changed\": %lld}}\n",
               h->by == COMPARE_KEY ? "key" : "content", (long long)h->added, (long long)h->removed,
               (long long)h->changed);
    else
        printf("null}\n");
    free(columns);
}

static void say_text(const struct cli *cli, const struct history *h)
{
    printf(cli_say(cli, "Version %lld (%lld lignes) → version %lld (%lld lignes)\n",
                   "Version %lld (%lld rows) → version %lld (%lld rows)\n"),
           (long long)h->before.number, (long long)h->before.rows, (long long)h->after.number,
           (long long)h->after.rows);
    printf(cli_say(cli, "Colonnes : %zu ajoutées, %zu retirées, %zu d’un autre type.\n",
                   "Columns: %zu added, %zu dropped, %zu of another type.\n"),
           json_array_size(jr_array(h->columns, "added")),
           json_array_size(jr_array(h->columns, "dropped")),
           json_array_size(jr_array(h->columns, "retyped")));
    if (h->counted && h->by == COMPARE_KEY)
        printf(cli_say(cli, "Lignes par clé : %lld ajoutées, %lld retirées, %lld modifiées.\n",
                       "Rows by key: %lld added, %lld removed, %lld changed.\n"),
               (long long)h->added, (long long)h->removed, (long long)h->changed);
    else if (h->counted)
        printf(cli_say(cli, "Lignes par contenu : %lld nouvelles, %lld disparues.\n",
                       "Rows by content: %lld new, %lld gone.\n"),
               (long long)h->added, (long long)h->removed);
}

bool cmd_dataset_compare(struct cli *cli, struct err *e)
{
    struct arena a = {0};
    struct tenant_row t;
    struct history h = {0};
    struct conn *c = portal_worker(cli, &a, &t, e);
    const char *with = cli_option(cli, "with");
    bool ok = c && conn_begin(c, &t.id, e) &&
              history_compare(c, &a, &t.id, str_of(cli->arguments[0]),
                              str_of(cli_option(cli, "version")), str_of(with), &h, e);
    if (ok && cli->json)
        say_json(&h);
    else if (ok)
        say_text(cli, &h);
    history_free(&h);
    conn_close(c);
    arena_free(&a);
    return ok;
}

static bool change(struct cli *cli, bool restore, const char *fr, const char *en, struct err *e)
{
    struct arena a = {0};
    struct tenant_row t;
    struct publish_done done;
    struct str id = str_of(cli->arguments[0]);
    struct conn *c = portal_worker(cli, &a, &t, e);
    bool ok = c && conn_begin(c, &t.id, e) &&
              (restore ? history_restore(c, &t.id, id, str_of(cli_option(cli, "version")), STR_NONE,
                                         &done, e)
                       : history_discard(c, &t.id, id, STR_NONE, e)) &&
              conn_commit(c, e);
    if (ok)
        printf("%s\n", cli->json ? "{\"done\": true}" : cli_say(cli, fr, en));
    conn_close(c);
    arena_free(&a);
    return ok;
}

bool cmd_dataset_restore(struct cli *cli, struct err *e)
{
    return change(cli, true, "Version rétablie et publiée.", "Version restored and published.", e);
}

bool cmd_dataset_discard(struct cli *cli, struct err *e)
{
    return change(cli, false, "Brouillon jeté.", "Draft thrown away.", e);
}
