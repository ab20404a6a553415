#include "tenants/pages/console.h"

#include "core/data/query/query_parameter.h"
#include "core/web/url.h"
#include "tenants/pages/guide.h"
#include "tenants/pages/hits.h"
#include "tenants/pages/page.h"

#define BASE "/api/explore/v2.1"
enum { FIELDS_MAX = 40, OPERATIONS_MAX = 60 };

/* A field is called "p.name": `lang` alone is the page's own language. */
static struct str field_name(struct req *r, struct str name)
{
    return arena_printf(r->a, "p." STR_FMT, STR_ARG(name));
}

static struct str given(struct req *r, struct str name, bool is_asked)
{
    struct str value = is_asked ? req_query(r, field_name(r, name)) : STR_NONE;
    return value.n ? str_part(str_trim(value), 0, 2000) : S("");
}

static struct str example(struct req *r, struct str name)
{
    if (str_eq(name, S("dataset")) && req_rows(r, 0) > 0)
        return req_col(r, 0, 0, 0);
    return str_eq(name, S("format")) ? S("csv") : S("");
}

/* One operation as it was filled in. */
struct filled {
    struct page_console_operations *op;
    struct page_console_operations_fields *fields;
    struct buf address;
    bool complete;
};

static void add_field(struct filled *f, struct page_console_operations_fields field)
{
    if (f->op->fields_n < FIELDS_MAX)
        f->fields[f->op->fields_n++] = field;
}

static void fill_path(struct req *r, struct filled *f, struct str path, bool is_asked)
{
    struct str part;
    buf_addz(&f->address, BASE);
    f->complete = true;
    str_cut(&path, '/', &part); /* before the first slash: nothing */
    while (path.p && str_cut(&path, '/', &part)) {
        buf_addc(&f->address, '/');
        if (part.n < 3 || part.p[0] != '{') {
            buf_add(&f->address, part);
            continue;
        }
        struct str name = str_part(part, 1, part.n - 2), value = given(r, name, is_asked);
        url_encode(&f->address, value);
        f->complete = f->complete && value.n > 0;
        add_field(f, (struct page_console_operations_fields){.name = field_name(r, name), .label = name, .required = true,
                                                             .value = value.n ? value : example(r, name)});
    }
}

static void fill_query(struct req *r, struct filled *f, struct str path, bool is_asked)
{
    char mark = '?';
    for (size_t i = 0; i < query_parameters_n; i++) {
        const struct query_parameter *p = &query_parameters[i];
        if (!query_parameter_counts(p, path))
            continue;
        struct str name = str_of(p->name), value = given(r, name, is_asked);
        add_field(f, (struct page_console_operations_fields){.name = field_name(r, name), .label = name, .value = value,
                                                             .text = str_of(r->lang == LANG_FR ? p->fr : p->en)});
        if (!value.n)
            continue;
        buf_addc(&f->address, mark);
        url_encode(&f->address, name);
        buf_addc(&f->address, '=');
        url_encode(&f->address, value);
        mark = '&';
    }
}

static void fill(struct req *r, struct page_console_operations *op, const struct route *route, size_t number, bool is_asked)
{
    struct str path = str_from(str_of(route->pattern), sizeof BASE - 1);
    struct filled f = {.op = op, .fields = ARENA_ARRAY(r->a, struct page_console_operations_fields, FIELDS_MAX)};
    *op = (struct page_console_operations){.number = arena_printf(r->a, "%zu", number), .path = path.n ? path : S("/"),
                                           .what = str_of(r->lang == LANG_FR ? route->summary_fr : route->summary),
                                           .fields = f.fields, .open = is_asked};
    fill_path(r, &f, path, is_asked);
    fill_query(r, &f, path, is_asked);
    struct str address = arena_str(r->a, buf_str(&f.address));
    buf_free(&f.address);
    op->missing = is_asked && !f.complete;
    if (!is_asked || !f.complete)
        return;
    op->address = arena_printf(r->a, STR_FMT STR_FMT, STR_ARG(req_base_url(r)), STR_ARG(address));
    op->local = address;
}

static bool is_shown(const struct route *route)
{
    struct str pattern = str_of(route->pattern);
    return route->method == HTTP_GET && route->access == PUBLIC && route->cost > 0 && route->dialect == DIALECT_EXPLORE &&
           route->summary_fr && str_starts(pattern, S(BASE)) &&
           (pattern.n == sizeof BASE - 1 || pattern.p[sizeof BASE - 1] == '/');
}

static bool ask_example(struct req *r, struct err *e)
{
    (void)e;
    hits_ask_recent(r, STR_NONE, S("1"));
    return true;
}

static bool reply_console(struct req *r, struct err *e)
{
    (void)e;
    uint64_t asked = 0;
    size_t n = 0;
    const struct route *route;
    struct page_console_operations *operations = ARENA_ARRAY(r->a, struct page_console_operations, OPERATIONS_MAX);
    str_u64(req_query(r, S("op")), &asked);
    for (size_t at = 0; (route = guide_route(at)) != NULL && n < OPERATIONS_MAX; at++)
        if (is_shown(route)) {
            fill(r, &operations[n], route, n + 1, asked == n + 1);
            n++;
        }
    struct buf body = {0};
    page_console(&body, r->lang, &(struct page_console){.operations = operations, .operations_n = n});
    page_reply(r, 200, &(struct page_frame){.title = page_say(r, TEXT_CONSOLE_TITLE), .nav = NAV_API}, &body);
    return true;
}

const struct step console_page[] = {{STEP_DB, ask_example, NULL}, {STEP_REPLY, reply_console, NULL}, {STEP_END, NULL, NULL}};
