#pragma once
#include <stdlib.h>

#include "core/base/jr.h"
#include "core/db/copy.h"
#include "core/data/value/field_name.h"
#include "core/data/intake/reader.h"

/* What holds of every file: rows kept + set aside + blank + taken away = rows seen; the stream's framing is right
 * and holds the rows kept; names are ids, each once; the report is JSON. */

#define HOLDS(condition)                                                                               \
    do {                                                                                               \
        if (!(condition))                                                                              \
            abort();                                                                                   \
    } while (0)

static bool property_check(void *to, struct str bytes, struct err *e)
{
    HOLDS(copy_check_feed(to, bytes, e));
    return true;
}

static void property_names(const struct reader *r)
{
    for (size_t i = 0; i < r->ncolumns; i++) {
        struct str name = r->columns[i].name;
        HOLDS(name.n > 0 && name.n <= FIELD_NAME_MAX);
        for (size_t k = 0; k < name.n; k++)
            HOLDS((name.p[k] >= 'a' && name.p[k] <= 'z') || (name.p[k] >= '0' && name.p[k] <= '9') || name.p[k] == '_');
        for (size_t k = 0; k < i; k++)
            HOLDS(!str_eq(name, r->columns[k].name));
    }
}

static void property_holds(struct str file, const json_t *options)
{
    struct reader r;
    struct err e = {0};
    if (reader_open_bytes(&r, file, options, &e) && reader_look(&r, &e)) {
        const struct reader_counts *n = &r.counts;
        struct copy_check c = {.limits = {.rows = UINT64_MAX, .bytes = UINT64_MAX, .fields = reader_fields(&r)}};
        struct buf out = {0};
        HOLDS(n->seen == n->kept + n->aside + n->blank + n->left_out + n->filtered + n->doubles);
        property_names(&r);
        reader_report(&r, &out);
        json_t *report = jr_parse(buf_str(&out), &e);
        HOLDS(report);
        json_decref(report);
        buf_free(&out);
        HOLDS(reader_stream(&r, property_check, &c, &e));
        HOLDS(copy_check_end(&c, &e) && c.counts.rows == n->kept);
    } else {
        HOLDS(e.kind);
    }
    reader_close(&r);
}
