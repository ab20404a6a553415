/* The answers of explore-api.md 9.1 to 9.6 that need only rows, through a real PostgreSQL. */
#include <jansson.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/data/errors.h"
#include "core/data/export/export.h"
#include "core/data/query/facet.h"
#include "core/data/query/odsql.h"
#include "tests/db/ask.h"
#include "tests/db/fixture.h"
#include "tests/sample_views.h"

static PGconn *reader;
static struct buf answer;

static void make_table(const struct sample *s)
{
    struct arena a = {0};
    struct buf sql = {0};
    const char *table = view_table(sample_view(&a, s->id));
    buf_printf(&sql, "CREATE TABLE %s (_id int PRIMARY KEY, %s); INSERT INTO %s VALUES %s; GRANT SELECT ON %s TO terrasse_reader",
               table, s->ddl, table, s->rows, table);
    buf_addc(&sql, '\0');
    db_exec(DB_SUPER, sql.p);
    buf_free(&sql);
    arena_free(&a);
}

static int setup(void **state)
{
    if (db_setup(state))
        return -1;
    for (size_t i = 0; i < SAMPLES; i++)
        make_table(&samples[i]);
    reader = PQconnectdb(db_uri(DB_READER));
    return PQstatus(reader) == CONNECTION_OK ? 0 : -1;
}

static int teardown(void **state)
{
    PQfinish(reader);
    buf_free(&answer);
    return db_teardown(state);
}

static PGresult *ask(const struct query_sql *s)
{
    return ask_query(reader, "", s, true);
}

/* "where=…&limit=2" with "&&" for an ampersand; values are not decoded. */
static size_t cut(struct str text, struct query_param *out)
{
    size_t n = 0;
    struct str part;
    while (text.n && str_cut(&text, '&', &part)) {
        out[n].name = STR_NONE;
        str_cut(&part, '=', &out[n].name);
        out[n++].value = part.p ? part : S("");
    }
    return n;
}

static int64_t total_of(const struct query *q)
{
    if (q->count_known)
        return q->count;
    PGresult *r = ask(&q->count_rows);
    int64_t n = cell_i64(r, 0, 0);
    PQclear(r);
    return n;
}

/* "<total> <objects>", or "<error code>: <message>". */
static const char *records(const char *dataset, const char *params)
{
    struct arena a = {0};
    struct query_param list[40];
    struct query *q;
    struct err e = {0};
    size_t n = cut(str_of(params), list);
    buf_reset(&answer);
    if (!query_make(&a, sample_view(&a, dataset), QUERY_RECORDS, list, n, &q, &e)) {
        buf_printf(&answer, "%s: ", e.kind->wire);
        err_say(&e, LANG_EN, &answer);
    } else {
        struct row_json w;
        PGresult *r = ask(&q->rows);
        row_json_init(&w, &a, q);
        buf_printf(&answer, "%d ", (int)total_of(q));
        if (q->total_at >= 0 && PQntuples(r) > 0)
            assert_int_equal(cell_i64(r, 0, q->total_at), total_of(q)); /* said by the page as by the question of its own */
        row_json_page(&w, &answer, r);
        PQclear(r);
    }
    buf_addc(&answer, '\0');
    arena_free(&a);
    return answer.p;
}

static const char *export_as(const char *dataset, const char *format, const char *params)
{
    struct arena a = {0};
    struct query_param list[40];
    struct query *q;
    struct export x;
    struct err e = {0};
    size_t n = cut(str_of(params), list);
    bool last;
    buf_reset(&answer);
    db_good(query_make(&a, sample_view(&a, dataset), QUERY_EXPORT, list, n, &q, &e), &e);
    db_good(export_open(&x, &a, q, export_find(str_of(format)), list, n, &e), &e);
    export_start(&x, &answer);
    if (q->ordered) {
        PGresult *keys = ask(&q->keys);
        query_places(q, &a, keys);
        PQclear(keys);
    }
    do {
        assert_true(query_next(q));
        PGresult *r = ask(&q->rows);
        export_rows(&x, &answer, r, query_taken(q, r, &last));
        PQclear(r);
    } while (!last);
    export_end(&x, &answer);
    export_close(&x);
    buf_addc(&answer, '\0');
    arena_free(&a);
    return answer.p;
}

struct row {
    const char *name, *dataset, *params, *want; /* want begins with '~': is contained */
};

static void check(const struct row *rows, size_t n)
{
    size_t failures = 0;
    for (size_t i = 0; i < n; i++) {
        const char *got = records(rows[i].dataset, rows[i].params);
        bool part = rows[i].want[0] == '~';
        if (part ? strstr(got, rows[i].want + 1) != NULL : strcmp(got, rows[i].want) == 0)
            continue;
        failures++;
        print_error("%s: %s?%s\n  want %s\n  got  %s\n", rows[i].name, rows[i].dataset, rows[i].params, rows[i].want, got);
    }
    assert_int_equal(failures, 0);
}
#define CHECK(rows) check(rows, sizeof(rows) / sizeof(rows)[0])

/* clang-format off */
static void records_are_paged_and_shaped(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"1", "koumoul", "", "2 {\"id\": \"koumoul\", \"adr\": \"19 rue de la voie lactée saint avé\", \"some_date\": \"2017-12-12\", \"loc\": {\"lon\": -2.748526, \"lat\": 47.687375}, \"bool\": false, \"nb\": 11.0}, {\"id\": \"bidule\", \"adr\": \"adresse inconnue\", \"some_date\": \"2017-10-10\", \"loc\": {\"lon\": 2.6, \"lat\": 45.5}, \"bool\": true, \"nb\": 22.2}"},
        {"2", "koumoul", "limit=1&select=id", "2 {\"id\": \"koumoul\"}"},
        {"3", "koumoul", "limit=0", "2 "},
        {"5", "koumoul", "limit=101", "InvalidRESTParameterError: Invalid value for limit API parameter: 101 was found but -1 <= limit <= 100 is expected."},
        {"6", "koumoul", "limit=100&offset=9900", "2 "},
        {"6b", "koumoul", "limit=100&offset=9901", "InvalidRESTParameterError: Invalid value for sum of offset + limit API parameter: 10001 was found but <= 10000 is expected."},
        {"8", "d2", "limt=1&select=employees", "6 {\"employees\": 3}, {\"employees\": 0}, {\"employees\": 0}, {\"employees\": 11}, {\"employees\": 2}, {\"employees\": 3}"},
        {"9", "koumoul", "select=id,nb as number&where=id='koumoul'", "1 {\"id\": \"koumoul\", \"number\": 11.0}"},
        {"10", "koumoul", "select=count(*) as total&limit=1", "2 {\"total\": 2}"},
        {"12", "koumoul", "select=count(*)&limit=10", "2 {\"count(*)\": 2}, {\"count(*)\": 2}"},
        {"13", "koumoul", "select=id,avg(nb) AS avg_nb,count(*) as total&limit=1", "2 {\"id\": \"koumoul\", \"avg_nb\": 16.6, \"total\": 2}"},
        {"14", "d2", "where=id is null", "1 {\"id\": null, \"somedate\": null, \"employees\": 3, \"adr\": \"missing id\"}"},
        {"15", "m", "", "1 {\"str1\": \"val 1\", \"str2\": [\"val 1\", \"val 2\"]}"},
        {"16", "public-trees", "where=asset_id=244086&select=geo_point_2d,geom", "1 {\"geo_point_2d\": {\"lon\": -123.06036999913398, \"lat\": 49.27117199821082}, \"geom\": {\"type\": \"Feature\", \"geometry\": {\"coordinates\": [-123.06036999913398, 49.27117199821082], \"type\": \"Point\"}, \"properties\": {}}}"},
    };
    CHECK(rows);
}

