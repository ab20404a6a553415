/* What holds of several columns of a row, or of one value in several ways: values out of cells, and what is told of a no. */
#include <math.h>
#include <stdlib.h>

#include "core/base/jr.h"
#include "core/base/map.h"
#include "core/base/must.h"
#include "core/base/utf8.h"
#include "core/data/check/table_check_inside.h"

struct check_logic {
    struct map places; /* by name: a field, or an object behind them; plus one */
    json_t **values;   /* by field, then by the file's column: of this row, once somebody asked */
    const char **names; /* by the file's column */
    struct logic_columns columns;
    const struct str *cells; /* of this row, by the file's column */
    const bool *quoted;      /* NULL: the file does not say */
    size_t n;
    bool any; /* of columns: else only what stands in cells has rules */
};

static enum logic_answer member(void *context, size_t object, const char *key, struct logic_subject *out);
static bool next(void *context, size_t object, struct logic_walk *w);

static void place(struct check_logic *l, struct str name, size_t at)
{
    map_put(&l->places, name, (void *)(uintptr_t)(at + 1));
}

struct check_logic *table_check_logic_new(struct table_checker *c)
{
    const struct table_schema *s = c->s;
    if (!s->logic)
        return NULL;
    struct check_logic *l = must_alloc(sizeof *l);
    *l = (struct check_logic){.columns = {c, member, next, LOGIC_STEPS, LOGIC_STEPS_ALL}, .any = s->holds != NULL};
    l->values = ARENA_ARRAY(&c->a, json_t *, s->n + c->ncolumns);
    l->names = ARENA_ARRAY(&c->a, const char *, c->ncolumns + 1);
    for (size_t i = 0; i < c->ncolumns; i++)
        l->names[i] = arena_copy(&c->a, c->header[i]);
    for (size_t o = 0; o < s->nobjects; o++) {
        place(l, s->objects[o].name, s->n + o);
        l->any = l->any || s->objects[o].holds;
    }
    for (size_t f = 0; f < s->n; f++) {
        place(l, s->fields[f].name, f);
        l->any = l->any || (s->fields[f].holds && !s->fields[f].tree);
    }
    return l;
}

void table_check_logic_free(struct check_logic *l)
{
    if (!l)
        return;
    map_free(&l->places);
    free(l);
}

/* ---- values out of cells ---- */

static json_t *text(struct str s)
{
    return json_stringn(s.p, s.n);
}

/* What no integer holds is a real. */
static json_t *any_json(struct str cell)
{
    json_t *v = json_loadb(cell.p, cell.n, JSON_DECODE_ANY, NULL);
    return v ? v : json_loadb(cell.p, cell.n, JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL, NULL);
}

static bool is_bracketed(struct str cell)
{
    return str_starts(cell, S("[")) || str_starts(cell, S("{"));
}

static json_t *words_of(struct str cell)
{
    static const struct table_field list = {.type = TABLE_ARRAY};
    return table_check_tree_read(&list, cell);
}

static bool is_scalar_json(struct str cell)
{
    json_t *v = str_eq(cell, S("true")) || str_eq(cell, S("false")) ? json_true() : any_json(cell);
    bool is = json_is_boolean(v) || json_is_number(v);
    json_decref(v);
    return is;
}

/* The file says that it is no text: a number, a truth, JSON, or a list of words (read_json.h). */
static json_t *bare(const struct table_field *f, struct str cell)
{
    struct err ignored = {0};
    if (f->tree)
        return table_check_tree_read(f, cell);
    if (is_bracketed(cell))
        return jr_parse(cell, &ignored);
    return is_scalar_json(cell) ? any_json(cell) : words_of(cell);
}

static json_t *number(double d)
{
    return floor(d) >= d && fabs(d) < 9e15 ? json_integer((json_int_t)d) : json_real(d);
}

