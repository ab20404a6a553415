#include "tenants/explore/dataset_object.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/jr.h"
#include "core/data/value/type.h"
#include "tenants/explore/explore.h"
#include "tenants/publishing/bbox.h"
#include "tenants/publishing/credit.h"
#include "tenants/publishing/dates.h"

enum { COL_ID, COL_UID, COL_OPEN, COL_FIELDS, COL_METAS, COL_RECORDS, COL_ORIGIN, COL_CREATED, COL_ISSUED, COL_MODIFIED,
       COL_PROCESSED, COL_SOURCE_HOST, COL_SOURCE_NAME, COL_PARENT_HOST, COL_EXTENT, COL_ATTACHMENTS, COL_LEFT_OUT, COL_DOWNLOADS,
       COL_CREDITS, COL_LICENCE_TEXT };

const char *const dataset_default_keys[] = {
    "title", "description", "theme", "keyword", "license", "license_url", "language", "metadata_languages", "timezone",
    "modified", "modified_updates_on_metadata_change", "modified_updates_on_data_change", "data_processed",
    "metadata_processed", "geographic_reference", "geographic_reference_auto", "territory", "geometry_types", "bbox",
    "publisher", "references", "records_count", "attributions", "source_domain", "source_domain_title",
    "source_domain_address", "source_dataset", "shared_catalog", "federated", "parent_domain", "update_frequency", NULL,
};
const char *const dataset_dcat_keys[] = {
    "created", "issued", "creator", "contributor", "contact_name", "contact_email", "accrualperiodicity", "spatial",
    "temporal", "granularity", "dataquality", "publisher_type", "conforms_to", "temporal_coverage_start",
    "temporal_coverage_end", "accessRights", "relation", NULL,
};
/* Shown with include_app_metas; nothing but downloads is counted per dataset. */
static const char *const explore_keys[] = {"download_count", "popularity_score", "geographic_reference_path",
                                           "geographic_reference_path_labels", NULL};
static const char *const top_keys[] = {"visibility", "fields", "dataset_id", "dataset_uid", "has_records", "features",
                                       "attachments", "alternative_exports", "data_visible", "metas", NULL};

bool dataset_object_read(struct req *r, unsigned call, size_t row, struct dataset_object *out, struct err *e)
{
    struct dataset_object d = {
        .dataset_id = req_col(r, call, row, COL_ID),           .uid = req_col(r, call, row, COL_UID),
        .is_open = batch_bool(&r->batch, call, row, COL_OPEN), .is_origin = batch_bool(&r->batch, call, row, COL_ORIGIN),
        .records = req_i64(r, call, row, COL_RECORDS),         .created = req_col(r, call, row, COL_CREATED),
        .issued = req_col(r, call, row, COL_ISSUED),           .modified = req_col(r, call, row, COL_MODIFIED),
        .processed = req_col(r, call, row, COL_PROCESSED),     .source_host = req_col(r, call, row, COL_SOURCE_HOST),
        .source_name = req_col(r, call, row, COL_SOURCE_NAME), .parent_host = req_col(r, call, row, COL_PARENT_HOST),
        .extent = req_col(r, call, row, COL_EXTENT),           .left_out = req_i64(r, call, row, COL_LEFT_OUT),
        .downloads = req_i64(r, call, row, COL_DOWNLOADS),     .credits = req_col(r, call, row, COL_CREDITS),
        .licence_text = req_col(r, call, row, COL_LICENCE_TEXT),
    };
    d.fields = jr_parse(req_col(r, call, row, COL_FIELDS), e);
    d.metas = d.fields ? jr_parse(req_col(r, call, row, COL_METAS), e) : NULL;
    if (d.metas && req_col(r, call, row, COL_ATTACHMENTS).n)
        d.attachments = jr_parse(req_col(r, call, row, COL_ATTACHMENTS), e);
    if (!d.metas) {
        json_decref(d.fields);
        return false;
    }
    struct dates dates = dates_of(d.metas, d.created, d.issued);
    d.created = dates.created;
    d.issued = dates.issued;
    *out = d;
    return true;
}

void dataset_object_free(struct dataset_object *d)
{
    json_decref(d->fields);
    json_decref(d->metas);
    json_decref(d->attachments);
}

