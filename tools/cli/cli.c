/* From argv to one row of the command table. */
#include "tools/cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/errors.h"
#include "core/base/log.h"
#include "tools/cli/errors.h"
#include "tools/cli/tables.h"

static enum lang find_lang(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *v = getenv(names[i]);
        if (v && *v)
            return strncmp(v, "fr", 2) == 0 ? LANG_FR : LANG_EN;
    }
    return LANG_EN;
}

/* How many of argv are the words of this command; 0: it is not this one. */
static int match(const struct command *c, int argc, char **argv)
{
    struct str rest = str_of(c->words), word;
    int n = 0;
    while (str_cut(&rest, ' ', &word)) {
        if (n >= argc || !str_eq(word, str_of(argv[n])))
            return 0;
        n++;
    }
    return n;
}

static const struct command *find_command(int argc, char **argv, int *words)
{
    const struct command *found = NULL;
    *words = 0;
    for (size_t i = 0; i < commands_n; i++) {
        int n = match(&commands[i], argc, argv);
        if (n > *words) {
            *words = n;
            found = &commands[i];
        }
    }
    return found;
}

const char *cli_option(const struct cli *cli, const char *name)
{
    const struct command_option *o = cli->command->options;
    for (unsigned i = 0; o && o[i].name; i++)
        if (strcmp(o[i].name, name) == 0)
            return cli->values[i];
    return NULL;
}

bool cli_has(const struct cli *cli, const char *name)
{
    return cli_option(cli, name) != NULL;
}

static bool fail_option(struct err *e, const struct err_kind *kind, const char *name)
{
    err_set(e, kind, __FILE__, __LINE__, "%s", name);
    return err_arg(e, "%s", name);
}

/* --name value, --name=value, --switch. *used: arguments taken after this one. */
static bool read_option(struct cli *cli, char *text, char *next, int *used, struct err *e)
{
    char shown[80];
    char *equals = strchr(text, '=');
    struct str name = {text + 2, equals ? (size_t)(equals - text - 2) : strlen(text + 2)};
    const char *value = equals ? equals + 1 : next;
    const struct command_option *o = cli->command->options;
    snprintf(shown, sizeof shown, "--" STR_FMT, STR_ARG(name));
    *used = 0;
    for (unsigned i = 0; o && o[i].name && i < CLI_OPTIONS; i++) {
        if (!str_eq(name, str_of(o[i].name)))
            continue;
        if (o[i].value && !value)
            return fail_option(e, &err_cli_value_missing, shown);
        cli->values[i] = o[i].value ? value : "";
        *used = o[i].value && !equals;
        return true;
    }
    if (str_eq(name, S("json"))) {
        cli->json = true;
        return true;
    }
    enum option_id id;
    if (!option_find(name, &id))
        return fail_option(e, &err_option_unknown, shown);
    if (!value)
        return fail_option(e, &err_cli_value_missing, shown);
    *used = !equals;
    return option_set(id, str_of(value), OPTION_FLAG, e);
}

static bool read_arguments(struct cli *cli, int argc, char **argv, struct err *e)
{
    bool plain = false;
    for (int i = 0; i < argc; i++) {
        int used = 0;
        if (!plain && strcmp(argv[i], "--") == 0) {
            plain = true;
        } else if (!plain && argv[i][0] == '-' && argv[i][1] != '\0') {
            if (argv[i][1] != '-')
                return fail_option(e, &err_option_unknown, argv[i]);
            if (!read_option(cli, argv[i], i + 1 < argc ? argv[i + 1] : NULL, &used, e))
                return false;
            i += used;
        } else if (cli->narguments < cli->command->most) {
            cli->arguments[cli->narguments++] = argv[i];
        } else {
            return fail_option(e, &err_cli_argument_unknown, argv[i]);
        }
    }
    if (cli->narguments < cli->command->least)
        return fail_option(e, &err_cli_argument_missing, cli->command->arguments);
    const struct command_option *o = cli->command->options;
    for (unsigned i = 0; o && o[i].name; i++) {
        if (o[i].required && !cli->values[i]) {
            char shown[80];
            snprintf(shown, sizeof shown, "--%s", o[i].name);
            return fail_option(e, &err_option_missing, shown);
        }
    }
    return true;
}

static bool read_settings(struct err *e)
{
    char path[HOME_PATH];
    if (!option_read_variables(e))
        return false;
    struct str home = option_str(OPTION_HOME);
    snprintf(path, sizeof path, STR_FMT "/terrasse.conf", STR_ARG(home));
    return home.n == 0 ? true : option_read_file(path, e);
}

