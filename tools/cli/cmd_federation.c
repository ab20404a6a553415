/* terrasse federation …: links between portals, what they did, and whether the receipts are whole. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/base/errors.h"
#include "core/web/host.h"
#include "federation/federation.h"
#include "federation/link.h"
#include "federation/receipt.h"
#include "federation/seal.h"
#include "federation/sql.h"
#include "tools/cli/cmd.h"
#include "tools/cli/portal.h"
#include "tools/cli/rows.h"
#include "tools/cli/errors.h"

enum { KEY_MAX = 1000 };

const struct command_option federation_options[] = {
    {"host", "HOST", false, "Only the links of this portal (of all the region, for the region's).",
     "Seulement les liens de ce portail (de toute la Région, pour le sien)."},
    {"link", "ID", false, "Only this link.", "Seulement ce lien."},
    {"last", "NUMBER", false, "How many receipts, the newest first (default: 50).",
     "Combien de reçus, les plus récents d’abord (par défaut : 50)."},
    {NULL, NULL, false, NULL, NULL},
};
const struct command_option link_options[] = {
    {"from", "HOST", true, "The portal that gives.", "Le portail qui donne."},
    {"to", "HOST", true, "The portal that receives.", "Le portail qui reçoit."},
    {"dataset", "ID", false, "One data set (default: every open one).", "Un jeu (par défaut : tous ceux qui sont ouverts)."},
    {"filter", "ODSQL", false, "Only these rows, such as dep = \"37\".", "Seulement ces lignes, par exemple dep = \"37\"."},
    {NULL, NULL, false, NULL, NULL},
};
const struct command_option national_options[] = {
    {"host", "HOST", true, "The portal whose data sets go there.", "Le portail dont les jeux y vont."},
    {"url", "URL", true, "Address of the national portal: https://www.data.gouv.fr", "Adresse du portail national : https://www.data.gouv.fr"},
    {"key-file", "FILE", true, "A file that holds the API key of our account there.", "Fichier qui contient la clé d’API de notre compte."},
    {"organisation", "ID", false, "Our organisation there, 24 hexadecimal digits (default: the only one of the account).",
     "Notre organisation, 24 chiffres hexadécimaux (par défaut : la seule du compte)."},
    {"name", "NAME", false, "As people read it (default: data.gouv.fr).", "Nom affiché (par défaut : data.gouv.fr)."},
    {"stand-in", NULL, false, "It is a stand-in for tests and demonstrations, and is labelled so.",
     "C’est un simulateur pour les essais et les démonstrations ; il est signalé comme tel."},
    {NULL, NULL, false, NULL, NULL},
};

static struct str option(const struct cli *cli, const char *name)
{
    return str_of(cli_option(cli, name));
}

/* --host of a region: all its links; of a sub-domain: its own. */
static bool find_scope(struct cli *cli, struct conn *c, struct arena *a, struct str scope[2], struct err *e)
{
    struct tenant_row t;
    scope[0] = scope[1] = STR_NONE;
    if (!cli_has(cli, "host"))
        return true;
    if (!portal_find(cli, c, a, "host", &t, e))
        return false;
    scope[t.is_root ? 0 : 1] = arena_str(a, t.is_root ? uuid_str(&t.root) : uuid_str(&t.id));
    return true;
}

/* Columns of link_list.sql, receipt_list.sql and difference_list.sql. */
static const struct rows_column link_columns[] = {
    {"link", 0, ROWS_TEXT}, {"kind", 1, ROWS_TEXT}, {"state", 2, ROWS_TEXT}, {"from", 3, ROWS_TEXT},
    {"from_name", 4, ROWS_TEXT}, {"to", 5, ROWS_TEXT}, {"to_name", 6, ROWS_TEXT}, {"stand_in", 7, ROWS_BOOL},
    {"dataset", 8, ROWS_TEXT}, {"filter", 9, ROWS_TEXT}, {"organisation", 10, ROWS_TEXT}, {"wanted", 11, ROWS_RAW},
    {"done", 12, ROWS_RAW}, {"waiting", 13, ROWS_RAW}, {"parked", 14, ROWS_RAW}, {"last", 15, ROWS_TEXT},
    {"next", 16, ROWS_TEXT}, {"error", 17, ROWS_RAW}, {"peer_state", 18, ROWS_TEXT}, {"peer_error", 19, ROWS_TEXT},
    {"closed_until", 20, ROWS_TEXT}, {NULL, 0, ROWS_TEXT},
};
static const struct rows_column receipt_columns[] = {
    {"at", 0, ROWS_TEXT}, {"kind", 1, ROWS_TEXT}, {"from", 2, ROWS_TEXT}, {"to", 3, ROWS_TEXT},
    {"dataset", 4, ROWS_TEXT}, {"action", 5, ROWS_TEXT}, {"outcome", 6, ROWS_TEXT}, {"revision", 7, ROWS_RAW},
    {"target_id", 8, ROWS_TEXT}, {"target_url", 9, ROWS_TEXT}, {"detail", 10, ROWS_RAW}, {"link", 11, ROWS_TEXT}, {NULL, 0, ROWS_TEXT},
};

