/* /backoffice/federation/: every link, its last run, what it waits for and why, what was done. */
#include "federation/federation.h"
#include "federation/html.h"
#include "federation/link.h"
#include "federation/page.h"
#include "federation/sql.h"
#include "tenants/pages/bo.h"

enum { SILENT_S = 60, LINKS = 0, WAITING = 1, RECEIPTS = 2, WORKER = 3, DIFFERENCES = 4, PORTALS = 5 };

#define SAY(r, key) federation_text((r)->lang, FEDERATION_TEXT_##key)

/* A region sees all links of its root, a sub-domain those at one end of which it stands. */
bool federation_page_ask(struct req *r, struct err *e)
{
    (void)e;
    bool root = r->tenant->is_root;
    const struct str scope[] = {root ? uuid_str(&r->tenant->root) : STR_NONE, root ? STR_NONE : uuid_str(&r->tenant->id),
                                uuid_str(&r->tenant->id)};
    req_ask(r, &sql_page_links, scope);
    req_ask(r, &sql_page_waiting, scope);
    req_ask(r, &sql_page_receipts, scope);
    req_ask(r, &sql_page_worker, NULL);
    req_ask(r, &sql_page_differences, scope);
    if (root)
        req_ask(r, &sql_page_portals, (struct str[]){uuid_str(&r->tenant->root)});
    return true;
}

static struct str count_words(struct req *r, enum federation_text_key key, int64_t n)
{
    struct str text = federation_text_n(r->lang, key, n);
    ptrdiff_t at = str_find(text, S("{0}"));
    return at < 0 ? text : arena_printf(r->a, STR_FMT "%lld" STR_FMT, STR_ARG(str_part(text, 0, (size_t)at)), (long long)n,
                                        STR_ARG(str_from(text, (size_t)at + 3)));
}

/* Seconds from now, negative is past; absent: never. */
static struct str moment(struct req *r, struct str seconds)
{
    int64_t s;
    if (!str_i64(seconds, &s))
        return SAY(r, NEVER);
    return s > 0 ? bo_left(r, s) : s > -60 ? SAY(r, NOW) : bo_ago(r, s);
}

static struct str reason_of(struct req *r, struct str error)
{
    struct buf b = {0};
    federation_say(&b, r->lang, error);
    struct str said = arena_str(r->a, buf_str(&b));
    buf_free(&b);
    return said;
}

/* page_links.sql's columns */
enum { L_ID, L_KIND, L_STATE, L_SOURCE, L_TARGET, L_HOST, L_STANDIN, L_WHOLE, L_FILTER, L_WANTED, L_DONE, L_WAITING, L_PARKED,
       L_LAST, L_NEXT, L_COMPARED, L_PEER, L_PEER_ERROR, L_CLOSED };

static void say_state(struct req *r, size_t i, struct page_federation_links *l)
{
    int64_t waiting = req_i64(r, LINKS, i, L_WAITING), parked = req_i64(r, LINKS, i, L_PARKED);
    struct str state = req_col(r, LINKS, i, L_STATE);
    bool stopped = str_eq(req_col(r, LINKS, i, L_PEER), S("stopped"));
    /* until it answers well again */
    bool closed = req_col(r, LINKS, i, L_CLOSED).n > 0 || req_col(r, LINKS, i, L_PEER_ERROR).n > 0;
    l->rest = !str_eq(state, S("active"));
    l->paused = str_eq(state, S("paused"));
    l->runs = !l->rest;
    l->ill = !l->rest && (stopped || closed);
    l->err = l->ill || (!l->rest && parked > 0);
    l->warn = !l->rest && !l->err && waiting > 0;
    l->ok = !l->rest && !l->err && !l->warn;
    l->state_word = l->rest ? (str_eq(state, S("paused")) ? SAY(r, STATE_PAUSED) : SAY(r, STATE_REQUESTED))
                  : stopped ? SAY(r, STATE_STOPPED)
                  : closed ? SAY(r, STATE_CLOSED)
                  : parked ? count_words(r, FEDERATION_TEXT_STATE_PARKED, parked)
                  : waiting ? count_words(r, FEDERATION_TEXT_STATE_WAITING, waiting) : SAY(r, STATE_OK);
}

