#include "tenants/people/grant.h"

#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/jr.h"
#include "core/base/must.h"
#include "core/data/query/view_make.h"
#include "core/web/engine.h"
#include "core/web/errors.h"
#include "tenants/people/errors.h"
#include "tenants/people/principal.h"
#include "tenants/people/sql.h"

enum { COL_ID, COL_OPEN, COL_ORGANISATION, COL_VERSION, COL_COLUMNS, COL_FIELDS, COL_RECORDS, COL_REVISION,
       COL_FILTER, COL_TEXT_INDEX, COL_FILES, COL_FILES_OF };
/* The text index comes later than the version, without a new revision: it is asked for again after so long. */
enum { KNOWN_MAX = 2048, KNOWN_BYTES_MAX = 256 << 20, INDEX_AGAIN_US = 60000000 };

/* A dataset as of one revision: written once, then read only, by the memory and by every request that was granted it. On the loop. */
struct known {
    struct arena a;
    unsigned holders; /* the last of them frees it */
    struct dataset_view view;
    struct uuid id, organisation, files_of;
    struct str files;
    bool is_open;
    int64_t until_us; /* looked at anew then; 0: good for its revision */
};

static struct map known_datasets; /* "<tenant id> <dataset_id>" */
static size_t known_bytes;        /* of those in it */

static struct str known_key(struct req *r, struct str dataset_id)
{
    struct str tenant = uuid_str(&r->tenant->id);
    size_t n = tenant.n + 1 + dataset_id.n;
    char *text = arena_alloc(r->a, n + 1);
    memcpy(text, tenant.p, tenant.n);
    text[tenant.n] = ' ';
    memcpy(text + tenant.n + 1, dataset_id.p, dataset_id.n);
    return (struct str){text, n};
}

static void let_go(void *held)
{
    struct known *k = held;
    if (--k->holders > 0)
        return;
    arena_free(&k->a);
    free(k);
}

static void hold(struct arena *a, struct known *k)
{
    k->holders++;
    arena_at_end(a, let_go, k);
}

bool grant_not_found(struct str dataset_id, struct err *e)
{
    ERR(e, err_dataset_not_found, "%zu bytes", dataset_id.n);
    return err_arg(e, STR_FMT, STR_ARG(str_part(dataset_id, 0, 180)));
}

static struct known *in_memory(struct req *r, struct str dataset_id)
{
    const struct dataset_head *head = heads_dataset(r->tenant, dataset_id);
    struct known *k = head ? map_get(&known_datasets, known_key(r, dataset_id)) : NULL;
    bool good = k && k->view.revision == head->revision && k->is_open == head->is_open;
    return good && (k->until_us == 0 || clock_monotonic_us() < k->until_us) ? k : NULL;
}

void grant_ask_gone(struct req *r, struct str dataset_id)
{
    req_ask(r, &sql_dataset_gone, (struct str[]){uuid_str(&r->tenant->id), dataset_id});
}

bool grant_ask(struct req *r, struct str dataset_id, struct err *e)
{
    (void)e;
    const struct str which[] = {uuid_str(&r->tenant->id), dataset_id};
    if (in_memory(r, dataset_id))
        return true;
    req_ask(r, &sql_dataset_to_grant, which);
    grant_ask_gone(r, dataset_id);
    return true;
}

/* "-num" and ["-num"] are both written (explore-api.md section 5). */
static struct str annotated(const json_t *notes, const char *name)
{
    const json_t *list = jr_array(notes, name);
    const char *first = list ? json_string_value(json_array_get(list, 0)) : NULL;
    return first ? str_of(first) : jr_str(notes, name);
}

