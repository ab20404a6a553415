/* The publishing transaction, the worker killed at each of its steps, the sweeper. */
#include "tests/db/fixture.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/jr.h"
#include "core/data/intake/read_main.h"
#include "core/db/sql.h"
#include "core/io/blob.h"
#include "core/io/errors.h"
#include "tenants/directory/root.h"
#include "tenants/directory/sql.h"
#include "tenants/people/account.h"
#include "tenants/people/sql.h"
#include "tenants/publishing/attest.h"
#include "tenants/publishing/dataset.h"
#include "tenants/publishing/errors.h"
#include "tenants/publishing/import.h"
#include "tenants/publishing/meta.h"
#include "tenants/publishing/publish.h"
#include "tenants/publishing/review.h"
#include "tenants/publishing/subtract.h"
#include "tenants/publishing/sql.h"
#include "tenants/publishing/sweep.h"
#include "tenants/publishing/text_index.h"
#include "tenants/publishing/upload.h"
#include "tenants/quota/sql.h"

static struct tenant_row portal;
static char folder[64];

static const char complete[] =
    "{\"default\":{\"title\":\"Arbres\",\"description\":\"Les arbres\",\"publisher\":\"Ville\",\"license\":\"Licence Ouverte v2.0 (Etalab)\","
    "\"theme\":[\"Environnement\"],\"keyword\":[\"arbre\"]},"
    "\"dcat\":{\"accrualperiodicity\":\"Annuelle\",\"spatial\":\"Tours\",\"granularity\":\"commune\"}}";

static struct conn *open_as(enum db_user user, enum stmt_role role)
{
    struct err e = {0};
    struct conn *c = conn_open(db_uri(user), role, &e);
    db_good(c != NULL, &e);
    return c;
}

static int setup(void **state)
{
    static const struct stmt_table *const tables[] = {&db_statements, &directory_statements, &people_statements,
                                                      &quota_statements, &publishing_statements};
    struct err e = {0};
    struct arena a = {0};
    struct uuid root, tenant;
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
        stmt_register(tables[i]);
    if (db_setup(state))
        return -1;
    struct conn *c = open_as(DB_OWNER, ROLE_OWNER);
    struct root_new new = {.name = S("Région"), .host = S("r.localhost")};
    db_good(conn_begin(c, NULL, &e) && root_add(c, &new, &root, &tenant, &e) && conn_commit(c, &e), &e);
    static struct arena kept;
    db_good(tenant_find(c, &kept, S("r.localhost"), &portal, &e), &e);
    conn_close(c);
    strcpy(folder, "/tmp/terrasse-pubXXXXXX");
    assert_non_null(mkdtemp(folder));
    blob_store(folder);
    arena_free(&a);
    return 0;
}

static int teardown(void **state)
{
    char command[96];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    assert_int_equal(system(command), 0);
    return db_teardown(state);
}

static int file_of(struct str text)
{
    int fd = memfd_create("file", MFD_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text.p, text.n), (ssize_t)text.n);
    return fd;
}

/* One file into one dataset; false: *e says why. */
static bool import(const char *id, const char *text, const char *metas, bool publish, struct err *e)
{
    struct import_done done;
    struct arena a = {0};
    struct str meta_text = metas ? arena_printf(&a, "{\"visibility\":\"closed\",\"metas\":%s}", metas) : STR_NONE;
    json_t *meta = metas ? jr_parse(meta_text, e) : NULL;
    int fd = file_of(str_of(text));
    struct import_ask ask = {.fd = fd, .size_bytes = strlen(text), .dataset_id = str_of(id), .file_name = S("f.csv"),
                             .meta = meta, .publish = publish};
    struct conn *c = open_as(DB_WORKER, ROLE_WORKER);
    bool ok = import_file(c, &portal, &ask, &done, e);
    if (ok)
        import_free(&done);
    conn_close(c);
    close(fd);
    json_decref(meta);
    arena_free(&a);
    return ok;
}

static void must_import(const char *id, const char *text, bool publish)
{
    struct err e = {0};
    db_good(import(id, text, complete, publish, &e), &e);
}

static const char *ask(const char *sql)
{
    return db_value(DB_SUPER, sql);
}

/* A dataset's column, as text. */
static const char *of(const char *id, const char *what)
{
    char sql[400];
    snprintf(sql, sizeof sql, "SELECT (%s)::text FROM portal.dataset AS d WHERE dataset_id = '%s'", what, id);
    return ask(sql);
}

static bool publish_in(struct conn *c, const char *id, struct err *e)
{
    struct publish_done done;
    const struct attest both = {.personal = true, .rights = true};
    return attest_put(c, &portal.id, str_of(id), &both, e) && publish_draft(c, &portal.id, str_of(id), STR_NONE, &done, e);
}

static bool publish(const char *id, struct err *e)
{
    struct conn *c = open_as(DB_WORKER, ROLE_WORKER);
    bool ok = conn_begin(c, &portal.id, e) && publish_in(c, id, e) && conn_commit(c, e);
    conn_close(c);
    return ok;
}

static void describe(const char *id, struct str metas)
{
    struct err e = {0};
    struct arena a = {0};
    struct dataset_row d;
    struct conn *c = open_as(DB_WORKER, ROLE_WORKER);
    db_good(conn_begin(c, &portal.id, &e) && dataset_lock(c, &a, &portal.id, str_of(id), &d, &e) &&
                dataset_draft(c, &portal.id, &d.id, metas, STR_NONE, STR_NONE, &e) && conn_commit(c, &e), &e);
    conn_close(c);
    arena_free(&a);
}

