#pragma once
#include <sys/types.h>

#include "core/base/buf.h"
#include "core/db/home.h"

/*
 * program -- starts the programs of PostgreSQL and tar, as the system user of a home.
 *
 * No shell: argv goes to execv as it is. The environment is empty but for PATH, LC_ALL and what
 * `env` adds. The child dies with its parent: PDEATHSIG is set after setresuid (which clears it)
 * and before exec. Not for files of strangers: that is core/io/child.
 */
struct program {
    const char *const *argv;       /* argv[0]: absolute path, or a name looked up in PATH; NULL at the end */
    int exec_fd;                   /* an open program (ourselves, below folders its user cannot enter); 0: argv[0] */
    const char *const *env;        /* "NAME=value" …, NULL at the end; or NULL */
    const struct home *as;         /* runs as its system user; NULL: as ourselves */
    const char *folder;            /* working folder; NULL: ours */
    int in, out, error;            /* -1: /dev/null (in, out), collected (error) */
    int death_signal;              /* sent to the child when we die; 0: SIGKILL */
    bool own_session;              /* Ctrl-C of our terminal does not reach it */
};

/* Becomes the system user, for good; in a child before exec. True at once for ourselves. */
bool program_become(const struct home *h);

/* The pid, or -1 (err_program). With error -1 the pipe's end is given in *collect. */
pid_t program_start(const struct program *p, int *collect, struct err *e);
/* Waits; a status other than 0 fails with err_program: {0} the program, {1} its last words. */
bool program_run(const struct program *p, struct err *e);
/* Two at once, what the first says going to the second. Fails with the words of the one that failed first: of two that fail,
 * the first, unless it ended because nobody read it any more. */
bool program_pipe(const struct program *from, const struct program *to, struct err *e);