static void conditions_choose_rows(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"36a", "koumoul", "select=id&where=id: \"koumoul\"", "1 {\"id\": \"koumoul\"}"},
        {"36b", "koumoul", "select=id&where=id = \"koumoul\"", "1 {\"id\": \"koumoul\"}"},
        {"37", "d2", "limit=0&where=id is not null", "5 "},
        {"38", "koumoul", "limit=0&where=nb > 12 OR id=\"koumoul\" AND nb <= 12", "2 "},
        {"40", "koumoul", "select=id&where=NOT id=\"koumoul\"", "1 {\"id\": \"bidule\"}"},
        {"41", "d2", "select=id&where=NOT id=\"koumoul\"", "3 {\"id\": \"bidule\"}, {\"id\": \"bidule\"}, {\"id\": null}"},
        {"42", "d2", "limit=0&where=id in (\"koumoul\",\"nope\")", "3 "},
        {"43a", "d2", "limit=0&where=employees IN [2..3]", "3 "},
        {"43b", "d2", "limit=0&where=employees IN ]2..11[", "2 "},
        {"43c", "d2", "limit=0&where=employees IN [2 TO 3]", "3 "},
        {"44", "m", "limit=0&where=\"val 2\" IN str2", "1 "},
        {"44b", "m", "limit=0&where=\"val 3\" IN str2", "0 "},
        {"45", "koumoul", "select=id&where=\"koumoul\"", "1 {\"id\": \"koumoul\"}"},
        {"45 accents", "koumoul", "select=id&where=\"lactee\"", "1 {\"id\": \"koumoul\"}"},
        {"47", "public-trees", "select=asset_id&where=search(common_name,\"flowring ch\")", "1 {\"asset_id\": 244086}"},
        {"48", "public-trees", "select=asset_id&where=search(common_name,\"cherr\")", "1 {\"asset_id\": 244086}"},
        {"50", "public-trees", "select=asset_id&where=suggest(common_name,\"flower\")", "1 {\"asset_id\": 244086}"},
        {"51", "public-trees", "limit=0&where=common_name like 'maple'", "3 "},
        {"startswith", "public-trees", "limit=0&where=startswith(common_name,'KARPICK')", "2 "},
        {"startswith case", "public-trees", "limit=0&where=startswith(common_name,'karpick')", "0 "},
        {"53", "public-trees", "select=asset_id&where=in_bbox(geo_point_2d,49.26,-123.16,49.28,-123.05)", "1 {\"asset_id\": 244086}"},
        {"55", "public-trees", "limit=0&where=within_distance(geo_point_2d,geom'POINT(-123.10 49.27)',4km)", "1 "},
        {"55 near", "public-trees", "limit=0&where=within_distance(geo_point_2d,geom'POINT(-123.10 49.27)',2877 m)", "0 "},
        {"58", "koumoul", "select=id&where=intersects(loc,geom'POLYGON((-3 47,-2 47,-2 48,-3 48,-3 47))')", "1 {\"id\": \"koumoul\"}"},
        {"58 geojson", "koumoul", "select=id&where=within(loc,geom'{\"type\":\"Polygon\",\"coordinates\":[[[-3,47],[-2,47],[-2,48],[-3,48],[-3,47]]]}')", "1 {\"id\": \"koumoul\"}"},
        {"58 disjoint", "koumoul", "select=id&where=disjoint(loc,geom'POLYGON((-3 47,-2 47,-2 48,-3 48,-3 47))')", "1 {\"id\": \"bidule\"}"},
        {"58 open ring", "koumoul", "where=within(loc,geom'POLYGON((-3 47,-2 47,-2 48,-3 48))')", "~Invalid geometry"},
        {"bool", "koumoul", "select=id&where=bool", "1 {\"id\": \"bidule\"}"},
        {"bool is false", "koumoul", "select=id&where=bool is false", "1 {\"id\": \"koumoul\"}"},
        {"date", "koumoul", "select=id&where=some_date >= date'2017-11'", "1 {\"id\": \"koumoul\"}"},
        {"89a", "public-trees", "limit=0&refine=genus_name:\"ACER\"", "3 "},
        {"89b", "public-trees", "limit=0&exclude=genus_name:ACER", "2 "},
        {"90a", "t", "refine=date1:2025/09/11&timezone=Europe/Paris", "1 {\"date1\": \"2025-09-11T08:00:00+02:00\"}"},
        {"90b", "t", "limit=0&refine=date1:2025", "2 "},
        {"90c", "t", "limit=0&refine=date1:2025/9", "2 "},
        {"90d", "t", "limit=0&refine=date1:2026", "0 "},
    };
    CHECK(rows);
}

