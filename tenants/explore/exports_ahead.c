#include "tenants/explore/exports_ahead.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/errors.h"
#include "core/base/log.h"
#include "core/base/option.h"
#include "core/db/home.h"
#include "tenants/explore/artefact.h"
#include "tenants/explore/sql.h"
#include "tenants/people/grant.h"

enum { CELLS = 100000, YOUNG_S = 600, LOCKED_S = 60, REST_MOST_US = 1000000 };

/* The order of worth: what does not fit any more is what stands last. */
static const struct ahead_file {
    const struct export_format *format;
    enum coding_kind coding;
    bool labels;
} files[] = {
    {&export_csv, CODING_NONE, false},     {&export_csv, CODING_GZIP, false},
    {&export_csv, CODING_NONE, true},      {&export_xlsx, CODING_NONE, false},
    {&export_json, CODING_NONE, false},    {&export_json, CODING_GZIP, false},
    {&export_geojson, CODING_NONE, false}, {&export_geojson, CODING_GZIP, false},
    {&export_parquet, CODING_NONE, false}, {&export_jsonl, CODING_NONE, false},
    {&export_jsonl, CODING_GZIP, false},
};
enum { FILES = sizeof files / sizeof files[0] };

/* One turn. */
struct ahead {
    struct job_run *run;
    struct arena a;
    char folder[HOME_PATH + 16];
    struct artefact_store store;
    struct uuid task, token, tenant, dataset;
    int64_t turn; /* as claimed: files before it were made or left out */
    bool claimed, there;
    struct grant_source source;
    const struct dataset_view *view;
    int64_t revision;
    struct artefact_survey kept;
};

/* ---- the task ---- */

static bool claim(struct ahead *w, struct err *e)
{
    w->token = uuid_make();
    PGresult *r = conn_ask(w->run->conn, &sql_exports_claim, (struct str[]){uuid_str(&w->token)}, e);
    w->claimed = r && PQntuples(r) == 1 && uuid_parse(str_of(PQgetvalue(r, 0, 0)), &w->task) &&
                 uuid_parse(str_of(PQgetvalue(r, 0, 1)), &w->tenant) && uuid_parse(str_of(PQgetvalue(r, 0, 2)), &w->dataset) &&
                 str_i64(str_of(PQgetvalue(r, 0, 3)), &w->turn);
    PQclear(r);
    return r != NULL;
}

static struct str number(struct ahead *w, int64_t n)
{
    return arena_printf(&w->a, "%lld", (long long)n);
}

/* done: the files before this one need no other turn. */
static bool go_on(struct ahead *w, int64_t done, int64_t after_s, struct err *e)
{
    const struct str task[] = {uuid_str(&w->task), uuid_str(&w->token), number(w, w->turn), number(w, done), number(w, after_s)};
    PGresult *r = conn_ask(w->run->conn, &sql_exports_next, task, e);
    PQclear(r);
    return r != NULL;
}

static bool end(struct ahead *w, struct err *e)
{
    const struct str task[] = {uuid_str(&w->task), uuid_str(&w->token), number(w, w->turn)};
    PGresult *r = conn_ask(w->run->conn, &sql_exports_end, task, e);
    bool asked_anew = r && PQntuples(r) == 0;
    PQclear(r);
    return r && (!asked_anew || go_on(w, 0, 0, e));
}

static bool read_dataset(struct ahead *w, struct err *e)
{
    struct conn *c = w->run->conn;
    const struct str which[] = {uuid_str(&w->tenant), uuid_str(&w->dataset)};
    PGresult *r = conn_begin(c, &w->tenant, e) ? conn_ask(c, &sql_exports_of, which, e) : NULL;
    struct str cells[7];
    w->there = r && PQntuples(r) == 1;
    for (int i = 0; w->there && i < 7; i++)
        cells[i] = PQgetisnull(r, 0, i) ? STR_NONE : arena_str(&w->a, str_of(PQgetvalue(r, 0, i)));
    PQclear(r);
    if (!r || !conn_commit(c, e))
        return false;
    if (!w->there)
        return true;
    w->source = (struct grant_source){cells[0], cells[1], cells[2], cells[3], cells[4], 0};
    return str_i64(cells[5], &w->source.records) && str_i64(cells[6], &w->revision) &&
           grant_copy(&w->a, &w->source, &w->view, e);
}

