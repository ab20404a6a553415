/* select, group_by and order_by: what the answer holds, under which keys, in which order. */
#include "core/data/errors.h"
#include "core/data/query/query_build.h"

static void put(struct build *b, const char *text)
{
    buf_addz(&b->text, text);
}

struct str query_take(struct build *b)
{
    struct str s = arena_str(b->a, buf_str(&b->text));
    buf_reset(&b->text);
    return s;
}

/* Expressions are equal when they are without white space and case. */
static struct str squeeze(struct arena *a, struct str s)
{
    char *out = arena_alloc(a, s.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == ' ' || (c >= '\t' && c <= '\r') || c == '`')
            continue;
        out[n++] = (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
    }
    return (struct str){out, n};
}

struct output *query_add(struct build *b, struct str key, int type)
{
    for (size_t i = 0; i < b->n; i++)
        if (str_eq(b->outputs[i].column.key, key))
            return NULL; /* an object has each key once: the first one stands */
    if (b->n == b->room)
        return NULL;
    struct output *o = &b->outputs[b->n++];
    *o = (struct output){.type = type};
    o->column = (struct query_column){.key = key, .label = key, .local = -1,
                                      .type = type >= COLUMN_TYPES ? TYPE_TEXT : (enum column_type)type};
    o->as_typed = squeeze(b->a, key);
    return o;
}

static void of_column(struct query_column *out, const struct view_column *c)
{
    out->label = c->label.n ? c->label : c->name;
    out->precision = c->precision;
    out->multivalued = c->type == TYPE_TEXT ? c->multivalued : STR_NONE;
}

static struct odsql_scope scope_of(struct build *b, enum odsql_clause clause)
{
    return (struct odsql_scope){b->a, b->view, clause, false, b->series};
}

/* ---- the lists ---- */

bool query_lists(struct build *b, struct err *e)
{
    b->has_select = b->ask.select.n > 0;
    b->grouped = b->ask.group_by.n > 0;
    return (!b->has_select || odsql_parse_select(b->a, b->ask.select, &b->select, e)) &&
           (!b->grouped || odsql_parse_group(b->a, b->ask.group_by, &b->group, e)) &&
           (!b->ask.order_by.n || odsql_parse_order(b->a, b->ask.order_by, &b->order, e));
}

/* ---- groups ---- */

static struct odsql_item *selected_as(struct build *b, const struct odsql_item *group)
{
    if (group->expr->kind != NODE_FIELD)
        return NULL;
    for (size_t i = 0; i < b->select.n; i++)
        if (b->select.items[i].aliased && str_eq(b->select.items[i].key, group->expr->text))
            return &b->select.items[i];
    return NULL;
}

static bool check_aliases(struct build *b, struct err *e)
{
    struct odsql_scope s = scope_of(b, CLAUSE_SELECT);
    for (size_t i = 0; i < b->select.n; i++) {
        if (!b->select.items[i].aliased)
            continue;
        for (size_t k = 0; k < i; k++)
            if (b->select.items[k].aliased && str_eq(b->select.items[i].key, b->select.items[k].key))
                return odsql_complain(&s, e, "Alias '" STR_FMT "' is declared several times.",
                                      STR_ARG(b->select.items[i].key));
        for (size_t k = 0; k < b->group.n; k++)
            if (b->group.items[k].aliased && str_eq(b->select.items[i].key, b->group.items[k].key))
                return odsql_complain(&s, e, "Alias '" STR_FMT "' is declared several times.",
                                      STR_ARG(b->select.items[i].key));
    }
    return true;
}

static bool refuse_geo(const struct odsql_scope *s, int type, struct err *e)
{
    if (s->series)
        return true;
    if (type == TYPE_GEO_POINT)
        return odsql_complain(s, e, "Aggregation on geo point field is not possible. Use the "
                                    "geo_cluster(point_geo, int_precision) aggregation function instead.");
    return type != TYPE_GEO_SHAPE || odsql_complain(s, e, "Aggregation on geo shape field is not possible.");
}

