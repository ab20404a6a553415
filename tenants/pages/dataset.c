#include "core/data/intake/picture.h"
#include "core/data/query/tile.h"
#include "tenants/pages/dataset.h"

#include "core/base/jr.h"
#include "core/base/utf8.h"
#include "core/web/url.h"
#include "tenants/pages/hits.h"
#include "tenants/pages/say.h"
#include "tenants/pages/sql.h"
#include "tenants/publishing/bbox.h"
#include "tenants/publishing/dates.h"
#include "tenants/publishing/file_cells.h"

enum {
    COL_METAS,
    COL_FIELDS,
    COL_RECORDS,
    COL_BYTES,
    COL_ORIGIN,
    COL_IDENTIFIER,
    COL_CREATED,
    COL_PUBLISHED,
    COL_PROCESSED,
    COL_ORGANISATION,
    COL_URL,
    COL_SOURCE,
    COL_SOURCE_HOST,
    COL_VISIBILITY,
    COL_UID,
    COL_EXTENT,
    COL_LEFT_OUT,
    COL_DOWNLOADS,
    COL_CREDITS,
    COL_FILES,
    COL_LICENCE_TEXT
};
enum { PREVIEW_ROWS = 10 };

bool dataset_ask(struct req *r, struct err *e)
{
    r->state = ARENA_NEW(r->a, struct dataset);
    return grant_ask(r, r->params[0], e);
}

bool dataset_take(struct req *r, struct err *e)
{
    struct dataset *d = r->state;
    if (!grant_take(r, r->params[0], &d->g, e))
        return false;
    req_ask(r, &sql_page_dataset, (struct str[]){uuid_str(&r->tenant->id), d->g.dataset_id});
    return true;
}

static struct str meta(struct req *r, const json_t *metas, const char *block, const char *key)
{
    return arena_str(r->a, jr_str(jr_object(metas, block), key));
}

static struct str joined(struct req *r, const json_t *metas, const char *key)
{
    return rows_said(r->a, r->lang, json_object_get(jr_object(metas, "default"), key));
}

static struct str first_of(struct str a, struct str b)
{
    return a.n ? a : b;
}

static void read_metas(struct req *r, struct dataset *d, const json_t *m, struct str processed)
{
    struct dates dates = dates_of(m, req_col(r, 0, 0, COL_CREATED), req_col(r, 0, 0, COL_PUBLISHED));
    d->title = first_of(meta(r, m, "default", "title"), d->g.dataset_id);
    d->publisher = meta(r, m, "default", "publisher");
    d->text = meta(r, m, "default", "description");
    d->license = meta(r, m, "default", "license");
    d->license_url = meta(r, m, "default", "license_url");
    d->references = meta(r, m, "default", "references");
    d->themes = joined(r, m, "theme");
    d->keywords = joined(r, m, "keyword");
    d->frequency = hits_frequency(r, meta(r, m, "dcat", "accrualperiodicity"));
    d->spatial = meta(r, m, "dcat", "spatial");
    d->granularity = hits_granularity(r, meta(r, m, "dcat", "granularity"));
    d->contact_name = meta(r, m, "dcat", "contact_name");
    d->contact_email = meta(r, m, "dcat", "contact_email");
    d->created = say_date(r->a, r->lang, dates.created);
    d->issued = say_date(r->a, r->lang, dates.issued);
    d->modified = say_date(r->a, r->lang, processed);
    d->created_day = arena_str(r->a, str_part(dates.created, 0, 10));
    d->issued_day = arena_str(r->a, str_part(dates.issued, 0, 10));
    d->modified_day = str_part(processed, 0, 10);
    struct str from = meta(r, m, "dcat", "temporal_coverage_start"), to = meta(r, m, "dcat", "temporal_coverage_end");
    if (from.n && to.n)
        d->period = arena_printf(r->a, STR_FMT "/" STR_FMT, STR_ARG(from), STR_ARG(to));
}

