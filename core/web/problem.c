/* problem -- one failure, written the way each public expects it (explore-api.md 1.4, RFC 9457). */
#include "core/base/errors.h"
#include "core/base/jw.h"
#include "core/base/log.h"
#include "core/base/markup.h"
#include "core/web/errors.h"
#include "core/web/private.h"

enum dialect problem_dialect(struct str path)
{
    static const struct {
        const char *head;
        enum dialect dialect;
    } rows[] = {
        {"/api/explore/", DIALECT_EXPLORE}, {"/api/v2/", DIALECT_EXPLORE},
        {"/api/records/1.0/", DIALECT_V1},  {"/api/datasets/1.0/", DIALECT_V1},
        {"/api/", DIALECT_PROBLEM},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (str_starts(path, str_of(rows[i].head)))
            return rows[i].dialect;
    return DIALECT_PAGE;
}

static void explore_body(struct buf *out, const struct err *e, struct str sentence)
{
    struct jw w;
    jw_init(&w, out, JW_PRETTY);
    jw_open(&w, '{');
    JW_STR(&w, "error_code", str_of(e->kind->wire));
    JW_STR(&w, "message", sentence);
    jw_close(&w, '}');
}

static void v1_body(struct buf *out, const struct err *e, struct str sentence)
{
    struct jw w;
    jw_init(&w, out, JW_SPACED);
    jw_open(&w, '{');
    JW_I64(&w, "errorcode", e->kind->status);
    JW_STR(&w, "error", sentence);
    jw_close(&w, '}');
}

static void problem_body(struct buf *out, const struct err *e, struct str sentence)
{
    struct jw w;
    jw_init(&w, out, JW_SPACED);
    jw_open(&w, '{');
    JW_STR(&w, "type", S("about:blank"));
    JW_STR(&w, "title", str_of(e->kind->code));
    JW_I64(&w, "status", e->kind->status);
    JW_STR(&w, "detail", sentence);
    jw_close(&w, '}');
}

static void plain_page(struct buf *out, const struct err *e, struct str sentence, enum lang lang)
{
    buf_printf(out, "<!doctype html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\"><title>%d</title></head>\n"
                    "<body><main><h1>%d</h1><p>",
               lang == LANG_EN ? "en" : "fr", e->kind->status, e->kind->status);
    markup_text(out, sentence);
    buf_printf(out, "</p><p><a href=\"/\">%s</a></p></main></body></html>\n",
               lang == LANG_EN ? "Home page" : "Page d’accueil");
}

static void write_body(struct req_private *p, const struct err *e, enum dialect dialect, struct buf *body)
{
    struct req *r = &p->req;
    const struct web_hooks *hooks = p->engine->c.hooks;
    if (hooks->error_body && hooks->error_body(r, e, body, &p->content_type))
        return;
    /* The page's hook looks at the tenant's name and colours: without one the plain page does. */
    if (dialect == DIALECT_PAGE && r->tenant && hooks->error_page && hooks->error_page(r, e, body))
        return;
    buf_reset(body);
    struct buf sentence = {0};
    /* The imitated APIs speak English, as their clients were written. */
    bool english = dialect == DIALECT_EXPLORE || dialect == DIALECT_V1;
    err_say(e, english ? LANG_EN : r->lang, &sentence);
    switch (dialect) {
    case DIALECT_EXPLORE: explore_body(body, e, buf_str(&sentence)); break;
    case DIALECT_V1: v1_body(body, e, buf_str(&sentence)); break;
    case DIALECT_PROBLEM: problem_body(body, e, buf_str(&sentence)); break;
    case DIALECT_PAGE: plain_page(body, e, buf_str(&sentence), r->lang); break;
    }
    buf_free(&sentence);
}

void problem_answer(struct req_private *p, const struct err *e)
{
    static const char *const types[] = {
        [DIALECT_PAGE] = "text/html; charset=utf-8",
        [DIALECT_EXPLORE] = "application/json",
        [DIALECT_V1] = "application/json",
        [DIALECT_PROBLEM] = "application/problem+json",
    };
    struct req *r = &p->req;
    enum dialect dialect = r->route           ? r->route->dialect
                           : p->match.nearest ? p->match.nearest->dialect
                                              : problem_dialect(r->x->path);
    struct buf *body = req_reply(r, e->kind->status, str_of(types[dialect]));
    p->etag = STR_NONE;
    p->gzip = false;
    p->failed = e->kind;
    write_body(p, e, dialect, body);
    if (e->kind->status == 503 || e->kind == &err_too_many_requests)
        req_set(r, S("retry-after"), S("2"));
    if (e->kind->status == 401 && dialect != DIALECT_PAGE)
        req_set(r, S("www-authenticate"), S("Apikey"));
    if (e->kind->status >= 500)
        log_err(LOG_ERROR, "request_failed", e);
}
