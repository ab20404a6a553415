#include "core/data/step/step.h"

#include <stdlib.h>

#include "core/base/jr.h"
#include "core/base/must.h"
#include "core/base/utf8.h"
#include "core/data/errors.h"
#include "core/data/value/field_name.h"
#include "core/data/value/shape.h"
#include "core/data/step/step_kinds.h"

static const struct step_kind kinds[] = {
    {"rename", step_prepare_rename, NULL},
    {"type", step_prepare_type, NULL},
    {"split", step_prepare_split, step_apply_split},
    {"point", step_prepare_point, step_apply_point},
    {"filter", step_prepare_filter, step_apply_filter},
    {"concatenate", step_prepare_concatenate, step_apply_concatenate},
    {"replace", step_prepare_replace, step_apply_replace},
    {"deduplicate", step_prepare_deduplicate, step_apply_deduplicate},
    {"fill", step_prepare_fill, step_apply_fill},
    {"keep", step_prepare_keep, step_apply_stay},
    {"drop", step_prepare_drop, step_apply_stay},
    {"join", step_prepare_join, step_apply_join},
    {"group", step_prepare_group, step_apply_group},
};

const struct step_kind *step_kind(struct str name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (str_eq(name, str_of(kinds[i].name)))
            return &kinds[i];
    return NULL;
}

/* ---- columns ---- */

static struct str *names_of(struct steps *all, struct arena *a)
{
    struct str *names = ARENA_ARRAY(a, struct str, all->ncolumns + 1);
    for (size_t i = 0; i < all->ncolumns; i++)
        names[i] = field_name(a, all->columns[i].label, i + 1, names, i);
    return names;
}

/* By its label, else by its technical id: the label of one may be the id of another. */
static bool look(struct steps *all, struct str name, size_t *at)
{
    for (*at = 0; *at < all->ncolumns; ++*at)
        if (str_eq(all->columns[*at].label, name))
            return true;
    struct arena a = {0};
    struct str *names = names_of(all, &a);
    for (*at = 0; *at < all->ncolumns && !str_eq(names[*at], name);)
        ++*at;
    arena_free(&a);
    return *at < all->ncolumns;
}

bool step_find(struct steps *all, const struct step *s, struct str name, size_t *at, struct err *e)
{
    return look(all, name, at) || step_refuse(s, &err_step_column, name, e);
}

bool step_find_all(struct steps *all, struct step *s, struct err *e)
{
    s->nplaces = s->ncolumns;
    s->places = ARENA_ARRAY(all->a, size_t, s->ncolumns + 1);
    for (size_t i = 0; i < s->ncolumns; i++)
        if (!step_find(all, s, s->columns[i], &s->places[i], e))
            return false;
    return true;
}

bool step_add(struct steps *all, const struct step *s, struct str label, struct err *e)
{
    size_t taken;
    if (all->ncolumns >= RECORD_COLUMNS_MAX)
        return step_refuse(s, &err_step_columns, label, e);
    if (look(all, label, &taken))
        return step_refuse(s, &err_step_taken, label, e);
    all->columns[all->ncolumns++] = (struct step_column){.label = field_label(all->a, label)};
    return true;
}

/* ---- opening ---- */

static int by_line(const void *x, const void *y)
{
    const struct step_edit *a = x, *b = y;
    return a->line != b->line ? (a->line > b->line) - (a->line < b->line) : (a->column > b->column) - (a->column < b->column);
}

static bool bad_edit(struct err *e)
{
    ERR(e, err_data_options, "corrections");
    return err_arg(e, "corrections, left_out");
}

static bool take_edit(struct steps *s, const json_t *json, struct err *e)
{
    int64_t line = jr_i64(json, "line", 0), column = jr_i64(json, "column", 0);
    struct str value = jr_str(json, "value");
    bool good = line > 0 && column > 0 && column <= RECORD_COLUMNS_MAX && value.p && value.n <= RECORD_CELL_MAX &&
                !memchr(value.p, 0, value.n);
    if (!good)
        return bad_edit(e);
    s->edits[s->nedits++] = (struct step_edit){(uint64_t)line, (size_t)column, arena_str(s->a, value)};
    return true;
}

