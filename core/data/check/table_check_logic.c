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
    json_t **values;   /* by column: of this row, once somebody asked */
    struct logic_columns columns;
    const struct str *cells; /* of this row, by the file's column */
    const bool *quoted;      /* NULL: the file does not say */
    size_t n;
    bool any; /* of columns: else only what stands in cells has rules */
};

static enum logic_answer member(void *context, size_t object, const char *key, struct logic_subject *out);
static enum logic_answer others(void *context, size_t object, const json_t *known, const char **key);

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
    *l = (struct check_logic){.columns = {c, member, others, LOGIC_STEPS, LOGIC_STEPS_ALL}, .any = s->holds != NULL};
    l->values = ARENA_ARRAY(&c->a, json_t *, s->n);
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

static json_t *any_json(struct str cell)
{
    return json_loadb(cell.p, cell.n, JSON_DECODE_ANY, NULL);
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
    if (str_starts(cell, S("[")) || str_starts(cell, S("{")))
        return jr_parse(cell, &ignored);
    return is_scalar_json(cell) ? any_json(cell) : words_of(cell);
}

static json_t *number(double d)
{
    return floor(d) >= d && fabs(d) < 9e15 ? json_integer((json_int_t)d) : json_real(d);
}

/* The file says nothing: what the column is of; of none, a text that may be more. NULL: not of its type, which is told. */
static json_t *guessed(struct table_checker *c, size_t at, struct str cell, bool *loose)
{
    const struct table_field *f = &c->s->fields[at];
    struct err ignored = {0};
    struct table_value v;
    enum reason_code why;
    bool bracketed = str_starts(cell, S("[")) || str_starts(cell, S("{"));
    if (f->tree)
        return table_check_tree_read(f, cell);
    if ((f->type == TABLE_ANY && bracketed) || f->type == TABLE_GEOJSON || f->type == TABLE_GEOPOINT)
        return jr_parse(cell, &ignored);
    if (f->type != TABLE_INTEGER && f->type != TABLE_NUMBER && f->type != TABLE_BOOLEAN) {
        *loose = f->type == TABLE_ANY;
        return text(cell);
    }
    if (!table_cast(f, cell, &v, &why) || !isfinite(v.number))
        return NULL;
    return f->type == TABLE_BOOLEAN ? json_boolean(v.number > 0) : number(v.number);
}

static enum logic_answer value_of(struct table_checker *c, size_t at, struct logic_subject *out)
{
    struct check_logic *l = c->logic;
    size_t column = c->column_of[at];
    struct str cell = str_trim(c->cells[at]);
    bool says = l->quoted && column < l->n, loose = false;
    if (cell.n > TREE_BYTES_MAX)
        return LOGIC_UNKNOWN;
    if (!l->values[at])
        l->values[at] = !says ? guessed(c, at, cell, &loose) : l->quoted[column] ? text(cell) : bare(&c->s->fields[at], cell);
    loose = !says && c->s->fields[at].type == TABLE_ANY && json_is_string(l->values[at]);
    *out = (struct logic_subject){.value = l->values[at], .loose = loose, .field = &c->s->fields[at]};
    return out->value ? LOGIC_YES : LOGIC_UNKNOWN;
}

