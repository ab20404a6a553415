/*
 * The 48 hours of a submission under a clock that the test sets: reminders at 24, 40 and 47 hours over a week-end and a
 * change of hours, a pause while the partner owes an answer. Times are worked out by hand.
 */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/data/value/moment.h"
#include "core/db/sql.h"
#include "tenants/directory/root.h"
#include "tenants/directory/sql.h"
#include "tenants/directory/tenant.h"
#include "tenants/people/sql.h"
#include "tenants/publishing/errors.h"
#include "tenants/publishing/review_clock.h"
#include "tenants/publishing/sql.h"
#include "tests/db/fixture.h"

static struct conn *owner, *worker;
static struct arena kept;
static struct tenant_row region;
static struct uuid agent, town, other_town;

/* The program's clock shows this from now on. */
static void clock_at(const char *text)
{
    struct moment m;
    char shift[32];
    assert_true(moment_read(str_of(text), &m));
    unsetenv("TERRASSE_CLOCK");
    setenv("TERRASSE_CLOCK", "0", 1);
    clock_init();
    snprintf(shift, sizeof shift, "%+lld", (long long)((m.us - clock_wall_us()) / 1000000 + 1));
    setenv("TERRASSE_CLOCK", shift[0] == '+' ? shift + 1 : shift, 1);
    clock_init();
}

