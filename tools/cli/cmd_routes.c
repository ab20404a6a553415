/* terrasse routes: the route tables as text; the only truth about what counts (R63). */
#include <stdio.h>

#include "core/base/jw.h"
#include "core/web/asset.h"
#include "core/web/engine.h"
#include "core/web/router.h"
#include "tools/cli/cmd.h"
#include "tools/cli/tables.h"

static const char *const accesses[] = {"PUBLIC", "READER", "CONTRIBUTOR", "EDITOR", "ADMIN", "REGION", "REGION_DPO", "SYSTEM"};

static const char *summary(const struct cli *cli, const struct route *r)
{
    return cli->lang == LANG_FR && r->summary_fr ? r->summary_fr : r->summary;
}

static void put_text(const struct cli *cli, const struct route_table *t)
{
    for (size_t i = 0; i < t->n; i++) {
        const struct route *r = &t->routes[i];
        printf("%-7s %-56s %-11s %u  %s\n", method_name(r->method), r->pattern, accesses[r->access], r->cost,
               summary(cli, r));
    }
}

static void put_json(const struct cli *cli, struct jw *w, const struct route_table *t)
{
    for (size_t i = 0; i < t->n; i++) {
        const struct route *r = &t->routes[i];
        jw_open(w, '{');
        JW_STR(w, "method", str_of(method_name(r->method)));
        JW_STR(w, "path", str_of(r->pattern));
        JW_STR(w, "access", str_of(accesses[r->access]));
        JW_I64(w, "cost", r->cost);
        JW_STR(w, "summary", str_of(summary(cli, r)));
        jw_close(w, '}');
    }
}

bool cmd_routes(struct cli *cli, struct err *e)
{
    struct buf b = {0};
    struct jw w;
    (void)e;
    jw_init(&w, &b, JW_PRETTY);
    jw_open(&w, '[');
    for (size_t i = 0; i < program_routes_n + 2; i++) {
        const struct route_table *t = i == 0 ? &system_route_table : i == 1 ? &asset_route_table : program_routes[i - 2];
        if (cli->json)
            put_json(cli, &w, t);
        else
            put_text(cli, t);
    }
    jw_close(&w, ']');
    if (cli->json)
        printf(STR_FMT "\n", STR_ARG(buf_str(&b)));
    buf_free(&b);
    return true;
}
