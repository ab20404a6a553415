/* dataset_take_away -- the views that hand the data over: export and api. */
#include "core/base/clock.h"
#include "tenants/pages/dataset.h"
#include "tenants/pages/hits.h"
#include "tenants/pages/say.h"
#include "tenants/quota/meter.h"
#include "tenants/quota/usage.h"

static const struct format_row {
    const char *name, *tail;
    enum text_key text;
    bool is_geo;
} format_rows[] = {
    {"CSV", "/exports/csv", TEXT_EXPORT_CSV, false},
    {"JSON", "/exports/json", TEXT_EXPORT_JSON, false},
    {"JSON Lines", "/exports/jsonl", TEXT_EXPORT_JSONL, false},
    {"GeoJSON", "/exports/geojson", TEXT_EXPORT_GEOJSON, true},
};
enum { FORMATS = sizeof format_rows / sizeof format_rows[0] };

static bool is_geo(const struct dataset_view *v)
{
    for (size_t i = 0; i < view_columns(v); i++) {
        enum column_type type = view_column(v, i)->type;
        if (!view_column(v, i)->hidden && (type == TYPE_GEO_POINT || type == TYPE_GEO_SHAPE))
            return true;
    }
    return false;
}

static bool reply_export(struct req *r, struct err *e)
{
    (void)e;
    struct dataset *d = r->state;
    struct rows asked = {0};
    struct page_dataset_export_formats *formats = ARENA_ARRAY(r->a, struct page_dataset_export_formats, FORMATS);
    dataset_describe(r, d);
    dataset_params(r, &asked, true);
    struct page_dataset_export p = {.records = d->records, .is_filtered = asked.n > 0, .formats = formats,
                                    .license = d->license, .license_url = d->license_url, .publisher = d->publisher,
                                    .clear_url = arena_printf(r->a, "/explore/dataset/" STR_FMT "/export/",
                                                              STR_ARG(d->g.dataset_id))};
    for (size_t i = 0; i < FORMATS; i++) {
        if (format_rows[i].is_geo && !is_geo(d->g.view))
            continue;
        struct str base = hits_api(r->a, d->g.dataset_id, format_rows[i].tail);
        formats[p.formats_n++] = (struct page_dataset_export_formats){
            .name = str_of(format_rows[i].name), .text = page_say(r, format_rows[i].text),
            .url = dataset_address(r->a, base, &asked, STR_NONE, STR_NONE),
            .size = i == 0 && !p.is_filtered ? say_bytes(r->a, r->lang, d->csv_bytes) : STR_NONE};
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
