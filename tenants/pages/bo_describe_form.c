/* Step 3: the ten headings, for a first file and for a dataset that is there. */
#include <stdlib.h>

#include "core/base/jr.h"
#include "tenants/directory/slug.h"
#include "tenants/pages/bo.h"
#include "tenants/pages/bo_dataset.h"
#include "tenants/pages/bo_describe.h"
#include "tenants/pages/bo_routes.h"
#include "tenants/pages/bo_wizard.h"
#include "tenants/pages/errors.h"
#include "tenants/pages/sql.h"
#include "tenants/publishing/dataset.h"
#include "tenants/publishing/errors.h"
#include "tenants/publishing/meta.h"
#include "tenants/publishing/prefill.h"
#include "tenants/publishing/publish_steps.h"
#include "tenants/publishing/words.h"

enum { KEYWORDS = 5, LETTERS = 4 };

/* Where each heading is asked: the field's name on the form, its place in the description. */
static const struct {
    enum meta_heading heading;
    const char *field, *block, *key;
    bool is_list;
} headings[] = {{META_TITLE, "title", "default", "title", false},
                {META_DESCRIPTION, "description", "default", "description", false},
                {META_ORGANISATION, "publisher", "default", "publisher", false},
                {META_LICENCE, "license", "default", "license", false},
                {META_THEMES, "theme", "default", "theme", true},
                {META_KEYWORDS, "keyword", "default", "keyword", true},
                {META_FREQUENCY, "frequency", "dcat", "accrualperiodicity", false},
                {META_COVERAGE, "spatial", "dcat", "spatial", false},
                {META_GRANULARITY, "granularity", "dcat", "granularity", false},
                {META_DATES, "created", "dcat", "created", false},
                {META_DATES, "issued", "dcat", "issued", false}};
enum { DAY = 10 };
enum { NHEADINGS = sizeof headings / sizeof headings[0] };

const char *bo_describe_field(enum meta_heading heading)
{
    for (size_t i = 0; i < NHEADINGS; i++)
        if (headings[i].heading == heading)
            return headings[i].field;
    return NULL;
}

static struct str joined(struct req *r, const json_t *list, const char *by)
{
    struct buf b = {0};
    size_t i;
    json_t *item;
    json_array_foreach(list, i, item)
        buf_printf(&b, "%s%s", b.n ? by : "", json_string_value(item));
    struct str said = arena_str(r->a, buf_str(&b));
    buf_free(&b);
    return said;
}

static struct str value_of(struct req *r, const json_t *metas, size_t i)
{
    const json_t *v = json_object_get(jr_object(metas, headings[i].block), headings[i].key);
    if (headings[i].is_list)
        return joined(r, v, headings[i].heading == META_KEYWORDS ? ", " : "\n");
    struct str said = jr_str(jr_object(metas, headings[i].block), headings[i].key);
    return arena_str(r->a, headings[i].heading == META_DATES && said.n > DAY ? str_part(said, 0, DAY) : said);
}

/* ---- choices ---- */

struct choices {
    struct bo_choice *licences, *themes, *frequencies, *granularities;
    size_t nlicences, nthemes;
};

/* bo_choices.sql stands in call `call`. */
static void read_choices(struct req *r, unsigned call, struct choices *c)
{
    size_t n = req_rows(r, call);
    *c =
        (struct choices){.licences = ARENA_ARRAY(r->a, struct bo_choice, n + 1),
                         .themes = ARENA_ARRAY(r->a, struct bo_choice, n + 1),
                         .frequencies = ARENA_ARRAY(r->a, struct bo_choice, frequencies_n + 1),
                         .granularities = ARENA_ARRAY(r->a, struct bo_choice, granularities_n + 1)};
    for (size_t i = 0; i < n; i++) {
        struct bo_choice choice = {req_col(r, call, i, 1), req_col(r, call, i, 2)};
        if (str_eq(req_col(r, call, i, 0), S("theme")))
            c->themes[c->nthemes++] = choice;
        else
            c->licences[c->nlicences++] = choice;
    }
    for (size_t i = 0; i < frequencies_n; i++)
        c->frequencies[i] =
            (struct bo_choice){str_of(frequencies[i].fr),
                               str_of(r->lang == LANG_FR ? frequencies[i].fr : frequencies[i].en)};
    for (size_t i = 0; i < granularities_n; i++)
        c->granularities[i] = (struct bo_choice){
            str_of(granularities[i].fr),
            str_of(r->lang == LANG_FR ? granularities[i].fr : granularities[i].en)};
}

