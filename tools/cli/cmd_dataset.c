/* terrasse dataset import | list | publish | open | close | withdraw. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/errors.h"
#include "core/base/jr.h"
#include "core/base/jw.h"
#include "core/data/value/reason.h"
#include "core/web/host.h"
#include "core/data/step/step.h"
#include "tenants/publishing/attest.h"
#include "tenants/publishing/check.h"
#include "tenants/publishing/contract.h"
#include "tenants/publishing/errors.h"
#include "tenants/publishing/import.h"
#include "tenants/publishing/publish.h"
#include "tenants/publishing/sql.h"
#include "tools/cli/cmd.h"
#include "tools/cli/portal.h"
#include "tools/cli/rows.h"
#include "tools/cli/progress.h"

const struct command_option import_options[] = {
    {"host", "HOST", true, "The portal.", "Le portail."},
    {"id", "ID", true, "The dataset, as in its address; made when there is none.",
     "Le jeu de données, comme dans son adresse ; créé s’il n’existe pas."},
    {"meta", "META.json", false, "Description, fields and visibility, as the API gives them.",
     "Description, champs et visibilité, tels que l’API les donne."},
    {"organisation", "NAME", false, "The producer (default: the description's publisher, else the portal).",
     "Le producteur (par défaut : celui de la description, sinon le portail)."},
    {"publish", NULL, false, "Publish at once; a new dataset is opened to the public unless META.json says closed. By typing it you attest: GDPR "
     "checked, rights of others settled (unless META.json says otherwise: attestations).",
     "Publier aussitôt ; un nouveau jeu est ouvert au public, sauf si META.json dit closed. Le taper, c’est attester : RGPD "
     "vérifié, droits des tiers réglés (sauf si META.json dit autre chose : attestations)."},
    {"append", NULL, false, "Add these rows to those that are published.", "Ajouter ces lignes à celles qui sont publiées."},
    {"accept-errors", NULL, false, "Publish without the rows that were set aside.",
     "Publier sans les lignes mises de côté."},
    {"legal-reason", "REASON", false, "Why what the personal-data check found may be open: words, or an id of the region's list.",
     "Pourquoi ce que le contrôle des données personnelles a trouvé peut être ouvert : en mots, ou un identifiant de la liste."},
    {"accept-shape", NULL, false, "Publish an update that adds, drops or retypes columns.",
     "Publier une mise à jour qui ajoute, retire ou change de type des colonnes."},
    {"steps", "STEPS.json", false, "What is done to the file, and to those that follow: a list, as in META.json's \"steps\" (core/data/step/step.h).",
     "Ce qui est fait au fichier, et aux suivants : une liste, comme « steps » dans META.json (core/data/step/step.h)."},
    {NULL, NULL, false, NULL, NULL},
};
const struct command_option publish_options[] = {
    {"host", "HOST", true, "The portal.", "Le portail."},
    {"accept-shape", NULL, false, "Agree to added, dropped or retyped columns.",
     "Accepter les colonnes ajoutées, retirées ou d’un autre type."},
    {NULL, NULL, false, NULL, NULL},
};
const struct command_option dataset_options[] = {
    {"host", "HOST", true, "The portal.", "Le portail."},
    {NULL, NULL, false, NULL, NULL},
};
const struct command_option withdraw_options[] = {
    {"host", "HOST", true, "The portal.", "Le portail."},
    {"reason", "TEXT", true, "Why; it stays public.", "Pourquoi ; la raison reste publique."},
    {"successor", "ID", false, "The open data set of this portal that replaces it.", "Le jeu ouvert de ce portail qui le remplace."},
    {NULL, NULL, false, NULL, NULL},
};

enum { META_MAX = 1 << 20 };

static bool open_file(const char *path, int *fd, uint64_t *size, struct err *e)
{
    struct stat st;
    int opened = open(path, O_RDONLY | O_CLOEXEC);
    if (opened < 0)
        return ERR_FILE(e, err_file_open, path);
    if (fstat(opened, &st) != 0 || !S_ISREG(st.st_mode)) {
        close(opened);
        errno = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
        return ERR_FILE(e, err_file_open, path);
    }
    *fd = opened;
    *size = (uint64_t)st.st_size;
    return true;
}

/* A JSON value of the command line's user. */
static bool read_json(const char *path, json_t **value, struct err *e)
{
    int fd;
    uint64_t size;
    if (!path)
        return true;
    if (!open_file(path, &fd, &size, e))
        return false;
    struct buf text = {.max = META_MAX};
    char *room = size < META_MAX ? buf_room(&text, (size_t)size + 1) : NULL;
    ssize_t n = room ? read(fd, room, (size_t)size) : -1;
    close(fd);
    struct err unread = {0};
    *value = n >= 0 ? jr_parse((struct str){room, (size_t)n}, &unread) : NULL;
    buf_free(&text);
    if (*value)
        return true;
    if (unread.kind)
        *e = unread;
    else
        ERR(e, err_meta_file, "unread"), err_arg(e, "%s", path);
    return false;
}