static void forget_values(struct table_checker *c)
{
    for (size_t f = 0; f < c->s->n; f++) {
        json_decref(c->logic->values[f]);
        c->logic->values[f] = NULL;
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

/* A column that the table has not, since its object is closed to it: a fault of the columns. */
static bool is_in_file(const struct table_checker *c, size_t object, const char *key)
{
    struct str in = object ? c->s->objects[object - 1].name : S(""), name;
    for (size_t i = 0; key && i < c->ncolumns; i++) {
        name = str_from(c->header[i], in.n && str_starts(c->header[i], in) ? in.n + 1 : 0);
        if (str_eq(name, str_of(key)))
            return true;
    }
    return false;
}

static enum logic_answer member(void *context, size_t object, const char *key, struct logic_subject *out)
{
    struct table_checker *c = context;
    size_t at;
    *out = (struct logic_subject){0};
    if (!find(c, object, key, &at))
        return is_in_file(c, object, key) ? LOGIC_UNKNOWN : LOGIC_NO;
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

static const char *name_in(const struct table_schema *s, size_t object, struct str name)
{
    return name.p + (object ? s->objects[object - 1].name.n + 1 : 0);
}

/* Columns of the file that the schema does not have. */
static bool other_columns(struct table_checker *c, size_t object, const json_t *known, const char **key)
{
    const struct table_schema *s = c->s;
    for (size_t i = 0; i < c->logic->n && i < c->ncolumns; i++) {
        struct str name = c->header[i];
        if (c->field_of[i] < s->n || str_trim(c->logic->cells[i]).n == 0 || c->around[i] != object ||
            (s->geo && table_check_of_feature(name)))
            continue;
        size_t from = object ? s->objects[object - 1].name.n + 1 : 0;
        if (!json_object_getn(known, name.p + from, name.n - from)) {
            *key = arena_copy(&c->a, str_from(name, from));
            return true;
        }
    }
    return false;
}

static enum logic_answer others(void *context, size_t object, const json_t *known, const char **key)
{
    struct table_checker *c = context;
    const struct table_schema *s = c->s;
    for (size_t f = 0; f < s->n; f++) {
        *key = name_in(s, object, s->fields[f].name);
        if (s->fields[f].object == object && c->there[f] && !json_object_get(known, *key))
            return LOGIC_YES;
    }
    for (size_t o = 0; o < s->nobjects; o++) {
        *key = name_in(s, object, s->objects[o].name);
        if (s->objects[o].parent == object && c->present[o] && !json_object_get(known, *key))
            return LOGIC_YES;
    }
    return other_columns(c, object, known, key) ? LOGIC_YES : LOGIC_NO;
}

/* ---- what is told ---- */

struct told {
    size_t field;
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
    size_t at;
    if (!find(c, object, key, &at))
        return (struct told){WHOLE, STR_NONE};
    if (at < c->s->n)
        return (struct told){at, c->there[at] ? c->cells[at] : S("")};
    for (size_t f = 0; f < c->s->n; f++)
        if (c->s->fields[f].object == at - c->s->n + 1)
            return (struct told){f, c->there[f] ? c->cells[f] : S("")};
    return (struct told){WHOLE, STR_NONE};
}

static struct told told_of(struct table_checker *c, const struct logic_blame *b, const char *const *names, size_t n)
{
    const char *key = b->key ? b->key : n ? names[0] : NULL;
    if (!b->at.value)
        return told_column(c, b->at.object, key);
    const struct table_field *f = b->at.field;
    for (size_t i = 0; b->key && f && i < f->nmembers; i++)
        if (str_eq(f->members[i].key, str_of(b->key)))
            return (struct told){field_at(c, &f->members[i]), shown(c, json_object_get(b->at.value, b->key))};
    return (struct told){field_at(c, f), b->key ? str_of(b->key) : shown(c, b->at.value)};
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
        buf_add(&out, b->because_at.value ? shown(c, b->because_at.value) : S("…"));
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
    struct reason *why = table_check_find(c, code, at.field, WHOLE, line, at.value, true);
    if (!why)
        return;
    if (said == LOGIC_NONE_FITS)
        reason_n(&c->a, why, json_array_size(b->rule->value));
    if (said == LOGIC_SEVERAL_FIT)
        reason_n(&c->a, why, b->fits);
    if (choice)
        reason_s(&c->a, why, n ? joined(c, names, n) : at.field != WHOLE ? c->s->fields[at.field].name : S("…"));
    if (said == LOGIC_SAYS_MORE)
        reason_s(&c->a, why, table_logic_say(&c->a, b->rule));
    if (b->because && !choice)
        reason_s(&c->a, why, reason_of(c, b));
}

/* ---- asking ---- */

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
