/*
 * load -- a CSV file becomes a typed table, by the path of every publication: the sealed child reads
 * it twice, COPY BINARY, key, indexes, ANALYZE, one transaction.
 *
 *     speed_load URI FILE      (as terrasse_worker)
 *
 * Prints one JSON object: id, wall_us, report_us, rows_us, index_us, commit_us (when each phase
 * ended), rows_cpu_us (all three processes until the rows were in), cpu_us (this process and the child), backend_us, and what `psql \copy` needs to make the
 * same table: create, index, columns (file order). The table stays.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/jr.h"
#include "core/base/jw.h"
#include "core/base/must.h"
#include "core/data/intake/ingest.h"
#include "core/data/intake/read_main.h"
#include "core/data/intake/version.h"
#include "core/db/copy.h"

static struct err why;

/* When each phase ended, since the start. */
static int64_t began_us;
static struct {
    int64_t report_us, rows_us, rows_cpu_us, index_us, commit_us;
} at;

static int64_t since(void)
{
    return clock_monotonic_us() - began_us;
}

static void need(bool ok)
{
    if (ok)
        return;
    fprintf(stderr, "%s: %s\n", why.kind ? why.kind->code : "failed", why.detail);
    exit(1);
}

static int64_t rusage_us(int who)
{
    struct rusage u;
    getrusage(who, &u);
    return (int64_t)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000 + u.ru_utime.tv_usec + u.ru_stime.tv_usec;
}

/* What the kernel has counted for the backend so far, in microseconds. */
static int64_t backend_us(struct conn *c)
{
    char path[64];
    long long ns = 0;
    snprintf(path, sizeof path, "/proc/%d/schedstat", PQbackendPID(conn_pq(c)));
    FILE *f = fopen(path, "re");
    if (f && fscanf(f, "%lld", &ns) != 1)
        ns = 0;
    if (f)
        fclose(f);
    return ns / 1000;
}

static const char *z(struct buf *b)
{
    buf_addc(b, '\0');
    b->n--;
    return b->p;
}

static void load(struct conn *c, int fd, uint64_t size_bytes, const struct uuid *id, struct ingest *g, struct buf *ddl,
                 struct buf *index)
{
    struct buf copy = {0};
    struct child_limits limits = ingest_limits(size_bytes);
    struct copy_counts counts;
    json_t *facets = json_array();
    need(ingest_start(g, fd, STR_NONE, false, &limits, &why));
    at.report_us = since();
    need(version_create(ddl, id, g->report, &why));
    version_facets(facets, g->report);
    version_index(index, id, g->report, facets);
    version_copy(&copy, id);
    const struct copy_limits most = {.rows = 300000, .bytes = UINT64_MAX, .fields = ingest_fields(g)};
    need(conn_exec(c, "BEGIN", &why) && conn_exec(c, z(ddl), &why));
    need(copy_in(c, z(&copy), ingest_stream(g), &most, &counts, &why) && ingest_finish(g, counts.rows, &why));
    at.rows_us = since();
    at.rows_cpu_us = rusage_us(RUSAGE_SELF) + rusage_us(RUSAGE_CHILDREN) + backend_us(c);
    need(conn_exec(c, z(index), &why));
    at.index_us = since();
    need(conn_exec(c, "COMMIT", &why));
    at.commit_us = since();
    json_decref(facets);
    buf_free(&copy);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "read") == 0)
        return read_main(argc - 1, argv + 1);
    if (argc != 3) {
        fputs("speed_load URI FILE\n", stderr);
        return 2;
    }
    rand_init();
    struct ingest g;
    struct buf ddl = {0}, index = {0}, out = {0}, columns = {0};
    struct uuid id = uuid_make();
    struct stat file;
    struct jw w;
    int fd = open(argv[2], O_RDONLY | O_CLOEXEC);
    need(fd >= 0 && fstat(fd, &file) == 0);
    struct conn *c = conn_open(argv[1], ROLE_WORKER, &why);
    need(c != NULL);
    began_us = clock_monotonic_us();
    load(c, fd, (uint64_t)file.st_size, &id, &g, &ddl, &index);
    int64_t wall = since();
    version_columns(&columns, g.report);
    jw_init(&w, &out, JW_COMPACT);
    jw_open(&w, '{');
    JW_STR(&w, "id", uuid_str(&id));
    JW_I64(&w, "rows", jr_i64(jr_object(g.report, "rows"), "kept", 0));
    JW_I64(&w, "bytes", jr_i64(g.report, "bytes", 0));
    JW_I64(&w, "wall_us", wall);
    JW_I64(&w, "report_us", at.report_us);
    JW_I64(&w, "rows_us", at.rows_us);
    JW_I64(&w, "rows_cpu_us", at.rows_cpu_us);
    JW_I64(&w, "index_us", at.index_us);
    JW_I64(&w, "commit_us", at.commit_us);
    JW_I64(&w, "cpu_us", rusage_us(RUSAGE_SELF) + rusage_us(RUSAGE_CHILDREN));
    JW_I64(&w, "backend_us", backend_us(c));
    JW_STR(&w, "create", buf_str(&ddl));
    JW_STR(&w, "index", buf_str(&index));
    JW_RAW(&w, "columns", buf_str(&columns));
    jw_close(&w, '}');
    puts(z(&out));
    ingest_free(&g);
    conn_close(c);
    return 0;
}
