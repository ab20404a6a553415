#include "tools/cli/portal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/base/errors.h"
#include "core/base/jw.h"
#include "core/web/host.h"
#include "tenants/publishing/registry.h"
#include "tools/cli/errors.h"

struct conn *portal_owner(struct cli *cli, struct err *e)
{
    char uri[HOME_PATH];
    return cli_connect(cli, CLUSTER_OWNER, uri, e) && cli_unlock(&cli->home, e) ? conn_open(uri, ROLE_OWNER, e) : NULL;
}

bool portal_find(struct cli *cli, struct conn *c, struct arena *a, const char *option, struct tenant_row *t, struct err *e)
{
    struct str host;
    return host_canonical(a, str_of(cli_option(cli, option)), &host, e) && tenant_find(c, a, host, t, e);
}

struct conn *portal_enter(struct cli *cli, struct arena *a, const char *option, struct tenant_row *t, struct err *e)
{
    struct conn *c = portal_owner(cli, e);
    if (c && conn_begin(c, NULL, e) && portal_find(cli, c, a, option, t, e) && tenant_enter(c, &t->id, e))
        return c;
    conn_close(c);
    return NULL;
}

bool portal_level(const struct home *home, struct conn *c, struct migrate_report *r, struct err *e)
{
    unsigned schemas = 0;
    return (!home || cluster_settle(home, e)) && migrate_run(c, migrations, migrations_n, r, e) && registry_carry(c, &schemas, e);
}

#define ADDRESS_FILE "public-url"

void portal_address(const struct cli *cli, struct str host, char out[PORTAL_ADDRESS])
{
    char noted[HOME_PATH] = "";
    struct err ignored = {0};
    struct arena a = {0};
    struct str url = option_str(OPTION_PUBLIC_URL);
    if (url.n == 0 && cli->home.path[0] && home_read(&cli->home, ADDRESS_FILE, noted, &ignored))
        url = str_of(noted);
    snprintf(out, PORTAL_ADDRESS, "%s", tenant_address(&a, url, host).p);
    arena_free(&a);
}

bool portal_note_address(const struct home *h, const char *listens, struct err *e)
{
    char url[HOME_PATH] = "";
    const char *port = strrchr(listens, ':');
    struct str public = option_str(OPTION_PUBLIC_URL);
    if (public.n > 0)
        snprintf(url, sizeof url, STR_FMT, STR_ARG(public));
    else if (home_is_demonstration(h) && port && strncmp(listens, "unix:", 5) != 0)
        snprintf(url, sizeof url, "http://localhost%.8s", port);
    return (url[0] == 0 && !home_has(h, ADDRESS_FILE)) || home_write(h, ADDRESS_FILE, str_of(url), false, e);
}

void portal_say_link(const struct cli *cli, struct str host, const struct token_text *token)
{
    char address[PORTAL_ADDRESS];
    struct buf b = {0};
    struct jw w;
    jw_init(&w, &b, JW_SPACED);
    jw_open(&w, '{');
    JW_STR(&w, "host", host);
    jw_key(&w, S("invitation"));
    struct buf path = {0};
    buf_printf(&path, "/invite/%s", token->text);
    jw_str(&w, buf_str(&path));
    portal_address(cli, host, address);
    struct buf url = {0};
    buf_printf(&url, "%s%s", address, path.p);
    JW_STR(&w, "url", buf_str(&url));
    jw_close(&w, '}');
    if (cli->json)
        printf(STR_FMT "\n", STR_ARG(buf_str(&b)));
    else
        printf(cli_say(cli, "Prêt. Lien à usage unique (à transmettre) : %s\n",
                       "Ready. One-time link, to be passed on: %s\n"), url.p);
    buf_free(&url);
    buf_free(&path);
    buf_free(&b);
}

bool portal_file(const char *path, size_t most, struct buf *out, struct err *e)
{
    FILE *f = fopen(path, "re");
    size_t n = 0;
    errno = f ? 0 : errno;
    if (f) {
        n = fread(buf_room(out, most + 1), 1, most + 1, f);
        out->n += n;
        fclose(f);
    }
    if (errno != 0)
        return ERR_FILE(e, err_file_open, path);
    if (n <= most)
        return true;
    ERR(e, err_cli_file_size, "over %zu bytes", most);
    err_arg(e, "%s", path);
    return err_arg(e, "%zu", most / 1024);
}

struct conn *portal_worker(struct cli *cli, struct arena *a, struct tenant_row *t, struct err *e)
{
    char uri[HOME_PATH];
    struct str host;
    if (!host_canonical(a, str_of(cli_option(cli, "host")), &host, e) || !cli_connect(cli, CLUSTER_WORKER, uri, e))
        return NULL;
    struct conn *c = conn_open(uri, ROLE_WORKER, e);
    if (c && tenant_find(c, a, host, t, e))
        return c;
    conn_close(c);
    return NULL;
}