/* What stands beside its rows, of a copy at its origin. */
static void read_files(struct req *r, struct dataset *d, struct str text)
{
    struct err ignored;
    json_t *files = text.n ? jr_parse(text, &ignored) : NULL;
    const json_t *f;
    size_t i;
    d->nfiles = json_array_size(files);
    d->files = ARENA_ARRAY(r->a, struct dataset_file, d->nfiles + 1);
    json_array_foreach(files, i, f) {
        struct str tail = arena_printf(r->a, "/" STR_FMT "s/" STR_FMT, STR_ARG(jr_str(f, "kind")), STR_ARG(jr_str(f, "id")));
        d->files[i] = (struct dataset_file){.title = arena_str(r->a, jr_str(f, "title")),
                                            .name = arena_str(r->a, jr_str(f, "file_name")),
                                            .type = arena_str(r->a, jr_str(f, "mimetype")),
                                            .url = hits_api(r->a, d->g.dataset_id, tail.p),
                                            .size_bytes = jr_i64(f, "size_bytes", 0)};
    }
    json_decref(files);
}

void dataset_describe(struct req *r, struct dataset *d)
{
    if (d->described || req_rows(r, 0) == 0)
        return;
    struct err ignored;
    json_t *metas = jr_parse(req_col(r, 0, 0, COL_METAS), &ignored);
    read_metas(r, d, metas, arena_str(r->a, req_col(r, 0, 0, COL_PROCESSED)));
    struct bbox box;
    if (bbox_of(metas, req_col(r, 0, 0, COL_EXTENT), &box))
        d->box = bbox_words(r->a, &box);
    json_decref(metas);
    d->publisher = first_of(d->publisher, arena_str(r->a, req_col(r, 0, 0, COL_ORGANISATION)));
    d->publisher_url = arena_str(r->a, req_col(r, 0, 0, COL_URL));
    d->credit = credit_line(r->a, r->lang, d->publisher, d->title, d->modified_day, d->license);
    d->identifier = arena_str(r->a, req_col(r, 0, 0, COL_IDENTIFIER));
    d->uid = arena_str(r->a, req_col(r, 0, 0, COL_UID));
    d->records = req_i64(r, 0, 0, COL_RECORDS);
    d->csv_bytes = req_i64(r, 0, 0, COL_BYTES);
    d->left_out = req_i64(r, 0, 0, COL_LEFT_OUT);
    d->downloads = req_i64(r, 0, 0, COL_DOWNLOADS);
    d->is_copy = !batch_bool(&r->batch, 0, 0, COL_ORIGIN);
    d->source_name = arena_str(r->a, req_col(r, 0, 0, COL_SOURCE));
    d->source_host = arena_str(r->a, req_col(r, 0, 0, COL_SOURCE_HOST));
    d->njoined = credit_joined(r->a, r->lang, req_col(r, 0, 0, COL_CREDITS), &d->joined);
    read_files(r, d, req_col(r, 0, 0, COL_FILES));
    d->license_text = arena_str(r->a, req_col(r, 0, 0, COL_LICENCE_TEXT));
    d->described = true;
}

bool dataset_is_number(enum column_type type)
{
    return type == TYPE_INT || type == TYPE_DOUBLE || type == TYPE_DECIMAL;
}

struct str dataset_label(const struct view_column *c)
{
    return c->label.n ? c->label : c->name;
}

struct str dataset_type(struct req *r, enum column_type type)
{
    static const enum text_key keys[COLUMN_TYPES] = {
        [TYPE_TEXT] = TEXT_TYPE_TEXT, [TYPE_INT] = TEXT_TYPE_INT, [TYPE_DOUBLE] = TEXT_TYPE_DOUBLE,
        [TYPE_DECIMAL] = TEXT_TYPE_DOUBLE, [TYPE_DATE] = TEXT_TYPE_DATE, [TYPE_DATETIME] = TEXT_TYPE_DATETIME,
        [TYPE_BOOLEAN] = TEXT_TYPE_BOOLEAN, [TYPE_GEO_POINT] = TEXT_TYPE_GEO, [TYPE_GEO_SHAPE] = TEXT_TYPE_GEO,
        [TYPE_FILE] = TEXT_TYPE_FILE};
    return page_say(r, keys[type]);
}

void dataset_params(struct req *r, struct rows *q, bool with_order)
{
    struct str words = str_trim(req_query(r, S("q"))), where = str_trim(req_query(r, S("where")));
    struct str search = words.n ? arena_printf(r->a, "search(" STR_FMT ")", STR_ARG(rows_quoted(r->a, words))) : S("");
    if (search.n && where.n)
        rows_add(q, S("where"), arena_printf(r->a, "(" STR_FMT ") and " STR_FMT, STR_ARG(where), STR_ARG(search)));
    else
        rows_add(q, S("where"), search.n ? search : where);
    for (size_t i = 0; i < req_query_count(r, S("refine")) && i < 10; i++)
        rows_add(q, S("refine"), req_query_nth(r, S("refine"), i));
    if (with_order)
        rows_add(q, S("order_by"), req_query(r, S("order_by")));
}

