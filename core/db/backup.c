#include "core/db/backup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/errors.h"
#include "core/base/must.h"
#include "core/base/option.h"
#include "core/db/backup_manifest.h"
#include "core/db/backup_until.h"
#include "core/db/errors.h"
#include "core/db/program.h"

enum { PATH = HOME_PATH + 256 };

/* Paths are bounded where they come in (fits). */
static void put(char out[PATH], const char *format, ...) __attribute__((format(printf, 2, 3)));
static void put(char out[PATH], const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    must(vsnprintf(out, PATH, format, ap) < PATH);
    va_end(ap);
}

static void step(const struct backup_progress *p, const char *fr, const char *en)
{
    if (p && p->step)
        p->step(p->context, fr, en);
}

static bool refuse(struct err *e, const char *path, const char *why)
{
    ERR(e, err_backup_place, "%s: %s", path, why);
    err_arg(e, "%s", path);
    return err_arg(e, "%s", why);
}

static bool run(const char *const *argv, const struct home *as, int in, struct err *e)
{
    struct program p = {.argv = argv, .as = as, .in = in, .out = -1, .error = -1};
    return program_run(&p, e);
}

static bool fits(const char *path, struct err *e)
{
    return strlen(path) < HOME_PATH - 256 ? true : refuse(e, "--", "path too long");
}

static bool remove_folder(const char *path, struct err *e)
{
    const char *argv[] = {"rm", "-rf", "--", path, NULL};
    return run(argv, NULL, -1, e);
}

static bool copy_base(const struct cluster *c, const char *into, struct err *e)
{
    char tool[PATH], variable[CLUSTER_PASS];
    if (!cluster_pass(c->home, variable, e))
        return false;
    put(tool, "%s/pg_basebackup", c->bin);
    const char *env[] = {variable, NULL};
    const char *argv[] = {tool, "-h", c->socket, "-p", "5432", "-U", "terrasse_superuser", "-D", into, "-F", "t",
                          "-X", "stream", "-c", "fast", "--compress=gzip:1", "--no-password", NULL};
    struct program p = {.argv = argv, .env = env, .in = -1, .out = -1, .error = -1};
    bool ok = program_run(&p, e);
    cluster_pass_end(variable);
    return ok;
}

static bool pack(const struct home *h, const char *folder, const char *into, struct err *e)
{
    char file[PATH];
    put(file, "%s/%s.tar.gz", into, folder);
    const char *argv[] = {"tar", "--warning=no-file-changed", "-czf", file, "-C", h->path, folder, NULL};
    return run(argv, NULL, -1, e) && (chmod(file, 0600) == 0 ? true : ERR_FILE(e, err_file_write, file));
}

static bool copy_conf(const struct home *h, const char *into, struct err *e)
{
    char from[HOME_PATH];
    home_file(h, "terrasse.conf", from);
    const char *argv[] = {"cp", "--", from, into, NULL};
    return home_has(h, "terrasse.conf") ? run(argv, NULL, -1, e) : true;
}

/* From now on log is worth keeping (cluster_conf.c looks for this folder). */
static bool open_archive(const struct home *h, struct err *e)
{
    char path[HOME_PATH], days[32];
    home_file(h, "backup/wal", path);
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return ERR_FILE(e, err_file_write, path);
    if (geteuid() == 0 && chown(path, h->uid, h->gid) != 0)
        return ERR_FILE(e, err_file_write, path);
    snprintf(days, sizeof days, "+%lld", (long long)option_i64(OPTION_WAL_KEEP));
    const char *argv[] = {"find", path, "-type", "f", "-mtime", days, "-delete", NULL};
    return run(argv, NULL, -1, e);
}

static void new_name(const char *to, char name[PATH])
{
    struct tm tm;
    time_t now = (time_t)(clock_wall_us() / 1000000);
    gmtime_r(&now, &tm);
    size_t n = (size_t)snprintf(name, PATH - 40, "%s/terrasse-", to);
    strftime(name + n, 32, "%Y%m%dT%H%M%SZ", &tm);
}

static bool fill(const struct cluster *c, const char *into, int level, const struct backup_progress *p, struct err *e)
{
    char version[HOME_PATH];
    step(p, "Copie de la base…", "Copying the database…");
    if (!home_read(c->home, "cluster/PG_VERSION", version, e) || !copy_base(c, into, e))
        return false;
    step(p, "Copie des contenus…", "Copying the content files…");
    if (!pack(c->home, "content", into, e) || !pack(c->home, "secrets", into, e) || !copy_conf(c->home, into, e))
        return false;
    step(p, "Empreintes…", "Hashing…");
    return backup_manifest_write(into, level, version, e);
}

