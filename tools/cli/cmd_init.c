/* terrasse init: home, cluster, schema, then one region with its first administrator. */
#include <stdio.h>

#include "core/base/errors.h"
#include "core/web/host.h"
#include "tenants/directory/root.h"
#include "tenants/people/invite.h"
#include "tools/cli/cmd.h"
#include "tools/cli/portal.h"

const struct command_option init_options[] = {
    {"name", "NAME", true, "Name of the region, as readers see it.", "Nom de la région, tel que les visiteurs le voient."},
    {"host", "HOST", true, "Host name of its portal.", "Nom d’hôte de son portail."},
    {"admin", "EMAIL", true, "E-mail of the first administrator.", "Courriel du premier administrateur."},
    {"siren", "SIREN", false, "Nine digits.", "Neuf chiffres."},
    {NULL, NULL, false, NULL, NULL},
};

static bool make_home(struct cli *cli, struct err *e)
{
    struct str path = option_str(OPTION_HOME);
    char uri[HOME_PATH];
    if (path.n == 0) {
        ERR(e, err_option_missing, "home");
        return err_arg(e, "--home");
    }
    if (!home_create(&cli->home, path.p, e) || !cli_secrets(&cli->home, e))
        return false;
    if (option_str(OPTION_DATABASE).n > 0)
        return true;
    struct err busy = {0};
    if (!home_lock(&cli->home, &busy)) /* it runs: one more region in it */
        return cli_connect(cli, CLUSTER_OWNER, uri, e);
    return cluster_create(&cli->home, e) && cluster_start(&cli->cluster, &cli->home, e);
}

struct made {
    struct uuid root, tenant, account;
    struct token_text token;
    struct str host;
};

/* One transaction: a region without its administrator does not exist. */
static bool make_root(struct cli *cli, struct conn *c, struct arena *a, struct made *made, struct err *e)
{
    struct root_new root = {.name = str_of(cli_option(cli, "name")), .siren = str_of(cli_option(cli, "siren")),
                            .lang = cli->lang == LANG_FR ? S("fr") : STR_NONE};
    struct account_new admin = {.email = str_of(cli_option(cli, "admin")), .role = S("admin")};
    if (!host_canonical(a, str_of(cli_option(cli, "host")), &root.host, e))
        return false;
    made->host = root.host;
    return conn_begin(c, NULL, e) && root_add(c, &root, &made->root, &made->tenant, e) &&
           invite_person(c, &made->tenant, &admin, STR_NONE, &made->account, &made->token, e) &&
           conn_commit(c, e);
}

static void say_made(const struct cli *cli, const struct made *m)
{
    char address[PORTAL_ADDRESS];
    if (cli->json) {
        printf("{\"root\": \"%s\", \"tenant\": \"%s\", \"host\": \"" STR_FMT "\", \"invitation\": \"/invite/%s\"}\n",
               m->root.text, m->tenant.text, STR_ARG(m->host), m->token.text);
        return;
    }
    portal_address(cli, m->host, address);
    printf(cli_say(cli, "Prêt. Première connexion (quatorze jours) : %s/invite/%s\n"
                        "Lancez maintenant : terrasse serve --home %s\n",
                   "Ready. First sign-in (fourteen days): %s/invite/%s\n"
                   "Now run: terrasse serve --home %s\n"),
           address, m->token.text, cli->home.path);
}

bool cmd_init(struct cli *cli, struct err *e)
{
    char uri[HOME_PATH];
    struct arena a = {0};
    struct made made = {0};
    struct migrate_report r;
    struct conn *c = NULL;
    bool ok = make_home(cli, e) && cli_unlock(&cli->home, e) && cli_connect(cli, CLUSTER_OWNER, uri, e);
    ok = ok && (c = conn_open(uri, ROLE_OWNER, e)) != NULL && portal_level(cli_own(cli), c, &r, e) &&
         make_root(cli, c, &a, &made, e);
    if (ok)
        say_made(cli, &made);
    conn_close(c);
    arena_free(&a);
    return ok;
}
