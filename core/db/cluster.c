/* Starting, watching and stopping the private PostgreSQL. */
#include "core/db/cluster.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/errors.h"
#include "core/base/option.h"
#include "core/db/errors.h"
#include "core/db/program.h"

enum { POLL_MS = 20, RETRY_MS = 10000, ATTACH_MS = 30000, LOG_ROOM = 16 * 1024 * 1024 };
enum { PID_LINES = 8 };

static void pause_ms(long ms)
{
    struct timespec t = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&t, NULL);
}

static int64_t now_ms(void)
{
    return clock_monotonic_us() / 1000;
}

/* What postmaster.pid says: whose it is and how far (its eighth line). False: no such file. */
static bool read_pid(const struct home *h, pid_t *pid, bool *ready)
{
    char text[HOME_PATH];
    struct err ignored = {0};
    if (!home_has(h, "cluster/postmaster.pid") ||
        !home_read(h, "cluster/postmaster.pid", text, &ignored))
        return false;
    struct str rest = str_of(text), line = STR_NONE;
    *pid = 0;
    *ready = false;
    for (int i = 0; i < PID_LINES && str_cut(&rest, '\n', &line); i++) {
        int64_t n = 0;
        if (i == 0 && str_i64(str_trim(line), &n))
            *pid = (pid_t)n;
        if (i == PID_LINES - 1)
            *ready = str_eq(str_trim(line), S("ready"));
    }
    return true;
}

bool cluster_is_ready(const struct cluster *c)
{
    pid_t pid;
    bool ready;
    return c->pid > 0 && read_pid(c->home, &pid, &ready) && pid == c->pid && ready;
}

bool cluster_died(struct cluster *c)
{
    int status;
    if (c->pid > 0 && waitpid(c->pid, &status, WNOHANG) == c->pid)
        c->pid = 0;
    return c->pid == 0;
}

/* One former log is kept. */
static int open_log(const struct home *h)
{
    char path[HOME_PATH], former[HOME_PATH];
    struct stat st;
    home_file(h, "log/cluster.log", path);
    home_file(h, "log/cluster.log.1", former);
    if (stat(path, &st) == 0 && st.st_size > LOG_ROOM)
        rename(path, former);
    return open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
}

/* The last line of the log that PostgreSQL marked as a reason. */
static bool fail_start(const struct home *h, struct err *e)
{
    char path[HOME_PATH], line[512], last[512] = "log/cluster.log";
    home_file(h, "log/cluster.log", path);
    FILE *f = fopen(path, "re");
    if (f && fseek(f, -8192, SEEK_END) != 0)
        rewind(f);
    while (f && fgets(line, sizeof line, f))
        if (strstr(line, "FATAL:") || strstr(line, "PANIC:") || strstr(line, "LOG:  invalid"))
            memcpy(last, line, sizeof last);
    if (f)
        fclose(f);
    last[strcspn(last, "\n")] = '\0';
    ERR(e, err_cluster_start, "%.200s", last);
    return err_arg(e, "%.180s", last);
}

static bool launch(struct cluster *c, struct err *e)
{
    char postgres[HOME_PATH + 16], data[HOME_PATH];
    int log = open_log(c->home);
    snprintf(postgres, sizeof postgres, "%s/postgres", c->bin);
    home_file(c->home, "cluster", data);
    const char *argv[] = {postgres, "-D", data, NULL};
    struct program p = {.argv = argv, .as = c->home, .folder = data, .in = -1, .out = log, .error = log,
                        .death_signal = SIGINT, .own_session = true};
    if (log < 0)
        return fail_start(c->home, e);
    c->pid = program_start(&p, NULL, e);
    close(log);
    if (c->pid > 0)
        return true;
    c->pid = 0;
    return false;
}

/* Waits while our child lives; false once it has died or time is over. */
static bool await_ready(struct cluster *c)
{
    int64_t deadline = now_ms() + option_i64(OPTION_START_TIMEOUT) * 1000;
    while (!cluster_died(c) && now_ms() < deadline) {
        if (cluster_is_ready(c))
            return true;
        pause_ms(POLL_MS);
    }
    return false;
}

static bool prepare(struct cluster *c, const struct home *h, struct err *e)
{
    *c = (struct cluster){.home = h};
    if (!home_has(h, "cluster/PG_VERSION")) {
        ERR(e, err_cluster_missing, "no PG_VERSION");
        return err_arg(e, "%s", h->path);
    }
    return cluster_find(h, c->bin, e) && cluster_socket(h, true, c->socket, e) &&
           cluster_configure(h, c->socket, e);
}

bool cluster_start(struct cluster *c, const struct home *h, struct err *e)
{
    if (!prepare(c, h, e))
        return false;
    /* The lock of a killed postmaster, or of one whose parent was killed, holds for about a second. It
     * may be let go between our child's failure and our look: what counts is whether it was there before. */
    int64_t retry = now_ms() + RETRY_MS;
    for (;;) {
        bool held = home_has(h, "cluster/postmaster.pid");
        if (!launch(c, e))
            return false;
        if (await_ready(c))
            return true;
        cluster_stop(c);
        if ((!held && !home_has(h, "cluster/postmaster.pid")) || now_ms() > retry)
            return fail_start(h, e);
        pause_ms(10 * POLL_MS);
    }
}

bool cluster_attach(struct cluster *c, const struct home *h, struct err *e)
{
    pid_t pid;
    bool ready;
    *c = (struct cluster){.home = h};
    if (!cluster_find(h, c->bin, e) || !cluster_socket(h, false, c->socket, e))
        return false;
    if (read_pid(h, &pid, &ready) && ready && pid > 0 && (kill(pid, 0) == 0 || errno == EPERM))
        return true;
    return ERR(e, err_database_away, "the cluster of %s is not ready", h->path);
}

bool cluster_use(struct cluster *c, struct home *h, struct err *e)
{
    int64_t deadline = now_ms() + ATTACH_MS;
    struct err busy;
    for (;;) {
        busy = (struct err){0};
        if (home_lock(h, &busy)) {
            if (cluster_start(c, h, e))
                return true;
            home_close(h);
            return false;
        }
        if (busy.kind != &err_home_busy) {
            *e = busy;
            return false;
        }
        if (cluster_attach(c, h, e))
            return true;
        if (now_ms() > deadline)
            return false;
        pause_ms(10 * POLL_MS);
    }
}

void cluster_stop(struct cluster *c)
{
    int status;
    if (c->pid <= 0)
        return;
    kill(c->pid, SIGINT);
    while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR)
        ;
    c->pid = 0;
    rmdir(c->socket); /* nothing is left in /run; made again at the next start */
}
