/* terrasse mail test, mail list: whether notices leave, and which did. */
#include <stdio.h>

#include "core/base/jw.h"
#include "tenants/directory/slug.h"
#include "tenants/directory/tenant.h"
#include "tenants/people/mail.h"
#include "core/io/fetch.h"
#include "tools/cli/cmd.h"
#include "tools/cli/portal.h"
#include "tools/cli/sql.h"

const struct command_option mail_options[] = {
    {"host", "HOST", true, "The portal.", "Le portail."},
    {NULL, NULL, false, NULL, NULL},
};

static struct conn *enter(struct cli *cli, struct arena *a, struct tenant_row *t, struct err *e)
{
    struct conn *c = portal_owner(cli, e);
    if (c && conn_begin(c, NULL, e) && portal_find(cli, c, a, "host", t, e) &&
        tenant_enter(c, &t->id, e))
        return c;
    conn_close(c);
    return NULL;
}

bool cmd_mail_test(struct cli *cli, struct err *e)
{
    struct arena a = {0};
    struct tenant_row t;
    struct str to;
    struct conn *c =
        slug_email(&a, str_of(cli->arguments[0]), &to, e) ? enter(cli, &a, &t, e) : NULL;
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

bool cmd_mail_list(struct cli *cli, struct err *e)
{
    static const char *const names[] = {"at", "recipient", "template", "state", "error"};
    struct arena a = {0};
    struct tenant_row t;
    struct buf b = {0};
    struct jw w;
    struct conn *c = enter(cli, &a, &t, e);
    PGresult *r = c ? conn_ask(c, &sql_cli_mails, (struct str[]){uuid_str(&t.id)}, e) : NULL;
    jw_init(&w, &b, JW_PRETTY);
    jw_open(&w, '[');
    for (int i = 0; r && i < PQntuples(r); i++) {
        jw_open(&w, '{');
        for (int k = 0; k < 5; k++) {
            jw_key(&w, str_of(names[k]));
            jw_str(&w, PQgetisnull(r, i, k) ? STR_NONE : str_of(PQgetvalue(r, i, k)));
        }
        jw_close(&w, '}');
        if (!cli->json)
            printf("%s %-8s %-24s %-36s %s\n", PQgetvalue(r, i, 0), PQgetvalue(r, i, 3),
                   PQgetvalue(r, i, 2), PQgetvalue(r, i, 1), PQgetvalue(r, i, 4));
    }
    jw_close(&w, ']');
    if (r && cli->json)
        printf(STR_FMT "\n", STR_ARG(buf_str(&b)));
    buf_free(&b);
    PQclear(r);
    conn_close(c);
    arena_free(&a);
    return r != NULL;
}
