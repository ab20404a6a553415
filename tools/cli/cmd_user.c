/* terrasse user add | link | password | dpo | list: the same functions as the forms call. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "tenants/people/invite.h"
#include "tenants/people/password.h"
#include "tenants/people/sql.h"
#include "tools/cli/cmd.h"
#include "tools/cli/portal.h"
#include "tools/cli/rows.h"

const struct command_option user_options[] = {
    {"host", "HOST", true, "The portal.", "Le portail."},
    {"name", "NAME", false, "As others see it (default: the e-mail).", "Tel que les autres le voient (par défaut : le courriel)."},
    {"role", "ROLE", false, "reader, contributor (default), editor, admin.",
     "reader, contributor (par défaut), editor, admin."},
    {NULL, NULL, false, NULL, NULL},
};
const struct command_option user_host_options[] = {
    {"host", "HOST", true, "The portal.", "Le portail."},
    {NULL, NULL, false, NULL, NULL},
};

const struct command_option user_dpo_options[] = {
    {"host", "HOST", true, "The portal.", "Le portail."},
    {"off", NULL, false, "No longer.", "Ne l’est plus."},
    {NULL, NULL, false, NULL, NULL},
};

/* A new person, or a new link for one who is there. */
static bool send_link(struct cli *cli, bool is_new, struct err *e)
{
    struct arena a = {0};
    struct tenant_row t;
    struct uuid account;
    struct token_text token;
    struct str email = str_of(cli->arguments[0]);
    struct account_new person = {.email = email, .name = str_of(is_new ? cli_option(cli, "name") : NULL),
                                 .role = is_new && cli_has(cli, "role") ? str_of(cli_option(cli, "role")) : S("contributor")};
    struct conn *c = portal_enter(cli, &a, "host", &t, e);
    bool ok = c != NULL;
    if (ok && is_new)
        ok = invite_person(c, &t.id, &person, STR_NONE, &account, &token, e);
    else if (ok)
        ok = account_find(c, &t.id, email, &account, e) &&
             invite_make(c, &t.id, &account, INVITE_PASSWORD, STR_NONE, &token, e);
    ok = ok && conn_commit(c, e);
    if (ok)
        portal_say_link(cli, t.host, &token);
    conn_close(c);
    arena_free(&a);
    return ok;
}

bool cmd_user_add(struct cli *cli, struct err *e)
{
    return send_link(cli, true, e);
}

bool cmd_user_link(struct cli *cli, struct err *e)
{
    return send_link(cli, false, e);
}

/* One line of standard input; on a terminal it is asked for and not shown. */
static struct str read_password(const struct cli *cli, char *line, int size)
{
    struct termios before, silent;
    bool asks = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &before) == 0;
    if (asks) {
        silent = before;
        silent.c_lflag &= ~(tcflag_t)ECHO;
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
        fputs(cli_say(cli, "Mot de passe : ", "Password: "), stderr);
    }
    if (!fgets(line, size, stdin))
        line[0] = '\0';
    if (asks) {
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
        fputc('\n', stderr);
    }
    line[strcspn(line, "\r\n")] = '\0';
    return str_of(line);
}

bool cmd_user_password(struct cli *cli, struct err *e)
{
    struct arena a = {0};
    struct tenant_row t;
    struct uuid account;
    char line[PASSWORD_MAX + 3];
    struct str password = read_password(cli, line, sizeof line);
    struct conn *c = portal_enter(cli, &a, "host", &t, e);
    bool ok = c && account_find(c, &t.id, str_of(cli->arguments[0]), &account, e) &&
              account_password(c, &t.id, &account, password, e) && conn_commit(c, e);
    sodium_memzero(line, sizeof line);
    if (ok)
        printf("%s\n", cli->json ? "{\"done\": true}" : cli_say(cli, "Mot de passe changé.", "Password changed."));
    conn_close(c);
    arena_free(&a);
    return ok;
}

static void put_line(const struct cli *cli, const PGresult *r, int i)
{
    (void)cli;
    printf("%-40s %-12s %-10s %s\n", PQgetvalue(r, i, 1), PQgetvalue(r, i, 3), PQgetvalue(r, i, 4), PQgetvalue(r, i, 2));
}

/* Of account_list.sql; joined says whether a password was ever set. */
static const struct rows_column columns[] = {
    {"email", 1, ROWS_TEXT},        {"name", 2, ROWS_TEXT},   {"role", 3, ROWS_TEXT},       {"state", 4, ROWS_TEXT},
    {"organisation", 5, ROWS_TEXT}, {"joined", 6, ROWS_BOOL}, {"last_login", 7, ROWS_TEXT}, {NULL, 0, ROWS_TEXT},
};

bool cmd_user_list(struct cli *cli, struct err *e)
{
    struct arena a = {0};
    struct tenant_row t;
    struct conn *c = portal_enter(cli, &a, "host", &t, e);
    PGresult *r = c ? conn_ask(c, &sql_account_list, (struct str[]){uuid_str(&t.id)}, e) : NULL;
    bool ok = r != NULL;
    if (ok)
        rows_say(cli, r, columns, put_line);
    PQclear(r);
    conn_close(c);
    arena_free(&a);
    return ok;
}

bool cmd_user_dpo(struct cli *cli, struct err *e)
{
    struct arena a = {0};
    struct tenant_row t;
    struct uuid account;
    bool off = cli_has(cli, "off");
    struct str email = str_of(cli->arguments[0]);
    struct conn *c = portal_enter(cli, &a, "host", &t, e);
    bool ok = c && account_find(c, &t.id, email, &account, e) &&
              tenant_do(c, &sql_account_dpo, (struct str[]){uuid_str(&t.id), email, off ? S("f") : S("t")}, e) &&
              tenant_audit(c, &t.id, STR_NONE, off ? S("dpo-off") : S("dpo"), email, STR_NONE, e) && conn_commit(c, e);
    if (ok && cli->json)
        printf("{\"done\": true}\n");
    else if (ok && off)
        printf(cli_say(cli, STR_FMT " n’est plus délégué à la protection des données.\n",
                       STR_FMT " is no longer data protection officer.\n"),
               STR_ARG(email));
    else if (ok)
        printf(cli_say(cli, STR_FMT " est délégué à la protection des données.\n",
                       STR_FMT " is data protection officer.\n"),
               STR_ARG(email));
    conn_close(c);
    arena_free(&a);
    return ok;
}
