/* terrasse dataset source: where a dataset's file is fetched from. */
#include <stdio.h>

#include "core/base/jw.h"
#include "tenants/publishing/errors.h"
#include "tenants/publishing/fault.h"
#include "tenants/publishing/source.h"
#include "tenants/publishing/sql.h"
#include "tools/cli/cmd.h"
#include "tools/cli/portal.h"

const struct command_option source_options[] = {
    {"host", "HOST", true, "The portal.", "Le portail."},
    {"url", "URL", false, "Fetch its file from there, at once and then on a schedule.",
     "Y chercher son fichier, aussitôt puis à intervalles réguliers."},
    {"every", "MINUTES", false, "How often: 15 to 44640 (default: 1440).", "À quel intervalle : de 15 à 44640 (par défaut : 1440)."},
    {"secret", NULL, false, "Send an Authorization header, read from standard input.",
     "Envoyer un en-tête Authorization, lu sur l’entrée standard."},
    {"run", NULL, false, "Fetch it now.", "Le chercher maintenant."},
    {"remove", NULL, false, "Fetch it no more.", "Ne plus le chercher."},
    {NULL, NULL, false, NULL, NULL},
};

static bool put(struct cli *cli, struct conn *c, const struct uuid *tenant, struct err *e)
{
    static char secret[SOURCE_SECRET_MOST + 3];
    const char *every = cli_option(cli, "every");
    struct source_new new = {.url = str_of(cli_option(cli, "url")), .every_min = 1440, .active = true};
    if (every && !str_i64(str_of(every), &new.every_min))
        new.every_min = 0;
    if (cli_has(cli, "secret") && fgets(secret, sizeof secret, stdin))
        new.secret = str_trim(str_of(secret));
    return source_put(c, tenant, str_of(cli->arguments[0]), &new, e);
}

/* source_one.sql's columns */
enum { COL_URL, COL_EVERY, COL_ACTIVE, COL_SECRET, COL_RESULT, COL_ERROR, COL_FAILURES, COL_RAN, COL_NEXT,
       COL_UPLOAD, COL_UPLOAD_STATE,
       COL_UPLOAD_ERROR, COL_HELD };

static struct str text(const PGresult *r, int column)
{
    return PQgetisnull(r, 0, column) ? STR_NONE : str_of(PQgetvalue(r, 0, column));
}

static void show_json(const PGresult *r)
{
    struct buf b = {.max = 1 << 20};
    struct jw w;
    jw_init(&w, &b, JW_SPACED);
    jw_open(&w, '{');
    JW_STR(&w, "url", text(r, COL_URL));
    JW_RAW(&w, "every_minutes", text(r, COL_EVERY));
    JW_BOOL(&w, "active", *PQgetvalue(r, 0, COL_ACTIVE) == 't');
    JW_STR(&w, "last_result", text(r, COL_RESULT));
    JW_RAW(&w, "last_error", text(r, COL_ERROR));
    JW_STR(&w, "last_run_at", text(r, COL_RAN));
    JW_STR(&w, "next_run_at", text(r, COL_NEXT));
    JW_STR(&w, "upload_state", text(r, COL_UPLOAD_STATE));
    JW_RAW(&w, "upload_error", text(r, COL_UPLOAD_ERROR));
    JW_BOOL(&w, "held", *PQgetvalue(r, 0, COL_HELD) == 't');
    jw_close(&w, '}');
    printf(STR_FMT "\n", STR_ARG(buf_str(&b)));
    buf_free(&b);
}

static void show_error(const struct cli *cli, struct str json)
{
    struct buf b = {0};
    if (!json.n)
        return;
    fault_say(json, cli->lang, &b);
    printf("  " STR_FMT "\n", STR_ARG(buf_str(&b)));
    buf_free(&b);
}

static void show_text(const struct cli *cli, const PGresult *r)
{
    printf("%s\n", PQgetvalue(r, 0, COL_URL));
    printf(cli_say(cli, "Dernier passage : %s (%s) ; prochain : %s\n", "Last run: %s (%s); next: %s\n"), PQgetvalue(r, 0, COL_RAN),
           PQgetvalue(r, 0, COL_RESULT), PQgetvalue(r, 0, COL_NEXT));
    show_error(cli, text(r, COL_ERROR));
    show_error(cli, text(r, COL_UPLOAD_ERROR));
}

static bool show(struct cli *cli, struct conn *c, const struct uuid *tenant, struct err *e)
{
    PGresult *r = conn_ask(c, &sql_source_one, (struct str[]){uuid_str(tenant), str_of(cli->arguments[0]), STR_NONE}, e);
    bool there = r && (PQntuples(r) == 1 || ERR(e, err_source_none, "no row"));
    if (there && cli->json)
        show_json(r);
    else if (there)
        show_text(cli, r);
    PQclear(r);
    return there;
}

bool cmd_dataset_source(struct cli *cli, struct err *e)
{
    struct arena a = {0};
    struct tenant_row t;
    struct str id = str_of(cli->arguments[0]);
    bool removes = cli_has(cli, "remove");
    struct conn *c = portal_worker(cli, &a, &t, e);
    bool ok = c && conn_begin(c, &t.id, e) && (!cli_option(cli, "url") || put(cli, c, &t.id, e)) &&
              (!removes || source_remove(c, &t.id, id, STR_NONE, e)) &&
              (!cli_has(cli, "run") || source_run_soon(c, &t.id, id, e)) && (removes || show(cli, c, &t.id, e)) &&
              conn_commit(c, e);
    if (ok && removes)
        printf("%s\n", cli->json ? "{\"done\": true}" : cli_say(cli, "Source retirée.", "Source removed."));
    conn_close(c);
    arena_free(&a);
    return ok;
}