static int say_error(const struct cli *cli, const struct err *e, int code)
{
    struct buf b = {0};
    err_say(e, cli->lang, &b);
    fprintf(stderr, "terrasse: " STR_FMT "\n", STR_ARG(buf_str(&b)));
    if (code == CLI_USAGE && cli->command)
        fprintf(stderr, cli_say(cli, "Aide : terrasse %s --help\n", "Help: terrasse %s --help\n"),
                cli->command->words);
    buf_free(&b);
    if (code == CLI_FAILED && e->kind->status >= 500)
        log_err(LOG_ERROR, "command_failed", e);
    return code;
}

static bool asks_help(int argc, char **argv)
{
    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    return false;
}

static int run_unknown(struct cli *cli, int argc, char **argv)
{
    char words[128] = "";
    for (int i = 0; i < argc && argv[i][0] != '-' && i < 2; i++)
        snprintf(words + strlen(words), sizeof words - strlen(words), "%s%.40s", i ? " " : "", argv[i]);
    if (argc == 0 || (asks_help(argc, argv) && !words[0])) {
        help_all(cli->lang);
        return argc == 0 ? CLI_USAGE : CLI_OK;
    }
    if (asks_help(argc, argv)) {
        help_below(cli->lang, words);
        return CLI_OK;
    }
    struct err e = {0};
    fail_option(&e, &err_cli_command_unknown, words);
    return say_error(cli, &e, CLI_USAGE);
}

int cli_run(int argc, char **argv)
{
    struct cli cli = {.lang = find_lang(), .home = {.lock_fd = -1}};
    struct err e = {0};
    int words = 0;
    cli.command = find_command(argc - 1, argv + 1, &words);
    if (!cli.command)
        return run_unknown(&cli, argc - 1, argv + 1);
    if (asks_help(argc - 1 - words, argv + 1 + words)) {
        help_command(cli.lang, cli.command);
        return CLI_OK;
    }
    if (!read_arguments(&cli, argc - 1 - words, argv + 1 + words, &e) || !read_settings(&e))
        return say_error(&cli, &e, CLI_USAGE);
    log_init(cli.command->words, (enum log_level)option_i64(OPTION_LOG_LEVEL));
    bool ok = cli.command->run(&cli, &e);
    cli_end(&cli);
    if (ok)
        return CLI_OK;
    return e.kind ? say_error(&cli, &e, CLI_FAILED) : CLI_FAILED;
}

bool cli_home(struct cli *cli, struct err *e)
{
    struct str home = option_str(OPTION_HOME);
    if (home.n == 0)
        return fail_option(e, &err_option_missing, "--home");
    return home_open(&cli->home, home.p, e);
}

bool cli_connect(struct cli *cli, enum cluster_role role, char uri[HOME_PATH], struct err *e)
{
    struct str database = option_str(OPTION_DATABASE);
    if (database.n > 0) {
        struct err ignored = {0};
        bool has_home = cli->home.path[0] || (option_str(OPTION_HOME).n > 0 && cli_home(cli, &ignored));
        return cluster_uri_of(has_home ? &cli->home : NULL, database.p, role, uri, e);
    }
    if (!cli->cluster.home && ((!cli->home.path[0] && !cli_home(cli, e)) || !cluster_use(&cli->cluster, &cli->home, e)))
        return false;
    return cluster_uri(&cli->home, role, uri, e);
}

void cli_end(struct cli *cli)
{
    cluster_stop(&cli->cluster);
    home_close(&cli->home);
}

bool cli_private(const struct cli *cli, struct err *e)
{
    if (option_str(OPTION_DATABASE).n == 0)
        return true;
    ERR(e, err_option_value, "--database");
    err_arg(e, "--database");
    err_arg(e, "***");
    return err_arg(e, "%s", cli_say(cli, "PostgreSQL privé seulement", "private PostgreSQL only"));
}

const struct home *cli_own(const struct cli *cli)
{
    return option_str(OPTION_DATABASE).n == 0 ? &cli->home : NULL;
}

void cli_step(void *context, const char *fr, const char *en)
{
    const struct cli *cli = context;
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "%s\n", cli_say(cli, fr, en));
}

bool cli_secrets(const struct home *h, struct err *e)
{
    return home_secret_make(h, "sealing", e) && home_secret_make(h, "people", e) && home_secret_make(h, "cache", e);
}

bool cli_unlock(const struct home *h, struct err *e)
{
    char text[HOME_PATH];
    if (!home_secret(h, "people", text, e))
        return false;
    program_unlock(text);
    return true;
}