static void test_gate_names_each_missing_heading(void **state)
{
    (void)state;
    static const struct {
        const char *block, *key, *word;
    } rows[] = {
        {"default", "title", "titre"}, {"default", "publisher", "organisation"}, {"default", "description", "description"},
        {"default", "license", "licence"}, {"default", "theme", "thématiques"}, {"default", "keyword", "mots-clés"},
        {"dcat", "accrualperiodicity", "fréquence"}, {"dcat", "spatial", "couverture géographique"},
        {"dcat", "granularity", "granularité"},
    };
    must_import("porte", "a;b\n1;x\n", false);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct err e = {0};
        json_t *metas = jr_parse(str_of(complete), &e);
        json_object_del(json_object_get(metas, rows[i].block), rows[i].key);
        char *text = json_dumps(metas, JSON_COMPACT);
        describe("porte", str_of(text));
        assert_false(publish("porte", &e));
        assert_ptr_equal(e.kind, &err_metadata_missing);
        assert_string_equal(e.arg[0], rows[i].word);
        free(text);
        json_decref(metas);
    }
    /* The tenth, dates, is never missing: the system sets what is left out. */
    struct err e = {0};
    describe("porte", str_of(complete));
    db_good(publish("porte", &e), &e);
    assert_string_equal(of("porte", "published_at IS NOT NULL AND data_processed IS NOT NULL"), "true");
}

static void test_published_closed_with_catalogue_row_and_no_outbox(void **state)
{
    (void)state;
    struct err e = {0};
    must_import("ferme", "a;b\n1;x\n2;y\n", false);
    assert_string_equal(of("ferme", "state || visibility"), "draftclosed");
    db_good(publish("ferme", &e), &e);
    assert_string_equal(of("ferme", "state || visibility || records || ' ' || raw_bytes"), "publishedclosed2 12"); /* a,b 1,x 2,y */
    assert_string_equal(ask("SELECT is_open || title || records_count FROM portal.catalogue_search WHERE dataset_id = 'ferme'"), "falseArbres2");
    assert_string_equal(ask("SELECT count(*) FROM portal.outbox o JOIN portal.dataset d ON d.id = o.dataset_id WHERE d.dataset_id = 'ferme'"), "0");
    struct conn *c = open_as(DB_WORKER, ROLE_WORKER);
    db_good(conn_begin(c, &portal.id, &e) && publish_open(c, &portal.id, S("ferme"), STR_NONE, &e) && conn_commit(c, &e), &e);
    conn_close(c);
    assert_string_equal(ask("SELECT is_open FROM portal.catalogue_search WHERE dataset_id = 'ferme'"), "t");
    assert_string_equal(ask("SELECT string_agg(kind || o.revision, ',') FROM portal.outbox o JOIN portal.dataset d ON d.id = o.dataset_id WHERE d.dataset_id = 'ferme'"), "published3");
    assert_string_equal(ask("SELECT count(*) FROM portal.draft dr JOIN portal.dataset d ON d.id = dr.dataset_id WHERE d.dataset_id = 'ferme'"), "0");
}

static void test_pointer_flips_at_commit(void **state)
{
    (void)state;
    struct err e = {0};
    must_import("bascule", "a;b\n1;x\n", true);
    char before[64], generation[32];
    snprintf(before, sizeof before, "%s", of("bascule", "version_id || ' ' || records || ' ' || revision"));
    snprintf(generation, sizeof generation, "%s", ask("SELECT generation FROM portal.tenant WHERE slug IS NOT NULL LIMIT 1"));
    must_import("bascule", "a;b\n1;x\n2;y\n3;z\n", false);
    struct conn *c = open_as(DB_WORKER, ROLE_WORKER);
    db_good(conn_begin(c, &portal.id, &e) && publish_in(c, "bascule", &e), &e);
    assert_string_equal(of("bascule", "version_id || ' ' || records || ' ' || revision"), before);
    assert_string_equal(ask("SELECT generation FROM portal.tenant LIMIT 1"), generation);
    db_good(conn_commit(c, &e), &e);
    conn_close(c);
    assert_string_equal(of("bascule", "records || ' ' || revision"), "3 3");
    assert_string_equal(of("bascule", "(SELECT count(*) FROM portal.dataset_version v WHERE v.dataset_id = d.id)"), "2");
    assert_string_equal(of("bascule", "version_id = (SELECT version_id FROM portal.dataset_version v WHERE v.dataset_id = d.id AND number = 2)"), "true");
}

struct race {
    struct conn *c;
    const char *id;
    bool ok, saw_draft;
    struct err e;
};

static void *run_race(void *context)
{
    struct race *r = context;
    r->ok = conn_begin(r->c, &portal.id, &r->e) && publish_in(r->c, r->id, &r->e) && conn_commit(r->c, &r->e);
    if (!r->ok)
        conn_rollback(r->c);
    return NULL;
}

