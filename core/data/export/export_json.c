/* JSON and JSON lines: spaces inside the objects, none between them. */
#include "core/data/export/export.h"

static void nothing(struct export *x, struct buf *out)
{
    (void)x;
    (void)out;
}

static void start(struct export *x, struct buf *out)
{
    (void)x;
    buf_addc(out, '[');
}

static void row(struct export *x, struct buf *out, const PGresult *r, int at)
{
    if (x->rows)
        buf_addc(out, ',');
    row_json_object(&x->json, out, r, at);
}

static void end(struct export *x, struct buf *out)
{
    (void)x;
    buf_addc(out, ']');
}

static void line(struct export *x, struct buf *out, const PGresult *r, int at)
{
    row_json_object(&x->json, out, r, at);
    buf_addc(out, '\n');
}

const struct export_format export_json = {.name = "json",
                                          .extension = "json",
                                          .content_type = "application/json; charset=utf-8",
                                          .start = start,
                                          .row = row,
                                          .end = end,
                                          .names_files = true};
const struct export_format export_jsonl = {.name = "jsonl",
                                           .extension = "jsonl",
                                           .content_type = "application/x-ndjson; charset=utf-8",
                                           .start = nothing,
                                           .row = line,
                                           .end = nothing,
                                           .names_files = true};
