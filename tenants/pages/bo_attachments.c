/* The files beside a dataset's rows. */
#include "tenants/pages/bo.h"
#include "tenants/pages/bo_dataset.h"
#include "tenants/pages/bo_routes.h"
#include "tenants/pages/bo_wizard.h"
#include "tenants/pages/say.h"
#include "tenants/publishing/attachment.h"
#include "tenants/publishing/file_match.h"
#include "tenants/publishing/sql.h"

/* attachment_list.sql's columns, call 1 */
enum { COL_KIND, COL_ID, COL_TITLE, COL_NAME, COL_TYPE, COL_SIZE, COL_HASH, COL_CREATED };

struct state {
    struct bo_state bo; /* first: it is what bo_state gives */
    struct file_match match;
};

static bool ask_cells(struct req *r, struct err *e)
{
    struct state *s = ARENA_NEW(r->a, struct state);
    s->bo = *bo_state(r);
    r->state = s;
    return file_match_rows(r, &s->match, e);
}

static bool ask_names(struct req *r, struct err *e)
{
    return file_match_names(r, &((struct state *)r->state)->match, e);
}

static bool ask(struct req *r, struct err *e)
{
    file_match_done(r, &((struct state *)r->state)->match);
    bo_dataset_ask(r, e);
    req_ask(r, &sql_attachment_list,
            (struct str[]){uuid_str(&r->tenant->id), r->params[0], bo_organisation(r), S("1000")});
    return true;
}

static struct markup add_form(struct req *r)
{
    const struct bo_choice kinds[] = {
        {S("attachment"), page_say(r, TEXT_BO_ATT_ATTACHMENT_HELP)},
        {S("alternative_export"), page_say(r, TEXT_BO_ATT_ALTERNATIVE_HELP)},
        {S("zip"), page_say(r, TEXT_BO_ATT_ZIP_HELP)}};
    const struct bo_field fields[] = {
        {.name = "kind",
         .kind = BO_RADIO,
         .label = page_say(r, TEXT_BO_ATT_KIND),
         .value = S("attachment"),
         .choices = kinds,
         .nchoices = 3},
        {.name = "file",
         .kind = BO_FILE,
         .label = page_say(r, TEXT_BO_ATT_FILE_LABEL),
         .required = true},
        {.name = "title",
         .kind = BO_TEXT,
         .label = page_say(r, TEXT_BO_ATT_TITLE),
         .hint = page_say(r, TEXT_BO_ATT_TITLE_HINT)},
        {.name = "column",
         .kind = BO_TEXT,
         .label = page_say(r, TEXT_BO_ATT_COLUMN),
         .hint = page_say(r, TEXT_BO_ATT_COLUMN_HINT)},
    };
    return bo_form_html(r,
                        &(struct bo_form){.action = bo_dataset_url(r, r->params[0], "attachments"),
                                          .fields = fields,
                                          .n = 4,
                                          .is_upload = true,
                                          .submit = page_say(r, TEXT_BO_ATT_SEND),
                                          .cancel_url = bo_dataset_url(r, r->params[0], "")});
}

static const char *folder_of(struct str kind)
{
    return str_eq(kind, S("file"))         ? "files"
           : str_eq(kind, S("attachment")) ? "attachments"
                                           : "alternative_exports";
}

static struct str listed(struct req *r, const struct str *names, size_t n)
{
    struct buf b = {0};
    for (size_t i = 0; i < file_match_shown(n); i++) {
        buf_addz(&b, i ? ", " : "");
        buf_add(&b, names[i]);
    }
    buf_addz(&b, n > FILE_MATCH_NAMES ? "…" : "");
    struct str text = arena_str(r->a, buf_str(&b));
    buf_free(&b);
    return text;
}

static void put_match(struct req *r, const struct file_match *m, struct page_bo_attachments *p)
{
    p->column = m->there ? m->column : STR_NONE;
    p->named = say_count(r->a, r->lang, (int64_t)(m->ncells - m->lonely_cells));
    p->lonely_cells = (int)m->lonely_cells;
    p->lonely_files = (int)m->lonely_files;
    p->cell_names = listed(r, m->cell_names, m->lonely_cells);
    p->file_names = listed(r, m->file_names, m->lonely_files);
    p->all_named = m->there && m->lonely_cells == 0 && m->lonely_files == 0;
}

