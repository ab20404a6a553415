#include "tenants/explore/explore.h"

#include "core/web/url.h"
#include "tenants/explore/errors.h"

bool explore_is_v20(const struct req *r)
{
    struct str pattern = str_of(r->route->pattern);
    return str_starts(pattern, S("/api/explore/v2.0")) || str_starts(pattern, S("/api/v2/"));
}

void explore_deprecate(struct req *r)
{
    if (explore_is_v20(r))
        req_set(r, S("ods-explore-api-deprecation"), S("API_V2_0: version 2.0 is superseded by /api/explore/v2.1"));
}

const struct query_param *explore_params_with(struct req *r, struct str name, struct str value, size_t *n)
{
    struct str key, text;
    size_t count = 0, k = 0;
    for (size_t at = 0; (at = req_query_all(r, at, &key, &text)) != 0;)
        count++;
    struct query_param *list = ARENA_ARRAY(r->a, struct query_param, count + 1);
    for (size_t at = 0; (at = req_query_all(r, at, &key, &text)) != 0;)
        if (!name.p || !str_eq(key, name))
            list[k++] = (struct query_param){key, text};
    if (value.p)
        list[k++] = (struct query_param){name, value};
    *n = k;
    return list;
}

const struct query_param *explore_params(struct req *r, size_t *n)
{
    return explore_params_with(r, STR_NONE, STR_NONE, n);
}

bool explore_flag(struct req *r, struct str name)
{
    struct str value = req_query(r, name);
    return str_ieq(value, S("true")) || str_eq(value, S("1"));
}

bool explore_counts(struct req *r)
{
    size_t n;
    bool any = false;
    const struct query_param *params = explore_params(r, &n);
    for (size_t i = 0; i < n; i++)
        any |= str_find(params[i].value, S("download_count")) >= 0 || str_find(params[i].name, S("download_count")) >= 0;
    return any;
}

struct str explore_base(struct req *r)
{
    static const char *const bases[] = {"/api/explore/v2.1", "/api/explore/v2.0", "/api/v2"};
    struct str url = req_base_url(r), pattern = str_of(r->route->pattern);
    for (size_t i = 0; i < sizeof bases / sizeof bases[0]; i++)
        if (str_starts(pattern, str_of(bases[i])))
            return arena_printf(r->a, STR_FMT "%s", STR_ARG(url), bases[i]);
    return arena_printf(r->a, STR_FMT "%s", STR_ARG(url), bases[0]);
}

struct str explore_dataset_url(struct req *r, struct str dataset_id)
{
    return arena_printf(r->a, STR_FMT "/catalog/datasets/" STR_FMT, STR_ARG(explore_base(r)), STR_ARG(dataset_id));
}

static bool is_secret(struct str name)
{
    return str_eq(name, S("apikey")) || str_eq(name, S("access_token"));
}

static void add_pair(struct buf *out, char mark, struct str name, struct str value)
{
    buf_addc(out, mark);
    url_encode(out, name);
    buf_addc(out, '=');
    url_encode(out, value);
}

/* Made anew from what was decoded, without keys: a link is passed on. */
/* The address of this request; `name` absent: as it is, else without the places asked for and with this one. */
static struct str self_at(struct req *r, struct str name, struct str value)
{
    struct buf out = {0};
    struct str given, was, path = r->x->path;
    char mark = '?';
    buf_add(&out, req_base_url(r));
    buf_add(&out, path);
    for (size_t at = 0; (at = req_query_all(r, at, &given, &was)) != 0;) {
        bool place = str_eq(given, S("offset")) || str_eq(given, S("start")) || str_eq(given, S("after"));
        if (is_secret(given) || (name.p && place))
            continue;
        add_pair(&out, mark, given, was);
        mark = '&';
    }
    if (name.p)
        add_pair(&out, mark, name, value);
    struct str made = arena_str(r->a, buf_str(&out));
    buf_free(&out);
    return made;
}

struct str explore_self(struct req *r, int64_t offset)
{
    return offset < 0 ? self_at(r, STR_NONE, STR_NONE)
                      : self_at(r, S("offset"), arena_n(r->a, offset));
}

struct str explore_after(struct req *r, struct str cursor)
{
    return self_at(r, S("after"), cursor);
}

void explore_links(struct jw *w, const struct explore_link *links, size_t n)
{
    jw_open(w, '[');
    for (size_t i = 0; i < n; i++) {
        jw_open(w, '{');
        JW_STR(w, "rel", str_of(links[i].rel));
        JW_STR(w, "href", links[i].href);
        jw_close(w, '}');
    }
    jw_close(w, ']');
}

struct str explore_dataset(struct req *r)
{
    return r->params[EXPLORE_DATASET].p ? r->params[EXPLORE_DATASET] : req_query(r, S("dataset"));
}

bool explore_ask_grant(struct req *r, struct err *e)
{
    struct str id = explore_dataset(r);
    return id.n ? grant_ask(r, id, e) : ERR(e, err_dataset_missing, "no dataset named");
}

bool explore_is_first_part(struct req *r)
{
    struct str range = req_header(r, S("range"));
    return !range.n || str_starts(range, S("bytes=0-"));
}
