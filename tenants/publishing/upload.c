#include "tenants/publishing/upload.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/jr.h"
#include "core/base/log.h"
#include "core/data/errors.h"
#include "core/db/errors.h"
#include "core/db/sql.h"
#include "core/io/blob.h"
#include "tenants/directory/tenant.h"
#include "tenants/publishing/errors.h"
#include "tenants/publishing/fault.h"
#include "tenants/publishing/intake.h"
#include "tenants/publishing/publish.h"
#include "tenants/publishing/review.h"
#include "tenants/publishing/sql.h"

enum { TRIES = 3, AGAIN_S = 5, TELL_US = 1000000 };
#define KIND S("upload")

void (*upload_on_step)(const char *step);

static void at(const char *step)
{
    if (upload_on_step)
        upload_on_step(step);
}

static bool queue(struct conn *c, const struct uuid *tenant, const struct uuid *upload, struct err *e)
{
    struct uuid task = uuid_make();
    const struct str params[] = {uuid_str(&task), uuid_str(tenant), KIND, uuid_str(upload)};
    return tenant_do(c, &sql_task_insert, params, e) && conn_exec(c, "NOTIFY terrasse_worker", e);
}

bool upload_add(struct conn *c, const struct uuid *tenant, const struct upload_new *new, struct uuid *id, struct err *e)
{
    char blob[101], size[24];
    struct uuid made = uuid_make();
    if (!str_eq(new->mode, S("replace")) && !str_eq(new->mode, S("append")))
        return ERR(e, err_upload_mode, "mode"), err_arg(e, STR_FMT, STR_ARG(str_part(new->mode, 0, 40)));
    snprintf(blob, sizeof blob, "uploads/%s/%s", tenant->text, made.text);
    snprintf(size, sizeof size, "%llu", (unsigned long long)new->size_bytes);
    const struct uuid *ids[] = {&new->account, &new->organisation, &new->dataset};
    struct str given[3];
    for (size_t i = 0; i < 3; i++)
        given[i] = ids[i]->text[0] ? uuid_str(ids[i]) : STR_NONE;
    const struct str params[] = {uuid_str(tenant), uuid_str(&made), given[0], given[1], given[2], new->mode,
                                 new->file_name.n ? new->file_name : S("fichier"), str_of(blob), str_of(size),
                                 new->options.p ? new->options : S("{}")};
    if (!(new->path ? blob_take(str_of(blob), new->path, e) : blob_put(str_of(blob), new->bytes, e)))
        return false;
    if (!tenant_do(c, &sql_upload_insert, params, e) || !queue(c, tenant, &made, e)) {
        struct err ignored = {0};
        blob_remove(str_of(blob), &ignored);
        return false;
    }
    *id = made;
    return true;
}

bool upload_again(struct conn *c, const struct uuid *tenant, struct str id, struct str options, struct err *e)
{
    struct uuid upload;
    if (!uuid_parse(id, &upload))
        return ERR(e, err_upload_unknown, "not an id");
    PGresult *r = conn_ask(c, &sql_upload_again, (struct str[]){uuid_str(tenant), uuid_str(&upload), options}, e);
    bool there = r && PQntuples(r) == 1;
    if (r && !there)
        ERR(e, err_upload_unknown, "%s", upload.text);
    PQclear(r);
    return there && queue(c, tenant, &upload, e);
}

/* One task and what it is about. */
struct work {
    struct conn *c;
    struct uuid task, tenant, upload, token, dataset;
    struct str blob, mode, options, dataset_id, account, organisation;
    int64_t attempts;
    const char *uri;
    struct conn *aside; /* tells how far it is; NULL: nobody was told yet, or it cannot be told */
    int64_t told_us;    /* when; below 0: never again */
    bool publish, accept_errors; /* sent by a machine: published at once, or held back */
    struct intake intake;
    struct arena a;
};

static bool claim(struct work *w, bool *found, struct err *e)
{
    w->token = uuid_make();
    PGresult *r = conn_ask(w->c, &sql_task_claim, (struct str[]){KIND, uuid_str(&w->token)}, e);
    if (!r)
        return false;
    *found = PQntuples(r) == 1;
    if (*found) {
        uuid_parse(str_of(PQgetvalue(r, 0, 0)), &w->task);
        uuid_parse(str_of(PQgetvalue(r, 0, 1)), &w->tenant);
        uuid_parse(str_of(PQgetvalue(r, 0, 2)), &w->upload);
        str_i64(str_of(PQgetvalue(r, 0, 3)), &w->attempts);
    }
    PQclear(r);
    return true;
}