/* Five rows are left; two publications of three rows at once: one waits, counts, and is refused. */
static void test_pool_edge_under_two_publications(void **state)
{
    (void)state;
    char sql[128];
    must_import("bord1", "a;b\n1;x\n2;y\n3;z\n", false);
    must_import("bord2", "a;b\n1;x\n2;y\n3;z\n", false);
    snprintf(sql, sizeof sql, "UPDATE portal.pool SET records = 5 + (SELECT sum(records) FROM portal.dataset WHERE state = 'published')");
    db_exec(DB_SUPER, sql);
    struct err e = {0};
    struct conn *first = open_as(DB_WORKER, ROLE_WORKER);
    struct race second = {.c = open_as(DB_WORKER, ROLE_WORKER), .id = "bord2"};
    pthread_t thread;
    db_good(conn_begin(first, &portal.id, &e) && publish_in(first, "bord1", &e), &e);
    assert_int_equal(pthread_create(&thread, NULL, run_race, &second), 0);
    assert_true(db_until(DB_SUPER, "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'", "1", 5000));
    db_good(conn_commit(first, &e), &e);
    pthread_join(thread, NULL);
    assert_false(second.ok);
    assert_ptr_equal(second.e.kind, &err_quota_records);
    assert_string_equal(second.e.arg[0], "1"); /* three rows where two are left */
    assert_string_equal(of("bord1", "state"), "published");
    assert_string_equal(of("bord2", "state"), "draft");
    conn_close(first);
    conn_close(second.c);
    db_exec(DB_SUPER, "UPDATE portal.pool SET records = 20000000");
}

static void *run_lock(void *context)
{
    struct race *r = context;
    struct arena a = {0};
    struct dataset_row d = {0};
    r->ok = conn_begin(r->c, &portal.id, &r->e) && dataset_lock(r->c, &a, &portal.id, str_of(r->id), &d, &r->e) && conn_commit(r->c, &r->e);
    r->saw_draft = d.has_draft;
    arena_free(&a);
    return NULL;
}

/* The draft of before the wait was given with the dataset of after it, and could be published a second time. */
static void test_whoever_waited_for_a_publication_sees_no_draft_any_more(void **state)
{
    (void)state;
    must_import("attente", "a;b\n1;x\n", false);
    struct err e = {0};
    struct conn *first = open_as(DB_WORKER, ROLE_WORKER);
    struct race second = {.c = open_as(DB_WORKER, ROLE_WORKER), .id = "attente"};
    pthread_t thread;
    db_good(conn_begin(first, &portal.id, &e) && publish_in(first, "attente", &e), &e);
    assert_int_equal(pthread_create(&thread, NULL, run_lock, &second), 0);
    assert_true(db_until(DB_SUPER, "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'", "1", 5000));
    db_good(conn_commit(first, &e), &e);
    pthread_join(thread, NULL);
    db_good(second.ok, &second.e);
    assert_false(second.saw_draft);
    conn_close(first);
    conn_close(second.c);
}

/* One UPDATE withdraws every copy, on every portal; publishing again brings the rows back. */
static void test_withdrawing_freezes_the_version_for_everybody(void **state)
{
    (void)state;
    static const char version[] = "SELECT v.state FROM portal.version v JOIN portal.dataset d ON d.version_id = v.id WHERE d.dataset_id = 'gel'";
    struct err e = {0};
    struct publish_done done;
    db_good(import("gel", "a;b\n1;2\n", complete, true, &e), &e);
    assert_string_equal(db_value(DB_SUPER, version), "ready");
    db_exec(DB_SUPER, "UPDATE portal.tenant SET generation = 7");
    struct conn *c = open_as(DB_WEB, ROLE_WEB);
    db_good(conn_begin(c, &portal.id, &e) && publish_withdraw(c, &portal.id, S("gel"), &(struct publish_end){.reason = S("erreur")}, STR_NONE, &e) &&
                conn_commit(c, &e), &e);
    assert_string_equal(db_value(DB_SUPER, version), "frozen");
    assert_string_equal(db_value(DB_SUPER, "SELECT min(generation) > 7 FROM portal.tenant"), "t");
    struct uuid dataset;
    assert_true(uuid_parse(str_of(db_value(DB_SUPER, "SELECT id FROM portal.dataset WHERE dataset_id = 'gel'")), &dataset));
    db_good(conn_begin(c, &portal.id, &e) && dataset_draft(c, &portal.id, &dataset, str_of(complete), STR_NONE, STR_NONE, &e) &&
                publish_draft(c, &portal.id, S("gel"), STR_NONE, &done, &e) && conn_commit(c, &e), &e);
    assert_string_equal(db_value(DB_SUPER, version), "ready");
    conn_close(c);
}

static void test_copies_are_not_charged(void **state)
{
    (void)state;
    struct err e = {0};
    must_import("charge", "a;b\n1;x\n", true);
    char before[64];
    snprintf(before, sizeof before, "%s", ask("SELECT records FROM portal.stock"));
    db_exec(DB_SUPER, "INSERT INTO portal.dataset (tenant_id, id, dataset_id, uid, identifier, organisation_id, state, is_origin,"
                      " source_tenant_id, source_id, version_id, records) SELECT tenant_id, gen_random_uuid(), 'copie', 'da_copie1', 'x',"
                      " organisation_id, 'published', false, tenant_id, id, version_id, 1000 FROM portal.dataset WHERE dataset_id = 'charge'");
    must_import("charge", "a;b\n1;x\n2;y\n", false);
    db_good(publish("charge", &e), &e);
    char sql[96];
    snprintf(sql, sizeof sql, "SELECT records - %s FROM portal.stock", before);
    assert_string_equal(ask(sql), "1"); /* one row more, not a thousand and one */
    db_exec(DB_SUPER, "DELETE FROM portal.dataset WHERE dataset_id = 'copie'");
}

