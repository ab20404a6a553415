#include "tenants/publishing/publish_steps.h"

#include <stdlib.h>

#include "core/base/errors.h"
#include "core/base/jr.h"
#include "core/web/errors.h"
#include "tenants/directory/organisation.h"
#include "tenants/directory/tenant.h"
#include "tenants/publishing/contract.h"
#include "tenants/publishing/correct.h"
#include "tenants/publishing/errors.h"
#include "tenants/publishing/intake.h"
#include "tenants/publishing/meta.h"
#include "tenants/publishing/prefill.h"
#include "tenants/publishing/review.h"
#include "tenants/publishing/sql.h"
#include "tenants/publishing/upload.h"

struct publish_ask *publish_ask_new(struct req *r)
{
    struct publish_ask *p = ARENA_NEW(r->a, struct publish_ask);
    p->mode = S("replace");
    r->state = p;
    return p;
}

static bool bound(const struct req *r)
{
    return r->who.organisation.text[0] != '\0';
}

struct str publish_bound_to(const struct req *r)
{
    return bound(r) ? uuid_str(&r->who.organisation) : STR_NONE;
}

bool publish_may_prepare(struct req *r, struct conn *c, const struct dataset_row *d, struct err *e)
{
    if (!bound(r))
        return true;
    if (!str_eq(uuid_str(&d->organisation), uuid_str(&r->who.organisation)))
        return ERR(e, err_dataset_not_yours, "%s", d->id.text);
    return review_none_waiting(c, &r->tenant->id, &d->id, e);
}

/* A file that is published as soon as it is read. */
static bool may_publish(const struct req *r, struct err *e)
{
    if (bound(r))
        return ERR(e, err_review_needed, "%s", r->who.account.text);
    return r->who.role >= EDITOR || ERR(e, err_forbidden, "publish");
}

static bool may_decide(const struct req *r, struct err *e)
{
    return !bound(r) || ERR(e, err_review_needed, "%s", r->who.account.text);
}

/* What is kept with the upload: correct.h, and whether it is published unseen. */
static struct str upload_options(struct req *r, const struct publish_ask *p, struct err *e)
{
    json_t *asked = json_object(), *steps = p->steps.n ? jr_parse(p->steps, e) : NULL, *merged = NULL;
    json_t *reading = p->reading.n ? jr_parse(p->reading, e) : NULL;
    if (p->fields)
        json_object_set(asked, "fields", (json_t *)(uintptr_t)p->fields);
    if (steps)
        json_object_set_new(asked, "steps", steps);
    if (reading)
        json_object_set_new(asked, "reading", reading);
    if ((steps || !p->steps.n) && (reading || !p->reading.n) && (!p->publish || may_publish(r, e)))
        merged = correct_merge(NULL, asked, e);
    if (merged && p->publish) {
        json_object_set_new(merged, "publish", json_true());
        json_object_set_new(merged, "accept_errors", json_boolean(p->accept_errors));
    }
    if (merged && p->typed.n)
        json_object_set_new(merged, "read_as", json_pack("{s:b,s:i,s:s}", "header", 1, "header_row", 1, "separator", ";"));
    char *text = merged ? json_dumps(merged, JSON_COMPACT) : NULL;
    struct str options = arena_str(r->a, str_of(text));
    free(text);
    json_decref(asked);
    json_decref(merged);
    return options;
}

bool publish_work_upload(struct req *r, struct err *e)
{
    struct publish_ask *p = r->state;
    struct dataset_row d = {0};
    struct conn *c = req_begin(r, e);
    if (!c || (!r->upload.path && !p->typed.n))
        return c ? ERR(e, err_file_missing, "no file") : false;
    if (p->dataset_id.n && !(dataset_find(c, r->a, &r->tenant->id, p->dataset_id, &d, e) && publish_may_prepare(r, c, &d, e)))
        return false;
    struct upload_new new = {.account = r->who.account, .organisation = r->who.organisation, .dataset = d.id,
                             .mode = p->mode, .file_name = p->typed.n ? S("saisie.csv") : r->upload.file_name,
                             .path = r->upload.path, .bytes = p->typed,
                             .size_bytes = p->typed.n ? p->typed.n : r->upload.size_bytes, .options = upload_options(r, p, e)};
    return new.options.n && upload_add(c, &r->tenant->id, &new, &p->made, e) && conn_commit(c, e);
}

