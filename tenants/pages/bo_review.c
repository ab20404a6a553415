/* What direct publishers submitted, and the region's answer within 48 hours. */
#include "core/base/clock.h"
#include "core/base/jr.h"
#include "tenants/pages/bo.h"
#include "tenants/pages/bo_describe.h"
#include "tenants/pages/bo_findings.h"
#include "tenants/pages/bo_joined.h"
#include "tenants/pages/bo_routes.h"
#include "tenants/pages/say.h"
#include "tenants/pages/sql.h"
#include "tenants/publishing/errors.h"
#include "tenants/publishing/meta.h"
#include "tenants/publishing/review.h"
#include "tenants/publishing/review_clock.h"
#include "tenants/publishing/sql.h"
#include "tenants/publishing/working_time.h"

enum { SOON_S = 8 * 3600 /* 40 of the 48 hours are gone */ };

/* bo_reviews.sql's columns */
enum { COL_ID, COL_DATASET, COL_TITLE, COL_ORGANISATION, COL_ROWS, COL_IS_NEW, COL_LEFT, COL_DEADLINE, COL_STATE,
       COL_ARTICLE, COL_MESSAGE, COL_DECIDED, COL_SUBMITTER, COL_ASKED };

static bool wants_decided(struct req *r)
{
    return req_query(r, S("done_ones")).n > 0;
}

/* What others submitted is for the region's eyes alone. */
static bool may_look(const struct req *r, struct err *e)
{
    return bo_may_publish(r) || ERR(e, err_review_needed, "bound to an organisation");
}

static bool ask_queue(struct req *r, struct err *e)
{
    if (!may_look(r, e))
        return false;
    req_ask(r, &sql_bo_reviews, (struct str[]){uuid_str(&r->tenant->id), wants_decided(r) ? S("t") : S("f"), clock_now(r->a)});
    return true;
}

static struct str day_and_hour(struct req *r, struct str stamp) /* "2026-11-21 14:30" */
{
    struct str day = say_date(r->a, r->lang, stamp);
    return arena_printf(r->a, STR_FMT ", " STR_FMT, STR_ARG(day), STR_ARG(str_from(stamp, 11)));
}

/* Of what is left, the part in office hours; said only where it differs in kind: nothing is left of an overdue one. */
static struct str working_left(struct req *r, int64_t left_s)
{
    int64_t now_us = clock_wall_us();
    return left_s < 0 ? STR_NONE : bo_span(r, working_time_us(now_us, now_us + left_s * 1000000) / 1000000);
}

static bool reply_queue(struct req *r, struct err *e)
{
    (void)e;
    size_t n = req_rows(r, 0);
    struct page_bo_review_queue *list = ARENA_ARRAY(r->a, struct page_bo_review_queue, n + 1);
    for (size_t i = 0; i < n; i++) {
        int64_t left = req_i64(r, 0, i, COL_LEFT);
        struct str state = req_col(r, 0, i, COL_STATE);
        list[i] = (struct page_bo_review_queue){
            .url = arena_printf(r->a, "/backoffice/review/" STR_FMT "/", STR_ARG(req_col(r, 0, i, COL_ID))),
            .title = req_col(r, 0, i, COL_TITLE), .organisation = req_col(r, 0, i, COL_ORGANISATION),
            .rows = say_count(r->a, r->lang, req_i64(r, 0, i, COL_ROWS)), .is_new = batch_bool(&r->batch, 0, i, COL_IS_NEW),
            .article = req_col(r, 0, i, COL_ARTICLE), .message = req_col(r, 0, i, COL_MESSAGE),
            .when = say_date(r->a, r->lang, req_col(r, 0, i, COL_DECIDED)), .accepted = str_eq(state, S("accepted")),
            .refused = str_eq(state, S("refused"))};
        if (!str_eq(state, S("submitted")))
            continue;
        list[i].left = bo_left(r, left);
        list[i].asked = batch_bool(&r->batch, 0, i, COL_ASKED);
        list[i].late = !list[i].asked && left < 0;
        list[i].soon = !list[i].asked && left >= 0 && left < SOON_S;
        if (list[i].asked)
            continue;
        list[i].deadline = day_and_hour(r, req_col(r, 0, i, COL_DEADLINE));
        list[i].working = working_left(r, left);
    }
    struct buf body = {0};
    page_bo_review(&body, r->lang, &(struct page_bo_review){.decided = wants_decided(r), .total = (int)n, .queue = list,
                                                            .queue_n = n});
    bo_reply(r, 200, &(struct bo_page){.title = page_say(r, TEXT_BO_REVIEW), .nav = BO_REVIEW,
                                       .lead = page_say(r, TEXT_BO_REVIEW_LEAD)}, &body);
    return true;
}

const struct step bo_review[] = {{STEP_DB, ask_queue, NULL}, {STEP_REPLY, reply_queue, NULL}, {STEP_END, NULL, NULL}};