static void test_update_bytes_are_asked_before_a_row_is_loaded(void **state)
{
    (void)state;
    struct err e = {0};
    db_exec(DB_SUPER, "UPDATE portal.pool SET update_bytes_day = 10 + (SELECT coalesce(sum(bytes), 0) FROM portal.usage_update)");
    assert_false(import("jour", "a;b\n1;x\n2;y\n", complete, true, &e)); /* 12 bytes */
    assert_ptr_equal(e.kind, &err_quota_update);
    assert_string_equal(e.arg[0], "12");
    assert_string_equal(e.arg[1], "10");
    assert_true(import("jour", "a;b\n1;x\n", complete, true, &e)); /* 8 bytes */
    db_exec(DB_SUPER, "UPDATE portal.pool SET update_bytes_day = 1000000000");
}

static void test_doubles_of_the_key_are_counted(void **state)
{
    (void)state;
    struct err e = {0};
    must_import("cle", "code;n\nA;1\nB;2\n", true);
    db_exec(DB_SUPER, "UPDATE portal.dataset SET key_columns = '{code}' WHERE dataset_id = 'cle'");
    struct conn *c = open_as(DB_WORKER, ROLE_WORKER);
    struct intake in = {.accept_aside = true};
    struct str diff, text = S("code;n\nB;3\nC;4\n");
    int fd = file_of(text);
    db_good(conn_begin(c, &portal.id, &e) && intake_plan(&in, c, &portal.id, S("cle"), NULL, true, &e) &&
                intake_load(&in, c, fd, text.n, &e) && intake_diff(&in, c, &diff, &e), &e);
    assert_string_equal(diff.p, "{\"mode\":\"append\",\"rows\":{\"before\":2,\"after\":4},"
                                "\"columns\":{\"added\":[],\"dropped\":[],\"retyped\":[],\"broken\":[]},\"doubles\":1,\"aside\":0,\"left_out\":0,\"held\":false}");
    conn_rollback(c);
    intake_free(&in);
    conn_close(c);
    close(fd);
}

/* ---- the worker ---- */

static struct uuid add_upload(const char *dataset, const char *text)
{
    struct err e = {0};
    struct arena a = {0};
    struct dataset_row d = {0};
    struct uuid id;
    char path[96];
    snprintf(path, sizeof path, "%s/spooled", folder);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    struct conn *c = open_as(DB_WEB, ROLE_WEB);
    db_good(conn_begin(c, &portal.id, &e) && dataset_find(c, &a, &portal.id, str_of(dataset), &d, &e), &e);
    struct upload_new new = {.dataset = d.id, .mode = S("replace"), .file_name = S("f.csv"), .path = path,
                             .size_bytes = strlen(text)};
    db_good(upload_add(c, &portal.id, &new, &id, &e) && conn_commit(c, &e), &e);
    conn_close(c);
    arena_free(&a);
    return id;
}

static bool work_once(struct err *e)
{
    static const volatile sig_atomic_t never = 0;
    struct job_run run = {.conn = open_as(DB_WORKER, ROLE_WORKER), .uri = db_uri(DB_WORKER), .stop = &never};
    bool ok = upload_job(&run, e);
    conn_close(run.conn);
    return ok;
}

static const char *dying_at;
static void die_there(const char *step)
{
    if (strcmp(step, dying_at) == 0)
        kill(getpid(), SIGKILL);
}

static void killed_at(const char *step)
{
    struct err e = {0};
    pid_t pid = fork();
    if (pid == 0) {
        dying_at = step;
        upload_on_step = die_there;
        work_once(&e);
        _exit(0);
    }
    int status;
    waitpid(pid, &status, 0);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    assert_true(db_until(DB_SUPER, "SELECT count(*) FROM pg_stat_activity WHERE usename = 'terrasse_worker'", "0", 10000));
    db_exec(DB_SUPER, "UPDATE portal.task SET lease_until = now() - interval '1 second'");
}

static void test_worker_killed_at_each_step(void **state)
{
    (void)state;
    static const char *const steps[] = {"claimed", "reading", "held", "planned", "rows", "loaded", "drafted", "ready",
                                        "committed"};
    struct buf text = {.max = 16 << 20};
    must_import("tue", "n;nom\n0;x\n", true);
    buf_addz(&text, "n;nom\n");
    for (int i = 1; i <= 40000; i++) /* enough bytes for a sign of progress */
        buf_printf(&text, "%d;une ligne assez longue pour faire du volume %d\n", i, i);
    buf_addc(&text, '\0');
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        struct err e = {0};
        char sql[300], versions[24];
        snprintf(versions, sizeof versions, "%s", ask("SELECT count(*) FROM portal.version"));
        struct uuid upload = add_upload("tue", text.p);
        killed_at(steps[i]);
        bool committed = strcmp(steps[i], "committed") == 0;
        snprintf(sql, sizeof sql, "SELECT count(*) - %s FROM portal.version", versions);
        assert_string_equal(ask(sql), committed ? "1" : "0");
        db_good(work_once(&e), &e); /* another worker, or nothing to do */
        assert_string_equal(ask(sql), "1");
        snprintf(sql, sizeof sql, "SELECT u.state || (dr.version_id = u.version_id) || (dr.upload_id = u.id) FROM portal.upload u JOIN"
                                  " portal.draft dr ON dr.dataset_id = u.dataset_id WHERE u.id = '%s'", upload.text);
        assert_string_equal(ask(sql), "readytruetrue");
        assert_string_equal(ask("SELECT count(*) FROM portal.task WHERE kind = 'upload'"), "0");
        assert_string_equal(ask("SELECT (SELECT count(*) FROM pg_class WHERE relnamespace = 'data'::regnamespace AND relname ~ '^v_[0-9a-f]{32}$') -"
                                " (SELECT count(*) FROM portal.version)"), "0");
        assert_string_equal(of("tue", "records"), "1"); /* what is published has not moved */
    }
    buf_free(&text);
}

