/* terrasse mail test, mail list: whether notices leave, and which did. */
#include <stdio.h>

#include "tenants/directory/slug.h"
#include "tenants/directory/tenant.h"
#include "tenants/people/mail.h"
#include "core/io/fetch.h"
#include "tools/cli/cmd.h"
#include "tools/cli/portal.h"
#include "tools/cli/rows.h"
#include "tools/cli/sql.h"

const struct command_option mail_options[] = {
    {"host", "HOST", true, "The portal.", "Le portail."},
    {NULL, NULL, false, NULL, NULL},
};

bool cmd_mail_test(struct cli *cli, struct err *e)
{
    struct arena a = {0};
    struct tenant_row t;
    struct str to;
    struct conn *c =
        slug_email(&a, str_of(cli->arguments[0]), &to, e) ? portal_enter(cli, &a, "host", &t, e) : NULL;
    bool ok = c != NULL;
    conn_close(c);
    fetch_init();
    ok = ok && mail_test(&a, to, t.name, t.root_host, cli->lang, e);
    if (ok && cli->json)
        printf("{\"sent\": true}\n");
    else if (ok)
        printf(cli_say(cli, "Message remis au serveur de courriel pour " STR_FMT ".\n",
                       "Message handed to the mail server for " STR_FMT ".\n"),
               STR_ARG(to));
    arena_free(&a);
    return ok;
}

static void put_line(const struct cli *cli, const PGresult *r, int i)
{
    (void)cli;
    printf("%s %-8s %-24s %-36s %s\n", PQgetvalue(r, i, 0), PQgetvalue(r, i, 3), PQgetvalue(r, i, 2), PQgetvalue(r, i, 1),
           PQgetvalue(r, i, 4));
}

static const struct rows_column columns[] = {
    {"at", 0, ROWS_TEXT},    {"recipient", 1, ROWS_TEXT}, {"template", 2, ROWS_TEXT}, {"state", 3, ROWS_TEXT},
    {"error", 4, ROWS_TEXT}, {NULL, 0, ROWS_TEXT},
};

bool cmd_mail_list(struct cli *cli, struct err *e)
{
    struct arena a = {0};
    struct tenant_row t;
    struct conn *c = portal_enter(cli, &a, "host", &t, e);
    PGresult *r = c ? conn_ask(c, &sql_cli_mails, (struct str[]){uuid_str(&t.id)}, e) : NULL;
    if (r)
        rows_say(cli, r, columns, put_line);
    PQclear(r);
    conn_close(c);
    arena_free(&a);
    return r != NULL;
}