/* ---- one file ---- */

struct making {
    struct query *query;
    struct export x;
    struct coding *coding;
    struct artefact *artefact;
    struct buf plain, sent;
    bool locked, stopped, started;
};

static PGresult *ask_rows(struct ahead *w, const struct query_sql *q, struct err *e)
{
    return conn_ask_once(w->run->conn, q->sql, q->nparams, q->params, e);
}

/* As exports_slices.c has it: how wide rows and decimals are is asked before the file begins. */
static bool open_export(struct ahead *w, struct making *m, const struct ahead_file *file, struct err *e)
{
    struct query_param *labels = ARENA_NEW(&w->a, struct query_param);
    struct query_sql q;
    *labels = (struct query_param){S("use_labels"), S("true")};
    if (!query_make(&w->a, w->view, QUERY_EXPORT, labels, file->labels, &m->query, e))
        return false;
    if (query_wide(m->query, &q)) {
        PGresult *r = ask_rows(w, &q, e);
        if (!r)
            return false;
        query_wide_take(m->query, r);
        PQclear(r);
    }
    if (file->format == &export_parquet && query_decimals(m->query, &q)) {
        PGresult *r = ask_rows(w, &q, e);
        if (!r)
            return false;
        query_decimals_take(m->query, r);
        PQclear(r);
    }
    return export_open(&m->x, &w->a, m->query, file->format, labels, file->labels, e);
}

/* Not there yet, and to be kept: rows behind a filter are not (exports_begin.c). */
static void begin_file(struct ahead *w, struct making *m, const struct ahead_file *file)
{
    int64_t size, room = w->store.most / 4 - w->kept.bytes;
    struct artefact_name name = {w->dataset, w->revision, STR_NONE};
    if (!m->query->sliced || !m->query->count_known || export_has_addresses(&m->x) || room <= 0)
        return;
    name.key = artefact_key(&w->a, &(struct artefact_of){.build = str_of(w->run->build), .revision = w->revision, .x = &m->x,
                                                         .whole = true, .coding = file->coding});
    int fd = artefact_open(&w->store, &name, &size);
    if (fd >= 0) {
        close(fd);
        return;
    }
    m->artefact = artefact_begin(&w->store, &name);
    m->locked = !m->artefact;
    artefact_bound(m->artefact, room);
}

static bool pack(struct making *m, bool last, struct err *e)
{
    bool ok = !m->plain.over && !m->x.failed.kind;
    if (m->x.failed.kind)
        *e = m->x.failed;
    else if (!ok || (m->coding && (!coding_add(m->coding, buf_str(&m->plain), &m->sent) ||
                                   (last && !coding_end(m->coding, &m->sent)))))
        ok = ERR(e, err_internal, "a slice that cannot be compressed");
    return ok;
}

/* As much rest as work: whoever asks for something finds the machine free. */
static void rest(int64_t began_us)
{
    int64_t us = clock_monotonic_us() - began_us;
    us = us > REST_MOST_US ? REST_MOST_US : us;
    nanosleep(&(struct timespec){us / 1000000, us % 1000000 * 1000}, NULL);
}

static bool put_slice(struct ahead *w, struct making *m, bool *last, struct err *e)
{
    PGresult *r = query_next(m->query) ? ask_rows(w, &m->query->rows, e) : NULL;
    if (!r)
        return false;
    int n = query_taken(m->query, r, last);
    buf_reset(&m->plain);
    buf_reset(&m->sent);
    if (!m->started)
        export_start(&m->x, &m->plain);
    m->started = true; /* by the rows it cannot be told: of the first slice none may count */
    export_rows(&m->x, &m->plain, r, n);
    PQclear(r);
    if (*last)
        export_end(&m->x, &m->plain);
    return pack(m, *last, e);
}

