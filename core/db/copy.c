#include "core/db/copy.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/must.h"
#include "core/db/errors.h"
#include "core/db/sqlstate.h"

enum { CHUNK = 256 << 10, HEADER = 19, PROGRESS = 1 << 20, WAITING = 1 << 20 };
enum { FIELD_MAX = 1 << 30 };
static const char header[HEADER + 1] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0";

/*
 * HEAD --19 bytes--> COUNT --n >= 0--> LENGTH --> VALUE
 *                      ^ |               ^---------'  n times
 *                      | '-- -1 --> END
 *                      '---- after the last field
 */
enum { HEAD, COUNT, LENGTH, VALUE, END };
static const unsigned char wanted[] = {[HEAD] = HEADER, [COUNT] = 2, [LENGTH] = 4};

static bool damaged(struct copy_check *k, struct err *e, const char *what)
{
    ERR(e, err_copy_framing, "row %llu: %s", (unsigned long long)k->counts.rows, what);
    return err_arg(e, "%llu", (unsigned long long)k->counts.rows);
}

static bool over_rows(const struct copy_check *k, struct err *e)
{
    ERR(e, err_copy_rows, "row %llu", (unsigned long long)k->counts.rows);
    err_arg(e, "%llu", (unsigned long long)k->limits.rows);
    return err_arg(e, "%llu", (unsigned long long)k->counts.rows);
}

static bool over_bytes(const struct copy_check *k, struct err *e)
{
    ERR(e, err_copy_bytes, "row %llu", (unsigned long long)k->counts.rows);
    err_arg(e, "%llu", (unsigned long long)k->limits.bytes);
    return err_arg(e, "%llu", (unsigned long long)k->counts.rows);
}

static bool take_count(struct copy_check *k, struct err *e)
{
    int n = (int16_t)(k->part[0] << 8 | k->part[1]);
    if (n == -1) {
        k->state = END;
        return true;
    }
    k->counts.rows++;
    if (k->counts.rows > k->limits.rows)
        return over_rows(k, e);
    if (n < 1)
        return damaged(k, e, "field count");
    if (k->limits.fields == 0)
        k->limits.fields = (unsigned)n;
    if ((unsigned)n != k->limits.fields)
        return damaged(k, e, "another number of fields");
    k->fields_left = (unsigned)n;
    k->state = LENGTH;
    return true;
}

static void field_done(struct copy_check *k)
{
    k->state = --k->fields_left ? LENGTH : COUNT;
}

static bool take_length(struct copy_check *k, struct err *e)
{
    uint32_t raw = (uint32_t)k->part[0] << 24 | (uint32_t)k->part[1] << 16 |
                   (uint32_t)k->part[2] << 8 | k->part[3];
    uint64_t most = k->limits.field_bytes ? k->limits.field_bytes : FIELD_MAX;
    if (raw != UINT32_MAX && raw > most)
        return damaged(k, e, "field length");
    k->skip = raw == UINT32_MAX ? 0 : raw;
    k->state = VALUE;
    if (k->skip == 0)
        field_done(k);
    return true;
}

static bool take_part(struct copy_check *k, struct err *e)
{
    if (k->state == COUNT)
        return take_count(k, e);
    if (k->state == LENGTH)
        return take_length(k, e);
    if (memcmp(k->part, header, HEADER) != 0)
        return damaged(k, e, "not the header of a binary copy");
    k->state = COUNT;
    return true;
}

/* Nearly all fields lie whole in what came: past them at once. What is odd is left to the steps. */
static struct str after_whole_fields(struct copy_check *k, struct str s)
{
    uint32_t raw;
    uint64_t most = k->limits.field_bytes ? k->limits.field_bytes : FIELD_MAX;
    while (k->state == LENGTH && k->have == 0 && s.n >= sizeof raw) {
        memcpy(&raw, s.p, sizeof raw);
        raw = __builtin_bswap32(raw);
        size_t n = raw == UINT32_MAX ? 0 : raw;
        if (n > most || n > s.n - sizeof raw)
            break;
        s = str_from(s, sizeof raw + n);
        field_done(k);
    }
    return s;
}

bool copy_check_feed(struct copy_check *k, struct str s, struct err *e)
{
    k->counts.bytes += s.n;
    while ((s = after_whole_fields(k, s)).n > 0) {
        if (k->state == END)
            return damaged(k, e, "bytes after the trailer");
        size_t want = k->state == VALUE ? (size_t)k->skip : (size_t)wanted[k->state] - k->have;
        size_t n = want < s.n ? want : s.n;
        if (k->state == VALUE) {
            k->skip -= n;
            if (k->skip == 0)
                field_done(k);
        } else {
            memcpy(k->part + k->have, s.p, n);
            k->have = n < want ? k->have + (unsigned)n : 0;
            if (k->have == 0 && !take_part(k, e))
                return false;
        }
        s = str_from(s, n);
    }
    return k->counts.bytes <= k->limits.bytes || over_bytes(k, e);
}