/* The file says nothing: what the column is of; of none, a text that may be more. NULL: not of its type, which is told. */
static json_t *guessed(struct table_checker *c, size_t at, struct str cell)
{
    const struct table_field *f = &c->s->fields[at];
    struct err ignored = {0};
    struct table_value v;
    enum reason_code why;
    if (f->tree)
        return table_check_tree_read(f, cell);
    if ((f->type == TABLE_ANY && is_bracketed(cell)) || f->type == TABLE_GEOJSON || f->type == TABLE_GEOPOINT)
        return jr_parse(cell, &ignored);
    if (f->type != TABLE_INTEGER && f->type != TABLE_NUMBER && f->type != TABLE_BOOLEAN)
        return text(cell);
    if (!table_cast(f, cell, &v, &why) || !isfinite(v.number))
        return NULL;
    return f->type == TABLE_BOOLEAN ? json_boolean(v.number > 0) : number(v.number);
}

/* Digits are kept where the file or the column says that it is a number. */
static struct str digits_of(const struct table_field *f, struct str cell, bool says, bool quoted)
{
    return says ? (quoted ? STR_NONE : cell) : f->type == TABLE_INTEGER || f->type == TABLE_NUMBER ? cell : STR_NONE;
}

static enum logic_answer value_of(struct table_checker *c, size_t at, struct logic_subject *out)
{
    struct check_logic *l = c->logic;
    const struct table_field *f = &c->s->fields[at];
    size_t column = c->column_of[at];
    struct str cell = str_trim(c->cells[at]);
    bool says = l->quoted && column < l->n, quoted = says && l->quoted[column];
    if (cell.n > TREE_BYTES_MAX)
        return LOGIC_UNKNOWN;
    if (!l->values[at])
        l->values[at] = !says ? guessed(c, at, cell) : quoted ? text(cell) : bare(f, cell);
    bool loose = !says && f->type == TABLE_ANY && json_is_string(l->values[at]);
    *out = (struct logic_subject){.value = l->values[at], .loose = loose, .field = f, .digits = digits_of(f, cell, says, quoted)};
    return out->value ? LOGIC_YES : LOGIC_UNKNOWN;
}

/* Of a column that the schema does not name. */
static enum logic_answer extra_value(struct table_checker *c, size_t column, struct logic_subject *out)
{
    static const struct table_field any = {.type = TABLE_ANY};
    struct check_logic *l = c->logic;
    struct str cell = str_trim(l->cells[column]);
    json_t **v = &l->values[c->s->n + column];
    struct err ignored = {0};
    bool quoted = l->quoted && l->quoted[column];
    if (cell.n > TREE_BYTES_MAX)
        return LOGIC_UNKNOWN;
    if (!*v)
        *v = l->quoted ? (quoted ? text(cell) : bare(&any, cell)) : is_bracketed(cell) ? jr_parse(cell, &ignored) : text(cell);
    *out = (struct logic_subject){.value = *v, .loose = !l->quoted && json_is_string(*v), .column = column + 1, .digits = digits_of(&any, cell, l->quoted, quoted)};
    return *v ? LOGIC_YES : LOGIC_UNKNOWN;
}

static void forget_values(struct table_checker *c)
{
    for (size_t i = 0; i < c->s->n + c->ncolumns; i++) {
        json_decref(c->logic->values[i]);
        c->logic->values[i] = NULL;
    }
}

/* ---- members that are columns ---- */

/* False: no column and no object. *at: of s->fields, or of the objects behind them. */
static bool find(struct table_checker *c, size_t object, const char *key, size_t *at)
{
    char name[1000];
    struct str in = object ? c->s->objects[object - 1].name : S("");
    int n = snprintf(name, sizeof name, STR_FMT "%s%s", STR_ARG(in), object ? "." : "", key ? key : "");
    void *found = n > 0 && (size_t)n < sizeof name ? map_get(&c->logic->places, (struct str){name, (size_t)n}) : NULL;
    *at = (size_t)(uintptr_t)found - 1;
    return found != NULL;
}

/* A column that the table has not; WHOLE: nor the file. */
static size_t file_column(const struct table_checker *c, size_t object, const char *key)
{
    struct str in = object ? c->s->objects[object - 1].name : S(""), name;
    for (size_t i = 0; key && i < c->ncolumns; i++) {
        name = str_from(c->header[i], in.n && str_starts(c->header[i], in) ? in.n + 1 : 0);
        if (str_eq(name, str_of(key)))
            return i;
    }
    return WHOLE;
}

