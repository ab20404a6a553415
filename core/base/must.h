#pragma once
#include <stddef.h>

/*
 * must -- for our own bugs and for small allocations: says where, then aborts.
 *
 * What the world can cause (a bad request, a full disk) is never a must: that is err.h.
 */
#define must(condition) ((condition) ? (void)0 : must_failed(#condition, __FILE__, __LINE__))

_Noreturn void must_failed(const char *condition, const char *file, int line);

void *must_alloc(size_t size_bytes);             /* zeroed; never NULL */
void *must_realloc(void *p, size_t size_bytes);  /* never NULL */
char *must_strndup(const char *p, size_t n);     /* NUL-terminated copy; never NULL */