static bool reply(struct req *r, struct err *e)
{
    if (!bo_dataset_is_there(r, e))
        return false;
    size_t n = req_rows(r, 1);
    int64_t bytes = 0;
    bool published = str_eq(req_col(r, 0, 0, DS_STATE), S("published"));
    bool draft = str_eq(req_col(r, 0, 0, DS_STATE), S("draft"));
    struct page_bo_attachments_files *list =
        ARENA_ARRAY(r->a, struct page_bo_attachments_files, n + 1);
    for (size_t i = 0; i < n; i++) {
        struct str kind = req_col(r, 1, i, COL_KIND), id = req_col(r, 1, i, COL_ID);
        bytes += req_i64(r, 1, i, COL_SIZE);
        list[i] = (struct page_bo_attachments_files){
            .id = id,
            .kind = kind,
            .title = req_col(r, 1, i, COL_TITLE),
            .name = req_col(r, 1, i, COL_NAME),
            .type = req_col(r, 1, i, COL_TYPE),
            .size = say_bytes(r->a, r->lang, req_i64(r, 1, i, COL_SIZE)),
            .when = say_date(r->a, r->lang, req_col(r, 1, i, COL_CREATED)),
            .is_file = str_eq(kind, S("file")),
            .is_other = str_eq(kind, S("alternative_export"))};
        if (published)
            list[i].url =
                arena_printf(r->a, "/api/explore/v2.1/catalog/datasets/" STR_FMT "/%s/" STR_FMT,
                             STR_ARG(r->params[0]), folder_of(kind), STR_ARG(id));
    }
    struct page_bo_attachments p = {.csrf = r->who.csrf,
                                    .action = bo_dataset_url(r, r->params[0], "attachments"),
                                    .files = list,
                                    .files_n = n,
                                    .total = say_bytes(r->a, r->lang, bytes),
                                    .add = add_form(r)};
    put_match(r, &((struct state *)r->state)->match, &p);
    p.may_change = batch_bool(&r->batch, 0, 0, DS_IS_ORIGIN) && (draft || bo_may_publish(r));
    json_t *metas = bo_dataset_json(r, DS_METAS);
    struct str title = bo_dataset_title(r, metas);
    json_decref(metas);
    struct buf body = {0};
    page_bo_attachments(&body, r->lang, &p);
    bo_reply(r, bo_status(r),
             &(struct bo_page){.title = page_say(r, TEXT_BO_ATT_PAGE),
                               .lead = page_say(r, TEXT_BO_ATT_LEAD),
                               .nav = BO_DATASETS,
                               .up = title,
                               .up_url = bo_dataset_url(r, r->params[0], "")},
             &body);
    return true;
}

static bool work_add(struct req *r, struct err *e)
{
    if (r->upload.path && !r->upload.file_name.n)
        r->upload.path = NULL; /* the form was sent without choosing one */
    bo_then(r, bo_dataset_url(r, r->params[0], "attachments?done=attached"));
    bool many = str_eq(req_form(r, S("kind")), S("zip"));
    return bo_call(r, many ? attachment_work_zip : attachment_work_add, NULL, e);
}

static bool work_remove(struct req *r, struct err *e)
{
    bo_then(r, bo_dataset_url(r, r->params[0], "attachments?done=removed"));
    return bo_call(r, attachment_work_remove, NULL, e);
}

#define THE_PAGE                                                                                   \
    {STEP_DB, file_match_grant, NULL}, {STEP_DB, ask_cells, NULL}, {STEP_DB, ask_names, NULL},     \
        {STEP_DB, ask, NULL}, {STEP_REPLY, reply, NULL}, {STEP_END, NULL, NULL}

const struct step bo_attachments[] = {THE_PAGE};
const struct step bo_attachments_add[] = {
    {STEP_WORK, work_add, NULL},
    THE_PAGE,
};
const struct step bo_attachments_remove[] = {
    {STEP_WORK, work_remove, NULL},
    THE_PAGE,
};
