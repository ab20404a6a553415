/* terrasse dataset attach | files | attachments | detach. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/errors.h"
#include "core/base/fd.h"
#include "core/base/jw.h"
#include "core/io/blob.h"
#include "tenants/publishing/attachment.h"
#include "tenants/publishing/sql.h"
#include "tools/cli/cmd.h"
#include "tools/cli/portal.h"

const struct command_option attach_options[] = {
    {"host", "HOST", true, "The portal.", "Le portail."},
    {"kind", "KIND", false,
     "attachment (default), alternative_export, or file: one that a row names.",
     "attachment (par défaut), alternative_export, ou file : celui que nomme une ligne."},
    {"title", "TEXT", false, "Its title (default: the file's name).",
     "Son titre (par défaut : le nom du fichier)."},
    {NULL, NULL, false, NULL, NULL},
};

const struct command_option files_options[] = {
    {"host", "HOST", true, "The portal.", "Le portail."},
    {"column", "NAME", false, "The column whose cells name the files.",
     "La colonne dont les cellules nomment les fichiers."},
    {NULL, NULL, false, NULL, NULL},
};

static bool copy_bytes(int from, int to, uint64_t *size)
{
    static char chunk[1 << 16];
    ssize_t n;
    while ((n = read(from, chunk, sizeof chunk)) > 0) {
        *size += (uint64_t)n;
        if (!fd_write(to, (struct str){chunk, (size_t)n}))
            return false;
    }
    return n == 0;
}

/* The store takes files over: what it gets is a copy. */
static bool copy_beside(const char *path, char copy[HOME_PATH], uint64_t *size,
                        struct err *e)
{
    if (!blob_incoming(copy, HOME_PATH, e))
        return false;
    int from = open(path, O_RDONLY | O_CLOEXEC),
        to = from >= 0 ? open(copy, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600) : -1;
    bool ok = to >= 0 && copy_bytes(from, to, size);
    if (!ok) {
        ERR(e, err_file_open, "errno %d", errno);
        err_arg(e, "%s", path);
        err_arg(e, "%s", strerror(errno));
    }
    if (from >= 0)
        close(from);
    if (to >= 0)
        close(to);
    return ok;
}

bool cmd_dataset_attach(struct cli *cli, struct err *e)
{
    struct arena a = {0};
    struct tenant_row t;
    struct attachment_done done;
    char copy[HOME_PATH] = "", content[HOME_PATH];
    const char *path = cli->arguments[1], *slash = strrchr(path, '/'),
               *kind = cli_option(cli, "kind");
    struct attachment_new new = {.kind = str_of(kind ? kind : "attachment"),
                                 .title = str_of(cli_option(cli, "title")),
                                 .file_name = str_of(slash ? slash + 1 : path),
                                 .path = copy};
    struct conn *c = portal_worker(cli, &a, &t, e);
    home_file(&cli->home, "content", content);
    blob_store(content);
    bool ok = c && copy_beside(path, copy, &new.size_bytes, e) && conn_begin(c, &t.id, e) &&
              attachment_add(c, &t.id, str_of(cli->arguments[0]), &new, &done, e) &&
              conn_commit(c, e);
    if (copy[0])
        unlink(copy); /* gone already where it was taken over */
    if (ok)
        printf(cli->json ? "{\"id\": \"%s\"}\n" : "%s\n", done.id);
    conn_close(c);
    arena_free(&a);
    return ok;
}

bool cmd_dataset_files(struct cli *cli, struct err *e)
{
    struct arena a = {0};
    struct tenant_row t;
    struct attachment_many done = {0};
    char copy[HOME_PATH] = "", content[HOME_PATH];
    const char *column = cli_option(cli, "column");
    struct attachment_new zip = {.path = copy, .column = str_of(column)};
    struct conn *c = portal_worker(cli, &a, &t, e);
    home_file(&cli->home, "content", content);
    blob_store(content);
    bool ok = c && copy_beside(cli->arguments[1], copy, &zip.size_bytes, e) &&
              conn_begin(c, &t.id, e) &&
              attachment_add_zip(c, &t.id, str_of(cli->arguments[0]), &zip, &done, e) &&
              conn_commit(c, e);
    if (copy[0])
        unlink(copy);
    if (ok)
        printf(cli->json ? "{\"files\": %u, \"size_bytes\": %llu}\n"
                         : cli_say(cli, "%u fichiers gardés (%llu octets).\n",
                                   "%u files kept (%llu bytes).\n"),
               done.files, (unsigned long long)done.size_bytes);
    conn_close(c);
    arena_free(&a);
    return ok;
}

static void put_list(const struct cli *cli, const PGresult *r)
{
    static const char *const names[] = {"kind", "id", "title", "file_name", "mimetype"};
    struct buf b = {.max = 16 << 20};
    struct jw w;
    jw_init(&w, &b, JW_PRETTY);
    jw_open(&w, '[');
    for (int i = 0; i < PQntuples(r); i++) {
        jw_open(&w, '{');
        for (int k = 0; k < 5; k++) {
            jw_key(&w, str_of(names[k]));
            jw_str(&w, str_of(PQgetvalue(r, i, k)));
        }
        jw_key(&w, S("size_bytes"));
        jw_raw(&w, str_of(PQgetvalue(r, i, 5)));
        jw_close(&w, '}');
        if (!cli->json)
            printf("%-18s %-40s %12s  %s\n", PQgetvalue(r, i, 0), PQgetvalue(r, i, 1),
                   PQgetvalue(r, i, 5), PQgetvalue(r, i, 2));
    }
    jw_close(&w, ']');
    if (cli->json)
        printf(STR_FMT "\n", STR_ARG(buf_str(&b)));
    buf_free(&b);
}

bool cmd_dataset_attachments(struct cli *cli, struct err *e)
{
    struct arena a = {0};
    struct tenant_row t;
    struct conn *c = portal_worker(cli, &a, &t, e);
    PGresult *r = c && conn_begin(c, &t.id, e)
                      ? conn_ask(c, &sql_attachment_list,
                                 (struct str[]){uuid_str(&t.id), str_of(cli->arguments[0]),
                                                STR_NONE, S("1000")},
                                 e)
                      : NULL;
    bool ok = r != NULL;
    if (ok)
        put_list(cli, r);
    PQclear(r);
    conn_close(c);
    arena_free(&a);
    return ok;
}

bool cmd_dataset_detach(struct cli *cli, struct err *e)
{
    struct arena a = {0};
    struct tenant_row t;
    const char *kind = cli_option(cli, "kind");
    struct conn *c = portal_worker(cli, &a, &t, e);
    bool ok =
        c && conn_begin(c, &t.id, e) &&
        attachment_remove(c, &t.id, str_of(cli->arguments[0]), str_of(kind ? kind : "attachment"),
                          str_of(cli->arguments[1]), STR_NONE, e) &&
        conn_commit(c, e);
    if (ok)
        printf("%s\n",
               cli->json ? "{\"done\": true}" : cli_say(cli, "Fichier retiré.", "File removed."));
    conn_close(c);
    arena_free(&a);
    return ok;
}