static enum logic_answer member(void *context, size_t object, const char *key, struct logic_subject *out)
{
    struct table_checker *c = context;
    size_t at;
    *out = (struct logic_subject){0};
    if (!find(c, object, key, &at))
        return file_column(c, object, key) == WHOLE ? LOGIC_NO : LOGIC_UNKNOWN;
    if (at >= c->s->n) {
        out->object = at - c->s->n + 1;
        return c->present[at - c->s->n] ? LOGIC_YES : LOGIC_NO;
    }
    if (c->there[at])
        return value_of(c, at, out);
    if (!c->s->fields[at].nullable)
        return LOGIC_NO;
    out->value = json_null();
    return LOGIC_UNKNOWN;
}

/* Of what stands in the object: its name begins with the object's. */
static const char *name_in(const struct table_schema *s, size_t object, const char *name)
{
    return name + (object ? s->objects[object - 1].name.n + 1 : 0);
}

/* What an empty cell of the file may be besides "not there". */
static enum logic_answer empty(const struct table_checker *c, const struct table_field *f, size_t column)
{
    const struct check_logic *l = c->logic;
    if (column >= l->n)
        return LOGIC_NO;
    bool list = f->type == TABLE_ARRAY && f->min_items <= 0;
    bool may = f->nullable || (l->quoted && (l->quoted[column] || list || (f->type == TABLE_ANY && f->nallowed == 0)));
    return may ? LOGIC_UNKNOWN : LOGIC_NO;
}

static enum logic_answer field_there(struct table_checker *c, size_t at, struct logic_subject *out)
{
    *out = (struct logic_subject){.value = NULL};
    if (!c->there[at])
        return empty(c, &c->s->fields[at], c->column_of[at]);
    value_of(c, at, out);
    return LOGIC_YES;
}

static enum logic_answer object_there(const struct table_checker *c, size_t at, struct logic_subject *out)
{
    *out = (struct logic_subject){.object = at + 1};
    return c->present[at] ? LOGIC_YES : LOGIC_NO;
}

/* Of what a geographic file adds, "id" may be a member of this name as well. */
static enum logic_answer extra_there(struct table_checker *c, size_t column, struct logic_subject *out)
{
    static const struct table_field any = {.type = TABLE_ANY};
    struct str name = c->header[column];
    *out = (struct logic_subject){.value = NULL};
    if (c->s->geo && table_check_of_feature(name))
        return str_eq(name, S("id")) ? LOGIC_UNKNOWN : LOGIC_NO;
    if (str_trim(c->logic->cells[column]).n == 0)
        return empty(c, &any, column);
    extra_value(c, column, out);
    return LOGIC_YES;
}

static bool stands_in(const struct table_checker *c, size_t object, size_t at)
{
    const struct table_schema *s = c->s;
    size_t o = at - s->n, column = o - s->nobjects;
    return at < s->n          ? s->fields[at].object == object
           : o < s->nobjects ? s->objects[o].parent == object
                             : c->field_of[column] == s->n && c->around[column] == object;
}

/* Whether the place is one of the object's, with its name; *there says more. */
static bool is_member(struct table_checker *c, size_t object, size_t at, struct logic_walk *w)
{
    const struct table_schema *s = c->s;
    size_t o = at - s->n, column = o - s->nobjects;
    if (!stands_in(c, object, at))
        return false;
    if (at < s->n) {
        w->key = name_in(s, object, s->fields[at].name.p);
        w->there = field_there(c, at, &w->member);
    } else if (o < s->nobjects) {
        w->key = name_in(s, object, s->objects[o].name.p);
        w->there = object_there(c, o, &w->member);
    } else {
        w->key = name_in(s, object, c->logic->names[column]);
        w->split = !s->geo && strchr(w->key, '.');
        w->there = extra_there(c, column, &w->member);
    }
    return w->there != LOGIC_NO;
}

/* Fields, then objects, then columns of the file. */
static bool next(void *context, size_t object, struct logic_walk *w)
{
    struct table_checker *c = context;
    size_t columns = c->logic->n < c->ncolumns ? c->logic->n : c->ncolumns;
    while (w->at < c->s->n + c->s->nobjects + columns)
        if (is_member(c, object, w->at++, w))
            return true;
    return false;
}

