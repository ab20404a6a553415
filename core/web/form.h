#pragma once
#include "core/io/multipart.h"
#include "core/io/spool.h"
#include "core/web/url.h"

/*
 * form -- a form body of either encoding, as it comes: fields in memory, one file to a spool.
 *
 * Source: RFC 7578 (multipart/form-data), WHATWG URL (application/x-www-form-urlencoded).
 */
/* Pairs: a grid of 50 rows and 50 columns fits. */
enum { FORM_PAIRS_MAX = 2600, FORM_BYTES_MAX = 1 << 20 };

struct form {
    struct arena *a;              /* fields live here */
    struct pairs pairs;
    struct multipart *multipart;  /* NULL: not multipart */
    struct buf value;             /* of the field being read */
    struct str name;
    size_t bytes, room;
    bool in_file, has_file;
    struct spool *spool;          /* where a file part goes; NULL: files are refused */
    struct str file_name;         /* absent: no file came */
};

/* fails  err_multipart_invalid */
bool form_open(struct form *f, struct arena *a, struct str content_type, struct spool *spool, struct err *e);
/* fails  err_form_invalid, err_too_large, those of multipart_feed and spool_feed */
bool form_feed(struct form *f, struct str bytes, struct err *e);
bool form_finish(struct form *f, struct err *e);
void form_close(struct form *f);

/* The other encoding, whole. fails  err_form_invalid */
bool form_urlencoded(struct arena *a, struct str body, struct pairs *out, struct err *e);
