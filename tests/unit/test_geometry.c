/* What is a geometry and what is not; bytes worked out by hand from the EWKB layout, centres by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <math.h>

#include "core/data/value/geometry.h"
#include "core/data/value/json_scan.h"
#include "core/data/value/lambert93.h"
#include "core/data/value/shape.h"
#include "core/data/value/type.h"

static void test_bytes_of_a_point(void **state)
{
    (void)state;
    struct buf hex = {0};
    assert_true(type_put(&hex, TYPE_GEO_SHAPE, false, S(" {\"type\":\"Point\",\"coordinates\":[2,48.5]} "), true));
    /* order, type and SRID flag, 4326, 2.0, 48.5 */
    assert_true(str_eq(buf_str(&hex), S("01" "01000020" "E6100000" "0000000000000040" "0000000000404840")));
    buf_free(&hex);
}

static void test_refused(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "{\"type\":\"Point\"}",
        "{\"type\":\"Point\",\"coordinates\":[2]}",
        "{\"type\":\"Point\",\"coordinates\":[\"2\",48]}",
        "{\"type\":\"Point\",\"coordinates\":[2,48]",
        "{\"type\":\"Point\",\"coordinates\":[2,48]} x",
        "{\"type\":\"Point\",\"coordinates\":[2,48,]}",
        "{\"type\":\"Point\",\"coordinates\":[2,0x48]}",
        "{\"type\":\"Point\",\"coordinates\":[2,nan]}",
        "{\"type\":\"Point\",\"coordinates\":[2,1e999]}",
        "{\"type\":\"Circle\",\"coordinates\":[2,48]}",
        "{\"type\":\"LineString\",\"coordinates\":[[2,48]]}",
        "{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[1,1],[0,0]]]}",
        "{\"type\":\"Polygon\",\"coordinates\":[[0,0],[1,1],[0,1],[0,0]]}",
        "{\"type\":\"GeometryCollection\",\"geometries\":[{\"type\":\"Point\"}]}",
        "{\"nom\":\"Tours\",\"coordinates\":[2,48]}",
        "[2.5,48.5]",
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct geometry g;
        struct buf out = {0};
        if (geometry_read(str_of(rows[i]), &out, &g) || type_put(&out, TYPE_GEO_SHAPE, false, str_of(rows[i]), false))
            fail_msg("%s", rows[i]);
        buf_free(&out);
    }
}

/* Corners and towns, from `gdaltransform -s_srs EPSG:2154 -t_srs EPSG:4326 -output_xy`; a billionth of a degree is a tenth
 * of a millimetre. */
static void test_lambert93(void **state)
{
    (void)state;
    static const double rows[][4] = {
        {700000, 6600000, 3, 46.5},
        {652709.40, 6862035.26, 2.35547595772165, 48.8566176950587},
        {525803, 6701233, 0.69058995726432, 47.3885104264667},
        {1242375, 6049000, 9.46798095487912, 41.3429203258623},
        {704000, 7110000, 3.05695490634652, 51.0855063950313},
        {100000, 6000000, -4.09923562794255, 40.8604338756916},
        {1300000, 7200000, 11.6494127372278, 51.5974208423899},
        {100000, 7200000, -5.64941273722776, 51.5974208423899},
        {1300000, 6000000, 10.0992356279426, 40.8604338756916},
    };
    static const double outside[][2] = {{99999, 6600000}, {1300001, 6600000}, {700000, 5999999}, {700000, 7200001}, {NAN, 6600000}, {3, 46.5}};
    double lon, lat;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_true(lambert93_degrees(rows[i][0], rows[i][1], &lon, &lat));
        if (fabs(lon - rows[i][2]) > 1e-9 || fabs(lat - rows[i][3]) > 1e-9)
            fail_msg("%.0f %.0f: %.12f %.12f", rows[i][0], rows[i][1], lon, lat);
    }
    for (size_t i = 0; i < sizeof outside / sizeof outside[0]; i++)
        assert_false(lambert93_degrees(outside[i][0], outside[i][1], &lon, &lat));
}

