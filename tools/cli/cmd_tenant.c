/* terrasse tenant add | list, terrasse user add | link: the same functions as the forms call. */
#include <stdio.h>

#include "core/base/errors.h"
#include "core/base/jw.h"
#include "core/web/host.h"
#include "tenants/directory/onboard.h"
#include "tenants/people/invite.h"
#include "tools/cli/cmd.h"
#include "tools/cli/errors.h"
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
    {"url", "URL", false, "Its own web site.", "Son site web."},
    {"direct", NULL, false, "No sub-domain: it publishes on the region's portal (no SLUG, with --region).",
     "Sans sous-domaine : il publie sur le portail de la région (sans SLUG, avec --region)."},
    {"dry-run", NULL, false, "Check everything, change nothing.", "Tout vérifier, ne rien changer."},
    {NULL, NULL, false, NULL, NULL},
};
const struct command_option user_options[] = {
    {"host", "HOST", true, "The portal.", "Le portail."},
    {"name", "NAME", false, "As others see it (default: the e-mail).", "Tel que les autres le voient (par défaut : le courriel)."},
    {"role", "ROLE", false, "reader, contributor (default), editor, admin.",
     "reader, contributor (par défaut), editor, admin."},
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

struct added {
    struct partner_made partner;
    struct token_text token;
    struct str host;
};

static bool add_partner(struct cli *cli, struct conn *c, struct arena *a, struct added *out, struct err *e)
{
    struct tenant_row region;
    struct uuid account;
    bool direct = cli_has(cli, "direct");
    struct partner_new new = {.name = option(cli, "name"), .slug = direct ? STR_NONE : str_of(cli->arguments[0]),
                              .kind = cli_has(cli, "kind") ? option(cli, "kind") : S("autre"),
                              .siren = option(cli, "siren"), .insee = option(cli, "insee"),
                              .population = option(cli, "population"), .url = option(cli, "url")};
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
    return tenant_enter(c, portal, e) && invite_person(c, portal, &person, STR_NONE, &account, &out->token, e);
}

static void say_link(const struct cli *cli, struct str host, const struct token_text *token)
{
    struct buf b = {0};
    struct jw w;
    jw_init(&w, &b, JW_SPACED);
    jw_open(&w, '{');
    JW_STR(&w, "host", host);
    jw_key(&w, S("invitation"));
    struct buf path = {0};
    buf_printf(&path, "/invite/%s", token->text);
    jw_str(&w, buf_str(&path));
    jw_close(&w, '}');
    if (cli->json)
        printf(STR_FMT "\n", STR_ARG(buf_str(&b)));
    else
        printf(cli_say(cli, "Prêt. Lien à usage unique (à transmettre) : https://" STR_FMT "%s\n",
                       "Ready. One-time link, to be passed on: https://" STR_FMT "%s\n"), STR_ARG(host), path.p);
    buf_free(&path);
    buf_free(&b);
}

static struct conn *open_owner(struct cli *cli, struct err *e)
{
    char uri[HOME_PATH];
    return cli_connect(cli, CLUSTER_OWNER, uri, e) && cli_unlock(&cli->home, e) ? conn_open(uri, ROLE_OWNER, e) : NULL;
}

bool cmd_tenant_add(struct cli *cli, struct err *e)
{
    struct arena a = {0};
    struct added added = {0};
    if (cli->narguments == 0 && !cli_has(cli, "direct")) {
        ERR(e, err_cli_argument_missing, "SLUG");
        return err_arg(e, "SLUG");
    }
    struct conn *c = open_owner(cli, e);
    bool ok = c && conn_begin(c, NULL, e) && add_partner(cli, c, &a, &added, e);
    if (ok && cli_has(cli, "dry-run")) {
        conn_rollback(c);
        printf("%s\n", cli->json ? "{\"dry_run\": true}" : cli_say(cli, "Tout est en ordre ; rien n’a été changé.",
                                                                   "All is well; nothing was changed."));
    } else if (ok && (ok = conn_commit(c, e))) {
        say_link(cli, added.host, &added.token);
    }
    conn_close(c);
    arena_free(&a);
    return ok;
}

static void put_tenants(const struct cli *cli, const PGresult *r)
{
    static const char *const names[] = {"host", "name", "state", "region"};
    struct buf b = {0};
    struct jw w;
    jw_init(&w, &b, JW_PRETTY);
    jw_open(&w, '[');
    for (int i = 0; i < PQntuples(r); i++) {
        jw_open(&w, '{');
        for (int k = 0; k < 4; k++) {
            jw_key(&w, str_of(names[k]));
            jw_str(&w, str_of(PQgetvalue(r, i, k)));
        }
        jw_close(&w, '}');
        if (!cli->json)
            printf("%-40s %-10s %s\n", PQgetvalue(r, i, 0), PQgetvalue(r, i, 2), PQgetvalue(r, i, 1));
    }
    jw_close(&w, ']');
    if (cli->json)
        printf(STR_FMT "\n", STR_ARG(buf_str(&b)));
    buf_free(&b);
}

bool cmd_tenant_list(struct cli *cli, struct err *e)
{
    struct conn *c = open_owner(cli, e);
    PGresult *r = c ? conn_ask(c, &sql_cli_tenants, NULL, e) : NULL;
    bool ok = r != NULL;
    if (ok)
        put_tenants(cli, r);
    PQclear(r);
    conn_close(c);
    return ok;
}

/* A new person, or a new link for one who is there. */
static bool user(struct cli *cli, bool is_new, struct err *e)
{
    struct arena a = {0};
    struct tenant_row t;
    struct uuid account;
    struct token_text token;
    struct str host, email = str_of(cli->arguments[0]);
    struct account_new person = {.email = email, .name = option(cli, "name"),
                                 .role = cli_has(cli, "role") ? option(cli, "role") : S("contributor")};
    if (!host_canonical(&a, option(cli, "host"), &host, e))
        return false;
    struct conn *c = open_owner(cli, e);
    bool ok = c && conn_begin(c, NULL, e) && tenant_find(c, &a, host, &t, e) && tenant_enter(c, &t.id, e);
    if (ok && is_new)
        ok = invite_person(c, &t.id, &person, STR_NONE, &account, &token, e);
    else if (ok)
        ok = account_find(c, &t.id, email, &account, e) &&
             invite_make(c, &t.id, &account, INVITE_PASSWORD, STR_NONE, &token, e);
    ok = ok && conn_commit(c, e);
    if (ok)
        say_link(cli, t.host, &token);
    conn_close(c);
    arena_free(&a);
    return ok;
}

bool cmd_user_add(struct cli *cli, struct err *e)
{
    return user(cli, true, e);
}

bool cmd_user_link(struct cli *cli, struct err *e)
{
    return user(cli, false, e);
}
