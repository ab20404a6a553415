#include "tools/cli/portal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/base/errors.h"
#include "core/base/jw.h"
#include "tools/cli/errors.h"

struct conn *portal_owner(struct cli *cli, struct err *e)
{
    char uri[HOME_PATH];
    return cli_connect(cli, CLUSTER_OWNER, uri, e) && cli_unlock(&cli->home, e) ? conn_open(uri, ROLE_OWNER, e) : NULL;
}

void portal_say_link(const struct cli *cli, struct str host, const struct token_text *token)
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
    if (errno != 0) {
        ERR(e, err_file_open, "errno %d", errno);
        err_arg(e, "%s", path);
        return err_arg(e, "%s", strerror(errno));
    }
    if (n <= most)
        return true;
    ERR(e, err_cli_file_size, "over %zu bytes", most);
    err_arg(e, "%s", path);
    return err_arg(e, "%zu", most / 1024);
}
