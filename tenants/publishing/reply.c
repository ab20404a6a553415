#include "tenants/publishing/reply.h"

void reply_members(struct req *r, struct jw *w, unsigned call, size_t row,
                   const struct reply_column *columns)
{
    for (const struct reply_column *c = columns; c->name; c++) {
        jw_key(w, str_of(c->name));
        switch (c->kind) {
        case REPLY_TEXT:
            jw_str(w, req_col(r, call, row, c->column));
            break;
        case REPLY_INTEGER:
            jw_i64(w, req_i64(r, call, row, c->column));
            break;
        case REPLY_BOOL:
            jw_bool(w, batch_bool(&r->batch, call, row, c->column));
            break;
        case REPLY_JSON:
            jw_raw(w, req_col(r, call, row, c->column));
            break;
        }
    }
}

void reply_rows(struct req *r, struct jw *w, const char *key, unsigned call,
                const struct reply_column *columns)
{
    jw_key(w, str_of(key));
    jw_open(w, '[');
    for (size_t i = 0; i < req_rows(r, call); i++) {
        jw_open(w, '{');
        reply_members(r, w, call, i, columns);
        jw_close(w, '}');
    }
    jw_close(w, ']');
}

bool reply_list(struct req *r, const char *key, const struct reply_column *columns)
{
    struct jw *w = req_json(r, 200);
    jw_open(w, '{');
    reply_rows(r, w, key, 0, columns);
    jw_close(w, '}');
    return true;
}

bool reply_done(struct req *r, int status)
{
    struct jw *w = req_json(r, status);
    jw_open(w, '{');
    JW_BOOL(w, "done", true);
    jw_close(w, '}');
    return true;
}