/* On the disk before it has its name: tar flushes nothing, and a power cut would leave a name without its bytes. */
static bool flush(const char *folder, struct err *e)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = (fd >= 0 && syncfs(fd) == 0) || ERR_FILE(e, err_file_write, folder);
    if (fd >= 0)
        close(fd);
    return ok;
}

bool backup_create(const struct cluster *c, const char *to, int level, const struct backup_progress *p,
                   char made[HOME_PATH], struct err *e)
{
    char own[HOME_PATH], name[PATH], beside[PATH];
    if (to && !fits(to, e))
        return false;
    home_file(c->home, "backup", own);
    new_name(to ? to : own, name);
    put(beside, "%s.part", name);
    if (access(name, F_OK) == 0)
        return refuse(e, name, "it exists");
    if (!open_archive(c->home, e))
        return false;
    if (mkdir(beside, 0700) != 0)
        return ERR_FILE(e, err_file_write, beside);
    struct err ignored = {0};
    bool ok = fill(c, beside, level, p, e) && flush(beside, e);
    if (ok && rename(beside, name) != 0)
        ok = ERR_FILE(e, err_file_write, name);
    if (!ok)
        remove_folder(beside, &ignored);
    else
        snprintf(made, HOME_PATH, "%.*s", HOME_PATH - 1, name);
    return ok;
}

static bool unpack(const char *backup, const char *file, const char *into, const struct home *as, struct err *e)
{
    char path[PATH];
    put(path, "%s/%s", backup, file);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return ERR_FILE(e, err_file_open, path);
    const char *argv[] = {"tar", "--no-same-owner", "-xzpf", "-", "-C", into, NULL};
    bool ok = run(argv, as, fd, e);
    close(fd);
    return ok;
}

static bool damaged(struct err *e, const char *name, const struct err *why)
{
    ERR(e, err_backup_damaged, "%s: %.200s", name, why->detail);
    return err_arg(e, "%s: %.120s", name, why->arg[1]);
}

/* pg_verifybackup of PostgreSQL 15 reads plain backups only. */
static bool verify_base(const char *backup, const char *bin, const char *scratch, struct err *e)
{
    char log[PATH], tool[PATH], manifest[PATH], option[PATH];
    struct err why = {0};
    put(log, "%s/pg_wal", scratch);
    put(tool, "%s/pg_verifybackup", bin);
    put(manifest, "%s/backup_manifest", backup);
    put(option, "--manifest-path=%s", manifest);
    const char *argv[] = {tool, option, scratch, NULL};
    if (!unpack(backup, "base.tar.gz", scratch, NULL, &why))
        return damaged(e, "base.tar.gz", &why);
    if (!unpack(backup, "pg_wal.tar.gz", log, NULL, &why))
        return damaged(e, "pg_wal.tar.gz", &why);
    return run(argv, NULL, -1, &why) ? true : damaged(e, "pg_verifybackup", &why);
}

static bool check_files(const char *backup, const struct backup_progress *p, char bin[HOME_PATH], struct err *e)
{
    int major = 0;
    step(p, "Contrôle des empreintes…", "Checking hashes…");
    return fits(backup, e) && backup_manifest_check(backup, e) && backup_manifest_major(backup, &major, e) &&
           cluster_programs_of(major, bin, e);
}

static bool check_base(const char *backup, const char *bin, const struct backup_progress *p, struct err *e)
{
    char scratch[PATH];
    struct err ignored = {0};
    step(p, "Contrôle de la base…", "Checking the database…");
    put(scratch, "%s.check-XXXXXX", backup); /* on the disk that has room for it */
    if (!mkdtemp(scratch))
        return ERR_FILE(e, err_file_write, scratch);
    bool ok = verify_base(backup, bin, scratch, e);
    remove_folder(scratch, &ignored);
    return ok;
}

bool backup_verify(const char *backup, const struct backup_progress *p, struct err *e)
{
    char bin[HOME_PATH];
    return check_files(backup, p, bin, e) && check_base(backup, bin, p, e);
}

static bool is_empty(const char *path)
{
    DIR *folder = opendir(path);
    size_t n = 0;
    while (folder && readdir(folder))
        n++;
    if (folder)
        closedir(folder);
    return n <= 2; /* . and .., or no folder at all */
}

