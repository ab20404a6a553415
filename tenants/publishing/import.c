#include "tenants/publishing/import.h"

#include "core/base/jr.h"
#include "tenants/directory/organisation.h"
#include "tenants/publishing/attest.h"
#include "tenants/publishing/check.h"
#include "tenants/publishing/contract.h"
#include "tenants/publishing/errors.h"
#include "tenants/publishing/meta.h"
#include "tenants/publishing/publish.h"
#include "tenants/publishing/registry.h"

static bool check_meta(const struct import_ask *ask, struct str *visibility, struct err *e)
{
    *visibility = jr_str(ask->meta, "visibility");
    bool good = !ask->meta || json_is_object(ask->meta);
    static const char *const keys[] = {"metas", "fields", "steps"};
    for (size_t i = 0; good && i < 3; i++) {
        const json_t *part = json_object_get(ask->meta, keys[i]);
        good = !part || (i ? json_is_array(part) : json_is_object(part));
    }
    if (!good)
        return ERR(e, err_meta_file, "shape"), err_arg(e, "--meta");
    if (!visibility->p || str_eq(*visibility, S("open")) || str_eq(*visibility, S("closed")))
        return true;
    ERR(e, err_visibility_unknown, "META.json");
    return err_arg(e, STR_FMT, STR_ARG(str_part(*visibility, 0, 80)));
}

static struct str producer(const struct tenant_row *t, const struct import_ask *ask)
{
    struct str publisher = str_trim(jr_str(jr_object(jr_object(ask->meta, "metas"), "default"), "publisher"));
    return ask->organisation.n ? ask->organisation : publisher.n ? publisher : t->name;
}

/* The description to store: absent where none was given and the dataset has one. */
static bool describe(struct conn *c, const struct import_ask *ask, struct intake *in, struct str organisation,
                     struct str *metas, struct err *e)
{
    const json_t *given = jr_object(ask->meta, "metas");
    *metas = STR_NONE;
    if (!given && !in->is_new)
        return true;
    json_t *copy = given ? json_deep_copy(given) : json_object();
    json_t *block = json_object_get(copy, "default");
    if (!json_is_object(block)) {
        block = json_object();
        json_object_set_new(copy, "default", block);
    }
    json_object_set_new(block, "publisher", json_stringn(organisation.p, organisation.n));
    bool ok = meta_clean(c, &in->a, copy, metas, e);
    json_decref(copy);
    return ok;
}

/* A new dataset is made for its producer; the title stands in where no identifier was given. */
static bool settle_dataset(struct conn *c, const struct tenant_row *t, const struct import_ask *ask,
                           struct import_done *done, struct str organisation, struct err *e)
{
    if (!done->intake.is_new) {
        done->dataset = done->intake.d.id;
        return true;
    }
    struct dataset_new new = {.dataset_id = ask->dataset_id, .title = ask->file_name};
    return organisation_named(c, &t->id, organisation, &new.organisation, e) &&
           dataset_add(c, &t->id, &new, &done->dataset, e);
}

/* "attestations": true or false, or {"personal", "rights", "standing", "third"} as the API has them. Where META.json says nothing,
 * whoever types --publish on the machine attests by it: the command is the operator's, and its help says so. */
static bool attest(struct conn *c, const struct tenant_row *t, const struct import_ask *ask, struct err *e)
{
    const json_t *given = json_object_get(ask->meta, "attestations");
    bool all = given ? json_is_true(given) : ask->publish;
    struct attest a = {.personal = all || jr_bool(given, "personal", false), .rights = all || jr_bool(given, "rights", false),
                       .standing = jr_bool(given, "standing", false), .third = jr_str(given, "third")};
    return attest_put(c, &t->id, ask->dataset_id, &a, e);
}

/* The operator acts for the region: words of his own are taken. A reason that nothing needs is left out. */
static bool give_reason(struct conn *c, const struct tenant_row *t, const struct import_ask *ask, struct err *e)
{
    struct uuid id;
    struct str said = ask->legal_reason.n ? ask->legal_reason : jr_str(ask->meta, "legal_reason");
    bool listed = uuid_parse(said, &id);
    struct override o = {.dataset_id = ask->dataset_id, .reason_id = listed ? said : STR_NONE, .text = listed ? STR_NONE : said,
                         .may_write = true};
    struct err why = {0};
    if (said.n == 0 || check_override(c, &t->id, &o, &why) || why.kind == &err_nothing_to_override)
        return true;
    *e = why;
    return false;
}