/* ---- what is told ---- */

struct told {
    size_t field, column; /* column: of the file, where it is no field's */
    struct str value;
};

static struct str shown(struct table_checker *c, const json_t *v)
{
    enum { SHOWN = 60 };
    char *dump = json_is_string(v) ? NULL : json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
    struct str s = dump ? str_of(dump) : v ? (struct str){json_string_value(v), json_string_length(v)} : S("");
    s = arena_str(&c->a, str_part(s, 0, utf8_floor(str_part(s, 0, SHOWN))));
    free(dump);
    return s;
}

static size_t field_at(const struct table_checker *c, const struct table_field *f)
{
    return f ? (size_t)(f - c->s->fields) : WHOLE;
}

/* Where columns are to blame: the one of this name, or the first within an object of this name. */
static struct told told_column(struct table_checker *c, size_t object, const char *key)
{
    size_t at, column = file_column(c, object, key);
    bool found = find(c, object, key, &at);
    if (!found && column != WHOLE)
        return (struct told){WHOLE, column, column < c->logic->n ? c->logic->cells[column] : S("")};
    if (found && at < c->s->n)
        return (struct told){at, WHOLE, c->there[at] ? c->cells[at] : S("")};
    size_t of = found ? at - c->s->n + 1 : key ? 0 : object;
    for (size_t f = 0; of && f < c->s->n; f++)
        if (c->s->fields[f].object == of)
            return (struct told){f, WHOLE, c->there[f] ? c->cells[f] : S("")};
    return (struct told){WHOLE, WHOLE, STR_NONE};
}

static struct told told_of(struct table_checker *c, const struct logic_blame *b, const char *const *names, size_t n)
{
    const char *key = b->key ? b->key : n ? names[0] : NULL;
    if (!b->at.value)
        return told_column(c, b->at.object, key);
    const struct table_field *f = b->at.field;
    for (size_t i = 0; b->key && f && i < f->nmembers; i++)
        if (str_eq(f->members[i].key, str_of(b->key)))
            return (struct told){field_at(c, &f->members[i]), WHOLE, shown(c, json_object_get(b->at.value, b->key))};
    return (struct told){field_at(c, f), b->at.column - 1, b->key ? str_of(b->key) : shown(c, b->at.value)};
}

static struct str joined(struct table_checker *c, const char *const *names, size_t n)
{
    struct buf out = {.max = 400};
    for (size_t i = 0; i < n; i++)
        buf_printf(&out, "%s%s", i ? ", " : "", names[i]);
    struct str s = arena_str(&c->a, buf_str(&out));
    buf_free(&out);
    return s;
}

static struct str rules_of(struct table_checker *c, const struct logic_rule *rule)
{
    struct str rules = table_logic_say_node(c->s->logic, &c->a, rule->value);
    return rules.n ? rules : S("…");
}

/* "nature = Marché, lot": the members of a condition with what they hold. */
static struct str reason_of(struct table_checker *c, const struct logic_blame *b)
{
    enum { MOST = 4 };
    const char *names[MOST];
    struct buf out = {.max = 400};
    size_t n = table_logic_spoken(c->s->logic, b->because->value, names, MOST);
    for (size_t i = 0; i < n; i++) {
        struct logic_subject at = {.value = json_object_get(b->because_at.value, names[i])};
        if (!b->because_at.value && member(c, b->because_at.object, names[i], &at) != LOGIC_YES)
            at.value = NULL;
        struct str value = shown(c, at.value);
        buf_printf(&out, "%s%s%s" STR_FMT, i ? ", " : "", names[i], value.n ? " = " : "", STR_ARG(value));
    }
    if (n == 0)
        buf_add(&out, b->because_at.value ? shown(c, b->because_at.value) : rules_of(c, b->because));
    struct str s = arena_str(&c->a, buf_str(&out));
    buf_free(&out);
    return s;
}