/* bo_review_one.sql's columns */
enum { ONE_DATASET, ONE_ORGANISATION, ONE_METAS, ONE_COLUMNS, ONE_ROWS, ONE_LEFT, ONE_DEADLINE, ONE_STATE, ONE_ARTICLE,
       ONE_MESSAGE, ONE_REPORT, ONE_SUBMITTER, ONE_ASKED, ONE_QUESTIONS, ONE_UNCOVERED };
enum { CALL_ONE, CALL_JOINED };

static bool ask_one(struct req *r, struct err *e)
{
    struct uuid id;
    if (!may_look(r, e))
        return false;
    if (!uuid_parse(r->params[0], &id))
        return ERR(e, err_review_unknown, "not an id");
    req_ask(r, &sql_bo_review_one, (struct str[]){uuid_str(&r->tenant->id), uuid_str(&id), clock_now(r->a)});
    req_ask(r, &sql_joined_list, (struct str[]){uuid_str(&r->tenant->id), STR_NONE, bo_organisation(r), uuid_str(&id)});
    return true;
}

static void put_columns(struct req *r, const json_t *columns, struct page_bo_review_one *p)
{
    size_t n = json_array_size(columns), i;
    json_t *column;
    struct page_bo_review_one_columns *list = ARENA_ARRAY(r->a, struct page_bo_review_one_columns, n + 1);
    json_array_foreach(columns, i, column)
        list[i] = (struct page_bo_review_one_columns){arena_str(r->a, jr_str(column, "label")),
                                                      bo_type_word(r, arena_str(r->a, jr_str(column, "type"))),
                                                      bo_reason(r, json_object_get(column, "reason"))};
    p->columns = list;
    p->columns_n = n;
}

/* A submission is let in only once nothing stops it any more: what is found here has its reason. */
static struct markup findings(struct req *r, const json_t *report)
{
    json_t *none = json_array();
    struct markup m = bo_findings(r, report, none, STR_NONE);
    json_decref(none);
    return m;
}

/* What its rows were joined with; where a licence asks for itself, whether that is met. */
static struct markup joined(struct req *r)
{
    struct err ignored;
    struct str text = req_col(r, CALL_ONE, 0, ONE_UNCOVERED);
    json_t *uncovered = text.n ? jr_parse(text, &ignored) : NULL;
    size_t asks;
    struct markup m = bo_joined(r, CALL_JOINED, STR_NONE, uncovered, &asks);
    json_decref(uncovered);
    return m;
}

static void put_metas(struct req *r, const json_t *metas, struct page_bo_review_one *p)
{
    struct bo_said said[META_HEADINGS + 4];
    struct page_bo_review_one_metas *list = ARENA_ARRAY(r->a, struct page_bo_review_one_metas, META_HEADINGS + 4);
    p->metas_n = bo_headings(r, metas, said);
    for (size_t i = 0; i < p->metas_n; i++)
        list[i] = (struct page_bo_review_one_metas){said[i].label, said[i].value};
    p->metas = list;
    p->missing = bo_missing(r, metas);
}

static void put_articles(struct req *r, struct page_bo_review_one *p)
{
    static const struct {
        const char *value;
        enum text_key key;
    } articles[] = {{"2.3", TEXT_BO_C23}, {"2.4", TEXT_BO_C24}, {"2.5", TEXT_BO_C25}, {"2.6", TEXT_BO_C26}};
    struct page_bo_review_one_articles *list = ARENA_ARRAY(r->a, struct page_bo_review_one_articles, 4);
    for (size_t i = 0; i < 4; i++)
        list[i] = (struct page_bo_review_one_articles){str_of(articles[i].value), page_say(r, articles[i].key),
                                                       str_eq(req_form(r, S("article")), str_of(articles[i].value))};
    p->articles = list;
    p->articles_n = 4;
    p->text = req_form(r, S("message"));
}

static void put_questions(struct req *r, struct page_bo_review_one *p)
{
    struct err ignored;
    json_t *list = jr_parse(req_col(r, 0, 0, ONE_QUESTIONS), &ignored), *row;
    size_t i, n = json_array_size(list);
    struct page_bo_review_one_questions *out = ARENA_ARRAY(r->a, struct page_bo_review_one_questions, n + 1);
    json_array_foreach(list, i, row)
    {
        struct str ended = arena_str(r->a, jr_str(row, "ended"));
        out[i] = (struct page_bo_review_one_questions){
            .asked = day_and_hour(r, arena_str(r->a, jr_str(row, "asked"))), .question = arena_str(r->a, jr_str(row, "question")),
            .answer = arena_str(r->a, jr_str(row, "answer")), .ended = ended.n ? day_and_hour(r, ended) : STR_NONE};
    }
    json_decref(list);
    p->questions = out;
    p->questions_n = n;
    p->question = req_form(r, S("question"));
}

