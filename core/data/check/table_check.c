#include "core/data/check/table_check_inside.h"

#include <stdlib.h>

#include "core/base/must.h"
#include "core/base/utf8.h"
#include "core/data/check/table_rules.h"

/* ---- findings ---- */

static const struct {
    enum reason_code code;
    bool notice;
    const char *part;
} kinds[] = {
    {REASON_column_missing, false, "columns"}, {REASON_column_absent, true, "columns"},
    {REASON_column_extra, true, "columns"},    {REASON_column_twice, false, "columns"},
    {REASON_column_order, true, "columns"},    {REASON_column_spelled, true, "columns"},
    {REASON_row_blank, true, "rows"},          {REASON_row_twice, true, "rows"},
    {REASON_row_short, false, "rows"},         {REASON_row_long, false, "rows"},
    {REASON_key_twice, false, "rows"},         {REASON_value_unchecked, true, "cells"},
    {REASON_value_spaces, true, "cells"},      {REASON_rules_unfinished, true, "rows"},
    {REASON_reference_missing, false, "rows"}, {REASON_reference_unchecked, true, "columns"},
};

static size_t kind_of(enum reason_code code)
{
    size_t n = sizeof kinds / sizeof kinds[0], i = 0;
    while (i < n && kinds[i].code != code)
        i++;
    return i;
}

static bool is_notice(enum reason_code code)
{
    size_t i = kind_of(code);
    return i < sizeof kinds / sizeof kinds[0] && kinds[i].notice;
}

static struct group *group_of(struct table_checker *c, enum reason_code code, size_t field,
                              size_t column)
{
    for (size_t i = 0; i < c->ngroups; i++)
        if (c->groups[i].code == code && c->groups[i].field == field &&
            c->groups[i].file_column == column)
            return &c->groups[i];
    if (c->ngroups == TABLE_CHECK_GROUPS)
        return NULL;
    if (c->ngroups == c->room) {
        c->room = c->room ? 2 * c->room : 32;
        c->groups = must_realloc(c->groups, c->room * sizeof *c->groups);
    }
    c->groups[c->ngroups] = (struct group){.code = code, .field = field, .file_column = column};
    return &c->groups[c->ngroups++];
}

/* A NUL can stand in a row that is set aside; JSON readers refuse it. */
static struct str shortened(struct table_checker *c, struct str value)
{
    ptrdiff_t nul = str_chr(value, 0);
    value.n = nul >= 0 ? (size_t)nul : value.n;
    if (value.n > REASON_ARG_MAX) {
        value.n = REASON_ARG_MAX;
        value.n = utf8_floor(value);
    }
    return arena_str(&c->a, value);
}

struct reason *table_check_find(struct table_checker *c, enum reason_code code, size_t field,
                                size_t column, uint64_t line, struct str value, bool is_error)
{
    struct group *g = group_of(c, code, field, column);
    if (is_error)
        c->errors++;
    else
        c->notices++;
    if (!g)
        return NULL;
    g->is_error = is_error;
    g->count++;
    if (g->n == TABLE_CHECK_LISTED)
        return NULL;
    if (!g->cells)
        g->cells = ARENA_ARRAY(&c->a, struct listed, TABLE_CHECK_LISTED);
    g->cells[g->n] = (struct listed){line, shortened(c, value), reason_make(code)};
    return &g->cells[g->n++].reason;
}

void table_check_find_s(struct table_checker *c, enum reason_code code, size_t field, uint64_t line,
                        struct str value, struct str arg)
{
    struct reason *why = table_check_find(c, code, field, WHOLE, line, value, !is_notice(code));
    if (why && arg.p)
        reason_s(&c->a, why, arg);
}

void table_check_find_n(struct table_checker *c, enum reason_code code, size_t field, uint64_t line,
                        struct str value, uint64_t arg)
{
    struct reason *why = table_check_find(c, code, field, WHOLE, line, value, !is_notice(code));
    if (why)
        reason_n(&c->a, why, arg);
}

/* ---- the columns ---- */

/* Which faults of the columns are faults: v2 says it by fieldsMatch. */
static bool missing_is_error(const struct table_schema *s, size_t field)
{
    if (s->match == TABLE_SUPERSET || s->match == TABLE_PARTIAL)
        return false;
    return s->match != TABLE_LOOSE || s->fields[field].required;
}

static bool extra_is_error(const struct table_schema *s)
{
    return s->match == TABLE_EXACT || s->match == TABLE_EQUAL || s->match == TABLE_SUPERSET;
}

