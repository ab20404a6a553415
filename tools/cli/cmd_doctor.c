/* terrasse doctor: one table of checks, each with its remedy; exit 1 when something is wrong. */
#include <netdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/timex.h>

#include "core/base/jw.h"
#include "core/db/backup.h"
#include "core/db/migrate.h"
#include "tools/cli/cmd.h"
#include "tools/cli/sql.h"
#include "tools/cli/tls_check.h"

enum health { GOOD, BAD, SKIPPED };

struct visit {
    struct cli *cli;
    struct conn *conn; /* NULL: no database */
    char found[512];   /* what was seen */
};

static enum health found(struct visit *v, enum health h, const char *format, ...) __attribute__((format(printf, 3, 4)));
static enum health found(struct visit *v, enum health h, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    vsnprintf(v->found, sizeof v->found, format, ap);
    va_end(ap);
    return h;
}

static enum health check_disk(struct visit *v)
{
    struct statvfs s;
    if (!v->cli->home.path[0] || statvfs(v->cli->home.path, &s) != 0 || s.f_blocks == 0)
        return SKIPPED;
    uint64_t free_mib = (uint64_t)s.f_bavail * s.f_frsize >> 20;
    unsigned percent = (unsigned)(s.f_bavail * 100 / s.f_blocks);
    return found(v, percent < 5 || free_mib < (uint64_t)option_i64(OPTION_DISK_FREE) ? BAD : GOOD, "%llu MiB, %u %%",
                 (unsigned long long)free_mib, percent);
}

static enum health check_inodes(struct visit *v)
{
    struct statvfs s;
    if (!v->cli->home.path[0] || statvfs(v->cli->home.path, &s) != 0 || s.f_files == 0)
        return SKIPPED;
    unsigned percent = (unsigned)(s.f_favail * 100 / s.f_files);
    return found(v, percent < 5 ? BAD : GOOD, "%u %%", percent);
}

/* The kernel knows whether somebody disciplines its clock. Containers may not be told. */
static enum health check_clock(struct visit *v)
{
    struct timex t = {0};
    int state = ntp_adjtime(&t);
    if (state < 0)
        return SKIPPED;
    return found(v, state == TIME_ERROR ? BAD : GOOD, "%ld µs", (long)t.maxerror);
}

static enum health check_database(struct visit *v)
{
    return v->conn ? found(v, GOOD, "%s", PQparameterStatus(conn_pq(v->conn), "server_version")) : BAD;
}

static enum health check_level(struct visit *v)
{
    struct migrate_report r = {0};
    struct err e = {0};
    if (!v->conn)
        return SKIPPED;
    if (!migrate_check(v->conn, migrations, migrations_n, &r, &e)) {
        struct buf b = {0};
        err_say(&e, v->cli->lang, &b);
        found(v, BAD, STR_FMT, STR_ARG(buf_str(&b)));
        buf_free(&b);
        return BAD;
    }
    return found(v, r.pending > 0 ? BAD : GOOD, "%d (+%u)", r.level, r.pending);
}

/* What a statement says; nothing at all is bad. */
static enum health ask(struct visit *v, const struct stmt *s, const struct str *params,
                       enum health (*reads)(struct visit *, const PGresult *))
{
    struct err e = {0};
    if (!v->conn)
        return SKIPPED;
    PGresult *r = conn_ask(v->conn, s, params, &e);
    enum health h = r ? reads(v, r) : BAD;
    PQclear(r);
    return h;
}

static enum health read_extensions(struct visit *v, const PGresult *r)
{
    if (PQntuples(r) != 1)
        return found(v, BAD, "?");
    return PQgetisnull(r, 0, 0) ? GOOD : found(v, BAD, "%s", PQgetvalue(r, 0, 0));
}

static enum health check_extensions(struct visit *v)
{
    return ask(v, &sql_doctor_extensions, NULL, read_extensions);
}

static enum health read_worker(struct visit *v, const PGresult *r)
{
    if (PQntuples(r) != 1 || PQgetisnull(r, 0, 0))
        return BAD;
    long seconds = strtol(PQgetvalue(r, 0, 0), NULL, 10);
    return found(v, seconds > option_i64(OPTION_WORKER_SILENCE) ? BAD : GOOD, "%ld s", seconds);
}

static enum health check_worker(struct visit *v)
{
    return ask(v, &sql_doctor_worker, NULL, read_worker);
}

static enum health read_links(struct visit *v, const PGresult *r)
{
    int n = PQntuples(r);
    if (n == 0)
        return GOOD;
    const char *link = PQgetvalue(r, 0, 0), *why = PQgetvalue(r, 0, 1);
    return n == 1 ? found(v, BAD, "%s: %s", link, why) : found(v, BAD, "%s: %s (+%d)", link, why, n - 1);
}

/* Links that are stopped, that need a person, or whose copies have waited for too long. */
static enum health check_links(struct visit *v)
{
    char minutes[24];
    snprintf(minutes, sizeof minutes, "%lld", (long long)option_i64(OPTION_LINK_WAIT));
    return ask(v, &sql_doctor_links, (struct str[]){str_of(minutes)}, read_links);
}