static bool take_edits(struct steps *s, const json_t *options, struct err *e)
{
    const json_t *made = jr_array(options, "corrections"), *left = jr_array(options, "left_out"), *json;
    size_t most = json_array_size(made) + json_array_size(left), i;
    if (most > CORRECTIONS_MAX)
        return bad_edit(e);
    s->edits = ARENA_ARRAY(s->a, struct step_edit, most + 1);
    json_array_foreach(made, i, json)
        if (!take_edit(s, json, e))
            return false;
    json_array_foreach(left, i, json) {
        if (!json_is_integer(json) || json_integer_value(json) <= 0)
            return bad_edit(e);
        s->edits[s->nedits++] = (struct step_edit){.line = (uint64_t)json_integer_value(json)};
    }
    qsort(s->edits, s->nedits, sizeof *s->edits, by_line);
    return true;
}

static bool read_header(struct steps *s, struct err *e)
{
    struct record r = {0};
    if (!s->from.rows->rewind(s->from.rows, e))
        return false;
    for (unsigned i = 0; i < s->from.preamble + s->from.has_header; i++)
        if (!s->from.rows->next(s->from.rows, &r, e))
            return false;
    s->columns = ARENA_ARRAY(s->a, struct step_column, RECORD_COLUMNS_MAX + 1);
    s->file_labels = ARENA_ARRAY(s->a, struct str, s->from.width + 1);
    s->before = ARENA_ARRAY(s->a, struct step_sample, s->from.width + 1);
    s->after = ARENA_ARRAY(s->a, struct step_sample, RECORD_COLUMNS_MAX + 1);
    s->ncolumns = s->from.width;
    for (size_t i = 0; i < s->from.width; i++) {
        struct str cell = s->from.has_header && i < r.n ? r.cells[i] : step_blank();
        s->file_labels[i] = field_label(s->a, cell);
        s->columns[i] = (struct step_column){.label = s->file_labels[i], .file_column = i + 1};
    }
    return true;
}

/* A column without a name keeps the one that its place gave it, wherever the steps put it. */
static void name_all(struct steps *s)
{
    struct str *names = names_of(s, s->a);
    for (size_t i = 0; i < s->ncolumns; i++)
        if (s->columns[i].label.n == 0)
            s->columns[i].label = names[i];
}

static bool prepare(struct steps *s, const json_t *list, struct err *e)
{
    s->list = ARENA_ARRAY(s->a, struct step, json_array_size(list) + 1);
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct step *one = &s->list[i];
        if (!step_parse(s->a, json_array_get(list, i), (unsigned)i + 1, one, e))
            return false;
        s->n = i + 1;
        if (!one->kind->prepare(s, one, e))
            return false;
    }
    return true;
}

static bool next(struct rows *self, struct record *out, struct err *e);
static bool rewind_all(struct rows *self, struct err *e);

bool steps_open(struct arena *a, const struct step_source *from, const json_t *options, struct steps **out, struct err *e)
{
    const json_t *list = jr_array(options, "steps");
    size_t asked = json_array_size(list);
    if (asked + json_array_size(jr_array(options, "corrections")) + json_array_size(jr_array(options, "left_out")) == 0 ||
        from->width > RECORD_COLUMNS_MAX) {
        *out = NULL;
        return true;
    }
    struct steps *s = must_alloc(sizeof *s);
    *s = (struct steps){.rows = {.next = next, .rewind = rewind_all, .pads = from->rows->pads},
                        .a = a,
                        .from = *from,
                        .text = must_alloc(RECORD_MAX)};
    if ((asked == 0 || steps_check(list, e)) && take_edits(s, options, e) && read_header(s, e) &&
        (asked == 0 || (name_all(s), prepare(s, list, e)))) {
        *out = s;
        return true;
    }
    steps_close(s);
    return false;
}

void step_free(struct step *s)
{
    if (s->seen)
        step_seen_free(s->seen);
    if (s->book)
        step_book_free(s->book);
    if (s->groups)
        step_groups_free(s->groups);
    buf_free(&s->previous);
}

void steps_close(struct steps *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->n; i++)
        step_free(&s->list[i]);
    free(s->text);
    free(s);
}

