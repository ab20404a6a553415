/* terrasse backup create | verify, terrasse restore. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/errors.h"
#include "core/data/value/moment.h"
#include "core/db/backup.h"
#include "core/db/migrate.h"
#include "tools/cli/cmd.h"

const struct command_option backup_options[] = {
    {"to", "FOLDER", false, "Where the backup goes (default: DIR/backup).",
     "Où va la sauvegarde (par défaut : DIR/backup)."},
    {NULL, NULL, false, NULL, NULL},
};
const struct command_option restore_options[] = {
    {"from", "BACKUP", true, "The backup's folder.", "Le dossier de la sauvegarde."},
    {"until", "TIME", false, "As things were at that time, such as 2026-11-28T20:15:00+01:00 (default: the latest). What was withdrawn later comes back.",
     "L’état à ce moment, par exemple 2026-11-28T20:15:00+01:00 (par défaut : le plus récent). Ce qui a été retiré plus tard revient."},
    {"wal", "FOLDER", false, "Archived log to replay (default: the folder wal beside the backup).",
     "Journal archivé à rejouer (par défaut : le dossier wal à côté de la sauvegarde)."},
    {NULL, NULL, false, NULL, NULL},
};

static bool find_level(const char *uri, int *level, struct err *e)
{
    struct migrate_report r;
    struct conn *c = conn_open(uri, ROLE_OWNER, e);
    bool ok = c && migrate_check(c, migrations, migrations_n, &r, e);
    conn_close(c);
    if (ok)
        *level = r.level;
    return ok;
}

static void say_done(const struct cli *cli, const char *fr, const char *en, const char *path)
{
    if (cli->json)
        printf("{\"path\": \"%s\"}\n", path);
    else
        printf("%s : %s\n", cli_say(cli, fr, en), path);
}

bool cmd_backup_create(struct cli *cli, struct err *e)
{
    char uri[HOME_PATH], made[HOME_PATH];
    int level = 0;
    struct backup_progress p = {cli_step, cli};
    if (!cli_private(cli, e) || !cli_connect(cli, CLUSTER_OWNER, uri, e) || !find_level(uri, &level, e) ||
        !backup_create(&cli->cluster, cli_option(cli, "to"), level, &p, made, e))
        return false;
    say_done(cli, "Sauvegarde faite", "Backup made", made);
    return true;
}

bool cmd_backup_verify(struct cli *cli, struct err *e)
{
    struct backup_progress p = {cli_step, cli};
    if (!backup_verify(cli->arguments[0], &p, e))
        return false;
    say_done(cli, "Sauvegarde intacte", "Backup intact", cli->arguments[0]);
    return true;
}

/* With its offset: an hour that everybody reads as his own is no place to restore to. */
static bool read_until(const struct cli *cli, int64_t *until_us, struct err *e)
{
    struct moment m;
    const char *text = cli_has(cli, "until") ? cli_option(cli, "until") : NULL;
    if (!text || (moment_read(str_of(text), &m) && m.has_time && m.has_offset && m.us > 0)) {
        *until_us = text ? m.us : 0;
        return true;
    }
    ERR(e, err_option_value, "--until");
    err_arg(e, "--until");
    err_arg(e, "%.60s", text);
    return err_arg(e, "%s",
                   cli_say(cli, "date, heure et décalage : 2026-11-28T20:15:00+01:00",
                           "date, time and offset: 2026-11-28T20:15:00+01:00"));
}

bool cmd_restore(struct cli *cli, struct err *e)
{
    struct str home = option_str(OPTION_HOME);
    struct backup_progress p = {cli_step, cli};
    if (home.n == 0) {
        ERR(e, err_option_missing, "--home");
        return err_arg(e, "--home");
    }
    int64_t until = 0;
    if (!read_until(cli, &until, e) || !backup_restore(cli_option(cli, "from"), home.p, cli_option(cli, "wal"), until, &p, e))
        return false;
    say_done(cli, "Remis en place", "Restored", home.p);
    return true;
}