static void put_pair(struct buf *b, struct str name, struct str value)
{
    buf_addc(b, str_find(buf_str(b), S("?")) < 0 ? '?' : '&');
    url_encode(b, name);
    buf_addc(b, '=');
    url_encode(b, value);
}

struct str dataset_address(struct arena *a, struct str base, const struct rows *q, struct str name, struct str value)
{
    struct buf b = {0};
    buf_add(&b, base);
    for (size_t i = 0; i < q->n; i++)
        put_pair(&b, q->params[i].name, q->params[i].value);
    if (name.n && value.n)
        put_pair(&b, name, value);
    struct str url = arena_str(a, buf_str(&b));
    buf_free(&b);
    return url;
}

/* ---- rows as a table ---- */

static struct str sorted_of(struct req *r, struct str name)
{
    struct str order = str_trim(req_query(r, S("order_by")));
    if (!str_starts(order, name))
        return STR_NONE;
    struct str way = str_trim(str_from(order, name.n));
    return str_ieq(way, S("desc")) ? S("descending") : !way.n || str_ieq(way, S("asc")) ? S("ascending") : STR_NONE;
}

static struct page_dataset_rows_columns head_of(struct req *r, const struct view_column *c, struct str sort_base)
{
    struct str sorted = sort_base.n ? sorted_of(r, c->name) : STR_NONE;
    struct page_dataset_rows_columns head = {.label = dataset_label(c), .type = dataset_type(r, c->type),
                                             .r = dataset_is_number(c->type), .sorted = sorted};
    bool can = c->type != TYPE_GEO_POINT && c->type != TYPE_GEO_SHAPE && !c->multivalued.n;
    if (sort_base.n && can) {
        struct buf b = {0};
        buf_add(&b, sort_base);
        bool down = sorted.n ? str_eq(sorted, S("ascending")) : false;
        put_pair(&b, S("order_by"), arena_printf(r->a, STR_FMT " %s", STR_ARG(c->name), down ? "desc" : "asc"));
        head.url = arena_str(r->a, buf_str(&b));
        buf_free(&b);
    }
    return head;
}

/* A link to the file; where it has a thumbnail that is shown, and said to be the row's: by what its first column says. */
static void put_file(struct req *r, const struct dataset_view *v, const struct view_column *c, const json_t *file,
                     struct page_dataset_rows_rows_cells *cell, struct str row)
{
    cell->text = arena_str(r->a, jr_str(file, "filename"));
    cell->url = arena_str(r->a, jr_str(file, "url"));
    if (!jr_bool(file, "thumbnail", false))
        return;
    unsigned width, height;
    picture_small_size((unsigned)jr_i64(file, "width", 1), (unsigned)jr_i64(file, "height", 1),
                       (unsigned)jr_i64(file, "exif_orientation", 1), &width, &height);
    cell->picture = arena_printf(r->a, "/explore/dataset/" STR_FMT "/files/" STR_FMT "/300/", STR_ARG(view_dataset(v)),
                                 STR_ARG(jr_str(file, "id")));
    cell->alt = arena_printf(r->a, STR_FMT "%s" STR_FMT, STR_ARG(dataset_label(c)), r->lang == LANG_FR ? "\xc2\xa0: " : ": ",
                             STR_ARG(row.n ? row : cell->text));
    cell->width = width;
    cell->height = height;
}

static struct page_dataset_rows_rows row_of(struct req *r, const struct dataset_view *v, const json_t *object, size_t n)
{
    struct page_dataset_rows_rows_cells *cells = ARENA_ARRAY(r->a, struct page_dataset_rows_rows_cells, n + 1);
    size_t at = 0;
    for (size_t i = 0; i < view_columns(v) && at < n; i++) {
        const struct view_column *c = view_column(v, i);
        if (c->hidden)
            continue;
        json_t *value = json_object_get(object, arena_copy(r->a, c->name));
        cells[at] = (struct page_dataset_rows_rows_cells){.r = dataset_is_number(c->type), .head = at == 0};
        if (c->file && json_is_object(value)) /* file_cells.h */
            put_file(r, v, c, value, &cells[at], at ? cells[0].text : STR_NONE);
        else
            cells[at].text = value ? rows_said(r->a, r->lang, value) : S("");
        at++;
    }
    return (struct page_dataset_rows_rows){.cells = cells, .cells_n = at};
}