static bool put_group_key(struct build *b, const struct node *expr, struct err *e)
{
    const struct view_column *c = expr->kind == NODE_FIELD ? expr->column : NULL;
    if (c && c->type == TYPE_TEXT && c->multivalued.p) { /* one group a value */
        unsigned m = b->laterals++;
        b->sql.out = &b->from;
        buf_printf(&b->from, " left join lateral unnest(string_to_array(");
        odsql_sql_column(&b->sql, c);
        put(b, "");
        buf_addz(&b->from, ", ");
        odsql_sql_param(&b->sql, c->multivalued, "text");
        buf_printf(&b->from, ")) m%u(v) on true", m);
        b->sql.out = &b->text;
        buf_printf(&b->text, "m%u.v collate \"C\"", m);
        return true;
    }
    bool text = expr->type == TYPE_TEXT;
    put(b, text ? "(" : "");
    if (!odsql_sql_expr(&b->sql, expr, e))
        return false;
    put(b, text ? ") collate \"C\"" : "");
    return true;
}

static bool add_group(struct build *b, struct odsql_item *item, struct err *e)
{
    struct odsql_scope s = scope_of(b, CLAUSE_GROUP_BY);
    struct odsql_item *selected = selected_as(b, item);
    struct str typed = squeeze(b->a, item->key);
    if (item->expr->kind == NODE_CALL && item->expr->fn == FN_RANGE)
        return query_range(b, item, e);
    if (item->expr->kind == NODE_CALL && item->expr->fn == FN_GEO_CLUSTER)
        return query_cluster(b, item, e);
    struct node *expr = selected ? selected->expr : item->expr;
    if (!odsql_type_expr(&s, expr, e) || !refuse_geo(&s, expr->type, e))
        return false;
    if (!expr->plain)
        return odsql_complain(&s, e, "group_by takes fields and functions of fields.");
    if (!put_group_key(b, expr, e))
        return false;
    struct str sql = query_take(b);
    struct output *o = query_add(b, item->key, expr->type);
    if (!o)
        return odsql_complain(&s, e, "Alias '" STR_FMT "' is declared several times.", STR_ARG(item->key));
    o->sql = sql;
    o->expr = expr;
    o->grouped = true;
    o->as_typed = typed;
    if (item->aliased || selected)
        o->as_typed = squeeze(b->a, str_part(b->group.text, expr->at, expr->end - expr->at));
    if (expr->kind == NODE_FIELD) {
        of_column(&o->column, expr->column);
        o->column.multivalued = STR_NONE;
    }
    return true;
}

static bool add_groups(struct build *b, struct err *e)
{
    if (b->group.n > 20) {
        struct odsql_scope s = scope_of(b, CLAUSE_GROUP_BY);
        return odsql_complain(&s, e, "Too many groups.");
    }
    for (size_t i = 0; i < b->group.n; i++)
        if (!add_group(b, &b->group.items[i], e))
            return false;
    b->group_params = b->sql.n;
    return true;
}

/* ---- selected items ---- */

static bool add_field(struct build *b, const struct view_column *c)
{
    struct output *o = query_add(b, c->name, (int)c->type);
    if (!o)
        return true;
    odsql_sql_column(&b->sql, c);
    o->sql = query_take(b);
    of_column(&o->column, c);
    o->column.shape = c->file ? SHAPE_FILE : SHAPE_PLAIN;
    return true;
}

static bool is_excluded(const struct build *b, struct str name)
{
    for (size_t i = 0; i < b->select.n; i++)
        if (b->select.items[i].kind == ITEM_EXCLUDE && odsql_pattern(b->select.items[i].pattern, name))
            return true;
    return false;
}

static void add_fields(struct build *b, struct str pattern)
{
    for (size_t i = 0; i < view_columns(b->view); i++) {
        const struct view_column *c = view_column(b->view, i);
        if (!c->hidden && !c->alias && odsql_pattern(pattern, c->name) && !is_excluded(b, c->name))
            add_field(b, c);
    }
}

