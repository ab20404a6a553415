#pragma once
#include "tools/gen/page_fields.h"
#include "tools/gen/po.h"

#include "core/base/err.h"

/* page_compile -- one template's body to the statements of a C function. */

struct page {
    struct gen_file f;
    struct fields fields;
    size_t body; /* where the template begins, after its declaration */
};

struct pages {
    struct page *page;
    size_t n;
    struct po po;
};

struct page page_read(struct arena *a, const char *path);

/* Appends the statements; ends the program at a fault. */
void page_compile(struct arena *a, const struct pages *pages, const struct page *page,
                  struct buf *out);
