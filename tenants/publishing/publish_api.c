/* /api/portal/v1: our own API for publishing. JSON in, JSON out, problem+json when refused. */
#include "core/base/errors.h"
#include "core/base/jr.h"
#include "core/web/errors.h"
#include "tenants/publishing/errors.h"
#include "tenants/publishing/fault.h"
#include "tenants/publishing/meta.h"
#include "tenants/publishing/publish_steps.h"
#include "tenants/publishing/rows_steps.h"
#include "tenants/publishing/sql.h"

/* ---- uploads ---- */

static bool read_upload(struct req *r, struct err *e)
{
    struct publish_ask *p = publish_ask_new(r);
    struct str dataset = req_query(r, S("dataset")), mode = req_query(r, S("mode")), name = req_query(r, S("name"));
    (void)e;
    p->dataset_id = dataset.n ? dataset : req_form(r, S("dataset"));
    mode = mode.n ? mode : req_form(r, S("mode"));
    if (mode.n)
        p->mode = mode;
    if (!r->upload.file_name.n && name.n)
        r->upload.file_name = str_part(name, 0, 200);
    struct str publish = req_query(r, S("publish")), accept = req_query(r, S("accept_errors"));
    p->publish = str_eq(publish.n ? publish : req_form(r, S("publish")), S("true"));
    p->accept_errors = str_eq(accept.n ? accept : req_form(r, S("accept_errors")), S("true"));
    struct str steps = req_query(r, S("steps"));
    p->steps = steps.n ? steps : req_form(r, S("steps"));
    struct str reading = req_query(r, S("reading"));
    p->reading = reading.n ? reading : req_form(r, S("reading"));
    return true;
}

static bool reply_queued(struct req *r, struct err *e)
{
    const struct publish_ask *p = r->state;
    (void)e;
    req_set(r, S("location"), arena_printf(r->a, "/api/portal/v1/uploads/%s", p->made.text));
    struct jw *w = req_json(r, 202);
    jw_open(w, '{');
    JW_STR(w, "id", uuid_str(&p->made));
    JW_STR(w, "state", S("queued"));
    jw_close(w, '}');
    return true;
}

static const struct step upload_steps[] = {
    {STEP_DB, read_upload, NULL}, {STEP_WORK, publish_work_upload, NULL}, {STEP_REPLY, reply_queued, NULL},
    {STEP_END, NULL, NULL},
};

static bool ask_state(struct req *r, struct err *e)
{
    struct uuid id;
    if (!uuid_parse(r->params[0], &id))
        return ERR(e, err_upload_unknown, "not an id");
    req_ask(r, &sql_upload_one, (struct str[]){uuid_str(&r->tenant->id), uuid_str(&id)});
    return true;
}

/* upload_one.sql's columns */
enum { COL_ID, COL_FILE, COL_SIZE, COL_MODE, COL_STATE, COL_REPORT, COL_ERROR, COL_DATASET, COL_VERSION, COL_ORGANISATION,
       COL_DIFF, COL_CREATED, COL_UPDATED };

static bool reply_state(struct req *r, struct err *e)
{
    bool mine = req_rows(r, 0) == 1 && (!r->who.organisation.text[0] ||
                                        str_eq(req_col(r, 0, 0, COL_ORGANISATION), uuid_str(&r->who.organisation)));
    if (!mine)
        return ERR(e, err_upload_unknown, "not found");
    struct jw *w = req_json(r, 200);
    jw_open(w, '{');
    JW_STR(w, "id", req_col(r, 0, 0, COL_ID));
    JW_STR(w, "state", req_col(r, 0, 0, COL_STATE));
    JW_STR(w, "file_name", req_col(r, 0, 0, COL_FILE));
    JW_I64(w, "size_bytes", req_i64(r, 0, 0, COL_SIZE));
    JW_STR(w, "mode", req_col(r, 0, 0, COL_MODE));
    JW_STR(w, "dataset_id", req_col(r, 0, 0, COL_DATASET));
    JW_STR(w, "created_at", req_col(r, 0, 0, COL_CREATED));
    JW_STR(w, "updated_at", req_col(r, 0, 0, COL_UPDATED));
    fault_put(w, "error", r->lang, req_col(r, 0, 0, COL_ERROR));
    JW_RAW(w, "report", req_col(r, 0, 0, COL_REPORT));
    JW_RAW(w, "diff", req_col(r, 0, 0, COL_DIFF));
    jw_close(w, '}');
    return true;
}