size_t table_check_object_of(const struct table_schema *s, struct str name)
{
    size_t nearest = 0, length = 0;
    for (size_t i = 0; i < s->nobjects; i++) {
        const struct table_object *o = &s->objects[i];
        if (str_starts(name, o->name) && name.n > o->name.n && name.p[o->name.n] == '.' && o->name.n > length) {
            nearest = i + 1;
            length = o->name.n;
        }
    }
    return nearest;
}

/* Whether what it stands in may have others. */
static bool is_closed_around(const struct table_schema *s, struct str name)
{
    size_t object = table_check_object_of(s, name);
    return object ? s->objects[object - 1].closed : s->closed;
}

bool table_check_of_feature(struct str name)
{
    return str_eq(name, S("geo_shape")) || str_eq(name, S("geo_point_2d")) || str_eq(name, S("id"));
}

static void look_at_extra(struct table_checker *c, size_t column)
{
    struct str name = c->header[column];
    bool wrong = extra_is_error(c->s) || is_closed_around(c->s, name);
    bool of_feature = c->s->geo && table_check_of_feature(name); /* not the schema's to say */
    if (!of_feature && (wrong || !table_check_logic_names(c, column)))
        table_check_find(c, REASON_column_extra, WHOLE, column, 1, name, wrong);
}

static void place_columns(struct table_checker *c)
{
    const struct table_schema *s = c->s;
    for (size_t i = 0; i < c->ncolumns; i++) {
        bool other_case = false;
        size_t f = table_schema_field(s, c->header[i], &other_case);
        c->field_of[i] = s->n;
        if (f == s->n) {
            c->around[i] = table_check_object_of(s, c->header[i]);
            look_at_extra(c, i);
        } else if (c->column_of[f] != WHOLE) {
            table_check_find(c, REASON_column_twice, f, i, 1, c->header[i], true);
        } else {
            c->field_of[i] = f;
            c->column_of[f] = i;
            c->in_file[f] = true;
            if (other_case)
                table_check_find_s(c, REASON_column_spelled, f, 1, c->header[i], s->fields[f].name);
        }
    }
}

static void look_at_columns(struct table_checker *c)
{
    const struct table_schema *s = c->s;
    size_t last = 0;
    bool ordered = true;
    for (size_t f = 0; f < s->n; f++) {
        if (c->column_of[f] == WHOLE) {
            bool wrong = missing_is_error(s, f);
            table_check_find(c, wrong ? REASON_column_missing : REASON_column_absent, f, WHOLE, 1,
                             STR_NONE, wrong);
            continue;
        }
        ordered = ordered && c->column_of[f] >= last;
        last = c->column_of[f];
    }
    if (!ordered && !s->of_json)
        table_check_find(c, REASON_column_order, WHOLE, WHOLE, 1, STR_NONE,
                         s->match == TABLE_EXACT);
}

struct table_checker *table_check_new(const struct table_schema *s, const struct str *header,
                                      size_t n)
{
    struct table_checker *c = must_alloc(sizeof *c);
    *c = (struct table_checker){.s = s, .header = header, .ncolumns = n};
    c->field_of = ARENA_ARRAY(&c->a, size_t, n + 1);
    c->column_of = ARENA_ARRAY(&c->a, size_t, s->n);
    c->around = ARENA_ARRAY(&c->a, size_t, n + 1);
    c->cells = ARENA_ARRAY(&c->a, struct str, s->total);
    c->values = ARENA_ARRAY(&c->a, struct table_value, s->total);
    c->in_file = ARENA_ARRAY(&c->a, bool, s->n);
    c->there = ARENA_ARRAY(&c->a, bool, s->total);
    c->good = ARENA_ARRAY(&c->a, bool, s->total);
    c->clean = ARENA_ARRAY(&c->a, bool, s->total);
    c->present = ARENA_ARRAY(&c->a, bool, s->nobjects + 1);
    c->unique = ARENA_ARRAY(&c->a, struct seen, s->total);
    for (size_t f = 0; f < s->n; f++)
        c->column_of[f] = WHOLE;
    c->shape_column = c->point_column = WHOLE;
    for (size_t i = 0; s->geo && i < n; i++) {
        c->shape_column = str_eq(header[i], S("geo_shape")) ? i : c->shape_column;
        c->point_column = str_eq(header[i], S("geo_point_2d")) ? i : c->point_column;
    }
    c->logic = table_check_logic_new(c);
    c->references = table_check_references_new(c);
    place_columns(c);
    look_at_columns(c);
    return c;
}