/* WKT beside the GeoJSON that says the same: the bytes are equal. The flat polygon is the example of the national schema of
 * delivery areas. */
static void test_wkt(void **state)
{
    (void)state;
    static const struct {
        const char *wkt, *json;
    } rows[] = {
        {"POINT(2 48.5)", "{\"type\":\"Point\",\"coordinates\":[2,48.5]}"},
        {"SRID=4326;point z ( -.5  +48. 12.5 )", "{\"type\":\"Point\",\"coordinates\":[-0.5,48]}"},
        {"PointZM(1e0 2 3 4)", "{\"type\":\"Point\",\"coordinates\":[1,2]}"},
        {"LINESTRING (0 0,\n4 0, 4 2)", "{\"type\":\"LineString\",\"coordinates\":[[0,0],[4,0],[4,2]]}"},
        {"POLYGON((0 0, 4 0, 4 4, 0 4, 0 0), (0 0, 2 0, 2 2, 0 0))",
         "{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[4,0],[4,4],[0,4],[0,0]],[[0,0],[2,0],[2,2],[0,0]]]}"},
        {"POLYGON(4.855154 45.769666, 4.855176 45.769668, 4.855190 45.769583, 4.855168 45.769581, 4.855154 45.769666)",
         "{\"type\":\"Polygon\",\"coordinates\":[[[4.855154,45.769666],[4.855176,45.769668],[4.855190,45.769583],"
         "[4.855168,45.769581],[4.855154,45.769666]]]}"},
        {"MULTIPOINT(1 2, 3 4)", "{\"type\":\"MultiPoint\",\"coordinates\":[[1,2],[3,4]]}"},
        {"MULTIPOINT((1 2), (3 4))", "{\"type\":\"MultiPoint\",\"coordinates\":[[1,2],[3,4]]}"},
        {"MULTILINESTRING((0 0,1 1),(2 2,3 3,4 4))", "{\"type\":\"MultiLineString\",\"coordinates\":[[[0,0],[1,1]],[[2,2],[3,3],[4,4]]]}"},
        {"MULTIPOLYGON Z (((0 0 1, 1 0 1, 1 1 1, 0 0 1)),((5 5 1,6 5 1,6 6 1,5 5 1)))",
         "{\"type\":\"MultiPolygon\",\"coordinates\":[[[[0,0],[1,0],[1,1],[0,0]]],[[[5,5],[6,5],[6,6],[5,5]]]]}"},
        {"GEOMETRYCOLLECTION(POINT(9 9), LINESTRING(0 0, 1 1))",
         "{\"type\":\"GeometryCollection\",\"geometries\":[{\"type\":\"Point\",\"coordinates\":[9,9]},"
         "{\"type\":\"LineString\",\"coordinates\":[[0,0],[1,1]]}]}"},
    };
    static const char *const refused[] = {
        "POINT", "POINT(2)", "POINT(2,48)", "POINT(2 48", "POINT(2 48) x", "POINT(2 48 1 1 1)", "POINT((2 48))", "POINT(a b)",
        "POINT(0x2 48)", "POINT(1e999 2)", "POINT(- 2)", "POINT EMPTY (1 2)", "POINTS(1 2)", "Point (de vente)", "POINT(1 nan)",
        "LINESTRING(2 48)", "LINESTRING((1 2),(3 4))", "LINESTRING(1 2,)", "POLYGON((0 0, 1 1, 0 0))", "POLYGON(0 0, 1 1)",
        "POLYGON()", "MULTIPOLYGON((0 0,1 0,1 1,0 0))", "GEOMETRYCOLLECTION(POINT(1 2) POINT(3 4))", "GEOMETRYCOLLECTION()",
        "SRID=2154;POINT(700000 6600000)", "SRID=4326;", "CURVEPOLYGON((0 0,1 0,1 1,0 0))",
        "GEOMETRYCOLLECTION(GEOMETRYCOLLECTION(GEOMETRYCOLLECTION(GEOMETRYCOLLECTION(GEOMETRYCOLLECTION(POINT(1 2))))))",
    };
    struct geometry g;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buf of_wkt = {0}, of_json = {0};
        struct shape shape;
        if (!geometry_read(str_of(rows[i].wkt), &of_wkt, &g) || !geometry_read(str_of(rows[i].json), &of_json, &g) ||
            !str_eq(buf_str(&of_wkt), buf_str(&of_json)))
            fail_msg("%s", rows[i].wkt);
        shape_of(str_of(rows[i].wkt), &shape);
        assert_int_equal(shape.kind, SHAPE_GEOMETRY);
        buf_free(&of_wkt), buf_free(&of_json);
    }
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        if (geometry_read(str_of(refused[i]), NULL, &g))
            fail_msg("%s", refused[i]);
    assert_true(geometry_read(S("MULTIPOLYGON EMPTY"), NULL, &g) && g.kind == GEOMETRY_EMPTY);
    assert_true(geometry_read(S("POINT(652709 6862035)"), NULL, &g) && !g.on_earth);
}