/* An upload's row; people of one organisation see their own only. */
static PGresult *read_upload(struct req *r, struct conn *c, struct str id, struct err *e)
{
    struct uuid upload;
    PGresult *found = NULL;
    if (uuid_parse(id, &upload)) {
        found = conn_ask(c, &sql_upload_one, (struct str[]){uuid_str(&r->tenant->id), uuid_str(&upload)}, e);
        if (!found)
            return NULL;
    }
    if (found && PQntuples(found) == 1 &&
        (!bound(r) || str_eq(str_of(PQgetvalue(found, 0, 9)), uuid_str(&r->who.organisation))))
        return found;
    PQclear(found);
    ERR(e, err_upload_unknown, "not found");
    return NULL;
}

bool publish_work_again(struct req *r, struct err *e)
{
    struct publish_ask *p = r->state;
    struct conn *c = req_begin(r, e);
    PGresult *found = c ? read_upload(r, c, p->upload, e) : NULL;
    enum { COL_OPTIONS = 13 };
    json_t *before = found ? jr_parse(str_of(PQgetvalue(found, 0, COL_OPTIONS)), e) : NULL;
    json_t *merged = before ? correct_merge(before, p->again, e) : NULL;
    char *text = merged ? json_dumps(merged, JSON_COMPACT) : NULL;
    bool ok = text && upload_again(c, &r->tenant->id, p->upload, str_of(text), e) && conn_commit(c, e);
    free(text);
    json_decref(before);
    json_decref(merged);
    if (ok)
        uuid_parse(p->upload, &p->made);
    PQclear(found);
    return ok;
}

/* ---- the draft ---- */

struct draft_work {
    struct conn *c;
    struct publish_ask *p;
    struct intake in; /* d, kept, given, and the columns as a report */
    json_t *metas;
};

static bool producer(struct req *r, struct draft_work *w, struct uuid *organisation, struct err *e)
{
    struct str name = str_trim(jr_str(jr_object(w->metas, "default"), "publisher"));
    if (bound(r)) {
        *organisation = r->who.organisation;
        return true;
    }
    return organisation_named(w->c, &r->tenant->id, name.n ? name : r->tenant->name, organisation, e);
}

static bool find_or_make(struct req *r, struct draft_work *w, struct err *e)
{
    struct publish_ask *p = w->p;
    struct err missing = {0};
    struct uuid made;
    if (dataset_find(w->c, r->a, &r->tenant->id, p->dataset_id, &w->in.d, &missing))
        return w->in.d.is_origin ? publish_may_prepare(r, w->c, &w->in.d, e) : ERR(e, err_dataset_is_copy, "draft");
    if (missing.kind != &err_dataset_unknown) {
        *e = missing;
        return false;
    }
    struct dataset_new new = {.dataset_id = p->dataset_id, .title = p->dataset_id};
    p->is_new = w->in.is_new = true;
    return producer(r, w, &new.organisation, e) && dataset_add(w->c, &r->tenant->id, &new, &made, e) &&
           dataset_find(w->c, r->a, &r->tenant->id, p->dataset_id, &w->in.d, e);
}

static bool describe(struct req *r, struct draft_work *w, struct str *clean, struct err *e)
{
    *clean = STR_NONE;
    if (!w->metas)
        return true;
    if (!prefill_metas(w->c, r->a, &r->tenant->id, &w->in.d.organisation, w->p->is_new || !w->in.d.version.text[0],
                       bound(r), w->metas, e))
        return false;
    return meta_clean(w->c, r->a, w->metas, clean, e);
}

/* A first file, read before its dataset was made. Files for a dataset are put into its draft by the
 * worker, which keeps the types. */
