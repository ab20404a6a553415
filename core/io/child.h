#pragma once
#include <sys/types.h>

#include "core/base/err.h"

/*
 * child -- runs this program again on a file nobody trusts, sealed.
 *
 * The child gets the file as standard input, a pipe for its stream as standard output, a pipe for
 * its report as fd 3, a sealed memory file with its options as fd 4, further files behind, and nothing else: no
 * environment, no other fd, limits on memory, CPU, written files and open files, no new privileges.
 * It then closes the door itself with child_seal before it looks at the file.
 *
 * Whoever reads accepts nothing until child_finish is true (exit 0) and what came is whole.
 * Blocking: for the worker and for commands, not for a loop.
 *
 * Errors: err_child_start, err_child_failed (what ended it), err_child_slow (either ceiling of time).
 */
struct child_limits {
    uint64_t memory_bytes; /* address space: give the mapped file its size on top */
    unsigned cpu_s;
    unsigned wall_s; /* past it the child is killed */
};

enum { CHILD_MORE = 4 };

struct child_task {
    const char *const *arguments; /* after the program's name; NULL ends them */
    int input_fd;                 /* stays the caller's */
    struct str options;
    struct child_limits limits;
    const int *more; /* further files, fd 5, 6, … in the child; stay the caller's */
    size_t nmore;    /* at most CHILD_MORE */
};

struct child {
    pid_t pid; /* 0: none */
    int stream_fd, report_fd;
    int64_t deadline_us;
    struct child_limits limits;
};

bool child_start(struct child *c, const struct child_task *task, struct err *e);

/* What has come on one of the two pipes; *n 0: it is closed. Fails at the time ceiling. */
bool child_read(struct child *c, int fd, char *to, size_t size, size_t *n, struct err *e);

/* Waits for the end; true for exit 0 only. Frees the child either way. */
bool child_finish(struct child *c, struct err *e);
void child_kill(struct child *c); /* and frees it; nothing to do where there is none */

/* In the child: from here on no file is opened, no socket, no program; memory, the open fds and the
 * exit are all that is left. What is forbidden kills, but opening a file answers EACCES. */
bool child_seal(struct err *e);