/* ---- the form ---- */

struct describe {
    json_t *metas; /* what stands on the form; released by the reply */
    struct str action, cancel;
    unsigned choices;
};

static struct markup describe_form(struct req *r, const struct describe *d)
{
    struct choices c;
    struct str v[NHEADINGS];
    read_choices(r, d->choices, &c);
    for (size_t i = 0; i < NHEADINGS; i++)
        v[i] = value_of(r, d->metas, i);
    /* What is filled in for a first dataset names its licence by its id. */
    for (size_t i = 0; i < req_rows(r, d->choices); i++)
        if (str_eq(v[3], req_col(r, d->choices, i, 3)))
            v[3] = req_col(r, d->choices, i, 1);
    const struct bo_field fields[] = {
        {.name = "title",
         .label = page_say(r, TEXT_BO_F_TITLE),
         .hint = page_say(r, TEXT_BO_F_TITLE_HINT),
         .value = v[0],
         .required = true,
         .complete = "off"},
        {.name = "description",
         .kind = BO_AREA,
         .label = page_say(r, TEXT_BO_F_DESCRIPTION),
         .hint = page_say(r, TEXT_BO_F_DESCRIPTION_HINT),
         .value = v[1],
         .required = true},
        {.name = "publisher",
         .label = page_say(r, TEXT_BO_F_PUBLISHER),
         .value = v[2],
         .required = true,
         .complete = "off",
         .fold = page_say(r, TEXT_BO_F_MORE)},
        {.name = "license",
         .kind = BO_SELECT,
         .label = page_say(r, TEXT_BO_F_LICENCE),
         .value = v[3],
         .required = true,
         .choices = c.licences,
         .nchoices = c.nlicences},
        {.name = "frequency",
         .kind = BO_SELECT,
         .label = page_say(r, TEXT_BO_F_FREQUENCY),
         .value = v[6],
         .required = true,
         .choices = c.frequencies,
         .nchoices = frequencies_n},
        {.name = "spatial",
         .label = page_say(r, TEXT_BO_F_COVERAGE),
         .value = v[7],
         .required = true,
         .complete = "off"},
        {.name = "granularity",
         .kind = BO_SELECT,
         .label = page_say(r, TEXT_BO_F_GRANULARITY),
         .value = v[8],
         .required = true,
         .choices = c.granularities,
         .nchoices = granularities_n},
        {.name = "keyword",
         .label = page_say(r, TEXT_BO_F_KEYWORDS),
         .hint = page_say(r, TEXT_BO_F_KEYWORDS_HINT),
         .value = v[5],
         .complete = "off"},
        {.name = "theme",
         .kind = BO_CHECKS,
         .label = page_say(r, TEXT_BO_F_THEMES),
         .value = v[4],
         .choices = c.themes,
         .nchoices = c.nthemes},
        {.name = "created",
         .type = "date",
         .label = page_say(r, TEXT_BO_F_CREATED),
         .hint = page_say(r, TEXT_BO_F_CREATED_HINT),
         .value = v[9]},
        {.name = "issued",
         .type = "date",
         .label = page_say(r, TEXT_BO_F_ISSUED),
         .hint = page_say(r, TEXT_BO_F_ISSUED_HINT),
         .value = v[10]},
    };
    return bo_form_html(r, &(struct bo_form){.action = d->action,
                                             .fields = fields,
                                             .n = sizeof fields / sizeof fields[0],
                                             .submit = page_say(r, TEXT_BO_F_SAVE),
                                             .cancel_url = d->cancel});
}

static void reply_form(struct req *r, const struct describe *d, bool stepped)
{
    struct buf body = {0};
    struct page_bo_step p = {.form = describe_form(r, d)};
    if (stepped)
        p.steps = bo_steps(r, 3);
    page_bo_step(&body, r->lang, &p);
    bo_reply(r, bo_status(r),
             &(struct bo_page){.title = page_say(r, TEXT_BO_DESCRIBE),
                               .nav = BO_DATASETS,
                               .lead = page_say(r, TEXT_BO_DESCRIBE_LEAD),
                               .up = page_say(r, TEXT_BO_DATASETS),
                               .up_url = S("/backoffice/datasets/")},
             &body);
}

/* ---- what was sent ---- */

static json_t *sent_list(struct req *r, size_t i)
{
    json_t *list = json_array();
    struct str name, value;
    for (size_t at = 0; (at = req_form_all(r, at, &name, &value));) {
        if (!str_eq(name, str_of(headings[i].field)))
            continue;
        for (struct str rest = value, part;
             str_cut(&rest, headings[i].heading == META_KEYWORDS ? ',' : '\n', &part);)
            if (str_trim(part).n)
                json_array_append_new(list, json_stringn(str_trim(part).p, str_trim(part).n));
    }
    return list;
}

