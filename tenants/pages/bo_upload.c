#include "tenants/pages/bo_upload.h"

#include "core/base/jr.h"
#include "tenants/pages/bo_choice.h"
#include "tenants/pages/bo_wizard.h"
#include "tenants/pages/say.h"
#include "tenants/pages/sql.h"
#include "tenants/publishing/errors.h"
#include "tenants/publishing/fault.h"

enum { REFRESH_S = 2 };

static bool ask(struct req *r, struct str id, struct err *e)
{
    struct uuid upload;
    if (!uuid_parse(id, &upload))
        return ERR(e, err_upload_unknown, "not an id");
    req_ask(r, &sql_bo_upload, (struct str[]){uuid_str(&r->tenant->id), uuid_str(&upload), STR_NONE, bo_organisation(r)});
    return true;
}

bool bo_upload_ask(struct req *r, struct err *e)
{
    return ask(r, r->params[0], e);
}

bool bo_upload_ask_form(struct req *r, struct err *e)
{
    return ask(r, req_form(r, S("upload")), e);
}

struct str bo_upload_url(struct req *r, struct str upload, const char *tail)
{
    return arena_printf(r->a, "/backoffice/datasets/new/" STR_FMT "/%s", STR_ARG(upload), tail);
}

struct str bo_upload_replace_url(struct req *r)
{
    struct str dataset = req_col(r, 0, 0, UP_DATASET);
    return dataset.n ? bo_dataset_url(r, dataset, "file") : S("/backoffice/datasets/new/");
}

void bo_upload_show(struct req *r, struct str title, struct buf *body, int refresh_s)
{
    bo_reply(r, bo_status(r), &(struct bo_page){.title = title, .nav = BO_DATASETS, .lead = req_col(r, 0, 0, UP_TITLE),
                                                .up = page_say(r, TEXT_BO_DATASETS), .up_url = S("/backoffice/datasets/"),
                                                .refresh_s = refresh_s}, body);
}

/* What is known of a file that waits or is read: who is before it, since when, how many rows of how many. */
static void show_reading(struct req *r)
{
    struct buf body = {0};
    int64_t loaded = req_i64(r, 0, 0, UP_ROWS_LOADED), expected = req_i64(r, 0, 0, UP_ROWS_EXPECTED);
    struct page_bo_reading p = {.steps = bo_steps(r, 2), .file = req_col(r, 0, 0, UP_FILE), .url = arena_str(r->a, r->x->path),
                                .size = say_bytes(r->a, r->lang, req_i64(r, 0, 0, UP_SIZE)), .every = REFRESH_S,
                                .waits = str_eq(req_col(r, 0, 0, UP_STATE), S("queued")), .before = (int)req_i64(r, 0, 0, UP_BEFORE),
                                .since = req_col(r, 0, 0, UP_STARTED)};
    if (!p.waits && expected > 0) {
        p.loaded = say_count(r->a, r->lang, loaded);
        p.expected = say_count(r->a, r->lang, expected);
        p.percent = (int)(100 * loaded / expected);
    }
    page_bo_reading(&body, r->lang, &p);
    bo_upload_show(r, page_say(r, TEXT_BO_PREVIEW), &body, REFRESH_S);
}

/* A file that has steps may have been refused because of them; another of its tables may be meant. */
static void show_failed(struct req *r)
{
    struct buf body = {0}, why = {0};
    struct err ignored = {0};
    json_t *error = jr_parse(req_col(r, 0, 0, UP_ERROR), &ignored);
    struct page_bo_failed p = {.steps = bo_steps(r, 2), .file = req_col(r, 0, 0, UP_FILE), .replace_url = bo_upload_replace_url(r)};
    fault_say(req_col(r, 0, 0, UP_ERROR), r->lang, &why);
    p.why = buf_str(&why);
    if (req_col(r, 0, 0, UP_STEPS).n > 2)
        p.steps_url = bo_upload_url(r, req_col(r, 0, 0, UP_ID), "steps");
    p.choice = bo_choice(r, jr_object(error, "found"), false);
    page_bo_failed(&body, r->lang, &p);
    buf_free(&why);
    json_decref(error);
    bo_upload_show(r, page_say(r, TEXT_BO_PREVIEW), &body, 0);
}

bool bo_upload_waits(struct req *r, struct err *e)
{
    if (req_rows(r, 0) == 0)
        return !ERR(e, err_upload_unknown, "no row");
    struct str state = req_col(r, 0, 0, UP_STATE);
    if (str_eq(state, S("queued")) || str_eq(state, S("reading"))) {
        show_reading(r);
        return true;
    }
    if (str_eq(state, S("failed")) || !req_col(r, 0, 0, UP_REPORT).n) {
        show_failed(r);
        return true;
    }
    return false;
}