static bool attach(struct req *r, struct draft_work *w, struct err *e)
{
    struct publish_ask *p = w->p;
    PGresult *found = read_upload(r, w->c, p->upload, e);
    if (!found)
        return false;
    struct uuid version;
    bool ok = !w->in.d.version.text[0] && uuid_parse(str_of(PQgetvalue(found, 0, 8)), &version);
    if (!ok)
        ERR(e, err_upload_not_ready, "no version");
    struct err bad = {0};
    w->in.loaded.report = ok ? jr_parse(str_of(PQgetvalue(found, 0, 5)), &bad) : NULL;
    json_t *options = ok ? jr_parse(str_of(PQgetvalue(found, 0, 13)), &bad) : NULL;
    w->in.steps = json_incref((json_t *)(uintptr_t)jr_array(options, "steps"));
    w->in.reading = jr_object(options, "reading") ? intake_reading(jr_object(options, "reading")) : NULL;
    w->in.noted = json_incref((json_t *)(uintptr_t)jr_array(options, "fields"));
    w->in.tenant = r->tenant->id;
    json_decref(options);
    PQclear(found);
    const struct str params[] = {uuid_str(&r->tenant->id), p->upload, uuid_str(&w->in.d.id)};
    PGresult *mine = ok ? conn_ask(w->c, &sql_upload_attach, params, e) : NULL;
    ok = mine && (PQntuples(mine) == 1 || ERR(e, err_upload_not_ready, "attach"));
    PQclear(mine);
    return ok &&
           dataset_draft_version(w->c, &r->tenant->id, &w->in.d.id, &version, p->upload, S("replace"), STR_NONE, e) &&
           intake_draft_steps(&w->in, w->c, &w->in.d.id, e);
}

/* Without a new file the columns are those of the draft's version, else of the published one. */
static bool columns(struct draft_work *w, struct err *e)
{
    const struct uuid *version = w->in.d.draft_version.text[0] ? &w->in.d.draft_version : &w->in.d.version;
    if (w->in.loaded.report || !version->text[0])
        return true;
    PGresult *r = conn_ask(w->c, &sql_version_columns, (struct str[]){uuid_str(version)}, e);
    json_t *list = r && PQntuples(r) == 1 ? jr_parse(str_of(PQgetvalue(r, 0, 0)), e) : NULL;
    PQclear(r);
    if (!list)
        return e->kind ? false : ERR(e, err_draft_not_read, "%s", version->text);
    w->in.loaded.report = json_pack("{s:o}", "columns", list);
    return true;
}

static bool settings(struct req *r, struct draft_work *w, struct str *fields, struct err *e)
{
    *fields = STR_NONE;
    if (!columns(w, e))
        return false;
    if (!w->in.loaded.report)
        return true;
    struct str kept = w->in.d.draft_fields.n > 2 ? w->in.d.draft_fields : w->in.d.fields;
    w->in.kept = jr_parse(kept.n ? kept : S("[]"), e);
    w->in.given = json_incref((json_t *)(uintptr_t)w->p->fields);
    w->in.is_new = json_array_size(w->in.kept) == 0;
    if (!w->in.kept || !intake_types_agree(&w->in, e))
        return false;
    *fields = arena_str(r->a, intake_settings(&w->in));
    return true;
}

static bool put_key(struct req *r, struct draft_work *w, struct err *e)
{
    if (!w->p->key)
        return true;
    char *key = json_dumps(w->p->key, JSON_COMPACT);
    const struct str params[] = {uuid_str(&r->tenant->id), uuid_str(&w->in.d.id), str_of(key)};
    bool ok = tenant_do(w->c, &sql_dataset_key_put, params, e);
    free(key);
    return ok;
}

static bool count_missing(struct draft_work *w, struct str clean, struct err *e)
{
    struct str now = clean.p ? clean : w->in.d.has_draft ? w->in.d.draft_metas : w->in.d.metas;
    json_t *metas = jr_parse(now.n ? now : S("{}"), e);
    if (!metas)
        return false;
    w->p->missing = meta_missing(metas);
    json_decref(metas);
    return true;
}

bool publish_work_draft(struct req *r, struct err *e)
{
    struct publish_ask *p = r->state;
    struct draft_work w = {.c = req_begin(r, e), .p = p, .metas = p->metas ? json_deep_copy(p->metas) : NULL};
    struct str account = uuid_str(&r->who.account), clean, fields;
    if (p->upload.n && !w.metas)
        w.metas = json_object(); /* a first draft begins with what can be known */
    bool ok = w.c && find_or_make(r, &w, e) && describe(r, &w, &clean, e) && (!p->upload.n || attach(r, &w, e)) &&
              settings(r, &w, &fields, e) && put_key(r, &w, e) &&
              dataset_draft(w.c, &r->tenant->id, &w.in.d.id, clean, fields, account, e) && count_missing(&w, clean, e) &&
              conn_commit(w.c, e);
    if (ok)
        p->dataset = w.in.d.id;
    json_decref(w.metas);
    intake_free(&w.in);
    return ok;
}