struct markup dataset_rows(struct req *r, struct dataset *d, json_t *list, struct str sort_base)
{
    const struct dataset_view *v = d->g.view;
    size_t columns = 0, i, n = json_array_size(list);
    struct page_dataset_rows_columns *heads = ARENA_ARRAY(r->a, struct page_dataset_rows_columns, view_columns(v) + 1);
    struct page_dataset_rows_rows *rows = ARENA_ARRAY(r->a, struct page_dataset_rows_rows, n + 1);
    for (i = 0; i < view_columns(v); i++)
        if (!view_column(v, i)->hidden)
            heads[columns++] = head_of(r, view_column(v, i), sort_base);
    json_t *object;
    json_array_foreach(list, i, object)
        rows[i] = row_of(r, v, object, columns);
    struct buf b = {0};
    page_dataset_rows(&b, r->lang, &(struct page_dataset_rows){.caption = d->title, .columns = heads,
                                                               .columns_n = columns, .rows = rows, .rows_n = n});
    struct str html = arena_str(r->a, buf_str(&b));
    buf_free(&b);
    return markup_trusted(html);
}

/* ---- the frame of all views ---- */

static bool can_analyze(const struct dataset_view *v)
{
    for (size_t i = 0; i < view_columns(v); i++) {
        enum column_type type = view_column(v, i)->type;
        if (!view_column(v, i)->hidden && (type == TYPE_TEXT || type == TYPE_BOOLEAN))
            return true;
    }
    return false;
}

/* A copy may stand here under another name; the identifier ends in the name its origin has. */
static struct str original_path(struct req *r, const struct dataset *d)
{
    ptrdiff_t at = str_find(d->identifier, S("/explore/dataset/"));
    return at >= 0 ? str_from(d->identifier, (size_t)at)
                   : arena_printf(r->a, "/explore/dataset/" STR_FMT "/", STR_ARG(d->g.dataset_id));
}

void dataset_reply(struct req *r, struct dataset *d, enum dataset_tab tab, struct buf *panel, struct str side)
{
    struct page_dataset_frame p = {.id = d->g.dataset_id,
                                   .title = d->title,
                                   .publisher = d->publisher,
                                   .records = d->records,
                                   .date = d->modified,
                                   .license = d->license,
                                   .csv = hits_api(r->a, d->g.dataset_id, "/exports/csv"),
                                   .csv_size = d->csv_bytes > 0 ? say_bytes(r->a, r->lang, d->csv_bytes) : STR_NONE,
                                   .is_closed = !d->g.is_open,
                                   .is_copy = d->is_copy,
                                   .source_name = d->source_name,
                                   .original_host = d->source_host,
                                   .has_analyze = can_analyze(d->g.view),
                                   .at_info = tab == TAB_INFO,
                                   .at_table = tab == TAB_TABLE,
                                   .has_map = tile_can(d->g.view),
                                   .at_map = tab == TAB_MAP,
                                   .at_analyze = tab == TAB_ANALYZE,
                                   .at_export = tab == TAB_EXPORT,
                                   .at_api = tab == TAB_API,
                                   .panel = markup_trusted(buf_str(panel)),
                                   .side = markup_trusted(side)};
    if (d->is_copy)
        p.original_url = arena_printf(r->a, STR_FMT STR_FMT, STR_ARG(req_tenant_url(r, d->source_host)),
                                      STR_ARG(original_path(r, d)));
    struct buf body = {0};
    page_dataset_frame(&body, r->lang, &p);
    buf_free(panel);
    struct str description = str_part(d->text, 0, utf8_floor(str_part(d->text, 0, 200)));
    page_reply(r, 200, &(struct page_frame){.title = d->title, .description = description, .nav = NAV_EXPLORE,
                                                  .structured = dataset_ld(r, d)}, &body);
}

/* ---- information ---- */

static bool ask_preview(struct req *r, struct err *e)
{
    struct dataset *d = r->state;
    dataset_describe(r, d);
    rows_add(&d->rows, S("limit"), arena_printf(r->a, "%d", PREVIEW_ROWS));
    if (!rows_ask(r, d->g.view, &d->rows, false, e))
        return false;
    file_cells(r, &d->g, d->rows.query);
    return true;
}

