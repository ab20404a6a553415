#include "tenants/pages/sign.h"

#include "core/web/errors.h"
#include "core/web/url.h"
#include "tenants/pages/page.h"
#include "tenants/people/errors.h"
#include "tenants/people/session.h"

static void write_sign_in(struct req *r, struct str next, struct str email, struct str fault, struct buf *out)
{
    struct buf body = {0};
    page_sign_in(&body, r->lang, &(struct page_sign_in){.next = next, .email = email, .fault = fault,
                                                        .tenant = r->tenant->name});
    page_write(r, &(struct page_frame){.title = page_say(r, TEXT_SIGN_IN)}, buf_str(&body), out);
    buf_free(&body);
}

static bool is_own_path(struct str s)
{
    return s.n > 0 && s.n < 500 && s.p[0] == '/' && !str_starts(s, S("//")) && str_chr(s, '\\') < 0;
}

static bool reply_sign_in(struct req *r, struct err *e)
{
    (void)e;
    struct str next = req_query(r, S("next"));
    write_sign_in(r, is_own_path(next) ? next : STR_NONE, STR_NONE, STR_NONE,
                  req_reply(r, 200, S("text/html; charset=utf-8")));
    return true;
}

const struct step sign_in_form[] = {{STEP_REPLY, reply_sign_in, NULL}, {STEP_END, NULL, NULL}};

static void write_invite(struct req *r, const struct session_link *link, struct str fault, struct buf *out)
{
    struct buf body = {0};
    page_invite(&body, r->lang, &(struct page_invite){.name = link->name, .email = link->email, .token = r->params[0],
                                                      .is_password = link->is_password, .tenant = r->tenant->name,
                                                      .fault = fault});
    page_write(r, &(struct page_frame){.title = page_say(r, TEXT_INVITE_TITLE)}, buf_str(&body), out);
    buf_free(&body);
}

static bool reply_invite(struct req *r, struct err *e)
{
    struct session_link link;
    if (!session_take_link(r, &link, e))
        return false;
    /* The address is a secret: no other site may learn it. */
    req_set(r, S("referrer-policy"), S("no-referrer"));
    write_invite(r, &link, STR_NONE, req_reply(r, 200, S("text/html; charset=utf-8")));
    return true;
}

const struct step sign_invite_form[] = {
    {STEP_DB, session_ask_link, NULL}, {STEP_REPLY, reply_invite, NULL}, {STEP_END, NULL, NULL},
};

/* ---- errors ---- */

static const struct title_row {
    int status;
    enum text_key title;
} title_rows[] = {{400, TEXT_FAILURE_400}, {403, TEXT_FAILURE_403}, {404, TEXT_FAILURE_404}, {410, TEXT_FAILURE_410},
                  {429, TEXT_FAILURE_429}, {503, TEXT_FAILURE_503}};

static struct str title_of(struct req *r, int status)
{
    for (size_t i = 0; i < sizeof title_rows / sizeof title_rows[0]; i++)
        if (title_rows[i].status == status)
            return page_say(r, title_rows[i].title);
    return page_say(r, TEXT_FAILURE_OTHER);
}

static void go_to_sign_in(struct req *r)
{
    struct buf b = {0};
    buf_addz(&b, "/login/?next=");
    url_encode(&b, r->x->method == HTTP_GET ? r->x->path : S("/backoffice/"));
    req_redirect(r, 303, arena_str(r->a, buf_str(&b)));
    buf_free(&b);
}

static bool is_post_to(const struct req *r, struct str head)
{
    return r->x->method == HTTP_POST && str_starts(r->x->path, head);
}

bool sign_error_page(struct req *r, const struct err *e, struct buf *body)
{
    if (e->kind == &err_sign_in_needed) {
        go_to_sign_in(r);
        return true;
    }
    struct str said = page_error(r, e);
    if (is_post_to(r, S("/login"))) {
        write_sign_in(r, req_form(r, S("next")), req_form(r, S("email")), said, body);
        return true;
    }
    if (is_post_to(r, S("/invite/")) && e->kind == &err_password_weak) {
        write_invite(r, &(struct session_link){0}, said, body);
        return true;
    }
    struct buf inner = {0};
    int status = e->kind->status;
    page_failure(&inner, r->lang,
                 &(struct page_failure){.status = status,
                                        .title = title_of(r, status),
                                        .sentence = said,
                                        .is_missing = status == 404,
                                        .is_later = status >= 500,
                                        .successor = e->kind == &err_dataset_replaced ? str_of(e->arg[2]) : STR_NONE});
    page_write(r, &(struct page_frame){.title = title_of(r, status)}, buf_str(&inner), body);
    buf_free(&inner);
    return true;
}
