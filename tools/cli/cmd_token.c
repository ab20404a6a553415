/* terrasse token add, list, renew, revoke: API keys for somebody's programs. */
#include <stdio.h>

#include "core/base/clock.h"
#include "tenants/directory/tenant.h"
#include "tenants/people/account.h"
#include "tenants/people/sql.h"
#include "tenants/people/token.h"
#include "tools/cli/cmd.h"
#include "tools/cli/portal.h"
#include "tools/cli/rows.h"

const struct command_option token_options[] = {
    {"host", "HOST", true, "The portal.", "Le portail."},
    {"label", "TEXT", false, "What it is for (default: terrasse token).", "À quoi elle sert (par défaut : terrasse token)."},
    {"days", "NUMBER", false, "How long it lives, 1 to 1095 (default: 365).", "Sa durée de vie en jours, de 1 à 1095 (par défaut : 365)."},
    {NULL, NULL, false, NULL, NULL},
};
const struct command_option token_host_options[] = {
    {"host", "HOST", true, "The portal.", "Le portail."},
    {NULL, NULL, false, NULL, NULL},
};
const struct command_option token_one_options[] = {
    {"host", "HOST", true, "The portal.", "Le portail."},
    {"key", "ID", true, "The key, by its id (terrasse token list).", "La clé, par son identifiant (terrasse token list)."},
    {NULL, NULL, false, NULL, NULL},
};

static void say(const struct cli *cli, const struct token_text *key)
{
    if (cli->json)
        printf("{\"key\": \"%s\"}\n", key->text);
    else
        printf(cli_say(cli, "Clé, montrée une seule fois : %s\nUsage : Authorization: Apikey CLÉ\n",
                       "Key, shown this once: %s\nUse: Authorization: Apikey KEY\n"), key->text);
}

/* In the transaction of that portal, with the person's account. */
static struct conn *enter(struct cli *cli, struct arena *a, struct tenant_row *t, struct uuid *account, struct err *e)
{
    struct conn *c = portal_enter(cli, a, "host", t, e);
    if (c && account_find(c, &t->id, str_of(cli->arguments[0]), account, e))
        return c;
    conn_close(c);
    return NULL;
}

bool cmd_token_add(struct cli *cli, struct err *e)
{
    struct arena a = {0};
    struct tenant_row t;
    struct uuid account;
    struct token_text key;
    int days;
    struct str label = str_of(cli_has(cli, "label") ? cli_option(cli, "label") : "terrasse token");
    struct conn *c = token_days(str_of(cli_option(cli, "days")), &days, e) ? enter(cli, &a, &t, &account, e) : NULL;
    bool ok = c && token_make_key(c, &t.id, &account, label, days, &key, e) && conn_commit(c, e);
    if (ok)
        say(cli, &key);
    conn_close(c);
    arena_free(&a);
    return ok;
}

bool cmd_token_renew(struct cli *cli, struct err *e)
{
    struct arena a = {0};
    struct tenant_row t;
    struct uuid account;
    struct token_text key;
    struct conn *c = enter(cli, &a, &t, &account, e);
    bool ok = c && token_renew(c, &t.id, &account, str_of(cli_option(cli, "key")), &key, e) && conn_commit(c, e);
    if (ok)
        say(cli, &key);
    conn_close(c);
    arena_free(&a);
    return ok;
}

bool cmd_token_revoke(struct cli *cli, struct err *e)
{
    struct arena a = {0};
    struct tenant_row t;
    struct uuid account;
    struct conn *c = enter(cli, &a, &t, &account, e);
    bool ok = c && token_revoke(c, &t.id, &account, str_of(cli_option(cli, "key")), e) && conn_commit(c, e);
    if (ok)
        printf("%s\n", cli->json ? "{\"done\": true}" : cli_say(cli, "Clé éteinte.", "Key revoked."));
    conn_close(c);
    arena_free(&a);
    return ok;
}

static void put_line(const struct cli *cli, const PGresult *r, int i)
{
    (void)cli;
    printf("%s  %-10s  %-10s  %-8s %s\n", PQgetvalue(r, i, 0), PQgetvalue(r, i, 2), PQgetvalue(r, i, 3),
           PQgetvalue(r, i, 5), PQgetvalue(r, i, 1));
}

/* Of key_list.sql. */
static const struct rows_column columns[] = {
    {"id", 0, ROWS_TEXT},   {"label", 1, ROWS_TEXT},    {"made", 2, ROWS_TEXT},
    {"ends", 3, ROWS_TEXT}, {"left_days", 4, ROWS_RAW}, {"state", 5, ROWS_TEXT},
    {NULL, 0, ROWS_TEXT},
};

bool cmd_token_list(struct cli *cli, struct err *e)
{
    struct arena a = {0};
    struct tenant_row t;
    struct uuid account;
    struct conn *c = enter(cli, &a, &t, &account, e);
    PGresult *r = c ? conn_ask(c, &sql_key_list, (struct str[]){uuid_str(&t.id), uuid_str(&account), clock_now(&a)}, e) : NULL;
    if (r)
        rows_say(cli, r, columns, put_line);
    PQclear(r);
    conn_close(c);
    arena_free(&a);
    return r != NULL;
}