/* A first dataset is not asked for keywords: the words of its title serve. */
static void words_of_title(struct str title, json_t *list)
{
    for (struct str word; json_array_size(list) < KEYWORDS && str_cut(&title, ' ', &word);)
        if (word.n >= LETTERS)
            json_array_append_new(list, json_stringn(word.p, word.n));
}

static json_t *block_of(json_t *metas, const char *name)
{
    json_t *block = json_object_get(metas, name);
    if (!block)
        json_object_set_new(metas, name, block = json_object());
    return block;
}

/* A day that was not touched keeps the hour that stands behind it. */
static bool is_same_day(struct str sent, const json_t *block, size_t i)
{
    struct str said = jr_str(block, headings[i].key);
    return !sent.p || (sent.n && said.n > DAY && str_eq(sent, str_part(said, 0, DAY)));
}

/* Onto `metas`: what the form does not show stays. */
static void take_sent(struct req *r, json_t *metas)
{
    for (size_t i = 0; i < NHEADINGS; i++) {
        json_t *block = block_of(metas, headings[i].block);
        struct str sent = str_trim(req_form(r, str_of(headings[i].field)));
        if (headings[i].heading == META_DATES && is_same_day(sent, block, i))
            continue;
        json_t *list = headings[i].is_list ? sent_list(r, i) : NULL;
        if (list && headings[i].heading == META_KEYWORDS && json_array_size(list) == 0)
            words_of_title(str_trim(req_form(r, S("title"))), list);
        json_object_set_new(block, headings[i].key,
                            list ? list : json_stringn(sent.p ? sent.p : "", sent.n));
    }
}

/* ---- a first file: /new/{upload}/describe ---- */

static void first_words(struct req *r, json_t *metas)
{
    json_t *dcat = block_of(metas, "dcat"), *base = block_of(metas, "default");
    if (!jr_str(dcat, "spatial").n)
        json_object_set_new(dcat, "spatial", json_stringn(r->tenant->name.p, r->tenant->name.n));
    if (!jr_str(dcat, "granularity").n)
        json_object_set_new(dcat, "granularity", json_string("commune"));
    if (json_array_size(json_object_get(base, "theme")) == 0)
        json_object_set_new(base, "theme", json_pack("[s]", "Régions et villes"));
    if (!jr_str(base, "publisher").n)
        json_object_set_new(base, "publisher", json_stringn(r->tenant->name.p, r->tenant->name.n));
    json_object_del(base, "keyword"); /* of another dataset: the title's own words are nearer */
}

/* The organisation whose last publication serves as a model: one's own, else the portal's. */
static bool model_of(struct req *r, struct conn *c, struct uuid *organisation, struct err *e)
{
    *organisation = r->who.organisation;
    if (bo_is_direct(r))
        return true;
    PGresult *found =
        conn_ask(c, &sql_bo_organisations, (struct str[]){uuid_str(&r->tenant->id)}, e);
    for (int i = 0; found && i < PQntuples(found); i++)
        if (i == 0 || str_eq(str_of(PQgetvalue(found, i, 1)), r->tenant->name))
            uuid_parse(str_of(PQgetvalue(found, i, 0)), organisation);
    PQclear(found);
    return found != NULL;
}

static bool work_prefill(struct req *r, struct err *e)
{
    struct uuid organisation;
    struct conn *c = req_conn(r, e);
    json_t *metas = json_object();
    bool ok =
        c && conn_begin(c, &r->tenant->id, e) && model_of(r, c, &organisation, e) &&
        prefill_metas(c, r->a, &r->tenant->id, &organisation, true, bo_is_direct(r), metas, e);
    if (c)
        conn_rollback(c);
    if (ok) {
        first_words(r, metas);
        char *text = json_dumps(metas, JSON_COMPACT);
        bo_state(r)->own = arena_copy(r->a, str_of(text));
        free(text);
    }
    json_decref(metas);
    return ok;
}

static bool ask_choices(struct req *r, struct err *e)
{
    (void)e;
    req_ask(r, &sql_bo_choices, (struct str[]){r->lang == LANG_EN ? S("en") : S("fr")});
    return true;
}