/* ---- the verbs ---- */

static bool aside_accepted(struct req *r, struct conn *c, struct err *e)
{
    const struct publish_ask *p = r->state;
    return p->accept_errors || publish_aside(c, &r->tenant->id, p->dataset_id, e);
}

/* The new shape is agreed to in the same breath. */
static bool shape_accepted(struct req *r, struct conn *c, struct err *e)
{
    const struct publish_ask *p = r->state;
    return !p->accept_shape || contract_accept(c, &r->tenant->id, p->dataset_id, uuid_str(&r->who.account), e);
}

static bool attest(struct req *r, struct conn *c, struct err *e)
{
    struct publish_ask *p = r->state;
    p->attest.account = uuid_str(&r->who.account);
    return attest_put(c, &r->tenant->id, p->dataset_id, &p->attest, e);
}

/* An editor publishes; people of one organisation submit. */
struct conn *publish_begin_decision(struct req *r, struct err *e)
{
    return may_decide(r, e) ? req_begin(r, e) : NULL;
}

bool publish_work_publish(struct req *r, struct err *e)
{
    struct publish_ask *p = r->state;
    struct conn *c = publish_begin_decision(r, e);
    return c && shape_accepted(r, c, e) && aside_accepted(r, c, e) && attest(r, c, e) &&
           publish_draft(c, &r->tenant->id, p->dataset_id, uuid_str(&r->who.account), &p->done, e) && conn_commit(c, e);
}

bool publish_work_open(struct req *r, struct err *e)
{
    struct publish_ask *p = r->state;
    struct conn *c = publish_begin_decision(r, e);
    return c && publish_open(c, &r->tenant->id, p->dataset_id, uuid_str(&r->who.account), e) && conn_commit(c, e);
}

bool publish_work_close(struct req *r, struct err *e)
{
    struct publish_ask *p = r->state;
    struct conn *c = publish_begin_decision(r, e);
    return c && publish_close(c, &r->tenant->id, p->dataset_id, uuid_str(&r->who.account), e) && conn_commit(c, e);
}

bool publish_work_withdraw(struct req *r, struct err *e)
{
    struct publish_ask *p = r->state;
    p->reason = str_trim(p->reason);
    if (p->reason.n == 0 || p->reason.n > 2000)
        return ERR(e, err_reason_missing, "%zu bytes", p->reason.n);
    const struct publish_end end = {p->reason, str_trim(p->successor)};
    struct conn *c = publish_begin_decision(r, e);
    return c && publish_withdraw(c, &r->tenant->id, p->dataset_id, &end, uuid_str(&r->who.account), e) && conn_commit(c, e);
}

bool publish_work_submit(struct req *r, struct err *e)
{
    struct publish_ask *p = r->state;
    if (!bound(r))
        return ERR(e, err_submit_not_needed, "%s", r->who.account.text);
    struct conn *c = req_begin(r, e);
    return c && shape_accepted(r, c, e) && aside_accepted(r, c, e) && attest(r, c, e) &&
           review_submit(c, &r->tenant->id, p->dataset_id, &r->who.organisation, &r->who.account, &p->made, e) &&
           conn_commit(c, e);
}

bool publish_work_accept(struct req *r, struct err *e)
{
    struct publish_ask *p = r->state;
    struct conn *c = publish_begin_decision(r, e);
    return c && review_accept(c, &r->tenant->id, p->review, uuid_str(&r->who.account), e) && conn_commit(c, e);
}

bool publish_work_refuse(struct req *r, struct err *e)
{
    struct publish_ask *p = r->state;
    struct conn *c = publish_begin_decision(r, e);
    return c && review_refuse(c, &r->tenant->id, p->review, p->article, p->message, uuid_str(&r->who.account), e) &&
           conn_commit(c, e);
}