static const struct output *group_named(const struct build *b, struct str typed)
{
    for (size_t i = 0; i < b->n; i++)
        if (b->outputs[i].grouped &&
            (str_eq(b->outputs[i].as_typed, typed) || str_eq(b->outputs[i].column.key, typed)))
            return &b->outputs[i];
    return NULL;
}

static bool is_group_key(struct build *b, const struct odsql_item *item)
{
    struct str text = str_part(b->select.text, item->expr->at, item->expr->end - item->expr->at);
    return group_named(b, squeeze(b->a, text)) || (item->aliased && group_named(b, item->key));
}

static bool add_expr(struct build *b, struct odsql_item *item, struct err *e)
{
    struct odsql_scope s = scope_of(b, CLAUSE_SELECT);
    struct node *expr = item->expr;
    if (b->grouped && is_group_key(b, item))
        return true;
    if (!odsql_type_expr(&s, expr, e))
        return false;
    if (expr->kind == NODE_FIELD && !item->aliased && !b->grouped)
        return add_field(b, expr->column);
    if (b->grouped && expr->plain)
        return odsql_complain(&s, e, STR_FMT " is neither an aggregation nor in group_by.", STR_ARG(item->key));
    if (expr->aggregate && expr->plain)
        return odsql_complain(&s, e, STR_FMT " mixes fields and aggregations.", STR_ARG(item->key));
    if (!odsql_sql_expr(&b->sql, expr, e))
        return false;
    struct str sql = query_take(b);
    struct output *o = query_add(b, item->key, expr->type);
    if (!o)
        return true;
    o->sql = sql;
    o->expr = expr;
    o->aggregate = expr->aggregate;
    b->aggregates |= expr->aggregate;
    if (expr->kind == NODE_FIELD) {
        of_column(&o->column, expr->column);
        o->column.label = item->key;
    }
    if (expr->kind == NODE_CALL && expr->fn == FN_JSON_FORMAT)
        o->column.shape = expr->truth ? SHAPE_JSON_OR_NULL : SHAPE_JSON;
    return true;
}

static bool only_excludes(const struct build *b)
{
    for (size_t i = 0; i < b->select.n; i++)
        if (b->select.items[i].kind != ITEM_EXCLUDE)
            return false;
    return true;
}

bool query_outputs(struct build *b, struct err *e)
{
    size_t most = view_columns(b->view) + b->select.n + b->group.n;
    b->room = most < OUTPUTS_MAX ? most : OUTPUTS_MAX;
    b->outputs = ARENA_ARRAY(b->a, struct output, b->room + 1);
    b->sql.out = &b->text;
    if (!check_aliases(b, e) || !add_groups(b, e))
        return false;
    if (!b->grouped && only_excludes(b))
        add_fields(b, S("*"));
    for (size_t i = 0; i < b->select.n; i++) {
        struct odsql_item *item = &b->select.items[i];
        if (item->kind == ITEM_EXPR && !add_expr(b, item, e))
            return false;
        if (!b->grouped && item->kind == ITEM_STAR)
            add_fields(b, S("*"));
        if (!b->grouped && item->kind == ITEM_INCLUDE)
            add_fields(b, item->pattern);
    }
    return true;
}

/* ---- order ---- */

const struct output *query_output_named(struct build *b, const struct odsql_item *item)
{
    struct str typed = squeeze(b->a, item->key);
    for (size_t i = 0; i < b->n; i++) {
        const struct output *o = &b->outputs[i];
        if (item->expr->kind == NODE_FIELD && str_eq(o->column.key, item->expr->text))
            return o;
        if (str_eq(o->as_typed, typed))
            return o;
    }
    return NULL;
}

