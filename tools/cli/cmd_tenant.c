/* terrasse tenant add | alias | move | brand | list: the same functions as the forms call. */
#include <stdio.h>

#include "core/base/errors.h"
#include "core/base/jr.h"
#include "core/web/host.h"
#include "tenants/directory/brand_change.h"
#include "tenants/directory/onboard.h"
#include "tenants/people/invite.h"
#include "tools/cli/cmd.h"
#include "tools/cli/errors.h"
#include "tools/cli/portal.h"
#include "tools/cli/rows.h"
#include "tools/cli/sql.h"

const struct command_option tenant_options[] = {
    {"name", "NAME", true, "Name of the partner.", "Nom du partenaire."},
    {"admin", "EMAIL", true, "E-mail of its first administrator (of its contributor with --direct).",
     "Courriel de son premier administrateur (de son contributeur avec --direct)."},
    {"host", "HOST", false, "Host name (default: SLUG.HOST of the region).",
     "Nom d’hôte (par défaut : SLUG.HÔTE de la région)."},
    {"region", "HOST", false, "The region's host (default: found from --host).",
     "Hôte de la région (par défaut : trouvé d’après --host)."},
    {"kind", "KIND", false, "region, departement, epci, commune, academie, autre (default).",
     "region, departement, epci, commune, academie, autre (par défaut)."},
    {"siren", "SIREN", false, "Nine digits.", "Neuf chiffres."},
    {"insee", "CODE", false, "INSEE code.", "Code INSEE."},
    {"population", "NUMBER", false, "Inhabitants.", "Nombre d’habitants."},
    {"staff", "NUMBER", false, "Its agents in full-time equivalents.", "Ses agents en équivalents temps plein."},
    {"contact", "EMAIL", false, "Who answers for its convention (default: the person of --admin).", "Qui répond de sa convention (par défaut : la personne de --admin)."},
    {"contact-name", "NAME", false, "That person's name.", "Le nom de cette personne."},
    {"url", "URL", false, "Its own web site.", "Son site web."},
    {"direct", NULL, false, "No sub-domain: it publishes on the region's portal (no SLUG, with --region).",
     "Sans sous-domaine : il publie sur le portail de la région (sans SLUG, avec --region)."},
    {"logo", "FILE.png", false, "Its logo on the region's portal and on its own.", "Son logo sur le portail de la région et sur le sien."},
    {"dry-run", NULL, false, "Check everything, change nothing.", "Tout vérifier, ne rien changer."},
    {NULL, NULL, false, NULL, NULL},
};
const struct command_option brand_options[] = {
    {"name", "NAME", false, "Its name, as readers see it.", "Son nom, tel que les visiteurs le voient."},
    {"theme", "FILE.json", false, "Members to change: primary, accent, font, hero_title, hero_text, site_url.",
     "Ce qui change : primary, accent, font, hero_title, hero_text, site_url."},
    {"logo", "FILE.png", false, "A PNG of at most 256 KB.", "Un PNG d’au plus 256 Ko."},
    {NULL, NULL, false, NULL, NULL},
};

static struct str option(const struct cli *cli, const char *name)
{
    return str_of(cli_option(cli, name));
}

/* --region, or the nearest portal above --host that is a region's. */
static bool find_region(struct cli *cli, struct conn *c, struct arena *a, struct str host, struct tenant_row *region,
                        struct err *e)
{
    struct str name = option(cli, "region");
    if (name.p)
        return host_canonical(a, name, &name, e) && tenant_find(c, a, name, region, e);
    for (ptrdiff_t dot; (dot = str_chr(host, '.')) >= 0;) {
        struct err ignored = {0};
        host = str_from(host, (size_t)dot + 1);
        if (tenant_find(c, a, host, region, &ignored) && region->is_root)
            return true;
    }
    ERR(e, err_option_missing, "no region above the host");
    return err_arg(e, "--region");
}

enum { LOGO_MAX = 256 * 1024, THEME_MAX = 16 * 1024 };

/* The file of an option; an absent option gives an absent text. */
static bool option_file(const struct cli *cli, const char *name, size_t most, struct buf *b, struct str *out, struct err *e)
{
    const char *path = cli_option(cli, name);
    *out = STR_NONE;
    if (path && !portal_file(path, most, b, e))
        return false;
    if (path)
        *out = buf_str(b);
    return true;
}

struct added {
    struct partner_made partner;
    struct token_text token;
    struct str host;
    struct buf logo;
};

static bool add_partner(struct cli *cli, struct conn *c, struct arena *a, struct added *out, struct err *e)
{
    struct tenant_row region;
    struct uuid account;
    bool direct = cli_has(cli, "direct");
    struct partner_new new = {.name = option(cli, "name"),
                              .slug = direct ? STR_NONE : str_of(cli->arguments[0]),
                              .kind = cli_has(cli, "kind") ? option(cli, "kind") : S("autre"),
                              .siren = option(cli, "siren"),
                              .insee = option(cli, "insee"),
                              .population = option(cli, "population"),
                              .staff = option(cli, "staff"),
                              .url = option(cli, "url"),
                              .contact_name = option(cli, "contact-name"),
                              .contact_email = option(cli, cli_has(cli, "contact") ? "contact" : "admin")};
    if (!option_file(cli, "logo", LOGO_MAX, &out->logo, &new.logo_png, e))
        return false;
    if (cli_has(cli, "host") && !host_canonical(a, option(cli, "host"), &new.host, e))
        return false;
    if (!find_region(cli, c, a, new.host, &region, e) || !partner_add(c, a, &region, &new, &out->partner, e))
        return false;
    /* A direct publisher's person submits on the region's portal, for its organisation alone. */
    const struct uuid *portal = direct ? &region.id : &out->partner.tenant;
    struct account_new person = {.email = option(cli, "admin"), .role = direct ? S("contributor") : S("admin")};
    if (direct)
        person.organisation = out->partner.organisation;
    out->host = direct ? region.host : out->partner.host;
    if (!tenant_enter(c, portal, e) ||
        (!direct && new.logo_png.p && !brand_change(c, a, portal, &(struct brand_new){.logo_png = new.logo_png}, e)))
        return false;
    return invite_person(c, portal, &person, STR_NONE, &account, &out->token, e);
}