/* ---- the rows ---- */

char *step_room(struct steps *all, size_t n)
{
    if (n > RECORD_CELL_MAX || n > RECORD_MAX - all->used) {
        all->too_long = true;
        return NULL;
    }
    char *room = all->text + all->used;
    all->used += n;
    return room;
}

void step_rewind(struct step *s)
{
    s->removed = s->changed = s->unmatched = 0;
    buf_reset(&s->previous);
    if (s->seen)
        step_seen_reset(s->seen);
    if (s->groups)
        step_groups_reset(s->groups);
}

static bool rewind_all(struct rows *self, struct err *e)
{
    struct steps *s = (struct steps *)self;
    struct record skipped;
    s->header_next = true;
    s->grouping = false;
    s->corrected = 0;
    s->nbefore = s->nafter = 0;
    for (size_t i = 0; i < s->n; i++)
        step_rewind(&s->list[i]);
    if (!s->from.rows->rewind(s->from.rows, e))
        return false;
    for (unsigned i = 0; i < s->from.preamble + s->from.has_header; i++)
        if (!s->from.rows->next(s->from.rows, &skipped, e))
            return false;
    return true;
}

static void give_header(struct steps *s, struct record *out)
{
    for (size_t i = 0; i < s->ncolumns; i++)
        s->cells[i] = s->columns[i].label;
    *out = (struct record){.line = 1, .n = s->ncolumns, .cells = s->cells};
    s->header_next = false;
}

/* The first edit of a line or past it. */
static const struct step_edit *edits_of(const struct steps *s, uint64_t line)
{
    size_t low = 0, high = s->nedits;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (s->edits[middle].line < line)
            low = middle + 1;
        else
            high = middle;
    }
    return &s->edits[low];
}

static bool blank_beyond(const struct record *r, size_t width)
{
    if (r->n > RECORD_COLUMNS_MAX)
        return false;
    for (size_t i = width; i < r->n; i++)
        if (shape_trim(r->cells[i]).n > 0)
            return false;
    return true;
}

/* What the reader says of a row that no step can take. */
static bool passes_by(const struct steps *s, struct record *r)
{
    size_t width = s->from.width;
    if (r->end || r->has_nul || (record_is_blank(r) && r->n <= RECORD_COLUMNS_MAX))
        return true;
    if ((r->n < width && !s->rows.pads) || (r->n > width && !blank_beyond(r, width)))
        r->wanted = width;
    return r->wanted > 0;
}

static void correct(struct steps *s, const struct record *r)
{
    const struct step_edit *end = s->edits + s->nedits;
    for (const struct step_edit *edit = edits_of(s, r->line); edit < end && edit->line == r->line; edit++)
        if (edit->column >= 1 && edit->column <= s->from.width) {
            s->cells[edit->column - 1] = edit->value;
            s->corrected++;
        }
}

static void keep_sample(struct steps *s, struct step_sample *sample, size_t width, unsigned *n)
{
    enum { CELL = 80 };
    if (s->n == 0 || *n == STEP_SAMPLE)
        return;
    for (size_t i = 0; i < width; i++) {
        struct str cell = str_part(s->cells[i], 0, CELL);
        cell.n = cell.n == CELL ? utf8_floor(cell) : cell.n;
        sample[i].cell[*n] = arena_str(s->a, cell);
    }
    ++*n;
}

static enum record_gone apply_all(struct steps *s)
{
    for (size_t i = 0; i < s->n; i++) {
        struct step *one = &s->list[i];
        enum record_gone gone = one->kind->apply ? one->kind->apply(s, one) : RECORD_HERE;
        if (gone != RECORD_HERE) {
            one->removed += gone != RECORD_DEFERRED;
            return gone;
        }
    }
    return RECORD_HERE;
}

/* The last step adds rows up: what it made comes when the file is over. */
static void give_group(struct steps *s, struct record *out)
{
    s->grouping = true;
    s->used = 0;
    if (step_group_next(s, &s->list[s->n - 1], out))
        keep_sample(s, s->after, s->ncolumns, &s->nafter);
    else
        *out = (struct record){.end = true};
}

