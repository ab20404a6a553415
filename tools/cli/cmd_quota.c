/* terrasse quota show | set | lend: the same functions as the page /backoffice/quotas/. */
#include <stdio.h>

#include "core/web/host.h"
#include "tenants/directory/tenant.h"
#include "tenants/quota/share.h"
#include "tenants/quota/sql.h"
#include "tools/cli/cmd.h"
#include "tools/cli/portal.h"
#include "tools/cli/rows.h"

const struct command_option quota_show_options[] = {
    {"host", "HOST", true, "A portal of the region.", "Un portail de la région."},
    {NULL, NULL, false, NULL, NULL},
};
const struct command_option quota_set_options[] = {
    {"host", "HOST", true, "The portal whose share it is.", "Le portail dont c’est la part."},
    {"ceiling", "AMOUNT", false, "Never more than this (default: what nobody reserved).",
     "Jamais plus que cela (par défaut : ce que personne n’a réservé)."},
    {NULL, NULL, false, NULL, NULL},
};
const struct command_option quota_lend_options[] = {
    {"host", "HOST", true, "The portal that lends.", "Le portail qui prête."},
    {"to", "HOST", true, "The portal that borrows.", "Le portail qui emprunte."},
    {"from", "DATE", false, "First day (default: today).", "Premier jour (par défaut : aujourd’hui)."},
    {"until", "DATE", false, "Last day (default: end of the month).", "Dernier jour (par défaut : fin du mois)."},
    {"accept", NULL, false, "The borrower agreed already.", "L’emprunteur a déjà donné son accord."},
    {NULL, NULL, false, NULL, NULL},
};

static struct str option(const struct cli *cli, const char *name)
{
    return str_of(cli_option(cli, name));
}

static int64_t number(const PGresult *r, int row, int column)
{
    int64_t n = 0;
    str_i64(str_of(PQgetvalue(r, row, column)), &n);
    return n;
}

/* share_list.sql's columns */
enum { COL_ID, COL_NAME, COL_HOST, COL_IS_ROOT, COL_METRIC, COL_RESERVED, COL_CEILING, COL_USED, COL_POOL, COL_LENT };

static const struct rows_column columns[] = {
    {"host", COL_HOST, ROWS_TEXT},       {"metric", COL_METRIC, ROWS_TEXT},  {"used", COL_USED, ROWS_RAW},
    {"reserved", COL_RESERVED, ROWS_RAW}, {"ceiling", COL_CEILING, ROWS_RAW}, {"lent", COL_LENT, ROWS_RAW},
    {"pool", COL_POOL, ROWS_RAW},        {NULL, 0, ROWS_TEXT},
};

static void put_line(const struct cli *cli, const PGresult *r, int i)
{
    struct arena a = {0};
    const struct share_metric *m = &share_metrics[i % SHARE_METRICS];
    struct str used = share_say(&a, cli->lang, m->is_bytes, number(r, i, COL_USED));
    struct str reserved = share_say(&a, cli->lang, m->is_bytes, number(r, i, COL_RESERVED));
    struct str ceiling = PQgetisnull(r, i, COL_CEILING)
                             ? S("—") : share_say(&a, cli->lang, m->is_bytes, number(r, i, COL_CEILING));
    struct str pool = share_say(&a, cli->lang, m->is_bytes, number(r, i, COL_POOL));
    if (i % SHARE_METRICS == 0)
        printf("%s (%s)\n", PQgetvalue(r, i, COL_NAME), PQgetvalue(r, i, COL_HOST));
    printf("  %-22s " STR_FMT " %s " STR_FMT " ; %s " STR_FMT " ; %s " STR_FMT "\n", m->name, STR_ARG(used),
           cli_say(cli, "sur", "of"), STR_ARG(pool), cli_say(cli, "réservé", "reserved"), STR_ARG(reserved),
           cli_say(cli, "plafond", "ceiling"), STR_ARG(ceiling));
    arena_free(&a);
}

bool cmd_quota_show(struct cli *cli, struct err *e)
{
    struct arena a = {0};
    struct tenant_row t;
    struct conn *c = portal_owner(cli, e);
    PGresult *r = c && portal_find(cli, c, &a, "host", &t, e) ? conn_ask(c, &sql_share_list, (struct str[]){uuid_str(&t.root)}, e)
                                                       : NULL;
    bool ok = r != NULL;
    if (ok)
        rows_say(cli, r, columns, put_line);
    PQclear(r);
    conn_close(c);
    arena_free(&a);
    return ok;
}

static bool set_share(struct cli *cli, struct conn *c, struct arena *a, struct err *e)
{
    struct tenant_row t;
    struct share_new new = {.metric = str_of(cli->arguments[0]), .ceiling = -1};
    if (!portal_find(cli, c, a, "host", &t, e) || !share_amount(str_of(cli->arguments[1]), "AMOUNT", &new.reserved, e) ||
        (cli_has(cli, "ceiling") && !share_amount(option(cli, "ceiling"), "--ceiling", &new.ceiling, e)))
        return false;
    new.root = t.root;
    new.tenant = t.id;
    return share_set(c, &new, e);
}

bool cmd_quota_set(struct cli *cli, struct err *e)
{
    struct arena a = {0};
    struct conn *c = portal_owner(cli, e);
    bool ok = c && conn_begin(c, NULL, e) && set_share(cli, c, &a, e) && conn_commit(c, e);
    if (ok)
        printf("%s\n", cli->json ? "{\"done\": true}" : cli_say(cli, "Part enregistrée.", "Share kept."));
    conn_close(c);
    arena_free(&a);
    return ok;
}

static bool lend(struct cli *cli, struct conn *c, struct arena *a, struct uuid *id, struct err *e)
{
    struct tenant_row lender, borrower;
    struct share_loan loan = {.metric = str_of(cli->arguments[0]), .starts_on = option(cli, "from"),
                              .ends_on = option(cli, "until")};
    if (!portal_find(cli, c, a, "host", &lender, e) || !portal_find(cli, c, a, "to", &borrower, e) ||
        !share_amount(str_of(cli->arguments[1]), "AMOUNT", &loan.amount, e))
        return false;
    loan.root = lender.root;
    loan.lender = lender.id;
    loan.borrower = borrower.id;
    if (!share_lend(c, &loan, id, e))
        return false;
    return !cli_has(cli, "accept") ||
           (tenant_enter(c, &borrower.id, e) && share_answer(c, &borrower.id, uuid_str(id), true, STR_NONE, e));
}

bool cmd_quota_lend(struct cli *cli, struct err *e)
{
    struct arena a = {0};
    struct uuid id;
    struct conn *c = portal_owner(cli, e);
    bool ok = c && conn_begin(c, NULL, e) && lend(cli, c, &a, &id, e) && conn_commit(c, e);
    if (ok && cli->json)
        printf("{\"loan\": \"%s\", \"accepted\": %s}\n", id.text, cli_has(cli, "accept") ? "true" : "false");
    else if (ok)
        printf("%s\n", cli_has(cli, "accept")
                           ? cli_say(cli, "Prêt en vigueur.", "The loan is in force.")
                           : cli_say(cli, "Prêt proposé : l’emprunteur l’accepte sur sa page Quotas.",
                                     "Offered: the borrower accepts it on its page Quotas."));
    conn_close(c);
    arena_free(&a);
    return ok;
}
