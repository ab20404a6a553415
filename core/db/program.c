#include "core/db/program.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/db/errors.h"

bool program_become(const struct home *h)
{
    if (!h || geteuid() != 0 || h->uid == 0)
        return true;
    return initgroups(h->user, h->gid) == 0 && setresgid(h->gid, h->gid, h->gid) == 0 &&
           setresuid(h->uid, h->uid, h->uid) == 0;
}

enum { ENV_MAX = 16 };

static void fill_env(const struct program *p, char *env[ENV_MAX])
{
    static char path[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    static char locale[] = "LC_ALL=C.UTF-8", home[] = "HOME=/nonexistent";
    unsigned n = 0;
    env[n++] = path;
    env[n++] = locale;
    env[n++] = home;
    for (const char *const *v = p->env; v && *v && n < ENV_MAX - 1; v++)
        env[n++] = (char *)(uintptr_t)*v;
    env[n] = NULL;
}

static void put_fd(int fd, int at, int flags)
{
    int use = fd >= 0 ? fd : open("/dev/null", flags);
    if (use < 0 || dup2(use, at) < 0)
        _exit(126);
}

static _Noreturn void run_child(const struct program *p, pid_t parent, int error)
{
    char *env[ENV_MAX];
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    fill_env(p, env);
    if (p->own_session)
        setsid();
    put_fd(p->in, 0, O_RDONLY);
    put_fd(p->out, 1, O_WRONLY);
    put_fd(error, 2, O_WRONLY);
    if (p->folder && chdir(p->folder) != 0)
        _exit(126);
    if (!program_become(p->as))
        _exit(126);
    prctl(PR_SET_PDEATHSIG, p->death_signal ? p->death_signal : SIGKILL);
    if (getppid() != parent) /* it died before the line above */
        _exit(126);
    if (p->exec_fd > 0)
        fexecve(p->exec_fd, (char *const *)(uintptr_t)p->argv, env);
    else
        execvpe(p->argv[0], (char *const *)(uintptr_t)p->argv, env);
    _exit(127);
}

static bool fail(struct err *e, const struct program *p, const char *words)
{
    const char *slash = strrchr(p->argv[0], '/');
    ERR(e, err_program, "%.60s: %.180s", p->argv[0], words);
    err_arg(e, "%s", slash ? slash + 1 : p->argv[0]);
    return err_arg(e, "%s", words);
}

pid_t program_start(const struct program *p, int *collect, struct err *e)
{
    int ends[2] = {-1, -1};
    if (p->error < 0 && pipe2(ends, O_CLOEXEC) != 0) {
        fail(e, p, strerror(errno));
        return -1;
    }
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0)
        run_child(p, parent, p->error < 0 ? ends[1] : p->error);
    if (ends[1] >= 0)
        close(ends[1]);
    if (pid < 0) {
        if (ends[0] >= 0)
            close(ends[0]);
        fail(e, p, strerror(errno));
        return -1;
    }
    if (collect)
        *collect = ends[0];
    return pid;
}

/* Keeps the last bytes of what a program says; the end is where the reason stands. */
static void read_words(int fd, char *words, size_t room)
{
    size_t n = 0;
    for (;;) {
        if (n == room - 1) {
            memmove(words, words + room / 2, n - room / 2);
            n -= room / 2;
        }
        ssize_t got = read(fd, words + n, room - 1 - n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        n += (size_t)got;
    }
    while (n > 0 && words[n - 1] == '\n')
        n--;
    words[n] = '\0';
}

/* Waits for one that was started; its status in *status. */
static bool finish(const struct program *p, pid_t pid, int collect, int *status, struct err *e)
{
    char words[1024] = "";
    if (collect >= 0) {
        read_words(collect, words, sizeof words);
        close(collect);
    }
    while (waitpid(pid, status, 0) < 0 && errno == EINTR)
        ;
    if (WIFEXITED(*status) && WEXITSTATUS(*status) == 0)
        return true;
    if (!words[0])
        snprintf(words, sizeof words, "%s %d", WIFEXITED(*status) ? "exit" : "signal",
                 WIFEXITED(*status) ? WEXITSTATUS(*status) : WTERMSIG(*status));
    size_t n = strlen(words);
    return fail(e, p, n > 180 ? words + n - 180 : words);
}

bool program_run(const struct program *p, struct err *e)
{
    int collect = -1, status = 0;
    pid_t pid = program_start(p, &collect, e);
    return pid > 0 && finish(p, pid, collect, &status, e);
}

bool program_pipe(const struct program *from, const struct program *to, struct err *e)
{
    int ends[2], collect[2] = {-1, -1}, status[2] = {0, 0};
    struct err why[2] = {{0}, {0}};
    if (pipe2(ends, O_CLOEXEC) != 0)
        return fail(e, from, strerror(errno));
    struct program two[2] = {*from, *to};
    two[0].out = ends[1];
    two[1].in = ends[0];
    pid_t pid[2];
    for (int i = 0; i < 2; i++)
        pid[i] = program_start(&two[i], &collect[i], &why[i]);
    close(ends[0]);
    close(ends[1]);
    for (int i = 1; i >= 0; i--)
        if (pid[i] > 0)
            finish(&two[i], pid[i], collect[i], &status[i], &why[i]);
    bool unread = why[1].kind && WIFSIGNALED(status[0]) && WTERMSIG(status[0]) == SIGPIPE;
    if (!why[0].kind && !why[1].kind)
        return true;
    *e = why[why[0].kind && !unread ? 0 : 1];
    return false;
}