static bool too_much(const struct steps *s, const struct record *r, struct err *e)
{
    if (s->too_many) {
        ERR(e, err_step_groups, "step %zu", s->n);
        return err_arg(e, "%zu", s->n);
    }
    ERR(e, err_step_long, "line %llu", (unsigned long long)r->line);
    return err_arg(e, "%llu", (unsigned long long)r->line);
}

static bool next(struct rows *self, struct record *out, struct err *e)
{
    struct steps *s = (struct steps *)self;
    if (s->header_next)
        return give_header(s, out), true;
    if (s->grouping)
        return give_group(s, out), true;
    if (!s->from.rows->next(s->from.rows, out, e))
        return false;
    if (out->end && s->n > 0 && s->list[s->n - 1].groups)
        return give_group(s, out), true;
    const struct step_edit *edit = out->end ? s->edits + s->nedits : edits_of(s, out->line);
    if (edit < s->edits + s->nedits && edit->line == out->line && edit->column == 0) {
        out->gone = RECORD_LEFT_OUT;
        return true;
    }
    if (passes_by(s, out))
        return true;
    for (size_t i = 0; i < s->from.width; i++)
        s->cells[i] = i < out->n ? out->cells[i] : step_blank();
    correct(s, out);
    keep_sample(s, s->before, s->from.width, &s->nbefore);
    s->used = 0;
    s->line = out->line;
    out->gone = apply_all(s);
    if (s->too_long || s->too_many)
        return too_much(s, out, e);
    if (out->gone == RECORD_HERE)
        keep_sample(s, s->after, s->ncolumns, &s->nafter);
    out->quoted = NULL; /* what steps and people wrote is text */
    out->n = s->ncolumns;
    out->cells = s->cells;
    return true;
}

struct rows *steps_rows(struct steps *s)
{
    return &s->rows;
}

size_t steps_width(const struct steps *s)
{
    return s->ncolumns;
}

size_t steps_file_column(const struct steps *s, size_t column)
{
    return s->columns[column].file_column;
}

bool steps_type(const struct steps *s, size_t column, enum column_type *to)
{
    if (s->columns[column].typed)
        *to = s->columns[column].type;
    return s->columns[column].typed;
}

/* ---- the report ---- */

static void put_sample(struct jw *w, const struct step_sample *sample, size_t width, unsigned n)
{
    jw_key(w, S("rows"));
    jw_open(w, '[');
    for (unsigned row = 0; row < n; row++) {
        jw_open(w, '[');
        for (size_t i = 0; i < width; i++)
            jw_str(w, sample[i].cell[row]);
        jw_close(w, ']');
    }
    jw_close(w, ']');
}

/* {"columns": [label], "rows": [[cell]]} of the file, then of what the steps make of it. */
static void put_samples(const struct steps *s, struct jw *w)
{
    for (int after = 0; after < 2; after++) {
        size_t width = after ? s->ncolumns : s->from.width;
        jw_key(w, after ? S("after") : S("before"));
        jw_open(w, '{');
        jw_key(w, S("columns"));
        jw_open(w, '[');
        for (size_t i = 0; i < width; i++)
            jw_str(w, after ? s->columns[i].label : s->file_labels[i]);
        jw_close(w, ']');
        put_sample(w, after ? s->after : s->before, width, after ? s->nafter : s->nbefore);
        jw_close(w, '}');
    }
}

void steps_report(struct steps *s, struct jw *w)
{
    JW_I64(w, "corrections", (int64_t)s->corrected);
    if (s->n == 0)
        return;
    jw_key(w, S("steps"));
    jw_open(w, '[');
    for (size_t i = 0; i < s->n; i++) {
        jw_open(w, '{');
        JW_STR(w, "do", str_of(s->list[i].kind->name));
        JW_I64(w, "changed", (int64_t)s->list[i].changed);
        JW_I64(w, "removed", (int64_t)s->list[i].removed);
        if (s->list[i].book || s->list[i].groups)
            JW_I64(w, "unmatched", (int64_t)s->list[i].unmatched);
        jw_close(w, '}');
    }
    jw_close(w, ']');
    put_samples(s, w);
}