static bool reply_one(struct req *r, struct err *e)
{
    struct err ignored;
    if (req_rows(r, 0) == 0)
        return ERR(e, err_review_unknown, "no row");
    json_t *metas = jr_parse(req_col(r, 0, 0, ONE_METAS), &ignored), *columns = jr_parse(req_col(r, 0, 0, ONE_COLUMNS), &ignored);
    json_t *report = jr_parse(req_col(r, 0, 0, ONE_REPORT), &ignored);
    struct str state = req_col(r, 0, 0, ONE_STATE);
    int64_t left = req_i64(r, 0, 0, ONE_LEFT);
    struct page_bo_review_one p = {
        .csrf = r->who.csrf, .action = arena_printf(r->a, "/backoffice/review/" STR_FMT "/", STR_ARG(r->params[0])),
        .organisation = req_col(r, 0, 0, ONE_ORGANISATION), .submitter = req_col(r, 0, 0, ONE_SUBMITTER),
        .rows = say_count(r->a, r->lang, req_i64(r, 0, 0, ONE_ROWS)), .left = bo_left(r, left), .late = left < 0,
        .deadline = day_and_hour(r, req_col(r, 0, 0, ONE_DEADLINE)), .article = req_col(r, 0, 0, ONE_ARTICLE),
        .message = req_col(r, 0, 0, ONE_MESSAGE), .waiting = str_eq(state, S("submitted")),
        .accepted = str_eq(state, S("accepted")), .refused = str_eq(state, S("refused")),
        .findings = findings(r, report),
        .joined = joined(r),
        .spoiled = bo_warned(report, "warn_exponent") + bo_warned(report, "warn_siret_rounded")};
    p.asked = batch_bool(&r->batch, 0, 0, ONE_ASKED);
    p.late = p.late && !p.asked;
    p.working = p.waiting && !p.asked ? working_left(r, left) : STR_NONE;
    put_questions(r, &p);
    put_metas(r, metas, &p);
    put_columns(r, columns, &p);
    put_articles(r, &p);
    struct str title = arena_str(r->a, jr_str(jr_object(metas, "default"), "title"));
    json_decref(metas);
    json_decref(columns);
    json_decref(report);
    struct buf body = {0};
    page_bo_review_one(&body, r->lang, &p);
    bo_reply(r, bo_status(r), &(struct bo_page){.title = title.n ? title : req_col(r, 0, 0, ONE_DATASET), .nav = BO_REVIEW,
                                                .up = page_say(r, TEXT_BO_REVIEW), .up_url = S("/backoffice/review/")}, &body);
    return true;
}

const struct step bo_review_one[] = {{STEP_DB, ask_one, NULL}, {STEP_REPLY, reply_one, NULL}, {STEP_END, NULL, NULL}};

static bool decide(struct req *r, struct conn *c, struct err *e)
{
    bool accept = str_eq(req_form(r, S("decision")), S("accept"));
    bo_then(r, accept ? S("/backoffice/review/?done=accepted") : S("/backoffice/review/?done=refused"));
    if (accept)
        return review_accept(c, &r->tenant->id, r->params[0], bo_me(r), e);
    return review_refuse(c, &r->tenant->id, r->params[0], req_form(r, S("article")), req_form(r, S("message")), bo_me(r), e);
}

static bool work_decide(struct req *r, struct err *e)
{
    return may_look(r, e) && bo_write(r, decide, e);
}

const struct step bo_review_decide[] = {
    {STEP_WORK, work_decide, NULL}, {STEP_DB, ask_one, NULL}, {STEP_REPLY, reply_one, NULL}, {STEP_END, NULL, NULL},
};

static bool ask_partner(struct req *r, struct conn *c, struct err *e)
{
    bo_then(r, arena_printf(r->a, "/backoffice/review/" STR_FMT "/?done=asked", STR_ARG(r->params[0])));
    return review_clock_ask(c, &r->tenant->id, r->params[0], req_form(r, S("question")), bo_me(r), e);
}

static bool work_ask(struct req *r, struct err *e)
{
    return may_look(r, e) && bo_write(r, ask_partner, e);
}

static bool go_on(struct req *r, struct conn *c, struct err *e)
{
    bo_then(r, arena_printf(r->a, "/backoffice/review/" STR_FMT "/?done=went_on", STR_ARG(r->params[0])));
    return review_clock_go_on(c, &r->tenant->id, r->params[0], bo_me(r), e);
}

static bool work_go_on(struct req *r, struct err *e)
{
    return may_look(r, e) && bo_write(r, go_on, e);
}

const struct step bo_review_ask[] = {
    {STEP_WORK, work_ask, NULL}, {STEP_DB, ask_one, NULL}, {STEP_REPLY, reply_one, NULL}, {STEP_END, NULL, NULL},
};
const struct step bo_review_go_on[] = {
    {STEP_WORK, work_go_on, NULL}, {STEP_DB, ask_one, NULL}, {STEP_REPLY, reply_one, NULL}, {STEP_END, NULL, NULL},
};