/* The credit lines of what it was joined with. */
static void put_joined(struct req *r, const struct dataset *d, struct page_dataset_side *p)
{
    struct page_dataset_side_joined *list = ARENA_ARRAY(r->a, struct page_dataset_side_joined, d->njoined + 1);
    for (size_t i = 0; i < d->njoined; i++)
        list[i].line = d->joined[i].line;
    p->joined = list;
    p->joined_n = d->njoined;
}

static struct str side_of(struct req *r, const struct dataset *d)
{
    struct buf b = {0};
    struct page_dataset_side p = {.title = d->title,
                                  .publisher = d->publisher,
                                  .publisher_url = d->publisher_url,
                                  .created = d->created,
                                  .issued = d->issued,
                                  .modified = d->modified,
                                  .license = d->license,
                                  .license_url = d->license_url,
                                  .license_text = d->license_text,
                                  .themes = d->themes,
                                  .keywords = d->keywords,
                                  .frequency = d->frequency,
                                  .spatial = d->spatial,
                                  .granularity = d->granularity,
                                  .references = d->references,
                                  .contact_name = d->contact_name,
                                  .contact_email = d->contact_email,
                                  .identifier = d->identifier,
                                  .uid = d->uid,
                                  .is_copy = d->is_copy,
                                  .source_name = d->source_name,
                                  .source_host = d->source_host,
                                  .here = r->tenant->name,
                                  .id = d->g.dataset_id,
                                  .downloads = say_count(r->a, r->lang, d->downloads),
                                  .left_out = d->left_out > 0 ? say_count(r->a, r->lang, d->left_out) : STR_NONE,
                                  .credit = d->credit,
                                  .is_open = d->g.is_open};
    put_joined(r, d, &p);
    page_dataset_side(&b, r->lang, &p);
    struct str html = arena_str(r->a, buf_str(&b));
    buf_free(&b);
    return html;
}

static size_t paragraphs_of(struct req *r, struct str text, struct page_dataset_info_paragraphs **out)
{
    enum { MOST = 60 };
    size_t n = 0;
    *out = ARENA_ARRAY(r->a, struct page_dataset_info_paragraphs, MOST);
    for (struct str line; n < MOST && str_cut(&text, '\n', &line);)
        if (str_trim(line).n > 0)
            (*out)[n++] = (struct page_dataset_info_paragraphs){str_trim(line)};
    return n;
}

static void put_files(struct req *r, const struct dataset *d, struct page_dataset_info *p)
{
    struct page_dataset_info_files *list = ARENA_ARRAY(r->a, struct page_dataset_info_files, d->nfiles + 1);
    for (size_t i = 0; i < d->nfiles; i++) {
        const struct dataset_file *f = &d->files[i];
        list[i] = (struct page_dataset_info_files){.title = f->title, .name = str_eq(f->title, f->name) ? STR_NONE : f->name,
                                                   .url = f->url, .size = say_bytes(r->a, r->lang, f->size_bytes)};
    }
    p->files = list;
    p->files_n = d->nfiles;
}

static bool reply_info(struct req *r, struct err *e)
{
    (void)e;
    struct dataset *d = r->state;
    json_t *list = rows_take(r, &d->rows);
    struct page_dataset_info_paragraphs *paragraphs;
    struct page_dataset_info p = {.id = d->g.dataset_id, .has_rows = json_array_size(list) > 0,
                                  .shown = (int64_t)json_array_size(list), .records = d->records};
    put_files(r, d, &p);
    p.paragraphs_n = paragraphs_of(r, d->text, &paragraphs);
    p.paragraphs = paragraphs;
    p.rows = dataset_rows(r, d, list, STR_NONE);
    struct buf panel = {0};
    page_dataset_info(&panel, r->lang, &p);
    json_decref(list);
    dataset_reply(r, d, TAB_INFO, &panel, side_of(r, d));
    return true;
}

const struct step dataset_info[] = {
    {STEP_DB, dataset_ask, NULL}, {STEP_DB, dataset_take, NULL}, {STEP_DB, ask_preview, NULL},
    {STEP_REPLY, reply_info, NULL}, {STEP_END, NULL, NULL},
};