static bool read_meta(const char *path, json_t **meta, struct err *e)
{
    if (!read_json(path, meta, e))
        return false;
    return !*meta || json_is_object(*meta) || (ERR(e, err_meta_file, "not an object"), err_arg(e, "%s", path));
}

static void put_json(struct jw *w, const char *key, const json_t *v)
{
    char *text = v ? json_dumps(v, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
    jw_key(w, str_of(key));
    jw_raw(w, text ? str_of(text) : STR_NONE);
    free(text);
}

static void say_json(const struct tenant_row *t, struct str id, const struct import_done *d)
{
    static const char *const parts[] = {"format", "encoding", "separator", "rows", "columns", "aside", "warnings",
                                        "schema", "steps", "personal", "secrecy"};
    struct buf b = {.max = 64 << 20};
    struct jw w;
    jw_init(&w, &b, JW_SPACED);
    jw_open(&w, '{');
    JW_STR(&w, "host", t->host);
    JW_STR(&w, "dataset_id", id);
    JW_STR(&w, "version", uuid_str(&d->intake.loaded.id));
    JW_BOOL(&w, "published", d->published);
    JW_BOOL(&w, "held", d->held);
    JW_STR(&w, "visibility", d->is_open ? S("open") : S("closed"));
    JW_I64(&w, "records", d->intake.loaded.rows);
    JW_I64(&w, "bytes", d->intake.loaded.bytes);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        put_json(&w, parts[i], json_object_get(d->intake.loaded.report, parts[i]));
    JW_RAW(&w, "diff", d->diff);
    jw_close(&w, '}');
    printf(STR_FMT "\n", STR_ARG(buf_str(&b)));
    buf_free(&b);
}

static void say_reasons(const struct cli *cli, const json_t *list, const char *head)
{
    const json_t *item;
    size_t i;
    json_array_foreach(list, i, item) {
        struct buf b = {0};
        const json_t *reason = json_object_get(item, "reason");
        reason_say(reason ? reason : item, cli->lang, &b);
        long long line = (long long)jr_i64(item, "line", 0);
        struct str column = jr_str(item, "column");
        printf("  %s", head);
        if (line)
            printf(cli_say(cli, "ligne %lld", "line %lld"), line);
        if (column.n)
            printf(", " STR_FMT, STR_ARG(column));
        printf("%s" STR_FMT "\n", line ? ": " : "", STR_ARG(buf_str(&b)));
        buf_free(&b);
    }
}

/* What the checks found: the kinds with their columns and counts; --json has every place. */
static void say_checks(const struct cli *cli, const json_t *report)
{
    static const char *const parts[] = {"personal", "secrecy"};
    const json_t *schema = jr_object(report, "schema"), *f;
    const json_t *check = jr_object(schema, "check");
    size_t i;
    if (check)
        printf(cli_say(cli, "Schéma " STR_FMT " " STR_FMT " : %lld écart(s), %lld remarque(s).\n",
                       "Schema " STR_FMT " " STR_FMT ": %lld fault(s), %lld notice(s).\n"), STR_ARG(jr_str(schema, "name")),
               STR_ARG(jr_str(schema, "version")), (long long)jr_i64(check, "errors", 0), (long long)jr_i64(check, "notices", 0));
    json_array_foreach(jr_array(check, "groups"), i, f) {
        struct buf b = {0};
        reason_say(jr_object(f, "reason"), cli->lang, &b);
        printf("  " STR_FMT " (%lld) : " STR_FMT "\n", STR_ARG(jr_str(f, "column")), (long long)jr_i64(f, "count", 0),
               STR_ARG(buf_str(&b)));
        buf_free(&b);
    }
    for (size_t k = 0; k < 2; k++)
        json_array_foreach(jr_array(jr_object(report, parts[k]), "findings"), i, f)
            printf(cli_say(cli, "À vérifier avant d’ouvrir : " STR_FMT " dans " STR_FMT " (%lld).\n",
                           "To be looked at before opening: " STR_FMT " in " STR_FMT " (%lld).\n"),
                   STR_ARG(check_kind_word(jr_str(f, "kind"), cli->lang)), STR_ARG(jr_str(f, "column")),
                   (long long)jr_i64(f, "count", 0));
}

/* "Colonnes retirées : a, b", a line a kind. */
static void say_names(const struct cli *cli, const json_t *list, const char *fr, const char *en)
{
    const json_t *item;
    size_t i;
    if (json_array_size(list) == 0)
        return;
    printf("  %s", cli_say(cli, fr, en));
    json_array_foreach(list, i, item) {
        struct str from = jr_str(item, "from").n ? jr_str(item, "from") : jr_str(item, "type");
        struct str to = jr_str(item, "to").n ? jr_str(item, "to") : jr_str(item, "detected");
        printf("%s%s", i ? ", " : "", json_is_string(item) ? json_string_value(item) : jr_str(item, "name").p);
        if (from.n)
            printf(" (" STR_FMT " → " STR_FMT ")", STR_ARG(from), STR_ARG(to));
    }
    printf("\n");
}

static void say_diff(const struct cli *cli, struct str diff)
{
    struct err ignored = {0};
    json_t *j = jr_parse(diff, &ignored);
    const json_t *columns = jr_object(j, "columns");
    say_names(cli, jr_array(columns, "added"), "Colonnes ajoutées : ", "Columns added: ");
    say_names(cli, jr_array(columns, "dropped"), "Colonnes retirées : ", "Columns dropped: ");
    say_names(cli, jr_array(columns, "retyped"), "Colonnes d’un autre type : ", "Columns retyped: ");
    say_names(cli, jr_array(columns, "broken"), "Colonnes dont des valeurs ne sont plus du type : ",
              "Columns with values that break their type: ");
    json_decref(j);
}

static void say_text(const struct cli *cli, const struct tenant_row *t, struct str id, const struct import_done *d)
{
    const json_t *report = d->intake.loaded.report, *rows = jr_object(report, "rows");
    char address[PORTAL_ADDRESS];
    portal_address(cli, t->host, address);
    printf(cli_say(cli, "%lld lignes lues, %lld gardées, %lld mises de côté, %lld vides.\n",
                   "%lld rows read, %lld kept, %lld set aside, %lld blank.\n"),
           (long long)jr_i64(rows, "seen", 0), (long long)jr_i64(rows, "kept", 0), (long long)jr_i64(rows, "aside", 0),
           (long long)jr_i64(rows, "blank", 0));
    say_diff(cli, d->diff);
    say_reasons(cli, jr_array(report, "aside"), "");
    say_reasons(cli, jr_array(report, "warnings"), "");
    say_checks(cli, report);
    if (!d->published)
        printf(cli_say(cli, "Brouillon prêt. Publier : terrasse dataset publish " STR_FMT " --host " STR_FMT "\n",
                       "The draft is ready. Publish it: terrasse dataset publish " STR_FMT " --host " STR_FMT "\n"),
               STR_ARG(id), STR_ARG(t->host));
    else
        printf(d->is_open ? cli_say(cli, "Publié : %s/explore/dataset/" STR_FMT "/\n",
                                    "Published: %s/explore/dataset/" STR_FMT "/\n")
                          : cli_say(cli, "Publié, fermé au public : %s/explore/dataset/" STR_FMT "/\n",
                                    "Published, closed to the public: %s/explore/dataset/" STR_FMT "/\n"),
               address, STR_ARG(id));
}

static void on_progress(uint64_t rows, uint64_t bytes, void *context)
{
    progress_at(context, (int64_t)rows, (int64_t)bytes);
}

static const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static bool import(struct cli *cli, struct arena *a, const json_t *meta, const json_t *steps, int fd, uint64_t size, struct err *e)
{
    struct tenant_row t;
    struct import_done done;
    struct progress p;
    const char *name = file_name(cli->arguments[0]);
    struct import_ask ask = {.fd = fd,
                             .size_bytes = size,
                             .dataset_id = str_of(cli_option(cli, "id")),
                             .file_name = str_of(name),
                             .organisation = str_of(cli_option(cli, "organisation")),
                             .meta = meta,
                             .steps = steps,
                             .accept_shape = cli_has(cli, "accept-shape"),
                             .publish = cli_has(cli, "publish"),
                             .append = cli_has(cli, "append"),
                             .accept_errors = cli_has(cli, "accept-errors"),
                             .legal_reason = str_of(cli_option(cli, "legal-reason")),
                             .on_progress = on_progress,
                             .context = &p};
    struct conn *c = portal_worker(cli, a, &t, e);
    progress_start(&p, cli->lang, name, (int64_t)size);
    bool ok = c && import_file(c, &t, &ask, &done, e);
    progress_end(&p);
    if (ok && cli->json)
        say_json(&t, ask.dataset_id, &done);
    else if (ok)
        say_text(cli, &t, ask.dataset_id, &done);
    if (ok && done.held)
        *e = done.why;
    if (ok)
        import_free(&done);
    conn_close(c);
    return ok && !done.held;
}

bool cmd_dataset_import(struct cli *cli, struct err *e)
{
    struct arena a = {0};
    json_t *meta = NULL, *steps = NULL;
    int fd = -1;
    uint64_t size = 0;
    bool ok = read_meta(cli_option(cli, "meta"), &meta, e) && read_json(cli_option(cli, "steps"), &steps, e) &&
              (!steps || steps_check(steps, e)) && open_file(cli->arguments[0], &fd, &size, e) &&
              import(cli, &a, meta, steps, fd, size, e);
    if (fd >= 0)
        close(fd);
    json_decref(meta);
    json_decref(steps);
    arena_free(&a);
    return ok;
}

static void put_line(const struct cli *cli, const PGresult *r, int i)
{
    (void)cli;
    printf("%-40s %-10s %-8s %9s  %s\n", PQgetvalue(r, i, 0), PQgetvalue(r, i, 2), PQgetvalue(r, i, 3), PQgetvalue(r, i, 4),
           PQgetvalue(r, i, 1));
}

static const struct rows_column list_columns[] = {
    {"dataset_id", 0, ROWS_TEXT}, {"title", 1, ROWS_TEXT}, {"state", 2, ROWS_TEXT},     {"visibility", 3, ROWS_TEXT},
    {"records", 4, ROWS_RAW},     {"draft", 5, ROWS_BOOL}, {"is_origin", 6, ROWS_BOOL}, {"organisation", 7, ROWS_TEXT},
    {NULL, 0, ROWS_TEXT},
};

bool cmd_dataset_list(struct cli *cli, struct err *e)
{
    struct arena a = {0};
    struct tenant_row t;
    struct conn *c = portal_worker(cli, &a, &t, e);
    bool ok = c && conn_begin(c, &t.id, e);
    PGresult *r = ok ? conn_ask(c, &sql_dataset_list, (struct str[]){uuid_str(&t.id)}, e) : NULL;
    ok = r != NULL;
    if (ok)
        rows_say(cli, r, list_columns, put_line);
    PQclear(r);
    conn_close(c);
    arena_free(&a);
    return ok;
}

enum verb { VERB_PUBLISH, VERB_OPEN, VERB_CLOSE, VERB_WITHDRAW };
static const struct {
    const char *fr, *en;
} said[] = {
    [VERB_PUBLISH] = {"Publié.", "Published."},
    [VERB_OPEN] = {"Ouvert au public.", "Open to the public."},
    [VERB_CLOSE] = {"Fermé au public.", "Closed to the public."},
    [VERB_WITHDRAW] = {"Retiré.", "Withdrawn."},
};

static bool act(struct cli *cli, struct conn *c, const struct uuid *tenant, enum verb verb, struct err *e)
{
    struct publish_done done;
    struct str id = str_of(cli->arguments[0]);
    switch (verb) {
    case VERB_PUBLISH:
        return (!cli_has(cli, "accept-shape") || contract_accept(c, tenant, id, STR_NONE, e)) &&
               /* typed by the operator: its help says so */
               attest_put(c, tenant, id, &(struct attest){.personal = true, .rights = true}, e) &&
               publish_draft(c, tenant, id, STR_NONE, &done, e);
    case VERB_OPEN:
        return publish_open(c, tenant, id, STR_NONE, e);
    case VERB_CLOSE:
        return publish_close(c, tenant, id, STR_NONE, e);
    case VERB_WITHDRAW:
        return publish_withdraw(
            c, tenant, id,
            &(struct publish_end){str_of(cli_option(cli, "reason")), str_of(cli_option(cli, "successor"))}, STR_NONE,
            e);
    }
    return false;
}

static bool change(struct cli *cli, enum verb verb, struct err *e)
{
    struct arena a = {0};
    struct tenant_row t;
    struct conn *c = portal_worker(cli, &a, &t, e);
    bool ok = c && conn_begin(c, &t.id, e) && act(cli, c, &t.id, verb, e) && conn_commit(c, e);
    if (ok && cli->json)
        printf("{\"done\": true}\n");
    else if (ok)
        printf("%s\n", cli_say(cli, said[verb].fr, said[verb].en));
    conn_close(c);
    arena_free(&a);
    return ok;
}

bool cmd_dataset_publish(struct cli *cli, struct err *e)
{
    return change(cli, VERB_PUBLISH, e);
}

bool cmd_dataset_open(struct cli *cli, struct err *e)
{
    return change(cli, VERB_OPEN, e);
}

bool cmd_dataset_close(struct cli *cli, struct err *e)
{
    return change(cli, VERB_CLOSE, e);
}

bool cmd_dataset_withdraw(struct cli *cli, struct err *e)
{
    return change(cli, VERB_WITHDRAW, e);
}