void dataset_object_files(struct jw *w, const struct dataset_object *d, struct str kind)
{
    size_t i;
    json_t *a;
    jw_open(w, '[');
    json_array_foreach(d->attachments, i, a) {
        if (!str_eq(jr_str(a, "kind"), kind))
            continue;
        struct buf url = {0};
        struct str file = jr_str(a, "file_name");
        buf_printf(&url, "odsfile://" STR_FMT, STR_ARG(file));
        jw_open(w, '{');
        JW_STR(w, "mimetype", jr_str(a, "mimetype"));
        JW_STR(w, "url", buf_str(&url));
        JW_STR(w, "id", jr_str(a, "id"));
        JW_STR(w, "title", jr_str(a, "title"));
        jw_close(w, '}');
        buf_free(&url);
    }
    jw_close(w, ']');
}

/* ---- values ---- */

static void put_json(struct jw *w, const json_t *value)
{
    bool empty = !value || (json_is_array(value) && json_array_size(value) == 0) ||
                 (json_is_string(value) && json_string_length(value) == 0);
    char *text = empty ? NULL : json_dumps(value, JSON_ENCODE_ANY);
    jw_raw(w, str_of(text));
    free(text);
}

static void put_list(struct jw *w, struct str only)
{
    jw_open(w, '[');
    jw_str(w, only);
    jw_close(w, ']');
}

static bool has_type(const struct dataset_object *d, enum column_type first, enum column_type last)
{
    size_t i;
    json_t *field;
    enum column_type type;
    json_array_foreach(d->fields, i, field)
        if (type_by_name(jr_str(field, "type"), &type) && type >= first && type <= last)
            return true;
    return false;
}

static void put_bbox(struct jw *w, const struct dataset_object *d)
{
    struct bbox box;
    if (bbox_of(d->metas, d->extent, &box))
        bbox_feature(w, &box);
    else
        jw_null(w);
}

/* Its own line, then those of what its rows were joined with. */
static void put_credit(struct jw *w, const struct dataset_object *d)
{
    const json_t *given = jr_object(d->metas, "default");
    struct arena a = {0};
    struct credit_joined *joined;
    size_t n = credit_joined(&a, LANG_FR, d->credits, &joined);
    jw_open(w, '[');
    jw_str(w, credit_line(&a, LANG_FR, jr_str(given, "publisher"), jr_str(given, "title"), d->modified, jr_str(given, "license")));
    for (size_t i = 0; i < n; i++)
        jw_str(w, joined[i].line);
    jw_close(w, ']');
    arena_free(&a);
}

/* What the system knows better than whoever described the dataset. */
static bool put_known(struct jw *w, const struct dataset_object *d, struct str key)
{
    const json_t *given = jr_object(d->metas, "default");
    struct str language = jr_str(given, "language");
    bool copied = !d->is_origin && d->source_host.n;
    if (str_eq(key, S("language")))
        jw_str(w, language.n ? language : S("fr"));
    else if (str_eq(key, S("metadata_languages")))
        put_list(w, language.n ? language : S("fr"));
    else if (str_eq(key, S("modified")) || str_eq(key, S("data_processed")))
        jw_str(w, d->modified);
    else if (str_eq(key, S("metadata_processed")))
        jw_str(w, d->processed);
    else if (str_eq(key, S("modified_updates_on_metadata_change")) || str_eq(key, S("shared_catalog")))
        jw_bool(w, false);
    else if (str_eq(key, S("modified_updates_on_data_change")))
        jw_bool(w, true);
    else if (str_eq(key, S("records_count")))
        jw_i64(w, d->records);
    else if (str_eq(key, S("bbox")))
        put_bbox(w, d);
    else if (str_eq(key, S("attributions")))
        put_credit(w, d);
    else if (str_eq(key, S("federated")))
        jw_bool(w, !d->is_origin);
    else if (str_eq(key, S("parent_domain")))
        jw_str(w, d->parent_host);
    else if (copied && (str_eq(key, S("source_domain")) || str_eq(key, S("source_domain_address"))))
        jw_str(w, d->source_host);
    else if (copied && str_eq(key, S("source_domain_title")))
        jw_str(w, d->source_name);
    else
        return false;
    return true;
}

static bool put_date(struct jw *w, const struct dataset_object *d, struct str key)
{
    struct str date = str_eq(key, S("created")) ? d->created : str_eq(key, S("issued")) ? d->issued : STR_NONE;
    if (date.p)
        jw_str(w, date);
    return date.p != NULL;
}