static void fill(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void fill(const char *format, ...)
{
    char sql[1000];
    va_list ap;
    va_start(ap, format);
    vsnprintf(sql, sizeof sql, format, ap);
    va_end(ap);
    db_exec(DB_SUPER, sql);
}

static int setup(void **state)
{
    static const struct stmt_table *const tables[] = {&db_statements, &directory_statements, &people_statements, &publishing_statements};
    struct err e = {0};
    struct uuid root, tenant;
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
        stmt_register(tables[i]);
    sqlstate_register(&review_clock_constraint, 1);
    if (db_setup(state))
        return -1;
    owner = conn_open(db_uri(DB_OWNER), ROLE_OWNER, &e);
    worker = conn_open(db_uri(DB_WORKER), ROLE_WORKER, &e);
    struct root_new new = {.name = S("Région"), .host = S("r.localhost")};
    db_good(conn_begin(owner, NULL, &e) && root_add(owner, &new, &root, &tenant, &e) && conn_commit(owner, &e), &e);
    db_good(tenant_find(owner, &kept, S("r.localhost"), &region, &e), &e);
    agent = uuid_make(), town = uuid_make(), other_town = uuid_make();
    for (int i = 0; i < 2; i++)
        fill("INSERT INTO portal.organisation (tenant_id, id, slug, name) VALUES ('%s', '%s', 'v%d', 'Ville %d')", region.id.text,
             i ? other_town.text : town.text, i, i);
    fill("INSERT INTO portal.account (tenant_id, id, email, name, role, organisation_id) VALUES ('%s', '%s', 'a@v.example', 'A', 'contributor', '%s')",
         region.id.text, agent.text, town.text);
    return 0;
}

static int teardown(void **state)
{
    conn_close(owner);
    conn_close(worker);
    arena_free(&kept);
    return db_teardown(state);
}

/* A submission at that time, with nothing told before. */
static struct uuid submit(const char *id, const char *at)
{
    struct err e = {0};
    struct uuid review = uuid_make(), dataset = uuid_make();
    clock_at(at);
    fill("DELETE FROM portal.mail; DELETE FROM portal.task; DELETE FROM portal.review");
    fill("INSERT INTO portal.dataset (tenant_id, id, dataset_id, uid, identifier, organisation_id, metas) VALUES "
         "('%s', '%s', '%s', 'da_%.6s', '%s', '%s', '{\"default\": {\"title\": \"Jeu %s\"}}')",
         region.id.text, dataset.text, id, dataset.text + 30, id, town.text, id);
    const struct str params[] = {uuid_str(&region.id), uuid_str(&review), uuid_str(&dataset), uuid_str(&town), uuid_str(&agent), clock_now(&kept)};
    db_good(conn_begin(owner, &region.id, &e) && tenant_do(owner, &sql_review_insert, params, &e) && conn_commit(owner, &e), &e);
    return review;
}

/* What the worker says at that time: "24", "24 40" … over all it has said since the submission. */
static const char *told_at(const char *at)
{
    struct err e = {0};
    clock_at(at);
    db_good(conn_begin(worker, &region.id, &e) && review_clock_remind(worker, &region.id, &e) && conn_commit(worker, &e), &e);
    return db_value(DB_SUPER, "SELECT coalesce(string_agg(args ->> 2, ' ' ORDER BY id), '') FROM portal.mail WHERE template = 'review_due' AND recipient = 'editors'");
}

static const char *deadline(void)
{
    return db_value(DB_SUPER, "SELECT to_char(deadline AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') FROM portal.review");
}

/* Friday noon: the hours of the week-end count like others. */
static void a_week_end_gives_no_time(void **state)
{
    (void)state;
    submit("weekend", "2026-11-27T12:00:00Z");
    assert_string_equal(deadline(), "2026-11-29 12:00");
    assert_string_equal(told_at("2026-11-28T11:58:00Z"), "");
    assert_string_equal(told_at("2026-11-28T12:01:00Z"), "24");
    assert_string_equal(told_at("2026-11-28T13:00:00Z"), "24");
    assert_string_equal(told_at("2026-11-29T03:58:00Z"), "24");
    assert_string_equal(told_at("2026-11-29T04:01:00Z"), "24 40");
    assert_string_equal(told_at("2026-11-29T10:58:00Z"), "24 40");
    assert_string_equal(told_at("2026-11-29T11:01:00Z"), "24 40 47");
    assert_string_equal(told_at("2026-11-30T11:01:00Z"), "24 40 47");
    /* Sunday noon: of the last hour nothing lies in office hours. */
    assert_string_equal(db_value(DB_SUPER, "SELECT args ->> 5 FROM portal.mail WHERE args ->> 2 = '47'"), "0 h 00");
    assert_string_equal(db_value(DB_SUPER, "SELECT path FROM portal.mail LIMIT 1"),
                        db_value(DB_SUPER, "SELECT '/backoffice/review/' || id || '/' FROM portal.review"));
}

/* Saturday 28 March 2026, 10:00 in Paris: the night has 23 hours, the deadline is Monday at 11:00 there. */
static void a_change_of_hours_gives_none_and_takes_none(void **state)
{
    (void)state;
    submit("spring", "2026-03-28T09:00:00Z");
    assert_string_equal(db_value(DB_SUPER, "SELECT to_char(deadline AT TIME ZONE 'Europe/Paris', 'HH24:MI') FROM portal.review"), "11:00");
    assert_string_equal(told_at("2026-03-29T08:58:00Z"), "");
    assert_string_equal(told_at("2026-03-29T09:01:00Z"), "24");
    assert_string_equal(db_value(DB_SUPER, "SELECT args ->> 3 FROM portal.mail WHERE args ->> 2 = '24'"), "30/03/2026 11:00");
    /* Of the hours that are left, Monday 9:00 to 11:00 in Paris is working time. */
    assert_string_equal(db_value(DB_SUPER, "SELECT args ->> 5 FROM portal.mail WHERE args ->> 2 = '24'"), "2 h 00");
    submit("autumn", "2026-10-24T09:00:00Z");
    assert_string_equal(db_value(DB_SUPER, "SELECT to_char(deadline AT TIME ZONE 'Europe/Paris', 'HH24:MI') FROM portal.review"), "10:00");
    assert_string_equal(told_at("2026-10-26T01:01:00Z"), "40");
}

static void who_was_away_hears_the_last_reminder_only(void **state)
{
    (void)state;
    submit("away", "2026-11-23T08:00:00Z");
    assert_string_equal(told_at("2026-11-25T07:30:00Z"), "47");
    assert_string_equal(told_at("2026-11-25T07:31:00Z"), "47");
    assert_int_equal(atoi(db_value(DB_SUPER, "SELECT count(*) FROM portal.audit WHERE action = 'review_reminded' AND subject = 'away'")), 1);
}

static bool ask(const struct uuid *review, const char *words, struct err *e)
{
    bool ok = conn_begin(owner, &region.id, e) && review_clock_ask(owner, &region.id, uuid_str(review), str_of(words), STR_NONE, e) && conn_commit(owner, e);
    if (!ok)
        conn_rollback(owner);
    return ok;
}

static bool answer(const struct uuid *review, const struct uuid *who, const char *words, struct err *e)
{
    bool ok = conn_begin(owner, &region.id, e) &&
              review_clock_answer(owner, &region.id, uuid_str(review), who, str_of(words), uuid_str(&agent), e) && conn_commit(owner, e);
    if (!ok)
        conn_rollback(owner);
    return ok;
}

/* Asked after 20 hours, answered 30 hours later: 28 hours were left and are left. */
static void the_clock_stands_while_the_partner_owes_an_answer(void **state)
{
    struct err e = {0};
    (void)state;
    struct uuid review = submit("pause", "2026-11-23T08:00:00Z");
    clock_at("2026-11-24T04:00:00Z");
    db_good(ask(&review, "Quelle est l’année ?", &e), &e);
    assert_false(ask(&review, "Encore ?", &e));
    assert_ptr_equal(e.kind, &err_review_asked);
    assert_string_equal(db_value(DB_SUPER, "SELECT recipient FROM portal.mail WHERE template = 'review_question'"), agent.text);
    assert_string_equal(told_at("2026-11-25T09:00:00Z"), "");
    clock_at("2026-11-25T10:00:00Z");
    e = (struct err){0};
    assert_false(answer(&review, &other_town, "2025", &e));
    assert_ptr_equal(e.kind, &err_review_unknown);
    assert_false(answer(&review, &town, "  ", &e));
    assert_ptr_equal(e.kind, &err_review_question);
    e = (struct err){0};
    db_good(answer(&review, &town, "2025", &e), &e);
    assert_string_equal(deadline(), "2026-11-26 14:00");
    assert_string_equal(db_value(DB_SUPER, "SELECT (args ->> 2) || ' ' || recipient FROM portal.mail WHERE template = 'review_answered'"), "2025 editors");
    assert_false(answer(&review, &town, "2026", &e)); /* once */
    assert_string_equal(told_at("2026-11-25T13:58:00Z"), "");
    assert_string_equal(told_at("2026-11-25T14:01:00Z"), "24");
    assert_string_equal(told_at("2026-11-26T13:01:00Z"), "24 47");
}

static void the_region_can_go_on_without_an_answer(void **state)
{
    struct err e = {0};
    (void)state;
    struct uuid review = submit("resume", "2026-11-23T08:00:00Z");
    clock_at("2026-11-23T09:00:00Z");
    db_good(ask(&review, "Et donc ?", &e), &e);
    clock_at("2026-11-23T11:30:00Z");
    db_good(conn_begin(owner, &region.id, &e) && review_clock_go_on(owner, &region.id, uuid_str(&review), STR_NONE, &e) && conn_commit(owner, &e), &e);
    assert_string_equal(deadline(), "2026-11-25 10:30");
    assert_int_equal(atoi(db_value(DB_SUPER, "SELECT count(*) FROM portal.mail WHERE template = 'review_answered'")), 0);
    db_good(ask(&review, "Une autre ?", &e), &e);
}

/* What was answered is reminded of no more, and asked nothing. */
static void a_decision_ends_the_clock(void **state)
{
    struct err e = {0};
    (void)state;
    struct uuid review = submit("decided", "2026-11-23T08:00:00Z");
    fill("UPDATE portal.review SET state = 'accepted'");
    assert_string_equal(told_at("2026-11-25T07:30:00Z"), "");
    assert_false(ask(&review, "Trop tard ?", &e));
    assert_ptr_equal(e.kind, &err_review_unknown);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_week_end_gives_no_time),
        cmocka_unit_test(a_change_of_hours_gives_none_and_takes_none),
        cmocka_unit_test(who_was_away_hears_the_last_reminder_only),
        cmocka_unit_test(the_clock_stands_while_the_partner_owes_an_answer),
        cmocka_unit_test(the_region_can_go_on_without_an_answer),
        cmocka_unit_test(a_decision_ends_the_clock),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