/* ---- the cells ---- */

static double measure(const struct table_value *v)
{
    return v->kind == TABLE_HAS_TIME ? (double)v->us : v->number;
}

static bool same(const struct table_value *x, const struct table_value *y)
{
    if (x->kind != y->kind)
        return false;
    return x->kind == TABLE_HAS_TEXT ? str_eq(x->text, y->text)
                                     : !(measure(x) < measure(y)) && !(measure(x) > measure(y));
}

static bool is_allowed(const struct table_field *f, const struct table_value *v)
{
    for (size_t i = 0; i < f->nallowed; i++)
        if (same(&f->allowed[i], v))
            return true;
    return f->nallowed == 0;
}

static void check_bounds(struct table_checker *c, size_t at, uint64_t line, struct str cell)
{
    const struct table_field *f = &c->s->fields[at];
    const struct table_value *v = &c->values[at];
    if (v->kind == TABLE_HAS_TEXT)
        return;
    if (f->open_minimum && !(measure(v) > measure(&f->minimum)))
        table_check_find_s(c, REASON_value_not_above, at, line, cell, f->minimum_text),
            c->clean[at] = false;
    else if (f->has_minimum && measure(v) < measure(&f->minimum))
        table_check_find_s(c, REASON_value_under, at, line, cell, f->minimum_text),
            c->clean[at] = false;
    if (f->open_maximum && !(measure(v) < measure(&f->maximum)))
        table_check_find_s(c, REASON_value_not_below, at, line, cell, f->maximum_text),
            c->clean[at] = false;
    else if (f->has_maximum && measure(v) > measure(&f->maximum))
        table_check_find_s(c, REASON_value_over, at, line, cell, f->maximum_text),
            c->clean[at] = false;
}

static void check_length(struct table_checker *c, size_t at, uint64_t line, struct str cell)
{
    const struct table_field *f = &c->s->fields[at];
    if (f->min_length < 0 && f->max_length < 0)
        return;
    int64_t n = (int64_t)utf8_count(cell);
    if (f->min_length >= 0 && n < f->min_length)
        table_check_find_n(c, REASON_value_short, at, line, cell, (uint64_t)f->min_length),
            c->clean[at] = false;
    if (f->max_length >= 0 && n > f->max_length)
        table_check_find_n(c, REASON_value_long, at, line, cell, (uint64_t)f->max_length),
            c->clean[at] = false;
}

static void check_pattern(struct table_checker *c, size_t at, uint64_t line, struct str cell)
{
    const struct table_field *f = &c->s->fields[at];
    if (!f->pattern)
        return;
    enum pattern_answer answer = pattern_match(f->pattern, cell);
    if (answer == PATTERN_NO)
        table_check_find_s(c, REASON_value_pattern, at, line, cell, f->pattern_text),
            c->clean[at] = false;
    else if (answer == PATTERN_UNKNOWN)
        table_check_find(c, REASON_value_unchecked, at, WHOLE, line, cell, false);
}

static void check_unique(struct table_checker *c, size_t at, uint64_t line, struct str cell)
{
    bool is_key = c->s->nkey == 1 && c->s->key[0] == at; /* told once, as the key */
    if (!c->s->fields[at].unique || is_key)
        return;
    uint64_t before = seen_meet(&c->unique[at], seen_mix(1, cell), line);
    if (before)
        table_check_find_n(c, REASON_value_twice, at, line, cell, before);
}

static struct str wanted_form(const struct table_field *f, enum reason_code why)
{
    return why == REASON_not_pattern_date ? f->format : STR_NONE;
}

/* White space around a value is told once, and the value judged without it. */
static struct str unspaced(struct table_checker *c, size_t at, uint64_t line, struct str cell)
{
    struct str bare = str_trim(cell);
    if (bare.n != cell.n)
        table_check_find(c, REASON_value_spaces, at, WHOLE, line, cell, false);
    return bare;
}

void table_check_text(struct table_checker *c, size_t at, uint64_t line, struct str cell)
{
    const struct table_field *f = &c->s->fields[at];
    enum reason_code why = REASON_not_number;
    c->clean[at] = true;
    if (!table_cast(f, cell, &c->values[at], &why)) {
        table_check_find_s(c, why, at, line, cell, wanted_form(f, why));
        return;
    }
    if (f->kinds)
        table_check_kind(c, at, line, cell);
    check_pattern(c, at, line, cell);
    check_bounds(c, at, line, cell);
    check_length(c, at, line, cell);
    if (!is_allowed(f, &c->values[at]))
        table_check_find_s(c, REASON_value_not_among, at, line, cell, f->allowed_text),
            c->clean[at] = false;
    check_unique(c, at, line, cell);
    c->good[at] = c->clean[at];
}

