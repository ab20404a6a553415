/* terrasse serve: checks, starts the cluster, migrates, then supervises (supervise.h). */
#include <sodium.h>
#include <stdio.h>

#include "core/base/errors.h"
#include "core/base/log.h"
#include "tools/cli/cmd.h"
#include "tools/cli/listen.h"
#include "tools/cli/portal.h"
#include "tools/cli/supervise.h"

static bool bring_up_to_date(const struct home *h, const char *uri, struct err *e)
{
    struct migrate_report r;
    struct conn *c = conn_open(uri, ROLE_OWNER, e);
    bool ok = c && portal_level(h, c, &r, e);
    conn_close(c);
    return ok;
}

/* What every process of a home gets, whichever its database is. */
static bool make_keys(const struct home *h, struct process_keys *keys, struct err *e)
{
    snprintf(keys->value[KEY_HOME], HOME_PATH, "%s", h->path);
    return cli_secrets(h, e) && home_secret(h, "sealing", keys->value[KEY_SEALING], e) &&
           home_secret(h, "cache", keys->value[KEY_CACHE], e) && home_secret(h, "people", keys->value[KEY_PEOPLE], e);
}

/* Everything on this machine. */
static bool serve_home(struct cli *cli, struct process_keys *keys, struct err *e)
{
    char owner[HOME_PATH];
    if (!home_lock(&cli->home, e) || !cluster_start(&cli->cluster, &cli->home, e) ||
        !cluster_uri(&cli->home, CLUSTER_OWNER, owner, e))
        return false;
    bool ok = bring_up_to_date(&cli->home, owner, e) &&
              cluster_uri(&cli->home, CLUSTER_WEB, keys->value[KEY_WEB_URI], e) &&
              cluster_uri(&cli->home, CLUSTER_READER, keys->value[KEY_READER_URI], e) &&
              cluster_uri(&cli->home, CLUSTER_WORKER, keys->value[KEY_WORKER_URI], e);
    sodium_memzero(owner, sizeof owner);
    return ok;
}

/* Web processes only; the schema is the business of whoever runs migrate. */
static bool serve_database(struct cli *cli, struct process_keys *keys, struct err *e)
{
    const char *uri = option_str(OPTION_DATABASE).p;
    const struct home *h = &cli->home;
    return cluster_uri_of(h, uri, CLUSTER_WEB, keys->value[KEY_WEB_URI], e) &&
           cluster_uri_of(h, uri, CLUSTER_READER, keys->value[KEY_READER_URI], e);
}

bool cmd_serve(struct cli *cli, struct err *e)
{
    struct process_keys *keys = sodium_malloc(sizeof *keys);
    bool alone = option_str(OPTION_DATABASE).n == 0;
    char address[256];
    if (!keys)
        return ERR(e, err_internal, "no locked memory");
    sodium_memzero(keys, sizeof *keys);
    /* A home of an earlier release may lack a folder. */
    bool ok = cli_home(cli, e) && home_create(&cli->home, option_str(OPTION_HOME).p, e) && make_keys(&cli->home, keys, e) &&
              listen_settle(option_str(OPTION_LISTEN).p, home_is_demonstration(&cli->home), address, e) &&
              option_set(OPTION_LISTEN, str_of(address), OPTION_FLAG, e);
    struct err unnoted = {0};
    if (ok && !portal_note_address(&cli->home, address, &unnoted)) /* no reason not to serve */
        log_err(LOG_WARN, "public_url_not_noted", &unnoted);
    supervise_block();
    ok = ok && (alone ? serve_home(cli, keys, e) : serve_database(cli, keys, e));
    if (ok) {
        struct supervise_config c = {.home = &cli->home, .cluster = alone ? &cli->cluster : NULL,
                                     .keys = keys, .web = (unsigned)option_i64(OPTION_WEB), .worker = alone,
                                     .address = address, .lang = cli->lang};
        ok = supervise(&c, e);
    }
    sodium_free(keys);
    return ok;
}
