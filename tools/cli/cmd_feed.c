/* terrasse feed rebuild: what is derived from the data sets of a portal, made anew. */
#include <stdio.h>

#include "tenants/publishing/rebuild.h"
#include "tools/cli/cmd.h"
#include "tools/cli/portal.h"

bool cmd_feed_rebuild(struct cli *cli, struct err *e)
{
    struct arena a = {0};
    struct tenant_row t;
    int64_t n = 0;
    struct conn *c = portal_worker(cli, &a, &t, e);
    bool ok = c && conn_begin(c, &t.id, e) && rebuild_portal(c, &t.id, &n, e) && conn_commit(c, e);
    if (ok && cli->json)
        printf("{\"datasets\": %lld}\n", (long long)n);
    else if (ok)
        printf(cli_say(cli, "Catalogue, recherche, flux et réponses gardées refaits : %lld jeux.\n",
                       "Catalogue, search, feeds and kept answers made anew: %lld datasets.\n"), (long long)n);
    conn_close(c);
    arena_free(&a);
    return ok;
}
