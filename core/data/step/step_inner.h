#pragma once
#include "core/data/step/step.h"

/* step_inner -- what the step_*.c share; for them alone. */

struct step_seen; /* the rows that deduplicate has met */
struct step_book; /* the rows that join looks up */
struct step_groups; /* the sums that group makes */

struct step {
    const struct step_kind *kind;
    unsigned number; /* from 1 */
    /* as they were asked */
    struct str column, other, text, by, to, dataset;
    struct str *names, *columns;
    size_t nnames, ncolumns;
    bool flag;
    enum column_type type;
    /* found */
    size_t at, at_other, *places, nplaces, *sums;
    int which; /* of filter */
    /* as the rows go by */
    struct step_seen *seen;
    struct step_book *book;
    struct step_groups *groups;
    struct buf previous;
    uint64_t removed, changed, unmatched;
};

struct step_column {
    struct str label;
    size_t file_column;
    bool typed;
    enum column_type type;
};

struct step_edit {
    uint64_t line;
    size_t column; /* 0: the row is left out */
    struct str value;
};

struct steps {
    struct rows rows; /* first: it is one */
    struct arena *a;
    struct step_source from;
    struct step_edit *edits; /* by line */
    size_t nedits, nleft;
    struct step *list;
    size_t n;
    struct step_column *columns; /* as the steps so far leave them */
    size_t ncolumns;
    bool header_next, grouping; /* grouping: the file is over, the groups come */
    uint64_t line; /* of the row that goes by */
    struct str cells[RECORD_COLUMNS_MAX + 1];
    char *text; /* RECORD_MAX bytes for what one row needs */
    size_t used;
    bool too_long, too_many;
    uint64_t corrected;
    struct step_sample {
        struct str cell[STEP_SAMPLE];
    } *before; /* of each of the file's columns */
    struct step_sample *after; /* of each column that the steps leave */
    struct str *file_labels;
    unsigned nbefore, nafter;
};

struct step_kind {
    const char *name;
    /* The columns it names become places; the columns that follow change. */
    bool (*prepare)(struct steps *all, struct step *s, struct err *e);
    /* One row; NULL: columns only. */
    enum record_gone (*apply)(struct steps *all, struct step *s);
};
const struct step_kind *step_kind(struct str name);

bool step_parse(struct arena *a, const json_t *json, unsigned number, struct step *out, struct err *e);
bool step_refuse(const struct step *s, const struct err_kind *kind, struct str what, struct err *e);

bool step_find(struct steps *all, const struct step *s, struct str name, size_t *at, struct err *e);
bool step_find_all(struct steps *all, struct step *s, struct err *e); /* s->columns become s->places */
bool step_add(struct steps *all, const struct step *s, struct str label, struct err *e);

/* n bytes that last as long as the row; NULL, and the row is too long. */
char *step_room(struct steps *all, size_t n);
static inline struct str step_blank(void)
{
    return (struct str){"", 0};
}

void step_rewind(struct step *s);
void step_free(struct step *s);