static enum reason_code code_of(enum logic_said said, bool because)
{
    static const enum reason_code codes[][2] = {
        [LOGIC_SAYS_MORE] = {REASON_rule_asks, REASON_rule_asks_because},
        [LOGIC_LACKS] = {REASON_value_required, REASON_rule_required_because},
        [LOGIC_IS_MORE] = {REASON_member_extra, REASON_rule_empty_because},
        [LOGIC_NEVER] = {REASON_member_extra, REASON_rule_empty_because},
        [LOGIC_NAME] = {REASON_rule_name, REASON_rule_name},
        [LOGIC_NONE_FITS] = {REASON_rule_none, REASON_rule_none},
        [LOGIC_SEVERAL_FIT] = {REASON_rule_several, REASON_rule_several},
        [LOGIC_EXCLUDED] = {REASON_rule_excluded, REASON_rule_excluded},
    };
    return codes[said][because];
}

static void tell(struct table_checker *c, uint64_t line, const struct logic_blame *b)
{
    enum { MOST = 6 };
    const char *names[MOST];
    enum logic_said said = table_logic_said(b);
    bool choice = said >= LOGIC_NONE_FITS;
    size_t n = choice ? table_logic_spoken(c->s->logic, b->rule->value, names, MOST) : 0;
    struct told at = told_of(c, b, names, n);
    enum reason_code code = code_of(said, b->because != NULL);
    struct reason *why = table_check_find(c, code, at.field, at.column, line, at.value, true);
    if (!why)
        return;
    if (said == LOGIC_NONE_FITS)
        reason_n(&c->a, why, json_array_size(b->rule->value));
    if (said == LOGIC_SEVERAL_FIT)
        reason_n(&c->a, why, b->fits);
    if (choice)
        reason_s(&c->a, why, n ? joined(c, names, n) : at.field != WHOLE ? c->s->fields[at.field].name : rules_of(c, b->rule));
    if (said == LOGIC_SAYS_MORE || said == LOGIC_NAME)
        reason_s(&c->a, why, table_logic_say(c->s->logic, &c->a, b->rule));
    if (b->because && !choice && said != LOGIC_NAME)
        reason_s(&c->a, why, reason_of(c, b));
}

/* ---- asking ---- */

bool table_check_logic_names(const struct table_checker *c, size_t column)
{
    size_t object = c->around[column];
    const json_t *holds = object ? c->s->objects[object - 1].holds : c->s->holds;
    return c->logic && table_logic_names(c->s->logic, holds, name_in(c->s, object, c->logic->names[column]));
}

static void ask(struct table_checker *c, uint64_t line, const json_t *holds, struct logic_subject at)
{
    const json_t *node;
    size_t i;
    json_array_foreach(holds, i, node) {
        struct logic_blame blame;
        if (table_logic_holds(c->s->logic, json_integer_value(node), &c->logic->columns, at, &blame) == LOGIC_NO)
            tell(c, line, &blame);
    }
}

void table_check_logic_value(struct table_checker *c, const struct table_field *f, uint64_t line, const json_t *v)
{
    if (c->logic && f->holds)
        ask(c, line, f->holds, (struct logic_subject){.value = v, .field = f});
}

static void ask_columns(struct table_checker *c, uint64_t line)
{
    const struct table_schema *s = c->s;
    ask(c, line, s->holds, (struct logic_subject){0});
    for (size_t o = 0; o < s->nobjects; o++)
        if (c->present[o])
            ask(c, line, s->objects[o].holds, (struct logic_subject){.object = o + 1});
    for (size_t f = 0; f < s->n; f++) {
        struct logic_subject at;
        if (s->fields[f].holds && !s->fields[f].tree && c->there[f] && value_of(c, f, &at) == LOGIC_YES)
            ask(c, line, s->fields[f].holds, at);
    }
}

/* Steps are counted from one row's end to the next one's: what stands in cells comes first. */
void table_check_logic_row(struct table_checker *c, uint64_t line, const struct str *cells, const bool *quoted, size_t n)
{
    struct check_logic *l = c->logic;
    if (!l)
        return;
    l->cells = cells;
    l->quoted = c->s->of_json ? quoted : NULL;
    l->n = n;
    if (l->any) {
        ask_columns(c, line);
        forget_values(c);
    }
    if (l->columns.left == 0 || l->columns.left_all == 0)
        table_check_find(c, REASON_rules_unfinished, WHOLE, WHOLE, line, STR_NONE, false);
    l->columns.left = LOGIC_STEPS;
}
