/* /api/portal/v1/datasets/{dataset}/attachments: files beside the rows, put and removed. */
#include "core/web/errors.h"
#include "core/web/request.h"
#include "tenants/publishing/attachment.h"
#include "tenants/publishing/dataset.h"
#include "tenants/publishing/errors.h"
#include "tenants/publishing/file_match.h"
#include "tenants/publishing/publish_steps.h"
#include "tenants/publishing/reply.h"
#include "tenants/publishing/review.h"
#include "tenants/publishing/sql.h"

struct ask {
    struct attachment_done done;
    struct attachment_many many;
    struct file_match match;
};

/* What is published changes by an editor's hand; what is not yet, by whoever prepares it. */
static bool may_change(struct req *r, struct conn *c, struct err *e)
{
    struct dataset_row d;
    bool is_bound = r->who.organisation.text[0] != '\0';
    if (!dataset_find(c, r->a, &r->tenant->id, r->params[0], &d, e))
        return false;
    if (is_bound && !str_eq(uuid_str(&d.organisation), uuid_str(&r->who.organisation)))
        return ERR(e, err_dataset_not_yours, "%s", d.id.text);
    if (!str_eq(d.state, S("draft")) && (is_bound || r->who.role < EDITOR))
        return ERR(e, err_review_needed, "%s", d.id.text);
    return !is_bound || review_none_waiting(c, &r->tenant->id, &d.id, e);
}

static struct str said(struct req *r, struct str name)
{
    struct str form = req_form(r, name);
    return form.p ? form : req_query(r, name);
}

bool attachment_work_add(struct req *r, struct err *e)
{
    struct ask *ask = ARENA_NEW(r->a, struct ask);
    struct conn *c = req_begin(r, e);
    struct str kind = said(r, S("kind")), name = said(r, S("name"));
    struct attachment_new new = {.kind = kind.n ? kind : S("attachment"),
                                 .title = said(r, S("title")),
                                 .file_name = r->upload.file_name.n ? r->upload.file_name : name,
                                 .path = r->upload.path,
                                 .size_bytes = r->upload.size_bytes,
                                 .account = uuid_str(&r->who.account)};
    if (!c || !may_change(r, c, e))
        return false;
    if (!new.path || new.size_bytes == 0)
        return ERR(e, err_file_missing, "no file");
    if (!attachment_add(c, &r->tenant->id, r->params[0], &new, &ask->done, e))
        return false;
    r->state = ask;
    return conn_commit(c, e); /* when it fails nobody knows whether the row is there: the sweep
                                 removes a file that no row names */
}

/* Who may, in a transaction of its own: the zip is opened while nothing is held. */
static bool may_unpack(struct req *r, struct err *e)
{
    struct conn *c = req_begin(r, e);
    return c && may_change(r, c, e) && conn_commit(c, e);
}

static bool add_unpacked(struct req *r, const struct attachment_new *zip,
                         struct attachment_unpacked *files, struct err *e)
{
    struct conn *c = req_begin(r, e);
    return c && may_change(r, c, e) &&
           attachment_add_files(c, &r->tenant->id, r->params[0], zip, files, e) &&
           conn_commit(c, e);
}

bool attachment_work_zip(struct req *r, struct err *e)
{
    struct ask *ask = ARENA_NEW(r->a, struct ask);
    struct attachment_unpacked files = {0};
    const struct attachment_new zip = {.path = r->upload.path,
                                       .column = said(r, S("column")),
                                       .size_bytes = r->upload.size_bytes,
                                       .account = uuid_str(&r->who.account)};
    if (!may_unpack(r, e))
        return false;
    if (!zip.path || zip.size_bytes == 0)
        return ERR(e, err_file_missing, "no file");
    bool ok = attachment_unpack(&zip, &files, e) && add_unpacked(r, &zip, &files, e);
    ask->many = files.done;
    ask->match.column = zip.column;
    r->state = ask;
    attachment_unpacked_free(&files);
    return ok;
}

bool attachment_work_remove(struct req *r, struct err *e)
{
    struct conn *c = req_begin(r, e);
    struct str kind = req_form(r, S("kind")), id = req_form(r, S("id"));
    return c && may_change(r, c, e) &&
           attachment_remove(c, &r->tenant->id, r->params[0], kind.p ? kind : r->params[1],
                             id.p ? id : r->params[2], uuid_str(&r->who.account), e) &&
           conn_commit(c, e);
}

static bool reply_added(struct req *r, struct err *e)
{
    const struct ask *ask = r->state;
    (void)e;
    struct jw *w = req_json(r, 201);
    jw_open(w, '{');
    JW_STR(w, "id", str_of(ask->done.id));
    jw_close(w, '}');
    return true;
}

