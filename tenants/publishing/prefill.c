#include "tenants/publishing/prefill.h"

#include "core/base/jr.h"
#include "tenants/publishing/sql.h"

static json_t *block(json_t *metas, const char *name)
{
    json_t *b = json_object_get(metas, name);
    if (!json_is_object(b)) {
        b = json_object();
        json_object_set_new(metas, name, b);
    }
    return b;
}

static bool is_absent(const json_t *b, const char *key)
{
    const json_t *v = json_object_get(b, key);
    return !v || json_is_null(v) || (json_is_string(v) && str_trim(jr_str(b, key)).n == 0) ||
           (json_is_array(v) && json_array_size(v) == 0);
}

static void fill_text(json_t *metas, const char *name, const char *key, struct str value)
{
    json_t *b = block(metas, name);
    if (value.n && is_absent(b, key))
        json_object_set_new(b, key, json_stringn(value.p, value.n));
}

/* What the last publication said, where this one says nothing. */
static void fill_last(json_t *metas, const json_t *last)
{
    static const char *const rows[][2] = {
        {"default", "license"}, {"default", "theme"}, {"default", "keyword"}, {"default", "language"},
        {"dcat", "accrualperiodicity"}, {"dcat", "spatial"}, {"dcat", "granularity"}, {"dcat", "contact_name"},
        {"dcat", "contact_email"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        json_t *value = json_object_get(jr_object(last, rows[i][0]), rows[i][1]);
        json_t *b = block(metas, rows[i][0]);
        if (value && is_absent(b, rows[i][1]))
            json_object_set(b, rows[i][1], value);
    }
}

/* sql_prefill's columns */
enum { COL_NAME, COL_SPATIAL, COL_GRANULARITY, COL_LAST };

static struct str cell(const PGresult *r, int column)
{
    return PQgetisnull(r, 0, column) ? STR_NONE : str_of(PQgetvalue(r, 0, column));
}

bool prefill_metas(struct conn *c, struct arena *a, const struct uuid *tenant, const struct uuid *organisation,
                   bool is_first, bool is_bound, json_t *metas, struct err *e)
{
    (void)a;
    PGresult *r = conn_ask(c, &sql_prefill, (struct str[]){uuid_str(tenant), uuid_str(organisation)}, e);
    if (!r)
        return false;
    if (PQntuples(r) == 1) {
        if (is_bound)
            json_object_del(block(metas, "default"), "publisher");
        fill_text(metas, "default", "publisher", cell(r, COL_NAME));
    }
    if (PQntuples(r) == 1 && is_first) {
        struct err unread = {0};
        json_t *last = PQgetisnull(r, 0, COL_LAST) ? NULL : jr_parse(cell(r, COL_LAST), &unread);
        fill_text(metas, "dcat", "spatial", cell(r, COL_SPATIAL));
        fill_text(metas, "dcat", "granularity", cell(r, COL_GRANULARITY));
        fill_last(metas, last);
        fill_text(metas, "default", "license", S("lov2"));
        fill_text(metas, "dcat", "accrualperiodicity", S("Annuelle"));
        json_decref(last);
    }
    PQclear(r);
    return true;
}