static void values_are_computed(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"59", "koumoul", "limit=1&select=year(some_date) AS annee,month(some_date) as mois,hour(some_date) as h", "2 {\"annee\": 2017, \"mois\": 12, \"h\": 0}"},
        {"61a", "t", "", "2 {\"date1\": \"2025-09-11T06:00:00+00:00\"}, {\"date1\": \"2025-09-10T08:00:00+00:00\"}"},
        {"61b", "t", "timezone=Europe/Paris&order_by=date1&limit=1", "2 {\"date1\": \"2025-09-10T10:00:00+02:00\"}"},
        {"62a", "t", "limit=0&timezone=Europe/Paris&where=date1 > '2025-09-10T09:00:00+00:00'", "1 "},
        {"62b", "t", "limit=0&timezone=Europe/Paris&where=date1 > '2025-09-10 11:00:00'", "1 "},
        {"62c", "t", "limit=0&timezone=Europe/Paris&where=date1 > '2025-09-10 09:59:59'", "2 "},
        {"64b", "t", "limit=0&where=date1 >= now(years=-20)", "2 "},
        {"64c", "t", "limit=0&where=date1 >= now(year=-20)", "2 "},
        {"65", "t", "limit=1&select=date_format(date1,'yyyy/MM/dd') as date&order_by=date1", "2 {\"date\": \"2025/09/10\"}"},
        {"65 fr", "t", "limit=1&lang=fr&select=date_format(date1,'EEEE d MMMM') as j&order_by=date1", "2 {\"j\": \"mercredi 10 septembre\"}"},
        {"68a", "koumoul", "select=id&order_by=-id,nb", "2 {\"id\": \"koumoul\"}, {\"id\": \"bidule\"}"},
        {"68b", "koumoul", "select=id&order_by=id DESC", "2 {\"id\": \"koumoul\"}, {\"id\": \"bidule\"}"},
        {"69a", "koumoul", "limit=1&select=nb/0 as z", "2 {\"z\": null}"},
        {"69b", "koumoul", "select=nb*2 as b", "2 {\"b\": 22.0}, {\"b\": 44.4}"},
        {"71a", "public-trees", "limit=1&select=exclude(geo*)", "5 {\"asset_id\": 244086, \"common_name\": \"AKEBONO FLOWERING CHERRY\", \"genus_name\": \"PRUNUS\", \"height_m\": 4.6, \"diameter_cm\": 12.7, \"date_planted\": \"2012-11-13\"}"},
        {"71b", "public-trees", "limit=1&offset=1&select=include(ge*)", "5 {\"genus_name\": \"ACER\", \"geom\": null, \"geo_point_2d\": null}"},
        {"json_format", "koumoul", "limit=1&select=json_format(adr) as t,json_format(adr, null) as n", "2 {\"t\": \"19 rue de la voie lact\303\251e saint av\303\251\", \"n\": null}"},
        {"json_format reads", "public-trees", "limit=1&select=json_format(genus_name, fallback) as g,json_format(common_name, null) as n", "5 {\"g\": \"PRUNUS\", \"n\": null}"},
        {"bbox", "koumoul", "limit=1&select=bbox(loc) as b", "2 {\"b\": {\"type\": \"Feature\", \"geometry\": {\"coordinates\": [[[-2.748526, 45.5], [-2.748526, 47.687375], [2.6, 47.687375], [2.6, 45.5], [-2.748526, 45.5]]], \"type\": \"Polygon\"}, \"properties\": {}}}"},
        {"envelope", "koumoul", "limit=1&select=envelope(loc) as b", "2 {\"b\": {\"type\": \"Feature\", \"geometry\": {\"coordinates\": [[-2.748526, 47.687375], [2.6, 45.5]], \"type\": \"LineString\"}, \"properties\": {}}}"},
        {"bbox of nothing", "koumoul", "limit=1&where=nb > 100&select=bbox(loc) as b", "0 "},
        {"geometry", "koumoul", "select=id&where=geometry(loc, geom'POLYGON((-3 47,-2 47,-2 48,-3 48,-3 47))', INTERSECTS)", "1 {\"id\": \"koumoul\"}"},
        {"geometry not", "koumoul", "select=id&where=geometry(loc, geom'POLYGON((-3 47,-2 47,-2 48,-3 48,-3 47))', disjoint)", "1 {\"id\": \"bidule\"}"},
        {"polygon", "koumoul", "select=id&where=polygon(loc, geom'POLYGON((-3 47,-2 47,-2 48,-3 48,-3 47))')", "1 {\"id\": \"koumoul\"}"},
        {"ifnull", "d2", "where=id is null&select=ifnull(id,'?') as i,length(adr) as l,lower('A') as a", "1 {\"i\": \"?\", \"l\": 10, \"a\": \"a\"}"},
    };
    CHECK(rows);
}

static void groups_are_formed(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"72", "d2", "group_by=id&select=count(*)", "3 {\"id\": null, \"count(*)\": 1}, {\"id\": \"bidule\", \"count(*)\": 2}, {\"id\": \"koumoul\", \"count(*)\": 3}"},
        /* 1,565,430 m a cell at zoom 2: both points are in one; their middle is the mean of both. 6,115 m at zoom 10. */
        {"geo_cluster", "koumoul", "group_by=geo_cluster(loc, 2)&select=count(*) as n", "~1 {\"geo_cluster(loc, 2)\": {\"cluster_centroid\": {\"lon\": -0.074262999999999"},
        {"geo_cluster fine", "koumoul", "group_by=geo_cluster(loc, 10, 40) as c&select=count(*) as n,sum(nb) as s&order_by=s", "2 {\"c\": {\"cluster_centroid\": {\"lon\": -2.748526, \"lat\": 47.687375}}, \"n\": 1, \"s\": 11.0}, {\"c\": {\"cluster_centroid\": {\"lon\": 2.6, \"lat\": 45.5}}, \"n\": 1, \"s\": 22.2}"},
        {"geo_cluster page", "koumoul", "group_by=geo_cluster(loc, 10) as c&select=count(*) as n&limit=1&offset=1", "2 {\"c\": {\"cluster_centroid\": {\"lon\": 2.6, \"lat\": 45.5}}, \"n\": 1}"},
        {"73", "koumoul", "group_by=id&select=median(nb) as med", "2 {\"id\": \"bidule\", \"med\": 22.2}, {\"id\": \"koumoul\", \"med\": 11.0}"},
        {"74", "koumoul", "group_by=id&order_by=avg(nb) DESC", "2 {\"id\": \"bidule\"}, {\"id\": \"koumoul\"}"},
        {"75", "koumoul", "group_by=range(nb, 10)&select=count(*)", "2 {\"range(nb, 10)\": \"[10, 20[\", \"count(*)\": 1}, {\"range(nb, 10)\": \"[20, 30[\", \"count(*)\": 1}"},
        {"75 int", "d2", "group_by=RANGE(employees,5)&select=count(*)", "2 {\"RANGE(employees,5)\": \"[0, 4]\", \"count(*)\": 5}, {\"RANGE(employees,5)\": \"[10, 14]\", \"count(*)\": 1}"},
        {"76", "koumoul", "group_by=range(nb, *, 20, *)&select=count(*)", "2 {\"range(nb, *, 20, *)\": \"[*, 20.0[\", \"count(*)\": 1}, {\"range(nb, *, 20, *)\": \"[20.0, *[\", \"count(*)\": 1}"},
        {"76 empty", "d2", "group_by=range(employees, *, 10, 50, *) as r&select=count(*) as n", "3 {\"r\": \"[*, 9]\", \"n\": 5}, {\"r\": \"[10, 49]\", \"n\": 1}, {\"r\": \"[50, *]\", \"n\": 0}"},
        {"77", "koumoul", "group_by=range(some_date, 1 day) as day&select=count(*)", "2 {\"day\": \"[2017-10-10T00:00:00.000Z, 2017-10-11T00:00:00.000Z[\", \"count(*)\": 1}, {\"day\": \"[2017-12-12T00:00:00.000Z, 2017-12-13T00:00:00.000Z[\", \"count(*)\": 1}"},
        {"77 Paris", "koumoul", "timezone=Europe/Paris&group_by=range(some_date, 1 day) as day&select=count(*)", "2 {\"day\": \"[2017-10-10T00:00:00+02:00, 2017-10-11T00:00:00+02:00[\", \"count(*)\": 1}, {\"day\": \"[2017-12-12T00:00:00+01:00, 2017-12-13T00:00:00+01:00[\", \"count(*)\": 1}"},
        {"77 static", "koumoul", "timezone=Europe/Paris&group_by=range(some_date, *, date'2017-11-11', *) as r&select=count(*) as n", "2 {\"r\": \"[*, 2017-11-10T23:00:00.000Z[\", \"n\": 1}, {\"r\": \"[2017-11-10T23:00:00.000Z, *[\", \"n\": 1}"},
        {"79", "koumoul", "group_by=year(some_date) as annee&select=count(*)", "1 {\"annee\": 2017, \"count(*)\": 2}"},
        {"82a", "d2", "group_by=somedate", "3 {\"somedate\": null}, {\"somedate\": \"2017-10-10\"}, {\"somedate\": \"2017-12-12\"}"},
        {"82b", "d2", "group_by=somedate&order_by=somedate desc", "3 {\"somedate\": \"2017-12-12\"}, {\"somedate\": \"2017-10-10\"}, {\"somedate\": null}"},
        {"many", "m", "group_by=str2&select=count(*) as n", "2 {\"str2\": \"val 1\", \"n\": 1}, {\"str2\": \"val 2\", \"n\": 1}"},
        {"alias of select", "koumoul", "select=year(some_date) as y,sum(nb) as s&group_by=y", "1 {\"y\": 2017, \"s\": 33.2}"},
        {"distinct", "d2", "limit=1&select=count(distinct id) as n,count(id) as c,min(somedate) as first,percentile(employees,50) as p", "6 {\"n\": 2, \"c\": 5, \"first\": \"2017-10-10\", \"p\": 2.5}"},
        {"84", "d2", "group_by=id&limit=20001", "~InvalidRESTParameterError: Invalid value for limit API parameter: 20001 was found but -1 <= limit <= 20000 is expected."},
        {"27", "koumoul", "group_by=loc", "~geo_cluster"},
        {"26", "koumoul", "select=sum(id)", "~StatAggregation only supports numeric or date expression"},
    };
    CHECK(rows);
}
/* clang-format on */

