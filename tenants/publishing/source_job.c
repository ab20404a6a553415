/* The worker's run of one source: claim, ask, and in one transaction the upload, what is known of it, the next run. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/log.h"
#include "core/base/option.h"
#include "core/db/sql.h"
#include "core/io/blob.h"
#include "core/io/spool.h"
#include "tenants/directory/tenant.h"
#include "tenants/publishing/errors.h"
#include "tenants/publishing/fault.h"
#include "tenants/publishing/source.h"
#include "tenants/publishing/sql.h"
#include "tenants/publishing/upload.h"

enum { FETCH_MS = 300000, REDIRECTS = 3, BACKOFF_S = 300, BACKOFF_MOST_S = 86400, VALIDATOR_MOST = 500, MIB = 1 << 20 };

struct work {
    struct job_run *run;
    struct conn *c;
    struct arena a;
    struct uuid task, tenant, dataset, token;
    struct str url, secret, etag, last_modified, hash, dataset_id;
    int64_t every_min, failures;
    bool active, again, other_draft;
    struct spool *spool;
    crypto_generichash_state hashing;
    char path[1024]; /* of the file that came; empty: none */
    int64_t size;
    char new_hash[65];
    struct fetch_answer answer;
};

static bool claim(struct work *w, bool *found, struct err *e)
{
    w->token = uuid_make();
    PGresult *r = conn_ask(w->c, &sql_source_claim, (struct str[]){uuid_str(&w->token)}, e);
    *found = r && PQntuples(r) == 1;
    if (*found) {
        uuid_parse(str_of(PQgetvalue(r, 0, 0)), &w->task);
        uuid_parse(str_of(PQgetvalue(r, 0, 1)), &w->tenant);
        uuid_parse(str_of(PQgetvalue(r, 0, 2)), &w->dataset);
    }
    PQclear(r);
    return r != NULL;
}

static struct str cell(struct work *w, const PGresult *r, int column)
{
    return PQgetisnull(r, 0, column) ? STR_NONE : arena_str(&w->a, str_of(PQgetvalue(r, 0, column)));
}

/* *there false: the source was removed. */
static bool read_source(struct work *w, bool *there, struct err *e)
{
    if (!conn_begin(w->c, &w->tenant, e))
        return false;
    PGresult *r = conn_ask(w->c, &sql_source_for_work, (struct str[]){uuid_str(&w->tenant), uuid_str(&w->dataset)}, e);
    *there = r && PQntuples(r) == 1;
    if (*there) {
        w->url = cell(w, r, 0);
        w->secret = cell(w, r, 1);
        str_i64(cell(w, r, 2), &w->every_min);
        w->active = str_eq(cell(w, r, 3), S("t"));
        w->etag = cell(w, r, 4);
        w->last_modified = cell(w, r, 5);
        w->hash = cell(w, r, 6);
        str_i64(cell(w, r, 7), &w->failures);
        w->dataset_id = cell(w, r, 8);
        w->again = str_eq(cell(w, r, 9), S("t"));
        w->other_draft = str_eq(cell(w, r, 10), S("t"));
    }
    PQclear(r);
    return r && conn_commit(w->c, e);
}

/* ---- the key of the secrets ---- */

static bool keypair(const char *sealing, unsigned char public[crypto_box_PUBLICKEYBYTES],
                    unsigned char secret[crypto_box_SECRETKEYBYTES])
{
    static const char use[] = "terrasse source credentials v1";
    unsigned char seed[crypto_box_SEEDBYTES];
    struct str text = str_of(sealing);
    if (text.n == 0)
        return false;
    crypto_generichash(seed, sizeof seed, (const unsigned char *)text.p, text.n, (const unsigned char *)use, sizeof use - 1);
    crypto_box_seed_keypair(public, secret, seed);
    sodium_memzero(seed, sizeof seed);
    return true;
}

/* Once a process: what web processes seal with. */
static bool show_key(struct work *w, struct err *e)
{
    static _Thread_local bool shown;
    unsigned char public[crypto_box_PUBLICKEYBYTES], secret[crypto_box_SECRETKEYBYTES];
    char hex[2 + 2 * sizeof public + 1] = "\\x";
    if (shown || !keypair(w->run->sealing_key, public, secret))
        return true;
    sodium_bin2hex(hex + 2, sizeof hex - 2, public, sizeof public);
    sodium_memzero(secret, sizeof secret);
    shown = tenant_do(w->c, &sql_source_key_put, (struct str[]){str_of(hex)}, e);
    return shown;
}