static void put_link(const struct cli *cli, const PGresult *r, int i)
{
    struct buf why = {0};
    federation_say(&why, cli->lang, rows_cell(r, i, 17));
    printf(cli_say(cli, "%s  %-8s %s -> %s%s\n    copies %s sur %s, en attente %s, à voir %s, dernier passage %s\n",
                   "%s  %-8s %s -> %s%s\n    copies %s of %s, waiting %s, to look at %s, last run %s\n"),
           PQgetvalue(r, i, 0), PQgetvalue(r, i, 1), PQgetvalue(r, i, 3), PQgetvalue(r, i, 5),
           *PQgetvalue(r, i, 7) == 't' ? cli_say(cli, " (simulateur)", " (stand-in)") : "", PQgetvalue(r, i, 12),
           PQgetvalue(r, i, 11), PQgetvalue(r, i, 13), PQgetvalue(r, i, 14),
           PQgetisnull(r, i, 15) ? "-" : PQgetvalue(r, i, 15));
    if (why.n)
        printf("    " STR_FMT "\n", STR_ARG(buf_str(&why)));
    buf_free(&why);
}

static void put_receipt(const struct cli *cli, const PGresult *r, int i)
{
    struct buf why = {0};
    federation_say(&why, cli->lang, rows_cell(r, i, 10));
    printf("%s  %-9s %-9s %s -> %s  %s " STR_FMT "\n", PQgetvalue(r, i, 0), PQgetvalue(r, i, 5), PQgetvalue(r, i, 6),
           PQgetvalue(r, i, 2), PQgetvalue(r, i, 3), PQgetvalue(r, i, 9), STR_ARG(buf_str(&why)));
    buf_free(&why);
}

static const struct rows_column difference_columns[] = {
    {"link", 0, ROWS_TEXT}, {"from", 1, ROWS_TEXT}, {"to", 2, ROWS_TEXT}, {"dataset", 3, ROWS_TEXT},
    {"what", 4, ROWS_TEXT}, {"state", 5, ROWS_TEXT}, {"found", 6, ROWS_TEXT}, {"mended", 7, ROWS_TEXT}, {NULL, 0, ROWS_TEXT},
};

static void put_difference(const struct cli *cli, const PGresult *r, int i)
{
    (void)cli;
    printf("%s  %-6s %s -> %s  %s  %s\n", PQgetvalue(r, i, 6), PQgetvalue(r, i, 5), PQgetvalue(r, i, 1), PQgetvalue(r, i, 2),
           PQgetvalue(r, i, 3), PQgetvalue(r, i, 4));
}

static bool list(struct cli *cli, const struct stmt *statement, const struct rows_column *columns,
                 void (*line)(const struct cli *cli, const PGresult *r, int row), struct err *e)
{
    struct arena a = {0};
    struct str scope[3];
    struct conn *c = portal_owner(cli, e);
    bool ok = c && find_scope(cli, c, &a, scope, e);
    scope[2] = cli_has(cli, "last") ? option(cli, "last") : S("50");
    PGresult *r = ok ? conn_ask(c, statement, scope, e) : NULL;
    if (r)
        rows_say(cli, r, columns, line);
    ok = r != NULL;
    PQclear(r);
    conn_close(c);
    arena_free(&a);
    return ok;
}

bool cmd_federation_list(struct cli *cli, struct err *e)
{
    return list(cli, &sql_link_list, link_columns, put_link, e);
}

bool cmd_federation_receipts(struct cli *cli, struct err *e)
{
    return list(cli, &sql_receipt_list, receipt_columns, put_receipt, e);
}

bool cmd_federation_differences(struct cli *cli, struct err *e)
{
    return list(cli, &sql_difference_list, difference_columns, put_difference, e);
}

static bool run(struct cli *cli, bool parked, struct err *e)
{
    struct arena a = {0};
    struct tenant_row t = {.is_root = false};
    int64_t n = 0;
    struct conn *c = portal_owner(cli, e);
    bool ok = c && conn_begin(c, NULL, e) && (!cli_has(cli, "host") || portal_find(cli, c, &a, "host", &t, e)) &&
              link_run(c, cli_has(cli, "link") ? option(cli, "link") : STR_NONE, &t.root, parked, true, &n, e) &&
              conn_commit(c, e);
    if (ok && cli->json)
        printf("{\"deliveries\": %lld}\n", (long long)n);
    else if (ok)
        printf(cli_say(cli, "C’est demandé ; %lld livraisons repartent.\n", "Asked for; %lld deliveries go.\n"), (long long)n);
    conn_close(c);
    arena_free(&a);
    return ok;
}

bool cmd_federation_run(struct cli *cli, struct err *e)
{
    return run(cli, false, e);
}

bool cmd_federation_retry(struct cli *cli, struct err *e)
{
    return run(cli, true, e);
}

static void say_id(const struct cli *cli, const struct uuid *id)
{
    if (cli->json)
        printf("{\"link\": \"%s\"}\n", id->text);
    else
        printf(cli_say(cli, "Lien %s.\n", "Link %s.\n"), id->text);
}