static bool put_file(struct ahead *w, struct making *m, bool *made, struct err *e)
{
    bool last = false;
    while (!last) {
        int64_t began = clock_monotonic_us();
        if ((m->stopped = *w->run->stop))
            return true;
        if (!put_slice(w, m, &last, e))
            return false;
        if (!artefact_add(m->artefact, buf_str(m->coding ? &m->sent : &m->plain)))
            return true; /* over its room */
        rest(began);
    }
    *made = artefact_end(m->artefact);
    return true;
}

static void close_file(struct making *m)
{
    export_close(&m->x);
    coding_close(m->coding);
    artefact_close(m->artefact);
    buf_free(&m->plain);
    buf_free(&m->sent);
}

static bool make_file(struct ahead *w, struct making *m, const struct ahead_file *file, bool *made, struct err *e)
{
    if (!export_fits(file->format, w->view) || !open_export(w, m, file, e))
        return !e->kind;
    begin_file(w, m, file);
    if (!m->artefact)
        return true;
    m->coding = file->coding != CODING_NONE ? coding_open(file->coding) : NULL;
    if (file->coding != CODING_NONE && !m->coding)
        return ERR(e, err_internal, "no memory to compress");
    bool ok = put_file(w, m, made, e);
    if (*made)
        LOG(LOG_INFO, "export_made", LOG_S("dataset", uuid_str(&w->dataset)), LOG_S("format", str_of(file->format->name)),
            LOG_S("coding", str_of(file->coding == CODING_NONE ? "identity" : coding_name(file->coding))));
    return ok;
}

/* ---- a turn ---- */

/* A file that fails is left to whoever asks for it. */
static bool turn(struct ahead *w, struct err *e)
{
    bool made = false;
    int64_t i = w->turn - 1;
    struct making m = {0};
    for (; i < FILES && !made && !m.locked && !m.stopped; i++) {
        struct err why = {0};
        m = (struct making){0};
        bool ok = make_file(w, &m, &files[i], &made, &why);
        close_file(&m);
        m.stopped = m.stopped || (!ok && *w->run->stop); /* its statement was cancelled */
        if (!ok && !m.stopped)
            log_err(LOG_WARN, "export_not_made", &why);
        if (PQstatus(conn_pq(w->run->conn)) != CONNECTION_OK)
            return *e = why, false;
    }
    if (m.locked || m.stopped)
        return go_on(w, i - 1, m.locked ? LOCKED_S : 0, e);
    return made ? go_on(w, i, 0, e) : end(w, e);
}

static bool is_large(struct ahead *w)
{
    int64_t cells = 0;
    for (size_t i = 0; i < view_columns(w->view); i++)
        cells += view_column(w->view, i)->hidden ? 0 : w->source.records;
    return cells > CELLS;
}

static bool work(struct ahead *w, struct err *e)
{
    if (!read_dataset(w, e))
        return false;
    if (!w->there || !is_large(w)) {
        artefact_drop_former(&w->store, &w->dataset, w->there ? w->revision : 0);
        return end(w, e);
    }
    w->kept = artefact_survey(&w->store, &w->dataset, w->revision);
    int64_t young_s = w->kept.former_s + YOUNG_S - time(NULL);
    return w->turn == 1 && young_s > 0 ? go_on(w, 0, young_s, e) : turn(w, e);
}

bool exports_ahead_job(struct job_run *run, struct err *e)
{
    struct ahead w = {.run = run};
    if (!run->home)
        return true;
    snprintf(w.folder, sizeof w.folder, "%s/spool", run->home);
    w.store = (struct artefact_store){w.folder, option_i64(OPTION_EXPORTS_KEPT) * 1024 * 1024};
    bool ok = claim(&w, e) && (!w.claimed || work(&w, e));
    run->more = w.claimed;
    arena_free(&w.a);
    return ok;
}
