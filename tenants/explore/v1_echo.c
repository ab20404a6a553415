#include "tenants/explore/v1_echo.h"

#include "tenants/explore/v1_answer.h"

/* Each name once, at its first place. */
static bool seen_before(struct req *r, size_t before, struct str name)
{
    struct str other, value;
    for (size_t at = 0; (at = req_query_all(r, at, &other, &value)) != 0 && at < before;)
        if (str_eq(other, name))
            return true;
    return false;
}

static void put_values(struct req *r, struct jw *w, struct str name)
{
    size_t n = req_query_count(r, name);
    if (n > 1)
        jw_open(w, '[');
    for (size_t i = 0; i < n; i++)
        jw_str(w, req_query_nth(r, name, i));
    if (n > 1)
        jw_close(w, ']');
}

static void put_group(struct req *r, struct jw *w, const char *head)
{
    struct str name, value;
    bool open = false;
    for (size_t at = 0; (at = req_query_all(r, at, &name, &value)) != 0;) {
        if (!str_starts(name, str_of(head)) || seen_before(r, at, name))
            continue;
        if (!open) {
            jw_key(w, str_part(str_of(head), 0, strlen(head) - 1));
            jw_open(w, '{');
        }
        open = true;
        jw_key(w, str_from(name, strlen(head)));
        put_values(r, w, name);
    }
    if (open)
        jw_close(w, '}');
}

void v1_echo(struct req *r, struct jw *w, struct str dataset_id, int64_t rows, int64_t start)
{
    static const char *const echoed[] = {"q", "sort", "facet", "fields", "geofilter.distance", "geofilter.polygon", "lang"};
    struct str timezone = req_query(r, S("timezone"));
    jw_open(w, '{');
    if (dataset_id.p)
        JW_STR(w, "dataset", dataset_id);
    JW_I64(w, "rows", rows);
    JW_I64(w, "start", start);
    for (size_t i = 0; i < sizeof echoed / sizeof echoed[0]; i++)
        if (req_query_count(r, str_of(echoed[i]))) {
            jw_key(w, str_of(echoed[i]));
            put_values(r, w, str_of(echoed[i]));
        }
    put_group(r, w, "refine.");
    put_group(r, w, "exclude.");
    JW_STR(w, "format", v1_format(r));
    JW_STR(w, "timezone", timezone.n ? timezone : S("UTC"));
    jw_close(w, '}');
}