bool source_unseal(struct arena *a, const char *sealing, struct str sealed, struct str *plain, struct err *e)
{
    unsigned char public[crypto_box_PUBLICKEYBYTES], secret[crypto_box_SECRETKEYBYTES];
    size_t n = sealed.n / 2, got = 0;
    unsigned char *box = arena_alloc(a, n + 1), *text = arena_alloc(a, n + 1);
    bool ok = sealed.n > 2 && keypair(sealing, public, secret) &&
              sodium_hex2bin(box, n, sealed.p + 2, sealed.n - 2, NULL, &got, NULL) == 0 && got > crypto_box_SEALBYTES &&
              crypto_box_seal_open(text, box, got, public, secret) == 0;
    sodium_memzero(secret, sizeof secret);
    *plain = (struct str){(const char *)text, ok ? got - crypto_box_SEALBYTES : 0};
    return ok || ERR(e, err_source_sealing, "not opened");
}

/* ---- the exchange ---- */

static bool on_bytes(struct str bytes, void *context, struct err *e)
{
    struct work *w = context;
    if (*w->run->stop)
        return ERR(e, err_source_stopped, "stopping");
    crypto_generichash_update(&w->hashing, (const unsigned char *)bytes.p, bytes.n);
    return spool_feed(w->spool, bytes, e);
}

static bool open_spool(struct work *w, struct err *e)
{
    char folder[sizeof w->path];
    if (!blob_incoming(w->path, sizeof w->path, e))
        return false;
    snprintf(folder, sizeof folder, "%s", w->path);
    *strrchr(folder, '/') = '\0';
    w->spool = spool_open(folder, option_i64(OPTION_UPLOAD_MAX) * MIB, e);
    crypto_generichash_init(&w->hashing, NULL, 0, 32);
    return w->spool != NULL;
}

static bool ask(struct work *w, struct err *e)
{
    struct fetch_field fields[4];
    struct str secret = STR_NONE;
    size_t n = 0;
    fields[n++] = (struct fetch_field){S("Accept"), S("*/*")};
    if (w->secret.n && !source_unseal(&w->a, w->run->sealing_key, w->secret, &secret, e))
        return false;
    if (secret.n)
        fields[n++] = (struct fetch_field){S("Authorization"), secret};
    if (w->etag.n && !w->again)
        fields[n++] = (struct fetch_field){S("If-None-Match"), w->etag};
    else if (w->last_modified.n && !w->again)
        fields[n++] = (struct fetch_field){S("If-Modified-Since"), w->last_modified};
    const struct fetch_request r = {.method = "GET",
                                    .url = w->url,
                                    .fields = fields,
                                    .nfields = n,
                                    .timeout_ms = FETCH_MS,
                                    .bytes_max = option_i64(OPTION_UPLOAD_MAX) * MIB,
                                    .redirects_max = secret.n ? 0 : REDIRECTS,
                                    .on_bytes = on_bytes,
                                    .context = w,
                                    .policy = {.allow_private = true,
                                               .allows = source_allows,
                                               .context = (void *)(uintptr_t)option_str(OPTION_FETCH_ALLOW).p}};
    return open_spool(w, e) && fetch(&w->a, &r, &w->answer, e);
}

static bool is_200(struct work *w, struct err *e)
{
    if (w->answer.status == 200)
        return true;
    ERR(e, err_source_status, "status %d", w->answer.status);
    return err_arg(e, "%d", w->answer.status);
}

static bool keep_file(struct work *w, struct err *e)
{
    unsigned char hash[32];
    struct spool *s = w->spool;
    w->spool = NULL;
    crypto_generichash_final(&w->hashing, hash, sizeof hash);
    sodium_bin2hex(w->new_hash, sizeof w->new_hash, hash, sizeof hash);
    if (spool_size(s) > 0)
        return spool_keep(s, w->path, &w->size, e);
    spool_discard(s);
    return ERR(e, err_source_empty, "0 bytes");
}

/* ---- what comes of it ---- */

/* "arbres.csv" of ".../arbres.csv?x=1": the reader looks at the bytes, people at the name. */
static struct str name_of(struct work *w)
{
    struct str url = w->answer.url.n ? w->answer.url : w->url;
    size_t from = 0, to = url.n;
    for (size_t i = 0; i < to; i++)
        if (url.p[i] == '?' || url.p[i] == '#')
            to = i;
    for (size_t i = 0; i < to; i++)
        if (url.p[i] == '/')
            from = i + 1;
    struct str name = str_part(url, from, to - from);
    return name.n && name.n <= 200 && str_chr(name, '%') < 0 ? name : S("source");
}

/* A site's own words about its file come back to it alone, and only when they are clean and short. */
static struct str validator(const struct fetch_answer *answer, struct str name)
{
    struct str v = fetch_header(answer, name);
    for (size_t i = 0; i < v.n; i++)
        if ((unsigned char)v.p[i] < 0x20 || (unsigned char)v.p[i] > 0x7e)
            return STR_NONE;
    return v.n <= VALIDATOR_MOST ? v : STR_NONE;
}

