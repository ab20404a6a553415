#include "tests/db/serving.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "core/base/must.h"
#include "tests/db/fixture.h"

static const struct serving *config;
static pthread_t server;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t serving = PTHREAD_COND_INITIALIZER;
static int port;
static bool served;
static char spool_dir[] = "/tmp/tservXXXXXX";

static void on_ready(const char *where, void *context)
{
    (void)context;
    pthread_mutex_lock(&lock);
    port = atoi(strrchr(where, ':') + 1);
    pthread_cond_signal(&serving);
    pthread_mutex_unlock(&lock);
}

static void *run_server(void *context)
{
    (void)context;
    const struct route_table *const tables[] = {config->routes};
    struct web_config c = {
        .http = {.listen = "127.0.0.1:0", .loopback_only = true},
        .lanes = {db_uri(DB_WEB), db_uri(DB_READER), 2, config->fast_reader, 2, 1},
        .tables = tables, .ntables = 1, .hooks = config->hooks, .spool_dir = spool_dir, .upload_max_bytes = 1 << 20,
        .secret = "0123456789abcde", .build = "test", .ready = on_ready, .drain_ms = 3000,
    };
    struct err e = {0};
    served = web_serve(&c, &e);
    if (!served)
        fprintf(stderr, "web_serve: %s\n", e.detail);
    return NULL;
}

bool serving_start(const struct serving *s)
{
    struct timespec until;
    config = s;
    must(mkdtemp(spool_dir));
    must(pthread_create(&server, NULL, run_server, NULL) == 0);
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 20;
    pthread_mutex_lock(&lock);
    while (!port && pthread_cond_timedwait(&serving, &lock, &until) == 0)
        ;
    pthread_mutex_unlock(&lock);
    return port != 0;
}

bool serving_stop(void)
{
    kill(getpid(), SIGTERM);
    pthread_join(server, NULL);
    return rmdir(spool_dir) == 0 && served;
}

int serving_dial(void)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct timeval limit = {20, 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    if (connect(fd, (struct sockaddr *)&to, sizeof to) != 0)
        fail_msg("connect");
    return fd;
}
