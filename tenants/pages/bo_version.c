/* One version of a dataset beside the one that is published, and the way back to it. */
#include "core/base/jr.h"
#include "tenants/pages/bo.h"
#include "tenants/pages/bo_describe.h"
#include "tenants/pages/bo_routes.h"
#include "tenants/pages/bo_wizard.h"
#include "tenants/pages/say.h"
#include "tenants/pages/sql.h"
#include "tenants/publishing/history.h"
#include "tenants/publishing/publish_steps.h"

static size_t put_names(struct req *r, const json_t *list, struct page_bo_version_names *out,
                        bool added)
{
    size_t i;
    json_t *name;
    json_array_foreach(list, i, name) out[i] =
        (struct page_bo_version_names){.name = arena_str(r->a, str_of(json_string_value(name))),
                                       .is_added = added,
                                       .is_dropped = !added};
    return i;
}

static void put_columns(struct req *r, const struct history *h, struct page_bo_version *p)
{
    const json_t *added = jr_array(h->columns, "added"), *dropped = jr_array(h->columns, "dropped"),
                 *retyped = jr_array(h->columns, "retyped"), *one;
    size_t room = json_array_size(added) + json_array_size(dropped) + json_array_size(retyped) + 1,
           i, n = 0;
    struct page_bo_version_names *list = ARENA_ARRAY(r->a, struct page_bo_version_names, room);
    n += put_names(r, added, list, true);
    n += put_names(r, dropped, list + n, false);
    json_array_foreach(retyped, i, one) list[n++] = (struct page_bo_version_names){
        .name = arena_str(r->a, jr_str(one, "name")),
        .is_retyped = true,
        .from = bo_type_word(r, arena_str(r->a, jr_str(one, "from"))),
        .to = bo_type_word(r, arena_str(r->a, jr_str(one, "to")))};
    p->names = list;
    p->names_n = n;
}

static struct str key_words(struct req *r, const json_t *key)
{
    struct buf b = {0};
    json_t *name;
    size_t i;
    json_array_foreach(key, i, name) buf_printf(&b, "%s%s", i ? ", " : "", json_string_value(name));
    struct str words = arena_str(r->a, buf_str(&b));
    buf_free(&b);
    return words;
}

static bool ask_draft(struct req *r, struct err *e)
{
    const struct history *h = history_read(r);
    (void)h, (void)e;
    req_ask(r, &sql_bo_draft_there, (struct str[]){uuid_str(&r->tenant->id), r->params[0]});
    return true;
}

static bool reply_version(struct req *r, struct err *e)
{
    (void)e;
    const struct history *h = r->state;
    struct str was = arena_n(r->a, h->before.number);
    struct page_bo_version p = {
        .csrf = r->who.csrf,
        .was = was,
        .is = arena_n(r->a, h->after.number),
        .was_rows = say_count(r->a, r->lang, h->before.rows),
        .is_rows = say_count(r->a, r->lang, h->after.rows),
        .was_columns = say_count(r->a, r->lang, (int64_t)h->before.columns),
        .is_columns = say_count(r->a, r->lang, (int64_t)h->after.columns),
        .added = say_count(r->a, r->lang, h->added),
        .removed = say_count(r->a, r->lang, h->removed),
        .changed = say_count(r->a, r->lang, h->changed),
        .counted = h->counted,
        .by_key = h->by == COMPARE_KEY,
        .key = key_words(r, h->key),
        .same = str_eq(uuid_str(&h->before.version), uuid_str(&h->after.version)),
        .may_restore = bo_may_publish(r),
        .draft_waits = req_rows(r, 0) > 0,
        .discard = bo_dataset_url(r, r->params[0], "discard"),
        .action = bo_dataset_url(r, r->params[0],
                                 arena_printf(r->a, "versions/" STR_FMT, STR_ARG(was)).p)};
    put_columns(r, h, &p);
    struct buf body = {0};
    page_bo_version(&body, r->lang, &p);
    r->state = NULL; /* bo_reply keeps its own there */
    bo_reply(r, 200,
             &(struct bo_page){.title = arena_printf(r->a, STR_FMT " " STR_FMT,
                                                     STR_ARG(page_say(r, TEXT_BO_COL_VERSION)),
                                                     STR_ARG(was)),
                               .nav = BO_DATASETS,
                               .up = r->params[0],
                               .up_url = bo_dataset_url(r, r->params[0], "")},
             &body);
    return true;
}

const struct step bo_version[] = {
    {STEP_DB, history_ask_pair, NULL},
    {STEP_DB, history_ask_rows, NULL},
    {STEP_DB, ask_draft, NULL},
    {STEP_REPLY, reply_version, NULL},
    {STEP_END, NULL, NULL},
};

static bool verb(struct req *r, step_fn *work, const char *done, struct err *e)
{
    struct publish_ask *ask = ARENA_NEW(r->a, struct publish_ask);
    ask->dataset_id = r->params[0];
    ask->upload = r->params[1];
    bo_then(r, bo_dataset_url(r, r->params[0], arena_printf(r->a, "?done=%s", done).p));
    return bo_call(r, work, ask, e);
}

static bool work_restore(struct req *r, struct err *e)
{
    return verb(r, history_work_restore, "restored", e);
}

static bool work_discard(struct req *r, struct err *e)
{
    return verb(r, history_work_discard, "discarded", e);
}

/* What cannot be done is said on the dataset's own page. */
const struct step bo_version_restore[] = {
    {STEP_WORK, work_restore, NULL},
    {STEP_DB, bo_dataset_page_ask, NULL},
    {STEP_REPLY, bo_dataset_page, NULL},
    {STEP_END, NULL, NULL},
};
const struct step bo_discard[] = {
    {STEP_WORK, work_discard, NULL},
    {STEP_DB, bo_dataset_page_ask, NULL},
    {STEP_REPLY, bo_dataset_page, NULL},
    {STEP_END, NULL, NULL},
};
