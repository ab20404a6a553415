/*
 * lane -- one prepared one-record read a request through the fast lane, nothing else: the part of a
 * request that core/db costs.
 *
 *     speed_lane URI SQL PARAMETER_MAX REQUESTS IN_FLIGHT CONNECTIONS
 *
 * SQL has one int parameter, drawn at random from 1 to PARAMETER_MAX, as pgbench's \set does. Prints
 * requests a second and this process's CPU microseconds a request; the caller measures PostgreSQL's.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/base/must.h"
#include "core/db/lane.h"

struct flight {
    struct arena a;
    struct batch b;
};

static struct stmt statement = {"speed", NULL, 1, STMT_GLOBAL, STMT_FAST, ROLE_WEB};
static struct lanes *lanes;
static int64_t left, running, most;
static const char *tenant;

static void ask(struct flight *f);

static void on_done(struct batch *b, struct err *e, void *context)
{
    struct flight *f = context;
    if (e->kind || batch_rows(b, 0) != 1) {
        fprintf(stderr, "%s\n", e->kind ? e->detail : "not one row");
        exit(1);
    }
    batch_clear(b);
    arena_free(&f->a);
    running--;
    if (left > 0)
        ask(f);
    else if (running == 0)
        lanes_close(lanes);
}

static void ask(struct flight *f)
{
    char text[24];
    snprintf(text, sizeof text, "%lld", 1 + (long long)random() % (long long)most);
    batch_init(&f->b, &f->a);
    if (tenant)
        must(uuid_parse(str_of(tenant), &f->b.tenant));
    batch_ask(&f->b, &statement, (const struct str[]){str_of(text)});
    left--;
    running++;
    lanes_submit(lanes, &f->b, 10000, on_done, f);
}

static double cpu_us(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e6 + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

int main(int argc, char **argv)
{
    uv_loop_t loop;
    if (argc != 7) {
        fputs("speed_lane URI SQL PARAMETER_MAX REQUESTS IN_FLIGHT CONNECTIONS\n", stderr);
        return 2;
    }
    int64_t n = atoll(argv[4]), flights = atoll(argv[5]);
    statement.text = argv[2];
    most = atoll(argv[3]);
    tenant = getenv("SPEED_TENANT");
    log_init("speed", LOG_ERROR);
    uv_loop_init(&loop);
    lanes = lanes_open(&loop, &(struct lanes_config){.web_uri = argv[1], .fast_web = (unsigned)atoi(argv[6]), .exclusive_web = 1});
    while (!lanes_ready(lanes))
        uv_run(&loop, UV_RUN_ONCE);
    left = n;
    double cpu = cpu_us();
    int64_t start = clock_monotonic_us();
    for (int64_t i = 0; i < flights && left > 0; i++)
        ask(must_alloc(sizeof(struct flight)));
    uv_run(&loop, UV_RUN_DEFAULT);
    double s = (double)(clock_monotonic_us() - start) / 1e6;
    printf("%.0f requests/s, %.2f us CPU a request here\n", (double)n / s, (cpu_us() - cpu) / (double)n);
    return 0;
}
