#include "tenants/pages/conformity.h"

#include "core/base/log.h"
#include "core/base/option.h"
#include "core/io/fetch.h"
#include "tenants/directory/tenant.h"
#include "tenants/pages/sql.h"
#include "tenants/people/mail.h"

enum { PAGE_MOST = 1 << 20, TIMEOUT_MS = 10000 };

/* ---- what a page shows ---- */

/* What stands between the first `from` and the `to` behind it; absent: they do not. */
static struct str between(struct str s, const char *from, const char *to)
{
    ptrdiff_t at = str_find(s, str_of(from));
    struct str rest = at < 0 ? STR_NONE : str_from(s, (size_t)at);
    ptrdiff_t end = at < 0 ? -1 : str_find(rest, str_of(to));
    return end < 0 ? STR_NONE : str_part(rest, 0, (size_t)end);
}

static bool holds(struct str s, struct str word)
{
    return s.p && str_find(s, word) >= 0;
}

static bool has_mention(struct arena *a, struct str html, struct str root_host)
{
    struct str notice = between(html, "<div class=\"notice\">", "</div></div>");
    return holds(notice, S("sous-domaine du portail")) && holds(notice, S("<a href=\"http")) &&
           holds(notice, arena_printf(a, ">" STR_FMT "</a>", STR_ARG(root_host)));
}

static bool has_mark(struct str html)
{
    struct str brand = between(between(html, "<header", "</header>"), "<a class=\"brand\"", "</a>");
    return holds(brand, S("brand-mark")) && holds(brand, S(">Data "));
}

static bool has_region(struct str foot)
{
    struct str inst = between(foot, "<a class=\"inst\" href=\"", "</a>");
    struct str link = str_from(inst, inst.n < 22 ? inst.n : 22);
    return inst.p && (str_starts(link, S("http")) || str_starts(link, S("/"))) &&
           (holds(inst, S("<img")) || holds(inst, S("<svg")));
}

/* Sheets of this portal alone, and no styles in the page. */
static bool has_foreign_style(struct str html)
{
    static const char sheet[] = "<link rel=\"stylesheet\" href=\"";
    if (holds(html, S("<style")) || holds(html, S(" style=\"")))
        return true;
    for (ptrdiff_t at; (at = str_find(html, str_of(sheet))) >= 0;) {
        html = str_from(html, (size_t)at + sizeof sheet - 1);
        if (!str_starts(html, S("/")) || str_starts(html, S("//")))
            return true;
    }
    return false;
}

struct str conformity_missing(struct arena *a, struct str html, struct str root_host)
{
    struct str foot = between(html, "<footer", "</footer>");
    const struct {
        bool is_missing;
        const char *name;
    } looks[] = {{!has_mention(a, html, root_host), "mention"},
                 {!has_mark(html), "mark"},
                 {!holds(foot, S("<h2>Partenaire</h2>")), "partner"},
                 {!has_region(foot), "region"},
                 {has_foreign_style(html), "style"}};
    struct str missing = S("");
    for (size_t i = 0; i < sizeof looks / sizeof looks[0]; i++)
        if (looks[i].is_missing)
            missing = arena_printf(a, STR_FMT "%s%s", STR_ARG(missing), missing.n ? "," : "", looks[i].name);
    return missing;
}

/* ---- the look ---- */

/* conformity_take.sql's columns */
enum { COL_TENANT, COL_NAME, COL_HOST, COL_ROOT, COL_ROOT_HOST };

/* The host is ours, so its address may be private: readers of a machine behind a proxy come in the same way. */
static bool get(struct arena *a, struct str host, struct fetch_answer *answer, struct err *e)
{
    const struct fetch_field fields[] = {{S("accept-language"), S("fr")}, {S("accept"), S("text/html")}};
    const struct fetch_request request = {
        .method = "GET",
        .fields = fields,
        .nfields = 2,
        .bytes_max = PAGE_MOST,
        .timeout_ms = TIMEOUT_MS,
        .url = arena_printf(a, STR_FMT "/", STR_ARG(tenant_address(a, option_str(OPTION_PUBLIC_URL), host))),
        .policy = {.allow_private = true}};
    return fetch(a, &request, answer, e);
}

static bool tell(struct conn *c, struct arena *a, const PGresult *r, struct str missing, struct str since, struct err *e)
{
    struct uuid root;
    struct str once = arena_printf(a, "conformity %s " STR_FMT, PQgetvalue(r, 0, COL_TENANT), STR_ARG(since));
    const struct str args[] = {str_of(PQgetvalue(r, 0, COL_NAME)), str_of(PQgetvalue(r, 0, COL_HOST)), missing};
    return uuid_parse(str_of(PQgetvalue(r, 0, COL_ROOT)), &root) && tenant_enter(c, &root, e) &&
           mail_queue(c, &root, MAIL_TO_ADMINS, MAIL_conformity, S("/backoffice/partners/"), args, 3, once, e);
}

static bool keep(struct conn *c, struct arena *a, const PGresult *taken, struct str missing, struct err *e)
{
    const struct str row[] = {str_of(PQgetvalue(taken, 0, COL_TENANT)), missing};
    PGresult *r = conn_begin(c, NULL, e) ? conn_ask(c, &sql_conformity_put, row, e) : NULL;
    struct str since = r && PQntuples(r) == 1 ? arena_str(a, str_of(PQgetvalue(r, 0, 0))) : STR_NONE;
    bool ok = r != NULL;
    PQclear(r);
    if (ok && missing.n)
        LOG(LOG_WARN, "mandatory_block_missing", LOG_S("host", str_of(PQgetvalue(taken, 0, COL_HOST))), LOG_S("missing", missing));
    return ok && (missing.n == 0 || tell(c, a, taken, missing, since, e)) && conn_commit(c, e);
}

static bool look(struct conn *c, const PGresult *taken, struct err *e)
{
    struct arena a = {0};
    struct fetch_answer answer;
    struct err why = {0};
    bool ok, answered = get(&a, str_of(PQgetvalue(taken, 0, COL_HOST)), &answer, &why) && answer.status == 200;
    if (answered) {
        ok = keep(c, &a, taken, conformity_missing(&a, answer.body, str_of(PQgetvalue(taken, 0, COL_ROOT_HOST))), e);
    } else {
        if (why.kind)
            log_err(LOG_WARN, "front_page_not_read", &why);
        ok = tenant_do(c, &sql_conformity_failed, (struct str[]){str_of(PQgetvalue(taken, 0, COL_TENANT))}, e);
    }
    if (!ok)
        conn_rollback(c);
    arena_free(&a);
    return ok;
}

bool conformity_job(struct job_run *run, struct err *e)
{
    if (option_str(OPTION_PUBLIC_URL).n == 0)
        return true;
    PGresult *r = conn_ask(run->conn, &sql_conformity_take, NULL, e);
    run->more = r && PQntuples(r) == 1;
    bool ok = r && (!run->more || look(run->conn, r, e));
    PQclear(r);
    return ok;
}

static const struct job jobs[] = {{"conformity", 2000, conformity_job, true}};
const struct job_table pages_jobs = {jobs, sizeof jobs / sizeof jobs[0]};
