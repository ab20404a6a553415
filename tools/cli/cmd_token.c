/* terrasse token add: an API key for somebody's programs. */
#include <stdio.h>

#include "core/base/jw.h"
#include "core/web/host.h"
#include "tenants/directory/tenant.h"
#include "tenants/people/account.h"
#include "tenants/people/token.h"
#include "tools/cli/cmd.h"
#include "tools/cli/portal.h"

const struct command_option token_options[] = {
    {"host", "HOST", true, "The portal.", "Le portail."},
    {"label", "TEXT", false, "What it is for (default: terrasse token).", "À quoi elle sert (par défaut : terrasse token)."},
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

bool cmd_token_add(struct cli *cli, struct err *e)
{
    struct arena a = {0};
    struct tenant_row t;
    struct uuid account;
    struct token_text key;
    struct str host, label = str_of(cli_has(cli, "label") ? cli_option(cli, "label") : "terrasse token");
    struct conn *c = host_canonical(&a, str_of(cli_option(cli, "host")), &host, e) ? portal_owner(cli, e) : NULL;
    bool ok = c && conn_begin(c, NULL, e) && tenant_find(c, &a, host, &t, e) && tenant_enter(c, &t.id, e) &&
              account_find(c, &t.id, str_of(cli->arguments[0]), &account, e) &&
              token_make_key(c, &t.id, &account, label, &key, e) && conn_commit(c, e);
    if (ok)
        say(cli, &key);
    conn_close(c);
    arena_free(&a);
    return ok;
}