static bool conform(struct conn *c, const struct tenant_row *t, const struct import_ask *ask, struct err *e)
{
    const json_t *given = json_object_get(ask->meta, "conforms_to");
    return !given || registry_conform(c, &t->id, ask->dataset_id, jr_str(ask->meta, "conforms_to"), STR_NONE, STR_NONE, e);
}

static bool publish(struct conn *c, const struct tenant_row *t, const struct import_ask *ask, struct import_done *done,
                    struct str visibility, struct err *e)
{
    struct publish_done made;
    struct str now = done->intake.is_new ? S("closed") : done->intake.d.visibility;
    bool was_public = str_eq(done->intake.d.state, S("published"));
    /* A dataset that somebody closed stays closed until somebody says otherwise. */
    struct str wanted = visibility.p ? visibility : was_public ? now : S("open");
    bool ok = attest(c, t, ask, e) && give_reason(c, t, ask, e) &&
              publish_draft(c, &t->id, ask->dataset_id, STR_NONE, &made, e);
    if (ok && !str_eq(wanted, now))
        ok = str_eq(wanted, S("open")) ? publish_open(c, &t->id, ask->dataset_id, STR_NONE, e)
                                       : publish_close(c, &t->id, ask->dataset_id, STR_NONE, e);
    done->published = ok;
    done->is_open = ok && str_eq(wanted, S("open"));
    return ok;
}

/* An update whose rows or columns break what was agreed stays a draft, to be looked at; a first file never gets here. */
static bool hold(struct conn *c, const struct tenant_row *t, const struct import_ask *ask, struct import_done *done)
{
    if (done->intake.is_new)
        return false;
    bool agreed = !ask->accept_shape || contract_accept(c, &t->id, ask->dataset_id, STR_NONE, &done->why);
    done->held = !agreed || !contract_check(c, &t->id, &done->dataset, &done->why) ||
                 (!ask->accept_errors && !intake_whole(&done->intake, &done->why));
    return done->held;
}

static bool work(struct conn *c, const struct tenant_row *t, const struct import_ask *ask, struct import_done *done,
                 struct err *e)
{
    struct intake *in = &done->intake;
    struct str visibility, metas, organisation = producer(t, ask);
    const json_t *steps = ask->steps ? ask->steps : jr_array(ask->meta, "steps");
    json_t *extra = json_pack("{s:O*, s:O*}", "steps", steps, "reading", jr_object(ask->meta, "reading"));
    in->extra = extra;
    bool ok = check_meta(ask, &visibility, e) &&
           intake_plan(in, c, &t->id, ask->dataset_id, jr_array(ask->meta, "fields"), ask->append, e) &&
           describe(c, ask, in, organisation, &metas, e) && (in->accept_aside |= !in->is_new, true) &&
           (in->is_new || conform(c, t, ask, e)) && intake_load(in, c, ask->fd, ask->size_bytes, e) &&
           settle_dataset(c, t, ask, done, organisation, e) && (!in->is_new || conform(c, t, ask, e)) &&
           intake_draft(in, c, &done->dataset, STR_NONE, STR_NONE, e) &&
           (!metas.p || dataset_draft(c, &t->id, &done->dataset, metas, STR_NONE, STR_NONE, e)) &&
           intake_diff(in, c, &done->diff, e) &&
              (!ask->publish || hold(c, t, ask, done) || publish(c, t, ask, done, visibility, e));
    in->extra = NULL;
    json_decref(extra);
    return ok;
}

bool import_file(struct conn *c, const struct tenant_row *t, const struct import_ask *ask, struct import_done *done,
                 struct err *e)
{
    struct import_done d = {.intake = {.schema = jr_str(ask->meta, "conforms_to"),
                                       .accept_aside = !ask->publish || ask->accept_errors,
                                       .on_progress = ask->on_progress,
                                       .context = ask->context}};
    bool ok = conn_begin(c, &t->id, e) && work(c, t, ask, &d, e) && conn_commit(c, e);
    if (!ok) {
        conn_rollback(c);
        import_free(&d);
        return false;
    }
    *done = d;
    return true;
}

void import_free(struct import_done *done)
{
    intake_free(&done->intake);
}
