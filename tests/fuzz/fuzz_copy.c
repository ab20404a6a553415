/* The framing check of a binary copy: any bytes, in any pieces, give one verdict and one count. */
#include <stdlib.h>

#include "core/db/copy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static bool check(struct str s, size_t piece, struct copy_counts *counts)
{
    struct err e;
    struct copy_check k = {.limits = {.rows = 50, .bytes = 4096, .field_bytes = 1000}};
    bool good = true;
    for (size_t at = 0; good && at < s.n; at += piece)
        good = copy_check_feed(&k, str_part(s, at, piece), &e);
    *counts = k.counts;
    return good && copy_check_end(&k, &e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n < 1)
        return 0;
    struct copy_counts whole, pieces;
    struct str s = {(const char *)data + 1, n - 1};
    bool good = check(s, s.n + 1, &whole);
    bool again = check(s, 1u + data[0] % 40u, &pieces);
    if (good != again)
        abort();
    if (good && (whole.rows != pieces.rows || whole.bytes != s.n || whole.rows > 50))
        abort();
    return 0;
}
