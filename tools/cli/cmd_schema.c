/* terrasse schema add | list | impact | show: the schemas that datasets of a region may follow. */
#include <inttypes.h>
#include <stdio.h>

#include "core/base/jw.h"
#include "core/data/check/table_schema.h"
#include "tenants/directory/tenant.h"
#include "tenants/publishing/registry.h"
#include "tenants/publishing/schema_impact.h"
#include "tenants/publishing/sql.h"
#include "tools/cli/cmd.h"
#include "tools/cli/portal.h"
#include "tools/cli/rows.h"

const struct command_option schema_options[] = {
    {"host", "HOST", true, "A portal of the region.", "Un portail de la région."},
    {"version", "VERSION", false, "The version (default: the newest).", "La version (par défaut : la plus récente)."},
    {NULL, NULL, false, NULL, NULL},
};
const struct command_option schema_impact_options[] = {
    {"host", "HOST", true, "The portal.", "Le portail."},
    {NULL, NULL, false, NULL, NULL},
};
const struct command_option schema_add_options[] = {
    {"host", "HOST", true, "A portal of the region.", "Un portail de la région."},
    {"name", "NAME", false, "Its name, like scdl/deliberations (default: as it says).",
     "Son nom, comme scdl/deliberations (par défaut : celui qu’il dit)."},
    {"version", "VERSION", false, "Its version (default: as it says).", "Sa version (par défaut : celle qu’il dit)."},
    {"source", "URL", false, "Where it was taken from.", "D’où il vient."},
    {NULL, NULL, false, NULL, NULL},
};

struct asked {
    struct arena a;
    struct conn *c;
    struct tenant_row t;
};

static bool begin(struct cli *cli, struct asked *q, struct err *e)
{
    q->c = portal_owner(cli, e);
    return q->c && portal_find(cli, q->c, &q->a, "host", &q->t, e) && conn_begin(q->c, &q->t.id, e);
}

static void end(struct asked *q)
{
    conn_close(q->c);
    arena_free(&q->a);
}

static void say_added_json(const struct registry_added *done)
{
    struct buf b = {0};
    struct jw w;
    jw_init(&w, &b, JW_SPACED);
    jw_open(&w, '{');
    JW_STR(&w, "name", done->name);
    JW_STR(&w, "version", done->version);
    JW_I64(&w, "unknown", done->unknown);
    jw_key(&w, S("unchecked"));
    jw_open(&w, '[');
    for (size_t i = 0; i < done->nunchecked; i++)
        jw_str(&w, done->unchecked[i]);
    jw_close(&w, ']');
    jw_close(&w, '}');
    printf(STR_FMT "\n", STR_ARG(buf_str(&b)));
    buf_free(&b);
}

static void say_added(const struct cli *cli, const struct registry_added *done)
{
    if (cli->json) {
        say_added_json(done);
        return;
    }
    printf(cli_say(cli, "Schéma " STR_FMT " " STR_FMT " ajouté.\n", "Schema " STR_FMT " " STR_FMT " added.\n"), STR_ARG(done->name),
           STR_ARG(done->version));
    if (done->unknown)
        printf(cli_say(cli, "Règles non vérifiées : %u\n", "Rules that are not checked: %u\n"), done->unknown);
    for (size_t i = 0; i < done->nunchecked; i++)
        printf("  " STR_FMT "\n", STR_ARG(done->unchecked[i]));
}

bool cmd_schema_add(struct cli *cli, struct err *e)
{
    struct asked q = {0};
    struct buf text = {.max = TABLE_SCHEMA_MAX + 1};
    struct registry_added done;
    struct registry_new new = {.name = str_of(cli_option(cli, "name")), .version = str_of(cli_option(cli, "version")),
                               .source = str_of(cli_option(cli, "source"))};
    bool ok = portal_file(cli->arguments[0], TABLE_SCHEMA_MAX, &text, e) && begin(cli, &q, e);
    new.text = buf_str(&text);
    ok = ok && registry_add(q.c, &q.a, &q.t.root, &new, STR_NONE, &done, e) &&
         tenant_audit(q.c, &q.t.id, STR_NONE, S("schema-add"), done.name, STR_NONE, e) && conn_commit(q.c, e);
    if (ok)
        say_added(cli, &done);
    end(&q);
    buf_free(&text);
    return ok;
}

static void put_line(const struct cli *cli, const PGresult *r, int i)
{
    (void)cli;
    printf("%-45s %-8s %4s  %s\n", PQgetvalue(r, i, 0), PQgetvalue(r, i, 1), PQgetvalue(r, i, 5), PQgetvalue(r, i, 2));
}

