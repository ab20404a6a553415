#include "tenants/quota/share.h"

#include "core/base/markup.h"
#include "core/base/buf.h"
#include "tenants/directory/errors.h"
#include "tenants/directory/tenant.h"
#include "tenants/quota/errors.h"
#include "tenants/quota/sql.h"

const struct share_metric share_metrics[SHARE_METRICS] = {
    {"calls_month", "Appels d’API par mois", "API calls a month", false, true},
    {"records", "Lignes", "Rows", false, true},
    {"raw_bytes", "Données brutes", "Raw data", true, true},
    {"content_bytes", "Fichiers joints", "Attached files", true, true},
    {"update_bytes_day", "Mises à jour par jour", "Updates a day", true, true},
    {"records_per_dataset", "Lignes par jeu", "Rows per dataset", false, false},
};

bool share_metric_find(struct str name, const struct share_metric **out, struct err *e)
{
    struct buf list = {0};
    for (size_t i = 0; i < SHARE_METRICS; i++) {
        if (str_eq(name, str_of(share_metrics[i].name))) {
            *out = &share_metrics[i];
            buf_free(&list);
            return true;
        }
        buf_printf(&list, "%s%s", i ? ", " : "", share_metrics[i].name);
    }
    ERR(e, err_quota_metric, "%zu bytes", name.n);
    err_arg(e, STR_FMT, STR_ARG(str_part(name, 0, 40)));
    err_arg(e, STR_FMT, STR_ARG(buf_str(&list)));
    buf_free(&list);
    return false;
}

static bool bad_amount(struct str text, const char *what, struct err *e)
{
    ERR(e, err_quota_value, "%zu bytes", text.n);
    err_arg(e, "%s", what);
    return err_arg(e, STR_FMT, STR_ARG(str_part(text, 0, 40)));
}

/* A space, a no-break space or a narrow one; its bytes, 0 for anything else. */
static size_t space_at(struct str s)
{
    static const char *const spaces[] = {" ", "\xc2\xa0", "\xe2\x80\xaf"};
    for (size_t i = 0; i < sizeof spaces / sizeof spaces[0]; i++)
        if (str_starts(s, str_of(spaces[i])))
            return str_of(spaces[i]).n;
    return 0;
}

static int64_t unit_of(struct str s)
{
    static const struct {
        const char *word;
        int64_t times;
    } units[] = {{"", 1}, {"k", 1000}, {"ko", 1000}, {"kb", 1000}, {"m", 1000000}, {"mo", 1000000}, {"mb", 1000000},
                 {"g", 1000000000}, {"go", 1000000000}, {"gb", 1000000000}, {"o", 1}, {"b", 1}};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (str_ieq(s, str_of(units[i].word)))
            return units[i].times;
    return 0;
}

bool share_amount(struct str text, const char *what, int64_t *out, struct err *e)
{
    struct str rest = str_trim(text);
    int64_t n = 0, times;
    size_t digits = 0;
    while (rest.n && digits <= 15) {
        size_t space = space_at(rest);
        if (space) {
            rest = str_from(rest, space);
            continue;
        }
        if (rest.p[0] < '0' || rest.p[0] > '9')
            break;
        n = n * 10 + (rest.p[0] - '0');
        digits++;
        rest = str_from(rest, 1);
    }
    times = unit_of(rest);
    if (digits == 0 || digits > 15 || times == 0 || n > INT64_MAX / 4 / times)
        return bad_amount(text, what, e);
    *out = n * times;
    return true;
}

struct str share_say(struct arena *a, enum lang lang, bool is_bytes, int64_t amount)
{
    static const struct {
        int64_t from;
        const char *fr, *en;
    } units[] = {{1000000000, "Go", "GB"}, {1000000, "Mo", "MB"}, {1000, "Ko", "KB"}, {0, "octets", "bytes"}};
    struct buf b = {0};
    size_t u = 0;
    while (is_bytes && amount < units[u].from)
        u++;
    int64_t one = is_bytes && units[u].from ? units[u].from : 1;
    markup_number(&b, lang, amount / one);
    if (one > 1 && amount % one * 10 / one)
        buf_printf(&b, "%c%lld", lang == LANG_FR ? ',' : '.', (long long)(amount % one * 10 / one));
    if (is_bytes)
        buf_printf(&b, "\xc2\xa0%s", lang == LANG_FR ? units[u].fr : units[u].en);
    struct str said = arena_str(a, buf_str(&b));
    buf_free(&b);
    return said;
}

static struct str digits(struct arena *a, int64_t n)
{
    return arena_n(a, n);
}

