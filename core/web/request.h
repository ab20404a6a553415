#pragma once
#include <jansson.h>

#include "core/base/jw.h"
#include "core/db/batch.h"
#include "core/db/conn.h"
#include "core/web/head.h"
#include "core/web/route.h"
#include "core/web/step.h"

/*
 * request -- what a handler sees of one request, and how it answers.
 *
 * Everything here lives in r->a and dies with the request.
 */
enum { ROUTE_PARAMS_MAX = 6 };

/* Who the request acts for; made by the auth stage (tenants/people), opaque floors see this much. */
struct principal {
    struct uuid account;       /* empty: nobody */
    struct str name, email;
    enum access role;          /* PUBLIC for nobody; READER to REGION */
    struct uuid organisation;  /* a direct publisher's people: their organisation; empty: all */
    bool by_key;               /* Authorization: Apikey, or ?apikey= */
    bool is_region;            /* of the root tenant, for all of it */
    bool is_dpo;               /* data protection officer of this tenant, for all of it */
    struct str csrf;           /* token of the session, for forms */
    struct uuid key;           /* by_key: which one */
};

/* Where a call comes from; tags the usage. */
enum origin { ORIGIN_SITE, ORIGIN_API, ORIGIN_EMBED, ORIGIN_CRAWLER, ORIGIN_FEDERATION, ORIGIN_N };

struct upload {
    char *path;            /* the spooled file; removed with the request unless upload_keep */
    struct str file_name;  /* as sent, cleaned of directories and control bytes */
    uint64_t size_bytes;
    bool keep;
};

struct req {
    struct arena *a;
    struct http_exchange *x;
    const struct route *route;
    const struct tenant *tenant;    /* pinned; NULL only for SYSTEM routes */
    struct principal who;
    enum origin origin;
    enum lang lang;                 /* of pages and sentences: ?lang=, cookie, Accept-Language, tenant */
    struct str params[ROUTE_PARAMS_MAX]; /* decoded, in the pattern's order */
    struct batch batch;             /* STEP_DB fills it; results stay until the next STEP_DB asks */
    void *state;                    /* the handler's, in r->a */
    struct upload upload;           /* BODY_UPLOAD */
    struct str body;                /* BODY_JSON, BODY_FORM: the bytes */
    bool stream_end;                /* STEP_STREAM */
    uint64_t meter[4];              /* the quota hook's receipt */
    struct req_private *private;    /* the engine's */
};

/* Parameters of the query string, decoded once (+ and %20 are a space). Absent: not there.
 * A repeated single-valued parameter: the last one counts on the Explore API (its rule). */
struct str req_query(struct req *r, struct str name);
size_t req_query_count(struct req *r, struct str name);
struct str req_query_nth(struct req *r, struct str name, size_t n);
size_t req_query_all(struct req *r, size_t at, struct str *name, struct str *value); /* next; 0: end */
/* Fields of a form body (either encoding); absent: not there. */
struct str req_form(struct req *r, struct str name);
size_t req_form_all(struct req *r, size_t at, struct str *name, struct str *value);
struct str req_header(const struct req *r, struct str lower_name);
struct str req_cookie(const struct req *r, struct str name); /* absent also when sent twice */
/* The JSON body; released with the request. NULL: err_json_invalid. */
const json_t *req_body_json(struct req *r, struct err *e);

/* STEP_DB: add a statement; results by the index it gives. */
unsigned req_ask(struct req *r, const struct stmt *s, const struct str *params);
#define req_rows(r, call) batch_rows(&(r)->batch, (call))
#define req_col(r, call, row, column) batch_col(&(r)->batch, (call), (row), (column))
#define req_i64(r, call, row, column) batch_i64(&(r)->batch, (call), (row), (column))
/* STEP_DB on row tables: the statement the query compiler made; binary results. */
unsigned req_ask_rows(struct req *r, const char *sql, unsigned nparams, const struct str *params, bool fast);
/* The same, its rows one by one into `sink` as they arrive; the context outlives the request. */
unsigned req_ask_into(struct req *r, const char *sql, unsigned nparams, const struct str *params, batch_sink *sink,
                      void *context);
/* The same on the portal, for a view that grant_catalogue made: an exclusive lane, binary results. */
unsigned req_ask_portal(struct req *r, const char *sql, unsigned nparams, const struct str *params);
struct conn *req_conn(struct req *r, struct err *e); /* STEP_WORK only */
struct conn *req_begin(struct req *r, struct err *e); /* the same, in a transaction of the request's tenant; NULL: failed */

/* Answering. A body buffer is bounded at 16 MiB. */
struct buf *req_reply(struct req *r, int status, struct str content_type); /* the body to fill */
struct jw *req_json(struct req *r, int status);        /* application/json, JW_SPACED */
void req_set(struct req *r, struct str name, struct str value); /* one response header; CR LF refused */
void req_set_cookie(struct req *r, struct str cookie);
void req_redirect(struct req *r, int status, struct str location); /* a path of this host, or our own */
void req_file(struct req *r, int fd, int64_t size, struct str content_type); /* Range and HEAD served */
/* Asked before each megabyte that is sent: false cuts the connection. */
void req_file_while(struct req *r, bool (*still)(struct req *r));
struct buf *req_stream(struct req *r, int status, struct str content_type);  /* STEP_STREAM: the slice */
/* In `write`, once the next slice is known and before this one is written down: the step's fn asks for it now, so
 * that the database works meanwhile; for a reader who takes what he is given it is called again, up to four slices
 * ahead, as long as it asks for something. Gives this slice's result, which stays until `write` returns. */
const PGresult *req_ahead(struct req *r);
void req_ahead_drop(struct req *r); /* in `write`: what was asked ahead is not wanted, fn asks anew */
/* In `write`: fn runs on the thread pool and fills the slice, which is sent when it has returned. The rules of
 * STEP_CPU; what req_ahead gave stays until then. */
void req_on_thread(struct req *r, step_fn *fn);

/* Absolute address of this tenant (scheme and port as the client used them): for links in answers. */
struct str req_base_url(struct req *r);
struct str req_tenant_url(struct req *r, struct str host); /* the same for another tenant's host */
bool req_type_is_text(struct str content_type); /* worth compressing */

/* The answer's ETag (with its quotes). True: If-None-Match has it, 304 is the answer, return. Added
 * by the engine's author: handlers of files and feeds need it before they open anything. */
bool req_etag(struct req *r, struct str etag);

/* Runs once when the request is gone, answered or left by its client: for what lives outside r->a. One a request. */
void req_on_gone(struct req *r, void (*fn)(void *context), void *context);

/* The answer depends on the hour: it is not kept and has no ETag. */
void req_uncached(struct req *r);