static bool put_random(struct build *b, const struct node *n, struct err *e)
{
    struct odsql_scope s = scope_of(b, CLAUSE_ORDER_BY);
    int64_t seed;
    if (n->n != 1 || n->arg[0]->kind != NODE_NUMBER || !str_i64(n->arg[0]->text, &seed))
        return odsql_complain(&s, e, "random() takes an integer.");
    put(b, "hashint8extended(r._id::bigint, ");
    odsql_sql_param(&b->sql, n->arg[0]->text, "bigint");
    put(b, ")");
    return true;
}

static bool put_order_expr(struct build *b, struct odsql_item *item, bool *aggregate, struct err *e)
{
    struct odsql_scope s = scope_of(b, CLAUSE_ORDER_BY);
    struct node *n = item->expr;
    const struct output *o = query_output_named(b, item);
    if (o && o->type != TYPE_GEO_POINT && o->type != TYPE_GEO_SHAPE) {
        *aggregate = o->aggregate;
        if (o->aggregate && !b->grouped)
            return odsql_complain(&s, e, "An aggregation orders groups only.");
        bool text = o->type == TYPE_TEXT && !o->grouped;
        put(b, text ? "(" : "");
        buf_add(&b->text, o->sql);
        put(b, text ? ") collate \"C\"" : "");
        return true;
    }
    if (n->kind == NODE_CALL && n->fn == FN_RANDOM && !b->grouped)
        return put_random(b, n, e);
    if (!odsql_type_expr(&s, n, e))
        return false;
    *aggregate = n->aggregate;
    if (n->type == TYPE_GEO_POINT || n->type == TYPE_GEO_SHAPE || n->type == ODSQL_NULL_TYPE)
        return odsql_complain(&s, e, STR_FMT " has no order.", STR_ARG(item->key));
    if (b->grouped ? n->plain : n->aggregate)
        return odsql_complain(&s, e, b->grouped ? STR_FMT " is not in group_by."
                                                : STR_FMT ": an aggregation orders groups only.",
                              STR_ARG(item->key));
    bool text = n->type == TYPE_TEXT;
    put(b, text ? "(" : "");
    if (!odsql_sql_expr(&b->sql, n, e))
        return false;
    put(b, text ? ") collate \"C\"" : "");
    return true;
}

static const char *direction(const struct build *b, bool descending)
{
    if (descending)
        return " desc nulls last";
    return b->grouped ? " asc nulls first" : " asc nulls last";
}

static bool put_items(struct build *b, bool *any_aggregate, struct err *e)
{
    struct odsql_scope s = scope_of(b, CLAUSE_ORDER_BY);
    bool field_seen = false;
    for (size_t i = 0; i < b->order.n; i++) {
        bool aggregate = false;
        put(b, i ? ", " : " order by ");
        if (!put_order_expr(b, &b->order.items[i], &aggregate, e))
            return false;
        if (aggregate && field_seen)
            return odsql_complain(&s, e, "Aggregations come before fields in order_by.");
        field_seen |= !aggregate;
        *any_aggregate |= aggregate;
        put(b, direction(b, b->order.items[i].descending));
    }
    return true;
}

bool query_order(struct build *b, struct buf *out, struct err *e)
{
    struct odsql_scope s = scope_of(b, CLAUSE_ORDER_BY);
    bool aggregate = false;
    b->sql.out = &b->text;
    if (!put_items(b, &aggregate, e))
        return false;
    if (aggregate && (b->ask.limit < 0 || b->ask.limit > 20000))
        return odsql_complain(&s, e, "aggregation function in order by is not supported with a limit > 20000. "
                                     "Please remove the order by or set a limit parameter lower than 20001.");
    bool any = b->order.n > 0;
    for (size_t i = 0; b->grouped && i < b->n; i++)
        if (b->outputs[i].grouped) {
            put(b, any ? ", " : " order by ");
            buf_add(&b->text, b->outputs[i].group.p ? b->outputs[i].group : b->outputs[i].sql);
            put(b, " asc nulls first");
            any = true;
        }
    if (!b->grouped)
        put(b, any ? ", r._id" : " order by r._id");
    buf_add(out, buf_str(&b->text));
    buf_reset(&b->text);
    return true;
}
