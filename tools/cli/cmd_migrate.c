/* terrasse migrate [--backup]: the database to the level of this program; --backup saves it first. */
#include <stdio.h>

#include "core/db/backup.h"
#include "core/db/migrate.h"
#include "tenants/publishing/registry.h"
#include "tools/cli/cmd.h"

const struct command_option migrate_options[] = {
    {"backup", NULL, false, "Back up first when there is something to apply.",
     "Sauvegarder d’abord s’il y a quelque chose à appliquer."},
    {NULL, NULL, false, NULL, NULL},
};

static bool back_up_first(struct cli *cli, struct conn *c, struct err *e)
{
    struct migrate_report r;
    char made[HOME_PATH];
    if (!cli_has(cli, "backup"))
        return true;
    if (!migrate_check(c, migrations, migrations_n, &r, e))
        return false;
    return r.pending == 0 || backup_create(&cli->cluster, NULL, r.level, NULL, made, e);
}

bool cmd_migrate(struct cli *cli, struct err *e)
{
    char uri[HOME_PATH];
    struct migrate_report r;
    if (!cli_connect(cli, CLUSTER_OWNER, uri, e))
        return false;
    struct conn *c = conn_open(uri, ROLE_OWNER, e);
    unsigned schemas = 0;
    bool ok = c && back_up_first(cli, c, e) && migrate_run(c, migrations, migrations_n, &r, e) && registry_carry(c, &schemas, e);
    conn_close(c);
    if (ok && cli->json)
        printf("{\"level\": %d, \"applied\": %u}\n", r.level, r.applied);
    else if (ok)
        printf(cli_say(cli, "Base au niveau %d (%u appliquée(s)).\n", "Database at level %d (%u applied).\n"),
               r.level, r.applied);
    return ok;
}
