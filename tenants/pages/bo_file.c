/* Step 1 of publishing: a file, for a new dataset or for one that is there. */
#include "core/base/option.h"
#include "tenants/pages/bo.h"
#include "tenants/pages/bo_routes.h"
#include "tenants/pages/bo_wizard.h"
#include "tenants/pages/say.h"
#include "tenants/pages/sql.h"
#include "tenants/publishing/publish_steps.h"
#include "tenants/publishing/sql.h"

enum { CALL_ROOM, CALL_SCHEMAS };
enum { MIB = 1024 * 1024, LITTLE = 10000000 };

struct markup bo_steps(struct req *r, int step)
{
    struct buf b = {0};
    page_bo_stepper(&b, r->lang, &(struct page_bo_stepper){.step = step, .past1 = step > 1, .past2 = step > 2,
                                                           .past3 = step > 3, .at1 = step == 1, .at2 = step == 2,
                                                           .at3 = step == 3, .at4 = step == 4, .direct = bo_is_direct(r)});
    struct str html = arena_str(r->a, buf_str(&b));
    buf_free(&b);
    return markup_trusted(html);
}

struct str bo_dataset_url(struct req *r, struct str dataset_id, const char *tail)
{
    return arena_printf(r->a, "/backoffice/datasets/" STR_FMT "/%s", STR_ARG(dataset_id), tail);
}

/* The dataset of the address; absent: a new one. */
static struct str dataset_of(struct req *r)
{
    return r->params[0];
}

static bool ask_room(struct req *r, struct err *e)
{
    (void)e;
    req_ask(r, &sql_bo_room, (struct str[]){uuid_str(&r->tenant->id)});
    req_ask(r, &sql_schema_list, (struct str[]){uuid_str(&r->tenant->id)});
    return true;
}

/* Of each schema the newest version, which stands first. */
static void put_schemas(struct req *r, struct page_bo_file *p)
{
    size_t rows = req_rows(r, CALL_SCHEMAS);
    struct page_bo_file_schemas *list = ARENA_ARRAY(r->a, struct page_bo_file_schemas, rows + 1);
    for (size_t i = 0; i < rows; i++) {
        struct str name = req_col(r, CALL_SCHEMAS, i, 0);
        if (!p->schemas_n || !str_eq(name, list[p->schemas_n - 1].name))
            list[p->schemas_n++] = (struct page_bo_file_schemas){name, req_col(r, CALL_SCHEMAS, i, 2)};
    }
    p->schemas = list;
}

static struct markup file_form(struct req *r)
{
    struct str dataset = dataset_of(r);
    const struct bo_choice modes[] = {{S("replace"), page_say(r, TEXT_BO_MODE_REPLACE)},
                                      {S("append"), page_say(r, TEXT_BO_MODE_APPEND)}};
    const struct bo_field fields[] = {
        {.name = "file",
         .kind = BO_FILE,
         .label = page_say(r, TEXT_BO_FILE_LABEL),
         .required = true,
         .accept =
             ".csv,.tsv,.txt,.json,.jsonl,.xlsx,.xls,.ods,.geojson,.gpkg,.kml,.kmz,.gpx,.gml,.fgb,.zip,.gz,.xz,.zst,text/csv"},
        {.name = "mode",
         .kind = BO_RADIO,
         .label = page_say(r, TEXT_BO_FILE_MODE),
         .value = S("replace"),
         .choices = modes,
         .nchoices = 2},
    };
    return bo_form_html(r, &(struct bo_form){
        .action = dataset.n ? bo_dataset_url(r, dataset, "file") : S("/backoffice/datasets/new/"), .fields = fields,
        .n = dataset.n ? 2 : 1, .is_upload = true, .submit = page_say(r, TEXT_BO_FILE_SEND),
        .cancel_url = dataset.n ? bo_dataset_url(r, dataset, "") : S("/backoffice/datasets/")});
}

static bool reply_file(struct req *r, struct err *e)
{
    (void)e;
    int64_t day = req_i64(r, CALL_ROOM, 0, 1);
    struct page_bo_file p = {.dataset = dataset_of(r),
                             .steps = bo_steps(r, 1),
                             .form = file_form(r),
                             .grid_url = dataset_of(r).n ? bo_dataset_url(r, dataset_of(r), "grid")
                                                         : S("/backoffice/datasets/new/grid/"),
                             .at_quota = day < LITTLE,
                             .rows = say_count(r->a, r->lang, req_i64(r, CALL_ROOM, 0, 0)),
                             .day = say_bytes(r->a, r->lang, day),
                             .most = say_bytes(r->a, r->lang, option_i64(OPTION_UPLOAD_MAX) * MIB)};
    put_schemas(r, &p);
    struct buf body = {0};
    page_bo_file(&body, r->lang, &p);
    bo_reply(r, bo_status(r), &(struct bo_page){
        .title = page_say(r, dataset_of(r).n ? TEXT_BO_FILE_UPDATE : TEXT_BO_NEW_DATASET), .nav = BO_DATASETS,
        .lead = page_say(r, TEXT_BO_FILE_LEAD), .up = page_say(r, TEXT_BO_DATASETS), .up_url = S("/backoffice/datasets/")},
        &body);
    return true;
}

const struct step bo_file[] = {{STEP_DB, ask_room, NULL}, {STEP_REPLY, reply_file, NULL}, {STEP_END, NULL, NULL}};

static bool work_send(struct req *r, struct err *e)
{
    struct publish_ask *ask = ARENA_NEW(r->a, struct publish_ask);
    ask->dataset_id = dataset_of(r);
    ask->mode = str_eq(req_form(r, S("mode")), S("append")) ? S("append") : S("replace");
    if (r->upload.path && (!r->upload.file_name.n || r->upload.size_bytes == 0))
        r->upload.path = NULL; /* the form was sent without choosing one */
    if (!bo_call(r, publish_work_upload, ask, e))
        return false;
    if (!bo_state(r)->err.kind)
        req_redirect(r, 303, ask->dataset_id.n ? bo_dataset_url(r, ask->dataset_id, "preview")
                                               : arena_printf(r->a, "/backoffice/datasets/new/%s/", ask->made.text));
    return true;
}

const struct step bo_file_send[] = {
    {STEP_WORK, work_send, NULL}, {STEP_DB, ask_room, NULL}, {STEP_REPLY, reply_file, NULL}, {STEP_END, NULL, NULL},
};
