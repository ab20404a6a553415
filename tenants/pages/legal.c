#include "tenants/pages/legal.h"

#include "tenants/pages/page.h"
#include "tenants/pages/say.h"

static struct str site_of(struct req *r)
{
    const struct tenant *root = page_root(r);
    return arena_printf(r->a, STR_FMT "/", STR_ARG(req_tenant_url(r, root->host)));
}

static bool done(struct req *r, enum text_key title, struct buf *body)
{
    page_reply(r, 200, &(struct page_frame){.title = page_say(r, title)}, body);
    return true;
}

bool legal_terms(struct req *r, struct err *e)
{
    (void)e;
    struct buf body = {0};
    page_prose_terms(&body, r->lang, &(struct page_prose_terms){
        .tenant = r->tenant->name, .region = page_root(r)->name, .host = r->tenant->host, .site_url = site_of(r),
        .date = say_date(r->a, r->lang, S(LEGAL_TERMS_DATE))});
    return done(r, TEXT_FOOT_TERMS, &body);
}

bool legal_privacy(struct req *r, struct err *e)
{
    (void)e;
    struct buf body = {0};
    page_prose_privacy(&body, r->lang, &(struct page_prose_privacy){
        .tenant = r->tenant->name, .region = page_root(r)->name, .site_url = site_of(r)});
    return done(r, TEXT_FOOT_PRIVACY, &body);
}

bool legal_cookies(struct req *r, struct err *e)
{
    (void)e;
    struct buf body = {0};
    page_prose_cookies(&body, r->lang, &(struct page_prose_cookies){0});
    return done(r, TEXT_FOOT_COOKIES, &body);
}

bool legal_accessibility(struct req *r, struct err *e)
{
    (void)e;
    struct buf body = {0};
    page_prose_accessibility(&body, r->lang, &(struct page_prose_accessibility){
        .tenant = r->tenant->name, .region = page_root(r)->name, .site_url = site_of(r),
        .date = say_date(r->a, r->lang, S(LEGAL_TERMS_DATE))});
    return done(r, TEXT_ACCESS_TITLE, &body);
}
