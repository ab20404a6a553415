#include "core/data/intake/ingest.h"

#include <inttypes.h>

#include "core/base/jr.h"
#include "core/data/errors.h"
#include "core/io/errors.h"

enum { REPORT_MAX = 64 << 20, LINE_ROOM = 64 << 10, SAID_MAX = 64 << 10 };

static const struct err_kind *const kinds[] = {
#define ERROR(code, status, en, fr) &err_##code,
#define ERROR_AS(code, wire, status, en, fr) &err_##code,
#include "core/data/errors.def"
#undef ERROR
#undef ERROR_AS
};

struct child_limits ingest_limits(uint64_t file_bytes)
{
    uint64_t megabytes = file_bytes >> 20;
    return (struct child_limits){
        .memory_bytes = (1536ULL << 20) + 4 * file_bytes,
        .cpu_s = (unsigned)(30 + megabytes),
        .wall_s = (unsigned)(120 + 8 * megabytes), /* the database takes the stream at its own pace */
    };
}

bool ingest_error(const json_t *error, struct err *e)
{
    struct str code = jr_str(error, "code"), detail = jr_str(error, "detail");
    const struct err_kind *kind = &err_data_unread;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (str_eq(code, str_of(kinds[i]->code)))
            kind = kinds[i];
    ERR(e, *kind, "read: " STR_FMT " " STR_FMT, STR_ARG(code), STR_ARG(detail));
    const json_t *args = jr_array(error, "args"), *arg;
    size_t i;
    json_array_foreach(args, i, arg) {
        if (json_is_string(arg) && i < ERR_ARGS)
            err_arg(e, "%s", json_string_value(arg));
    }
    return false;
}

/* One line of the report pipe, parsed; *line is NULL where the pipe ended instead. */
static bool next_line(struct ingest *g, json_t **line, struct err *e)
{
    for (;;) {
        struct str have = buf_str(&g->lines);
        ptrdiff_t end = str_chr(have, '\n');
        if (end >= 0) {
            *line = jr_parse((struct str){have.p, (size_t)end}, e);
            size_t left = have.n - (size_t)end - 1;
            memmove(g->lines.p, g->lines.p + end + 1, left);
            g->lines.n = left;
            return *line != NULL;
        }
        char *room = buf_room(&g->lines, LINE_ROOM);
        size_t n;
        if (!room)
            return ERR(e, err_data_unread, "a report over %d bytes", REPORT_MAX);
        if (!child_read(&g->child, g->child.report_fd, room, LINE_ROOM, &n, e))
            return false;
        *line = NULL;
        if (n == 0)
            return true;
        g->lines.n += n;
    }
}

/* The child said nothing more: how it ended is the error. */
static bool ended_early(struct ingest *g, struct err *e)
{
    if (child_finish(&g->child, e))
        ERR(e, err_data_unread, "the report is cut");
    return false;
}

static bool take_report(struct ingest *g, struct err *e)
{
    json_t *line;
    if (!next_line(g, &line, e))
        return false;
    if (!line)
        return ended_early(g, e);
    g->report = line;
    const json_t *error = jr_object(line, "error");
    if (error)
        return ingest_error(error, e);
    int64_t fields = jr_i64(line, "fields", 0);
    if (fields < 1 || fields > 600)
        return ERR(e, err_data_unread, "%" PRId64 " fields", fields);
    return true;
}

bool ingest_start(struct ingest *g, int fd, struct str options, bool report_only,
                  const struct child_limits *limits, struct err *e)
{
    return ingest_start_with(g, fd, options, report_only, limits, NULL, 0, e);
}

bool ingest_start_with(struct ingest *g, int fd, struct str options, bool report_only, const struct child_limits *limits,
                       const int *joins, size_t njoins, struct err *e)
{
    const char *const with_stream[] = {"read", "--sealed", NULL};
    const char *const without[] = {"read", "--sealed", "--report-only", NULL};
    struct child_task task = {report_only ? without : with_stream, fd, options, *limits, joins, njoins};
    *g = (struct ingest){.report_only = report_only, .lines = {.max = REPORT_MAX}};
    g->child.stream_fd = g->child.report_fd = -1;
    if (!child_start(&g->child, &task, e))
        return false;
    if (take_report(g, e))
        return true;
    child_kill(&g->child);
    buf_free(&g->lines);
    return false;
}

const json_t *ingest_found(const struct ingest *g)
{
    return jr_object(jr_object(g->report, "error"), "found");
}

int ingest_stream(const struct ingest *g)
{
    return g->child.stream_fd;
}

unsigned ingest_fields(const struct ingest *g)
{
    return (unsigned)jr_i64(g->report, "fields", 0);
}

static bool counts_agree(const struct ingest *g, const json_t *done, uint64_t rows, struct err *e)
{
    int64_t promised = jr_i64(jr_object(g->report, "rows"), "kept", -1), said = jr_i64(done, "rows", -2);
    if (jr_bool(done, "done", false) && promised == said && said == (int64_t)rows)
        return true;
    return ERR(e, err_data_unread, "promised %" PRId64 ", said %" PRId64 ", counted %" PRIu64, promised, said, rows);
}

/* What was checked while the rows went by; what the table was made with stands as it was. */
static void take_checked(struct ingest *g, const json_t *done)
{
    static const char *const keys[] = {"schema", "personal", "secrecy"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        json_object_set(g->report, keys[i], json_object_get(done, keys[i]));
}

bool ingest_finish(struct ingest *g, uint64_t rows, struct err *e)
{
    json_t *done = NULL;
    if (g->report_only)
        return child_finish(&g->child, e);
    if (!next_line(g, &done, e))
        return false;
    if (!done)
        return ended_early(g, e);
    const json_t *error = jr_object(done, "error");
    bool ok = error ? ingest_error(error, e) : counts_agree(g, done, rows, e);
    if (ok)
        take_checked(g, done);
    json_decref(done);
    return ok && child_finish(&g->child, e);
}

void ingest_free(struct ingest *g)
{
    child_kill(&g->child);
    json_decref(g->report);
    buf_free(&g->lines);
    g->report = NULL;
}

bool ingest_end(struct child *c, struct err *e)
{
    struct buf said = {.max = SAID_MAX};
    size_t n = 1;
    while (n > 0) {
        char *room = buf_room(&said, 4096);
        if (!room || !child_read(c, c->report_fd, room, 4096, &n, e))
            break;
        said.n += n;
    }
    struct err ignored = {0};
    json_t *line = said.n ? jr_parse(buf_str(&said), &ignored) : NULL;
    bool ok = child_finish(c, e);
    if (!ok && jr_object(line, "error"))
        ingest_error(jr_object(line, "error"), e);
    json_decref(line);
    buf_free(&said);
    return ok;
}
