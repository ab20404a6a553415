#include "core/data/table_check.h"

#include <stdlib.h>

#include "core/base/map.h"
#include "core/base/must.h"
#include "core/base/utf8.h"
#include "core/data/table_rules.h"

enum { WHOLE = SIZE_MAX };

struct listed {
    uint64_t line;
    struct str value;
    struct reason reason;
};

struct group {
    enum reason_code code;
    size_t field, file_column; /* WHOLE: none; extra columns have a place in the file only */
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
    bool *in_file, *there, *good, *clean;
    struct seen whole, key, *unique; /* unique: by field */
};

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
    {REASON_value_spaces, true, "cells"},
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

/* Adds the finding; where it is listed, the reason that arguments may be put into, else NULL. */
static struct reason *find(struct table_checker *c, enum reason_code code, size_t field,
                           size_t column, uint64_t line, struct str value, bool is_error)
{
    struct group *g = group_of(c, code, field, column);
    if (is_error)
        c->errors++;
    else
        c->notices++;
    if (!g)
        return NULL;
    g->count++;
    if (g->n == TABLE_CHECK_LISTED)
        return NULL;
    if (!g->cells)
        g->cells = ARENA_ARRAY(&c->a, struct listed, TABLE_CHECK_LISTED);
    g->cells[g->n] = (struct listed){line, shortened(c, value), reason_make(code)};
    return &g->cells[g->n++].reason;
}

static void find_s(struct table_checker *c, enum reason_code code, size_t field, uint64_t line,
                   struct str value, struct str arg)
{
    struct reason *why = find(c, code, field, WHOLE, line, value, !is_notice(code));
    if (why && arg.p)
        reason_s(&c->a, why, arg);
}

static void find_n(struct table_checker *c, enum reason_code code, size_t field, uint64_t line,
                   struct str value, uint64_t arg)
{
    struct reason *why = find(c, code, field, WHOLE, line, value, !is_notice(code));
    if (why)
        reason_n(&c->a, why, arg);
}

/* ---- what was met before ---- */

static void grow(struct seen *s)
{
    struct seen old = *s;
    s->size = old.size ? 2 * old.size : 1024;
    s->hash = must_alloc(s->size * sizeof *s->hash);
    s->line = must_alloc(s->size * sizeof *s->line);
    for (size_t i = 0; i < old.size; i++) {
        if (!old.hash[i])
            continue;
        size_t at = old.hash[i] & (s->size - 1);
        while (s->hash[at])
            at = (at + 1) & (s->size - 1);
        s->hash[at] = old.hash[i];
        s->line[at] = old.line[i];
    }
    free(old.hash);
    free(old.line);
}

/* 0: it is new; else where it was first. */
static uint64_t meet(struct seen *s, uint64_t hash, uint64_t line)
{
    if (s->used * 2 >= s->size)
        grow(s);
    hash += !hash;
    size_t at = hash & (s->size - 1);
    while (s->hash[at] && s->hash[at] != hash)
        at = (at + 1) & (s->size - 1);
    if (s->hash[at])
        return s->line[at];
    s->hash[at] = hash;
    s->line[at] = line;
    s->used++;
    return 0;
}

static void forget(struct seen *s)
{
    free(s->hash);
    free(s->line);
    *s = (struct seen){0};
}

