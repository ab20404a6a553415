/* dataset_take_away -- the views that hand the data over: export and api. */
#include "core/base/clock.h"
#include "core/data/export/export.h"
#include "tenants/pages/dataset.h"
#include "tenants/pages/hits.h"
#include "tenants/pages/say.h"
#include "tenants/quota/meter.h"
#include "tenants/quota/usage.h"

/* What a format is good for, in the order of the page; those that the program or the dataset has not are not shown. */
static const struct format_row {
    const char *name, *format;
    enum text_key group, text;
} format_rows[] = {
    {"XLSX", "xlsx", TEXT_EXPORT_SHEET, TEXT_EXPORT_XLSX},
    {"CSV", "csv", TEXT_EXPORT_SHEET, TEXT_EXPORT_CSV},
    {"ODS", "ods", TEXT_EXPORT_SHEET, TEXT_EXPORT_ODS},
    {"GeoJSON", "geojson", TEXT_EXPORT_MAP, TEXT_EXPORT_GEOJSON},
    {"Shapefile", "shp", TEXT_EXPORT_MAP, TEXT_EXPORT_SHP},
    {"GeoPackage", "gpkg", TEXT_EXPORT_MAP, TEXT_EXPORT_GPKG},
    {"KML", "kml", TEXT_EXPORT_MAP, TEXT_EXPORT_KML},
    {"GPX", "gpx", TEXT_EXPORT_MAP, TEXT_EXPORT_GPX},
    {"FlatGeobuf", "fgb", TEXT_EXPORT_MAP, TEXT_EXPORT_FGB},
    {"OV2", "ov2", TEXT_EXPORT_MAP, TEXT_EXPORT_OV2},
    {"JSON", "json", TEXT_EXPORT_PROGRAM, TEXT_EXPORT_JSON},
    {"JSON Lines", "jsonl", TEXT_EXPORT_PROGRAM, TEXT_EXPORT_JSONL},
    {"Parquet", "parquet", TEXT_EXPORT_PROGRAM, TEXT_EXPORT_PARQUET},
    {"Turtle", "turtle", TEXT_EXPORT_PROGRAM, TEXT_EXPORT_TURTLE},
    {"RDF/XML", "rdfxml", TEXT_EXPORT_PROGRAM, TEXT_EXPORT_RDFXML},
    {"JSON-LD", "jsonld", TEXT_EXPORT_PROGRAM, TEXT_EXPORT_JSONLD},
    {"N3", "n3", TEXT_EXPORT_PROGRAM, TEXT_EXPORT_N3},
};
enum { FORMATS = sizeof format_rows / sizeof format_rows[0], GROUPS = 3 };

static void add_format(struct req *r, const struct dataset *d, const struct rows *asked, const struct format_row *row,
                       struct page_dataset_export_groups_formats *out)
{
    struct str tail = arena_printf(r->a, "/exports/%s", row->format);
    struct str base = hits_api(r->a, d->g.dataset_id, tail.p);
    bool sized = strcmp(row->format, "csv") == 0 && asked->n == 0;
    *out = (struct page_dataset_export_groups_formats){
        .name = str_of(row->name), .text = page_say(r, row->text),
        .url = dataset_address(r->a, base, asked, STR_NONE, STR_NONE),
        .size = sized ? say_bytes(r->a, r->lang, d->csv_bytes) : STR_NONE};
}

