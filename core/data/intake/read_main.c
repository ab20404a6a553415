#include "core/data/intake/read_main.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/errors.h"
#include "core/base/fd.h"
#include "core/base/jr.h"
#include "core/data/errors.h"
#include "core/data/format/ogr.h"
#include "core/data/intake/picture.h"
#include "core/data/format/read_ogr_format.h"
#include "core/data/intake/reader.h"
#include "core/data/intake/reader_helper.h"
#include "core/data/intake/unpack.h"
#include "core/data/format/write_ogr.h"
#include "core/io/child.h"

enum { STREAM_FD = 1, REPORT_FD = 3, OPTIONS_FD = 4, JOIN_FD = 5, LARGE = 1 << 20, OPTIONS_MAX = 4 << 20, REPORT_MAX = 64 << 20 };

struct job {
    int input_fd, stream_fd, report_fd; /* stream_fd -1: the report only */
    struct str options;
    const char *probe; /* tests: what to try once sealed */
    const char *write; /* the format to be written; NULL: the file is read */
    int epsg;          /* its reference system; 0: WGS 84 */
    bool unpack;       /* a zip of files, all of them */
    bool picture;      /* a small one is made of it */
    uint64_t streamed;
};

static bool put(int fd, struct str bytes, struct err *e)
{
    return fd_write(fd, bytes) || ERR(e, err_data_unread, "write: errno %d", errno);
}

static bool to_stream(void *to, struct str bytes, struct err *e)
{
    struct job *job = to;
    job->streamed += bytes.n;
    return put(job->stream_fd, bytes, e);
}

static void report_error(const struct job *job, struct reader *r, const struct err *why)
{
    struct buf out = {0};
    struct err ignored = {0};
    struct jw w;
    jw_init(&w, &out, JW_COMPACT);
    jw_open(&w, '{');
    jw_key(&w, S("error"));
    jw_open(&w, '{');
    JW_STR(&w, "code", str_of(why->kind->code));
    JW_STR(&w, "detail", str_of(why->detail));
    jw_key(&w, S("args"));
    jw_open(&w, '[');
    for (unsigned i = 0; i < why->nargs; i++)
        jw_str(&w, str_of(why->arg[i]));
    jw_close(&w, ']');
    jw_key(&w, S("found"));
    reader_found(r, &w);
    jw_close(&w, '}');
    jw_close(&w, '}');
    buf_addc(&out, '\n');
    put(job->report_fd, buf_str(&out), &ignored);
    buf_free(&out);
}

static bool send_report(const struct job *job, struct buf *out, struct err *e)
{
    buf_addc(out, '\n');
    bool ok = !out->over ? put(job->report_fd, buf_str(out), e) : ERR(e, err_data_unread, "report");
    buf_free(out);
    return ok;
}

static bool report(const struct job *job, struct reader *r, struct err *e)
{
    struct buf out = {.max = REPORT_MAX};
    reader_report(r, &out);
    return send_report(job, &out, e);
}

static bool report_done(const struct job *job, const struct reader *r, struct err *e)
{
    struct buf out = {.max = REPORT_MAX};
    struct jw w;
    jw_init(&w, &out, JW_COMPACT);
    jw_open(&w, '{');
    JW_BOOL(&w, "done", true);
    JW_I64(&w, "rows", (int64_t)r->counts.kept);
    JW_I64(&w, "bytes", (int64_t)job->streamed);
    reader_checked(r, &w);
    jw_close(&w, '}');
    return send_report(job, &out, e);
}

/* Something the seal must forbid; the test of the seal asks for it and looks at what happens. */
static bool probe(const char *what, struct err *e)
{
    if (strcmp(what, "socket") == 0)
        return socket(AF_INET, SOCK_STREAM, 0) >= 0 || ERR(e, err_data_unread, "no socket");
    if (strcmp(what, "open") == 0)
        return open("/etc/hostname", O_RDONLY | O_CLOEXEC) >= 0 || ERR(e, err_data_unread, "no file");
    if (strcmp(what, "start") == 0)
        return execl("/bin/true", "true", (char *)NULL) == 0;
    if (strcmp(what, "spin") == 0)
        for (volatile unsigned i = 0;; i++)
            ;
    return ERR(e, err_data_options, "unknown probe");
}

/* Until the process ends. */
static bool map_file(int fd, const char *what, struct str *out, struct err *e)
{
    struct stat st;
    *out = S("");
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return ERR(e, err_data_unread, "%s", what);
    if (st.st_size == 0)
        return true;
    void *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (p == MAP_FAILED)
        return ERR(e, err_data_unread, "%s: mmap of %lld bytes", what, (long long)st.st_size);
    *out = (struct str){p, (size_t)st.st_size};
    return true;
}

/* As many memory files as the options say, behind the options' own. */
static bool take_joins(struct reader *r, const json_t *options, struct err *e)
{
    int64_t n = jr_i64(options, "joins", 0);
    struct str csv;
    for (int i = 0; i < n && i < STEP_JOINS_MAX; i++) {
        if (!map_file(JOIN_FD + i, "a join", &csv, e))
            return false;
        reader_join(r, csv);
    }
    return true;
}

/* Worth a second thread. */
static bool is_large(int fd)
{
    struct stat st;
    return fstat(fd, &st) == 0 && st.st_size > LARGE;
}

/* Whoever takes the stream looks for the last line behind its end, and a pipe holds less than such a line may. */
static void end_stream(struct job *job)
{
    if (job->stream_fd >= 0)
        close(job->stream_fd);
}

