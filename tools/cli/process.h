#pragma once
#include <signal.h>

#include "core/db/program.h"

/*
 * process -- our own children: `serve` starts them as the system user, and hands over on their
 * standard input the settings, the connection string of their role and nothing else. What they
 * get never stands in an argument or in an environment.
 */
enum process_key { KEY_HOME, KEY_WEB_URI, KEY_READER_URI, KEY_WORKER_URI, KEY_SEALING, KEY_CACHE, KEY_PEOPLE, PROCESS_KEYS };

struct process_keys {
    char value[PROCESS_KEYS][HOME_PATH]; /* "": not given */
};

/* Starts `terrasse <word>` and hands the keys over. exe_fd: ourselves, opened at start. */
pid_t process_start(const char *word, const struct home *as, int exe_fd, const struct process_keys *keys,
                    struct err *e);
/* In the child: reads standard input to its end, sets the options. False: it was started by hand. */
bool process_receive(struct process_keys *keys, struct err *e);

/* Set by SIGTERM and SIGINT once process_catch was called. */
extern volatile sig_atomic_t process_stop;
void process_catch(void);