/* The file says whether the cell was a text, and the schema whether it should be one. */
static bool is_quoted_well(struct table_checker *c, size_t at, uint64_t line, bool quoted)
{
    const struct table_field *f = &c->s->fields[at];
    bool bare = f->tree || f->type == TABLE_INTEGER || f->type == TABLE_NUMBER ||
                f->type == TABLE_BOOLEAN || f->type == TABLE_GEOPOINT || f->type == TABLE_GEOJSON;
    if (f->type == TABLE_ANY || quoted != bare)
        return true;
    table_check_find_s(c, quoted ? REASON_value_quoted : REASON_not_text, at, line, c->cells[at],
                       STR_NONE);
    return false;
}

static void check_cell(struct table_checker *c, size_t at, uint64_t line, const bool *quoted)
{
    const struct table_field *f = &c->s->fields[at];
    struct str cell = c->cells[at];
    c->there[at] = !table_schema_is_missing(c->s, cell);
    c->good[at] = false;
    if (!c->there[at]) {
        if (f->required)
            table_check_find(c, REASON_value_required, at, WHOLE, line, cell, true);
        return;
    }
    if (quoted && !is_quoted_well(c, at, line, *quoted))
        return;
    cell = c->cells[at] = unspaced(c, at, line, cell);
    if (f->tree)
        table_check_tree(c, at, line, cell);
    else
        table_check_text(c, at, line, cell);
}

/* ---- the rows ---- */

static void check_key(struct table_checker *c, uint64_t line)
{
    uint64_t hash = 1, before;
    for (size_t i = 0; i < c->s->nkey; i++) {
        size_t at = c->s->key[i];
        if (!c->in_file[at] || !c->there[at])
            return;
        hash = seen_mix(hash, c->cells[at]);
    }
    if (c->s->nkey && (before = seen_meet(&c->key, hash, line)))
        table_check_find_n(c, REASON_key_twice, c->s->key[0], line, c->cells[c->s->key[0]], before);
}

static void check_twice(struct table_checker *c, uint64_t line, const struct str *cells, size_t n)
{
    uint64_t hash = 2, before;
    for (size_t i = 0; i < c->ncolumns; i++)
        hash = seen_mix(hash, i < n ? cells[i] : STR_NONE);
    if ((before = seen_meet(&c->whole, hash, line)))
        table_check_find_n(c, REASON_row_twice, WHOLE, line, n ? cells[0] : STR_NONE, before);
}

static void check_rules(struct table_checker *c, uint64_t line)
{
    const struct table_row row = {c->cells, c->values, c->in_file, c->there, c->good};
    for (size_t i = 0; i < c->s->nchecks; i++) {
        struct table_blame blame;
        if (table_rule_holds(c->s, &c->s->checks[i], &row, &blame))
            continue;
        struct reason *why =
            table_check_find(c, blame.why, blame.field, WHOLE, line, c->cells[blame.field], true);
        for (unsigned k = 0; why && k < blame.nargs; k++)
            reason_s(&c->a, why, blame.args[k]);
    }
}

static void is_there(struct table_checker *c, size_t object)
{
    for (size_t o = object; o && !c->present[o - 1]; o = c->s->objects[o - 1].parent)
        c->present[o - 1] = true;
}

/* An object is there where one of its columns is, the schema's or not; then those it requires are. */
static void check_within(struct table_checker *c, uint64_t line, const struct str *cells, size_t n)
{
    const struct table_schema *s = c->s;
    if (s->nobjects == 0)
        return;
    memset(c->present, 0, s->nobjects * sizeof *c->present);
    for (size_t f = 0; f < s->n; f++)
        is_there(c, c->there[f] ? s->fields[f].object : 0);
    for (size_t i = 0; i < n && i < c->ncolumns; i++)
        is_there(c, c->around[i] && str_trim(cells[i]).n > 0 ? c->around[i] : 0);
    for (size_t f = 0; f < s->n; f++) {
        size_t o = s->fields[f].required_within;
        if (o && c->present[o - 1] && !c->there[f])
            table_check_find(c, REASON_value_required, f, WHOLE, line, S(""), true);
    }
}

