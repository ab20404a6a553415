#pragma once
#include "core/base/err.h"
#include "core/io/http.h"
#include "core/web/step.h"

/*
 * route -- every URL the program answers, as data.
 *
 * Pattern: literal segments and {parameter} segments; a literal beats a parameter; two patterns of
 * equal shape are refused at start (and by a test). Every path is served with and without its
 * trailing slash, without a redirect.
 */
enum access {
    PUBLIC,      /* anybody */
    READER,      /* a signed-in account of this tenant, or a key */
    CONTRIBUTOR, /* may prepare and submit datasets of its organisation */
    EDITOR,      /* publishes in the tenant */
    ADMIN,       /* rights, look, people, quotas of the tenant */
    REGION,      /* administrator of the root: sees the tenants below it */
    REGION_DPO,  /* the same, or data protection officer of the root, whatever the role: for reading only */
    SYSTEM,      /* /healthz, /readyz, /metrics: no tenant, loopback or the metrics token */
};

enum dialect {
    DIALECT_PAGE,    /* an HTML page in the reader's language */
    DIALECT_EXPLORE, /* {"error_code", "message"}, pretty */
    DIALECT_V1,      /* {"errorcode", "error"} */
    DIALECT_PROBLEM, /* application/problem+json, RFC 9457: our own APIs */
};

enum body_kind {
    BODY_NONE,
    BODY_FORM,   /* application/x-www-form-urlencoded or multipart, at most 1 MiB, in memory; DIALECT_V1: read as the query */
    BODY_JSON,   /* at most 1 MiB, in memory */
    BODY_UPLOAD, /* spooled to a file, counted; multipart with one file, or raw bytes */
};

enum cache_kind {
    CACHE_NONE,
    CACHE_DATASET,   /* keyed by the revision of the dataset named by {dataset} */
    CACHE_CATALOGUE, /* keyed by the generation of the tenant */
    CACHE_FOREVER,   /* the address holds a hash: immutable assets */
};

struct route {
    enum http_method method; /* GET answers HEAD as well */
    const char *pattern;
    enum access access;
    unsigned cost;           /* calls spent: the only truth about what counts (R63) */
    const struct step *steps;
    const char *summary;     /* English; the documentation is generated from it */
    enum dialect dialect;
    enum body_kind body;
    enum cache_kind cache;
    const char *summary_fr;  /* for the page "Qu'est-ce qui compte" */
};

struct route_table {
    const struct route *routes;
    size_t n;
};