/* While one works, the other finds nothing; one that lost its lease before it held the task stops. */
static void steal(const char *step)
{
    struct err e = {0};
    if (strcmp(step, "reading") != 0)
        return;
    upload_on_step = NULL;
    db_exec(DB_SUPER, "UPDATE portal.task SET lease_until = now() - interval '1 second'");
    db_good(work_once(&e), &e);
}

/* Claimed by another, who is not done: the first must not go on. */
static void take_over(const char *step)
{
    struct err e = {0};
    if (strcmp(step, "reading") != 0)
        return;
    db_exec(DB_SUPER, "UPDATE portal.task SET lease_until = now() - interval '1 second'");
    struct uuid token = uuid_make();
    struct conn *c = open_as(DB_WORKER, ROLE_WORKER);
    PGresult *r = conn_ask(c, &sql_task_claim, (struct str[]){S("upload"), uuid_str(&token)}, &e);
    assert_int_equal(PQntuples(r), 1);
    PQclear(r);
    conn_close(c);
}

static unsigned found_nothing;
static void look(const char *step)
{
    struct err e = {0};
    if (strcmp(step, "held") != 0)
        return;
    struct uuid token = uuid_make();
    struct conn *c = open_as(DB_WORKER, ROLE_WORKER);
    PGresult *r = conn_ask(c, &sql_task_claim, (struct str[]){S("upload"), uuid_str(&token)}, &e);
    assert_non_null(r);
    found_nothing += PQntuples(r) == 0;
    PQclear(r);
    conn_close(c);
}

static void test_two_workers_do_one_file_once(void **state)
{
    (void)state;
    struct err e = {0};
    char sql[96];
    must_import("deux", "a;b\n1;x\n", true);
    snprintf(sql, sizeof sql, "SELECT count(*) - %s FROM portal.version", ask("SELECT count(*) FROM portal.version"));
    add_upload("deux", "a;b\n2;y\n");
    upload_on_step = steal;
    db_good(work_once(&e), &e);
    assert_string_equal(ask(sql), "1");
    add_upload("deux", "a;b\n3;z\n");
    upload_on_step = look;
    db_good(work_once(&e), &e);
    upload_on_step = NULL;
    assert_int_equal(found_nothing, 1);
    assert_string_equal(ask(sql), "2");
    add_upload("deux", "a;b\n4;t\n");
    upload_on_step = take_over;
    db_good(work_once(&e), &e);
    upload_on_step = NULL;
    assert_string_equal(ask(sql), "2");
    db_exec(DB_SUPER, "UPDATE portal.task SET lease_until = now() - interval '1 second'");
    db_good(work_once(&e), &e);
    assert_string_equal(ask(sql), "3");
}

static char told[64];
static void look_at_progress(const char *step)
{
    if (strcmp(step, "loaded") == 0)
        snprintf(told, sizeof told, "%s", ask("SELECT state || ' ' || (rows_loaded BETWEEN 1 AND 40000) || ' ' || rows_expected FROM portal.upload"
                                              " WHERE state = 'reading'"));
}

/* I82: others see how far a reading is before its transaction ends; the next reading begins with nothing told. */
static void test_progress_is_seen_by_others(void **state)
{
    (void)state;
    struct err e = {0};
    struct buf text = {.max = 16 << 20};
    must_import("avance", "n;nom\n0;x\n", true);
    buf_addz(&text, "n;nom\n");
    for (int i = 1; i <= 40000; i++)
        buf_printf(&text, "%d;une ligne assez longue pour faire du volume %d\n", i, i);
    buf_addc(&text, '\0');
    add_upload("avance", text.p);
    upload_on_step = look_at_progress;
    db_good(work_once(&e), &e);
    upload_on_step = NULL;
    assert_string_equal(told, "reading true 40000");
    buf_free(&text);
}

static void test_refused_file_says_why(void **state)
{
    (void)state;
    struct err e = {0};
    char sql[256];
    must_import("refus", "a;b\n1;x\n", true);
    struct uuid id = add_upload("refus", "a;b\n1;\"x\n");
    db_good(work_once(&e), &e);
    snprintf(sql, sizeof sql, "SELECT state || (error #>> '{code}') || (error #>> '{args,0}') FROM portal.upload WHERE id = '%s'", id.text);
    assert_string_equal(ask(sql), "faileddata_quote_open2");
    assert_string_equal(ask("SELECT count(*) FROM portal.task WHERE kind = 'upload'"), "0");
}

/* ---- what a subtraction gives away ---- */

