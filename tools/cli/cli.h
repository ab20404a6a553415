#pragma once
#include "core/base/err.h"
#include "core/base/option.h"
#include "core/db/cluster.h"

/*
 * cli -- the command line: a tree of commands as one table (commands.c), read here.
 *
 * A command is words, what it takes, and one function. Settings (option.h) are taken by every
 * command as --NAME. Exit codes: 0 done, 1 failed, 2 the command line was not understood.
 */
enum { CLI_ARGUMENTS = 4, CLI_OPTIONS = 16 };
enum { CLI_OK = 0, CLI_FAILED = 1, CLI_USAGE = 2 };

struct command_option {
    const char *name;  /* without the dashes; NULL ends the list */
    const char *value; /* what stands after it in the help; NULL: a switch */
    bool required;
    const char *en, *fr;
};

struct cli {
    const struct command *command;
    enum lang lang;
    bool json;
    const char *arguments[CLI_ARGUMENTS];
    unsigned narguments;
    const char *values[CLI_OPTIONS]; /* by row of command->options; "" for a switch; NULL: not given */
    struct home home;                /* opened by cli_home */
    struct cluster cluster;          /* opened by cli_connect */
};

struct command {
    const char *words;      /* "backup create" */
    const char *arguments;  /* "FILE", or NULL */
    unsigned least, most;   /* how many arguments */
    const struct command_option *options; /* or NULL */
    bool (*run)(struct cli *cli, struct err *e);
    const char *en, *fr;    /* one line; an empty text: not shown (our own processes) */
};

extern const struct command commands[];
extern const size_t commands_n;

int cli_run(int argc, char **argv); /* everything: read, run, say what went wrong */

const char *cli_option(const struct cli *cli, const char *name); /* NULL: not given */
bool cli_has(const struct cli *cli, const char *name);
/* The sentence in the reader's language. */
static inline const char *cli_say(const struct cli *cli, const char *fr, const char *en)
    __attribute__((format_arg(2), format_arg(3)));
static inline const char *cli_say(const struct cli *cli, const char *fr, const char *en)
{
    return cli->lang == LANG_FR ? fr : en;
}

/* The home of --home; fails with err_option_missing or err_home_missing. */
bool cli_home(struct cli *cli, struct err *e);
/* A connection string for a role: of --database, or of the private cluster, which is used as it
 * runs or started for this command. cli_end stops what was started. */
bool cli_connect(struct cli *cli, enum cluster_role role, char uri[HOME_PATH], struct err *e);
void cli_end(struct cli *cli);
/* False with --database: somebody else's server has tools of its own. */
bool cli_private(const struct cli *cli, struct err *e);
const struct home *cli_own(const struct cli *cli); /* the home whose own cluster it is; NULL with --database */
/* What long work is at, on a terminal; the step of struct backup_progress, whose context is the struct cli. */
void cli_step(void *cli, const char *fr, const char *en);

/* The secrets of a home beside those of its database roles: sealing (keys of peers), people (sessions,
 * keys, invitations), cache. cli_unlock: program_unlock with that of the home. */
bool cli_secrets(const struct home *h, struct err *e);
bool cli_unlock(const struct home *h, struct err *e);

/* help.c */
void help_all(enum lang lang);
void help_below(enum lang lang, const char *words); /* the commands that begin with these words */
void help_command(enum lang lang, const struct command *c);