void table_check_row(struct table_checker *c, uint64_t line, const struct str *cells,
                     const bool *quoted, size_t n)
{
    c->rows++;
    for (size_t f = 0; f < c->s->n; f++) {
        size_t column = c->column_of[f];
        c->cells[f] = column < n ? cells[column] : S("");
        if (column != WHOLE)
            check_cell(c, f, line, quoted && column < n && c->s->of_json ? &quoted[column] : NULL);
    }
    check_within(c, line, cells, n);
    table_check_logic_row(c, line, cells, quoted, n);
    table_check_shape(c, line, cells, n);
    check_key(c, line);
    table_check_references_row(c, line);
    check_twice(c, line, cells, n);
    check_rules(c, line);
}

void table_check_blank(struct table_checker *c, uint64_t line)
{
    table_check_find(c, REASON_row_blank, WHOLE, WHOLE, line, STR_NONE, false);
}

void table_check_aside(struct table_checker *c, uint64_t line, struct str first, size_t cells)
{
    struct reason *why =
        table_check_find(c, cells < c->ncolumns ? REASON_row_short : REASON_row_long, WHOLE, WHOLE,
                         line, first, true);
    if (why) {
        reason_n(&c->a, why, cells);
        reason_n(&c->a, why, c->ncolumns);
    }
}

/* ---- the answer ---- */

static struct str name_of(const struct table_checker *c, const struct group *g)
{
    return g->field != WHOLE         ? c->s->fields[g->field].name
           : g->file_column != WHOLE ? c->header[g->file_column]
                                     : STR_NONE;
}

/* From 1; 0: no column of the file, or what stands within its cells. */
static size_t column_at(const struct table_checker *c, const struct group *g)
{
    size_t column = g->field == WHOLE ? g->file_column : g->field < c->s->n ? c->column_of[g->field] : WHOLE;
    return column == WHOLE ? 0 : column + 1;
}

static void put_group(const struct table_checker *c, const struct group *g, struct jw *w)
{
    size_t kind = kind_of(g->code);
    bool known = kind < sizeof kinds / sizeof kinds[0];
    struct buf code = {0};
    struct jw named;
    struct str name = name_of(c, g);
    jw_init(&named, &code, JW_COMPACT);
    reason_json(&named, &g->cells[0].reason);
    jw_open(w, '{');
    JW_STR(w, "column", name);
    JW_I64(w, "count", (int64_t)g->count);
    JW_STR(w, "severity", g->is_error ? S("error") : S("notice"));
    JW_STR(w, "part", known ? str_of(kinds[kind].part) : S("cells"));
    if (column_at(c, g))
        JW_I64(w, "at", (int64_t)column_at(c, g));
    JW_RAW(w, "reason", buf_str(&code));
    jw_key(w, S("cells"));
    jw_open(w, '[');
    for (size_t i = 0; i < g->n; i++) {
        jw_open(w, '{');
        JW_I64(w, "line", (int64_t)g->cells[i].line);
        JW_STR(w, "column", name);
        JW_STR(w, "value", g->cells[i].value);
        jw_key(w, S("reason"));
        reason_json(w, &g->cells[i].reason);
        jw_close(w, '}');
    }
    jw_close(w, ']');
    jw_close(w, '}');
    buf_free(&code);
}

void table_check_json(struct table_checker *c, struct jw *w)
{
    table_check_references_end(c);
    jw_open(w, '{');
    JW_I64(w, "errors", (int64_t)c->errors);
    JW_I64(w, "notices", (int64_t)c->notices);
    JW_I64(w, "rows", (int64_t)c->rows);
    JW_I64(w, "unknown", c->s->unknown);
    jw_key(w, S("unchecked"));
    jw_open(w, '[');
    for (size_t i = 0; i < c->s->nleft; i++)
        jw_str(w, c->s->left[i]);
    jw_close(w, ']');
    jw_key(w, S("groups"));
    jw_open(w, '[');
    for (size_t i = 0; i < c->ngroups; i++)
        put_group(c, &c->groups[i], w);
    jw_close(w, ']');
    jw_close(w, '}');
}

uint64_t table_check_errors(const struct table_checker *c)
{
    return c->errors;
}

void table_check_free(struct table_checker *c)
{
    if (!c)
        return;
    table_check_logic_free(c->logic);
    table_check_references_free(c);
    for (size_t f = 0; f < c->s->total; f++)
        seen_forget(&c->unique[f]);
    seen_forget(&c->whole);
    seen_forget(&c->key);
    free(c->groups);
    arena_free(&c->a);
    free(c);
}