/* Nothing is left behind by what was refused half way. */
static void test_refused_leaves_nothing(void **state)
{
    (void)state;
    struct buf out = {0};
    buf_addz(&out, "ab");
    assert_false(type_put(&out, TYPE_GEO_SHAPE, false, S("{\"type\":\"MultiPoint\",\"coordinates\":[[1,2],[3]]}"), false));
    assert_true(str_eq(buf_str(&out), S("ab")));
    buf_free(&out);
}

static void test_centre(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        double lon, lat;
    } rows[] = {
        {"{\"type\":\"Point\",\"coordinates\":[2,48]}", 2, 48},
        {"{\"type\":\"MultiPoint\",\"coordinates\":[[0,0],[3,6],[3,0]]}", 2, 2},
        {"{\"type\":\"LineString\",\"coordinates\":[[0,0],[4,0],[4,2]]}", 16.0 / 6, 2.0 / 6},
        {"{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[4,0],[4,4],[0,4],[0,0]]]}", 2, 2},
        /* the other way round, and not closed */
        {"{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[0,4],[4,4],[4,0]]]}", 2, 2},
        /* 16 less a hole of 4 around (1,1): (32 - 4) / 12 */
        {"{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[4,0],[4,4],[0,4],[0,0]],[[0,0],[2,0],[2,2],[0,2],[0,0]]]}",
         28.0 / 12, 28.0 / 12},
        /* a point beside an area does not weigh */
        {"{\"type\":\"GeometryCollection\",\"geometries\":[{\"type\":\"Point\",\"coordinates\":[9,9]},"
         "{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[4,0],[4,4],[0,4],[0,0]]]}]}", 2, 2},
        {"{\"type\":\"Feature\",\"geometry\":{\"type\":\"Point\",\"coordinates\":[2,48]},\"properties\":{}}", 2, 48},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct geometry g;
        assert_true(geometry_read(str_of(rows[i].json), NULL, &g));
        if (g.lon < rows[i].lon - 1e-9 || g.lon > rows[i].lon + 1e-9 || g.lat < rows[i].lat - 1e-9 || g.lat > rows[i].lat + 1e-9)
            fail_msg("%s: %.9f %.9f", rows[i].json, g.lon, g.lat);
        assert_true(g.on_earth && !g.beyond);
    }
}