static struct page_federation_links read_link(struct req *r, size_t i)
{
    struct str kind = req_col(r, LINKS, i, L_KIND), last = req_col(r, LINKS, i, L_LAST), next = req_col(r, LINKS, i, L_NEXT);
    bool whole = str_eq(req_col(r, LINKS, i, L_WHOLE), S("t"));
    struct page_federation_links l = {
        .id = req_col(r, LINKS, i, L_ID), .from = req_col(r, LINKS, i, L_SOURCE), .to = req_col(r, LINKS, i, L_TARGET),
        .national = str_eq(kind, S("national")), .upward = str_eq(kind, S("upward")), .downward = str_eq(kind, S("downward")),
        .standin = str_eq(req_col(r, LINKS, i, L_STANDIN), S("t")), .done = req_i64(r, LINKS, i, L_DONE),
        .wanted = req_i64(r, LINKS, i, L_WANTED),
        .last = moment(r, last.n ? last : req_col(r, LINKS, i, L_COMPARED)), .next = next.n ? moment(r, next) : SAY(r, HOURLY)};
    struct str scope = whole ? SAY(r, SCOPE_ALL) : req_col(r, LINKS, i, L_FILTER).n ? SAY(r, SCOPE_FILTERED) : SAY(r, SCOPE_ONE);
    l.scope = arena_printf(r->a, STR_FMT " (%lld/%lld)", STR_ARG(scope), (long long)l.done,
                           (long long)l.wanted);
    say_state(r, i, &l);
    return l;
}

static void add_links(struct req *r, struct page_federation *p)
{
    size_t n = req_rows(r, LINKS);
    struct page_federation_links *list = ARENA_ARRAY(r->a, struct page_federation_links, n + 1);
    for (size_t i = 0; i < n; i++) {
        int64_t parked = req_i64(r, LINKS, i, L_PARKED);
        list[i] = read_link(r, i);
        p->parked += parked;
        p->ill += list[i].ill;
        p->upward += list[i].upward;
        p->upward_datasets += list[i].upward ? list[i].done : 0;
        p->downward_datasets += list[i].downward ? list[i].done : 0;
        if (list[i].national) {
            p->has_national = true;
            p->national = list[i].to;
            p->is_standin = list[i].standin;
            p->national_done += list[i].done;
            p->national_wanted += list[i].wanted;
            p->national_ill = p->national_ill || list[i].err;
        }
    }
    p->links = list;
    p->links_n = n;
}

/* page_waiting.sql's columns */
enum { W_LINK, W_TITLE, W_SOURCE, W_TARGET, W_WANTED, W_STATE, W_NEXT, W_ERROR, W_URL };

static void add_waiting(struct req *r, struct page_federation *p)
{
    size_t n = req_rows(r, WAITING);
    struct page_federation_waiting *list = ARENA_ARRAY(r->a, struct page_federation_waiting, n + 1);
    for (size_t i = 0; i < n; i++)
        list[i] = (struct page_federation_waiting){.link = req_col(r, WAITING, i, W_LINK),
                                                   .title = req_col(r, WAITING, i, W_TITLE),
                                                   .from = req_col(r, WAITING, i, W_SOURCE),
                                                   .to = req_col(r, WAITING, i, W_TARGET),
                                                   .parked = str_eq(req_col(r, WAITING, i, W_STATE), S("parked")),
                                                   .leaving = str_eq(req_col(r, WAITING, i, W_WANTED), S("absent")),
                                                   .when = moment(r, req_col(r, WAITING, i, W_NEXT)),
                                                   .reason = reason_of(r, req_col(r, WAITING, i, W_ERROR)),
                                                   .url = req_col(r, WAITING, i, W_URL)};
    for (size_t i = 0; i < n; i++)
        p->troubled = p->troubled || list[i].reason.n > 0;
    p->waiting = list;
    p->waiting_n = n;
}

