/* terrasse migrate [--backup | --cluster]: the database to the level of this program, or to the PostgreSQL installed now. */
#include <stdio.h>

#include "core/base/errors.h"
#include "core/base/jw.h"
#include "core/db/cluster_move.h"
#include "tools/cli/cmd.h"
#include "tools/cli/portal.h"

const struct command_option migrate_options[] = {
    {"backup", NULL, false, "Back up first when there is something to apply.",
     "Sauvegarder d’abord s’il y a quelque chose à appliquer."},
    {"cluster", NULL, false, "Carry the private PostgreSQL, stopped, over to the newest major installed; backs up first, keeps the old one.",
     "Faire passer le PostgreSQL privé, arrêté, à la version majeure la plus récente installée ; sauvegarde d’abord, garde l’ancien."},
    {"to", "FOLDER", false, "With --cluster: to these programs of PostgreSQL, instead of the newest.",
     "Avec --cluster : vers ces programmes de PostgreSQL, au lieu des plus récents."},
    {NULL, NULL, false, NULL, NULL},
};

static bool back_up(const struct cluster *cluster, struct conn *c, bool always, const struct backup_progress *p,
                    char made[HOME_PATH], struct err *e)
{
    struct migrate_report r;
    if (!migrate_check(c, migrations, migrations_n, &r, e))
        return false;
    return (r.pending == 0 && !always) || backup_create(cluster, NULL, r.level, p, made, e);
}

/* With its own programs, once more: a backup, and the level whose functions a dump can bring back. */
static bool ready_old(const struct home *h, const struct cluster_move *m, const struct backup_progress *p,
                      char made[HOME_PATH], struct err *e)
{
    struct home old = *h;
    struct cluster cluster = {0};
    struct migrate_report r;
    char uri[HOME_PATH];
    old.programs = m->old_bin;
    if (!cluster_start(&cluster, &old, e))
        return false;
    struct conn *c = cluster_uri(h, CLUSTER_OWNER, uri, e) ? conn_open(uri, ROLE_OWNER, e) : NULL;
    bool ok = c && back_up(&cluster, c, true, p, made, e) && portal_level(&old, c, &r, e);
    conn_close(c);
    cluster_stop(&cluster);
    return ok;
}

static void say_moved(const struct cli *cli, const struct cluster_move *m, bool moved, const char *backup)
{
    struct buf b = {0};
    struct jw w;
    jw_init(&w, &b, JW_PRETTY);
    jw_open(&w, '{');
    JW_I64(&w, "from", m->from);
    JW_I64(&w, "to", m->to);
    JW_BOOL(&w, "moved", moved);
    JW_STR(&w, "backup", str_of(backup));
    JW_STR(&w, "kept", str_of(m->kept));
    JW_I64(&w, "tables", m->tables);
    JW_I64(&w, "rows", m->rows);
    jw_close(&w, '}');
    if (cli->json)
        printf(STR_FMT "\n", STR_ARG(buf_str(&b)));
    else if (!moved)
        printf(cli_say(cli, "La base est déjà celle de PostgreSQL %d.\n", "The database is of PostgreSQL %d already.\n"), m->from);
    else
        printf(cli_say(cli,
                       "Base passée de PostgreSQL %d à %d : %lld tables, %lld lignes, comptées des deux côtés.\n"
                       "Sauvegarde d’avant : %s\nL’ancienne base est dans %s : supprimez-la quand tout va bien.\n"
                       "Lancez terrasse serve, puis terrasse backup create : les sauvegardes suivantes partent de la nouvelle base.\n",
                       "Database carried over from PostgreSQL %d to %d: %lld tables, %lld rows, counted on both sides.\n"
                       "Backup from before: %s\nThe old database is in %s: remove it when all is well.\n"
                       "Run terrasse serve, then terrasse backup create: later backups begin with the new database.\n"),
               m->from, m->to, (long long)m->tables, (long long)m->rows, backup, m->kept);
    buf_free(&b);
}

/* Programs in no usual place are found again by an option only. */
static void say_option(const struct cli *cli, const struct cluster_move *m)
{
    char bin[HOME_PATH];
    struct err ignored = {0};
    if (!cluster_find(&cli->home, bin, &ignored))
        fprintf(stderr,
                cli_say(cli, "Écrivez dans terrasse.conf : postgres-bin = %s\n",
                        "Write into terrasse.conf: postgres-bin = %s\n"),
                m->new_bin);
}

/* The lock says that nothing runs; it is held to the end. */
static bool move_cluster(struct cli *cli, struct err *e)
{
    struct cluster_move m = {0};
    struct backup_progress p = {cli_step, cli};
    bool needed = false;
    char made[HOME_PATH] = "";
    if (!cli_private(cli, e) || !cli_home(cli, e) || !home_lock(&cli->home, e) ||
        !cluster_move_plan(&cli->home, cli_option(cli, "to"), &m, &needed, e))
        return false;
    if (needed && (!ready_old(&cli->home, &m, &p, made, e) || !cluster_move(&cli->home, &m, &p, e))) {
        fprintf(stderr, cli_say(cli, "Rien n’a été déplacé : la base est celle d’avant, avec PostgreSQL %d.\n",
                                "Nothing was moved: the database is the one from before, with PostgreSQL %d.\n"), m.from);
        return false;
    }
    say_moved(cli, &m, needed, made);
    say_option(cli, &m);
    return true;
}

bool cmd_migrate(struct cli *cli, struct err *e)
{
    char uri[HOME_PATH], made[HOME_PATH];
    struct migrate_report r;
    if (cli_has(cli, "cluster"))
        return move_cluster(cli, e);
    if (cli_has(cli, "to")) {
        ERR(e, err_option_missing, "--to alone");
        return err_arg(e, "--cluster");
    }
    if (!cli_connect(cli, CLUSTER_OWNER, uri, e))
        return false;
    struct conn *c = conn_open(uri, ROLE_OWNER, e);
    bool ok = c && (!cli_has(cli, "backup") || back_up(&cli->cluster, c, false, NULL, made, e)) &&
              portal_level(cli_own(cli), c, &r, e);
    conn_close(c);
    if (ok && cli->json)
        printf("{\"level\": %d, \"applied\": %u}\n", r.level, r.applied);
    else if (ok)
        printf(cli_say(cli, "Base au niveau %d (%u appliquée(s)).\n", "Database at level %d (%u applied).\n"),
               r.level, r.applied);
    return ok;
}
