/* side_result -- an answer in memory as libpq would hold it: the binary formats of core/data/query/cell.c, the other way round. */
#include <endian.h>

#include "core/base/must.h"
#include "core/data/query/side_job.h"

PGresult *side_result(unsigned columns)
{
    static char no_name[] = "";
    PGresAttDesc about[SIDE_OUTPUTS_MAX] = {0};
    PGresult *r = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
    must(r && columns <= SIDE_OUTPUTS_MAX);
    for (unsigned i = 0; i < columns; i++)
        about[i] = (PGresAttDesc){.name = no_name, .format = 1, .typlen = -1, .atttypmod = -1};
    must(PQsetResultAttrs(r, (int)columns, about));
    return r;
}

void side_put(PGresult *r, int row, int column, const void *p, size_t n)
{
    must(PQsetvalue(r, row, column, (char *)(uintptr_t)p, (int)n));
}

void side_put_null(PGresult *r, int row, int column)
{
    must(PQsetvalue(r, row, column, NULL, -1));
}

void side_put_i64(PGresult *r, int row, int column, int64_t v)
{
    uint64_t big = htobe64((uint64_t)v);
    side_put(r, row, column, &big, sizeof big);
}

void side_put_i32(PGresult *r, int row, int column, int32_t v)
{
    uint32_t big = htobe32((uint32_t)v);
    side_put(r, row, column, &big, sizeof big);
}

void side_put_double(PGresult *r, int row, int column, double v)
{
    int64_t bits;
    memcpy(&bits, &v, sizeof bits);
    side_put_i64(r, row, column, bits);
}

/* numeric: digits of base 10,000 around the point; `weight` counts those before it, less one. */
void side_put_numeric(PGresult *r, int row, int column, side_wide v, unsigned scale)
{
    enum { DIGITS_MAX = 16 };
    bool minus = v < 0;
    side_uwide left = minus ? -(side_uwide)v : (side_uwide)v;
    uint16_t digits[DIGITS_MAX], out[4 + DIGITS_MAX];
    int n = 0, after = (int)((scale + 3) / 4);
    for (unsigned i = scale; i % 4; i++)
        left *= 10; /* whole groups behind the point; sums stay far below 2^127 / 1000 */
    for (; left && n < DIGITS_MAX; left /= 10000)
        digits[n++] = (uint16_t)(left % 10000);
    out[0] = htobe16((uint16_t)n);
    out[1] = htobe16((uint16_t)(int16_t)(n - after - 1));
    out[2] = htobe16(minus ? 0x4000 : 0);
    out[3] = htobe16((uint16_t)scale);
    for (int i = 0; i < n; i++)
        out[4 + i] = htobe16(digits[n - 1 - i]);
    side_put(r, row, column, out, (4 + (size_t)n) * sizeof out[0]);
}