static void read_annotations(struct arena *a, const json_t *notes, struct view_column *c)
{
    struct str precision = jr_str(notes, "timeserie_precision");
    c->file = jr_bool(notes, "file", false);
    c->facet = jr_bool(notes, "facet", false);
    c->disjunctive = jr_bool(notes, "disjunctive", false);
    c->sortable = jr_bool(notes, "sortable", false);
    c->multivalued = arena_str(a, jr_str(notes, "multivalued"));
    c->hierarchical = arena_str(a, jr_str(notes, "hierarchical"));
    facet_sort_read(annotated(notes, "facetsort"), &c->sort);
    c->precision = str_eq(precision, S("year"))    ? PRECISION_YEAR
                   : str_eq(precision, S("month")) ? PRECISION_MONTH
                                                   : PRECISION_FULL;
}

static const json_t *field_named(const json_t *fields, struct str name)
{
    size_t i;
    json_t *f;
    json_array_foreach(fields, i, f)
        if (str_eq(jr_str(f, "name"), name))
            return f;
    return NULL;
}

static bool read_column(struct arena *a, const json_t *column, const json_t *fields, struct view_column *c)
{
    struct str name = jr_str(column, "name");
    const json_t *field = field_named(fields, name);
    struct str label = jr_str(field, "label");
    *c = (struct view_column){.name = arena_str(a, name),
                              .label = arena_str(a, label.p ? label : jr_str(column, "label"))};
    c->hidden = field == NULL && json_array_size(fields) > 0;
    read_annotations(a, jr_object(field, "annotations"), c);
    c->mercator = jr_bool(column, "mercator", false);
    bool known = type_by_name(jr_str(column, "type"), &c->type);
    c->file = c->file && c->type == TYPE_TEXT && !c->multivalued.p;
    return known && view_place(jr_str(column, "sql"), c);
}

static bool read_columns(struct arena *a, struct dataset_view *v, struct str columns_text, struct str fields_text, struct err *e)
{
    json_t *columns = jr_parse(columns_text, e);
    json_t *fields = columns ? jr_parse(fields_text, e) : NULL;
    bool ok = json_is_array(columns) && fields && json_array_size(columns) <= VIEW_COLUMNS_MAX;
    size_t i;
    json_t *column;
    if (ok) {
        v->ncolumns = json_array_size(columns);
        v->columns = ARENA_ARRAY(a, struct view_column, v->ncolumns);
        json_array_foreach(columns, i, column)
            ok = ok && read_column(a, column, fields, &v->columns[i]);
    }
    json_decref(columns);
    json_decref(fields);
    return ok;
}

/* Held by the request. */
static struct known *read_known(struct req *r, struct str dataset_id, struct err *e)
{
    struct known *k = must_alloc(sizeof *k);
    hold(r->a, k);
    struct batch *b = &r->batch;
    uuid_parse(batch_col(b, 0, 0, COL_ID), &k->id);
    uuid_parse(batch_col(b, 0, 0, COL_ORGANISATION), &k->organisation);
    uuid_parse(batch_col(b, 0, 0, COL_FILES_OF), &k->files_of);
    k->is_open = batch_bool(b, 0, 0, COL_OPEN);
    k->view.dataset = arena_str(&k->a, dataset_id);
    k->view.filter = arena_str(&k->a, batch_col(b, 0, 0, COL_FILTER));
    k->files = arena_str(&k->a, batch_col(b, 0, 0, COL_FILES));
    k->view.records = batch_i64(b, 0, 0, COL_RECORDS);
    k->view.revision = batch_i64(b, 0, 0, COL_REVISION);
    k->view.has_text_index = batch_bool(b, 0, 0, COL_TEXT_INDEX);
    k->until_us = k->view.has_text_index ? 0 : clock_monotonic_us() + INDEX_AGAIN_US;
    if (uuid_parse(batch_col(b, 0, 0, COL_VERSION), &k->view.version) &&
        read_columns(&k->a, &k->view, batch_col(b, 0, 0, COL_COLUMNS), batch_col(b, 0, 0, COL_FIELDS), e)) {
        view_seal(&k->view);
        return k;
    }
    grant_not_found(dataset_id, e);
    return NULL;
}