static void sums_of_doubles(void **state)
{
    (void)state;
    double acer = 0, prunus = 0;
    const char *got = records("public-trees", "group_by=genus_name&select=sum(diameter_cm) as s");
    assert_int_equal(sscanf(got, "2 {\"genus_name\": \"ACER\", \"s\": %lf}, {\"genus_name\": \"PRUNUS\", \"s\": %lf}", &acer, &prunus), 2);
    assert_float_equal(acer, 38.1, 1e-9);
    assert_float_equal(prunus, 20.3, 1e-9);
}

static void distance_is_in_metres(void **state)
{
    (void)state;
    double d = 0;
    const char *got = records("public-trees", "select=distance(geo_point_2d,geom'POINT(-123.10 49.27)') as d&order_by=d&limit=1");
    assert_int_equal(sscanf(got, "5 {\"d\": %lf}", &d), 1);
    assert_float_equal(d, 2878, 29);
}

static void random_order_is_stable(void **state)
{
    (void)state;
    char first[400];
    snprintf(first, sizeof first, "%s", records("d2", "select=adr,employees&order_by=random(1)"));
    assert_string_equal(records("d2", "select=adr,employees&order_by=random(1)"), first);
    assert_string_not_equal(records("d2", "select=adr,employees&order_by=random(1) desc"), first);
}

static void csv_bytes(void **state)
{
    (void)state;
    assert_string_equal(export_as("public-trees", "csv", "with_bom=false&limit=1"),
                        "asset_id;common_name;genus_name;height_m;diameter_cm;date_planted;geom;geo_point_2d\r\n"
                        "244086;AKEBONO FLOWERING CHERRY;PRUNUS;4.6;12.7;2012-11-13;"
                        "\"{\"\"coordinates\"\": [-123.06036999913398, 49.27117199821082], \"\"type\"\": \"\"Point\"\"}\";"
                        "49.27117199821082, -123.06036999913398\r\n");
    assert_string_equal(export_as("m", "csv", "list_separator=|&with_bom=false"), "str1;str2\r\nval 1;val 1|val 2\r\n");
    assert_string_equal(export_as("d2", "csv", "where=id is null"),
                        "\xef\xbb\xbfid;somedate;employees;adr\r\n;;3;missing id\r\n");
    assert_string_equal(export_as("koumoul", "csv", "with_bom=false&delimiter=,&select=loc&where=nb=11"),
                        "loc\r\n\"47.687375, -2.748526\"\r\n");
}

static void json_bytes(void **state)
{
    (void)state;
    assert_string_equal(export_as("d2", "json", "select=id,employees&where=employees in [2..3]"),
                        "[{\"id\": \"koumoul\", \"employees\": 3},{\"id\": \"bidule\", \"employees\": 2},{\"id\": null, \"employees\": 3}]");
    assert_string_equal(export_as("d2", "json", "rows=0"), "[]");
    assert_string_equal(export_as("t", "jsonl", ""),
                        "{\"date1\": \"2025-09-11T06:00:00+00:00\"}\n{\"date1\": \"2025-09-10T08:00:00+00:00\"}\n");
    assert_string_equal(export_as("koumoul", "geojson", "select=id,loc&limit=1"),
                        "{\"type\": \"FeatureCollection\", \"features\": [{\"type\": \"Feature\", \"geometry\": "
                        "{\"coordinates\": [-2.748526, 47.687375], \"type\": \"Point\"}, \"properties\": {\"id\": \"koumoul\"}}]}");
}

struct slices {
    unsigned ahead; /* as many are asked for before the first one is taken */
    size_t by_place, by_key; /* that gave rows */
    size_t most_bytes, most_asked;
};

