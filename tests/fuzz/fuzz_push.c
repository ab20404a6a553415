/* Any bytes as the body of a push: what is accepted has from one to ten thousand records, what is not says why. */
#include <stdlib.h>

#include "tenants/publishing/errors.h"
#include "tenants/publishing/push.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_body(struct str in, bool removes, size_t nkeys)
{
    struct err e = {0};
    int64_t n = push_count(in, removes, nkeys, &e);
    if (n < 0 || n > PUSH_RECORDS_MAX || (n == 0) != (e.kind != NULL))
        abort();
    if (n > 0 && (str_eq(in, S("")) || str_find(in, S("{")) < 0) && !(removes && nkeys == 1))
        abort(); /* without an object there is no record */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str in = {(const char *)data, size};
    for (size_t nkeys = 0; nkeys <= 2; nkeys++) {
        try_body(in, false, nkeys);
        try_body(in, true, nkeys);
    }
    return 0;
}