/* The next version against those before it, within so many milliseconds: what is said in the report. */
static json_t *subtracted(const char *id, int64_t limit_ms)
{
    struct err e = {0};
    struct uuid dataset, version;
    json_t *report = json_pack("{s:{s:[],s:[],s:i,s:i}}", "secrecy", "findings", "not_judged", "total", 0, "threshold", 5);
    uuid_parse(str_of(of(id, "id")), &dataset);
    uuid_parse(str_of(of(id, "version_id")), &version);
    json_t *columns = jr_parse(str_of(of(id, "(SELECT columns FROM portal.version AS v WHERE v.id = d.version_id)")), &e), *key = json_array();
    struct conn *c = open_as(DB_WORKER, ROLE_WORKER);
    db_good(conn_begin(c, &portal.id, &e), &e);
    db_good(subtract_find(c, &portal.id, &dataset, &(struct compare_side){version, columns}, key, limit_ms, report, &e), &e);
    db_good(conn_commit(c, &e), &e); /* the transaction goes on, whatever took too long */
    conn_close(c);
    json_decref(columns);
    json_decref(key);
    return report;
}

static void test_a_subtraction_that_takes_too_long_is_said_and_stops_nothing(void **state)
{
    (void)state;
    must_import("soustrait", "commune;nb_eleves\nTours;500\nBlois;80\n", true);
    must_import("soustrait", "commune;nb_eleves\nTours;500\nBlois;78\n", true);
    db_exec(DB_SUPER, "UPDATE portal.dataset_version SET opened = true WHERE number = 1 AND dataset_id = (SELECT id FROM portal.dataset WHERE dataset_id = 'soustrait')");
    json_t *report = subtracted("soustrait", 60000), *late = subtracted("soustrait", 0);
    const json_t *found = json_array_get(jr_array(jr_object(report, "secrecy"), "findings"), 0),
                 *said = json_array_get(jr_array(jr_object(late, "secrecy"), "not_judged"), 0);
    assert_true(str_eq(jr_str(found, "column"), S("nb_eleves")));
    assert_int_equal(json_array_size(jr_array(jr_object(report, "secrecy"), "not_judged")), 0);
    assert_int_equal(json_array_size(jr_array(jr_object(late, "secrecy"), "findings")), 0);
    assert_true(str_eq(jr_str(said, "column"), S("nb_eleves")) && str_eq(jr_str(jr_object(said, "reason"), "code"), S("secrecy_too_long")));
    json_decref(report);
    json_decref(late);
    /* A statement that is stopped in the middle takes nothing else with it. */
    must_import("lent", "commune;nb_eleves\nTours;500\n", true);
    db_exec(DB_SUPER, "UPDATE portal.dataset_version SET opened = true WHERE dataset_id = (SELECT id FROM portal.dataset WHERE dataset_id = 'lent')");
    char sql[400];
    snprintf(sql, sizeof sql, "INSERT INTO data.v_%s (_id, c1, c2) SELECT i + 1, i, 'commune ' || i FROM generate_series(1, 200000) AS i",
             of("lent", "replace(version_id::text, '-', '')"));
    db_exec(DB_SUPER, sql);
    late = subtracted("lent", 20);
    said = json_array_get(jr_array(jr_object(late, "secrecy"), "not_judged"), 0);
    assert_true(str_eq(jr_str(jr_object(said, "reason"), "code"), S("secrecy_too_long")));
    json_decref(late);
}

/* ---- the sweeper ---- */

static void sweep(void)
{
    static const volatile sig_atomic_t never = 0;
    struct err e = {0};
    struct job_run run = {.conn = open_as(DB_WORKER, ROLE_WORKER), .stop = &never};
    db_good(sweep_job(&run, &e), &e);
    conn_close(run.conn);
}

static const char *version_count(const char *id)
{
    return of(id, "(SELECT count(*) FROM portal.dataset_version v WHERE v.dataset_id = d.id)");
}

static void test_sweeper_keeps_three_and_the_day(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++)
        must_import("balai", "a;b\n1;x\n", true);
    sweep();
    assert_string_equal(version_count("balai"), "5"); /* all of today */
    db_exec(DB_SUPER, "UPDATE portal.dataset_version SET published_at = now() - interval '25 hours' WHERE dataset_id ="
                      " (SELECT id FROM portal.dataset WHERE dataset_id = 'balai'); UPDATE portal.version SET created_at = now() - interval '25 hours'");
    char current[40];
    snprintf(current, sizeof current, "%s", of("balai", "version_id"));
    sweep();
    assert_string_equal(version_count("balai"), "3");
    assert_string_equal(of("balai", "version_id"), current);
    assert_string_equal(ask("SELECT (SELECT count(*) FROM pg_class WHERE relnamespace = 'data'::regnamespace AND relname ~ '^v_[0-9a-f]{32}$') -"
                            " (SELECT count(*) FROM portal.version)"), "0");
    /* Every version that a dataset of any tenant points to has its table. */
    assert_string_equal(ask("SELECT count(*) FROM portal.dataset WHERE version_id IS NOT NULL AND"
                            " to_regclass('data.v_' || replace(version_id::text, '-', '')) IS NULL"), "0");
}

static void index_texts(void)
{
    static const volatile sig_atomic_t never = 0;
    struct err e = {0};
    struct job_run run = {.conn = open_as(DB_WORKER, ROLE_WORKER), .stop = &never, .more = true};
    while (run.more)
        db_good(text_index_job(&run, &e), &e);
    conn_close(run.conn);
}

static const char *of_words(const char *id, const char *what)
{
    char sql[512];
    snprintf(sql, sizeof sql, "SELECT %s FROM portal.dataset AS d JOIN portal.version AS v ON v.id = d.version_id WHERE d.dataset_id = '%s'", what, id);
    return ask(sql);
}