static uint64_t mix(uint64_t so_far, struct str cell)
{
    uint64_t h = map_hash(cell);
    return (so_far ^ (h + cell.n)) * 0x9E3779B97F4A7C15u + (so_far >> 29);
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

static void place_columns(struct table_checker *c)
{
    const struct table_schema *s = c->s;
    for (size_t i = 0; i < c->ncolumns; i++) {
        bool other_case = false;
        size_t f = table_schema_field(s, c->header[i], &other_case);
        c->field_of[i] = s->n;
        if (f == s->n) {
            find(c, REASON_column_extra, WHOLE, i, 1, c->header[i], extra_is_error(s));
        } else if (c->column_of[f] != WHOLE) {
            find(c, REASON_column_twice, f, i, 1, c->header[i], true);
        } else {
            c->field_of[i] = f;
            c->column_of[f] = i;
            c->in_file[f] = true;
            if (other_case)
                find_s(c, REASON_column_spelled, f, 1, c->header[i], s->fields[f].name);
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
            find(c, wrong ? REASON_column_missing : REASON_column_absent, f, WHOLE, 1, STR_NONE,
                 wrong);
            continue;
        }
        ordered = ordered && c->column_of[f] >= last;
        last = c->column_of[f];
    }
    if (!ordered)
        find(c, REASON_column_order, WHOLE, WHOLE, 1, STR_NONE, s->match == TABLE_EXACT);
}

struct table_checker *table_check_new(const struct table_schema *s, const struct str *header,
                                      size_t n)
{
    struct table_checker *c = must_alloc(sizeof *c);
    *c = (struct table_checker){.s = s, .header = header, .ncolumns = n};
    c->field_of = ARENA_ARRAY(&c->a, size_t, n + 1);
    c->column_of = ARENA_ARRAY(&c->a, size_t, s->n);
    c->cells = ARENA_ARRAY(&c->a, struct str, s->n);
    c->values = ARENA_ARRAY(&c->a, struct table_value, s->n);
    c->in_file = ARENA_ARRAY(&c->a, bool, s->n);
    c->there = ARENA_ARRAY(&c->a, bool, s->n);
    c->good = ARENA_ARRAY(&c->a, bool, s->n);
    c->clean = ARENA_ARRAY(&c->a, bool, s->n);
    c->unique = ARENA_ARRAY(&c->a, struct seen, s->n);
    for (size_t f = 0; f < s->n; f++)
        c->column_of[f] = WHOLE;
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
    if (f->has_minimum && measure(v) < measure(&f->minimum))
        find_s(c, REASON_value_under, at, line, cell, f->minimum_text), c->clean[at] = false;
    if (f->has_maximum && measure(v) > measure(&f->maximum))
        find_s(c, REASON_value_over, at, line, cell, f->maximum_text), c->clean[at] = false;
}

static void check_length(struct table_checker *c, size_t at, uint64_t line, struct str cell)
{
    const struct table_field *f = &c->s->fields[at];
    if (f->min_length < 0 && f->max_length < 0)
        return;
    int64_t n = (int64_t)utf8_count(cell);
    if (f->min_length >= 0 && n < f->min_length)
        find_n(c, REASON_value_short, at, line, cell, (uint64_t)f->min_length),
            c->clean[at] = false;
    if (f->max_length >= 0 && n > f->max_length)
        find_n(c, REASON_value_long, at, line, cell, (uint64_t)f->max_length), c->clean[at] = false;
}

static void check_pattern(struct table_checker *c, size_t at, uint64_t line, struct str cell)
{
    const struct table_field *f = &c->s->fields[at];
    if (!f->pattern)
        return;
    enum pattern_answer answer = pattern_match(f->pattern, cell);
    if (answer == PATTERN_NO)
        find_s(c, REASON_value_pattern, at, line, cell, f->pattern_text), c->clean[at] = false;
    else if (answer == PATTERN_UNKNOWN)
        find(c, REASON_value_unchecked, at, WHOLE, line, cell, false);
}

static void check_unique(struct table_checker *c, size_t at, uint64_t line, struct str cell)
{
    bool is_key = c->s->nkey == 1 && c->s->key[0] == at; /* told once, as the key */
    if (!c->s->fields[at].unique || is_key)
        return;
    uint64_t before = meet(&c->unique[at], mix(1, cell), line);
    if (before)
        find_n(c, REASON_value_twice, at, line, cell, before);
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
        find(c, REASON_value_spaces, at, WHOLE, line, cell, false);
    return bare;
}

static void check_cell(struct table_checker *c, size_t at, uint64_t line)
{
    const struct table_field *f = &c->s->fields[at];
    enum reason_code why = REASON_not_number;
    struct str cell = c->cells[at];
    c->clean[at] = true;
    c->there[at] = !table_schema_is_missing(c->s, cell);
    c->good[at] = false;
    if (!c->there[at]) {
        if (f->required)
            find(c, REASON_value_required, at, WHOLE, line, cell, true);
        return;
    }
    cell = c->cells[at] = unspaced(c, at, line, cell);
    if (!table_cast(f, cell, &c->values[at], &why)) {
        find_s(c, why, at, line, cell, wanted_form(f, why));
        return;
    }
    check_pattern(c, at, line, cell);
    check_bounds(c, at, line, cell);
    check_length(c, at, line, cell);
    if (!is_allowed(f, &c->values[at]))
        find_s(c, REASON_value_not_among, at, line, cell, f->allowed_text), c->clean[at] = false;
    check_unique(c, at, line, cell);
    c->good[at] = c->clean[at];
}

/* ---- the rows ---- */

static void check_key(struct table_checker *c, uint64_t line)
{
    uint64_t hash = 1, before;
    for (size_t i = 0; i < c->s->nkey; i++) {
        size_t at = c->s->key[i];
        if (!c->in_file[at] || !c->there[at])
            return;
        hash = mix(hash, c->cells[at]);
    }
    if (c->s->nkey && (before = meet(&c->key, hash, line)))
        find_n(c, REASON_key_twice, c->s->key[0], line, c->cells[c->s->key[0]], before);
}

static void check_twice(struct table_checker *c, uint64_t line, const struct str *cells, size_t n)
{
    uint64_t hash = 2, before;
    for (size_t i = 0; i < c->ncolumns; i++)
        hash = mix(hash, i < n ? cells[i] : STR_NONE);
    if ((before = meet(&c->whole, hash, line)))
        find_n(c, REASON_row_twice, WHOLE, line, n ? cells[0] : STR_NONE, before);
}

static void check_rules(struct table_checker *c, uint64_t line)
{
    const struct table_row row = {c->cells, c->values, c->in_file, c->there, c->good};
    for (size_t i = 0; i < c->s->nchecks; i++) {
        struct table_blame blame;
        if (table_rule_holds(c->s, &c->s->checks[i], &row, &blame))
            continue;
        struct reason *why =
            find(c, blame.why, blame.field, WHOLE, line, c->cells[blame.field], true);
        for (unsigned k = 0; why && k < blame.nargs; k++)
            reason_s(&c->a, why, blame.args[k]);
    }
}

void table_check_row(struct table_checker *c, uint64_t line, const struct str *cells, size_t n)
{
    c->rows++;
    for (size_t f = 0; f < c->s->n; f++) {
        size_t column = c->column_of[f];
        c->cells[f] = column < n ? cells[column] : S("");
        if (column != WHOLE)
            check_cell(c, f, line);
    }
    check_key(c, line);
    check_twice(c, line, cells, n);
    check_rules(c, line);
}

void table_check_blank(struct table_checker *c, uint64_t line)
{
    find(c, REASON_row_blank, WHOLE, WHOLE, line, STR_NONE, false);
}

void table_check_aside(struct table_checker *c, uint64_t line, struct str first, size_t cells)
{
    struct reason *why = find(c, cells < c->ncolumns ? REASON_row_short : REASON_row_long, WHOLE,
                              WHOLE, line, first, true);
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

static void put_group(const struct table_checker *c, const struct group *g, struct jw *w)
{
    size_t kind = kind_of(g->code);
    bool known = kind < sizeof kinds / sizeof kinds[0];
    struct buf code = {0};
    struct jw named;
    struct str name = name_of(c, g);
    bool wrong_extra = g->code == REASON_column_extra && extra_is_error(c->s);
    jw_init(&named, &code, JW_COMPACT);
    reason_json(&named, &g->cells[0].reason);
    jw_open(w, '{');
    JW_STR(w, "column", name);
    JW_I64(w, "count", (int64_t)g->count);
    JW_STR(w, "severity", is_notice(g->code) && !wrong_extra ? S("notice") : S("error"));
    JW_STR(w, "part", known ? str_of(kinds[kind].part) : S("cells"));
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

void table_check_json(const struct table_checker *c, struct jw *w)
{
    jw_open(w, '{');
    JW_I64(w, "errors", (int64_t)c->errors);
    JW_I64(w, "notices", (int64_t)c->notices);
    JW_I64(w, "rows", (int64_t)c->rows);
    JW_I64(w, "unknown", c->s->unknown);
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
    for (size_t f = 0; f < c->s->n; f++)
        forget(&c->unique[f]);
    forget(&c->whole);
    forget(&c->key);
    free(c->groups);
    arena_free(&c->a);
    free(c);
}
