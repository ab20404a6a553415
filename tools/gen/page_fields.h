#pragma once
#include "tools/gen/gen.h"

/*
 * page_fields -- the declaration that a template begins with:
 *     <!-- page_home: str title; int n; list hits { str name; list formats { str url } } -->
 */
enum field_type { FIELD_STR, FIELD_BOOL, FIELD_INT, FIELD_HTML, FIELD_LIST, FIELD_TYPES };

struct fields {
    struct field *field;
    size_t n;
};

struct field {
    enum field_type type;
    struct str name;
    struct fields inner;  /* of a list */
    struct str struct_name; /* of a list's items, without "struct " */
};

/* Reads the declaration of page_<stem>; *body is where the template begins. */
struct fields page_fields_read(struct arena *a, const struct gen_file *f, size_t *body);

/* The structs, inner ones first. */
void page_fields_write(struct buf *out, struct fields fields, struct str struct_name);

const struct field *page_fields_find(struct fields fields, struct str name); /* NULL: not there */