static bool reply_first(struct req *r, struct err *e)
{
    (void)e;
    struct err ignored;
    struct str here =
        arena_printf(r->a, "/backoffice/datasets/new/" STR_FMT "/", STR_ARG(r->params[0]));
    struct describe d = {.metas = bo_state(r)->own ? jr_parse(str_of(bo_state(r)->own), &ignored)
                                                   : json_object(),
                         .action = arena_printf(r->a, STR_FMT "describe", STR_ARG(here)),
                         .cancel = here};
    reply_form(r, &d, true);
    json_decref(d.metas);
    return true;
}

const struct step bo_describe_first[] = {
    {STEP_WORK, work_prefill, NULL},
    {STEP_DB, ask_choices, NULL},
    {STEP_REPLY, reply_first, NULL},
    {STEP_END, NULL, NULL},
};

/* An identifier of the title that nothing on this portal has yet. */
static bool free_id(struct req *r, struct str title, struct str *id, struct err *e)
{
    struct conn *c = req_conn(r, e);
    struct str slug = slug_make(r->a, title, 80);
    if (slug.n < 2)
        return ERR(e, err_title_needed, "%zu bytes", title.n);
    if (!c || !conn_begin(c, &r->tenant->id, e))
        return false;
    struct dataset_row ignored;
    struct err missing = {0};
    *id = slug;
    for (unsigned n = 2; n < 100 && dataset_find(c, r->a, &r->tenant->id, *id, &ignored, &missing);
         n++)
        *id = arena_printf(r->a, STR_FMT "-%u", STR_ARG(slug), n);
    conn_rollback(c);
    if (missing.kind == &err_dataset_unknown)
        return true;
    if (missing.kind) { /* the database, not the name */
        *e = missing;
        return false;
    }
    ERR(e, err_dataset_taken, "a hundred of them");
    return err_arg(e, STR_FMT, STR_ARG(slug));
}

static bool first_draft(struct req *r, struct err *e)
{
    struct publish_ask *ask = r->state;
    return free_id(r, str_trim(req_form(r, S("title"))), &ask->dataset_id, e) &&
           publish_work_draft(r, e);
}

static bool work_first(struct req *r, struct err *e)
{
    struct publish_ask *ask = ARENA_NEW(r->a, struct publish_ask);
    json_t *metas = json_object();
    take_sent(r, metas);
    ask->metas = metas;
    ask->upload = r->params[0];
    bool ok = bo_call(r, first_draft, ask, e);
    if (ok && !bo_state(r)->err.kind)
        req_redirect(r, 303, bo_dataset_url(r, ask->dataset_id, "check"));
    else
        bo_state(r)->own = NULL;
    json_decref(metas);
    return ok;
}

const struct step bo_describe_first_save[] = {
    {STEP_WORK, work_first, NULL},
    {STEP_DB, ask_choices, NULL},
    {STEP_REPLY, reply_first, NULL},
    {STEP_END, NULL, NULL},
};

/* ---- a dataset that is there: /{dataset}/describe ---- */

static bool ask_described(struct req *r, struct err *e)
{
    return bo_dataset_ask(r, e) && ask_choices(r, e);
}

static bool reply_described(struct req *r, struct err *e)
{
    if (!bo_dataset_is_there(r, e))
        return false;
    struct describe d = {.metas = bo_dataset_json(r, DS_METAS),
                         .action = bo_dataset_url(r, r->params[0], "describe"),
                         .cancel = bo_dataset_url(r, r->params[0], ""),
                         .choices = 1};
    reply_form(r, &d, false);
    json_decref(d.metas);
    return true;
}

const struct step bo_describe[] = {
    {STEP_DB, ask_described, NULL},
    {STEP_REPLY, reply_described, NULL},
    {STEP_END, NULL, NULL},
};

static bool work_describe(struct req *r, struct err *e)
{
    if (!bo_dataset_is_there(r, e))
        return false;
    struct publish_ask *ask = ARENA_NEW(r->a, struct publish_ask);
    json_t *metas = bo_dataset_json(r, DS_METAS);
    if (!metas)
        metas = json_object();
    take_sent(r, metas);
    ask->dataset_id = r->params[0];
    ask->metas = metas;
    bo_then(r, bo_dataset_url(r, r->params[0], "check?done=saved"));
    bool ok = bo_call(r, publish_work_draft, ask, e);
    json_decref(metas);
    return ok;
}

const struct step bo_describe_save[] = {
    {STEP_DB, bo_dataset_ask, NULL}, {STEP_WORK, work_describe, NULL},
    {STEP_DB, ask_described, NULL},  {STEP_REPLY, reply_described, NULL},
    {STEP_END, NULL, NULL},
};