static enum health read_mail(struct visit *v, const PGresult *r)
{
    if (PQntuples(r) == 1 && strcmp(PQgetvalue(r, 0, 0), "0") != 0)
        return found(v, BAD, "%s (%s)", PQgetvalue(r, 0, 0), PQgetvalue(r, 0, 1));
    struct str smtp = option_str(OPTION_SMTP);
    return smtp.n ? found(v, GOOD, STR_FMT, STR_ARG(smtp)) : SKIPPED;
}

/* Notices that have waited for an hour, with the reason of the last attempt. */
static enum health check_mail(struct visit *v)
{
    return ask(v, &sql_doctor_mail, NULL, read_mail);
}

/* A statement that counts what is wrong and names it. */
static enum health read_none(struct visit *v, const PGresult *r)
{
    return strcmp(PQgetvalue(r, 0, 0), "0") == 0 ? GOOD : found(v, BAD, "%s: %s", PQgetvalue(r, 0, 0), PQgetvalue(r, 0, 1));
}

static enum health check_copies(struct visit *v)
{
    return ask(v, &sql_doctor_copies, NULL, read_none);
}

static enum health check_conformity(struct visit *v)
{
    return option_str(OPTION_PUBLIC_URL).n == 0 ? SKIPPED : ask(v, &sql_doctor_conformity, NULL, read_none);
}

static enum health check_backup(struct visit *v)
{
    if (!v->cli->cluster.home || home_is_demonstration(&v->cli->home))
        return SKIPPED;
    int64_t age = backup_age_s(&v->cli->home);
    if (age < 0)
        return found(v, BAD, "-");
    return found(v, age > option_i64(OPTION_BACKUP_AGE) * 3600 ? BAD : GOOD, "%lld h", (long long)age / 3600);
}

static bool resolves(const char *host)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list = NULL;
    bool ok = getaddrinfo(host, "443", &hints, &list) == 0;
    if (list)
        freeaddrinfo(list);
    return ok;
}

static bool has_certificate(const char *host)
{
    return tls_days_left(host) >= 14;
}

static enum health read_hosts(struct visit *v, const PGresult *r, bool (*is_good)(const char *host))
{
    int bad = 0, n = PQntuples(r);
    const char *first = NULL;
    for (int i = 0; i < n; i++) {
        if (is_good(PQgetvalue(r, i, 0)))
            continue;
        first = first ? first : PQgetvalue(r, i, 0);
        bad++;
    }
    if (bad == 0)
        return found(v, GOOD, "%d", n);
    return bad == 1 ? found(v, BAD, "%s", first) : found(v, BAD, "%s (+%d)", first, bad - 1);
}

static enum health read_dns(struct visit *v, const PGresult *r)
{
    return read_hosts(v, r, resolves);
}

static enum health read_certificates(struct visit *v, const PGresult *r)
{
    return read_hosts(v, r, has_certificate);
}

/* Each canonical host. Only where the portal is public: a demonstration's hosts end in .localhost. */
static enum health check_dns(struct visit *v)
{
    return option_str(OPTION_PUBLIC_URL).n == 0 ? SKIPPED : ask(v, &sql_doctor_hosts, NULL, read_dns);
}

static enum health check_certificate(struct visit *v)
{
    return str_starts(option_str(OPTION_PUBLIC_URL), S("https:")) ? ask(v, &sql_doctor_hosts, NULL, read_certificates) : SKIPPED;
}

