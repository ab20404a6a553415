/* terrasse partner list, partner contact: the same functions as the region's page calls. */
#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/jw.h"
#include "tenants/directory/contact.h"
#include "tenants/directory/obligation.h"
#include "tools/cli/cmd.h"
#include "tools/cli/portal.h"
#include "tools/cli/rows.h"
#include "tools/cli/sql.h"

const struct command_option partner_options[] = {
    {"region", "HOST", true, "The region's portal.", "Le portail de la région."},
    {NULL, NULL, false, NULL, NULL},
};
const struct command_option partner_contact_options[] = {
    {"region", "HOST", true, "The region's portal.", "Le portail de la région."},
    {"email", "EMAIL", true, "The address of the new contact.", "L’adresse du nouveau contact."},
    {"name", "NAME", false, "The person's name.", "Le nom de la personne."},
    {"since", "DAY", false, "From that day on, such as 2026-11-28 (default: today).", "À partir de ce jour, par exemple 2026-11-28 (par défaut : aujourd’hui)."},
    {"beside", NULL, false, "Stands beside the present contacts instead of taking over from them.", "S’ajoute aux contacts actuels au lieu de prendre leur suite."},
    {NULL, NULL, false, NULL, NULL},
};

/* cli_partners.sql's columns */
enum { COL_ID, COL_NAME, COL_KIND, COL_MODE, COL_POPULATION, COL_STAFF, COL_CONTACT, COL_SINCE, COL_LAPSED };

static int64_t figure(const PGresult *r, int row, int column)
{
    int64_t n = -1;
    str_i64(rows_cell(r, row, column), &n);
    return n;
}

static const char *duty(const PGresult *r, int row)
{
    static const char *const words[] = {
        [OBLIGATION_UNKNOWN] = "unknown", [OBLIGATION_NONE] = "none", [OBLIGATION_STANDS] = "stands"};
    enum obligation_why why;
    return words[obligation_of(rows_cell(r, row, COL_KIND), figure(r, row, COL_POPULATION), figure(r, row, COL_STAFF),
                               (int32_t)(clock_wall_us() / INT64_C(86400000000)), &why)];
}

static void put(const struct cli *cli, const PGresult *r, struct jw *w, int i)
{
    static const struct rows_column texts[] = {{"id", COL_ID, ROWS_TEXT},           {"name", COL_NAME, ROWS_TEXT},
                                               {"kind", COL_KIND, ROWS_TEXT},       {"mode", COL_MODE, ROWS_TEXT},
                                               {"contact", COL_CONTACT, ROWS_TEXT}, {"since", COL_SINCE, ROWS_TEXT},
                                               {"lapsed", COL_LAPSED, ROWS_TEXT}};
    if (!cli->json) {
        printf("%s  %-8s %-32s %s %s\n", PQgetvalue(r, i, COL_ID), duty(r, i), PQgetvalue(r, i, COL_CONTACT),
               PQgetvalue(r, i, COL_NAME), PQgetvalue(r, i, COL_LAPSED));
        return;
    }
    jw_open(w, '{');
    for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++) {
        jw_key(w, str_of(texts[k].name));
        jw_str(w, rows_cell(r, i, texts[k].column));
    }
    JW_STR(w, "duty", str_of(duty(r, i)));
    jw_close(w, '}');
}

bool cmd_partner_list(struct cli *cli, struct err *e)
{
    struct arena a = {0};
    struct tenant_row t;
    struct buf b = {0};
    struct jw w;
    struct conn *c = portal_enter(cli, &a, "region", &t, e);
    PGresult *r = c ? conn_ask(c, &sql_cli_partners, (struct str[]){uuid_str(&t.id)}, e) : NULL;
    jw_init(&w, &b, JW_PRETTY);
    jw_open(&w, '[');
    for (int i = 0; r && i < PQntuples(r); i++)
        put(cli, r, &w, i);
    jw_close(&w, ']');
    if (r && cli->json)
        printf(STR_FMT "\n", STR_ARG(buf_str(&b)));
    buf_free(&b);
    PQclear(r);
    conn_close(c);
    arena_free(&a);
    return r != NULL;
}

bool cmd_partner_contact(struct cli *cli, struct err *e)
{
    struct arena a = {0};
    struct tenant_row t;
    struct str partner = str_of(cli->arguments[0]);
    const struct contact_new new = {.name = str_of(cli_option(cli, "name")),
                                    .email = str_of(cli_option(cli, "email")),
                                    .since = str_of(cli_option(cli, "since"))};
    struct conn *c = portal_enter(cli, &a, "region", &t, e);
    bool ok = c &&
              (cli_has(cli, "beside") ? contact_add(c, &t.id, partner, &new, STR_NONE, e)
                                      : contact_hand_over(c, &t.id, partner, &new, STR_NONE, e)) &&
              conn_commit(c, e);
    if (ok)
        printf("%s\n", cli->json ? "{\"done\": true}" : cli_say(cli, "Les contacts sont à jour.", "The contacts are up to date."));
    conn_close(c);
    arena_free(&a);
    return ok;
}
