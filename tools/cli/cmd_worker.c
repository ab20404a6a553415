/* The worker: by hand beside serve --database, or as a child of serve. */
#include <stdio.h>

#include "core/base/log.h"
#include "core/io/blob.h"
#include "core/io/fetch.h"
#include "tools/cli/cmd.h"
#include "tools/cli/errors.h"
#include "tools/cli/process.h"
#include "tools/cli/tables.h"

static void run(const char *uri, const char *home, const char *sealing)
{
    struct job_config c = {.uri = uri, .home = home, .build = TERRASSE_VERSION, .sealing_key = sealing, .tables = program_jobs,
                           .ntables = program_jobs_n, .stop = &process_stop};
    log_init("worker", (enum log_level)option_i64(OPTION_LOG_LEVEL));
    process_catch();
    fetch_init();
    if (home) {
        char content[HOME_PATH + 16];
        snprintf(content, sizeof content, "%s/content", home);
        blob_store(content);
    }
    LOG(LOG_INFO, "worker_started");
    job_loop(&c);
    LOG(LOG_INFO, "worker_stopped");
}

bool cmd_worker(struct cli *cli, struct err *e)
{
    static char uri[HOME_PATH], sealing[HOME_PATH];
    struct err ignored = {0};
    if (!cli_connect(cli, CLUSTER_WORKER, uri, e))
        return false;
    bool has_home = cli->home.path[0] != '\0';
    bool sealed = has_home && home_secret(&cli->home, "sealing", sealing, &ignored);
    run(uri, has_home ? cli->home.path : NULL, sealed ? sealing : NULL);
    return true;
}

bool cmd_worker_process(struct cli *cli, struct err *e)
{
    static struct process_keys keys;
    (void)cli;
    if (!process_receive(&keys, e))
        return false;
    run(keys.value[KEY_WORKER_URI], keys.value[KEY_HOME][0] ? keys.value[KEY_HOME] : NULL,
        keys.value[KEY_SEALING][0] ? keys.value[KEY_SEALING] : NULL);
    return true;
}

bool cmd_read(struct cli *cli, struct err *e)
{
    (void)cli;
    return ERR(e, err_cli_internal_only, "main runs it first");
}
