#pragma once
#include "core/base/err.h"
#include "core/base/str.h"

/*
 * record -- one row of a file before anything is known of its columns, and where rows come from.
 */
enum {
    RECORD_COLUMNS_MAX = 500,
    RECORD_CELL_MAX = 1 << 20, /* bytes */
    RECORD_MAX = 8 << 20,      /* bytes, quotes and line ends included */
};

/* What a step or a person took away (step.h). Deferred: the first row of a group, which comes once all rows were seen. */
enum record_gone { RECORD_HERE, RECORD_LEFT_OUT, RECORD_FILTERED, RECORD_DOUBLE, RECORD_GROUPED, RECORD_DEFERRED };

/* What is known of an amount that a step added up (secrecy.h). */
enum record_secret { RECORD_NOT_SECRET, RECORD_FEW_UNITS, RECORD_DOMINATED, RECORD_NOT_JUDGED };

struct record {
    uint64_t line;           /* where it starts; in a sheet its row */
    size_t n;                /* cells in the file; at most RECORD_COLUMNS_MAX + 1 of them are kept */
    const struct str *cells; /* UTF-8; like the next and `secret`: until the next record */
    const bool *quoted;      /* by cell: a text, where the file says so (JSON); NULL: it does not */
    bool end;                /* no record: the file is over */
    bool has_nul;            /* a byte no text column can hold */
    bool stray_quote;        /* text after a closing quote, kept as it is */
    bool repaired;           /* a cell was not UTF-8 in a file that is */
    enum record_gone gone;
    const unsigned char *secret; /* by column: enum record_secret; NULL: nothing was added up */
    struct str unit; /* the column that `secret` takes for the unit, where no step names it; it outlives the rows */
    size_t wanted; /* > 0: a row that steps passed by, for it has not this number of cells */
};

/* A source of records: the first member of what each format reads with. */
struct arena;
struct jw;
struct sheet_list;
struct rows {
    bool (*next)(struct rows *self, struct record *out, struct err *e);
    bool (*rewind)(struct rows *self, struct err *e); /* back to the first record */
    /* What read_format.h opened has these as well; the last two are asked once all rows were read,
     * and may be NULL, as may the name where the table of formats has it. */
    const char *format;
    void (*close)(struct rows *self);                              /* frees it */
    void (*describe)(struct rows *self, struct jw *w);             /* members of the report */
    void (*warn)(struct rows *self, struct arena *a, struct jw *w); /* reasons, into a list */
    const struct sheet_list *(*sheets)(struct rows *self); /* of a workbook; NULL: it is none */
    bool (*go_to)(struct rows *self, size_t sheet, struct err *e); /* of a workbook: before the first row of that one */
    bool pads;   /* short rows are usual (sheets leave empty cells out) */
    bool titled; /* the first record are the names, whatever they look like */
    const bool *words; /* by column: the file says that it is text, whatever it looks like; NULL: it says nothing */
};

static inline bool record_is_blank(const struct record *r)
{
    for (size_t i = 0; i < r->n && i <= RECORD_COLUMNS_MAX; i++)
        for (size_t k = 0; k < r->cells[i].n; k++)
            if (r->cells[i].p[k] != ' ' && r->cells[i].p[k] != '\t')
                return false;
    return true;
}
