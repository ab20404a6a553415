#include "tools/cli/supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/log.h"
#include "tools/cli/errors.h"
#include "tools/cli/listen.h"

enum { MEMBERS = 65, FIRST_WAIT_MS = 1000, LAST_WAIT_MS = 30000, FORGIVEN_MS = 60000, TRIES = 3 };

struct member {
    const char *word; /* "web-process", "worker-process" */
    pid_t pid;        /* 0: not running */
    int64_t since_ms, due_ms, wait_ms;
    unsigned failures;
};

struct party {
    const struct supervise_config *c;
    struct member members[MEMBERS];
    unsigned n;
    int exe_fd;
    bool announced;
};

static int64_t now_ms(void)
{
    return clock_monotonic_us() / 1000;
}

static void stop_set(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGCHLD);
}

void supervise_block(void)
{
    sigset_t set;
    stop_set(&set);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
}

/* True: we are asked to stop. Wakes for a dead child, else after wait_ms. */
static bool wait_signal(long wait_ms)
{
    sigset_t set;
    struct timespec t = {wait_ms / 1000, wait_ms % 1000 * 1000000};
    stop_set(&set);
    int got = sigtimedwait(&set, NULL, &t);
    return got == SIGTERM || got == SIGINT;
}

static bool start_member(struct party *p, struct member *m, struct err *e)
{
    pid_t pid = process_start(m->word, p->c->home, p->exe_fd, p->c->keys, e);
    if (pid < 0)
        return false;
    m->pid = pid;
    m->since_ms = now_ms();
    return true;
}

/* Reaps one child if it has died, and decides when it is started again. */
static bool look_after(struct party *p, struct member *m, struct err *e)
{
    int status = 0;
    if (m->pid > 0 && waitpid(m->pid, &status, WNOHANG) == m->pid) {
        int64_t lived_ms = now_ms() - m->since_ms;
        LOG(LOG_WARN, "process_died", LOG_S("name", str_of(m->word)), LOG_N("pid", m->pid),
            LOG_N("signal", WIFSIGNALED(status) ? WTERMSIG(status) : 0),
            LOG_N("code", WIFEXITED(status) ? WEXITSTATUS(status) : 0));
        m->pid = 0;
        m->failures = lived_ms > FORGIVEN_MS ? 1 : m->failures + 1;
        m->wait_ms = m->failures == 1 ? FIRST_WAIT_MS : m->wait_ms * 2;
        if (m->wait_ms > LAST_WAIT_MS)
            m->wait_ms = LAST_WAIT_MS;
        m->due_ms = now_ms() + m->wait_ms;
        if (!p->announced && m->failures >= TRIES) {
            ERR(e, err_cli_process, "%s", m->word);
            return err_arg(e, "%s", m->word);
        }
    }
    return m->pid > 0 || now_ms() < m->due_ms ? true : start_member(p, m, e);
}

static void announce(struct party *p)
{
    if (p->announced || (p->c->web > 0 && !listen_answers(p->c->address)))
        return;
    p->announced = true;
    bool fr = p->c->lang == LANG_FR;
    if (p->c->web > 0 && strncmp(p->c->address, "unix:", 5) == 0)
        printf(fr ? "Terrasse est prêt : %s\n" : "Terrasse is ready: %s\n", p->c->address);
    else if (p->c->web > 0)
        printf(fr ? "Terrasse est prêt : http://%s\n" : "Terrasse is ready: http://%s\n", p->c->address);
    fflush(stdout);
}

static bool look_after_cluster(struct party *p, struct err *e)
{
    struct cluster *c = p->c->cluster;
    if (!c || !cluster_died(c))
        return true;
    LOG(LOG_WARN, "cluster_died");
    return cluster_start(c, p->c->home, e);
}

/* Asks the children named word to stop, waits for them as long as allowed, then ends them. */
static void stop_members(struct party *p, const char *word)
{
    int64_t deadline = now_ms() + option_i64(OPTION_DRAIN) * 1000;
    bool again = true;
    for (unsigned i = 0; i < p->n; i++)
        if (p->members[i].pid > 0 && strcmp(p->members[i].word, word) == 0)
            kill(p->members[i].pid, SIGTERM);
    while (again) {
        again = false;
        for (unsigned i = 0; i < p->n; i++) {
            struct member *m = &p->members[i];
            if (m->pid <= 0 || strcmp(m->word, word) != 0)
                continue;
            if (waitpid(m->pid, NULL, WNOHANG) == m->pid)
                m->pid = 0;
            else if (now_ms() > deadline)
                kill(m->pid, SIGKILL);
            again = again || m->pid > 0;
        }
        if (again && wait_signal(50))
            deadline = now_ms(); /* asked twice: hurry */
    }
}

static void invite_members(struct party *p)
{
    if (p->c->worker)
        p->members[p->n++].word = "worker-process";
    for (unsigned i = 0; i < p->c->web && p->n < MEMBERS; i++)
        p->members[p->n++].word = "web-process";
}

bool supervise(const struct supervise_config *c, struct err *e)
{
    struct party p = {.c = c, .exe_fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC)};
    bool ok = p.exe_fd >= 0;
    if (!ok) {
        ERR(e, err_cli_process, "/proc/self/exe: %s", strerror(errno));
        err_arg(e, "terrasse");
    }
    invite_members(&p);
    for (bool stop = false; ok && !stop;) {
        ok = look_after_cluster(&p, e);
        for (unsigned i = 0; ok && i < p.n; i++)
            ok = look_after(&p, &p.members[i], e);
        announce(&p);
        stop = wait_signal(p.announced ? 250 : 20);
    }
    LOG(LOG_INFO, "stopping");
    stop_members(&p, "web-process");
    stop_members(&p, "worker-process");
    if (c->cluster)
        cluster_stop(c->cluster);
    if (p.exe_fd >= 0)
        close(p.exe_fd);
    return ok;
}
