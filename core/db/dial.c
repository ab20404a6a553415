#include "core/db/dial.h"

#include "core/base/must.h"
#include "core/db/errors.h"
#include "core/db/sqlstate.h"

/* PostgreSQL warns at each SET LOCAL outside BEGIN, though in a pipeline segment it holds. */
static const char always[] = "-c client_min_messages=error";

static void add_own_options(struct buf *out, const char *uri)
{
    PQconninfoOption *all = PQconninfoParse(uri, NULL);
    for (PQconninfoOption *o = all; o && o->keyword; o++)
        if (strcmp(o->keyword, "options") == 0 && o->val)
            buf_printf(out, "%s ", o->val);
    PQconninfoFree(all);
}

typedef PGconn *dialler(const char *const *keywords, const char *const *values, int expand);

static PGconn *dial(const char *uri, const char *settings, dialler *connect)
{
    struct buf options = {0};
    add_own_options(&options, uri);
    buf_printf(&options, "%s %s", always, settings ? settings : "");
    buf_addc(&options, '\0');
    const char *keywords[] = {"fallback_application_name", "connect_timeout", "dbname", "options", NULL};
    const char *values[] = {"terrasse", "10", uri, options.p, NULL};
    PGconn *pg = connect(keywords, values, 1);
    must(pg);
    buf_free(&options);
    return pg;
}

PGconn *dial_start(const char *uri, const char *settings)
{
    return dial(uri, settings, PQconnectStartParams);
}

PGconn *dial_wait(const char *uri, const char *settings, struct err *e)
{
    PGconn *pg = dial(uri, settings, PQconnectdbParams);
    if (PQstatus(pg) == CONNECTION_OK)
        return pg;
    sqlstate_err(e, pg, NULL, "connect");
    PQfinish(pg);
    return NULL;
}