void dataset_object_meta(struct jw *w, const struct dataset_object *d, const char *template, const char *key)
{
    bool is_default = strcmp(template, "default") == 0, is_dcat = strcmp(template, "dcat") == 0;
    if (strcmp(template, "explore") == 0 && strcmp(key, "download_count") == 0) {
        jw_i64(w, d->downloads);
        return;
    }
    if ((is_default && put_known(w, d, str_of(key))) || (is_dcat && put_date(w, d, str_of(key))))
        return;
    put_json(w, json_object_get(jr_object(d->metas, template), key));
}

/* ---- fields ---- */

/* {"facet": true} on the newer bases, {"facet": []} on the older. */
static void put_annotations(struct jw *w, json_t *notes, bool lists)
{
    const char *key;
    json_t *value;
    jw_open(w, '{');
    json_object_foreach(notes, key, value) {
        if (json_is_false(value) || json_is_null(value))
            continue;
        jw_key(w, str_of(key));
        if (!lists) {
            put_json(w, value);
            continue;
        }
        jw_open(w, '[');
        if (!json_is_true(value))
            put_json(w, value);
        jw_close(w, ']');
    }
    jw_close(w, '}');
}

static void put_fields(struct jw *w, const struct dataset_object *d, bool lists)
{
    size_t i;
    json_t *f;
    enum column_type type;
    jw_open(w, '[');
    json_array_foreach(d->fields, i, f) {
        struct str label = jr_str(f, "label"), description = jr_str(f, "description");
        jw_open(w, '{');
        JW_STR(w, "name", jr_str(f, "name"));
        JW_STR(w, "description", description.n ? description : STR_NONE);
        jw_key(w, S("annotations"));
        put_annotations(w, json_object_get(f, "annotations"), lists);
        JW_STR(w, "label", label.n ? label : jr_str(f, "name"));
        JW_STR(w, "type", type_by_name(jr_str(f, "type"), &type) ? str_of(type_wire(type)) : S("text"));
        jw_close(w, '}');
    }
    jw_close(w, ']');
}

/* ---- the object ---- */

static void put_template(struct jw *w, const struct dataset_object *d, const char *name, const char *const *keys)
{
    bool keys_of_rows = keys == dataset_default_keys;
    jw_key(w, str_of(name));
    jw_open(w, '{');
    for (; *keys; keys++) {
        jw_key(w, str_of(*keys));
        dataset_object_meta(w, d, name, *keys);
    }
    if (keys_of_rows && d->left_out > 0) /* ours: rows of the file that its publication left out, said where there are any */
        JW_I64(w, "rows_left_out", d->left_out);
    jw_close(w, '}');
}

void dataset_object_features(struct jw *w, const struct dataset_object *d)
{
    jw_open(w, '[');
    if (has_type(d, TYPE_INT, TYPE_DECIMAL))
        jw_str(w, S("analyze"));
    if (has_type(d, TYPE_DATE, TYPE_DATETIME))
        jw_str(w, S("timeserie"));
    if (has_type(d, TYPE_GEO_POINT, TYPE_GEO_SHAPE))
        jw_str(w, S("geo"));
    jw_close(w, ']');
}

static void put_top(struct jw *w, const struct dataset_object *d, const struct dataset_shape *shape, struct str key)
{
    if (str_eq(key, S("visibility")))
        jw_str(w, d->is_open ? S("domain") : S("restricted"));
    else if (str_eq(key, S("fields")))
        put_fields(w, d, shape->lists);
    else if (str_eq(key, S("dataset_id")))
        jw_str(w, d->dataset_id);
    else if (str_eq(key, S("dataset_uid")))
        jw_str(w, d->uid);
    else if (str_eq(key, S("has_records")))
        jw_bool(w, d->records > 0);
    else if (str_eq(key, S("features")))
        dataset_object_features(w, d);
    else if (str_eq(key, S("attachments")))
        dataset_object_files(w, d, S("attachment"));
    else if (str_eq(key, S("alternative_exports")))
        dataset_object_files(w, d, S("alternative_export"));
    else if (str_eq(key, S("data_visible")))
        jw_bool(w, true);
    else {
        jw_open(w, '{');
        put_template(w, d, "default", dataset_default_keys);
        put_template(w, d, "dcat", dataset_dcat_keys);
        if (shape->app_metas)
            put_template(w, d, "explore", explore_keys);
        jw_close(w, '}');
    }
}

/* ---- select ---- */

static bool is_one_of(struct str name, const char *const *keys)
{
    for (; *keys; keys++)
        if (str_eq(name, str_of(*keys)))
            return true;
    return false;
}

