#pragma once
#include "core/base/arena.h"
#include "core/data/check/table_check.h"

/* What the files of table_check share; inside core/data/check/table_check*.c only. */
enum { WHOLE = SIZE_MAX };

struct listed {
    uint64_t line;
    struct str value;
    struct reason reason;
};

struct group {
    enum reason_code code;
    size_t field, file_column; /* WHOLE: none; extra columns have a place in the file only */
    bool is_error;
    uint64_t count;
    struct listed *cells;
    size_t n;
};

/* Hashes that were met, and the row of the first. */
struct seen {
    uint64_t *hash, *line;
    size_t size, used;
};

struct table_checker {
    struct arena a;
    const struct table_schema *s;
    const struct str *header;
    size_t ncolumns;
    size_t *field_of;  /* by the file's column; s->n: none */
    size_t *column_of; /* by field; WHOLE: not in the file */
    struct group *groups;
    size_t ngroups, room;
    uint64_t errors, notices, rows;
    struct str *cells;
    struct table_value *values;
    bool *in_file, *there, *good, *clean, *present; /* present: by object of the schema */
    struct seen whole, key, *unique;                /* unique: by field */
};

/* Adds the finding; where it is listed, the reason that arguments may be put into, else NULL. */
struct reason *table_check_find(struct table_checker *c, enum reason_code code, size_t field,
                                size_t column, uint64_t line, struct str value, bool is_error);
/* The same of a field, with an argument (absent: none), or a number. */
void table_check_find_s(struct table_checker *c, enum reason_code code, size_t field, uint64_t line,
                        struct str value, struct str arg);
void table_check_find_n(struct table_checker *c, enum reason_code code, size_t field, uint64_t line,
                        struct str value, uint64_t arg);

/* A text that is there, against the field's type and constraints. */
void table_check_text(struct table_checker *c, size_t at, uint64_t line, struct str text);

/* A cell that holds JSON, or words parted by "|" (table_check_tree.c). */
void table_check_tree(struct table_checker *c, size_t at, uint64_t line, struct str cell);
