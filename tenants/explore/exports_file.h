#pragma once
#include "core/data/export/coding.h"
#include "core/data/export/export.h"
#include "core/data/export/spill.h"
#include "core/web/request.h"
#include "tenants/explore/artefact.h"
#include "tenants/people/grant.h"

/*
 * exports_file -- one file of rows on its way: what exports.c asks for, exports_begin.c names and
 * heads, exports_slices.c makes. Nobody else includes it.
 */
struct export_file {
    struct grant grant;
    struct query *query;
    struct export x;
    struct str format;
    const struct query_param *params;
    size_t nparams;
    bool compressed, started, asked;
    bool asks_wide, asks_decimals;
    bool measured;            /* HEAD: made and kept, so that its length is known */
    enum coding_kind sent_as; /* Content-Encoding, by what the client takes */
    bool in_heads;            /* was seen there since it began */
    int64_t began_us;
    struct artefact_name name;
    struct artefact *artefact; /* being written; NULL: not kept */
    struct spill *spill;    /* neither sliced nor ordered: the one result, row by row on the disk */
    struct coding *coding;  /* compressed=true, or Content-Encoding; NULL: sent as it is */
    struct buf plain;       /* a slice before it is compressed or collected */
    const PGresult *result; /* the slice that is being written down */
    int taken;              /* so many rows of it */
    int rows_fd, file_fd;   /* format->convert: what is collected, what was made of it; -1: none */
    int64_t rows_bytes;
};

/* exports_begin.c: 304, the kept file, or the headers of what is made. After a batch of
 * export_head.sql. */
bool exports_begin(struct req *r, struct err *e);
struct str exports_content_type(const struct export_file *f);
/* The same rights as when it began; the second is for req_file_while. */
bool exports_still_open(struct req *r, struct export_file *f);
bool exports_may_go_on(struct req *r);

/* exports_slices.c: the steps that follow it, in their order. */
bool exports_must_try(struct req *r, struct err *e);
bool exports_try(struct req *r, struct err *e);
bool exports_ask_widths(struct req *r, struct err *e);
bool exports_ask_keys(struct req *r, struct err *e);
bool exports_ask_slice(struct req *r, struct err *e);
bool exports_write_slice(struct req *r, struct err *e);
bool exports_convert(struct req *r, struct err *e);
bool exports_send_converted(struct req *r, struct err *e);