static const struct rows_column columns[] = {
    {"name", 0, ROWS_TEXT}, {"version", 1, ROWS_TEXT}, {"title", 2, ROWS_TEXT}, {"source", 3, ROWS_TEXT},
    {"own", 4, ROWS_BOOL},  {"fields", 5, ROWS_RAW},   {"unchecked", 8, ROWS_RAW},
    {NULL, 0, ROWS_TEXT},
};

bool cmd_schema_list(struct cli *cli, struct err *e)
{
    struct asked q = {0};
    PGresult *r = begin(cli, &q, e) ? conn_ask(q.c, &sql_schema_list, (struct str[]){uuid_str(&q.t.id)}, e) : NULL;
    if (r)
        rows_say(cli, r, columns, put_line);
    PQclear(r);
    end(&q);
    return r != NULL;
}

static void put_impact(const struct cli *cli, const PGresult *r, int i)
{
    (void)cli;
    printf("%-30s %-40s %8s -> %-8s %-8s %s\n", PQgetvalue(r, i, IMPACT_DATASET), PQgetvalue(r, i, IMPACT_SCHEMA),
           PQgetvalue(r, i, IMPACT_FOLLOWED), PQgetvalue(r, i, IMPACT_VERSION), PQgetvalue(r, i, IMPACT_VERDICT),
           PQgetvalue(r, i, IMPACT_SETTLED));
}

bool cmd_schema_impact(struct cli *cli, struct err *e)
{
    static const struct rows_column impact[] = {
        {"dataset_id", IMPACT_DATASET, ROWS_TEXT}, {"schema", IMPACT_SCHEMA, ROWS_TEXT}, {"followed", IMPACT_FOLLOWED, ROWS_TEXT},
        {"version", IMPACT_VERSION, ROWS_TEXT}, {"verdict", IMPACT_VERDICT, ROWS_TEXT}, {"missing", IMPACT_MISSING, ROWS_RAW},
        {"changed", IMPACT_CHANGED, ROWS_RAW}, {"gone", IMPACT_GONE, ROWS_RAW}, {"added", IMPACT_ADDED, ROWS_RAW},
        {"errors", IMPACT_ERRORS, ROWS_RAW}, {"settled", IMPACT_SETTLED, ROWS_TEXT}, {"settled_errors", IMPACT_SETTLED_ERRORS, ROWS_RAW},
        {NULL, 0, ROWS_TEXT},
    };
    struct asked q = {0};
    PGresult *r = begin(cli, &q, e)
                      ? conn_ask(q.c, &sql_schema_impact_list, (struct str[]){uuid_str(&q.t.id), S("f"), STR_NONE}, e)
                      : NULL;
    if (r)
        rows_say(cli, r, impact, put_impact);
    PQclear(r);
    end(&q);
    return r != NULL;
}

static void say_fields(const struct cli *cli, const struct registry_field *f, size_t n, struct str title, struct str version)
{
    struct buf b = {.max = 16 << 20};
    struct jw w;
    jw_init(&w, &b, JW_PRETTY);
    jw_open(&w, '{');
    JW_STR(&w, "title", title);
    JW_STR(&w, "version", version);
    jw_key(&w, S("fields"));
    jw_open(&w, '[');
    for (size_t i = 0; i < n; i++) {
        jw_open(&w, '{');
        JW_STR(&w, "name", f[i].name);
        JW_STR(&w, "type", f[i].type);
        JW_BOOL(&w, "required", f[i].required);
        JW_STR(&w, "title", f[i].title);
        JW_STR(&w, "description", f[i].description);
        JW_STR(&w, "example", f[i].example);
        JW_STR(&w, "allowed", f[i].allowed);
        jw_close(&w, '}');
        if (!cli->json)
            printf("%-32.*s %-10.*s %-12s " STR_FMT "\n", STR_ARG(f[i].name), STR_ARG(f[i].type),
                   f[i].required ? cli_say(cli, "obligatoire", "required") : "", STR_ARG(f[i].example));
    }
    jw_close(&w, ']');
    jw_close(&w, '}');
    if (cli->json)
        printf(STR_FMT "\n", STR_ARG(buf_str(&b)));
    buf_free(&b);
}

bool cmd_schema_show(struct cli *cli, struct err *e)
{
    struct asked q = {0};
    struct registry_field *fields;
    struct str title, version;
    size_t n;
    bool ok =
        begin(cli, &q, e) && registry_fields(q.c, &q.a, &q.t.id, str_of(cli->arguments[0]),
                                             str_of(cli_option(cli, "version")), &fields, &n, &title, &version, e);
    if (ok)
        say_fields(cli, fields, n, title, version);
    end(&q);
    return ok;
}