static bool run(struct job *job, struct reader *r, const json_t *options, struct err *e)
{
    struct reader_helper *helper = is_large(job->input_fd) ? reader_helper_start() : NULL; /* to the process's end */
    if ((ogr_format_wanted(job->input_fd) && !ogr_load(e)) || !child_seal(e) || (job->probe && !probe(job->probe, e)))
        return false;
    if (!reader_open(r, job->input_fd, options, e))
        return false;
    r->helper = helper;
    r->checks_wait = job->stream_fd >= 0;
    if (!take_joins(r, options, e) || !reader_look(r, e))
        return false;
    bool ok = job->report_fd < 0 || report(job, r, e);
    if (ok && job->stream_fd >= 0)
        ok = reader_stream(r, to_stream, job, e);
    end_stream(job);
    return ok && (job->report_fd < 0 || job->stream_fd < 0 || report_done(job, r, e));
}

/* The way out of a map: rows of ours on fd 0, the file that is asked for on fd 1. */
static bool write_file(struct job *job, struct err *e)
{
    struct str rows;
    return ogr_load(e) && (job->epsg == 0 || ogr_turn_to(job->epsg, e)) && child_seal(e) &&
           map_file(job->input_fd, "the rows", &rows, e) && ogr_write(rows, job->write, job->epsg, to_stream, job, e);
}

static bool unpack(struct job *job, struct err *e)
{
    struct str zip;
    return child_seal(e) && map_file(job->input_fd, "the zip", &zip, e) && unpack_stream(zip, to_stream, job, e);
}

static bool shrink(struct job *job, struct err *e)
{
    struct str file;
    return ogr_load_pictures(e) && child_seal(e) && map_file(job->input_fd, "the picture", &file, e) &&
           picture_shrink(file, to_stream, job, e);
}

static json_t *parse_options(struct str text, struct err *e)
{
    json_t *options = text.n ? jr_parse(text, e) : json_object();
    if (options && json_is_object(options))
        return options;
    json_decref(options);
    ERR(e, err_data_options, "not an object");
    err_arg(e, "JSON");
    return NULL;
}

static void say_error(const struct err *e)
{
    struct buf out = {0};
    const char *lang = getenv("LANG");
    err_say(e, lang && strncmp(lang, "en", 2) == 0 ? LANG_EN : LANG_FR, &out);
    fprintf(stderr, "terrasse read: " STR_FMT "\n", STR_ARG(buf_str(&out)));
    buf_free(&out);
}

/* _exit in the sealed child: what runs at a normal exit may need what the seal forbids. */
static int work(struct job *job, bool sealed)
{
    struct err e = {0};
    struct reader r = {0};
    json_t *options = parse_options(job->options, &e);
    bool ok = options && (job->write    ? write_file(job, &e)
                          : job->unpack ? unpack(job, &e)
                          : job->picture ? shrink(job, &e)
                                        : run(job, &r, options, &e));
    if (!ok && sealed)
        report_error(job, &r, &e);
    else if (!ok)
        say_error(&e);
    reader_close(&r);
    json_decref(options);
    _exit(ok ? 0 : 1);
}

static struct str all_of(int fd, struct buf *out)
{
    out->max = OPTIONS_MAX;
    for (;;) {
        char *room = buf_room(out, 65536);
        ssize_t n = room ? read(fd, room, 65536) : 0;
        if (n <= 0)
            return buf_str(out);
        out->n += (size_t)n;
    }
}

static int sealed_main(int argc, char **argv)
{
    struct buf options = {0};
    int64_t epsg;
    struct job job = {.input_fd = 0, .stream_fd = STREAM_FD, .report_fd = REPORT_FD};
    for (int i = 2; i < argc; i++) {
        if (strcmp(argv[i], "--report-only") == 0)
            job.stream_fd = -1;
        else if (strncmp(argv[i], "--probe=", 8) == 0)
            job.probe = argv[i] + 8;
        else if (strcmp(argv[i], "--unpack") == 0)
            job.unpack = true;
        else if (strcmp(argv[i], "--picture") == 0)
            job.picture = true;
        else if (strncmp(argv[i], "--write=", 8) == 0 && ogr_writes(argv[i] + 8))
            job.write = argv[i] + 8;
        else if (strncmp(argv[i], "--epsg=", 7) == 0 && str_i64(str_of(argv[i] + 7), &epsg) && epsg > 0 && epsg <= OGR_EPSG_MAX)
            job.epsg = (int)epsg;
    }
    job.options = all_of(OPTIONS_FD, &options);
    close(OPTIONS_FD);
    return work(&job, true);
}

int read_main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    if (argc > 1 && strcmp(argv[1], "--sealed") == 0)
        return sealed_main(argc, argv);
    struct job job = {.input_fd = -1, .stream_fd = -1, .report_fd = STDOUT_FILENO};
    const char *file = NULL;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--copy") == 0) {
            job.stream_fd = STDOUT_FILENO;
            job.report_fd = -1;
        } else if (strcmp(argv[i], "--options") == 0 && i + 1 < argc) {
            job.options = str_of(argv[++i]);
        } else {
            file = argv[i];
        }
    }
    struct err e = {0};
    if (!file || (job.input_fd = open(file, O_RDONLY | O_CLOEXEC)) < 0) {
        ERR(&e, err_file_open, "errno %d", errno);
        err_arg(&e, "%s", file ? file : "FILE");
        err_arg(&e, "%s", strerror(file ? errno : EINVAL));
        say_error(&e);
        return 1;
    }
    return work(&job, false);
}