static void test_where_on_earth(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        bool on_earth, beyond;
    } rows[] = {
        {"{\"type\":\"Point\",\"coordinates\":[180,-90]}", true, false},
        {"{\"type\":\"Point\",\"coordinates\":[183.8,-17]}", true, true},
        {"{\"type\":\"Point\",\"coordinates\":[48.8,2.3]}", true, false},
        {"{\"type\":\"Point\",\"coordinates\":[2.3,90.1]}", false, false},
        {"{\"type\":\"Point\",\"coordinates\":[652000,6862000]}", false, true},
        {"{\"type\":\"MultiPoint\",\"coordinates\":[[-200,0],[200,0]]}", false, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct geometry g;
        assert_true(geometry_read(str_of(rows[i].json), NULL, &g));
        if (g.on_earth != rows[i].on_earth || g.beyond != rows[i].beyond)
            fail_msg("%s", rows[i].json);
    }
}

static void test_empty(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "{\"type\":\"Point\",\"coordinates\":[]}", "{\"type\":\"Polygon\",\"coordinates\":[ ]}",
        "{\"type\":\"MultiPolygon\",\"coordinates\":null}", "{\"type\":\"GeometryCollection\",\"geometries\":[]}",
        "{\"type\":\"Feature\",\"geometry\":null,\"properties\":{}}",
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct geometry g;
        if (!geometry_read(str_of(rows[i]), NULL, &g) || g.kind != GEOMETRY_EMPTY)
            fail_msg("%s", rows[i]);
    }
}

/* Nested past every bound: refused at once. */
static void test_deep(void **state)
{
    (void)state;
    struct buf text = {.max = 64 << 20};
    struct geometry g;
    for (int i = 0; i < 1000000; i++)
        buf_addz(&text, "{\"type\":\"GeometryCollection\",\"geometries\":[");
    assert_false(geometry_read(buf_str(&text), NULL, &g));
    buf_reset(&text);
    for (int i = 0; i < 6; i++)
        buf_addz(&text, "{\"type\":\"GeometryCollection\",\"geometries\":[");
    for (int i = 0; i < 6; i++)
        buf_addz(&text, "]}");
    assert_false(geometry_read(buf_str(&text), NULL, &g));
    buf_free(&text);
}

/* The quick way to a double gives what strtod gives. */
static void test_doubles(void **state)
{
    (void)state;
    static const char *const rows[] = {"0", "-0", "2.3522219", "48.8566140000001", "0.1", "123456789012345678", "1e2",
                                       "-0.00000001", "9007199254740993", "2.2250738585072014e-308",
                                       "0.1000000000000000055511151231257827021181583404541015625"};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct json_scan j = json_scan_of(str_of(rows[i]));
        double got = 1, want = strtod(rows[i], NULL);
        if (!json_scan_double(&j, &got) || memcmp(&got, &want, sizeof got) != 0)
            fail_msg("%s: %.17g", rows[i], got);
    }
}

static void test_lon_lat_object(void **state)
{
    (void)state;
    double lat, lon;
    assert_true(shape_pair(S("{\"lon\": 2.35, \"lat\": 48.85}"), &lat, &lon, NULL) && lat > 48 && lon < 3);
    assert_true(shape_pair(S("{\"lat\":48.85,\"lon\":2.35}"), &lat, &lon, NULL) && lat > 48 && lon < 3);
    assert_false(shape_pair(S("{\"lat\":48.85}"), &lat, &lon, NULL));
    assert_false(shape_pair(S("{\"lat\":48.85,\"lon\":2,\"z\":1}"), &lat, &lon, NULL));
    assert_false(shape_pair(S("{\"lat\":48.85,\"lat\":2}"), &lat, &lon, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes_of_a_point), cmocka_unit_test(test_refused),
        cmocka_unit_test(test_refused_leaves_nothing), cmocka_unit_test(test_wkt), cmocka_unit_test(test_lambert93), cmocka_unit_test(test_centre), cmocka_unit_test(test_where_on_earth),
        cmocka_unit_test(test_empty), cmocka_unit_test(test_deep), cmocka_unit_test(test_doubles),
        cmocka_unit_test(test_lon_lat_object),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