bool cmd_federation_link(struct cli *cli, struct err *e)
{
    struct arena a = {0};
    struct tenant_row from, to;
    struct uuid id;
    struct conn *c = portal_owner(cli, e);
    bool ok =
        c && conn_begin(c, NULL, e) && portal_find(cli, c, &a, "from", &from, e) &&
        portal_find(cli, c, &a, "to", &to, e) &&
        link_add(c, &from, &to,
                 &(struct link_new){.dataset = option(cli, "dataset"), .row_filter = option(cli, "filter")}, &id, e) &&
        conn_commit(c, e);
    if (ok)
        say_id(cli, &id);
    conn_close(c);
    arena_free(&a);
    return ok;
}

bool cmd_federation_unlink(struct cli *cli, struct err *e)
{
    struct conn *c = portal_owner(cli, e);
    bool ok = c && conn_begin(c, NULL, e) && link_end(c, str_of(cli->arguments[0]), NULL, e) && conn_commit(c, e);
    if (ok)
        printf("%s\n", cli->json ? "{\"ended\": true}" : cli_say(cli, "Lien terminé ; ses copies sont reprises.",
                                                               "Link ended; its copies are taken back."));
    conn_close(c);
    return ok;
}

static bool read_key(struct cli *cli, char key[KEY_MAX + 1], struct err *e)
{
    const char *path = cli_option(cli, "key-file");
    FILE *f = fopen(path, "r");
    int why = f ? 0 : errno;
    size_t n = f ? fread(key, 1, KEY_MAX, f) : 0;
    if (f)
        fclose(f);
    key[n] = '\0';
    if (n > 0)
        return true;
    ERR(e, err_file_open, "%s", path);
    err_arg(e, "%s", path);
    return err_arg(e, "%s", why ? strerror(why) : cli_say(cli, "il est vide", "it is empty"));
}

bool cmd_federation_national(struct cli *cli, struct err *e)
{
    struct arena a = {0};
    struct tenant_row t;
    struct uuid id;
    char sealing[HOME_PATH], key[KEY_MAX + 1];
    struct conn *c = read_key(cli, key, e) ? portal_owner(cli, e) : NULL;
    struct link_national new = {.url = option(cli, "url"), .name = option(cli, "name"), .organisation = option(cli, "organisation"),
                                .key = str_trim(str_of(key)), .is_standin = cli_has(cli, "stand-in")};
    bool ok = c && (cli->home.path[0] || cli_home(cli, e)) && home_secret(&cli->home, "sealing", sealing, e) &&
              conn_begin(c, NULL, e) && portal_find(cli, c, &a, "host", &t, e) &&
              link_national(c, &a, sealing, &t, &new, &id, e) && conn_commit(c, e);
    if (ok)
        say_id(cli, &id);
    conn_close(c);
    arena_free(&a);
    return ok;
}

static bool verify_root(const struct cli *cli, struct conn *c, const unsigned char *public, const PGresult *r, int row,
                        bool *whole, struct err *e)
{
    struct receipt_verdict v;
    int64_t number = 0;
    str_i64(rows_cell(r, row, 2), &number);
    if (!receipt_verify(c, public, rows_cell(r, row, 0), number, rows_cell(r, row, 3), &v, e))
        return false;
    *whole = *whole && !v.fault;
    if (cli->json)
        printf("%s{\"root\": \"%s\", \"receipts\": %lld, \"whole\": %s, \"broken\": %lld, \"fault\": \"%s\"}",
               row ? ",\n " : "", PQgetvalue(r, row, 0), (long long)v.receipts, v.fault ? "false" : "true",
               (long long)v.broken, v.fault ? v.fault : "");
    else if (v.fault)
        printf(cli_say(cli, "%s : la chaîne est rompue au reçu %lld (%s).\n", "%s: the chain is broken at receipt %lld (%s).\n"),
               PQgetvalue(r, row, 1), (long long)v.broken, v.fault);
    else
        printf(cli_say(cli, "%s : %lld reçus, chaîne et signatures intactes.\n",
                       "%s: %lld receipts, chain and signatures whole.\n"),
               PQgetvalue(r, row, 1), (long long)v.receipts);
    return true;
}

bool cmd_federation_verify(struct cli *cli, struct err *e)
{
    unsigned char public[SEAL_PUBLIC];
    char sealing[HOME_PATH];
    bool whole = true;
    struct conn *c = portal_owner(cli, e);
    bool ok = c && (cli->home.path[0] || cli_home(cli, e)) && home_secret(&cli->home, "sealing", sealing, e) &&
              seal_public(sealing, public, e);
    PGresult *r = ok ? conn_ask(c, &sql_receipt_heads, NULL, e) : NULL;
    ok = r != NULL;
    if (ok && cli->json)
        printf("[");
    for (int row = 0; ok && row < PQntuples(r); row++)
        ok = verify_root(cli, c, public, r, row, &whole, e);
    if (ok && cli->json)
        printf("]\n");
    PQclear(r);
    conn_close(c);
    return ok && whole; /* a broken chain was said above: code 1 without another sentence */
}
