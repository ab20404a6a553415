/* terrasse dataset attach | files | attachments | detach. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/errors.h"
#include "core/base/fd.h"
#include "core/io/blob.h"
#include "tenants/publishing/attachment.h"
#include "tenants/publishing/sql.h"
#include "tools/cli/cmd.h"
#include "tools/cli/portal.h"
#include "tools/cli/rows.h"

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
    if (!ok)
        ERR_FILE(e, err_file_open, path);
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
    struct attachment_unpacked files = {0};
    char copy[HOME_PATH] = "", content[HOME_PATH];
    const char *column = cli_option(cli, "column");
    struct attachment_new zip = {.path = copy, .column = str_of(column)};
    struct conn *c = portal_worker(cli, &a, &t, e);
    home_file(&cli->home, "content", content);
    blob_store(content);
    bool ok = c && copy_beside(cli->arguments[1], copy, &zip.size_bytes, e) &&
              attachment_unpack(&zip, &files, e) && conn_begin(c, &t.id, e) &&
              attachment_add_files(c, &t.id, str_of(cli->arguments[0]), &zip, &files, e) &&
              conn_commit(c, e);
    if (copy[0])
        unlink(copy);
    if (ok)
        printf(cli->json ? "{\"files\": %u, \"size_bytes\": %llu}\n"
                         : cli_say(cli, "%u fichiers gardés (%llu octets).\n",
                                   "%u files kept (%llu bytes).\n"),
               files.done.files, (unsigned long long)files.done.size_bytes);
    attachment_unpacked_free(&files);
    conn_close(c);
    arena_free(&a);
    return ok;
}

static void put_line(const struct cli *cli, const PGresult *r, int i)
{
    (void)cli;
    printf("%-18s %-40s %12s  %s\n", PQgetvalue(r, i, 0), PQgetvalue(r, i, 1), PQgetvalue(r, i, 5), PQgetvalue(r, i, 2));
}

static const struct rows_column columns[] = {
    {"kind", 0, ROWS_TEXT},      {"id", 1, ROWS_TEXT},       {"title", 2, ROWS_TEXT},
    {"file_name", 3, ROWS_TEXT}, {"mimetype", 4, ROWS_TEXT}, {"size_bytes", 5, ROWS_RAW},
    {NULL, 0, ROWS_TEXT},
};

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
        rows_say(cli, r, columns, put_line);
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