/* Rows of the only column by slices, each followed by a comma. */
static struct buf sliced_ahead(struct query *q, struct slices *s)
{
    struct buf got = {0};
    PGresult *in[QUERY_AHEAD];
    unsigned n = 0;
    bool last = false;
    while (!last) {
        while (n < s->ahead && query_next(q))
            in[n++] = ask(&q->rows);
        assert_true(n > 0);
        s->most_asked = n > s->most_asked ? n : s->most_asked;
        size_t *way = q->by_place ? &s->by_place : &s->by_key, bytes = PQresultMemorySize(in[0]);
        int rows = query_taken(q, in[0], &last);
        for (int i = 0; i < rows; i++)
            buf_printf(&got, "%.*s,", PQgetlength(in[0], i, 1), PQgetvalue(in[0], i, 1));
        *way += rows > 0;
        s->most_bytes = bytes > s->most_bytes ? bytes : s->most_bytes;
        PQclear(in[0]);
        memmove(in, in + 1, --n * sizeof *in);
        while (n > 0 && (q->astray || last))
            PQclear(in[--n]);
    }
    buf_addc(&got, '\0');
    return got;
}

static struct buf sliced(struct query *q, struct slices *s)
{
    *s = (struct slices){.ahead = 1};
    return sliced_ahead(q, s);
}

/* A version of one text column that is filled by `fill`, where %s is its table. */
static struct dataset_view *filled(struct arena *a, const char *id, const char *fill)
{
    struct dataset_view *v = sample_view(a, "m");
    uuid_parse(str_of(id), &v->version);
    v->ncolumns = 1;
    view_seal(v);
    struct buf sql = {0};
    buf_printf(&sql, "CREATE TABLE %s (_id int PRIMARY KEY, c1 text); GRANT SELECT ON %s TO terrasse_reader;", view_table(v), view_table(v));
    for (struct str rest = str_of(fill), part; str_cut(&rest, '@', &part);) {
        buf_add(&sql, part);
        buf_addz(&sql, rest.p ? view_table(v) : "");
    }
    buf_addc(&sql, '\0');
    db_exec(DB_SUPER, sql.p);
    buf_free(&sql);
    return v;
}

static void assert_all_rows(const struct dataset_view *v, const char *got)
{
    struct buf sql = {0};
    buf_printf(&sql, "SELECT string_agg(c1 || ',', '' ORDER BY _id) = '%s' FROM %s", got, view_table(v));
    buf_addc(&sql, '\0');
    assert_string_equal(db_value(DB_SUPER, sql.p), "t");
    buf_free(&sql);
}

/* More rows than a slice: all are there once, in order, and as many as were asked for. */
static void slices_give_every_row_once(void **state)
{
    (void)state;
    struct arena a = {0};
    struct query *q;
    struct err e = {0};
    struct slices slices;
    const struct query_param limit = {S("limit"), S("4321")};
    struct dataset_view *v = filled(&a, "00000000-0000-7000-8000-0000000000ff", "INSERT INTO @ SELECT i, i::text FROM generate_series(1, 5000) i");
    db_good(query_make(&a, v, QUERY_EXPORT, NULL, 0, &q, &e), &e);
    assert_true(q->sliced && q->fast && q->by_place);
    struct buf got = sliced(q, &slices);
    assert_all_rows(v, got.p);
    assert_int_equal(slices.by_key, 0);
    assert_in_range(slices.by_place, 3, 4); /* 5,000 rows of 36 bytes: 23 pages, one and then 16 at a time */
    buf_free(&got);
    db_good(query_make(&a, v, QUERY_EXPORT, NULL, 0, &q, &e), &e);
    slices = (struct slices){.ahead = QUERY_AHEAD + 1};
    got = sliced_ahead(q, &slices);
    assert_all_rows(v, got.p);
    assert_int_equal(slices.most_asked, QUERY_AHEAD);
    buf_free(&got);
    query_pace(q, 400 * (size_t)1024, 400);
    assert_int_equal(query_wanted(q), 287); /* 288 KiB of rows of a bit over 1 KiB */
    query_pace(q, 10 << 20, 10);
    assert_int_equal(query_wanted(q), 1); /* one row, however wide */
    db_good(query_make(&a, v, QUERY_EXPORT, &limit, 1, &q, &e), &e);
    got = sliced(q, &slices);
    assert_int_equal(slices.by_key, 0);
    assert_int_equal(got.n - 1, 9 * 2 + 90 * 3 + 900 * 4 + (4321 - 999) * 5); /* "1," to "4321," */
    buf_free(&got);
    arena_free(&a);
}

/* Where rows were changed or taken away the table does not lie in their order: from there on they are found by number. */
static void slices_of_a_table_out_of_order(void **state)
{
    (void)state;
    static const struct {
        const char *id, *fill;
    } tables[] = {
        {"00000000-0000-7000-8000-0000000000f1", "INSERT INTO @ SELECT i, i::text FROM generate_series(1, 5000) i ORDER BY i % 7"},
        {"00000000-0000-7000-8000-0000000000f2",
         "INSERT INTO @ SELECT i, i::text FROM generate_series(1, 5000) i; UPDATE @ SET c1 = 'x' WHERE _id = 3210; UPDATE @ SET c1 = 'y' WHERE _id = 4999"},
        {"00000000-0000-7000-8000-0000000000f3", "INSERT INTO @ SELECT i, i::text FROM generate_series(1, 5000) i; DELETE FROM @ WHERE _id = 4000"},
        {"00000000-0000-7000-8000-0000000000f4", "INSERT INTO @ SELECT i, i::text FROM generate_series(2, 5000) i"},
    };
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        struct arena a = {0};
        struct query *q;
        struct err e = {0};
        struct slices slices;
        const struct slices three = {.ahead = 3};
        struct dataset_view *v = filled(&a, tables[i].id, tables[i].fill);
        db_good(query_make(&a, v, QUERY_EXPORT, NULL, 0, &q, &e), &e);
        struct buf got = sliced(q, &slices);
        assert_true(slices.by_key > 0);
        assert_all_rows(v, got.p);
        buf_free(&got);
        db_good(query_make(&a, v, QUERY_EXPORT, NULL, 0, &q, &e), &e);
        slices = three;
        got = sliced_ahead(q, &slices);
        assert_all_rows(v, got.p);
        assert_true(slices.by_key > 0 && slices.most_asked == 3);
        buf_free(&got);
        arena_free(&a);
    }
}

/* A page of the table holds many rows of which each is wide elsewhere: they come row by row. */
static void slices_of_wide_rows(void **state)
{
    (void)state;
    struct arena a = {0};
    struct query *q;
    struct err e = {0};
    struct slices slices;
    struct dataset_view *v = filled(&a, "00000000-0000-7000-8000-0000000000f5",
                                    "ALTER TABLE @ ALTER c1 SET STORAGE EXTERNAL; INSERT INTO @ SELECT i, repeat('x', 20000) FROM generate_series(1, 600) i");
    db_good(query_make(&a, v, QUERY_EXPORT, NULL, 0, &q, &e), &e);
    struct buf got = sliced(q, &slices);
    assert_int_equal(got.n - 1, 600 * 20001);
    assert_int_equal(slices.by_place, 1);
    assert_in_range(slices.by_key, (600 - 291) / 15, 600 / 10); /* 14 rows are 288 KiB */
    assert_in_range(slices.most_bytes, 1, 291 * 20100); /* a page has 291 rows at most */
    buf_free(&got);
    arena_free(&a);
}

