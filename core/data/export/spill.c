#include "core/data/export/spill.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/errors.h"
#include "core/data/errors.h"

enum { BLOCK = 64 << 10 };

/* On disk: a row is its values, each a length (-1: null) and the bytes. */
struct spill {
    int fd, columns;
    int64_t bytes, at; /* written, read */
    uint64_t rows, given;
    struct buf block; /* to be written, then read: from `used` on */
    size_t used;
    bool full, broken;
};

int spill_file(const char *folder)
{
    return folder ? open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600) : -1;
}

struct spill *spill_open(const char *folder)
{
    struct spill *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->fd = spill_file(folder);
    if (s->fd >= 0)
        return s;
    free(s);
    return NULL;
}

void spill_close(struct spill *s)
{
    if (!s)
        return;
    close(s->fd);
    buf_free(&s->block);
    free(s);
}

static void write_block(struct spill *s)
{
    struct str left = buf_str(&s->block);
    while (left.n && !s->broken) {
        ssize_t n = pwrite(s->fd, left.p, left.n, s->bytes);
        if (n < 0 && errno == EINTR)
            continue;
        s->broken = n <= 0;
        if (n > 0) {
            s->bytes += n;
            left = str_from(left, (size_t)n);
        }
    }
    buf_reset(&s->block);
}

static void put_value(struct spill *s, const PGresult *r, int row, int column)
{
    int32_t n = PQgetisnull(r, row, column) ? -1 : PQgetlength(r, row, column);
    buf_add(&s->block, (struct str){(const char *)&n, sizeof n});
    if (n > 0)
        buf_add(&s->block, (struct str){PQgetvalue(r, row, column), (size_t)n});
}

void spill_rows(void *spill, const PGresult *r)
{
    struct spill *s = spill;
    if (!r) {
        s->bytes = 0;
        s->rows = 0;
        buf_reset(&s->block);
        return;
    }
    int n = PQntuples(r);
    s->columns = PQnfields(r);
    s->block.max = SIZE_MAX / 2;
    for (int row = 0; row < n && !s->full && !s->broken; row++) {
        for (int i = 0; i < s->columns; i++)
            put_value(s, r, row, i);
        s->rows++;
        s->full = s->bytes + (int64_t)s->block.n > SPILL_BYTES;
        s->broken |= s->block.over;
        if (s->block.n >= BLOCK)
            write_block(s);
    }
}

bool spill_ended(const struct spill *s)
{
    return s->given == s->rows;
}

/* At least `want` bytes from `used` on, if the file has them. */
static bool fill(struct spill *s, size_t want)
{
    while (s->block.n - s->used < want) {
        if (s->used) {
            memmove(s->block.p, s->block.p + s->used, s->block.n - s->used);
            s->block.n -= s->used;
            s->used = 0;
        }
        size_t room = want > BLOCK ? want : BLOCK;
        char *at = buf_room(&s->block, room);
        ssize_t n = at ? pread(s->fd, at, room, s->at) : -1;
        if (n < 0 && at && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        s->at += n;
        s->block.n += (size_t)n;
    }
    return true;
}

static bool take_value(struct spill *s, PGresult *r, int row, int column, size_t *took)
{
    int32_t n;
    if (!fill(s, sizeof n))
        return false;
    memcpy(&n, s->block.p + s->used, sizeof n);
    s->used += sizeof n;
    if (n > 0 && !fill(s, (size_t)n))
        return false;
    if (PQsetvalue(r, row, column, n < 0 ? NULL : s->block.p + s->used, n) == 0)
        return false;
    s->used += n > 0 ? (size_t)n : 0;
    *took += sizeof n + (n > 0 ? (size_t)n : 0);
    return true;
}

PGresult *spill_result(int columns)
{
    PGresAttDesc *list = calloc((size_t)columns + 1, sizeof *list);
    PGresult *r = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
    for (int i = 0; list && i < columns; i++)
        list[i].format = 1;
    bool ok = list && r && (columns == 0 || PQsetResultAttrs(r, columns, list));
    free(list);
    if (ok)
        return r;
    PQclear(r);
    return NULL;
}

PGresult *spill_next(struct spill *s, size_t bytes, struct err *e)
{
    if (s->full) {
        ERR(e, err_spill_full, "over %lld bytes", (long long)SPILL_BYTES);
        return NULL;
    }
    if (s->at == 0 && s->given == 0)
        write_block(s); /* what is left from writing */
    PGresult *r = s->broken ? NULL : spill_result(s->columns);
    size_t took = 0;
    bool ok = r != NULL;
    for (int row = 0; ok && took < bytes && s->given < s->rows; row++, s->given++)
        for (int i = 0; ok && i < s->columns; i++)
            ok = take_value(s, r, row, i, &took);
    if (ok)
        return r;
    PQclear(r);
    ERR(e, err_internal, "rows that were put aside cannot be read: %s", strerror(errno));
    return NULL;
}