/* ---- which cells name which files ---- */

static struct file_match *match_of(struct req *r)
{
    if (!r->state)
        r->state = ARENA_NEW(r->a, struct ask);
    return &((struct ask *)r->state)->match;
}

static bool ask_cells(struct req *r, struct err *e)
{
    return file_match_rows(r, match_of(r), e);
}

static bool ask_names(struct req *r, struct err *e)
{
    return file_match_names(r, match_of(r), e);
}

static bool reply_match(struct req *r, struct err *e)
{
    (void)e;
    struct jw *w = req_json(r, 200);
    file_match_done(r, match_of(r));
    jw_open(w, '{');
    file_match_put(w, match_of(r));
    jw_close(w, '}');
    return true;
}

static bool reply_unpacked(struct req *r, struct err *e)
{
    struct ask *ask = r->state;
    (void)e;
    struct jw *w = req_json(r, 201);
    jw_open(w, '{');
    JW_I64(w, "files", ask->many.files);
    JW_I64(w, "size_bytes", (int64_t)ask->many.size_bytes);
    file_match_done(r, &ask->match);
    file_match_put(w, &ask->match);
    jw_close(w, '}');
    return true;
}

static bool reply_removed(struct req *r, struct err *e)
{
    (void)e;
    return reply_done(r, 200);
}

static bool ask_list(struct req *r, struct err *e)
{
    (void)e;
    req_ask(r, &sql_attachment_list,
            (struct str[]){uuid_str(&r->tenant->id), r->params[0],
                           publish_bound_to(r), S("1000")});
    return true;
}

static bool reply_files(struct req *r, struct err *e)
{
    static const struct reply_column columns[] = {
        {"kind", 0, REPLY_TEXT},      {"id", 1, REPLY_TEXT},       {"title", 2, REPLY_TEXT},
        {"file_name", 3, REPLY_TEXT}, {"mimetype", 4, REPLY_TEXT}, {"size_bytes", 5, REPLY_INTEGER},
        {"created_at", 7, REPLY_TEXT}, {0},
    };
    (void)e;
    return reply_list(r, "results", columns);
}

static const struct step list_steps[] = {
    {STEP_DB, ask_list, NULL}, {STEP_REPLY, reply_files, NULL}, {STEP_END, NULL, NULL}};
static const struct step add_steps[] = {
    {STEP_WORK, attachment_work_add, NULL},
    {STEP_REPLY, reply_added, NULL},
    {STEP_END, NULL, NULL},
};
static const struct step zip_steps[] = {
    {STEP_WORK, attachment_work_zip, NULL},
    {STEP_DB, file_match_grant, NULL},
    {STEP_DB, ask_cells, NULL},
    {STEP_DB, ask_names, NULL},
    {STEP_REPLY, reply_unpacked, NULL},
    {STEP_END, NULL, NULL},
};
static const struct step match_steps[] = {
    {STEP_DB, file_match_grant, NULL}, {STEP_DB, ask_cells, NULL},    {STEP_DB, ask_names, NULL},
    {STEP_REPLY, reply_match, NULL},   {STEP_END, NULL, NULL},
};
static const struct step remove_steps[] = {
    {STEP_WORK, attachment_work_remove, NULL},
    {STEP_REPLY, reply_removed, NULL},
    {STEP_END, NULL, NULL},
};

/* clang-format off */
#define CALL(method, pattern, steps, body, en, fr) \
    {method, "/api/portal/v1/datasets/{dataset}/attachments" pattern, CONTRIBUTOR, 1, steps, en, DIALECT_PROBLEM, body, CACHE_NONE, fr}

static const struct route routes[] = {
    CALL(HTTP_GET, "", list_steps, BODY_NONE, "Files beside a dataset's rows", "Les fichiers à côté des lignes d’un jeu"),
    CALL(HTTP_POST, "", add_steps, BODY_UPLOAD, "Attach a file", "Joindre un fichier"),
    CALL(HTTP_DELETE, "/{kind}/{id}", remove_steps, BODY_NONE, "Remove an attached file", "Retirer un fichier joint"),
    {HTTP_GET, "/api/portal/v1/datasets/{dataset}/files", CONTRIBUTOR, 1, match_steps, "Which cells name which files", DIALECT_PROBLEM, BODY_NONE, CACHE_NONE, "Quelles cellules nomment quels fichiers"},
    {HTTP_POST, "/api/portal/v1/datasets/{dataset}/files", CONTRIBUTOR, 1, zip_steps, "Keep the files of a zip", DIALECT_PROBLEM, BODY_UPLOAD, CACHE_NONE, "Garder les fichiers d’une archive zip"},
};
/* clang-format on */
const struct route_table attachment_route_table = {routes, sizeof routes / sizeof routes[0]};
