#pragma once
#include "core/base/arena.h"
#include "core/data/check/table_check.h"
#include "core/data/check/table_logic.h"

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
uint64_t seen_mix(uint64_t so_far, struct str cell);
uint64_t seen_meet(struct seen *s, uint64_t hash, uint64_t line); /* 0: it is new; else where it was first */
bool seen_has(const struct seen *s, uint64_t hash);
void seen_forget(struct seen *s);

struct table_checker {
    struct arena a;
    const struct table_schema *s;
    const struct str *header;
    size_t ncolumns;
    size_t *field_of;  /* by the file's column; s->n: none */
    size_t *column_of; /* by field; WHOLE: not in the file */
    size_t *around;    /* by the file's column: of one that is no field's, the object it stands in, plus one; 0: none */
    struct group *groups;
    size_t ngroups, room;
    uint64_t errors, notices, rows;
    struct str *cells;
    struct table_value *values;
    bool *in_file, *there, *good, *clean, *present; /* present: by object of the schema */
    struct check_logic *logic;                      /* NULL: the schema has no rules of several columns */
    size_t shape_column, point_column;              /* of a feature; WHOLE: not in the file */
    struct seen whole, key, *unique;                /* unique: by field */
    struct check_reference *references;             /* by reference of the schema */
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

/* A cell that holds JSON, or words parted by "|" (table_check_tree.c); read: NULL: it is neither. */
void table_check_tree(struct table_checker *c, size_t at, uint64_t line, struct str cell);
json_t *table_check_tree_read(const struct table_field *f, struct str cell);
enum { TREE_BYTES_MAX = 64 << 10 };

/* The object of s->objects that a name stands in, by the names before its dots, plus one; 0: the row. */
size_t table_check_object_of(const struct table_schema *s, struct str name);
bool table_check_of_feature(struct str name); /* what the reader of a geographic file adds */

/* What holds of several columns, or of one value in several ways (table_check_logic.c). */
struct check_logic *table_check_logic_new(struct table_checker *c); /* NULL: nothing does */
void table_check_logic_row(struct table_checker *c, uint64_t line, const struct str *cells, const bool *quoted, size_t n);
void table_check_logic_value(struct table_checker *c, const struct table_field *f, uint64_t line, const json_t *v);
bool table_check_logic_names(const struct table_checker *c, size_t column); /* a pattern of the schema has its name */
void table_check_logic_free(struct check_logic *l); /* NULL: nothing to do */

/* The kind of a shape against the kinds that a schema lets it have (table_check_shape.c). */
void table_check_shape(struct table_checker *c, uint64_t line, const struct str *cells, size_t n);
void table_check_kind(struct table_checker *c, size_t at, uint64_t line, struct str cell);

/* Whether what refers to other rows of the file finds them (table_check_reference.c). */
struct check_reference *table_check_references_new(struct table_checker *c); /* tells those that lead out of the file */
void table_check_references_row(struct table_checker *c, uint64_t line);
void table_check_references_end(struct table_checker *c); /* tells what was not found; a second time nothing */
void table_check_references_free(struct table_checker *c);