/* Made after the publication; the next version of the same day waits ten minutes; both go together. */
static void test_text_index_is_made_later_and_goes_with_its_version(void **state)
{
    (void)state;
    must_import("mots", "nom;n\nLycée Descartes;1\nChevaux;2\n", true);
    assert_string_equal(of_words("mots", "v.text_index"), "f");
    index_texts();
    assert_string_equal(of_words("mots", "v.text_index"), "t");
    char dictionary[64], sql[256];
    snprintf(dictionary, sizeof dictionary, "%s", of_words("mots", "'data.w_' || replace(v.id::text, '-', '')"));
    snprintf(sql, sizeof sql, "SELECT string_agg(word, ' ' ORDER BY word) FROM %s", dictionary);
    assert_string_equal(ask(sql), "cheval chevaux descart descartes lyce lycee"); /* stems and words */
    must_import("mots", "nom;n\nCollège;1\n", true);
    index_texts();
    assert_string_equal(of_words("mots", "v.text_index"), "f");
    db_exec(DB_SUPER, "UPDATE portal.task SET run_at = now() WHERE kind = 'text_index'");
    index_texts();
    assert_string_equal(of_words("mots", "v.text_index"), "t");
    assert_string_equal(ask("SELECT count(*) FROM portal.task WHERE kind = 'text_index'"), "0");
    for (int i = 0; i < 3; i++)
        must_import("mots", "nom;n\nLycée;1\n", true);
    db_exec(DB_SUPER, "UPDATE portal.dataset_version SET published_at = now() - interval '25 hours';"
                      "UPDATE portal.version SET created_at = now() - interval '25 hours'");
    sweep();
    snprintf(sql, sizeof sql, "SELECT coalesce(to_regclass('%s')::text, 'gone')", dictionary);
    assert_string_equal(ask(sql), "gone");
}

/* A row that cannot be indexed leaves its data set to the scan, once and for all; the others are served. */
static void test_text_index_that_fails_is_not_tried_for_ever(void **state)
{
    (void)state;
    must_import("sans_table", "nom\nx\n", true);
    must_import("apres", "nom\ny\n", true);
    char sql[256];
    snprintf(sql, sizeof sql, "ALTER TABLE %s RENAME TO cache", of_words("sans_table", "'data.v_' || replace(v.id::text, '-', '')"));
    db_exec(DB_SUPER, sql);
    index_texts();
    assert_string_equal(of_words("sans_table", "v.text_index"), "f");
    assert_string_equal(of_words("apres", "v.text_index"), "t");
    assert_string_equal(ask("SELECT count(*) FROM portal.task WHERE kind = 'text_index' AND run_at <= now()"), "0");
    snprintf(sql, sizeof sql, "ALTER TABLE data.cache RENAME TO %s", of_words("sans_table", "'v_' || replace(v.id::text, '-', '')"));
    db_exec(DB_SUPER, sql);
}

static void test_sweeper_drops_tables_nobody_knows(void **state)
{
    (void)state;
    db_exec(DB_WORKER, "CREATE TABLE data.v_0123456789abcdef0123456789abcdef (_id int); CREATE TABLE data.autre (_id int)");
    sweep();
    assert_string_equal(ask("SELECT coalesce(to_regclass('data.v_0123456789abcdef0123456789abcdef')::text, 'none')"), "none");
    assert_string_equal(ask("SELECT to_regclass('data.autre')::text"), "data.autre");
}

static void test_sweeper_leaves_a_table_that_is_read(void **state)
{
    (void)state;
    db_exec(DB_WORKER, "CREATE TABLE data.v_0123456789abcdef0123456789abcdee (_id int)");
    PGconn *pg = PQconnectdb(db_uri(DB_SUPER));
    PQclear(PQexec(pg, "BEGIN; SELECT * FROM data.v_0123456789abcdef0123456789abcdee"));
    sweep();
    assert_string_equal(ask("SELECT to_regclass('data.v_0123456789abcdef0123456789abcdee') IS NOT NULL"), "t");
    PQfinish(pg);
    sweep();
    assert_string_equal(ask("SELECT to_regclass('data.v_0123456789abcdef0123456789abcdee') IS NOT NULL"), "f");
}

static void test_abandoned_uploads_go_after_a_week(void **state)
{
    (void)state;
    struct err e = {0};
    char sql[256], path[224];
    must_import("oubli", "a;b\n1;x\n", true);
    struct uuid id = add_upload("oubli", "a;b\n1;\"x\n");
    db_good(work_once(&e), &e);
    snprintf(path, sizeof path, "%s/uploads/%s/%s", folder, portal.id.text, id.text);
    sweep();
    assert_int_equal(access(path, F_OK), 0);
    snprintf(sql, sizeof sql, "UPDATE portal.upload SET updated_at = now() - interval '8 days' WHERE id = '%s'", id.text);
    db_exec(DB_SUPER, sql);
    sweep();
    assert_int_equal(access(path, F_OK), -1);
    snprintf(sql, sizeof sql, "SELECT state FROM portal.upload WHERE id = '%s'", id.text);
    assert_string_equal(ask(sql), "abandoned");
}

static void make_old(const char *path)
{
    struct timespec old[2] = {{.tv_sec = time(NULL) - 172800}, {.tv_sec = time(NULL) - 172800}};
    assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
}