static bool reply_export(struct req *r, struct err *e)
{
    (void)e;
    struct dataset *d = r->state;
    struct rows asked = {0};
    struct page_dataset_export_groups *groups = ARENA_ARRAY(r->a, struct page_dataset_export_groups, GROUPS);
    struct page_dataset_export_groups_formats *formats =
        ARENA_ARRAY(r->a, struct page_dataset_export_groups_formats, FORMATS);
    dataset_describe(r, d);
    dataset_params(r, &asked, true);
    struct page_dataset_export p = {.records = d->records, .is_filtered = asked.n > 0, .groups = groups,
                                    .license = d->license, .license_url = d->license_url, .publisher = d->publisher,
                                    .clear_url = arena_printf(r->a, "/explore/dataset/" STR_FMT "/export/",
                                                              STR_ARG(d->g.dataset_id))};
    for (size_t i = 0; i < FORMATS; i++) {
        const struct format_row *row = &format_rows[i];
        const struct export_format *format = export_find(str_of(row->format));
        if (!format || !export_fits(format, d->g.view))
            continue;
        struct str title = page_say(r, row->group);
        if (p.groups_n == 0 || !str_eq(groups[p.groups_n - 1].title, title))
            groups[p.groups_n++] = (struct page_dataset_export_groups){.title = title, .formats = formats};
        groups[p.groups_n - 1].formats_n++;
        add_format(r, d, &asked, row, formats++);
    }
    struct buf panel = {0};
    page_dataset_export(&panel, r->lang, &p);
    dataset_reply(r, d, TAB_EXPORT, &panel, S(""));
    return true;
}

const struct step dataset_export[] = {
    {STEP_DB, dataset_ask, NULL}, {STEP_DB, dataset_take, NULL}, {STEP_REPLY, reply_export, NULL},
    {STEP_END, NULL, NULL},
};

static void fill_left(struct req *r, struct page_dataset_api *p)
{
    static const int64_t two_hours = (int64_t)7200 * 1000000;
    struct usage_now now;
    struct buf b = {0};
    usage_read(meter_usage(), r->tenant->slot, clock_wall_us(), &now);
    clock_iso(&b, now.resets_us + two_hours); /* midnight in Paris is the day before in UTC */
    p->remaining = say_count(r->a, r->lang, now.limit > now.used ? now.limit - now.used : 0);
    p->limit = say_count(r->a, r->lang, now.limit);
    p->resets = say_date(r->a, r->lang, arena_str(r->a, buf_str(&b)));
    buf_free(&b);
}

static bool reply_api(struct req *r, struct err *e)
{
    (void)e;
    struct dataset *d = r->state;
    const struct dataset_view *v = d->g.view;
    struct rows asked = {0};
    dataset_describe(r, d);
    dataset_params(r, &asked, true);
    struct str base = arena_printf(r->a, STR_FMT STR_FMT, STR_ARG(req_base_url(r)),
                                   STR_ARG(hits_api(r->a, d->g.dataset_id, "/records")));
    struct str url = dataset_address(r->a, base, &asked, S("limit"), S("20"));
    struct page_dataset_api_fields *fields = ARENA_ARRAY(r->a, struct page_dataset_api_fields, view_columns(v) + 1);
    struct page_dataset_api p = {
        .address = url, .fields = fields, .curl = arena_printf(r->a, "curl '" STR_FMT "'", STR_ARG(url)),
        .python = arena_printf(r->a, "import json, urllib.request\n\nwith urllib.request.urlopen(\"" STR_FMT
                                     "\") as answer:\n    page = json.load(answer)\nprint(page[\"total_count\"], page[\"results\"])",
                               STR_ARG(url)),
        .javascript = arena_printf(r->a, "const answer = await fetch(\"" STR_FMT
                                         "\");\nconst { total_count, results } = await answer.json();",
                                   STR_ARG(url))};
    for (size_t i = 0; i < view_columns(v); i++) {
        const struct view_column *c = view_column(v, i);
        if (!c->hidden)
            fields[p.fields_n++] = (struct page_dataset_api_fields){c->name, dataset_label(c), str_of(type_wire(c->type))};
    }
    fill_left(r, &p);
    struct buf panel = {0};
    page_dataset_api(&panel, r->lang, &p);
    dataset_reply(r, d, TAB_API, &panel, S(""));
    return true;
}

const struct step dataset_api[] = {
    {STEP_DB, dataset_ask, NULL}, {STEP_DB, dataset_take, NULL}, {STEP_REPLY, reply_api, NULL},
    {STEP_END, NULL, NULL},
};
