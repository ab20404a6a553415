#pragma once
#include <jansson.h>

#include "core/base/arena.h"
#include "core/base/err.h"
#include "core/base/jw.h"

/*
 * sheet_list -- the sheets of a workbook of any format, which one is read, and what is seen on the
 * way that a publisher should know.
 *
 * Option {"sheet": its name}; else the first one that is not hidden, until sheet_pick.h has looked at them.
 * Errors: err_data_sheet, err_data_sheet_unknown.
 */
enum { SHEET_LIST_MAX = 1000 };

struct sheet_list {
    struct arena arena;
    struct {
        struct str name;
        bool hidden;
    } at[SHEET_LIST_MAX];
    size_t n, chosen;
    size_t first; /* the one that was chosen before they were looked at */
};

struct sheet_notes {
    uint64_t hidden_columns, hidden_rows, errors;
    uint64_t merged, spread; /* sheet_merge.h: others and spread */
};

/* False: past SHEET_LIST_MAX. */
bool sheet_list_add(struct sheet_list *l, struct str name, bool hidden);
bool sheet_list_choose(struct sheet_list *l, const json_t *options, struct err *e);
void sheet_list_free(struct sheet_list *l);

void sheet_list_describe(const struct sheet_list *l, struct jw *w);
void sheet_list_warn(const struct sheet_list *l, const struct sheet_notes *n, struct arena *a,
                     struct jw *w);