/* A commit that failed after the file had moved in leaves it; a day later it goes, and nothing else does. */
static void test_files_that_no_row_names_go_after_a_day(void **state)
{
    (void)state;
    struct err e = {0};
    char orphan[224], young[224], known[224];
    must_import("perdu", "a;b\n1;x\n", true);
    struct uuid id = add_upload("perdu", "a;b\n2;y\n");
    db_good(work_once(&e), &e);
    snprintf(known, sizeof known, "%s/uploads/%s/%s", folder, portal.id.text, id.text);
    struct uuid lost = uuid_make(), fresh = uuid_make();
    snprintf(orphan, sizeof orphan, "%s/uploads/%s/%s", folder, portal.id.text, lost.text);
    snprintf(young, sizeof young, "%s/uploads/%s/%s", folder, portal.id.text, fresh.text);
    fclose(fopen(orphan, "w"));
    fclose(fopen(young, "w"));
    make_old(orphan);
    make_old(known);
    sweep();
    assert_int_equal(access(orphan, F_OK), -1);
    assert_int_equal(access(young, F_OK), 0);
    assert_int_equal(access(known, F_OK), 0);
}

/* A file in pieces: its row as the database has it, its bytes as the store does. */
static struct uuid add_piece(const char *age, char path[224])
{
    char sql[512];
    struct err e = {0};
    struct uuid id = uuid_make();
    snprintf(sql, sizeof sql,
             "INSERT INTO portal.upload_piece (tenant_id, id, mode, file_name, size_bytes, received, updated_at)"
             " VALUES ('%s', '%s', 'replace', 'gros.csv', 9, 3, now() - interval '%s')",
             portal.id.text, id.text, age);
    db_exec(DB_SUPER, sql);
    snprintf(sql, sizeof sql, "pieces/%s/%s", portal.id.text, id.text);
    db_good(blob_put(str_of(sql), S("a;b"), &e), &e);
    snprintf(path, 224, "%s/%s", folder, sql);
    make_old(path);
    return id;
}

static const char *piece_rows(const struct uuid *id)
{
    char sql[160];
    snprintf(sql, sizeof sql, "SELECT count(*) FROM portal.upload_piece WHERE id = '%s'", id->text);
    return ask(sql);
}

static void test_sweeper_removes_a_file_in_pieces_that_was_given_up(void **state)
{
    (void)state;
    char given_up[224], goes_on[224];
    struct uuid old = add_piece("25 hours", given_up), young = add_piece("23 hours", goes_on);
    sweep();
    assert_string_equal(piece_rows(&old), "0");
    assert_string_equal(piece_rows(&young), "1");
    assert_int_equal(access(given_up, F_OK), -1);
    assert_int_equal(access(goes_on, F_OK), 0); /* its file is old, but its row stands */
}

/* ---- the content store ---- */

static void test_blob_names_and_a_full_disk(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "/a", "a/", "a//b", "../a", "A", "a.b", "a b"};
    struct err e = {0};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(blob_put(str_of(bad[i]), S("x"), &e));
    db_good(blob_put(S("essai/un"), S("abc"), &e), &e);
    int fd;
    uint64_t size;
    db_good(blob_open(S("essai/un"), &fd, &size, &e), &e);
    assert_int_equal(size, 3);
    close(fd);
    /* A file-size limit stands for a full disk. */
    struct rlimit old, small = {2, RLIM_INFINITY};
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    small.rlim_max = old.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    bool ok = blob_put(S("essai/deux"), S("abc"), &e);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    assert_false(ok);
    assert_ptr_equal(e.kind, &err_disk_full);
    assert_false(blob_open(S("essai/deux"), &fd, &size, &e));
    assert_ptr_equal(e.kind, &err_blob_missing);
    db_good(blob_remove(S("essai/un"), &e) && blob_remove(S("essai/un"), &e), &e);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "read") == 0)
        return read_main(argc - 1, argv + 1);
    clock_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gate_names_each_missing_heading),
        cmocka_unit_test(test_published_closed_with_catalogue_row_and_no_outbox),
        cmocka_unit_test(test_pointer_flips_at_commit),
        cmocka_unit_test(test_pool_edge_under_two_publications),
        cmocka_unit_test(test_whoever_waited_for_a_publication_sees_no_draft_any_more),
        cmocka_unit_test(test_withdrawing_freezes_the_version_for_everybody),
        cmocka_unit_test(test_copies_are_not_charged),
        cmocka_unit_test(test_update_bytes_are_asked_before_a_row_is_loaded),
        cmocka_unit_test(test_doubles_of_the_key_are_counted),
        cmocka_unit_test(test_worker_killed_at_each_step),
        cmocka_unit_test(test_two_workers_do_one_file_once),
        cmocka_unit_test(test_progress_is_seen_by_others), cmocka_unit_test(test_refused_file_says_why),
        cmocka_unit_test(test_a_subtraction_that_takes_too_long_is_said_and_stops_nothing),
        cmocka_unit_test(test_sweeper_keeps_three_and_the_day),
        cmocka_unit_test(test_text_index_is_made_later_and_goes_with_its_version),
        cmocka_unit_test(test_text_index_that_fails_is_not_tried_for_ever),
        cmocka_unit_test(test_sweeper_drops_tables_nobody_knows),
        cmocka_unit_test(test_sweeper_leaves_a_table_that_is_read),
        cmocka_unit_test(test_abandoned_uploads_go_after_a_week),
        cmocka_unit_test(test_files_that_no_row_names_go_after_a_day),
        cmocka_unit_test(test_blob_names_and_a_full_disk),
        cmocka_unit_test(test_sweeper_removes_a_file_in_pieces_that_was_given_up),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
