#include "core/db/batch.h"

#include <stdlib.h>

#include "core/base/must.h"

void batch_init(struct batch *b, struct arena *a)
{
    *b = (struct batch){.a = a};
}

static unsigned add(struct batch *b, struct batch_call call, const struct str *params)
{
    must(b->n < BATCH_MAX);
    must(call.nparams == 0 || params);
    struct str *copy = call.nparams ? ARENA_ARRAY(b->a, struct str, call.nparams) : NULL;
    for (unsigned i = 0; i < call.nparams; i++)
        if (params[i].p) /* with the NUL that libpq wants */
            copy[i] = (struct str){arena_copy(b->a, params[i]), params[i].n};
    call.params = copy;
    b->calls[b->n] = call;
    return b->n++;
}

unsigned batch_ask(struct batch *b, const struct stmt *s, const struct str *params)
{
    return add(b, (struct batch_call){.stmt = s, .nparams = s->nparams}, params);
}

unsigned batch_ask_sql(struct batch *b, const char *sql, unsigned nparams, const struct str *params,
                       bool binary)
{
    return add(b, (struct batch_call){.sql = sql, .nparams = nparams, .binary = binary}, params);
}

static const PGresult *result_of(const struct batch *b, unsigned call)
{
    must(call < b->n);
    return b->calls[call].result;
}

size_t batch_rows(const struct batch *b, unsigned call)
{
    const PGresult *r = result_of(b, call);
    return r ? (size_t)PQntuples(r) : 0;
}

bool batch_null(const struct batch *b, unsigned call, size_t row, int column)
{
    const PGresult *r = result_of(b, call);
    return !r || PQgetisnull(r, (int)row, column);
}

struct str batch_col(const struct batch *b, unsigned call, size_t row, int column)
{
    if (batch_null(b, call, row, column))
        return STR_NONE;
    const PGresult *r = result_of(b, call);
    return (struct str){PQgetvalue(r, (int)row, column), (size_t)PQgetlength(r, (int)row, column)};
}

/* Binary integers of 2, 4 or 8 bytes, most significant first. */
static int64_t from_binary(struct str s)
{
    if (s.n == 0 || s.n > 8)
        return 0;
    uint64_t v = (unsigned char)s.p[0] & 0x80 ? UINT64_MAX : 0;
    for (size_t i = 0; i < s.n; i++)
        v = v << 8 | (unsigned char)s.p[i];
    return (int64_t)v;
}

int64_t batch_i64(const struct batch *b, unsigned call, size_t row, int column)
{
    struct str s = batch_col(b, call, row, column);
    int64_t v = 0;
    if (!s.p)
        return 0;
    if (PQfformat(result_of(b, call), column) == 1)
        return from_binary(s);
    str_i64(s, &v);
    return v;
}

bool batch_bool(const struct batch *b, unsigned call, size_t row, int column)
{
    struct str s = batch_col(b, call, row, column);
    return s.n == 1 && (s.p[0] == 't' || s.p[0] == 1);
}

void batch_clear(struct batch *b)
{
    for (unsigned i = 0; i < b->n; i++)
        PQclear(b->calls[i].result);
    memset(b->calls, 0, sizeof b->calls[0] * b->n);
    b->n = 0;
}
