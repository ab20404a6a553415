#include "tenants/publishing/review_clock.h"

#include "core/base/clock.h"
#include "tenants/directory/sql.h"
#include "tenants/directory/tenant.h"
#include "tenants/people/mail.h"
#include "tenants/publishing/errors.h"
#include "tenants/publishing/sql.h"
#include "tenants/publishing/working_time.h"

enum { WORDS_MOST = 4000 };

const struct sqlstate_row review_clock_constraint = {NULL, "review_question_one_open", &err_review_asked};

static struct str cell(struct arena *a, const PGresult *r, int column)
{
    return PQgetisnull(r, 0, column) ? STR_NONE : arena_str(a, str_of(PQgetvalue(r, 0, column)));
}

bool review_clock_tell(struct conn *c, struct arena *a, const struct uuid *tenant, struct str review,
                       struct review_told *t, struct err *e)
{
    PGresult *r = conn_ask(c, &sql_review_told, (struct str[]){uuid_str(tenant), review}, e);
    bool there = r && (PQntuples(r) == 1 || ERR(e, err_review_unknown, "no row"));
    if (there)
        *t = (struct review_told){cell(a, r, 0), cell(a, r, 1), cell(a, r, 2), cell(a, r, 3), cell(a, r, 4)};
    PQclear(r);
    return there;
}

static bool one_row(struct conn *c, const struct stmt *s, const struct str *params, struct err *e)
{
    PGresult *r = conn_ask(c, s, params, e);
    bool there = r && (PQntuples(r) == 1 || ERR(e, err_review_unknown, "no row"));
    PQclear(r);
    return there;
}

static bool are_words(struct str *words, struct err *e)
{
    *words = str_trim(*words);
    return (words->n > 0 && words->n <= WORDS_MOST) || ERR(e, err_review_question, "%zu bytes", words->n);
}

static bool is_id(struct str review, struct err *e)
{
    struct uuid id;
    return uuid_parse(review, &id) || ERR(e, err_review_unknown, "not an id");
}

static struct str page_of(struct arena *a, const struct review_told *t)
{
    return arena_printf(a, "/backoffice/datasets/" STR_FMT "/", STR_ARG(t->dataset_id));
}

bool review_clock_ask(struct conn *c, const struct uuid *tenant, struct str review, struct str question,
                      struct str account, struct err *e)
{
    struct arena a = {0};
    struct review_told t;
    struct uuid id = uuid_make();
    bool ok = is_id(review, e) && are_words(&question, e) &&
              one_row(c, &sql_review_ask,
                      (struct str[]){uuid_str(tenant), uuid_str(&id), review, question, account, clock_now(&a)}, e) &&
              review_clock_tell(c, &a, tenant, review, &t, e) &&
              mail_queue(c, tenant, t.submitter, MAIL_review_question, page_of(&a, &t),
                         (struct str[]){t.title, question}, 2, STR_NONE, e) &&
              tenant_audit(c, tenant, account, S("review_asked"), t.dataset_id, STR_NONE, e);
    arena_free(&a);
    return ok;
}

static bool go_on(struct conn *c, const struct uuid *tenant, struct str review, struct str organisation, struct str answer,
                  struct str account, struct err *e)
{
    struct arena a = {0};
    struct review_told t;
    bool ok = is_id(review, e) &&
              one_row(c, &sql_review_go_on,
                      (struct str[]){uuid_str(tenant), review, organisation, answer, account, clock_now(&a)}, e) &&
              review_clock_tell(c, &a, tenant, review, &t, e) &&
              tenant_audit(c, tenant, account, answer.n ? S("review_answered") : S("review_went_on"), t.dataset_id,
                           STR_NONE, e);
    struct str page = arena_printf(&a, "/backoffice/review/" STR_FMT "/", STR_ARG(review));
    ok = ok && (!answer.n || mail_queue(c, tenant, MAIL_TO_EDITORS, MAIL_review_answered, page,
                                        (struct str[]){t.title, t.organisation, answer, t.deadline}, 4, STR_NONE, e));
    arena_free(&a);
    return ok;
}

bool review_clock_answer(struct conn *c, const struct uuid *tenant, struct str review, const struct uuid *organisation,
                         struct str answer, struct str account, struct err *e)
{
    return are_words(&answer, e) && go_on(c, tenant, review, uuid_str(organisation), answer, account, e);
}

bool review_clock_go_on(struct conn *c, const struct uuid *tenant, struct str review, struct str account, struct err *e)
{
    return go_on(c, tenant, review, STR_NONE, STR_NONE, account, e);
}

/* "3 h 20", "dépassé" is said by the text when nothing is left. */
static struct str hours(struct arena *a, int64_t us)
{
    int64_t minutes = us > 0 ? us / 60000000 : 0;
    return arena_printf(a, "%lld h %02lld", (long long)(minutes / 60), (long long)(minutes % 60));
}

static bool remind(struct conn *c, struct arena *a, const struct uuid *tenant, const PGresult *due, int row, struct err *e)
{
    struct str review = str_of(PQgetvalue(due, row, 0)), gone = str_of(PQgetvalue(due, row, 1));
    struct review_told t;
    int64_t left_us = 0, now_us = clock_wall_us();
    str_i64(str_of(PQgetvalue(due, row, 2)), &left_us);
    if (!review_clock_tell(c, a, tenant, review, &t, e))
        return false;
    const struct str args[] = {t.title,    t.organisation,    gone,
                               t.deadline, hours(a, left_us), hours(a, working_time_us(now_us, now_us + left_us))};
    struct str page = arena_printf(a, "/backoffice/review/" STR_FMT "/", STR_ARG(review));
    struct str once = arena_printf(a, "review " STR_FMT " " STR_FMT, STR_ARG(review), STR_ARG(gone));
    struct str detail = arena_printf(a, "{\"hours\": " STR_FMT "}", STR_ARG(gone));
    return mail_queue(c, tenant, MAIL_TO_EDITORS, MAIL_review_due, page, args, 6, once, e) &&
           tenant_audit(c, tenant, STR_NONE, S("review_reminded"), t.dataset_id, detail, e);
}

bool review_clock_remind(struct conn *c, const struct uuid *tenant, struct err *e)
{
    struct arena a = {0};
    PGresult *due = conn_ask(c, &sql_review_due, (struct str[]){uuid_str(tenant), clock_now(&a)}, e);
    bool ok = due != NULL;
    for (int i = 0; ok && i < PQntuples(due); i++)
        ok = remind(c, &a, tenant, due, i, e);
    PQclear(due);
    arena_free(&a);
    return ok;
}

bool review_clock_job(struct job_run *run, struct err *e)
{
    return tenant_each(run, &sql_tenant_roots, review_clock_remind, e);
}