static bool one_row(struct work *w, const struct stmt *s, struct err *e)
{
    PGresult *r = conn_ask(w->c, s, (struct str[]){uuid_str(&w->task), uuid_str(&w->token)}, e);
    bool there = r && PQntuples(r) == 1;
    if (r && !there)
        ERR(e, err_upload_fenced, "%s", w->task.text);
    PQclear(r);
    return there;
}

static struct str cell(struct work *w, const PGresult *r, int column)
{
    return PQgetisnull(r, 0, column) ? STR_NONE : arena_str(&w->a, str_of(PQgetvalue(r, 0, column)));
}

static bool read_upload(struct work *w, struct err *e)
{
    PGresult *r = conn_ask(w->c, &sql_upload_for_work, (struct str[]){uuid_str(&w->tenant), uuid_str(&w->upload)}, e);
    bool there = r && PQntuples(r) == 1;
    if (there) {
        w->blob = cell(w, r, 0);
        w->mode = cell(w, r, 1);
        w->options = cell(w, r, 2);
        uuid_parse(cell(w, r, 4), &w->dataset);
        w->dataset_id = cell(w, r, 5);
        w->account = cell(w, r, 6);
        w->organisation = cell(w, r, 7);
    } else if (r) {
        ERR(e, err_upload_unknown, "%s", w->upload.text);
    }
    PQclear(r);
    return there;
}

static bool mark_reading(struct work *w, struct err *e)
{
    return conn_begin(w->c, &w->tenant, e) &&
           tenant_do(w->c, &sql_upload_reading, (struct str[]){uuid_str(&w->tenant), uuid_str(&w->upload)}, e) &&
           conn_commit(w->c, e);
}

static bool tell(struct work *w, uint64_t rows, struct err *e)
{
    struct str loaded = arena_printf(&w->a, "%llu", (unsigned long long)rows),
               expected = arena_printf(&w->a, "%llu", (unsigned long long)w->intake.rows_expected);
    if (!w->aside)
        w->aside = conn_open(w->uri, ROLE_WORKER, e);
    return w->aside && conn_begin(w->aside, &w->tenant, e) &&
           tenant_do(w->aside, &sql_upload_progress, (struct str[]){uuid_str(&w->tenant), uuid_str(&w->upload), loaded, expected}, e) &&
           conn_commit(w->aside, e);
}

/* At most once a second; that it cannot be told is no reason to stop. */
static void on_rows(uint64_t rows, uint64_t bytes, void *context)
{
    struct work *w = context;
    struct err ignored = {0};
    int64_t now_us = clock_monotonic_us();
    (void)bytes;
    at("rows");
    if (!w->uri || w->told_us < 0 || now_us - w->told_us < TELL_US)
        return;
    w->told_us = tell(w, rows, &ignored) ? now_us : -1;
}

static bool load_file(struct work *w, struct err *e)
{
    int fd;
    uint64_t size;
    json_t *options = jr_parse(w->options, e);
    bool ok = options && blob_open(w->blob, &fd, &size, e);
    if (ok) {
        w->intake.extra = options;
        w->intake.bound = w->organisation;
        w->intake.accept_aside = true; /* the preview lists them; publishing asks */
        w->intake.on_progress = on_rows;
        w->intake.context = w;
        ok = intake_plan(&w->intake, w->c, &w->tenant, w->dataset_id, jr_array(options, "fields"),
                         str_eq(w->mode, S("append")), e);
        at("planned");
        ok = ok && intake_load(&w->intake, w->c, fd, size, e);
        close(fd);
    }
    w->intake.extra = NULL;
    w->publish = ok && jr_bool(options, "publish", false);
    w->accept_errors = ok && jr_bool(options, "accept_errors", false);
    json_decref(options);
    at("loaded");
    return ok;
}

static bool fill_draft(struct work *w, struct err *e)
{
    if (!w->dataset.text[0])
        return true;
    if (w->organisation.n && !review_none_waiting(w->c, &w->tenant, &w->dataset, e))
        return false;
    return intake_draft(&w->intake, w->c, &w->dataset, uuid_str(&w->upload), w->account, e);
}