static struct str action_word(struct req *r, struct str action)
{
    static const struct {
        const char *action;
        enum federation_text_key key;
    } words[] = {{"create", FEDERATION_TEXT_DID_CREATE},     {"adopt", FEDERATION_TEXT_DID_ADOPT},
                 {"update", FEDERATION_TEXT_DID_UPDATE},     {"withdraw", FEDERATION_TEXT_DID_WITHDRAW},
                 {"restore", FEDERATION_TEXT_DID_RESTORE},   {"unchanged", FEDERATION_TEXT_DID_UNCHANGED},
                 {"refused", FEDERATION_TEXT_DID_REFUSED}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (str_eq(action, str_of(words[i].action)))
            return federation_text(r->lang, words[i].key);
    return action;
}

/* page_receipts.sql's columns */
enum { R_AGO, R_TITLE, R_SOURCE, R_TARGET, R_ACTION, R_OUTCOME, R_URL, R_DETAIL };

static void add_receipts(struct req *r, struct page_federation *p)
{
    size_t n = req_rows(r, RECEIPTS);
    struct page_federation_receipts *list = ARENA_ARRAY(r->a, struct page_federation_receipts, n + 1);
    for (size_t i = 0; i < n; i++) {
        bool good = str_eq(req_col(r, RECEIPTS, i, R_OUTCOME), S("confirmed"));
        list[i] = (struct page_federation_receipts){
            .title = req_col(r, RECEIPTS, i, R_TITLE), .from = req_col(r, RECEIPTS, i, R_SOURCE),
            .to = req_col(r, RECEIPTS, i, R_TARGET), .word = action_word(r, req_col(r, RECEIPTS, i, R_ACTION)),
            .ago = moment(r, req_col(r, RECEIPTS, i, R_AGO)), .url = req_col(r, RECEIPTS, i, R_URL), .good = good, .bad = !good,
            .reason = good ? STR_NONE : reason_of(r, req_col(r, RECEIPTS, i, R_DETAIL))};
    }
    p->receipts = list;
    p->receipts_n = n;
}

/* What differed, in words. */
static struct str what_words(struct req *r, struct str what)
{
    static const struct {
        const char *name;
        enum federation_text_key key;
    } words[] = {{"absent", FEDERATION_TEXT_DIFF_ABSENT},   {"state", FEDERATION_TEXT_DIFF_ABSENT},
                 {"rows", FEDERATION_TEXT_DIFF_ROWS},       {"count", FEDERATION_TEXT_DIFF_COUNT},
                 {"description", FEDERATION_TEXT_DIFF_DESCRIPTION}, {"columns", FEDERATION_TEXT_DIFF_COLUMNS},
                 {"filter", FEDERATION_TEXT_DIFF_FILTER},   {"date", FEDERATION_TEXT_DIFF_DATE},
                 {"credits", FEDERATION_TEXT_DIFF_CREDITS},
                 {"catalogue", FEDERATION_TEXT_DIFF_CATALOGUE}, {"table", FEDERATION_TEXT_DIFF_TABLE}};
    struct buf b = {0};
    for (struct str one; str_cut(&what, ',', &one);)
        for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
            if (str_eq(one, str_of(words[i].name)))
                buf_printf(&b, "%s" STR_FMT, b.n ? ", " : "", STR_ARG(federation_text(r->lang, words[i].key)));
    struct str said = arena_str(r->a, buf_str(&b));
    buf_free(&b);
    return said;
}

/* page_differences.sql's columns */
enum { D_TITLE, D_SOURCE, D_TARGET, D_WHAT, D_STATE, D_FOUND };

static void add_differences(struct req *r, struct page_federation *p)
{
    size_t n = req_rows(r, DIFFERENCES);
    struct page_federation_differences *list = ARENA_ARRAY(r->a, struct page_federation_differences, n + 1);
    for (size_t i = 0; i < n; i++) {
        struct str state = req_col(r, DIFFERENCES, i, D_STATE);
        list[i] = (struct page_federation_differences){
            .title = req_col(r, DIFFERENCES, i, D_TITLE), .from = req_col(r, DIFFERENCES, i, D_SOURCE),
            .to = req_col(r, DIFFERENCES, i, D_TARGET), .what = what_words(r, req_col(r, DIFFERENCES, i, D_WHAT)),
            .ago = moment(r, req_col(r, DIFFERENCES, i, D_FOUND)), .mended = str_eq(state, S("mended")),
            .stays = str_eq(state, S("stays")), .found = str_eq(state, S("found"))};
    }
    for (size_t i = 0; i < n; i++)
        p->troubled = p->troubled || list[i].stays;
    p->differences = list;
    p->differences_n = n;
}

static struct str done_words(struct req *r)
{
    static const struct {
        const char *word;
        enum federation_text_key key;
    } words[] = {{"started", FEDERATION_TEXT_STARTED}, {"made", FEDERATION_TEXT_DONE_MADE}, {"pause", FEDERATION_TEXT_DONE_PAUSE},
                 {"resume", FEDERATION_TEXT_DONE_RESUME}, {"end", FEDERATION_TEXT_DONE_END}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (str_eq(req_query(r, S("done")), str_of(words[i].word)))
            return federation_text(r->lang, words[i].key);
    return STR_NONE;
}

bool federation_page_reply(struct req *r, struct err *e)
{
    struct buf body = {0};
    struct str silent = req_col(r, WORKER, 0, 0);
    int64_t silent_s = 0;
    struct page_federation p = {.csrf = r->who.csrf, .is_region = r->tenant->is_root, .host = r->tenant->host,
                                .new_link = federation_page_form(r, PORTALS), .done = done_words(r)};
    (void)e;
    if (r->tenant->is_root)
        p.new_national = federation_page_national_form(r);
    p.worker_silent = !str_i64(silent, &silent_s) || silent_s > SILENT_S;
    add_links(r, &p);
    add_waiting(r, &p);
    add_receipts(r, &p);
    add_differences(r, &p);
    p.all_well = !p.worker_silent && !p.troubled && p.parked == 0 && p.ill == 0;
    page_federation(&body, r->lang, &p);
    bo_reply(r, bo_status(r), &(struct bo_page){.title = SAY(r, TITLE), .lead = SAY(r, LEAD), .nav = BO_FEDERATION}, &body);
    return true;
}

static PGresult *own_links(struct req *r, struct conn *c, struct err *e)
{
    bool root = r->tenant->is_root;
    return conn_ask(c, &sql_page_links, (struct str[]){root ? uuid_str(&r->tenant->root) : STR_NONE,
                                                       root ? STR_NONE : uuid_str(&r->tenant->id)}, e);
}

bool federation_page_owns(struct req *r, struct conn *c, struct str link, bool *ours, struct err *e)
{
    PGresult *rows = own_links(r, c, e);
    *ours = false;
    for (int i = 0; rows && i < PQntuples(rows); i++)
        *ours = *ours || str_eq(link, str_of(PQgetvalue(rows, i, L_ID)));
    PQclear(rows);
    return rows != NULL;
}

bool federation_page_standin(struct req *r, struct conn *c, struct str url, bool *standin, struct err *e)
{
    PGresult *rows = own_links(r, c, e);
    *standin = false;
    for (int i = 0; rows && i < PQntuples(rows); i++)
        *standin = *standin || (strcmp(PQgetvalue(rows, i, L_KIND), "national") == 0 &&
                                strcmp(PQgetvalue(rows, i, L_STANDIN), "t") == 0 &&
                                str_eq(url, str_of(PQgetvalue(rows, i, L_HOST))));
    PQclear(rows);
    return rows != NULL;
}

static bool run(struct req *r, struct conn *c, struct err *e)
{
    struct str link = req_form(r, S("link"));
    bool ours;
    int64_t n = 0;
    if (!federation_page_owns(r, c, link, &ours, e))
        return false;
    if (!ours) /* the same as for one that never was */
        link = S("-");
    if (!link_run(c, link, NULL, true, false, &n, e) ||
        !tenant_audit(c, &r->tenant->id, bo_me(r), S("link_run"), link, STR_NONE, e))
        return false;
    bo_then(r, S("/backoffice/federation/?done=started"));
    return true;
}

static bool work_run(struct req *r, struct err *e)
{
    return bo_write(r, run, e);
}

static const struct step federation_page[] = {
    {STEP_DB, federation_page_ask, NULL}, {STEP_REPLY, federation_page_reply, NULL}, {STEP_END, NULL, NULL},
};
static const struct step federation_run[] = {
    {STEP_WORK, work_run, NULL}, {STEP_DB, federation_page_ask, NULL}, {STEP_REPLY, federation_page_reply, NULL}, {STEP_END, NULL, NULL},
};

static const struct route routes[] = {
    {HTTP_GET, "/backoffice/federation", ADMIN, 0, federation_page, "Links with other portals", DIALECT_PAGE, BODY_NONE,
     CACHE_NONE, "Liens avec d’autres portails"},
    {HTTP_POST, "/backoffice/federation/run", ADMIN, 0, federation_run, "Compare and try again now", DIALECT_PAGE, BODY_FORM,
     CACHE_NONE, "Comparer et relancer maintenant"},
    {HTTP_POST, "/backoffice/federation/add", ADMIN, 0, federation_page_add, "Make a link", DIALECT_PAGE, BODY_FORM, CACHE_NONE,
     "Créer un lien"},
    {HTTP_POST, "/backoffice/federation/change", ADMIN, 0, federation_page_change, "Pause, resume or end a link", DIALECT_PAGE, BODY_FORM,
     CACHE_NONE, "Suspendre, reprendre ou terminer un lien"},
    {HTTP_POST, "/backoffice/federation/national", REGION, 0, federation_page_national, "Link a national portal, or give its new key",
     DIALECT_PAGE, BODY_FORM, CACHE_NONE, "Relier un portail national, ou donner sa nouvelle clé"},
};
const struct route_table federation_route_table = {routes, sizeof routes / sizeof routes[0]};
