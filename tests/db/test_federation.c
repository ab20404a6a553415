/*
 * Federation in the database: what is delivered where, once, under a lease; copies that point to the
 * same version; a chain of receipts. Expected values are written here by hand.
 */
#include <libpq-fe.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "federation/claim.h"
#include "federation/compare.h"
#include "federation/deliver.h"
#include "federation/dispatch.h"
#include "federation/receipt.h"
#include "federation/seal.h"
#include "federation/sql.h"
#include "tenants/directory/onboard.h"
#include "tenants/directory/organisation.h"
#include "tenants/directory/root.h"
#include "tenants/people/secret.h"
#include "tenants/publishing/attest.h"
#include "tenants/publishing/check.h"
#include "tenants/publishing/dataset.h"
#include "tenants/publishing/publish.h"
#include "tests/db/fixture.h"

static const char sealing[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG";
static struct conn *owner, *worker;
static struct tenant_row region;
static struct uuid a_tenant, b_tenant;
static struct arena kept;
static volatile sig_atomic_t stop;

static const char metas[] =
    "{\"default\": {\"title\": \"%s\", \"description\": \"Un jeu d’essai.\", \"publisher\": \"Portail A\", \"license\": "
    "\"Licence Ouverte v2.0 (Etalab)\", \"theme\": [\"Régions et villes\"], \"keyword\": [\"essai\"]}, \"dcat\": "
    "{\"accrualperiodicity\": \"Annuelle\", \"spatial\": \"Centre-Val de Loire\", \"granularity\": \"commune\"}}";

static struct uuid add_partner(const char *slug, const char *name)
{
    struct err e = {0};
    struct partner_made made;
    struct partner_new new = {.slug = str_of(slug), .name = str_of(name), .kind = S("commune"), .contact_email = S("contact@v.example")};
    db_good(conn_begin(owner, NULL, &e), &e);
    db_good(partner_add(owner, &kept, &region, &new, &made, &e) && conn_commit(owner, &e), &e);
    return made.tenant;
}

static int setup(void **state)
{
    struct err e = {0};
    struct uuid root, tenant;
    db_setup(state);
    secret_key((const unsigned char *)sealing);
    owner = conn_open(db_uri(DB_OWNER), ROLE_OWNER, &e);
    worker = conn_open(db_uri(DB_WORKER), ROLE_WORKER, &e);
    struct root_new new = {.name = S("Région d’essai"), .host = S("r.example.org"), .lang = S("fr")};
    db_good(conn_begin(owner, NULL, &e) && root_add(owner, &new, &root, &tenant, &e) && conn_commit(owner, &e), &e);
    db_good(tenant_find(owner, &kept, S("r.example.org"), &region, &e), &e);
    a_tenant = add_partner("a", "Portail A");
    b_tenant = add_partner("b", "Portail B");
    return 0;
}

static int teardown(void **state)
{
    conn_close(owner);
    conn_close(worker);
    arena_free(&kept);
    return db_teardown(state);
}

static struct uuid new_version(int rows)
{
    struct uuid v = uuid_make();
    char sql[256];
    snprintf(sql, sizeof sql, "INSERT INTO portal.version (id, columns, rows, bytes, state) VALUES ('%s', "
             "'[{\"name\": \"code\", \"label\": \"Code\", \"type\": \"text\"}]', %d, 100, 'ready')", v.text, rows);
    db_exec(DB_OWNER, sql);
    return v;
}

/* Publishes what stands in a draft with this title and so many rows. */
static void publish(const struct uuid *tenant, const char *id, const char *title, int rows)
{
    struct err e = {0};
    struct publish_done done;
    struct dataset_row d;
    char text[1024];
    snprintf(text, sizeof text, metas, title);
    struct uuid version = new_version(rows), none = {0};
    const struct attest both = {.personal = true, .rights = true};
    json_t *nothing_found = json_object();
    db_good(conn_begin(owner, tenant, &e) && dataset_lock(owner, &kept, tenant, str_of(id), &d, &e) &&
            dataset_draft(owner, tenant, &d.id, str_of(text), STR_NONE, STR_NONE, &e) &&
            dataset_draft_version(owner, tenant, &d.id, &version, STR_NONE, S("replace"), STR_NONE, &e) &&
            check_put(owner, tenant, &version, &none, nothing_found, &e) && attest_put(owner, tenant, str_of(id), &both, &e) &&
            publish_draft(owner, tenant, str_of(id), STR_NONE, &done, &e) && conn_commit(owner, &e), &e);
    json_decref(nothing_found);
}

static void add_dataset(const struct uuid *tenant, const char *id, const char *organisation)
{
    struct err e = {0};
    struct uuid made, producer = {{0}};
    db_good(conn_begin(owner, tenant, &e) && organisation_named(owner, tenant, str_of(organisation), &producer, &e), &e);
    struct dataset_new new = {.dataset_id = str_of(id), .title = str_of(id), .organisation = producer};
    db_good(dataset_add(owner, tenant, &new, &made, &e) && conn_commit(owner, &e), &e);
}

typedef bool verb(struct conn *c, const struct uuid *tenant, struct str id, struct str account, struct err *e);
static void act(verb *v, const struct uuid *tenant, const char *id)
{
    struct err e = {0};
    db_good(conn_begin(owner, tenant, &e) && v(owner, tenant, str_of(id), STR_NONE, &e) && conn_commit(owner, &e), &e);
}

static bool withdraw(struct conn *c, const struct uuid *tenant, struct str id, struct str account, struct err *e)
{
    return publish_withdraw(c, tenant, id, &(struct publish_end){.reason = S("erreur")}, account, e);
}

/* Every job of federation until none has more. */
static void quiesce(void)
{
    job_fn *const jobs[] = {dispatch_events, dispatch_links, deliver_copies};
    bool more = true;
    while (more) {
        more = false;
        for (size_t i = 0; i < 3; i++) {
            struct err e = {0};
            struct job_run run = {.conn = worker, .sealing_key = sealing, .stop = &stop};
            db_good(jobs[i](&run, &e), &e);
            more = more || run.more;
        }
    }
}

static const char *ask(const char *format, ...) __attribute__((format(printf, 1, 2)));
static const char *ask(const char *format, ...)
{
    char sql[512];
    va_list list;
    va_start(list, format);
    vsnprintf(sql, sizeof sql, format, list);
    va_end(list);
    return db_value(DB_SUPER, sql);
}

#define COPIES "SELECT count(*) FROM portal.dataset WHERE NOT is_origin AND dataset_id LIKE '%s%%' AND state = 'published'"

static void link_down(const struct uuid *target, const char *dataset)
{
    char sql[512];
    snprintf(sql, sizeof sql, "INSERT INTO portal.subscription (id, root_id, kind, source_tenant_id, target_tenant_id, dataset_id)"
             " SELECT '%s', '%s', 'downward', '%s', '%s', id FROM portal.dataset WHERE dataset_id = '%s' AND is_origin AND tenant_id = '%s'",
             uuid_make().text, region.root.text, region.id.text, target->text, dataset, region.id.text);
    db_exec(DB_SUPER, sql);
}

static void test_a_partners_open_dataset_appears_on_the_region_once(void **state)
{
    (void)state;
    add_dataset(&a_tenant, "arbres", "Portail A");
    publish(&a_tenant, "arbres", "Arbres", 7);
    quiesce();
    assert_string_equal(ask(COPIES, "arbres"), "0"); /* closed: it never travels */
    act(publish_open, &a_tenant, "arbres");
    quiesce();
    quiesce();
    assert_string_equal(ask(COPIES, "arbres"), "1");
    /* the same rows, the same identifier, its producer, on the region's portal */
    assert_string_equal(ask("SELECT (c.version_id = s.version_id AND c.identifier = s.identifier AND c.metas = s.metas AND"
                            " c.fields = s.fields AND c.tenant_id = '%s' AND c.records = 7 AND c.visibility = 'open')::text"
                            " FROM portal.dataset c JOIN portal.dataset s ON s.id = c.source_id WHERE c.dataset_id = 'arbres'",
                            region.id.text), "true");
    assert_string_equal(ask("SELECT o.name FROM portal.organisation o JOIN portal.dataset d ON d.tenant_id = o.tenant_id"
                            " AND o.id = d.organisation_id WHERE NOT d.is_origin AND d.dataset_id = '%s'", "arbres"), "Portail A");
    assert_string_equal(ask("SELECT count(*) FROM portal.catalogue_search WHERE tenant_id = '%s' AND NOT is_origin AND is_open",
                            region.id.text), "1");
    assert_string_equal(ask("SELECT string_agg(action, ' ' ORDER BY number) FROM portal.receipt%s", ""), "create");
}

static void test_a_change_is_carried_once_and_ten_events_are_one_delivery(void **state)
{
    (void)state;
    char title[16];
    for (int i = 1; i <= 10; i++) {
        snprintf(title, sizeof title, "Arbres %d", i);
        publish(&a_tenant, "arbres", title, 7 + i);
    }
    quiesce();
    assert_string_equal(ask("SELECT metas #>> '{default,title}' FROM portal.dataset WHERE NOT is_origin AND dataset_id = '%s'",
                            "arbres"), "Arbres 10");
    assert_string_equal(ask("SELECT records FROM portal.dataset WHERE NOT is_origin AND dataset_id = '%s'", "arbres"), "17");
    assert_string_equal(ask("SELECT string_agg(action, ' ' ORDER BY number) FROM portal.receipt%s", ""), "create update");
    assert_string_equal(ask("SELECT count(*) FROM portal.outbox WHERE dispatched_at IS NULL%s", ""), "0");
}

static void test_closing_takes_the_copy_back_and_opening_restores_the_same(void **state)
{
    (void)state;
    char before[64], after[64];
    snprintf(before, sizeof before, "%s", ask("SELECT id FROM portal.dataset WHERE NOT is_origin AND dataset_id = '%s'", "arbres"));
    act(publish_close, &a_tenant, "arbres");
    quiesce();
    assert_string_equal(ask(COPIES, "arbres"), "0");
    assert_string_equal(ask("SELECT count(*) FROM portal.catalogue_search WHERE tenant_id = '%s'", region.id.text), "0");
    /* nothing of it is left to read */
    assert_string_equal(ask("SELECT (version_id IS NULL AND metas = '{}' AND fields = '[]')::text FROM portal.dataset"
                            " WHERE NOT is_origin AND dataset_id = '%s'", "arbres"), "true");
    act(publish_open, &a_tenant, "arbres");
    quiesce();
    snprintf(after, sizeof after, "%s", ask("SELECT id FROM portal.dataset WHERE NOT is_origin AND state = 'published' AND dataset_id = '%s'", "arbres"));
    assert_string_equal(after, before);
    assert_string_equal(ask("SELECT string_agg(action, ' ' ORDER BY number) FROM portal.receipt%s", ""),
                        "create update withdraw restore");
}

/* Opened and closed again before any worker looks: nothing may have left. */
static void test_a_dataset_closed_before_its_delivery_never_leaves(void **state)
{
    (void)state;
    add_dataset(&a_tenant, "canari", "Portail A");
    publish(&a_tenant, "canari", "Canari secret", 1);
    act(publish_open, &a_tenant, "canari");
    struct err e = {0};
    struct job_run run = {.conn = worker, .sealing_key = sealing, .stop = &stop};
    db_good(dispatch_events(&run, &e), &e); /* the delivery says "present" … */
    db_exec(DB_SUPER, "UPDATE portal.dataset SET visibility = 'closed', revision = revision + 1 WHERE dataset_id = 'canari'");
    db_good(deliver_copies(&run, &e), &e);  /* … and the source is read again */
    assert_string_equal(ask("SELECT count(*) FROM portal.dataset WHERE NOT is_origin AND dataset_id = '%s'", "canari"), "0");
    assert_string_equal(ask("SELECT count(*) FROM portal.dataset WHERE NOT is_origin AND metas::text LIKE '%%%s%%'", "Canari"), "0");
    act(publish_close, &a_tenant, "canari");
    quiesce();
}

static void test_a_withdrawn_dataset_stays_withdrawn_though_its_row_came_back(void **state)
{
    (void)state;
    add_dataset(&a_tenant, "retire", "Portail A");
    publish(&a_tenant, "retire", "Retiré", 3);
    act(publish_open, &a_tenant, "retire");
    quiesce();
    assert_string_equal(ask(COPIES, "retire"), "1");
    act(withdraw, &a_tenant, "retire");
    quiesce();
    assert_string_equal(ask(COPIES, "retire"), "0");
    /* a backup of before: the row says open, the tombstone is there */
    db_exec(DB_SUPER, "UPDATE portal.dataset SET state = 'published', revision = revision + 1 WHERE dataset_id = 'retire' AND is_origin;"
                      "UPDATE portal.subscription SET seeded_at = NULL");
    quiesce();
    assert_string_equal(ask(COPIES, "retire"), "0");
    db_exec(DB_SUPER, "UPDATE portal.dataset SET state = 'withdrawn' WHERE dataset_id = 'retire' AND is_origin");
}

static void test_a_taken_address_gets_the_sources_name_behind_it(void **state)
{
    (void)state;
    add_dataset(&region.id, "budget", "Région d’essai");
    add_dataset(&b_tenant, "budget", "Portail B");
    publish(&b_tenant, "budget", "Budget de B", 2);
    act(publish_open, &b_tenant, "budget");
    quiesce();
    assert_string_equal(ask("SELECT dataset_id FROM portal.dataset WHERE NOT is_origin AND source_tenant_id = '%s'", b_tenant.text),
                        "budget-b");
}

static void test_a_new_downward_link_brings_what_is_open_already_and_no_copy_goes_on(void **state)
{
    (void)state;
    publish(&region.id, "budget", "Budget de la Région", 5);
    act(publish_open, &region.id, "budget");
    quiesce();
    assert_string_equal(ask("SELECT count(*) FROM portal.dataset WHERE NOT is_origin AND tenant_id = '%s'", a_tenant.text), "0");
    link_down(&a_tenant, "budget");
    quiesce();
    assert_string_equal(ask("SELECT dataset_id || ' ' || records FROM portal.dataset WHERE NOT is_origin AND tenant_id = '%s'", a_tenant.text),
                        "budget 5");
    /* A's upward link does not send the region its own data set back, and B gets nothing */
    assert_string_equal(ask("SELECT count(*) FROM portal.dataset WHERE tenant_id = '%s' AND metas #>> '{default,title}' = 'Budget de la Région'",
                            region.id.text), "1");
    assert_string_equal(ask("SELECT count(*) FROM portal.dataset WHERE NOT is_origin AND tenant_id = '%s'", b_tenant.text), "0");
    assert_string_equal(ask("SELECT count(*) FROM portal.delivery w JOIN portal.dataset d ON d.id = w.dataset_id WHERE NOT d.is_origin%s", ""), "0");
}

static void test_the_end_of_a_link_takes_its_copies_and_a_rest_does_not(void **state)
{
    (void)state;
    static const char copies[] = "SELECT count(*) FROM portal.dataset WHERE NOT is_origin AND state = 'published' AND tenant_id = '%s'";
    db_exec(DB_SUPER, "UPDATE portal.subscription SET state = 'paused', seeded_at = NULL WHERE kind = 'downward'");
    quiesce();
    assert_string_equal(ask(copies, a_tenant.text), "1");
    db_exec(DB_SUPER, "UPDATE portal.subscription SET state = 'ended', seeded_at = NULL WHERE kind = 'downward'");
    quiesce();
    assert_string_equal(ask(copies, a_tenant.text), "0");
    db_exec(DB_SUPER, "UPDATE portal.subscription SET state = 'active', seeded_at = NULL WHERE kind = 'downward'");
    quiesce();
    assert_string_equal(ask(copies, a_tenant.text), "1");
}

/* Somebody removed a copy behind our back: the hourly comparison brings it back. */
static void test_a_lost_copy_is_found_by_the_comparison(void **state)
{
    (void)state;
    db_exec(DB_SUPER, "DELETE FROM portal.dataset WHERE NOT is_origin AND dataset_id = 'arbres'");
    quiesce();
    assert_string_equal(ask(COPIES, "arbres"), "0");
    db_exec(DB_SUPER, "UPDATE portal.subscription SET seeded_at = now() - interval '61 minutes'");
    quiesce();
    assert_string_equal(ask(COPIES, "arbres"), "1");
}

#define COMPARING "SELECT count(*) || ' ' || coalesce(sum(tries), 0) || ' ' || coalesce(bool_or(due_at > now()), false) FROM portal.comparing"

/* Stopped in the middle, the next one goes on at once; one that died is waited for. */
static void test_a_comparison_that_was_stopped_goes_on_at_once(void **state)
{
    (void)state;
    volatile sig_atomic_t stopped = 1;
    struct err e = {0};
    struct job_run run = {.conn = worker, .sealing_key = sealing, .stop = &stopped};
    db_exec(DB_SUPER, "UPDATE portal.subscription SET compared_at = CASE WHEN id = (SELECT subscription_id FROM portal.delivery"
                      " WHERE wanted = 'present' AND state = 'done' LIMIT 1) THEN NULL ELSE now() END");
    db_good(compare_copies(&run, &e), &e);
    assert_string_equal(ask(COMPARING), "1 0 false");
    db_good(compare_copies(&run, &e), &e); /* and stopped again: that is no death */
    assert_string_equal(ask(COMPARING), "1 0 false");
    db_exec(DB_SUPER, "UPDATE portal.comparing SET due_at = now() + interval '1 minute'");
    db_good(compare_copies(&run, &e), &e);
    assert_false(run.more);
    db_exec(DB_SUPER, "UPDATE portal.comparing SET due_at = now()");
    stopped = 0;
    db_good(compare_copies(&run, &e), &e);
    assert_string_equal(ask(COMPARING), "0 0 false");
}

static void add_peer(void)
{
    char sql[512];
    snprintf(sql, sizeof sql, "INSERT INTO portal.peer (id, root_id, name, url) VALUES ('%s', '%s', 'P', 'http://127.0.0.1:1')",
             uuid_make().text, region.root.text);
    db_exec(DB_SUPER, sql);
    snprintf(sql, sizeof sql, "INSERT INTO portal.subscription (id, root_id, kind, source_tenant_id, peer_id) SELECT '%s', '%s',"
             " 'national', '%s', id FROM portal.peer", uuid_make().text, region.root.text, region.id.text);
    db_exec(DB_SUPER, sql);
}

static void dispatch_only(void)
{
    struct err e = {0};
    struct job_run run = {.conn = worker, .sealing_key = sealing, .stop = &stop};
    do {
        db_good(dispatch_links(&run, &e), &e);
    } while (run.more);
    db_good(dispatch_events(&run, &e), &e);
}

static void test_each_open_dataset_goes_to_the_national_portal_once(void **state)
{
    (void)state;
    static const char national[] = "SELECT string_agg(d.dataset_id || ' ' || o.slug || ' ' || d.is_origin, ', ' ORDER BY o.slug, d.dataset_id)"
                           " FROM portal.delivery w JOIN portal.dataset d ON d.id = w.dataset_id JOIN portal.tenant o ON o.id = d.tenant_id"
                           " WHERE w.peer_id IS NOT NULL%s";
    add_peer();
    dispatch_only();
    /* A's trees, B's budget and the region's: origins all three, the copies never */
    assert_string_equal(ask(national, ""), "arbres a true, budget b true, budget region-d-essai true");
    /* B connects its own organisation: what is there already stays where it is, nothing is doubled */
    char sql[512];
    snprintf(sql, sizeof sql, "INSERT INTO portal.subscription (id, root_id, kind, source_tenant_id, peer_id, organisation) SELECT '%s',"
             " '%s', 'national', '%s', id, 'b' FROM portal.peer", uuid_make().text, region.root.text, b_tenant.text);
    db_exec(DB_SUPER, sql);
    add_dataset(&b_tenant, "ecoles", "Portail B");
    publish(&b_tenant, "ecoles", "Écoles", 2);
    act(publish_open, &b_tenant, "ecoles");
    dispatch_only();
    assert_string_equal(ask(national, ""), "arbres a true, budget b true, ecoles b true, budget region-d-essai true");
    assert_string_equal(ask("SELECT s.organisation FROM portal.delivery w JOIN portal.subscription s ON s.id = w.subscription_id"
                            " JOIN portal.dataset d ON d.id = w.dataset_id WHERE w.peer_id IS NOT NULL AND d.dataset_id = '%s'", "ecoles"), "b");
    /* a portal that is not shown on the region's does not go through the region's link */
    snprintf(sql, sizeof sql, "UPDATE portal.subscription SET state = 'paused' WHERE kind = 'upward' AND source_tenant_id = '%s'", a_tenant.text);
    db_exec(DB_SUPER, sql);
    add_dataset(&a_tenant, "voirie", "Portail A");
    publish(&a_tenant, "voirie", "Voirie", 2);
    act(publish_open, &a_tenant, "voirie");
    dispatch_only();
    assert_string_equal(ask(national, ""), "arbres a true, budget b true, ecoles b true, budget region-d-essai true");
    snprintf(sql, sizeof sql, "UPDATE portal.subscription SET state = 'active', seeded_at = NULL WHERE source_tenant_id = '%s'", a_tenant.text);
    db_exec(DB_SUPER, sql);
    quiesce();
}

static void test_what_is_taken_back_is_claimed_first(void **state)
{
    (void)state;
    struct err e = {0};
    struct claim k;
    struct arena a = {0};
    bool there;
    db_exec(DB_SUPER, "UPDATE portal.delivery SET state = 'queued', run_at = now() - interval '1 hour' WHERE peer_id IS NULL AND wanted = 'present'");
    act(publish_close, &b_tenant, "ecoles");
    dispatch_only();
    db_good(claim_take(worker, &a, CLAIM_COPY, &k, &there, &e), &e);
    assert_true(there);
    assert_string_equal(k.wanted.p, "absent");
    db_exec(DB_SUPER, "UPDATE portal.delivery SET lease_until = NULL, lease_token = NULL");
    arena_free(&a);
    quiesce();
}

/* One call at a time for each peer, whichever delivery it is. */
static void test_a_peer_is_claimed_by_one_at_a_time(void **state)
{
    (void)state;
    struct err e = {0};
    struct claim first, second;
    struct arena a = {0};
    bool there;
    db_good(claim_take(worker, &a, CLAIM_NATIONAL, &first, &there, &e), &e);
    assert_true(there);
    db_good(claim_take(worker, &a, CLAIM_NATIONAL, &second, &there, &e), &e);
    assert_false(there);
    db_exec(DB_SUPER, "UPDATE portal.peer SET busy_until = NULL");
    db_good(claim_take(worker, &a, CLAIM_NATIONAL, &second, &there, &e), &e);
    assert_true(there);
    assert_false(str_eq(uuid_str(&first.dataset), uuid_str(&second.dataset)));
    db_exec(DB_SUPER, "UPDATE portal.peer SET busy_until = NULL, open_after = now() + interval '1 minute'");
    db_good(claim_take(worker, &a, CLAIM_NATIONAL, &second, &there, &e), &e);
    assert_false(there); /* the breaker is open */
    db_exec(DB_SUPER, "UPDATE portal.delivery SET lease_until = NULL, lease_token = NULL; UPDATE portal.peer SET open_after = NULL");
    arena_free(&a);
}

/* A worker of its own that takes everything there is, then ends. */
static pid_t start_worker(void)
{
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    struct err e = {0};
    struct conn *c = conn_open(db_uri(DB_WORKER), ROLE_WORKER, &e);
    struct job_run run = {.conn = c, .sealing_key = sealing, .stop = &stop};
    bool ok = c != NULL;
    do
        ok = ok && deliver_copies(&run, &e);
    while (ok && run.more);
    _exit(ok ? 0 : 1);
}

static void test_two_workers_make_each_copy_once(void **state)
{
    (void)state;
    char id[16];
    for (int i = 0; i < 20; i++) {
        snprintf(id, sizeof id, "lot-%02d", i);
        add_dataset(&a_tenant, id, "Portail A");
        publish(&a_tenant, id, id, 1);
        act(publish_open, &a_tenant, id);
    }
    dispatch_only();
    pid_t pids[] = {start_worker(), start_worker()};
    for (size_t i = 0; i < 2; i++) {
        int status = 1;
        waitpid(pids[i], &status, 0);
        assert_int_equal(status, 0);
    }
    assert_string_equal(ask(COPIES, "lot-"), "20");
    assert_string_equal(ask("SELECT count(*) || ' ' || count(DISTINCT dataset_id) FROM portal.receipt WHERE action = 'create'"
                            " AND dataset_id IN (SELECT id FROM portal.dataset WHERE dataset_id LIKE '%s%%')", "lot-"), "20 20");
}

/* A transaction of somebody else that is not over, and a worker that waits for it until the end. */
static void deliver_behind(const char *change)
{
    int status = 1;
    PGconn *other = PQconnectdb(db_uri(DB_SUPER));
    PQclear(PQexec(other, "BEGIN"));
    PGresult *r = PQexec(other, change);
    assert_int_equal(PQresultStatus(r), PGRES_COMMAND_OK);
    PQclear(r);
    pid_t pid = start_worker();
    assert_true(db_until(DB_SUPER, "SELECT count(*) FROM pg_locks WHERE NOT granted", "1", 20000));
    PQclear(PQexec(other, "COMMIT"));
    PQfinish(other);
    waitpid(pid, &status, 0);
    assert_int_equal(status, 0);
}

/* The new revision came with the files of the old one, passed for done, and the copy never showed the file. */
static void test_a_delivery_that_waited_for_a_change_sees_all_of_it(void **state)
{
    (void)state;
    add_dataset(&a_tenant, "plans", "Portail A");
    publish(&a_tenant, "plans", "Plans", 1);
    act(publish_open, &a_tenant, "plans");
    quiesce();
    db_exec(DB_SUPER, "UPDATE portal.delivery SET state = 'queued', run_at = now() WHERE dataset_id ="
                      " (SELECT id FROM portal.dataset WHERE dataset_id = 'plans' AND is_origin)");
    deliver_behind("UPDATE portal.dataset SET revision = revision + 1 WHERE dataset_id = 'plans' AND is_origin;"
                   " INSERT INTO portal.content (tenant_id, hash, blob, size_bytes) SELECT tenant_id, repeat('a', 64), 'a', 1"
                   " FROM portal.dataset WHERE dataset_id = 'plans' AND is_origin;"
                   " INSERT INTO portal.attachment (tenant_id, dataset_id, kind, id, title, file_name, mimetype, size_bytes, hash)"
                   " SELECT tenant_id, id, 'attachment', 'plan_pdf', 'Plan', 'plan.pdf', 'application/pdf', 1, repeat('a', 64)"
                   " FROM portal.dataset WHERE dataset_id = 'plans' AND is_origin");
    assert_string_equal(ask("SELECT origin_files::text FROM portal.dataset WHERE dataset_id = '%s' AND NOT is_origin", "plans"), "true");
}

/* P7: a worker stopped past its lease wakes up; another has done its work meanwhile. */
static void test_a_worker_that_slept_past_its_lease_writes_nothing(void **state)
{
    (void)state;
    int ready[2], go[2];
    char byte;
    publish(&a_tenant, "lot-00", "Lot zéro", 42);
    dispatch_only();
    assert_int_equal(pipe(ready), 0);
    assert_int_equal(pipe(go), 0);
    pid_t zombie = fork();
    if (zombie == 0) {
        struct err e = {0};
        struct arena a = {0};
        struct claim k;
        bool there = false;
        struct conn *c = conn_open(db_uri(DB_WORKER), ROLE_WORKER, &e);
        if (!c || !claim_take(c, &a, CLAIM_COPY, &k, &there, &e) || !there || write(ready[1], "x", 1) != 1 || read(go[0], &byte, 1) != 1)
            _exit(2);
        struct claim_end end = {.is_present = true, .revision = 999, .fingerprint = S("zombie")};
        bool renewed = claim_renew(c, &k, &e), wrote = claim_done(c, &k, &end, &e);
        _exit(renewed || wrote ? 1 : 0);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    kill(zombie, SIGSTOP);
    quiesce(); /* while the lease lasts nobody takes it over */
    assert_string_equal(ask("SELECT records FROM portal.dataset WHERE NOT is_origin AND dataset_id = '%s'", "lot-00"), "1");
    db_exec(DB_SUPER, "UPDATE portal.delivery SET lease_until = now() - interval '1 second' WHERE lease_token IS NOT NULL");
    quiesce();
    assert_string_equal(ask("SELECT records FROM portal.dataset WHERE NOT is_origin AND dataset_id = '%s'", "lot-00"), "42");
    kill(zombie, SIGCONT);
    assert_int_equal(write(go[1], "x", 1), 1);
    int status = 1;
    waitpid(zombie, &status, 0);
    assert_int_equal(status, 0);
    assert_string_equal(ask("SELECT count(*) FROM portal.delivery WHERE fingerprint = '%s' OR revision = 999", "zombie"), "0");
}

/* What our own database refuses at this moment (here a producer's name that is another's address) is tried
 * again a few times before people are asked. */
static void test_a_collision_is_tried_again_before_it_is_put_aside(void **state)
{
    (void)state;
    static const char of[] = "SELECT %s FROM portal.delivery WHERE dataset_id = (SELECT id FROM portal.dataset WHERE dataset_id = 'heurt')"
                             " AND subscription_id IN (SELECT id FROM portal.subscription WHERE kind = 'upward')";
    char sql[256];
    snprintf(sql, sizeof sql, "INSERT INTO portal.organisation (tenant_id, id, slug, name) VALUES ('%s', gen_random_uuid(),"
             " 'eco-quartier', 'Eco/Quartier')", region.id.text);
    db_exec(DB_SUPER, sql);
    add_dataset(&b_tenant, "heurt", "Éco-Quartier");
    publish(&b_tenant, "heurt", "Heurt", 1);
    act(publish_open, &b_tenant, "heurt");
    quiesce();
    assert_string_equal(ask(of, "state || ' ' || attempts"), "waiting 1");
    db_exec(DB_SUPER, "UPDATE portal.delivery SET attempts = 5, run_at = now() WHERE state = 'waiting'");
    quiesce();
    assert_string_equal(ask(of, "state || ' ' || (error ->> 'code')"), "parked conflict");
}

static const char *verdict_of(int64_t *broken)
{
    struct err e = {0};
    unsigned char public[SEAL_PUBLIC];
    struct receipt_verdict v;
    db_good(seal_public(sealing, public, &e), &e);
    PGresult *r = conn_ask(worker, &sql_receipt_heads, NULL, &e);
    int64_t number = 0;
    assert_true(r && PQntuples(r) == 1 && str_i64(str_of(PQgetvalue(r, 0, 2)), &number));
    db_good(receipt_verify(worker, public, str_of(PQgetvalue(r, 0, 0)), number, str_of(PQgetvalue(r, 0, 3)), &v, &e), &e);
    PQclear(r);
    *broken = v.broken;
    return v.fault ? v.fault : "whole";
}

static void test_a_changed_missing_or_cut_receipt_breaks_the_chain(void **state)
{
    (void)state;
    static const struct {
        const char *spoil, *fault;
        int64_t at; /* -1: behind the last */
    } rows[] = {
        {"UPDATE portal.receipt SET target_id = 'x' WHERE number = 3", "hash", 3},
        {"UPDATE portal.receipt SET detail = '{\"a\": 1}' WHERE number = 2", "hash", 2},
        {"UPDATE portal.receipt SET signature = decode(repeat('00', 64), 'hex') WHERE number = 4", "signature", 4},
        {"DELETE FROM portal.receipt WHERE number = 5", "gap", 5},
        {"DELETE FROM portal.receipt WHERE number = (SELECT max(number) FROM portal.receipt)", "head", -1},
    };
    int64_t broken, last;
    assert_string_equal(verdict_of(&broken), "whole");
    str_i64(str_of(ask("SELECT max(number) FROM portal.receipt%s", "")), &last);
    assert_true(last > 20);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        db_exec(DB_SUPER, "CREATE TABLE test.kept AS SELECT * FROM portal.receipt");
        db_exec(DB_SUPER, rows[i].spoil);
        assert_string_equal(verdict_of(&broken), rows[i].fault);
        assert_int_equal(broken, rows[i].at < 0 ? last : rows[i].at);
        db_exec(DB_SUPER, "DELETE FROM portal.receipt; INSERT INTO portal.receipt SELECT * FROM test.kept; DROP TABLE test.kept");
    }
    assert_string_equal(verdict_of(&broken), "whole");
}

static void test_the_worker_may_not_change_a_receipt(void **state)
{
    (void)state;
    assert_string_equal(ask("SELECT has_table_privilege('terrasse_worker', 'portal.receipt', 'UPDATE') OR"
                            " has_table_privilege('terrasse_worker', 'portal.receipt', 'DELETE')%s", ""), "f");
}

static void test_a_sealed_key_opens_with_its_home_alone(void **state)
{
    (void)state;
    struct err e = {0};
    struct arena a = {0};
    struct str secret = STR_NONE, sealed = seal_close(&a, sealing, S("udata_secret"));
    assert_true(str_find(sealed, S("udata")) < 0);
    assert_true(seal_open(&a, sealing, sealed, S("P"), &secret, &e));
    assert_true(str_eq(secret, S("udata_secret")));
    assert_false(seal_open(&a, "another home's key", sealed, S("P"), &secret, &e));
    assert_false(seal_open(&a, NULL, sealed, S("P"), &secret, &e));
    assert_false(seal_open(&a, sealing, S("\\x00"), S("P"), &secret, &e));
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_partners_open_dataset_appears_on_the_region_once),
        cmocka_unit_test(test_a_change_is_carried_once_and_ten_events_are_one_delivery),
        cmocka_unit_test(test_closing_takes_the_copy_back_and_opening_restores_the_same),
        cmocka_unit_test(test_a_dataset_closed_before_its_delivery_never_leaves),
        cmocka_unit_test(test_a_withdrawn_dataset_stays_withdrawn_though_its_row_came_back),
        cmocka_unit_test(test_a_taken_address_gets_the_sources_name_behind_it),
        cmocka_unit_test(test_a_new_downward_link_brings_what_is_open_already_and_no_copy_goes_on),
        cmocka_unit_test(test_the_end_of_a_link_takes_its_copies_and_a_rest_does_not),
        cmocka_unit_test(test_a_lost_copy_is_found_by_the_comparison),
        cmocka_unit_test(test_a_comparison_that_was_stopped_goes_on_at_once),
        cmocka_unit_test(test_each_open_dataset_goes_to_the_national_portal_once),
        cmocka_unit_test(test_what_is_taken_back_is_claimed_first),
        cmocka_unit_test(test_a_peer_is_claimed_by_one_at_a_time),
        cmocka_unit_test(test_two_workers_make_each_copy_once),
        cmocka_unit_test(test_a_delivery_that_waited_for_a_change_sees_all_of_it),
        cmocka_unit_test(test_a_worker_that_slept_past_its_lease_writes_nothing),
        cmocka_unit_test(test_a_collision_is_tried_again_before_it_is_put_aside),
        cmocka_unit_test(test_a_changed_missing_or_cut_receipt_breaks_the_chain),
        cmocka_unit_test(test_the_worker_may_not_change_a_receipt),
        cmocka_unit_test(test_a_sealed_key_opens_with_its_home_alone),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