static bool mark_ready(struct work *w, struct err *e)
{
    char *report = json_dumps(w->intake.loaded.report, JSON_COMPACT);
    const struct str params[] = {uuid_str(&w->tenant), uuid_str(&w->upload), uuid_str(&w->intake.loaded.id),
                                 str_of(report)};
    bool ok = tenant_do(w->c, &sql_upload_ready, params, e);
    free(report);
    return ok;
}

/* The draft stands whatever comes of it: what holds the publication back is told with the upload. */
static bool publish_asked(struct work *w, struct err *e)
{
    struct publish_done done;
    struct err why = {0};
    if (!w->publish || !w->dataset.text[0])
        return true;
    if (!conn_exec(w->c, "SAVEPOINT publication", e))
        return false;
    if (publish_update(w->c, &w->tenant, w->dataset_id, w->account, w->accept_errors, &done, &why))
        return true;
    struct buf json = {0};
    fault_write(&why, &json);
    bool ok = conn_exec(w->c, "ROLLBACK TO SAVEPOINT publication", e) &&
              tenant_do(w->c, &sql_upload_held,
                        (struct str[]){uuid_str(&w->tenant), uuid_str(&w->upload), buf_str(&json)}, e);
    buf_free(&json);
    log_err(LOG_INFO, "upload_held", &why);
    return ok;
}

static bool work(struct work *w, struct err *e)
{
    bool ok = conn_begin(w->c, &w->tenant, e) && one_row(w, &sql_task_hold, e) && (at("held"), read_upload(w, e)) &&
              load_file(w, e) && fill_draft(w, e) && (at("drafted"), mark_ready(w, e)) && publish_asked(w, e) &&
              one_row(w, &sql_task_finish, e) && (at("ready"), conn_commit(w->c, e));
    at("committed");
    return ok;
}

/* What another try may mend, and what only the sender can. */
static bool may_pass(const struct err *e)
{
    return e->kind->status >= 500 && e->kind != &err_data_unread;
}

static bool put_off(struct work *w, const struct err *why, struct err *e)
{
    char seconds[24];
    snprintf(seconds, sizeof seconds, "%lld", (long long)(AGAIN_S * w->attempts));
    const struct str params[] = {uuid_str(&w->task), uuid_str(&w->token), str_of(seconds), str_of(why->kind->code)};
    return tenant_do(w->c, &sql_task_later, params, e);
}

static bool give_up(struct work *w, const struct err *why, struct err *e)
{
    struct buf json = {0};
    fault_write_found(why, w->intake.found, &json);
    bool ok = conn_begin(w->c, &w->tenant, e) && one_row(w, &sql_task_finish, e) &&
              tenant_do(w->c, &sql_upload_failed,
                        (struct str[]){uuid_str(&w->tenant), uuid_str(&w->upload), buf_str(&json)}, e) &&
              conn_commit(w->c, e);
    buf_free(&json);
    return ok;
}

static bool settle_failure(struct work *w, struct err *why, struct err *e)
{
    conn_rollback(w->c);
    if (why->kind == &err_upload_fenced)
        return true;
    log_err(may_pass(why) ? LOG_WARN : LOG_INFO, "upload_failed", why);
    return may_pass(why) && w->attempts < TRIES ? put_off(w, why, e) : give_up(w, why, e);
}

bool upload_job(struct job_run *run, struct err *e)
{
    struct work w = {.c = run->conn, .uri = run->uri};
    struct err why = {0};
    bool found = false;
    if (!claim(&w, &found, e))
        return false;
    run->more = found;
    if (!found)
        return true;
    at("claimed");
    bool ok;
    if (w.attempts > TRIES) { /* three workers died of it */
        ERR(&why, err_data_unread, "attempt %lld", (long long)w.attempts);
        ok = give_up(&w, &why, e);
    } else {
        ok = (mark_reading(&w, &why) && (at("reading"), work(&w, &why))) || settle_failure(&w, &why, e);
    }
    if (!ok)
        conn_rollback(w.c);
    conn_close(w.aside);
    intake_free(&w.intake);
    arena_free(&w.a);
    return ok;
}