struct outcome {
    const char *result;
    const struct err *why; /* NULL: nothing failed */
    struct uuid upload;
};

/* Five minutes after a failure, then twice as long each time, up to a day. */
static int64_t next_s(const struct work *w, int64_t failures)
{
    int64_t wait = failures ? BACKOFF_S : w->every_min * 60;
    for (int64_t i = 1; i < failures && wait < BACKOFF_MOST_S; i++)
        wait *= 2;
    return failures && wait > BACKOFF_MOST_S ? BACKOFF_MOST_S : wait;
}

static bool hold(struct work *w, struct err *e)
{
    PGresult *r = conn_ask(w->c, &sql_task_hold, (struct str[]){uuid_str(&w->task), uuid_str(&w->token)}, e);
    bool there = r && (PQntuples(r) == 1 || ERR(e, err_upload_fenced, "%s", w->task.text));
    PQclear(r);
    return there;
}

static bool note(struct work *w, const struct outcome *o, struct err *e)
{
    struct buf error = {0};
    int64_t failures = o->why || w->again ? w->failures + 1 : 0, wait = next_s(w, failures);
    if (o->why)
        fault_write(o->why, &error);
    struct str seconds = arena_printf(&w->a, "%lld", (long long)wait);
    const struct str row[] = {uuid_str(&w->tenant), uuid_str(&w->dataset), str_of(o->result), o->why ? buf_str(&error) : STR_NONE,
                              arena_printf(&w->a, "%lld", (long long)failures), seconds, validator(&w->answer, S("etag")),
                              validator(&w->answer, S("last-modified")), str_of(w->new_hash),
                              o->upload.text[0] ? uuid_str(&o->upload) : STR_NONE};
    const struct str later[] = {uuid_str(&w->task), uuid_str(&w->token), seconds, o->why ? str_of(o->why->kind->code) : STR_NONE};
    bool ok = tenant_do(w->c, &sql_source_ran, row, e) && tenant_do(w->c, &sql_task_later, later, e) && conn_commit(w->c, e);
    buf_free(&error);
    return ok;
}

static bool take(struct work *w, struct outcome *o, struct err *e)
{
    const struct upload_new new = {.dataset = w->dataset, .mode = S("replace"), .file_name = name_of(w), .path = w->path,
                                   .size_bytes = (uint64_t)w->size, .options = S("{\"publish\": true}")};
    o->result = "taken";
    return upload_add(w->c, &w->tenant, &new, &o->upload, e);
}

/* True: the run ended well, or in a way that is noted; *why says what failed. */
static bool fetch_file(struct work *w, bool *changed, struct err *why)
{
    *changed = false;
    if (!ask(w, why))
        return false;
    if (w->answer.status == 304)
        return true;
    if (!is_200(w, why) || !keep_file(w, why))
        return false;
    *changed = w->again || !str_eq(str_of(w->new_hash), w->hash);
    return true;
}

static bool work(struct work *w, struct err *e)
{
    struct err why = {0};
    struct outcome o = {.result = "unchanged"};
    bool changed = false;
    if (w->other_draft) {
        o.result = "waiting";
    } else if (!fetch_file(w, &changed, &why)) {
        o.result = "failed";
        o.why = &why;
        log_err(LOG_INFO, "source_failed", &why);
        if (why.kind == &err_source_stopped)
            return true; /* the lease runs out; who is started next does it */
    }
    return conn_begin(w->c, &w->tenant, e) && hold(w, e) && (!changed || take(w, &o, e)) && note(w, &o, e);
}

static bool drop_task(struct work *w, struct err *e)
{
    return conn_begin(w->c, &w->tenant, e) && hold(w, e) &&
           tenant_do(w->c, &sql_task_finish, (struct str[]){uuid_str(&w->task), uuid_str(&w->token)}, e) && conn_commit(w->c, e);
}

bool source_job(struct job_run *run, struct err *e)
{
    struct work w = {.run = run, .c = run->conn};
    bool found = false, there = false;
    bool ok = show_key(&w, e) && claim(&w, &found, e);
    run->more = ok && found;
    if (ok && found)
        ok = read_source(&w, &there, e) && (there && w.active ? work(&w, e) : drop_task(&w, e));
    if (!ok)
        conn_rollback(w.c);
    if (e->kind == &err_upload_fenced) { /* another run has taken over */
        *e = (struct err){0};
        ok = true;
    }
    spool_discard(w.spool);
    if (w.path[0])
        unlink(w.path);
    arena_free(&w.a);
    return ok;
}