/* The rows behind the first slices are a thousand times as wide as those in them: a slice ends where they have its bytes. */
static void slices_of_rows_that_grow_wide(void **state)
{
    (void)state;
    struct arena a = {0};
    struct err e = {0};
    const struct query_param all[] = {{S("select"), S("str1")}}, found[] = {{S("where"), S("str1 is not null")}},
                             ordered[] = {{S("order_by"), S("str1 desc")}}, narrow[] = {{S("select"), S("length(str1) as l")}};
    const struct {
        const struct query_param *params;
        size_t n;
        const char *order;
    } cases[] = {{all, 1, "_id"}, {found, 1, "_id"}, {ordered, 1, "c1 DESC, _id"}};
    struct dataset_view *v = filled(&a, "00000000-0000-7000-8000-0000000000f6",
        "ALTER TABLE @ ALTER c1 SET STORAGE EXTERNAL; INSERT INTO @ SELECT i, CASE WHEN i <= 4000 THEN 'z' || i ELSE lpad(i::text, 20000, 'y') END FROM generate_series(1, 4600) i");
    for (size_t i = 0; i < 3; i++) {
        struct query *q;
        struct query_sql wide;
        struct slices slices;
        struct buf sql = {0};
        db_good(query_make(&a, v, QUERY_EXPORT, cases[i].params, cases[i].n, &q, &e), &e);
        assert_true(query_wide(q, &wide));
        PGresult *r = ask(&wide);
        query_wide_take(q, r);
        PQclear(r);
        assert_true(q->is_wide && !q->by_place);
        if (q->ordered) {
            r = ask(&q->keys);
            query_places(q, &a, r);
            PQclear(r);
        }
        struct buf got = sliced(q, &slices);
        buf_printf(&sql, "SELECT md5(string_agg(c1 || ',', '' ORDER BY %s)) = md5('%s') FROM %s", cases[i].order, got.p, view_table(v));
        buf_addc(&sql, '\0');
        assert_string_equal(db_value(DB_SUPER, sql.p), "t");
        assert_in_range(slices.by_key, 600 / 15, 600 / 10); /* 15 rows of 20,000 bytes are 288 KiB */
        assert_in_range(slices.most_bytes, 288 << 10, 500 << 10);
        buf_free(&got);
        buf_free(&sql);
    }
    struct query *q;
    struct query_sql wide;
    struct slices slices;
    db_good(query_make(&a, v, QUERY_EXPORT, ordered, 1, &q, &e), &e);
    PGresult *keys = ask(&q->keys);
    query_places(q, &a, keys);
    PQclear(keys);
    assert_true(query_wide(q, &wide));
    q->is_wide = true;
    q->rows.sql = q->by_width;
    char gone[200]; /* rows that go while the file is on its way: whole slices of them, and some of others */
    snprintf(gone, sizeof gone, "DELETE FROM %s WHERE _id > 30 AND _id NOT IN (4100, 4500)", view_table(v));
    db_exec(DB_SUPER, gone);
    struct buf left = sliced(q, &slices), want = {0};
    buf_printf(&want, "SELECT string_agg(c1 || ',', '' ORDER BY c1 DESC) = '%s' FROM %s", left.p, view_table(v));
    buf_addc(&want, '\0');
    assert_string_equal(db_value(DB_SUPER, want.p), "t");
    buf_free(&left);
    buf_free(&want);
    db_good(query_make(&a, v, QUERY_EXPORT, narrow, 1, &q, &e), &e);
    assert_true(query_wide(q, &wide)); /* it reads the wide column */
    v = filled(&a, "00000000-0000-7000-8000-0000000000f7", "INSERT INTO @ SELECT i, i::text FROM generate_series(1, 50) i");
    db_good(query_make(&a, v, QUERY_EXPORT, NULL, 0, &q, &e), &e);
    assert_true(query_wide(q, &wide));
    PGresult *r = ask(&wide);
    query_wide_take(q, r);
    PQclear(r);
    assert_false(q->is_wide);
    arena_free(&a);
}

/* An order of the caller's, a limit and an offset: cut as well, nothing twice, nothing left out. The order
 * is PostgreSQL's own, asked in one piece. */
static void ordered_files_are_cut_too(void **state)
{
    (void)state;
    struct arena a = {0};
    struct dataset_view *v = sample_view(&a, "m");
    struct query *q;
    struct err e = {0};
    const struct query_param p[] = {{S("order_by"), S("str1 desc")}, {S("where"), S("str1 is not null")},
                                    {S("offset"), S("10")}, {S("limit"), S("4500")},
                                    {S("select"), S("str1, length(str1) + 3 as n")}};
    uuid_parse(S("00000000-0000-7000-8000-0000000000fe"), &v->version);
    v->ncolumns = 1;
    view_seal(v);
    struct buf sql = {0};
    buf_printf(&sql, "CREATE TABLE %s (_id int PRIMARY KEY, c1 text); INSERT INTO %s SELECT i, (i * 7919 %% 5003)::text"
                     " FROM generate_series(1, 5000) i; GRANT SELECT ON %s TO terrasse_reader", view_table(v), view_table(v), view_table(v));
    buf_addc(&sql, '\0');
    db_exec(DB_SUPER, sql.p);
    buf_reset(&sql);
    db_good(query_make(&a, v, QUERY_EXPORT, p, 5, &q, &e), &e);
    assert_true(q->ordered && !q->sliced);
    PGresult *keys = ask(&q->keys);
    assert_int_equal(PQntuples(keys), 4500);
    query_places(q, &a, keys);
    PQclear(keys);
    struct slices slices = {.ahead = 2};
    struct buf got = sliced_ahead(q, &slices);
    assert_in_range(slices.by_key, 3, 6);
    assert_int_equal(slices.most_asked, 2);
    buf_printf(&sql, "SELECT string_agg(c1 || ',', '' ORDER BY at) = '%s' FROM (SELECT c1, row_number() OVER"
                     " (ORDER BY c1 DESC, _id) AS at FROM %s) x WHERE at BETWEEN 11 AND 4510", got.p, view_table(v));
    buf_addc(&sql, '\0');
    assert_string_equal(db_value(DB_SUPER, sql.p), "t");
    buf_free(&got);
    buf_free(&sql);
    arena_free(&a);
}

