#include "tenants/explore/catalogue_scdl.h"

#include "core/base/jr.h"
#include "tenants/explore/catalogue_names.h"
#include "tenants/explore/datasets.h"
#include "tenants/explore/sql.h"
#include "tenants/publishing/dates.h"
#include "tenants/publishing/words.h"

enum { COL_ID, COL_METAS, COL_ISSUED, COL_MODIFIED, COL_SIRET, COL_RECORDS, COL_GEOMETRY, COL_PORTAL_SIRET, COL_FILES, COL_FORMATS };

/* What every dataset with rows can be had in. */
#define FORMATS "csv;json;jsonl;xlsx;ods;parquet;rdf;jsonld;ttl;n3"
enum { ROW_FORMATS = 10, PLACE_FORMATS = 17 };

static const char head[] = "COLL_NOM,COLL_SIRET,ID,TITRE,DESCRIPTION,THEME,PRODUCTEUR_NOM,PRODUCTEUR_SIRET,COUV_SPAT_MAILLE,"
                           "COUV_SPAT_NOM,COUV_TEMP_DEBUT,COUV_TEMP_FIN,DATE_PUBL,FREQ_MAJ,DATE_MAJ,MOTS_CLES,LICENCE,"
                           "NOMBRE_RESSOURCES,FORMAT_RESSOURCES,URL\r\n";

static void cell(struct buf *out, struct str s, bool last)
{
    buf_addc(out, '"');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"')
            buf_addc(out, '"');
        buf_addc(out, s.p[i]);
    }
    buf_addz(out, last ? "\"\r\n" : "\",");
}

static struct str joined(struct arena *a, const json_t *list)
{
    struct buf b = {0};
    size_t i;
    json_t *word;
    json_array_foreach(list, i, word) {
        buf_addz(&b, i ? ";" : "");
        buf_addz(&b, json_is_string(word) ? json_string_value(word) : "");
    }
    struct str text = arena_str(a, buf_str(&b));
    buf_free(&b);
    return text;
}

static struct str day(struct str given, struct str known)
{
    return given.n >= 10 ? str_part(given, 0, 10) : known;
}

/* The four licences of the schema's list. */
static struct str licence(struct str title)
{
    return str_starts(title, S("Licence Ouverte")) || str_starts(title, S("Open Licence")) ? S("Licence Ouverte-LO")
           : str_find(title, S("ODbL")) >= 0 || str_find(title, S("Open Database")) >= 0   ? S("Open Database License-ODBL")
           : str_starts(title, S("CC")) || str_starts(title, S("Creative Commons"))        ? S("Creative Commons-CC")
                                                                                           : S("Spécifique ou autre");
}

/* Those of the rows, then those of the files beside them that the rows do not have. */
static struct str formats_of(struct arena *a, struct str of_rows, struct str of_files)
{
    struct buf b = {0};
    struct str one;
    buf_add(&b, of_rows);
    while (str_cut(&of_files, ';', &one))
        if (one.n && str_find(arena_printf(a, ";" STR_FMT ";", STR_ARG(of_rows)), arena_printf(a, ";" STR_FMT ";", STR_ARG(one))) < 0)
            buf_printf(&b, "%s" STR_FMT, b.n ? ";" : "", STR_ARG(one));
    struct str text = arena_str(a, buf_str(&b));
    buf_free(&b);
    return text;
}

static void put_row(struct req *r, struct buf *out, size_t row, const json_t *metas)
{
    const json_t *given = jr_object(metas, "default"), *dcat = jr_object(metas, "dcat");
    const struct granularity *g = granularity_find(jr_str(dcat, "granularity"));
    const struct frequency *f = frequency_find(jr_str(dcat, "accrualperiodicity"));
    bool rows = req_i64(r, 0, row, COL_RECORDS) > 0, geometry = batch_bool(&r->batch, 0, row, COL_GEOMETRY);
    struct str id = req_col(r, 0, row, COL_ID), issued = dates_of(metas, STR_NONE, req_col(r, 0, row, COL_ISSUED)).issued;
    struct str of_rows = !rows ? S("") : geometry ? S(FORMATS ";shp;kml;gpx;gpkg;geojson;fgb;ov2") : S(FORMATS);
    int64_t resources = (!rows ? 0 : geometry ? PLACE_FORMATS : ROW_FORMATS) + req_i64(r, 0, row, COL_FILES);
    const struct str cells[] = {
        r->tenant->name, req_col(r, 0, row, COL_PORTAL_SIRET), id, jr_str(given, "title"), jr_str(given, "description"),
        joined(r->a, jr_array(given, "theme")), jr_str(given, "publisher"), req_col(r, 0, row, COL_SIRET),
        g ? str_of(g->scdl) : S("Autre"), jr_str(dcat, "spatial"), day(jr_str(dcat, "temporal_coverage_start"), STR_NONE),
        day(jr_str(dcat, "temporal_coverage_end"), STR_NONE), day(issued, STR_NONE),
        f ? str_of(f->scdl) : S("Inconnue"), req_col(r, 0, row, COL_MODIFIED), joined(r->a, jr_array(given, "keyword")),
        licence(jr_str(given, "license")), arena_n(r->a, resources), formats_of(r->a, of_rows, req_col(r, 0, row, COL_FORMATS)),
        arena_printf(r->a, STR_FMT "/explore/dataset/" STR_FMT "/", STR_ARG(req_base_url(r)), STR_ARG(id))};
    size_t n = sizeof cells / sizeof cells[0];
    for (size_t i = 0; i < n; i++)
        cell(out, cells[i], i + 1 == n);
}

static bool ask_names(struct req *r, struct err *e)
{
    return catalogue_names_ask(r, 0, e);
}

static bool ask_rows(struct req *r, struct err *e)
{
    size_t n;
    struct str *ids = catalogue_names_take(r, true, &n);
    if (!catalogue_names_fit(n, e))
        return false;
    req_ask(r, &sql_scdl_rows, (struct str[]){uuid_str(&r->tenant->id), datasets_list_of(r->a, ids, n)});
    return true;
}

static bool reply_table(struct req *r, struct err *e)
{
    struct buf *out = req_reply(r, 200, S("text/csv; charset=utf-8"));
    req_set(r, S("content-disposition"), S("attachment; filename=\"catalogue-scdl.csv\""));
    buf_addz(out, head);
    for (size_t row = 0; row < req_rows(r, 0); row++) {
        json_t *metas = jr_parse(req_col(r, 0, row, COL_METAS), e);
        if (!metas)
            return false;
        put_row(r, out, row, metas);
        json_decref(metas);
    }
    return true;
}

const struct step catalogue_scdl[] = {
    {STEP_DB, ask_names, NULL},
    {STEP_DB, ask_rows, NULL},
    {STEP_REPLY, reply_table, NULL},
    {STEP_END, NULL, NULL},
};