/* The archive beside the backup, packed over to the system user: it cannot enter another home. */
static bool bring_log(const struct home *h, const char *wal, struct err *e)
{
    char replay[HOME_PATH];
    home_file(h, "restore", replay);
    if (mkdir(replay, 0700) != 0 || (geteuid() == 0 && chown(replay, h->uid, h->gid) != 0))
        return ERR_FILE(e, err_file_write, replay);
    const char *copy[] = {"cp", "-r", "--", wal, replay, NULL};
    char from[PATH];
    put(from, "%s/.", wal);
    copy[3] = from;
    if (access(wal, F_OK) == 0 && !run(copy, NULL, -1, e))
        return false;
    char owner[96];
    snprintf(owner, sizeof owner, "%s:", h->user);
    const char *give[] = {"chown", "-R", owner, replay, NULL};
    return geteuid() == 0 ? run(give, NULL, -1, e) : true;
}

static bool put_back(const struct home *h, const char *backup, const char *wal, struct err *e)
{
    char data[HOME_PATH], log[HOME_PATH], conf[PATH];
    home_file(h, "cluster", data);
    home_file(h, "cluster/pg_wal", log);
    put(conf, "%s/terrasse.conf", backup);
    const char *copy[] = {"cp", "--", conf, h->path, NULL};
    if (mkdir(data, 0700) != 0 || (geteuid() == 0 && chown(data, h->uid, h->gid) != 0))
        return ERR_FILE(e, err_file_write, data);
    return unpack(backup, "base.tar.gz", data, h, e) && unpack(backup, "pg_wal.tar.gz", log, h, e) &&
           unpack(backup, "secrets.tar.gz", h->path, NULL, e) &&
           unpack(backup, "content.tar.gz", h->path, NULL, e) &&
           (access(conf, F_OK) == 0 ? run(copy, NULL, -1, e) : true) && bring_log(h, wal, e) &&
           home_write(h, "cluster/recovery.signal", S(""), true, e);
}

/* Content was unpacked by us: it belongs to the system user. */
static bool give_content(const struct home *h, struct err *e)
{
    char content[HOME_PATH], owner[96];
    home_file(h, "content", content);
    snprintf(owner, sizeof owner, "%s:", h->user);
    const char *argv[] = {"chown", "-R", owner, content, NULL};
    return geteuid() == 0 ? run(argv, NULL, -1, e) : true;
}

/* The log is replayed by a first start, so that a failure is seen here. */
static bool replay(const struct home *h, const char *backup, int64_t until_us, struct err *e)
{
    struct cluster c;
    struct err ignored = {0};
    char log[HOME_PATH];
    if (until_us && !backup_until_set(h, until_us, e))
        return false;
    if (!cluster_start(&c, h, e)) {
        if (until_us && !backup_until_explain(h, backup, until_us, e) && e->kind == &err_backup_until)
            remove_folder(h->path, &ignored);
        return false;
    }
    cluster_stop(&c);
    home_file(h, "restore", log);
    remove_folder(log, &ignored);
    return !until_us || backup_until_clear(h, e);
}

bool backup_restore(const char *backup, const char *path, const char *wal, int64_t until_us, const struct backup_progress *p,
                    struct err *e)
{
    struct home h = {.lock_fd = -1};
    char bin[HOME_PATH], beside[PATH];
    if (!fits(backup, e) || (wal && !fits(wal, e)))
        return false;
    if (!is_empty(path))
        return refuse(e, path, "it is not empty");
    put(beside, "%s/../wal", backup);
    if (!check_files(backup, p, bin, e) || (until_us && !backup_until_possible(backup, until_us, e)) ||
        !home_create(&h, path, e) || !home_lock(&h, e))
        return false;
    h.programs = bin;
    bool ok = check_base(backup, bin, p, e);
    if (ok)
        step(p, "Remise en place…", "Putting back…");
    ok = ok && put_back(&h, backup, wal ? wal : beside, e) && give_content(&h, e);
    if (ok)
        step(p, "Rejeu du journal…", "Replaying the log…");
    ok = ok && replay(&h, backup, until_us, e);
    home_close(&h);
    return ok;
}

int64_t backup_age_s(const struct home *h)
{
    char path[HOME_PATH], file[PATH];
    int64_t newest = -1;
    if (!home_has(h, "backup/wal"))
        return -1;
    home_file(h, "backup", path);
    DIR *folder = opendir(path);
    for (const struct dirent *d; folder && (d = readdir(folder));) {
        struct stat st;
        bool is_part = str_ends(str_of(d->d_name), S(".part"));
        put(file, "%.3900s/%.255s/manifest.json", path, d->d_name);
        if (!is_part && stat(file, &st) == 0 && (int64_t)st.st_mtime > newest)
            newest = st.st_mtime;
    }
    if (folder)
        closedir(folder);
    return newest < 0 ? -1 : clock_wall_us() / 1000000 - newest;
}