bool cmd_tenant_add(struct cli *cli, struct err *e)
{
    struct arena a = {0};
    struct added added = {0};
    if (cli->narguments == 0 && !cli_has(cli, "direct")) {
        ERR(e, err_cli_argument_missing, "SLUG");
        return err_arg(e, "SLUG");
    }
    struct conn *c = portal_owner(cli, e);
    bool ok = c && conn_begin(c, NULL, e) && add_partner(cli, c, &a, &added, e);
    if (ok && cli_has(cli, "dry-run")) {
        conn_rollback(c);
        printf("%s\n", cli->json ? "{\"dry_run\": true}" : cli_say(cli, "Tout est en ordre ; rien n’a été changé.",
                                                                   "All is well; nothing was changed."));
    } else if (ok && (ok = conn_commit(c, e))) {
        portal_say_link(cli, added.host, &added.token);
    }
    buf_free(&added.logo);
    conn_close(c);
    arena_free(&a);
    return ok;
}

bool cmd_tenant_brand(struct cli *cli, struct err *e)
{
    struct arena a = {0};
    struct buf theme = {0}, logo = {0};
    struct str text, host;
    struct tenant_row t;
    struct brand_new new = {.name = option(cli, "name")};
    bool ok = option_file(cli, "theme", THEME_MAX, &theme, &text, e) &&
              option_file(cli, "logo", LOGO_MAX, &logo, &new.logo_png, e) &&
              (!text.p || (new.theme = jr_parse(text, e)) != NULL) &&
              host_canonical(&a, str_of(cli->arguments[0]), &host, e);
    struct conn *c = ok ? portal_owner(cli, e) : NULL;
    ok = c && conn_begin(c, NULL, e) && tenant_find(c, &a, host, &t, e) && tenant_enter(c, &t.id, e) &&
         brand_change(c, &a, &t.id, &new, e) && conn_commit(c, e);
    if (ok)
        printf("%s\n", cli->json ? "{\"done\": true}" : cli_say(cli, "C’est changé.", "Changed."));
    conn_close(c);
    json_decref(new.theme);
    buf_free(&theme);
    buf_free(&logo);
    arena_free(&a);
    return ok;
}

bool cmd_tenant_alias(struct cli *cli, struct err *e)
{
    struct arena a = {0};
    struct tenant_row t;
    struct str host, alias;
    struct conn *c = portal_owner(cli, e);
    bool ok = c && host_canonical(&a, str_of(cli->arguments[0]), &host, e) &&
              host_canonical(&a, str_of(cli->arguments[1]), &alias, e) && tenant_find(c, &a, host, &t, e) &&
              conn_begin(c, &t.id, e) && tenant_alias(c, &t.id, alias, e) && conn_commit(c, e);
    if (ok && cli->json)
        printf("{\"host\": \"" STR_FMT "\", \"alias\": \"" STR_FMT "\"}\n", STR_ARG(t.host), STR_ARG(alias));
    else if (ok)
        printf(cli_say(cli, STR_FMT " mène maintenant à " STR_FMT ".\n", STR_FMT " leads to " STR_FMT " now.\n"),
               STR_ARG(alias), STR_ARG(t.host));
    conn_close(c);
    arena_free(&a);
    return ok;
}

bool cmd_tenant_move(struct cli *cli, struct err *e)
{
    struct arena a = {0};
    struct tenant_row t;
    struct str from, to;
    struct conn *c = portal_owner(cli, e);
    bool ok = c && host_canonical(&a, str_of(cli->arguments[0]), &from, e) &&
              host_canonical(&a, str_of(cli->arguments[1]), &to, e) && tenant_find(c, &a, from, &t, e) &&
              conn_begin(c, &t.id, e) && tenant_move(c, &a, &t, to, e) && conn_commit(c, e);
    if (ok && cli->json)
        printf("{\"host\": \"" STR_FMT "\", \"alias\": \"" STR_FMT "\"}\n", STR_ARG(to), STR_ARG(t.host));
    else if (ok)
        printf(cli_say(cli, "Le portail est à " STR_FMT " ; " STR_FMT " y mène.\n", "The portal is at " STR_FMT "; " STR_FMT " leads there.\n"),
               STR_ARG(to), STR_ARG(t.host));
    conn_close(c);
    arena_free(&a);
    return ok;
}

static void put_line(const struct cli *cli, const PGresult *r, int i)
{
    (void)cli;
    printf("%-40s %-10s %s\n", PQgetvalue(r, i, 0), PQgetvalue(r, i, 2), PQgetvalue(r, i, 1));
}

static const struct rows_column columns[] = {
    {"host", 0, ROWS_TEXT}, {"name", 1, ROWS_TEXT}, {"state", 2, ROWS_TEXT}, {"region", 3, ROWS_TEXT}, {NULL, 0, ROWS_TEXT},
};

bool cmd_tenant_list(struct cli *cli, struct err *e)
{
    struct conn *c = portal_owner(cli, e);
    PGresult *r = c ? conn_ask(c, &sql_cli_tenants, NULL, e) : NULL;
    bool ok = r != NULL;
    if (ok)
        rows_say(cli, r, columns, put_line);
    PQclear(r);
    conn_close(c);
    return ok;
}