bool copy_check_end(const struct copy_check *k, struct err *e)
{
    if (k->state == END)
        return true;
    return ERR(e, err_copy_cut, "after row %llu", (unsigned long long)k->counts.rows);
}

/* What a batch of rows takes (PostgreSQL's are 64 kB and more) waits in the socket while the one before is written: with the
 * system's 200 kB the backend stood still a tenth of the time. The system bounds it (net.core.wmem_max). */
static void widen(PGconn *pg)
{
    int domain = 0;
    socklen_t n = sizeof domain;
    getsockopt(PQsocket(pg), SOL_SOCKET, SO_DOMAIN, &domain, &n);
    if (domain == AF_UNIX) /* TCP sees to it by itself, and would no longer */
        setsockopt(PQsocket(pg), SOL_SOCKET, SO_SNDBUF, &(int){WAITING}, sizeof(int));
}

/* The stream to its end; false: refused, with the reason in *e (or, for libpq's, left to finish). */
static bool relay(PGconn *pg, int fd, struct copy_check *k, bool *sent, struct err *e)
{
    char *chunk = must_alloc(CHUNK);
    widen(pg);
    uint64_t told = 0;
    bool good = true;
    *sent = true;
    while (good) {
        ssize_t n = read(fd, chunk, CHUNK);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            good = ERR(e, err_copy_cut, "read: %s", strerror(errno));
        if (n <= 0)
            break;
        good = copy_check_feed(k, (struct str){chunk, (size_t)n}, e);
        if (good)
            good = *sent = PQputCopyData(pg, chunk, (int)n) == 1;
        if (good && k->limits.on_progress && k->counts.bytes - told >= PROGRESS) {
            told = k->counts.bytes;
            k->limits.on_progress(k->counts.rows, k->counts.bytes, k->limits.context);
        }
    }
    free(chunk);
    return good && copy_check_end(k, e);
}

/* Ends the COPY and takes its results: the rows PostgreSQL counted, or its error. */
static bool finish(PGconn *pg, bool keep, uint64_t *rows, struct err *e)
{
    bool good = PQputCopyEnd(pg, keep ? NULL : "refused by terrasse") == 1;
    for (PGresult *r = PQgetResult(pg); r; r = PQgetResult(pg)) {
        if (PQresultStatus(r) == PGRES_COMMAND_OK) {
            *rows = strtoull(PQcmdTuples(r), NULL, 10);
        } else {
            good = sqlstate_err(e, pg, r, "copy");
        }
        PQclear(r);
    }
    if (PQstatus(pg) == CONNECTION_BAD)
        return ERR(e, err_database_away, "copy: %s", PQerrorMessage(pg));
    return good;
}

static bool start(PGconn *pg, const char *command, struct err *e)
{
    PGresult *r = PQexec(pg, command);
    bool good = PQresultStatus(r) == PGRES_COPY_IN && PQbinaryTuples(r) == 1;
    if (!good && PQresultStatus(r) == PGRES_COPY_IN) {
        PQputCopyEnd(pg, "not binary");
        ERR(e, err_database, "copy: the command is not FORMAT binary");
    } else if (!good) {
        sqlstate_err(e, pg, r, "copy");
    }
    PQclear(r);
    while (!good && (r = PQgetResult(pg)))
        PQclear(r);
    return good;
}

bool copy_in(struct conn *c, const char *command, int fd, const struct copy_limits *limits,
             struct copy_counts *out, struct err *e)
{
    PGconn *pg = conn_pq(c);
    struct copy_check k = {.limits = *limits};
    uint64_t rows = 0;
    bool sent;
    struct err refused = {0};
    if (!start(pg, command, e))
        return false;
    if (!relay(pg, fd, &k, &sent, &refused)) {
        finish(pg, false, &rows, e);
        if (sent) /* else PostgreSQL has given the reason */
            *e = refused;
        return false;
    }
    if (!finish(pg, true, &rows, e))
        return false;
    if (rows != k.counts.rows)
        return ERR(e, err_copy_cut, "%llu rows sent, %llu stored", (unsigned long long)k.counts.rows,
                   (unsigned long long)rows);
    *out = k.counts;
    return true;
}
