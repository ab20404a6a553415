#include "tenants/publishing/history.h"

#include <stdlib.h>

#include "core/base/jr.h"
#include "core/db/sqlstate.h"
#include "tenants/directory/tenant.h"
#include "tenants/publishing/dataset.h"
#include "tenants/publishing/errors.h"
#include "tenants/publishing/publish_steps.h"
#include "tenants/publishing/review.h"
#include "tenants/publishing/sql.h"

/* history_pair.sql's columns */
enum {
    COL_NUMBER,
    COL_VERSION,
    COL_COLUMNS,
    COL_ROWS,
    COL_BYTES,
    COL_STATE,
    COL_PUBLISHED,
    COL_KEY
};

static bool unknown(struct str number, struct err *e)
{
    ERR(e, err_version_unknown, "%zu bytes", number.n);
    return err_arg(e, STR_FMT, STR_ARG(str_part(number, 0, 20)));
}

static bool is_number(struct str s)
{
    uint64_t n;
    return s.n <= 9 && str_u64(s, &n) && n > 0;
}

static struct str cell(struct arena *a, const PGresult *r, int row, int column)
{
    return PQgetisnull(r, row, column) ? STR_NONE
                                       : arena_str(a, str_of(PQgetvalue(r, row, column)));
}

static bool read_side(struct arena *a, const PGresult *r, int row, struct history_side *s,
                      json_t **columns, struct err *e)
{
    uuid_parse(cell(a, r, row, COL_VERSION), &s->version);
    str_i64(cell(a, r, row, COL_NUMBER), &s->number);
    str_i64(cell(a, r, row, COL_ROWS), &s->rows);
    str_i64(cell(a, r, row, COL_BYTES), &s->bytes);
    s->state = cell(a, r, row, COL_STATE);
    s->published = cell(a, r, row, COL_PUBLISHED);
    *columns = jr_parse(cell(a, r, row, COL_COLUMNS), e);
    s->columns = json_array_size(*columns);
    return *columns &&
           (str_eq(s->state, S("ready")) || ERR(e, err_version_gone, "%s", s->version.text));
}

/* Two rows of history_pair.sql become the comparison's beginning and, where rows can be compared,
 * its SQL. */
static bool begin(struct arena *a, const PGresult *r, struct str number, struct history *h,
                  struct buf *sql, struct err *e)
{
    json_t *before = NULL, *after = NULL;
    if (PQntuples(r) != 2)
        return unknown(number, e);
    bool ok = read_side(a, r, 0, &h->before, &before, e) &&
              read_side(a, r, 1, &h->after, &after, e) &&
              (h->key = jr_parse(cell(a, r, 0, COL_KEY), e)) != NULL;
    if (ok) {
        h->columns = compare_columns(before, after);
        if (h->before.rows + h->after.rows <= HISTORY_ROWS_MAX)
            h->by = compare_rows(sql, &(struct compare_side){h->before.version, before},
                                 &(struct compare_side){h->after.version, after}, h->key);
    }
    json_decref(before);
    json_decref(after);
    return ok;
}

static void count(struct history *h, struct str added, struct str removed, struct str changed)
{
    h->counted = str_i64(added, &h->added) && str_i64(removed, &h->removed);
    str_i64(changed, &h->changed);
}

bool history_ask_pair(struct req *r, struct err *e)
{
    struct str other = req_query(r, S("with"));
    if (!is_number(r->params[1]) || (other.n && !is_number(other)))
        return unknown(other.n ? other : r->params[1], e);
    req_ask(r, &sql_history_pair,
            (struct str[]){uuid_str(&r->tenant->id), r->params[0],
                           publish_bound_to(r), r->params[1],
                           other.n ? other : STR_NONE});
    return true;
}

static void gone(void *context)
{
    history_free(context);
}

bool history_ask_rows(struct req *r, struct err *e)
{
    struct history *h = ARENA_NEW(r->a, struct history);
    struct buf sql = {0};
    r->state = h;
    req_on_gone(r, gone, h);
    bool ok = begin(r->a, r->batch.calls[0].result, r->params[1], h, &sql, e);
    if (ok && sql.n) {
        req_ask_rows(r, arena_copy(r->a, buf_str(&sql)), 0, NULL, false);
        r->batch.has_key = true; /* a signed-in person may wait ten seconds */
    }
    buf_free(&sql);
    return ok;
}

struct history *history_read(struct req *r)
{
    struct history *h = r->state;
    if (h->by != COMPARE_NOTHING && req_rows(r, 0) == 1)
        count(h, req_col(r, 0, 0, 0), req_col(r, 0, 0, 1), req_col(r, 0, 0, 2));
    return h;
}

