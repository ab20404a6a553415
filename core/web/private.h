#pragma once
#include "core/db/lane.h"
#include "core/web/engine.h"
#include "core/web/request.h"
#include "core/web/router.h"
#include "core/web/stage.h"
#include "core/web/url.h"
#include "core/web/work.h"

/*
 * private -- what the engine's files know of a request; nobody else includes this.
 *
 *     STAGES -> (BODY) -> STEPS -> SENDING -> gone
 *       |                  |
 *       +--- an answer, or an error, from anywhere goes to SENDING ---+
 */
enum {
    QUERY_PAIRS_MAX = 200,
    HEADERS_MAX = 48,
    BODY_MAX = 1 << 20,        /* forms and JSON */
    GZIP_MIN = 1 << 10,
    GZIP_INLINE_MAX = 64 << 10, /* larger bodies are compressed on the thread pool */
    SLICE_PIECE = 64 << 10,
    STREAM_AHEAD = 4,           /* slices asked for at the same time, at most */
};

enum phase { PHASE_STAGES, PHASE_BODY, PHASE_STEPS, PHASE_SENDING };
enum answer { ANSWER_NONE, ANSWER_BODY, ANSWER_FILE, ANSWER_STREAM, ANSWER_CACHED };

struct header {
    struct str name, value;
};

struct req_private {
    struct req req; /* first */
    struct arena arena;
    struct engine *engine;
    struct http_exchange *wire; /* NULL: the client is gone */

    enum phase phase;
    size_t stage;
    const struct step *step;    /* of the stage or of the route; NULL: none runs */
    bool body_in, busy;         /* busy: a callback will go on */
    unsigned held;              /* somebody up the stack still uses it */
    bool on_thread;             /* memory must outlive the client */
    bool settle_later;          /* the client left while a thread was at it */
    bool asked;                 /* req_ask since this step began */
    bool in_db;                 /* lanes hold the batch */
    enum step_kind now;
    int64_t began_us, step_us, spent_us[STEP_REPLY + 1];

    struct match match;
    bool query_parsed, form_parsed;
    struct pairs query, form;
    json_t *json;
    struct conn *conn;
    struct err work_err;
    bool work_ok;

    struct buf incoming;        /* BODY_FORM, BODY_JSON */
    struct intake *intake;      /* BODY_UPLOAD */
    bool body_kept;
    struct err body_err;

    enum answer answer;
    int status;
    struct str content_type;
    size_t nheaders;
    struct buf body;
    struct jw jw;
    struct str etag;
    bool gzip;                  /* body is compressed already */
    int fd;
    int64_t file_size;
    bool (*file_still)(struct req *r); /* whether it may still be sent; NULL: it may */

    bool streaming, stream_waits;
    bool stream_last;           /* the slice in `body` is the last one */
    struct stream *stream;      /* the slices asked for; NULL: it does not stream */
    step_fn *on_thread_fn;      /* writes the slice down, on the pool */
    size_t stream_held;         /* as counted in the engine's */
    size_t stream_at;

    bool spent;
    bool cacheable, leads, waits;
    bool uncached;              /* the handler said that the answer ages by itself */
    struct cache_key key;
    struct cache_waiter waiter;
    const struct cache_entry *cached;

    void (*gone)(void *context);
    void *gone_context;

    const struct err_kind *failed;
    uint64_t sent_bytes;
    uv_work_t cpu;
    struct work_job work;
    struct heads_waiter caught_up;

    /* From here on not zeroed at the beginning: written before it is read. */
    struct http_exchange copy;  /* req.x where threads may read it */
    struct header headers[HEADERS_MAX];
};

static inline struct req_private *req_of(const struct req *r)
{
    return r->private;
}

/* engine.c */
void engine_go(struct req_private *p);           /* after a wait: goes on where it stopped */
void engine_fail(struct req_private *p, const struct err *e);
void engine_maybe_free(struct req_private *p);
enum lang engine_lang(struct req *r);            /* of pages and sentences */

/* step_run.c */
enum flow { FLOW_ON, FLOW_WAIT };
enum flow step_run(struct req_private *p);       /* runs p->step; moves it */
void step_ends(struct req_private *p);           /* on to the next step, or to the answer */
void step_fails(struct req_private *p, const struct err *e);
void step_submit(struct req_private *p, struct batch *b, lane_done *done, void *context);
bool pool_submit(struct req_private *p, void (*run)(uv_work_t *), void (*done)(uv_work_t *, int));

/* step_stream.c */
void stream_run(struct req_private *p);
void step_drain(struct req_private *p);          /* a streamed answer may go on */
void stream_forget(struct req_private *p);       /* nothing that was asked ahead is wanted any more */
void stream_free(struct req_private *p);

/* reply.c */
void reply_send(struct req_private *p);
void reply_headers(struct req_private *p, struct buf *out);
void reply_start_stream(struct req_private *p);

/* body.c */
uint64_t body_welcome(struct req_private *p);
void body_bytes(struct req_private *p, struct str bytes);
bool body_keep(struct req_private *p);           /* true: a thread names the file, then engine_go */
bool body_end(struct req_private *p, struct err *e);
void body_free(struct req_private *p);

/* problem.c */
void problem_answer(struct req_private *p, const struct err *e);
enum dialect problem_dialect(struct str path);

/* stage_cache.c */
enum stage_result stage_cache(struct req *r, struct err *e);
void stage_cache_store(struct req_private *p); /* the answer is complete: keep it, wake who waits */
void stage_cache_leave(struct req_private *p); /* the request ends without one */

/* metrics.c */
void metrics_count(struct engine *g, const struct req_private *p, int64_t took_us);
