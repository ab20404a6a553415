#include "tenants/pages/bo_describe.h"

#include "core/base/jr.h"
#include "core/data/value/reason.h"
#include "tenants/pages/page.h"
#include "tenants/pages/say.h"
#include "tenants/publishing/meta.h"

static struct str joined(struct req *r, const json_t *value)
{
    struct buf b = {0};
    size_t i;
    json_t *item;
    if (json_is_string(value))
        return arena_str(r->a, (struct str){json_string_value(value), json_string_length(value)});
    json_array_foreach(value, i, item)
    {
        if (b.n)
            buf_addz(&b, ", ");
        buf_add(&b, (struct str){json_string_value(item), json_string_length(item)});
    }
    struct str said = arena_str(r->a, buf_str(&b));
    buf_free(&b);
    return said;
}

size_t bo_headings(struct req *r, const json_t *metas, struct bo_said *out)
{
    static const struct {
        enum meta_heading heading;
        const char *block, *key;
    } rows[] = {{META_TITLE, "default", "title"},           {META_ORGANISATION, "default", "publisher"},
                {META_DESCRIPTION, "default", "description"}, {META_LICENCE, "default", "license"},
                {META_THEMES, "default", "theme"},          {META_KEYWORDS, "default", "keyword"},
                {META_FREQUENCY, "dcat", "accrualperiodicity"}, {META_COVERAGE, "dcat", "spatial"},
                {META_GRANULARITY, "dcat", "granularity"}};
    size_t n = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct str value = joined(r, json_object_get(jr_object(metas, rows[i].block), rows[i].key));
        if (value.n)
            out[n++] = (struct bo_said){str_of(meta_heading_word(rows[i].heading, r->lang)), value};
    }
    return n;
}

struct str bo_missing(struct req *r, const json_t *metas)
{
    unsigned missing = meta_missing(metas);
    struct buf b = {0};
    for (unsigned h = 0; h < META_HEADINGS; h++)
        if (missing & (1u << h))
            buf_printf(&b, "%s%s", b.n ? ", " : "", meta_heading_word((enum meta_heading)h, r->lang));
    struct str said = b.n ? arena_str(r->a, buf_str(&b)) : STR_NONE;
    buf_free(&b);
    return said;
}

struct str bo_type_word(struct req *r, struct str type)
{
    static const struct {
        const char *name;
        enum text_key key;
    } words[] = {{"text", TEXT_BO_TYPE_TEXT},         {"int", TEXT_BO_TYPE_INT},         {"double", TEXT_BO_TYPE_DECIMAL},
                 {"decimal", TEXT_BO_TYPE_DECIMAL},   {"date", TEXT_BO_TYPE_DATE},       {"datetime", TEXT_BO_TYPE_DATETIME},
                 {"boolean", TEXT_BO_TYPE_BOOLEAN},   {"geo_point_2d", TEXT_BO_TYPE_POINT}, {"geo_point", TEXT_BO_TYPE_POINT},
                 {"geo_shape", TEXT_BO_TYPE_SHAPE},   {"lat_first", TEXT_BO_FORMAT_LAT_FIRST},
                 {"lon_first", TEXT_BO_FORMAT_LON_FIRST}, {"day_first", TEXT_BO_FORMAT_DAY_FIRST},
                 {"month_first", TEXT_BO_FORMAT_MONTH_FIRST}, {"dot_decimals", TEXT_BO_FORMAT_DOT_DECIMALS},
                 {"dot_groups", TEXT_BO_FORMAT_DOT_GROUPS}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (str_eq(type, str_of(words[i].name)))
            return page_say(r, words[i].key);
    return type;
}

struct str bo_reason(struct req *r, const json_t *reason)
{
    struct buf b = {0};
    if (json_is_object(reason))
        reason_say(reason, r->lang, &b);
    struct str said = arena_str(r->a, buf_str(&b));
    buf_free(&b);
    return said;
}

int bo_warned(const json_t *report, const char *code)
{
    size_t i, k;
    json_t *column, *warning;
    int n = 0;
    json_array_foreach(json_object_get(report, "columns"), i, column)
        json_array_foreach(json_object_get(column, "warnings"), k, warning)
            n += str_eq(jr_str(warning, "code"), str_of(code));
    return n;
}