static void a_record_is_found_by_its_id(void **state)
{
    (void)state;
    struct arena a = {0};
    struct dataset_view *v = sample_view(&a, "koumoul");
    struct query *q;
    struct err e = {0};
    char id[41];
    record_id(v, 1, id);
    db_good(query_record(&a, v, str_of(id), NULL, 0, &q, &e), &e);
    PGresult *r = ask(&q->rows);
    assert_int_equal(PQntuples(r), 1);
    assert_int_equal(cell_i64(r, 0, 0), 1);
    PQclear(r);
    id[0] = id[0] == 'a' ? 'b' : 'a';
    assert_false(query_record(&a, v, str_of(id), NULL, 0, &q, &e));
    assert_ptr_equal(e.kind, &err_query_record_unknown);
    arena_free(&a);
}

/* ---- facets ---- */

static const char *facets(const char *dataset, const char *params, int disjunctive)
{
    struct arena a = {0};
    struct query_param list[40];
    struct facet_query *q;
    struct err e = {0};
    struct dataset_view *v = sample_view(&a, dataset);
    size_t n = cut(str_of(params), list);
    if (disjunctive >= 0)
        v->columns[disjunctive].disjunctive = true;
    buf_reset(&answer);
    db_good(facet_make(&a, v, list, n, &q, &e), &e);
    PGresult *r = ask(&q->rows);
    facet_json(&answer, q, r);
    PQclear(r);
    buf_addc(&answer, '\0');
    arena_free(&a);
    return answer.p;
}

static void facets_are_counted(void **state)
{
    (void)state;
    assert_string_equal(facets("public-trees", "", -1),
                        "[{\"name\": \"genus_name\", \"facets\": [{\"name\": \"ACER\", \"count\": 3, \"state\": \"displayed\", \"value\": \"ACER\"}, "
                        "{\"name\": \"PRUNUS\", \"count\": 2, \"state\": \"displayed\", \"value\": \"PRUNUS\"}]}]");
    assert_string_equal(facets("public-trees", "facet=genus_name&refine=genus_name:ACER", -1),
                        "[{\"name\": \"genus_name\", \"facets\": [{\"name\": \"ACER\", \"count\": 3, \"state\": \"refined\", \"value\": \"ACER\"}]}]");
    assert_string_equal(facets("public-trees", "facet=genus_name&refine=genus_name:ACER&where=diameter_cm > 7.7", 2),
                        "[{\"name\": \"genus_name\", \"facets\": [{\"name\": \"ACER\", \"count\": 1, \"state\": \"refined\", \"value\": \"ACER\"}, "
                        "{\"name\": \"PRUNUS\", \"count\": 1, \"state\": \"displayed\", \"value\": \"PRUNUS\"}]}]");
    assert_string_equal(facets("public-trees", "facet=facet(name=\"genus_name\", sort=\"-alphanum\", limit=1)", -1),
                        "[{\"name\": \"genus_name\", \"facets\": [{\"name\": \"PRUNUS\", \"count\": 2, \"state\": \"displayed\", \"value\": \"PRUNUS\"}]}]");
}

/* "name count" of each value, its children in brackets: short enough to read. */
static const char *outline(const char *dataset, const char *params)
{
    static char out[2000];
    json_t *all = json_loads(facets(dataset, params, -1), 0, NULL), *one, *child;
    size_t i, k;
    out[0] = '\0';
    json_array_foreach(json_object_get(json_array_get(all, 0), "facets"), i, one) {
        sprintf(out + strlen(out), "%s%s %d", i ? ", " : "", json_string_value(json_object_get(one, "name")), (int)json_integer_value(json_object_get(one, "count")));
        json_array_foreach(json_object_get(one, "facets"), k, child)
            sprintf(out + strlen(out), " [%s %d]", json_string_value(json_object_get(child, "name")), (int)json_integer_value(json_object_get(child, "count")));
    }
    json_decref(all);
    return out;
}

/* 11 is behind 2 as a number, and before it as a text; what is no number comes last, both ways. */
static void facets_are_ordered_as_numbers(void **state)
{
    (void)state;
    assert_string_equal(outline("d2", "facet=facet(name=\"employees\", sort=\"num\")"), "0 2, 2 1, 3 2, 11 1");
    assert_string_equal(outline("d2", "facet=facet(name=\"employees\", sort=\"-num\")"), "11 1, 3 2, 2 1, 0 2");
    assert_string_equal(outline("d2", "facet=facet(name=\"employees\", sort=\"alphanum\")"), "0 2, 11 1, 2 1, 3 2");
    assert_string_equal(outline("d2", "facet=facet(name=\"adr\", sort=\"num\", hierarchical=true, separator=\" \")"), "19 1, adresse 1, bureau 3, missing 1");
    assert_string_equal(outline("d2", "facet=facet(name=\"adr\", sort=\"-num\", hierarchical=true, separator=\" \")"), "19 1, adresse 1, bureau 3, missing 1");
}

/* "bureau" and "bureau 2" are of one branch; refining it shows what is below, and keeps both. */
static void a_question_may_make_a_tree(void **state)
{
    (void)state;
    assert_string_equal(outline("d2", "facet=facet(name=\"adr\", hierarchical=true, separator=\" \")"), "bureau 3, 19 1, adresse 1, missing 1");
    assert_string_equal(outline("d2", "facet=facet(name=\"adr\", hierarchical=true, separator=\" \")&refine=adr:bureau"), "bureau 3 [2 1]");
    assert_string_equal(outline("d2", "facet=adr&refine=adr:bureau"), "bureau 2");
    assert_string_equal(outline("d2", "facet=facet(name=\"adr\", hierarchical=false)&refine=adr:bureau"), "bureau 2");
    assert_string_equal(outline("d2", "facet=facet(name=\"somedate\", hierarchical=false)"), "2017 5");
    for (const char *const *f = (const char *const[]){"facet(name=\"employees\", hierarchical=true)", "facet(name=\"adr\", hierarchical=perhaps)",
                                                      "facet(name=\"adr\", hierarchical=true, separator=\"\")", "facet(name=\"adr\", sort=\"size\")", NULL}; *f; f++) {
        struct arena a = {0};
        struct err e = {0};
        struct facet_query *q;
        struct query_param p = {S("facet"), str_of(*f)};
        assert_false(facet_make(&a, sample_view(&a, "d2"), &p, 1, &q, &e));
        assert_ptr_equal(e.kind, &err_odsql_malformed);
        arena_free(&a);
    }
}