static void forget(struct known *k)
{
    known_bytes -= k ? k->a.total_bytes : 0;
    if (k)
        let_go(k);
}

static void forget_all(void)
{
    size_t at = 0;
    struct str key;
    void *value;
    while (map_next(&known_datasets, &at, &key, &value))
        forget(value);
    map_free(&known_datasets);
}

static void remember(struct req *r, struct str dataset_id, struct known *k)
{
    if (known_datasets.used >= KNOWN_MAX || known_bytes + k->a.total_bytes > KNOWN_BYTES_MAX)
        forget_all();
    k->holders++;
    known_bytes += k->a.total_bytes;
    forget(map_put(&known_datasets, known_key(r, dataset_id), k));
}

static bool may_read(const struct req *r, const struct known *k)
{
    if (k->is_open)
        return true;
    const struct uuid *mine = &r->who.organisation;
    return principal_may(r, READER) &&
           (!mine->text[0] || str_eq(uuid_str(mine), uuid_str(&k->organisation)));
}

enum { GONE_REASON, GONE_SUCCESSOR };

/* Nobody may see it: 410 for what was withdrawn while it was open, else as if it never was. */
bool grant_gone(struct req *r, unsigned statement, struct str dataset_id, struct err *e)
{
    if (r->batch.n <= statement || req_rows(r, statement) == 0)
        return grant_not_found(dataset_id, e);
    struct str reason = str_trim(req_col(r, statement, 0, GONE_REASON)), successor = req_col(r, statement, 0, GONE_SUCCESSOR);
    bool ends = reason.n > 0 && strchr(".!?", reason.p[reason.n - 1]);
    if (successor.n)
        ERR(e, err_dataset_replaced, "tombstone");
    else
        ERR(e, err_dataset_gone, "tombstone");
    err_arg(e, STR_FMT, STR_ARG(str_part(dataset_id, 0, 180)));
    err_arg(e, STR_FMT "%s", STR_ARG(str_part(reason, 0, 180)), ends ? "" : ".");
    return successor.n && err_arg(e, STR_FMT, STR_ARG(successor)); /* false, either way */
}

bool grant_take(struct req *r, struct str dataset_id, struct grant *out, struct err *e)
{
    struct known *k = in_memory(r, dataset_id);
    if (k) {
        hold(r->a, k);
    } else {
        if (r->batch.n == 0 || req_rows(r, 0) == 0)
            return grant_gone(r, 1, dataset_id, e);
        k = read_known(r, dataset_id, e);
        if (!k)
            return false;
        remember(r, dataset_id, k);
    }
    if (!may_read(r, k))
        return grant_not_found(dataset_id, e);
    if (!k->is_open && !heads_fresh(req_heads(r)))
        return ERR(e, err_heads_stale, "heads older than two seconds");
    *out = (struct grant){.view = &k->view, .id = k->id, .dataset_id = k->view.dataset, .revision = k->view.revision,
                          .is_open = k->is_open, .files = k->files, .files_of = k->files_of};
    return true;
}

bool grant_copy(struct arena *a, const struct grant_source *s, const struct dataset_view **view, struct err *e)
{
    struct dataset_view *v = ARENA_NEW(a, struct dataset_view);
    *v = (struct dataset_view){.dataset = arena_str(a, s->dataset_id), .filter = arena_str(a, s->row_filter), .records = s->records};
    if (!uuid_parse(s->version, &v->version) || !read_columns(a, v, s->columns, s->fields, e))
        return e->kind ? false : grant_not_found(s->dataset_id, e);
    view_seal(v);
    *view = v;
    return true;
}

/* ---- the catalogue ---- */

struct grant_scope grant_scope(const struct req *r)
{
    bool all = principal_may(r, READER) && heads_fresh(req_heads(r));
    bool narrow = all && r->who.organisation.text[0];
    return (struct grant_scope){all ? S("t") : S("f"), narrow ? uuid_str(&r->who.organisation) : STR_NONE};
}

