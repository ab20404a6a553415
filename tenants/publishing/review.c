#include "tenants/publishing/review.h"

#include "core/base/clock.h"
#include "core/base/jr.h"
#include "tenants/directory/tenant.h"
#include "tenants/people/mail.h"
#include "tenants/publishing/attest.h"
#include "tenants/publishing/check.h"
#include "tenants/publishing/contract.h"
#include "tenants/publishing/dataset.h"
#include "tenants/publishing/errors.h"
#include "tenants/publishing/meta.h"
#include "tenants/publishing/publish.h"
#include "tenants/publishing/review_clock.h"
#include "tenants/publishing/sql.h"

static bool checks_pass(const struct dataset_row *d, const struct uuid *organisation, struct err *e)
{
    if (!str_eq(uuid_str(&d->organisation), uuid_str(organisation)))
        return ERR(e, err_dataset_not_yours, "%s", d->id.text);
    if (!d->has_draft || (!d->draft_version.text[0] && !d->version.text[0]))
        return ERR(e, err_draft_missing, "%s", d->id.text);
    json_t *metas = jr_parse(d->draft_metas, e);
    bool ok = metas && meta_gate(metas, LANG_FR, e);
    json_decref(metas);
    return ok;
}

/* Accepting publishes and opens: what would stop it stops the submission. */
static bool may_be_read(struct conn *c, const struct uuid *tenant, const struct dataset_row *d, struct err *e)
{
    bool changed = d->draft_version.text[0] != '\0';
    const struct uuid *version = changed ? &d->draft_version : &d->version;
    return (!changed || attest_gate(c, tenant, &d->id, version, e)) && check_gate(c, tenant, &d->id, version, true, e);
}

static bool tell_region(struct conn *c, struct arena *a, const struct uuid *tenant, const struct uuid *review, struct err *e)
{
    struct review_told t;
    struct str page = arena_printf(a, "/backoffice/review/%s/", review->text);
    return review_clock_tell(c, a, tenant, uuid_str(review), &t, e) &&
           mail_queue(c, tenant, MAIL_TO_EDITORS, MAIL_review_submitted, page,
                      (struct str[]){t.title, t.organisation, STR_NONE, t.deadline}, 4, STR_NONE, e);
}

/* What the region decided, to whoever submitted. */
static bool tell_partner(struct conn *c, struct arena *a, const struct uuid *tenant, struct str review, enum mail_template mail,
                         struct str article, struct str message, struct err *e)
{
    struct review_told t;
    if (!review_clock_tell(c, a, tenant, review, &t, e))
        return false;
    struct str page = arena_printf(a, "/backoffice/datasets/" STR_FMT "/", STR_ARG(t.dataset_id));
    return mail_queue(c, tenant, t.submitter, mail, page, (struct str[]){t.title, article, message}, 3, STR_NONE, e);
}

bool review_submit(struct conn *c, const struct uuid *tenant, struct str dataset_id,
                   const struct uuid *organisation, const struct uuid *account, struct uuid *review,
                   struct err *e)
{
    struct arena a = {0};
    struct dataset_row d;
    struct uuid made = uuid_make();
    bool ok = dataset_lock(c, &a, tenant, dataset_id, &d, e) && checks_pass(&d, organisation, e) &&
              contract_check(c, tenant, &d.id, e) && may_be_read(c, tenant, &d, e);
    const struct str params[] = {uuid_str(tenant), uuid_str(&made), ok ? uuid_str(&d.id) : STR_NONE,
                                 uuid_str(organisation), uuid_str(account), clock_now(&a)};
    ok = ok && tenant_do(c, &sql_review_insert, params, e) &&
         tenant_audit(c, tenant, uuid_str(account), S("submit"), dataset_id, STR_NONE, e) && tell_region(c, &a, tenant, &made, e);
    arena_free(&a);
    if (ok)
        *review = made;
    return ok;
}

/* Writes the decision; the public id of its dataset into *dataset_id. */
static bool decide(struct conn *c, struct arena *a, const struct uuid *tenant, const struct str decision[4],
                   struct str account, struct str *dataset_id, struct err *e)
{
    struct uuid id;
    const struct str params[] = {uuid_str(tenant), decision[0], decision[1], decision[2], decision[3], account};
    if (!uuid_parse(decision[0], &id))
        return ERR(e, err_review_unknown, "not an id");
    PGresult *r = conn_ask(c, &sql_review_decide, params, e);
    bool there = r && PQntuples(r) == 1;
    if (there)
        *dataset_id = arena_str(a, str_of(PQgetvalue(r, 0, 0)));
    else if (r)
        ERR(e, err_review_unknown, "%s", id.text);
    PQclear(r);
    return there && tenant_audit(c, tenant, account, decision[1], *dataset_id, STR_NONE, e);
}

bool review_accept(struct conn *c, const struct uuid *tenant, struct str review, struct str account,
                   struct err *e)
{
    struct arena a = {0};
    struct str dataset_id;
    struct publish_done done;
    const struct str decision[] = {review, S("accepted"), STR_NONE, STR_NONE};
    bool ok = decide(c, &a, tenant, decision, account, &dataset_id, e) &&
              publish_draft(c, tenant, dataset_id, account, &done, e) &&
              (done.is_open || publish_open(c, tenant, dataset_id, account, e)) &&
              tell_partner(c, &a, tenant, review, MAIL_review_accepted, STR_NONE, STR_NONE, e);
    arena_free(&a);
    return ok;
}

bool review_refuse(struct conn *c, const struct uuid *tenant, struct str review, struct str article,
                   struct str message, struct str account, struct err *e)
{
    static const char *const articles[] = {"2.3", "2.4", "2.5", "2.6"};
    bool known = false;
    for (size_t i = 0; i < sizeof articles / sizeof articles[0]; i++)
        known = known || str_eq(article, str_of(articles[i]));
    message = str_trim(message);
    if (!known || message.n == 0 || message.n > 4000)
        return ERR(e, err_review_article, "article " STR_FMT, STR_ARG(str_part(article, 0, 10)));
    struct arena a = {0};
    struct str dataset_id;
    const struct str decision[] = {review, S("refused"), article, message};
    bool ok = decide(c, &a, tenant, decision, account, &dataset_id, e) &&
              tell_partner(c, &a, tenant, review, MAIL_review_refused, article, message, e);
    arena_free(&a);
    return ok;
}

bool review_none_waiting(struct conn *c, const struct uuid *tenant, const struct uuid *dataset, struct err *e)
{
    PGresult *r = conn_ask(c, &sql_review_waiting, (struct str[]){uuid_str(tenant), uuid_str(dataset)}, e);
    bool ok = r && (PQntuples(r) == 0 || ERR(e, err_review_waiting, "%s", dataset->text));
    PQclear(r);
    return ok;
}
