/* Where the programs of PostgreSQL are, and where the socket may be. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/errors.h"
#include "core/base/option.h"
#include "core/db/cluster_inside.h"
#include "core/db/errors.h"
#include "core/db/program.h"

enum { NEWEST_TRIED = 40, OLDEST_TRIED = 12 };

/* Folders of the packages of Debian and Red Hat. */
static const char *const places[] = {"/usr/lib/postgresql/%d/bin", "/usr/pgsql-%d/bin"};

static bool has_postgres(const char *bin)
{
    char path[HOME_PATH + 16];
    snprintf(path, sizeof path, "%s/postgres", bin);
    return access(path, X_OK) == 0;
}

static bool find_version(int major, char bin[HOME_PATH])
{
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        const char *end = strstr(places[i], "%d");
        snprintf(bin, HOME_PATH, "%.*s%d%s", (int)(end - places[i]), places[i], major, end + 2);
        if (has_postgres(bin))
            return true;
    }
    return false;
}

static int newest(char bin[HOME_PATH])
{
    for (int major = NEWEST_TRIED; major >= OLDEST_TRIED; major--)
        if (find_version(major, bin))
            return major;
    return 0;
}

/* What a given folder holds: "postgres (PostgreSQL) 15.20 …" */
static int version_of(const char *bin)
{
    char command[HOME_PATH + 32], words[128] = "";
    snprintf(command, sizeof command, "%s/postgres", bin);
    int ends[2];
    if (pipe(ends) != 0)
        return 0;
    struct err ignored = {0};
    const char *argv[] = {command, "--version", NULL};
    struct program p = {.argv = argv, .in = -1, .out = ends[1], .error = -1};
    /* A short line: it fits the pipe before anybody reads it. */
    bool ok = program_run(&p, &ignored);
    close(ends[1]);
    ssize_t n = ok ? read(ends[0], words, sizeof words - 1) : 0;
    close(ends[0]);
    words[n > 0 ? n : 0] = '\0';
    const char *at = strstr(words, ") ");
    return at ? atoi(at + 2) : 0;
}

int cluster_programs(const char *folder, char bin[HOME_PATH])
{
    if (!folder)
        return newest(bin);
    snprintf(bin, HOME_PATH, "%s", folder);
    return version_of(bin);
}

bool cluster_fail_programs(struct err *e, int major)
{
    ERR(e, err_cluster_programs, "version %d", major);
    return err_arg(e, "%d", major);
}

bool cluster_programs_of(int major, char bin[HOME_PATH], struct err *e)
{
    struct str given = option_str(OPTION_POSTGRES_BIN);
    bool found = (given.n > 0 && cluster_programs(given.p, bin) == major) || find_version(major, bin);
    return found || cluster_fail_programs(e, major);
}

bool cluster_find(const struct home *h, char bin[HOME_PATH], struct err *e)
{
    char text[HOME_PATH];
    struct err ignored = {0};
    int want = home_has(h, "cluster/PG_VERSION") && home_read(h, "cluster/PG_VERSION", text, &ignored)
                   ? atoi(text) : 0;
    struct str given = h->programs ? str_of(h->programs) : option_str(OPTION_POSTGRES_BIN);
    if (given.n == 0 && want == 0)
        return newest(bin) ? true : cluster_fail_programs(e, 15);
    if (given.n == 0)
        return find_version(want, bin) ? true : cluster_fail_programs(e, want);

    snprintf(bin, HOME_PATH, "%s", given.p);
    int found = version_of(bin);
    if (found == 0)
        return cluster_fail_programs(e, want ? want : 15);
    if (want == 0 || want == found)
        return true;
    ERR(e, err_cluster_version, "cluster %d, programs %d", want, found);
    err_arg(e, "%d", want);
    return err_arg(e, "%d", found);
}

/* Ours: a folder of 0700 that belongs to the user of the cluster, not a link. */
static bool is_ours(const struct home *h, const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == h->uid && (st.st_mode & 077) == 0;
}

static bool make_socket(const struct home *h, char out[128], struct err *e)
{
    const char *run = getenv("XDG_RUNTIME_DIR");
    const char *parent = geteuid() == 0 && access("/run", W_OK) == 0 ? "/run" : "/tmp";
    if (geteuid() != 0 && run && run[0] == '/' && strlen(run) < 60 && access(run, W_OK) == 0)
        parent = run;
    snprintf(out, 128, "%s/terrasse-XXXXXX", parent);
    if (!mkdtemp(out) || (geteuid() == 0 && chown(out, h->uid, h->gid) != 0))
        return ERR_FILE(e, err_file_write, out);
    return home_write(h, "socket", str_of(out), false, e);
}

bool cluster_socket(const struct home *h, bool make, char out[128], struct err *e)
{
    char text[HOME_PATH];
    if (home_has(h, "socket")) {
        if (!home_read(h, "socket", text, e))
            return false;
        if (strlen(text) < 100 && (!make || is_ours(h, text))) {
            snprintf(out, 128, "%.127s", text);
            return true;
        }
    }
    if (make)
        return make_socket(h, out, e);
    ERR(e, err_cluster_missing, "no socket recorded");
    return err_arg(e, "%s", h->path);
}