static const struct step state_steps[] = {
    {STEP_DB, ask_state, NULL}, {STEP_REPLY, reply_state, NULL}, {STEP_END, NULL, NULL},
};

static bool read_again(struct req *r, struct err *e)
{
    struct publish_ask *p = publish_ask_new(r);
    const json_t *body = req_body_json(r, e);
    p->upload = r->params[0];
    p->again = body;
    return body && (jr_array(body, "fields") || json_object_get(body, "steps") || jr_array(body, "corrections") ||
                    jr_array(body, "left_out") || jr_object(body, "reading") || jr_bool(body, "reset", false) ||
                    ERR(e, err_fields_missing, "no list"));
}

static const struct step again_steps[] = {
    {STEP_DB, read_again, NULL}, {STEP_WORK, publish_work_again, NULL}, {STEP_REPLY, reply_queued, NULL},
    {STEP_END, NULL, NULL},
};

/* ---- datasets ---- */

/* "attest": true says both; else {"personal", "rights", "standing", "third"}. */
static void read_attest(const json_t *body, struct attest *a)
{
    const json_t *given = json_object_get(body, "attest");
    bool all = json_is_true(given);
    *a = (struct attest){.personal = all || jr_bool(given, "personal", false), .rights = all || jr_bool(given, "rights", false),
                         .standing = jr_bool(given, "standing", false), .third = jr_str(given, "third")};
}

/* An absent body is an empty object: most verbs need none. */
static bool read_verb(struct req *r, struct err *e)
{
    static const struct str empty = {"{}", 2};
    struct publish_ask *p = publish_ask_new(r);
    p->dataset_id = p->review = r->params[0];
    if (r->body.n == 0)
        r->body = empty;
    const json_t *body = req_body_json(r, e);
    if (!body)
        return false;
    p->metas = jr_object(body, "metas");
    p->fields = jr_array(body, "fields");
    p->key = jr_array(body, "key");
    p->upload = jr_str(body, "upload");
    p->reason = jr_str(body, "reason");
    p->successor = jr_str(body, "successor");
    p->article = jr_str(body, "article");
    p->message = jr_str(body, "message");
    p->accept_errors = jr_bool(body, "accept_errors", false);
    read_attest(body, &p->attest);
    p->accept_shape = jr_bool(body, "accept_shape", false);
    return true;
}

static bool reply_draft(struct req *r, struct err *e)
{
    const struct publish_ask *p = r->state;
    (void)e;
    struct jw *w = req_json(r, p->is_new ? 201 : 200);
    jw_open(w, '{');
    JW_STR(w, "dataset_id", p->dataset_id);
    jw_key(w, S("missing"));
    jw_open(w, '[');
    for (unsigned h = 0; h < META_HEADINGS; h++)
        if (p->missing & 1u << h)
            jw_str(w, str_of(meta_heading_word((enum meta_heading)h, r->lang)));
    jw_close(w, ']');
    jw_close(w, '}');
    return true;
}

bool publish_reply(struct req *r, struct err *e)
{
    const struct publish_ask *p = r->state;
    (void)e;
    struct jw *w = req_json(r, 200);
    jw_open(w, '{');
    JW_BOOL(w, "done", true);
    if (p->done.dataset.text[0]) {
        JW_I64(w, "revision", p->done.revision);
        JW_I64(w, "records", p->done.records);
        JW_STR(w, "visibility", p->done.is_open ? S("open") : S("closed"));
    }
    if (p->made.text[0])
        JW_STR(w, "review", uuid_str(&p->made));
    jw_close(w, '}');
    return true;
}

