#include "tools/cli/process.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/option.h"
#include "tools/cli/errors.h"

enum { INPUT_MAX = 60000 }; /* fits a pipe: nobody waits for the reader */

static const char *const key_names[PROCESS_KEYS] = {
    [KEY_HOME] = "@home", [KEY_WEB_URI] = "@web", [KEY_READER_URI] = "@reader",
    [KEY_WORKER_URI] = "@worker", [KEY_SEALING] = "@sealing", [KEY_CACHE] = "@cache", [KEY_PEOPLE] = "@people",
};

/* Variables that are no settings of ours but that a child needs. */
static const char *const passed_on[] = {"TERRASSE_CLOCK", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS",
                                        "TSAN_OPTIONS", "LANG"};
enum { PASSED_ON = sizeof passed_on / sizeof passed_on[0] };

volatile sig_atomic_t process_stop;

static void on_stop(int signal_number)
{
    (void)signal_number;
    process_stop = 1;
}

void process_catch(void)
{
    struct sigaction a = {.sa_handler = on_stop};
    sigaction(SIGTERM, &a, NULL);
    sigaction(SIGINT, &a, NULL);
    signal(SIGPIPE, SIG_IGN);
}

static void write_input(struct buf *b, const struct process_keys *keys)
{
    for (unsigned i = 0; i < OPTION_N; i++) {
        enum option_id id = (enum option_id)i;
        if (option_source(id) != OPTION_DEFAULT && id != OPTION_DATABASE)
            buf_printf(b, "%s=" STR_FMT "\n", option_row(id)->name, STR_ARG(option_str(id)));
    }
    for (unsigned i = 0; i < PROCESS_KEYS; i++)
        if (keys->value[i][0])
            buf_printf(b, "%s=%s\n", key_names[i], keys->value[i]);
}

pid_t process_start(const char *word, const struct home *as, int exe_fd, const struct process_keys *keys,
                    struct err *e)
{
    struct buf input = {.max = INPUT_MAX};
    const char *env[PASSED_ON + 1] = {NULL};
    char texts[PASSED_ON][256];
    int ends[2];
    unsigned n = 0;
    for (unsigned i = 0; i < PASSED_ON; i++) {
        if (getenv(passed_on[i])) {
            snprintf(texts[n], sizeof texts[n], "%s=%.200s", passed_on[i], getenv(passed_on[i]));
            env[n] = texts[n];
            n++;
        }
    }
    write_input(&input, keys);
    if (input.over || pipe2(ends, O_CLOEXEC) != 0) {
        ERR(e, err_cli_process, "%s", strerror(errno));
        err_arg(e, "%s", word);
        return -1;
    }
    const char *argv[] = {"terrasse", word, NULL};
    struct program p = {.argv = argv, .env = env, .as = as, .exec_fd = exe_fd, .in = ends[0], .out = STDOUT_FILENO,
                        .error = STDERR_FILENO, .death_signal = SIGTERM, .own_session = true};
    pid_t pid = program_start(&p, NULL, e);
    close(ends[0]);
    ssize_t written = write(ends[1], input.p, input.n);
    close(ends[1]);
    sodium_memzero(input.p, input.n);
    buf_free(&input);
    (void)written; /* a child that got less finds no @home or no connection string, and ends */
    return pid;
}

static bool take(struct process_keys *keys, struct str name, struct str value, struct err *e)
{
    for (unsigned i = 0; i < PROCESS_KEYS; i++) {
        if (str_eq(name, str_of(key_names[i]))) {
            snprintf(keys->value[i], sizeof keys->value[i], STR_FMT, STR_ARG(value));
            return true;
        }
    }
    enum option_id id;
    return option_find(name, &id) ? option_set(id, value, OPTION_FLAG, e) : true;
}

bool process_receive(struct process_keys *keys, struct err *e)
{
    static char text[INPUT_MAX + 1];
    size_t n = 0;
    bool ok = true;
    memset(keys, 0, sizeof *keys);
    while (n < INPUT_MAX && !isatty(STDIN_FILENO)) {
        ssize_t got = read(STDIN_FILENO, text + n, INPUT_MAX - n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        n += (size_t)got;
    }
    struct str rest = {text, n}, line, name;
    while (ok && str_cut(&rest, '\n', &line)) {
        struct str value = line;
        str_cut(&value, '=', &name);
        ok = line.n == 0 || take(keys, name, value, e);
    }
    sodium_memzero(text, n);
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (null >= 0 && dup2(null, STDIN_FILENO) == STDIN_FILENO)
        close(null);
    if (!ok)
        return false;
    return keys->value[KEY_WEB_URI][0] || keys->value[KEY_WORKER_URI][0]
               ? true : ERR(e, err_cli_internal_only, "no keys on standard input");
}
