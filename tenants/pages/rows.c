#include "tenants/pages/rows.h"

#include <stdio.h>

#include "core/base/jr.h"
#include "core/base/jw.h"
#include "core/data/query/cell.h"
#include "core/data/query/row_json.h"
#include "tenants/pages/say.h"

void rows_add(struct rows *q, struct str name, struct str value)
{
    if (value.n > 0 && q->n < ROWS_PARAMS)
        q->params[q->n++] = (struct query_param){name, value};
}

bool rows_ask(struct req *r, const struct dataset_view *v, struct rows *q, bool with_count, struct err *e)
{
    if (!query_make(r->a, v, QUERY_RECORDS, q->params, q->n, &q->query, e))
        return false;
    const struct query_sql *rows = &q->query->rows, *count = &q->query->count_rows;
    req_ask_rows(r, rows->sql, rows->nparams, rows->params, q->query->fast);
    q->counts = with_count && !q->query->count_known && count->sql;
    if (q->counts)
        q->count_call = req_ask_rows(r, count->sql, count->nparams, count->params, q->query->fast);
    return true;
}

json_t *rows_take(struct req *r, struct rows *q)
{
    struct buf text = {0};
    struct row_json w;
    struct err ignored;
    row_json_init(&w, r->a, q->query);
    buf_addc(&text, '[');
    row_json_page(&w, &text, r->batch.calls[0].result);
    buf_addc(&text, ']');
    json_t *list = jr_parse(buf_str(&text), &ignored);
    buf_free(&text);
    return list ? list : json_array();
}

int64_t rows_count(struct req *r, const struct rows *q)
{
    if (q->counts)
        return cell_i64(r->batch.calls[q->count_call].result, 0, 0);
    return q->query->count_known ? q->query->count : (int64_t)req_rows(r, 0);
}

struct str rows_quoted(struct arena *a, struct str text)
{
    struct buf b = {0};
    buf_addc(&b, '"');
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '"' || text.p[i] == '\\')
            buf_addc(&b, '\\');
        buf_addc(&b, text.p[i]);
    }
    buf_addc(&b, '"');
    struct str quoted = arena_str(a, buf_str(&b));
    buf_free(&b);
    return quoted;
}

static struct str said_list(struct arena *a, enum lang lang, const json_t *list)
{
    struct buf b = {0};
    size_t i;
    const json_t *item;
    json_array_foreach(list, i, item) {
        if (i > 0)
            buf_addz(&b, ", ");
        buf_add(&b, rows_said(a, lang, item));
    }
    struct str said = arena_str(a, buf_str(&b));
    buf_free(&b);
    return said;
}

static struct str said_object(struct arena *a, const json_t *value)
{
    const json_t *lat = json_object_get(value, "lat"), *lon = json_object_get(value, "lon");
    if (lat && lon)
        return arena_printf(a, "%.6g, %.6g", json_number_value(lat), json_number_value(lon));
    char *text = json_dumps(value, JSON_COMPACT);
    struct str said = arena_str(a, str_of(text ? text : ""));
    free(text);
    return said;
}

static struct str said_double(struct arena *a, enum lang lang, double value)
{
    struct buf b = {0};
    jw_number(&b, value);
    struct str text = arena_str(a, buf_str(&b));
    buf_free(&b);
    if (str_ends(text, S(".0")))
        text.n -= 2;
    return say_number(a, lang, text);
}

static bool is_date(struct str s)
{
    return s.n >= 10 && s.p[4] == '-' && s.p[7] == '-' && (s.n == 10 || (s.n > 18 && s.p[10] == 'T'));
}

struct str rows_said(struct arena *a, enum lang lang, const json_t *value)
{
    struct str text;
    switch (value ? json_typeof(value) : JSON_NULL) {
    case JSON_STRING:
        text = (struct str){json_string_value(value), json_string_length(value)};
        return arena_str(a, is_date(text) ? say_date(a, lang, text) : text);
    case JSON_INTEGER: return say_count(a, lang, json_integer_value(value));
    case JSON_REAL: return said_double(a, lang, json_real_value(value));
    case JSON_TRUE: return lang == LANG_FR ? S("oui") : S("yes");
    case JSON_FALSE: return lang == LANG_FR ? S("non") : S("no");
    case JSON_ARRAY: return said_list(a, lang, value);
    case JSON_OBJECT: return said_object(a, value);
    case JSON_NULL: break;
    }
    return S("");
}
