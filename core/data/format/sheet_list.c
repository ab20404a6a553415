#include "core/data/format/sheet_list.h"

#include "core/base/buf.h"
#include "core/base/jr.h"
#include "core/base/utf8.h"
#include "core/data/errors.h"
#include "core/data/value/reason.h"

enum { NAMES_SAID = 150, NAME_MAX = 255 };

bool sheet_list_add(struct sheet_list *l, struct str name, bool hidden)
{
    if (l->n == SHEET_LIST_MAX)
        return false;
    const char *nul = name.n ? memchr(name.p, 0, name.n) : NULL; /* no report could say it */
    name = str_part(name, 0, nul ? (size_t)(nul - name.p) : NAME_MAX);
    name.n = name.n < NAME_MAX ? name.n : NAME_MAX;
    l->at[l->n].name = arena_str(&l->arena, str_part(name, 0, utf8_floor(name)));
    l->at[l->n++].hidden = hidden;
    return true;
}

static bool unknown(const struct sheet_list *l, struct str asked, struct err *e)
{
    struct buf names = {0};
    for (size_t i = 0; i < l->n && names.n + l->at[i].name.n + 2 < NAMES_SAID; i++) {
        buf_addz(&names, i ? ", " : "");
        buf_add(&names, l->at[i].name);
    }
    ERR(e, err_data_sheet_unknown, "of %zu", l->n);
    err_arg(e, STR_FMT, STR_ARG(str_part(asked, 0, NAMES_SAID)));
    err_arg(e, STR_FMT, STR_ARG(buf_str(&names)));
    buf_free(&names);
    return false;
}

bool sheet_list_choose(struct sheet_list *l, const json_t *options, struct err *e)
{
    struct str asked = jr_str(options, "sheet");
    for (size_t i = 0; i < l->n; i++)
        if (asked.n ? str_eq(l->at[i].name, asked) : !l->at[i].hidden) {
            l->chosen = l->first = i;
            return true;
        }
    if (asked.n)
        return unknown(l, asked, e);
    ERR(e, err_data_sheet, "no visible sheet");
    return err_arg(e, "no visible sheet");
}

void sheet_list_free(struct sheet_list *l)
{
    arena_free(&l->arena);
}

void sheet_list_describe(const struct sheet_list *l, struct jw *w)
{
    JW_STR(w, "sheet", l->at[l->chosen].name);
    jw_key(w, S("sheets"));
    jw_open(w, '[');
    for (size_t i = 0; i < l->n; i++) {
        jw_open(w, '{');
        JW_STR(w, "name", l->at[i].name);
        JW_BOOL(w, "hidden", l->at[i].hidden);
        jw_close(w, '}');
    }
    jw_close(w, ']');
}

void sheet_list_warn(const struct sheet_list *l, const struct sheet_notes *n, struct arena *a,
                     struct jw *w)
{
    uint64_t hidden = 0;
    if (l->chosen != l->first) {
        struct reason picked = reason_make(REASON_note_sheet_picked);
        reason_s(a, &picked, l->at[l->chosen].name);
        reason_s(a, &picked, l->at[l->first].name);
        reason_json(w, &picked);
    }
    for (size_t i = 0; i < l->n; i++)
        hidden += l->at[i].hidden && i != l->chosen;
    reason_count(w, a, REASON_warn_other_sheets, l->n - 1 - hidden);
    reason_count(w, a, REASON_warn_hidden_sheets, hidden);
    reason_count(w, a, REASON_warn_hidden_columns, n->hidden_columns);
    reason_count(w, a, REASON_warn_hidden_rows, n->hidden_rows);
    reason_count(w, a, REASON_warn_merged, n->merged);
    reason_count(w, a, REASON_note_spread, n->spread);
    reason_count(w, a, REASON_warn_sheet_errors, n->errors);
}