/* The null row is in no facet; dates open one level below what is refined. */
static void date_facets_have_levels(void **state)
{
    (void)state;
    assert_string_equal(facets("d2", "facet=somedate&facet=id&refine=somedate:2017", -1),
                        "[{\"name\": \"somedate\", \"facets\": [{\"name\": \"2017\", \"count\": 5, \"state\": \"refined\", \"value\": \"2017\", \"facets\": ["
                        "{\"name\": \"12\", \"count\": 3, \"state\": \"displayed\", \"value\": \"2017/12\"}, "
                        "{\"name\": \"10\", \"count\": 2, \"state\": \"displayed\", \"value\": \"2017/10\"}]}]}, "
                        "{\"name\": \"id\", \"facets\": [{\"name\": \"koumoul\", \"count\": 3, \"state\": \"displayed\", \"value\": \"koumoul\"}, "
                        "{\"name\": \"bidule\", \"count\": 2, \"state\": \"displayed\", \"value\": \"bidule\"}]}]");
    assert_string_equal(facets("m", "", -1),
                        "[{\"name\": \"str2\", \"facets\": [{\"name\": \"val 1\", \"count\": 1, \"state\": \"displayed\", \"value\": \"val 1\"}, "
                        "{\"name\": \"val 2\", \"count\": 1, \"state\": \"displayed\", \"value\": \"val 2\"}]}]");
}


/* ---- what a question may touch ---- */

/* Asks PostgreSQL itself which relations the plan reads; how many: none where nothing can be found. */
static unsigned touches_only(const struct query_sql *s, const char *table)
{
    const char *key = "\"Relation Name\": \"", *name = table + 5;
    PGresult *r = ask_query(reader, "explain (format json) ", s, false);
    unsigned seen = 0;
    for (const char *at = PQgetvalue(r, 0, 0); (at = strstr(at, key)); at += strlen(key), seen++)
        assert_memory_equal(at + strlen(key), name, strlen(name));
    PQclear(r);
    return seen;
}

static unsigned dice(uint32_t *seed, unsigned n)
{
    *seed = *seed * 1664525 + 1013904223;
    return (*seed >> 8) % n;
}

/* clang-format off */
static const char *const values[] = {"employees", "employees + 1", "- employees / 2", "ifnull(employees, 3)", "length(adr)", "year(somedate)", "3", "2.5"};
static const char *const conditions[] = {"id = 'koumoul'", "adr like 'bureau*'", "somedate > date'2017'", "somedate <= now(months=-3, day=31)",
    "employees in ]0..11]", "id in ('a', 'b')", "search(adr, 'rue voi')", "suggest(*, 'bur')", "startswith(id, 'k')", "\"bureau\"", "id is not null", "true"};
static const char *const selected[] = {"id", "*", "count(*)", "employees * 2 as e", "json_format(adr) as j", "date_format(somedate, 'EEEE w yyyy') as f", "exclude(a*)", "max(somedate)", "sum(employees) / count(id) as m"};
static const char *const grouped[] = {"id", "year(somedate) as y", "range(employees, 5)", "range(employees, *, 3, *) as r", "range(somedate, 1 month) as mo", "range(somedate, *, date'2017-11', *) as d", "somedate", "lower(adr)"};
static const char *const orders[] = {"id", "-employees", "employees desc", "random(7)", "length(adr)", "count(*)"};
static const char *const zones[] = {"UTC", "Europe/Paris", "Pacific/Marquesas"};
/* clang-format on */
#define PICK(seed, list) list[dice((seed), sizeof(list) / sizeof(list)[0])]

static struct str condition(struct arena *a, uint32_t *seed, int depth)
{
    static const char *const marks[] = {"=", ">", "<=", ":"};
    unsigned kind = depth ? dice(seed, 6) : 5;
    if (kind == 0)
        return arena_printf(a, "not (" STR_FMT ")", STR_ARG(condition(a, seed, depth - 1)));
    if (kind < 3) {
        struct str l = condition(a, seed, depth - 1), r = condition(a, seed, depth - 1);
        return arena_printf(a, "(" STR_FMT ") %s " STR_FMT, STR_ARG(l), kind == 1 ? "and" : "or", STR_ARG(r));
    }
    if (kind == 3) {
        const char *l = PICK(seed, values), *m = PICK(seed, marks), *r = PICK(seed, values);
        return arena_printf(a, "%s %s %s", l, m, r);
    }
    return str_of(PICK(seed, conditions));
}

/* Two thousand questions drawn from the grammar: each is refused with 400, or runs and reads the
 * view's table alone. */
static void questions_touch_only_their_table(void **state)
{
    (void)state;
    uint32_t seed = 20261121;
    size_t ran = 0, read = 0;
    for (int i = 0; i < 2000; i++) {
        struct arena a = {0};
        struct err e = {0};
        struct query *q;
        struct query_param p[6];
        struct dataset_view *v = sample_view(&a, "d2");
        size_t n = 0;
        p[n++] = (struct query_param){S("where"), condition(&a, &seed, 3)};
        p[n++] = (struct query_param){S("timezone"), str_of(PICK(&seed, zones))};
        if (dice(&seed, 2))
            p[n++] = (struct query_param){S("group_by"), str_of(PICK(&seed, grouped))};
        if (dice(&seed, 2)) {
            const char *one = PICK(&seed, selected), *two = PICK(&seed, selected);
            p[n++] = (struct query_param){S("select"), arena_printf(&a, "%s, %s", one, two)};
        }
        if (dice(&seed, 3) == 0)
            p[n++] = (struct query_param){S("order_by"), str_of(PICK(&seed, orders))};
        if (query_make(&a, v, dice(&seed, 2) ? QUERY_RECORDS : QUERY_EXPORT, p, n, &q, &e)) {
            if (q->sliced)
                assert_true(query_next(q));
            read += touches_only(&q->rows, view_table(v)) > 0;
            if (q->ordered)
                touches_only(&q->keys, view_table(v));
            if (!q->count_known)
                touches_only(&q->count_rows, view_table(v));
            PQclear(ask(&q->rows));
            ran++;
        } else {
            assert_int_equal(e.kind->status, 400);
        }
        arena_free(&a);
    }
    assert_true(ran > 500);
    assert_true(read > ran / 2); /* else the plans say it in other words */
}


int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_are_paged_and_shaped), cmocka_unit_test(conditions_choose_rows),
        cmocka_unit_test(values_are_computed),          cmocka_unit_test(groups_are_formed),
        cmocka_unit_test(sums_of_doubles),              cmocka_unit_test(distance_is_in_metres),
        cmocka_unit_test(random_order_is_stable),       cmocka_unit_test(csv_bytes),
        cmocka_unit_test(json_bytes),                   cmocka_unit_test(slices_give_every_row_once),
        cmocka_unit_test(slices_of_a_table_out_of_order), cmocka_unit_test(slices_of_wide_rows),
        cmocka_unit_test(slices_of_rows_that_grow_wide),
        cmocka_unit_test(ordered_files_are_cut_too),
        cmocka_unit_test(a_record_is_found_by_its_id),  cmocka_unit_test(facets_are_counted),
        cmocka_unit_test(facets_are_ordered_as_numbers), cmocka_unit_test(a_question_may_make_a_tree),
        cmocka_unit_test(date_facets_have_levels),      cmocka_unit_test(questions_touch_only_their_table),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