bool history_compare(struct conn *c, struct arena *a, const struct uuid *tenant,
                     struct str dataset_id, struct str number, struct str other,
                     struct history *out, struct err *e)
{
    struct buf sql = {0};
    *out = (struct history){0};
    if (!is_number(number) || (other.n && !is_number(other)))
        return unknown(number, e);
    PGresult *r = conn_ask(
        c, &sql_history_pair,
        (struct str[]){uuid_str(tenant), dataset_id, STR_NONE, number, other.n ? other : STR_NONE},
        e);
    bool ok = r && begin(a, r, number, out, &sql, e);
    PQclear(r);
    if (ok && sql.n) {
        buf_addc(&sql, '\0');
        r = PQexec(conn_pq(c), sql.p);
        ok = PQresultStatus(r) == PGRES_TUPLES_OK || sqlstate_err(e, conn_pq(c), r, "compare");
        if (ok)
            count(out, cell(a, r, 0, 0), cell(a, r, 0, 1), cell(a, r, 0, 2));
        PQclear(r);
    }
    buf_free(&sql);
    return ok;
}

void history_free(struct history *h)
{
    json_decref(h->columns);
    json_decref(h->key);
    h->columns = h->key = NULL;
}

static bool may_restore(const struct dataset_row *d, struct err *e)
{
    if (!d->is_origin)
        return ERR(e, err_dataset_is_copy, "%s", d->id.text);
    if (!str_eq(d->state, S("published")))
        return ERR(e, err_version_gone, "state " STR_FMT, STR_ARG(d->state));
    return !d->has_draft || ERR(e, err_draft_waits, "%s", d->id.text);
}

/* What will change, in the shape of an upload's difference (intake.h). */
static struct str diff_of(struct arena *a, const struct history *h)
{
    json_t *j = json_pack("{s:s,s:{s:I,s:I},s:O,s:I}", "mode", "replace", "rows", "before",
                          (json_int_t)h->after.rows, "after", (json_int_t)h->before.rows, "columns",
                          h->columns, "restored", (json_int_t)h->before.number);
    char *text = json_dumps(j, JSON_COMPACT);
    struct str out = arena_str(a, str_of(text));
    free(text);
    json_decref(j);
    return out;
}

static bool bring_back(struct conn *c, struct arena *a, const struct uuid *tenant,
                       const struct dataset_row *d, const struct history *h, struct str account,
                       struct err *e)
{
    struct str number = arena_printf(a, "{\"number\": %lld}", (long long)h->before.number);
    if (str_eq(uuid_str(&h->before.version), uuid_str(&d->version)))
        return ERR(e, err_version_now, "%s", d->version.text);
    return dataset_draft_version(c, tenant, &d->id, &h->before.version, STR_NONE, S("replace"),
                                 diff_of(a, h), e) &&
           tenant_audit(c, tenant, account, S("restore"), d->dataset_id, number, e);
}

bool history_restore(struct conn *c, const struct uuid *tenant, struct str dataset_id,
                     struct str number, struct str account, struct publish_done *done,
                     struct err *e)
{
    struct arena a = {0};
    struct dataset_row d;
    struct history h = {0};
    struct buf unused = {0};
    PGresult *r = NULL;
    bool ok =
        dataset_lock(c, &a, tenant, dataset_id, &d, e) && may_restore(&d, e) &&
        (is_number(number) || unknown(number, e)) &&
        (r = conn_ask(c, &sql_history_pair,
                      (struct str[]){uuid_str(tenant), dataset_id, STR_NONE, number, STR_NONE},
                      e)) &&
        begin(&a, r, number, &h, &unused, e) && bring_back(c, &a, tenant, &d, &h, account, e) &&
        publish_draft_counting(c, tenant, dataset_id, account, 0, done, e);
    PQclear(r);
    buf_free(&unused);
    history_free(&h);
    arena_free(&a);
    return ok;
}

bool history_discard(struct conn *c, const struct uuid *tenant, struct str dataset_id,
                     struct str account, struct err *e)
{
    struct arena a = {0};
    struct dataset_row d;
    bool ok = dataset_lock(c, &a, tenant, dataset_id, &d, e);
    if (ok && !d.has_draft)
        ok = ERR(e, err_draft_missing, "%s", d.id.text);
    else if (ok && !str_eq(d.state, S("published")))
        ok = ERR(e, err_not_published, "state " STR_FMT, STR_ARG(d.state));
    const struct str params[] = {uuid_str(tenant), ok ? uuid_str(&d.id) : STR_NONE};
    ok = ok && review_none_waiting(c, tenant, &d.id, e) &&
         tenant_do(c, &sql_draft_delete, params, e) &&
         tenant_audit(c, tenant, account, S("discard"), dataset_id, STR_NONE, e);
    arena_free(&a);
    return ok;
}
