#include "tenants/pages/bo.h"

#include "core/web/errors.h"
#include "tenants/people/session.h"

/* What ?done= may say: a closed list, so that no address puts words on a page. */
static struct str done_words(struct req *r)
{
    static const struct {
        const char *word;
        enum text_key key;
    } words[] = {
        {"saved", TEXT_BO_DONE_SAVED},         {"allowed", TEXT_CHK_DONE_ALLOWED}, {"revoked_reason", TEXT_CHK_DONE_REVOKED},  {"published", TEXT_BO_DONE_PUBLISHED}, {"opened", TEXT_BO_DONE_OPENED},
        {"closed", TEXT_BO_DONE_CLOSED},       {"withdrawn", TEXT_BO_DONE_WITHDRAWN}, {"submitted", TEXT_BO_DONE_SUBMITTED},
        {"accepted", TEXT_BO_DONE_ACCEPTED},   {"refused", TEXT_BO_DONE_REFUSED},     {"revoked", TEXT_BO_DONE_REVOKED},
        {"changed", TEXT_BO_DONE_CHANGED},     {"share", TEXT_BO_DONE_SHARE},         {"loan", TEXT_BO_DONE_LOAN},
        {"restored", TEXT_BO_DONE_RESTORED},   {"discarded", TEXT_BO_DONE_DISCARDED}, {"attached", TEXT_BO_DONE_ATTACHED},
        {"removed", TEXT_BO_DONE_REMOVED},     {"scheduled", TEXT_BO_DONE_SCHEDULED}, {"answered", TEXT_BO_DONE_ANSWERED}, {"asked", TEXT_BO_DONE_ASKED}, {"contact", TEXT_BO_DONE_CONTACT}, {"went_on", TEXT_BO_DONE_WENT_ON},   {"read", TEXT_BO_DONE_READ},
        {"dropped", TEXT_BO_DONE_DROPPED},
        {"seen", TEXT_OVR_DONE_SEEN},          {"override_revoked", TEXT_OVR_DONE_REVOKED}, {"revoked_closed", TEXT_OVR_DONE_CLOSED},
    };
    struct str asked = req_query(r, S("done"));
    for (size_t i = 0; asked.n && i < sizeof words / sizeof words[0]; i++)
        if (str_eq(asked, str_of(words[i].word)))
            return page_say(r, words[i].key);
    return STR_NONE;
}

static struct str error_words(struct req *r)
{
    const struct err *e = &bo_state(r)->err;
    return e->kind ? page_error(r, e) : STR_NONE;
}

static void mark_place(enum bo_nav nav, struct page_bo_shell *p)
{
    p->at_home = nav == BO_HOME;
    p->at_datasets = nav == BO_DATASETS;
    p->at_review = nav == BO_REVIEW;
    p->at_federation = nav == BO_FEDERATION;
    p->at_quotas = nav == BO_QUOTAS;
    p->at_people = nav == BO_PEOPLE;
    p->at_keys = nav == BO_KEYS;
    p->at_brand = nav == BO_BRAND;
    p->at_front = nav == BO_FRONT;
    p->at_partners = nav == BO_PARTNERS;
    p->at_schemas = nav == BO_SCHEMAS;
    p->at_overrides = nav == BO_OVERRIDES;
}

void bo_reply(struct req *r, int status, const struct bo_page *page, struct buf *body)
{
    struct page_bo_shell p = {.title = page->title, .lead = page->lead, .up = page->up, .up_url = page->up_url,
                              .portal = r->tenant->name, .host = r->tenant->host, .who = r->who.name,
                              .initials = page_initials(r->a, r->who.name), .csrf = r->who.csrf,
                              .error = error_words(r), .error_field = bo_blamed(&bo_state(r)->err),
                              .body = markup_trusted(buf_str(body))};
    p.done = p.error.n ? STR_NONE : done_words(r);
    p.may_contribute = r->who.role >= CONTRIBUTOR;
    p.may_review = r->tenant->is_root && bo_may_publish(r);
    p.may_admin = bo_may_admin(r);
    p.may_region = p.may_admin && r->who.is_region;
    p.overrides_url = bo_overrides_url(r);
    mark_place(page->nav, &p);
    struct buf whole = {0};
    page_bo_shell(&whole, r->lang, &p);
    buf_free(body);
    page_reply(r, status, &(struct page_frame){.title = page->title, .office = true, .refresh_s = page->refresh_s}, &whole);
}

struct bo_state *bo_state(struct req *r)
{
    if (!r->state)
        r->state = ARENA_NEW(r->a, struct bo_state);
    return r->state;
}

static bool can_be_mended(const struct err *e)
{
    int status = e->kind->status;
    return status >= 400 && status < 500 && status != 401 && status != 403 && status != 404;
}

/* What can be mended stays for the page; the rest ends the request. */
static bool keep_error(struct req *r, struct err *e)
{
    if (!e->kind || !can_be_mended(e))
        return false;
    bo_state(r)->err = *e;
    *e = (struct err){0};
    return true;
}

static void go_on(struct req *r)
{
    if (bo_state(r)->then.p)
        req_redirect(r, 303, bo_state(r)->then);
}

bool bo_write(struct req *r, bo_write_fn *write, struct err *e)
{
    if (!session_csrf(r, e))
        return false;
    struct conn *c = req_conn(r, e);
    if (!c)
        return false;
    if (conn_begin(c, &r->tenant->id, e) && write(r, c, e) && conn_commit(c, e)) {
        go_on(r);
        return true;
    }
    conn_rollback(c);
    return keep_error(r, e);
}

bool bo_call(struct req *r, step_fn *work, void *ask, struct err *e)
{
    struct bo_state *s = bo_state(r);
    if (!session_csrf(r, e))
        return false;
    r->state = ask;
    bool ok = work(r, e);
    r->state = s;
    if (ok) {
        go_on(r);
        return true;
    }
    struct err ignored = {0};
    struct conn *c = req_conn(r, &ignored);
    if (c)
        conn_rollback(c);
    return keep_error(r, e);
}

void bo_then(struct req *r, struct str path)
{
    bo_state(r)->then = arena_str(r->a, path);
}

int bo_status(struct req *r)
{
    const struct err *e = &bo_state(r)->err;
    return e->kind ? e->kind->status : 200;
}

struct str bo_span(struct req *r, int64_t seconds)
{
    bool fr = r->lang == LANG_FR;
    int64_t minutes = seconds / 60, hours = minutes / 60, days = hours / 24;
    if (days >= 3)
        return arena_printf(r->a, "%lld %s", (long long)days, fr ? "jours" : "days");
    if (hours >= 1)
        return arena_printf(r->a, "%lld\xc2\xa0h\xc2\xa0%02lld", (long long)hours, (long long)(minutes % 60));
    return arena_printf(r->a, "%lld\xc2\xa0min", (long long)minutes);
}

struct str bo_ago(struct req *r, int64_t seconds)
{
    struct str s = bo_span(r, seconds < 0 ? -seconds : seconds);
    return arena_printf(r->a, r->lang == LANG_FR ? "il y a " STR_FMT : STR_FMT " ago", STR_ARG(s));
}

struct str bo_left(struct req *r, int64_t seconds)
{
    struct str s = bo_span(r, seconds < 0 ? -seconds : seconds);
    if (seconds < 0)
        return arena_printf(r->a, r->lang == LANG_FR ? "dépassé de " STR_FMT : "overdue by " STR_FMT, STR_ARG(s));
    return arena_printf(r->a, r->lang == LANG_FR ? "encore " STR_FMT : STR_FMT " left", STR_ARG(s));
}
