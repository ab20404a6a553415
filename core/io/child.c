#include "core/io/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fd.h"
#include "core/io/errors.h"

enum { REPORT_FD = 3, OPTIONS_FD = 4, ARGUMENTS_MAX = 16, OPEN_FILES_MAX = 16 };

static bool cannot_start(const char *what, struct err *e)
{
    return ERR(e, err_child_start, "%s: %s", what, strerror(errno));
}

static int options_file(struct str options)
{
    int fd = memfd_create("options", MFD_CLOEXEC);
    if (fd >= 0 && fd_write(fd, options) && lseek(fd, 0, SEEK_SET) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

static void limit(int what, uint64_t soft, uint64_t hard)
{
    struct rlimit l = {soft, hard};
    if (setrlimit((__rlimit_resource_t)what, &l) != 0)
        _exit(125);
}

/* The sanitizers reserve the whole address space. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define BOUND_MEMORY false
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define BOUND_MEMORY false
#else
#define BOUND_MEMORY true
#endif
#else
#define BOUND_MEMORY true
#endif

static void set_limits(const struct child_limits *l)
{
    if (BOUND_MEMORY)
        limit(RLIMIT_AS, l->memory_bytes, l->memory_bytes);
    limit(RLIMIT_CPU, l->cpu_s, l->cpu_s + 1); /* SIGXCPU tells it; who handles that is killed a second later */
    limit(RLIMIT_FSIZE, 0, 0);                 /* pipes are not files */
    limit(RLIMIT_CORE, 0, 0);
    limit(RLIMIT_NOFILE, OPEN_FILES_MAX, OPEN_FILES_MAX);
    alarm(l->wall_s + 1); /* survives exec; the seal lets nobody take it back */
}

enum { FDS = 4 + CHILD_MORE };

/* Between fork and exec: system calls only. The fds are first moved out of the way of 0 to 8. */
static _Noreturn void become(const struct child_task *task, const int fds[FDS], char *const *argv)
{
    static char *const no_environment[] = {NULL};
    sigset_t none;
    int high[FDS], n = 4 + (int)task->nmore;
    for (int i = 0; i < n; i++)
        if ((high[i] = fcntl(fds[i], F_DUPFD, 10)) < 0)
            _exit(125);
    static const int at[FDS] = {0, 1, REPORT_FD, OPTIONS_FD, 5, 6, 7, 8};
    for (int i = 0; i < n; i++)
        if (dup2(high[i], at[i]) < 0)
            _exit(125);
    close_range((unsigned)n + 1, ~0U, 0);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        _exit(125);
    setpgid(0, 0);
    set_limits(&task->limits);
    execve("/proc/self/exe", argv, no_environment);
    _exit(126);
}

static void arguments(const struct child_task *task, char **argv)
{
    static char program[] = "terrasse";
    size_t n = 0;
    argv[n++] = program;
    for (size_t i = 0; task->arguments[i] && n < ARGUMENTS_MAX; i++)
        argv[n++] = (char *)(uintptr_t)task->arguments[i];
    argv[n] = NULL;
}

static bool fork_child(struct child *c, const struct child_task *task, const int fds[FDS], struct err *e)
{
    char *argv[ARGUMENTS_MAX + 1];
    arguments(task, argv);
    pid_t pid = fork();
    if (pid < 0)
        return cannot_start("fork", e);
    if (pid == 0)
        become(task, fds, argv);
    c->pid = pid;
    c->limits = task->limits;
    c->deadline_us = clock_monotonic_us() + (int64_t)task->limits.wall_s * 1000000;
    return true;
}

static void close_all(int *fds, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (fds[i] >= 0)
            close(fds[i]);
}

/* The child reads on while its parent waits for the database. */
enum { STREAM_PIPE = 1 << 20 };

bool child_start(struct child *c, const struct child_task *task, struct err *e)
{
    int stream[2] = {-1, -1}, report[2] = {-1, -1}, options = options_file(task->options);
    struct child out = {.stream_fd = -1, .report_fd = -1};
    bool ok = options >= 0 && pipe2(stream, O_CLOEXEC) == 0 && pipe2(report, O_CLOEXEC) == 0;
    if (!ok)
        cannot_start("pipe", e);
    else
        fcntl(stream[1], F_SETPIPE_SZ, STREAM_PIPE); /* where it is refused the usual 64 KiB serve */
    int fds[FDS] = {task->input_fd, stream[1], report[1], options};
    for (size_t i = 0; i < task->nmore && i < CHILD_MORE; i++)
        fds[4 + i] = task->more[i];
    ok = ok && fork_child(&out, task, fds, e);
    close_all((int[]){stream[1], report[1], options}, 3);
    if (!ok) {
        close_all((int[]){stream[0], report[0]}, 2);
        return false;
    }
    out.stream_fd = stream[0];
    out.report_fd = report[0];
    *c = out;
    return true;
}

static bool too_slow(unsigned seconds, struct err *e)
{
    ERR(e, err_child_slow, "over %u s", seconds);
    return err_arg(e, "%u", seconds);
}

bool child_read(struct child *c, int fd, char *to, size_t size, size_t *n, struct err *e)
{
    for (;;) {
        int64_t left = c->deadline_us - clock_monotonic_us();
        if (left <= 0)
            return too_slow(c->limits.wall_s, e);
        struct pollfd p = {.fd = fd, .events = POLLIN};
        int ready = poll(&p, 1, (int)(left / 1000 + 1));
        if (ready == 0 || (ready < 0 && errno == EINTR))
            continue;
        ssize_t got = ready < 0 ? -1 : read(fd, to, size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return ERR(e, err_child_failed, "read: %s", strerror(errno));
        *n = (size_t)got;
        return true;
    }
}

static void forget(struct child *c)
{
    close_all((int[]){c->stream_fd, c->report_fd}, 2);
    *c = (struct child){.stream_fd = -1, .report_fd = -1};
}

void child_kill(struct child *c)
{
    if (c->pid <= 0)
        return;
    kill(c->pid, SIGKILL);
    while (waitpid(c->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    forget(c);
}

/* Its pipes are closed: what is left is the exit itself. */
static bool wait_until(const struct child *c, int *status)
{
    for (;;) {
        pid_t pid = waitpid(c->pid, status, WNOHANG);
        if (pid == c->pid)
            return true;
        if ((pid < 0 && errno != EINTR) || clock_monotonic_us() > c->deadline_us)
            return false;
        poll(NULL, 0, 2);
    }
}

bool child_finish(struct child *c, struct err *e)
{
    int status;
    const struct child_limits limits = c->limits;
    if (!wait_until(c, &status)) {
        child_kill(c);
        return too_slow(limits.wall_s, e);
    }
    forget(c);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)
        return too_slow(limits.cpu_s, e);
    if (WIFSIGNALED(status))
        return ERR(e, err_child_failed, "signal %d", WTERMSIG(status));
    return WEXITSTATUS(status) == 0 || ERR(e, err_child_failed, "exit %d", WEXITSTATUS(status));
}