static const struct check {
    const char *name;
    enum health (*fn)(struct visit *v);
    const char *fr, *en;               /* what is looked at */
    const char *remedy_fr, *remedy_en; /* what to do */
} checks[] = {
    {"disk", check_disk, "Place libre", "Free disk space",
     "Libérez de la place ou agrandissez le disque ; les vieilles sauvegardes sont dans backup/.",
     "Free some room or enlarge the disk; old backups are in backup/."},
    {"inodes", check_inodes, "Fichiers encore possibles", "Files the disk can still take",
     "Le disque ne peut plus créer de fichiers : supprimez-en, ou recréez-le avec plus d’inodes.",
     "The disk can make no more files: remove some, or make it again with more inodes."},
    {"clock", check_clock, "Horloge réglée", "Clock kept in step",
     "Installez chrony ou systemd-timesyncd : les échéances et les liens dépendent de l’heure.",
     "Install chrony or systemd-timesyncd: deadlines and links depend on the time."},
    {"database", check_database, "Base de données", "Database",
     "Lancez terrasse serve ; sinon lisez log/cluster.log.", "Run terrasse serve; else read log/cluster.log."},
    {"extensions", check_extensions, "Extensions et schémas", "Extensions and schemas",
     "Faites exécuter migrations/cluster.sql par l’administrateur de la base.",
     "Have the database's administrator run migrations/cluster.sql."},
    {"level", check_level, "Niveau du schéma", "Schema level", "Lancez : terrasse migrate --backup",
     "Run: terrasse migrate --backup"},
    {"worker", check_worker, "Dernier signe de l’ouvrier", "Worker's last sign of life",
     "Lancez terrasse serve (ou terrasse worker avec --database) ; s’il tourne, arrêtez le processus worker-process : il est relancé.",
     "Run terrasse serve (or terrasse worker with --database); if it runs, end its worker-process: it is started again."},
    {"links", check_links, "Liens de fédération", "Federation links",
     "Ouvrez la page Fédération (ou terrasse federation list), corrigez la cause, puis relancez (terrasse federation retry ; clé refusée : terrasse federation national add).",
     "Open the page Federation (or terrasse federation list), mend the cause, then try again (terrasse federation retry; a refused key: terrasse federation national add)."},
    {"copies", check_copies, "Copies égales à leurs originaux", "Copies equal to their originals",
     "Elles sont renvoyées une fois d’elles-mêmes ; ce qui persiste se voit avec terrasse federation differences.",
     "They are sent once more by themselves; what stays is shown by terrasse federation differences."},
    {"conformity", check_conformity, "Mentions obligatoires des sous-domaines", "Mandatory blocks of the sub-domains",
     "Regardez la page d’accueil nommée : un mandataire ou une copie en retire une mention (page Partenaires de la Région).",
     "Look at the front page named: a proxy or a copy takes a block away (the region's page of partners)."},
    {"mail", check_mail, "Avis par courriel en retard", "Notices by mail that are late",
     "Réglez smtp dans terrasse.conf et relancez serve, puis essayez : terrasse mail test ADRESSE --host HÔTE",
     "Set smtp in terrasse.conf and start serve again, then try: terrasse mail test ADDRESS --host HOST"},
    {"backup", check_backup, "Dernière sauvegarde", "Last backup",
     "Lancez : terrasse backup create (et chaque nuit, par un minuteur).",
     "Run: terrasse backup create (and each night, by a timer)."},
    {"dns", check_dns, "Noms des portails", "Names of the portals",
     "Ajoutez ce nom dans la zone DNS, ou un joker *.domaine.", "Add this name to the DNS zone, or a wildcard."},
    {"certificate", check_certificate, "Certificats", "Certificates",
     "Renouvelez le certificat du mandataire ; il doit couvrir ce nom.",
     "Renew the proxy's certificate; it must cover this name."},
};

static const char *const health_fr[] = {"bon", "À VOIR", "sans objet"};
static const char *const health_en[] = {"good", "WRONG", "skipped"};
static const char *const health_json[] = {"good", "wrong", "skipped"};

static void put_text(const struct cli *cli, const struct check *c, enum health h, const char *seen)
{
    printf("%-10s %-28s %s\n", cli->lang == LANG_FR ? health_fr[h] : health_en[h], cli_say(cli, c->fr, c->en), seen);
    if (h == BAD)
        printf("           -> %s\n", cli_say(cli, c->remedy_fr, c->remedy_en));
}

static void put_json(const struct cli *cli, struct jw *w, const struct check *c, enum health h, const char *seen)
{
    jw_open(w, '{');
    JW_STR(w, "name", str_of(c->name));
    JW_STR(w, "state", str_of(health_json[h]));
    JW_STR(w, "found", str_of(seen));
    JW_STR(w, "remedy", h == BAD ? str_of(cli_say(cli, c->remedy_fr, c->remedy_en)) : STR_NONE);
    jw_close(w, '}');
}

/* Looks at the database as it is: a cluster that does not run is a finding, not started for us. */
static struct conn *connect_as_is(struct cli *cli, struct err *e)
{
    char uri[HOME_PATH];
    if (option_str(OPTION_DATABASE).n > 0)
        return cli_connect(cli, CLUSTER_OWNER, uri, e) ? conn_open(uri, ROLE_OWNER, e) : NULL;
    if (!cluster_attach(&cli->cluster, &cli->home, e) || !cluster_uri(&cli->home, CLUSTER_OWNER, uri, e))
        return NULL;
    return conn_open(uri, ROLE_OWNER, e);
}

bool cmd_doctor(struct cli *cli, struct err *e)
{
    struct visit v = {.cli = cli};
    struct err ignored = {0};
    struct buf b = {0};
    struct jw w;
    unsigned bad = 0;
    if (option_str(OPTION_DATABASE).n == 0 && !cli_home(cli, e))
        return false;
    v.conn = connect_as_is(cli, &ignored);
    jw_init(&w, &b, JW_PRETTY);
    jw_open(&w, '[');
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
        v.found[0] = '\0';
        enum health h = checks[i].fn(&v);
        bad += h == BAD;
        if (cli->json)
            put_json(cli, &w, &checks[i], h, v.found);
        else
            put_text(cli, &checks[i], h, v.found);
    }
    jw_close(&w, ']');
    if (cli->json)
        printf(STR_FMT "\n", STR_ARG(buf_str(&b)));
    buf_free(&b);
    conn_close(v.conn);
    return bad == 0;
}