/* clang-format off */
/* The names of one column; the first is the facet's. A member of the template `default` has its bare name as well. The numbers are those of catalogue_visible.sql. */
static const struct catalogue_column {
    const char *name;
    unsigned number;
    enum column_type type;
    bool many, facet, alias;
} catalogue_columns[] = {
    {"features",                 9,  TYPE_TEXT,     true,  true,  false},
    {"theme",                    5,  TYPE_TEXT,     true,  true,  false},
    {"keyword",                  6,  TYPE_TEXT,     true,  true,  false},
    {"publisher",                4,  TYPE_TEXT,     false, true,  false},
    {"license",                  7,  TYPE_TEXT,     false, true,  false},
    {"language",                 8,  TYPE_TEXT,     false, true,  false},
    {"modified",                 11, TYPE_DATETIME, false, true,  false},
    {"dataset_id",               1,  TYPE_TEXT,     false, false, false},
    {"title",                    2,  TYPE_TEXT,     false, false, false},
    {"description",              3,  TYPE_TEXT,     false, false, false},
    {"records_count",            10, TYPE_INT,      false, false, false},
    {"territory",                13, TYPE_TEXT,     true,  false, false},
    {"federated",                16, TYPE_BOOLEAN,  false, false, false},
    {"has_records",              17, TYPE_BOOLEAN,  false, false, false},
    {"visibility",               18, TYPE_TEXT,     false, false, false},
    {"dcat.accrualperiodicity",  12, TYPE_TEXT,     false, false, false},
    {"dcat.granularity",         14, TYPE_TEXT,     false, false, false},
    {"dcat.issued",              15, TYPE_DATETIME, false, false, false},
    {"datasetid",                1,  TYPE_TEXT,     false, false, true},
    {"default.title",            2,  TYPE_TEXT,     false, false, true},
    {"default.description",      3,  TYPE_TEXT,     false, false, true},
    {"default.publisher",        4,  TYPE_TEXT,     false, false, true},
    {"default.theme",            5,  TYPE_TEXT,     true,  false, true},
    {"default.keyword",          6,  TYPE_TEXT,     true,  false, true},
    {"default.license",          7,  TYPE_TEXT,     false, false, true},
    {"default.language",         8,  TYPE_TEXT,     false, false, true},
    {"default.records_count",    10, TYPE_INT,      false, false, true},
    {"default.modified",         11, TYPE_DATETIME, false, false, true},
    {"default.data_processed",   11, TYPE_DATETIME, false, false, true},
    {"data_processed",           11, TYPE_DATETIME, false, false, true},
    {"default.territory",        13, TYPE_TEXT,     true,  false, true},
    {"default.federated",        16, TYPE_BOOLEAN,  false, false, true},
    {"default.update_frequency", 12, TYPE_TEXT,     false, false, true},
    {"update_frequency",         12, TYPE_TEXT,     false, false, true},
    {"dcat.spatial",             13, TYPE_TEXT,     false, false, true},
    /* Not in "*": they are in the description, not in the catalogue's own row. */
    {"dataset_uid",                               45, TYPE_TEXT,     false, false, true},
    {"data_visible",                              46, TYPE_BOOLEAN,  false, false, true},
    {"default.license_url",                       19, TYPE_TEXT,     false, false, true},
    {"default.timezone",                          20, TYPE_TEXT,     false, false, true},
    {"default.metadata_languages",                8, TYPE_TEXT,     true,  false, true},
    {"default.metadata_processed",                21, TYPE_DATETIME, false, false, true},
    {"default.modified_updates_on_metadata_change", 47, TYPE_BOOLEAN,  false, false, true},
    {"default.modified_updates_on_data_change",   46, TYPE_BOOLEAN,  false, false, true},
    {"default.geographic_reference",              22, TYPE_TEXT,     true,  false, true},
    {"default.geographic_reference_auto",         48, TYPE_BOOLEAN,  false, false, true},
    {"default.geometry_types",                    23, TYPE_TEXT,     true,  false, true},
    {"default.references",                        24, TYPE_TEXT,     false, false, true},
    {"default.source_domain",                     25, TYPE_TEXT,     false, false, true},
    {"default.source_domain_title",               26, TYPE_TEXT,     false, false, true},
    {"default.source_domain_address",             27, TYPE_TEXT,     false, false, true},
    {"default.source_dataset",                    28, TYPE_TEXT,     false, false, true},
    {"default.shared_catalog",                    47, TYPE_BOOLEAN,  false, false, true},
    {"default.parent_domain",                     29, TYPE_TEXT,     false, false, true},
    {"dcat.created",                              30, TYPE_DATETIME, false, false, true},
    {"dcat.creator",                              31, TYPE_TEXT,     false, false, true},
    {"dcat.contributor",                          32, TYPE_TEXT,     false, false, true},
    {"dcat.contact_name",                         33, TYPE_TEXT,     false, false, true},
    {"dcat.contact_email",                        34, TYPE_TEXT,     false, false, true},
    {"dcat.temporal",                             35, TYPE_TEXT,     false, false, true},
    {"dcat.dataquality",                          36, TYPE_TEXT,     false, false, true},
    {"dcat.publisher_type",                       37, TYPE_TEXT,     false, false, true},
    {"dcat.conforms_to",                          38, TYPE_TEXT,     false, false, true},
    {"dcat.temporal_coverage_start",              39, TYPE_TEXT,     false, false, true},
    {"dcat.temporal_coverage_end",                40, TYPE_TEXT,     false, false, true},
    {"dcat.accessRights",                         41, TYPE_TEXT,     false, false, true},
    {"dcat.relation",                             42, TYPE_TEXT,     false, false, true},
    {"explore.download_count",                    43, TYPE_INT,      false, false, true},
    {"explore.popularity_score",                  44, TYPE_INT,      false, false, true},
};
/* clang-format on */
enum { CATALOGUE_COLUMNS = sizeof catalogue_columns / sizeof catalogue_columns[0] };

