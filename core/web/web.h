#pragma once
#include "core/io/http.h"
#include "core/web/engine.h"

/*
 * web -- one web process: opens everything, serves until SIGTERM, stops in order.
 *
 * Several processes share a port with http.share_port. Strings are borrowed for the call.
 * The program has registered its statements before (stmt_register, web_statements among them).
 */
struct web_config {
    struct http_config http;
    struct lanes_config lanes;
    unsigned work_threads;                     /* 0: 2 */
    const struct route_table *const *tables;   /* of every floor; system and asset routes are added */
    size_t ntables;
    const struct web_hooks *hooks;
    uint64_t cache_bytes;                      /* 0: 64 MiB */
    uint64_t upload_max_bytes;                 /* 0: 1 GiB */
    uint64_t kept_bytes;                       /* of files made once and sent again; 0: 1 GiB */
    const char *spool_dir;
    unsigned char secret[16];                  /* of the installation; the same in every process */
    const char *build;                         /* version of the program */
    const char *metrics_token;                 /* NULL: /metrics answers this machine only */
    unsigned drain_ms;                         /* 0: 20 s */
    /* Called on the loop before anything is served: floors above open what they need (the usage
     * file, timers). NULL: nothing. */
    bool (*open)(uv_loop_t *loop, struct lanes *lanes, struct heads *heads, void *context, struct err *e);
    void (*ready)(const char *listening_on, void *context); /* the heads are in; NULL: nothing */
    void (*close)(void *context);              /* the last request is gone; close what open opened */
    void *context;
};

/* Returns when it has stopped. fails  err_route_clash, those of http_listen, err_serve_start */
bool web_serve(const struct web_config *c, struct err *e);

/* The router of the tables with ours added: for `terrasse routes`. */
struct router *web_router(const struct web_config *c, struct err *e);