/* "default.title" and "title" are one; *key is NUL-terminated, from the tables. */
static bool find_meta(struct str name, const char **template, const char **key)
{
    static const struct {
        const char *name;
        const char *const *keys;
    } templates[] = {{"default", dataset_default_keys}, {"dcat", dataset_dcat_keys}, {"explore", explore_keys}};
    for (size_t i = 0; i < 3; i++)
        for (const char *const *k = templates[i].keys; *k; k++) {
            struct str rest = str_from(name, strlen(templates[i].name));
            bool dotted = str_starts(name, str_of(templates[i].name)) && rest.n && rest.p[0] == '.' &&
                          str_eq(str_from(rest, 1), str_of(*k));
            if (dotted || (i == 0 && str_eq(name, str_of(*k)))) {
                *template = templates[i].name;
                *key = *k;
                return true;
            }
        }
    return false;
}

static bool is_known(struct str name)
{
    const char *template, *key;
    return is_one_of(name, top_keys) || str_eq(name, S("datasetid")) || find_meta(name, &template, &key);
}

bool dataset_shape_read(struct req *r, struct dataset_shape *out, bool *plain, struct err *e)
{
    struct str select = str_trim(req_query(r, S("select")));
    struct odsql_scope scope = {.clause = CLAUSE_SELECT};
    *out = (struct dataset_shape){.lists = explore_is_v20(r), .app_metas = explore_flag(r, S("include_app_metas"))};
    out->counts = out->app_metas;
    *plain = true;
    if (select.n && !odsql_parse_select(r->a, select, &out->select, e))
        return false;
    for (size_t i = 0; i < out->select.n; i++) {
        const struct odsql_item *item = &out->select.items[i];
        if (item->kind != ITEM_EXPR)
            continue;
        *plain = *plain && item->expr->kind == NODE_FIELD;
        out->counts |= *plain && str_starts(item->expr->text, S("explore."));
        if (*plain && !is_known(item->expr->text))
            return odsql_complain(&scope, e, "Unknown field: " STR_FMT ".", STR_ARG(item->expr->text));
    }
    return true;
}

static bool is_shown(const struct dataset_shape *shape, struct str key)
{
    bool any = false, named = false;
    for (size_t i = 0; i < shape->select.n; i++) {
        const struct odsql_item *item = &shape->select.items[i];
        if (item->kind == ITEM_EXCLUDE && odsql_pattern(item->pattern, key))
            return false;
        any |= item->kind != ITEM_EXCLUDE;
        named |= item->kind == ITEM_STAR || (item->kind == ITEM_INCLUDE && odsql_pattern(item->pattern, key));
    }
    return !any || named;
}

void dataset_object_value(struct jw *w, const struct dataset_object *d, const struct dataset_shape *shape, struct str name)
{
    const char *template, *key;
    if (str_eq(name, S("datasetid")))
        jw_str(w, d->dataset_id);
    else if (is_one_of(name, top_keys))
        put_top(w, d, shape, name);
    else if (find_meta(name, &template, &key))
        dataset_object_meta(w, d, template, key);
    else
        jw_null(w);
}

/* include(default.ti*): the templates' members under their dotted names. */
static void put_included(struct jw *w, const struct dataset_object *d, const struct odsql_item *item)
{
    static const char *const names[] = {"default", "dcat"};
    const char *const *keys[] = {dataset_default_keys, dataset_dcat_keys};
    char name[100];
    for (size_t i = 0; i < 2; i++)
        for (const char *const *k = keys[i]; *k; k++) {
            snprintf(name, sizeof name, "%s.%s", names[i], *k);
            if (str_chr(item->pattern, '.') < 0 || !odsql_pattern(item->pattern, str_of(name)))
                continue;
            jw_key(w, str_of(name));
            dataset_object_meta(w, d, names[i], *k);
        }
}

void dataset_object_put(struct jw *w, const struct dataset_object *d, const struct dataset_shape *shape)
{
    jw_open(w, '{');
    for (const char *const *k = top_keys; *k; k++)
        if (is_shown(shape, str_of(*k))) {
            jw_key(w, str_of(*k));
            put_top(w, d, shape, str_of(*k));
        }
    for (size_t i = 0; i < shape->select.n; i++) {
        const struct odsql_item *item = &shape->select.items[i];
        if (item->kind == ITEM_EXPR) {
            jw_key(w, item->aliased ? item->key : item->expr->text);
            dataset_object_value(w, d, shape, item->expr->text);
        } else if (item->kind == ITEM_INCLUDE) {
            put_included(w, d, item);
        }
    }
    jw_close(w, '}');
}