static void add_catalogue_column(struct dataset_view *v, const struct catalogue_column *c, struct str name)
{
    v->columns[v->ncolumns++] = (struct view_column){.name = name, .label = name, .type = c->type, .number = c->number,
                                                     .facet = c->facet, .alias = c->alias, .sort = FACET_TEXT_UP,
                                                     .multivalued = c->many ? S("\x1f") : STR_NONE};
}

const struct dataset_view *grant_catalogue(struct req *r)
{
    struct grant_scope scope = grant_scope(r);
    struct dataset_view *v = ARENA_NEW(r->a, struct dataset_view);
    v->source = arena_printf(r->a, "(%s)", sql_catalogue_visible.text).p;
    v->words = "r.words";
    v->dictionary = "(select word from portal.catalogue_word where tenant_id = $1::uuid)";
    v->base[0] = uuid_str(&r->tenant->id);
    v->base[1] = scope.all;
    v->base[2] = scope.organisation;
    v->nbase = 3;
    v->records = -1;
    v->revision = r->tenant->generation;
    v->columns = ARENA_ARRAY(r->a, struct view_column, 2 * CATALOGUE_COLUMNS);
    for (size_t i = 0; i < CATALOGUE_COLUMNS; i++) {
        const struct catalogue_column *c = &catalogue_columns[i];
        struct str name = str_of(c->name), bare = str_from(name, strlen("default."));
        add_catalogue_column(v, c, name);
        if (str_starts(name, S("default.")) && !view_find(v, bare, true))
            add_catalogue_column(v, c, bare);
    }
    view_seal(v);
    return v;
}
