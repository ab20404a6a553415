#include "core/base/must.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/log.h"

_Noreturn void must_failed(const char *condition, const char *file, int line)
{
    log_flush(); /* what led to it */
    fprintf(stderr, "terrasse: bug at %s:%d: %s\n", file, line, condition);
    abort();
}

void *must_alloc(size_t size_bytes)
{
    void *p = calloc(1, size_bytes ? size_bytes : 1);
    must(p);
    return p;
}

void *must_realloc(void *p, size_t size_bytes)
{
    void *q = realloc(p, size_bytes ? size_bytes : 1);
    must(q);
    return q;
}

char *must_strndup(const char *p, size_t n)
{
    char *copy = must_alloc(n + 1);
    if (n)
        memcpy(copy, p, n);
    return copy;
}
