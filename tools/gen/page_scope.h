#pragma once
#include "tools/gen/page_fields.h"

/* page_scope -- which field a name of a template means: the innermost list's first. */
struct scope {
    const struct scope *outer;
    struct fields fields;
    unsigned number;   /* 0: the page's own fields, in C the variable d; else v1, v2 … by k1, k2 … */
    struct str list_n; /* the C expression of the list's length */
};

struct ref {
    enum field_type type;
    struct str c;              /* the value as a C expression */
    const struct field *field; /* NULL: @first, @last or @lang */
};

/* False: no such name here. */
bool page_scope_find(struct arena *a, const struct scope *s, struct str name, struct ref *out);

/* The C condition that the value is there: true, not empty, not 0. */
struct str page_scope_condition(struct arena *a, const struct ref *r);

/* The first field of `wanted` that is not in the scope with the same type; NULL: all are. */
const struct field *page_scope_missing(struct arena *a, const struct scope *s, struct fields wanted);