static bool overbooked(const PGresult *r, struct err *e)
{
    int64_t sum = 0, pool = 0;
    str_i64(str_of(PQgetvalue(r, 0, 0)), &sum);
    str_i64(str_of(PQgetvalue(r, 0, 1)), &pool);
    if (sum <= pool)
        return false;
    ERR(e, err_quota_overbooked, "%lld of %lld", (long long)sum, (long long)pool);
    err_arg(e, "%lld", (long long)sum);
    err_arg(e, "%lld", (long long)pool);
    return true;
}

/* One row says whether the write happened. */
static bool asked_one(struct conn *c, const struct stmt *s, const struct str *params, bool *there, struct err *e)
{
    PGresult *r = conn_ask(c, s, params, e);
    if (r)
        *there = PQntuples(r) == 1;
    PQclear(r);
    return r != NULL;
}

static bool fits_pool(struct conn *c, struct str root, const struct share_metric *m, struct err *e)
{
    if (!m->is_loanable)
        return true; /* a bound on each dataset: nothing to add up */
    PGresult *r = conn_ask(c, &sql_share_reserved, (struct str[]){root, str_of(m->name)}, e);
    bool ok = r && (PQntuples(r) == 0 || !overbooked(r, e));
    PQclear(r);
    return ok;
}

bool share_set(struct conn *c, const struct share_new *new, struct err *e)
{
    struct arena a = {0};
    const struct share_metric *m;
    if (!share_metric_find(new->metric, &m, e))
        return false;
    if (new->reserved < 0 || (new->ceiling >= 0 && new->ceiling < new->reserved))
        return bad_amount(S("plafond < réservé"), m->fr, e);
    const struct str row[] = {uuid_str(&new->root), uuid_str(&new->tenant), new->metric, digits(&a, new->reserved),
                              new->ceiling < 0 ? STR_NONE : digits(&a, new->ceiling), new->by};
    bool there = false;
    bool ok = tenant_do(c, &sql_share_lock, row, e) && asked_one(c, &sql_share_put, row, &there, e);
    if (ok && !there)
        ok = ERR(e, err_tenant_unknown, "%s", new->tenant.text) || err_arg(e, "%s", new->tenant.text);
    struct str what = arena_printf(&a, "%s %lld/%lld", m->name, (long long)new->reserved, (long long)new->ceiling);
    ok = ok && fits_pool(c, row[0], m, e) && tenant_enter(c, &new->tenant, e) &&
         tenant_audit(c, &new->tenant, new->by, S("share"), what, STR_NONE, e);
    arena_free(&a);
    return ok;
}

static bool no_loan(struct err *e, const char *why)
{
    ERR(e, err_quota_loan, "%s", why);
    return err_arg(e, "%s", why);
}

bool share_lend(struct conn *c, const struct share_loan *loan, struct uuid *id, struct err *e)
{
    struct arena a = {0};
    struct uuid made = uuid_make();
    const struct share_metric *m;
    bool there = false;
    if (!share_metric_find(loan->metric, &m, e))
        return false;
    if (!m->is_loanable || loan->amount <= 0 || str_eq(uuid_str(&loan->lender), uuid_str(&loan->borrower)))
        return no_loan(e, m->is_loanable ? "un montant positif, d’un portail à un autre" : m->fr);
    const struct str row[] = {uuid_str(&loan->root), uuid_str(&made), uuid_str(&loan->lender),
                              uuid_str(&loan->borrower), loan->metric, digits(&a, loan->amount), loan->starts_on,
                              loan->ends_on};
    bool ok = tenant_do(c, &sql_share_lock, row, e) && asked_one(c, &sql_loan_insert, row, &there, e);
    if (ok && !there)
        ok = no_loan(e, "il dépasse la part réservée du prêteur, ou ses dates sont inversées");
    ok = ok && tenant_enter(c, &loan->lender, e) &&
         tenant_audit(c, &loan->lender, loan->by, S("loan_offered"), uuid_str(&made), STR_NONE, e);
    arena_free(&a);
    if (ok)
        *id = made;
    return ok;
}

bool share_answer(struct conn *c, const struct uuid *borrower, struct str loan, bool accept, struct str by,
                  struct err *e)
{
    struct uuid id;
    bool there = false;
    if (!uuid_parse(loan, &id))
        return no_loan(e, "il n’existe pas");
    const struct str row[] = {uuid_str(borrower), uuid_str(&id), accept ? S("accepted") : S("refused")};
    if (!asked_one(c, &sql_loan_answer, row, &there, e))
        return false;
    if (!there)
        return no_loan(e, "il a déjà reçu sa réponse, est fini, ou dépasse ce que le prêteur a encore de réservé");
    return tenant_audit(c, borrower, by, accept ? S("loan_accepted") : S("loan_refused"), uuid_str(&id), STR_NONE, e);
}
