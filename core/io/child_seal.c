#include <errno.h>
#include <seccomp.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "core/io/child.h"
#include "core/io/errors.h"

/* The sanitizers handle signals as they leave. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED
#endif
#endif

/* What reading a mapped file and writing to open pipes needs. Nothing here opens, connects, starts
 * or changes anything outside the process; signals cannot be held off, so the alarm stands. */
static const int allowed[] = {
    SCMP_SYS(read),          SCMP_SYS(pread64),      SCMP_SYS(readv),          SCMP_SYS(write),
    SCMP_SYS(writev),        SCMP_SYS(lseek),        SCMP_SYS(fstat),          SCMP_SYS(close),
    SCMP_SYS(munmap),        SCMP_SYS(mremap),       SCMP_SYS(madvise),        SCMP_SYS(brk),
    SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday), SCMP_SYS(getrandom),      SCMP_SYS(futex),
    SCMP_SYS(poll),          SCMP_SYS(sched_yield),  SCMP_SYS(gettid),         SCMP_SYS(getpid),
    SCMP_SYS(exit),          SCMP_SYS(exit_group),   SCMP_SYS(restart_syscall), SCMP_SYS(newfstatat),
#ifdef SANITIZED
    SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigaction), SCMP_SYS(sigaltstack), SCMP_SYS(rt_sigreturn),
#endif
};

/* Libraries look for locales and character tables; they do without. */
static const int answered[] = {SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(access), SCMP_SYS(readlink),
                               SCMP_SYS(ioctl)};

static bool fill(scmp_filter_ctx filter)
{
    bool ok = true;
    for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++)
        ok = ok && seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0) == 0;
    for (size_t i = 0; i < sizeof answered / sizeof answered[0]; i++)
        ok = ok && seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES), answered[i], 0) == 0;
    /* Memory, but none that can be run. */
    const struct scmp_arg_cmp no_exec = SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
    return ok && seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, no_exec) == 0 &&
           seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, no_exec) == 0;
}

static int by_byte(const void *x, const void *y)
{
    const unsigned char *a = x, *b = y;
    return *a - *b;
}

/* The C library asks once how much memory there is, where it first sorts more than a kilobyte: by a call that the filter does not
 * pass. */
static void sort_once(void)
{
    unsigned char some[4096] = {1};
    qsort(some, sizeof some, 1, by_byte);
}

bool child_seal(struct err *e)
{
    sort_once();
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    /* A thread that is there already is sealed with the others. */
    bool ok = filter && seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1) == 0 && fill(filter) && seccomp_load(filter) == 0;
    if (filter)
        seccomp_release(filter);
    return ok || ERR(e, err_child_start, "seccomp");
}
