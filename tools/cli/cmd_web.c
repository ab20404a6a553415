/* One web process, as a child of serve. */
#include <sodium.h>
#include <stdio.h>

#include "core/base/log.h"
#include "core/io/blob.h"
#include "core/web/web.h"
#include "tenants/explore/downloads.h"
#include "tenants/pages/assets.h"
#include "tenants/quota/meter.h"
#include "tools/cli/cmd.h"
#include "tools/cli/process.h"
#include "tools/cli/tables.h"

enum { MIB = 1024 * 1024 };

static bool open_counters(uv_loop_t *loop, struct lanes *lanes, struct heads *heads, void *context, struct err *e)
{
    (void)heads;
    if (!meter_open(loop, lanes, context, e))
        return false;
    downloads_open(loop, lanes);
    return true;
}

static void close_counters(void *context)
{
    (void)context;
    downloads_close();
    meter_close();
}

bool cmd_web_process(struct cli *cli, struct err *e)
{
    static struct process_keys keys;
    static char spool[HOME_PATH + 16], usage[HOME_PATH + 16], content[HOME_PATH + 16];
    (void)cli;
    if (!process_receive(&keys, e))
        return false;
    log_init("web", (enum log_level)option_i64(OPTION_LOG_LEVEL));
    program_unlock(keys.value[KEY_PEOPLE]);
    snprintf(spool, sizeof spool, "%s/spool", keys.value[KEY_HOME]);
    snprintf(usage, sizeof usage, "%s/usage/calls", keys.value[KEY_HOME]);
    snprintf(content, sizeof content, "%s/content", keys.value[KEY_HOME]);
    blob_store(content);

    struct web_config c = {
        .http = {.listen = option_str(OPTION_LISTEN).p, .trust_proxy = option_str(OPTION_TRUSTED_PROXY).n > 0,
                 .trusted = option_str(OPTION_TRUSTED_PROXY).p,
                 .share_port = option_i64(OPTION_WEB) > 1},
        .lanes = {.web_uri = keys.value[KEY_WEB_URI], .reader_uri = keys.value[KEY_READER_URI], .fast_web = 1,
                  .fast_reader = 2, .exclusive_web = 2, .exclusive_reader = 2},
        .tables = program_routes, .ntables = program_routes_n, .hooks = &program_hooks,
        .upload_max_bytes = (uint64_t)option_i64(OPTION_UPLOAD_MAX) * MIB, .spool_dir = spool,
        .kept_bytes = (uint64_t)option_i64(OPTION_EXPORTS_KEPT) * MIB,
        .build = TERRASSE_VERSION,
        .metrics_token = option_str(OPTION_METRICS_TOKEN).n > 0 ? option_str(OPTION_METRICS_TOKEN).p : NULL,
        .drain_ms = (unsigned)option_i64(OPTION_DRAIN) * 1000,
        .open = open_counters, .close = close_counters, .context = usage,
    };
    const char *cache = keys.value[KEY_CACHE];
    crypto_generichash(c.secret, sizeof c.secret, (const unsigned char *)cache, str_of(cache).n, NULL, 0);
    assets_register();
    return web_serve(&c, e);
}