static const struct step draft_steps[] = {
    {STEP_DB, read_verb, NULL}, {STEP_WORK, publish_work_draft, NULL}, {STEP_REPLY, reply_draft, NULL},
    {STEP_END, NULL, NULL},
};

#define VERB(name)                                                                                     \
    static const struct step name##_steps[] = {                                                        \
        {STEP_DB, read_verb, NULL}, {STEP_WORK, publish_work_##name, NULL}, {STEP_REPLY, publish_reply, NULL}, \
        {STEP_END, NULL, NULL},                                                                        \
    }
VERB(publish);
VERB(open);
VERB(close);
VERB(withdraw);
VERB(submit);
VERB(accept);
VERB(refuse);

/* clang-format off */
#define API "/api/portal/v1"
#define CALL(method, pattern, access, steps, body, en, fr) \
    {method, API pattern, access, 1, steps, en, DIALECT_PROBLEM, body, CACHE_NONE, fr}

static const struct route routes[] = {
    CALL(HTTP_POST, "/uploads", CONTRIBUTOR, upload_steps, BODY_UPLOAD,
         "Send a file to be read", "Envoyer un fichier à lire"),
    CALL(HTTP_GET, "/uploads/{upload}", CONTRIBUTOR, state_steps, BODY_NONE,
         "What was understood of a file, or why not", "Ce qui a été compris d’un fichier, ou pourquoi non"),
    CALL(HTTP_GET, "/uploads/{upload}/rows", CONTRIBUTOR, rows_report_steps, BODY_NONE,
         "Rows and cells to look at, as JSON or CSV", "Lignes et cellules à regarder, en JSON ou CSV"),
    CALL(HTTP_POST, "/uploads/{upload}/read", CONTRIBUTOR, again_steps, BODY_JSON,
         "Read a file again: which table, types, corrections, rows left out, steps",
         "Relire un fichier : quel tableau, types, corrections, lignes écartées, étapes"),
    CALL(HTTP_PUT, "/datasets/{dataset}/draft", CONTRIBUTOR, draft_steps, BODY_JSON,
         "Describe what will be published", "Décrire ce qui sera publié"),
    CALL(HTTP_POST, "/datasets/{dataset}/publish", EDITOR, publish_steps, BODY_JSON,
         "Publish the draft", "Publier le brouillon"),
    CALL(HTTP_POST, "/datasets/{dataset}/open", EDITOR, open_steps, BODY_JSON,
         "Open a dataset to the public", "Ouvrir un jeu au public"),
    CALL(HTTP_POST, "/datasets/{dataset}/close", EDITOR, close_steps, BODY_JSON,
         "Close a dataset to the public", "Fermer un jeu au public"),
    CALL(HTTP_POST, "/datasets/{dataset}/withdraw", EDITOR, withdraw_steps, BODY_JSON,
         "Withdraw a dataset for good", "Retirer un jeu pour de bon"),
    CALL(HTTP_POST, "/datasets/{dataset}/submit", CONTRIBUTOR, submit_steps, BODY_JSON,
         "Submit a dataset to the region", "Soumettre un jeu à la Région"),
    CALL(HTTP_POST, "/reviews/{review}/accept", EDITOR, accept_steps, BODY_JSON,
         "Accept a submission: publishes and opens it", "Accepter une demande : le jeu est publié et ouvert"),
    CALL(HTTP_POST, "/reviews/{review}/refuse", EDITOR, refuse_steps, BODY_JSON,
         "Refuse a submission on an article, with a reason", "Refuser une demande sur un article, avec une raison"),
};
/* clang-format on */
const struct route_table publishing_route_table = {routes, sizeof routes / sizeof routes[0]};
