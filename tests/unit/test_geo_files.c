/* Geographic files, read by the sealed child; this very program plays `terrasse read`. GeoJSON is ours, the others go
 * through GDAL, loaded before the seal. Lambert-93's own definition says that (700000, 6600000) is 3 degrees east and 46.5
 * north. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <iconv.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/jr.h"
#include "core/data/errors.h"
#include "core/data/intake/ingest.h"
#include "core/data/intake/read_main.h"
#include "core/data/intake/reader.h"
#include "tests/unit/zip_of.h"

static int file_of(struct str text)
{
    int fd = memfd_create("file", MFD_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text.p, text.n), (ssize_t)text.n);
    return fd;
}

static bool read_report(struct str text, const char *options, json_t **report, struct err *e)
{
    struct ingest g;
    int fd = file_of(text);
    struct child_limits limits = ingest_limits(text.n);
    bool ok = ingest_start(&g, fd, str_of(options), true, &limits, e);
    if (ok)
        *report = json_incref(g.report);
    ingest_free(&g);
    close(fd);
    return ok;
}

/* "name type example", a column a line. */
static void said(struct str text, const char *options, const char *want)
{
    json_t *report = NULL;
    const json_t *column;
    struct err e = {0};
    struct buf got = {0};
    size_t i;
    if (!read_report(text, options, &report, &e))
        fail_msg("%s", e.detail);
    json_array_foreach(jr_array(report, "columns"), i, column) {
        const json_t *example = json_array_get(jr_array(column, "examples"), 0);
        buf_printf(&got, "%s %s %.41s\n", jr_str(column, "name").p, jr_str(column, "type").p,
                   example ? json_string_value(example) : "-");
    }
    if (!str_eq(buf_str(&got), str_of(want)))
        fail_msg("got:\n" STR_FMT "want:\n%s", STR_ARG(buf_str(&got)), want);
    buf_free(&got);
    json_decref(report);
}

static void refused(struct str text, const char *options, const struct err_kind *kind)
{
    json_t *report = NULL;
    struct err e = {0};
    assert_false(read_report(text, options, &report, &e));
    if (e.kind != kind)
        fail_msg("%s: %s", e.kind->code, e.detail);
}

#define KML_HEAD "<?xml version=\"1.0\"?>\n<kml xmlns=\"http://www.opengis.net/kml/2.2\"><Document>"

static void test_kml(void **state)
{
    (void)state;
    said(S(KML_HEAD "<Placemark><name>Mairie</name><ExtendedData><Data name=\"etage\"><value>2</value></Data></ExtendedData>"
           "<Point><coordinates>0.68,47.39,50</coordinates></Point></Placemark>"
           "<Placemark><name>Parc</name><Polygon><outerBoundaryIs><LinearRing><coordinates>0,47 1,47 1,48 0,48 0,47"
           "</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></Document></kml>"),
         NULL, "name text Mairie\netage int 2\ngeo_point_2d geo_point_2d 47.39, 0.68\n"
               "geo_shape geo_shape {\"type\":\"Point\",\"coordinates\":[0.68,47.39\n");
}

static void test_gpx(void **state)
{
    (void)state;
    said(S("<?xml version=\"1.0\"?><gpx version=\"1.1\" creator=\"t\" xmlns=\"http://www.topografix.com/GPX/1/1\">"
           "<wpt lat=\"47.39\" lon=\"0.68\"><ele>55.5</ele><time>2024-02-29T10:00:00Z</time><name>Tours</name></wpt>"
           "<wpt lat=\"48.5\" lon=\"1.25\"><name>Ici</name></wpt></gpx>"),
         NULL, "ele decimal 55.5\ntime datetime 2024-02-29T10:00:00+00:00\nname text Tours\n"
               "geo_point_2d geo_point_2d 47.39, 0.68\n");
}

static void test_gml(void **state)
{
    (void)state;
    said(S("<?xml version=\"1.0\"?><ogr:FeatureCollection xmlns:ogr=\"http://ogr.maptools.org/\" "
           "xmlns:gml=\"http://www.opengis.net/gml\"><gml:featureMember><ogr:lieu fid=\"lieu.0\"><ogr:geometryProperty>"
           "<gml:Point srsName=\"EPSG:2154\"><gml:coordinates>700000,6600000</gml:coordinates></gml:Point>"
           "</ogr:geometryProperty><ogr:nom>Centre</ogr:nom></ogr:lieu></gml:featureMember></ogr:FeatureCollection>"),
         NULL, "fid text lieu.0\nnom text Centre\ngeo_point_2d geo_point_2d 46.5, 3.0\n");
}

/* By the C library's own tables. */
static void put_in(struct buf *out, struct str utf8, const char *charset)
{
    iconv_t turn = iconv_open(charset, "UTF-8");
    char *from = (char *)(uintptr_t)utf8.p, *room = buf_room(out, 4 * utf8.n), *to = room;
    size_t left = utf8.n, free = 4 * utf8.n;
    assert_true(turn != (iconv_t)-1 && room);
    assert_int_equal(iconv(turn, &from, &left, &to, &free), 0);
    out->n += (size_t)(to - room);
    iconv_close(turn);
}

#define PLACE_IN_KML \
    "<kml xmlns=\"http://www.opengis.net/kml/2.2\"><Document><Placemark><name>%s</name><Point><coordinates>0.68,47.39</coordinates>" \
    "</Point></Placemark></Document></kml>"

enum { KML, GPX, GML, KMZ, XMLS };
static const struct {
    const char *document, *want; /* with a name in it */
} xml[XMLS] = {
    {PLACE_IN_KML, "name text %s\ngeo_point_2d geo_point_2d 47.39, 0.68\n"},
    {"<gpx version=\"1.1\" creator=\"t\" xmlns=\"http://www.topografix.com/GPX/1/1\"><wpt lat=\"47.39\" lon=\"0.68\"><name>%s</name></wpt></gpx>",
     "name text %s\ngeo_point_2d geo_point_2d 47.39, 0.68\n"},
    {"<ogr:FeatureCollection xmlns:ogr=\"http://ogr.maptools.org/\" xmlns:gml=\"http://www.opengis.net/gml\"><gml:featureMember>"
     "<ogr:lieu fid=\"lieu.0\"><ogr:geometryProperty><gml:Point srsName=\"EPSG:2154\"><gml:coordinates>700000,6600000</gml:coordinates>"
     "</gml:Point></ogr:geometryProperty><ogr:nom>%s</ogr:nom></ogr:lieu></gml:featureMember></ogr:FeatureCollection>",
     "fid text lieu.0\nnom text %s\ngeo_point_2d geo_point_2d 46.5, 3.0\n"},
    {PLACE_IN_KML, "name text %s\ngeo_point_2d geo_point_2d 47.39, 0.68\n"},
};

/* Mark and declaration as they are given, the bytes in `charset`; a KMZ around them. */
static void put_xml(struct buf *out, int kind, struct str mark, const char *declaration, const char *charset, const char *name)
{
    struct buf text = {0}, file = {0};
    buf_addz(&text, declaration);
    buf_printf(&text, xml[kind].document, name);
    buf_add(&file, mark);
    put_in(&file, buf_str(&text), charset);
    const struct zip_member inside = {"doc.kml", buf_str(&file)};
    struct str kmz = zip_of(&inside, 1, 1 << 16);
    buf_add(out, kind == KMZ ? kmz : buf_str(&file));
    zip_drop(kmz);
    buf_free(&text);
    buf_free(&file);
}

#define DECLARED(name) "<?xml version=\"1.0\" encoding=\"" name "\" standalone='yes'?>\n"

static void test_xml_in_each_encoding(void **state)
{
    (void)state;
    static const struct {
        struct str mark;
        const char *declaration, *charset, *name;
        int kinds;
    } rows[] = {
        {{"\xff\xfe", 2}, DECLARED("UTF-16"), "UTF-16LE", "Chêne 🌳 d’été à 5 €", XMLS},
        {{"\xfe\xff", 2}, DECLARED("UTF-16"), "UTF-16BE", "Chêne 🌳 d’été à 5 €", XMLS},
        {{"\xff\xfe", 2}, "", "UTF-16LE", "Chêne", GPX},
        {{"", 0}, DECLARED("UTF-16"), "UTF-16LE", "Chêne", GPX},
        {{"", 0}, DECLARED("UTF-16"), "UTF-16BE", "Chêne", GPX},
        {{"\xef\xbb\xbf", 3}, DECLARED("utf-16"), "UTF-8", "Chêne 🌳", GPX}, /* programs that wrote another one in the end */
        {{"", 0}, DECLARED("ISO-8859-1"), "UTF-8", "Chêne 🌳", GPX},
        {{"", 0}, DECLARED("iso-8859-1"), "ISO-8859-1", "Chêne à gué", XMLS},
        {{"", 0}, DECLARED("ISO-8859-1"), "WINDOWS-1252", "Cœur d’été à 5 €", GPX},
        {{"", 0}, DECLARED("windows-1252"), "WINDOWS-1252", "Cœur d’été à 5 €", XMLS},
        {{"", 0}, "<?xml version='1.0' encoding = 'ISO-8859-15' ?>", "ISO-8859-15", "CŒUR d'œuf, ŠšŽž Ÿ à 5 €", XMLS},
        {{"", 0}, "\n<?xml version=\"1.0\"?><?xml-stylesheet href=\"a.xsl\"?>", "UTF-8", "Chêne", GPX},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (int kind = 0; kind < rows[i].kinds; kind++) {
            struct buf file = {0}, want = {0};
            put_xml(&file, kind, rows[i].mark, rows[i].declaration, rows[i].charset, rows[i].name);
            buf_printf(&want, xml[kind].want, rows[i].name);
            buf_addc(&want, '\0');
            said(buf_str(&file), NULL, want.p);
            buf_free(&file);
            buf_free(&want);
        }
}

/* What is looked at before GDAL is what GDAL reads, in whatever encoding. */
static void test_xml_of_which_another_text_could_be_read(void **state)
{
    (void)state;
#define DEEP "<a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a>"
#define TYPED "<!DOCTYPE kml [<!ENTITY a \"b\">]>"
    static const struct {
        int kind;
        struct str mark;
        const char *declaration, *charset, *name, *want;
    } rows[] = {
        {GPX, {"", 0}, DECLARED("windows-1252"), "WINDOWS-1252", DEEP DEEP DEEP DEEP, "XML, 64 < …"},
        {KMZ, {"\xff\xfe", 2}, DECLARED("UTF-16") TYPED, "UTF-16LE", "&a;", "DOCTYPE"},
        {KML, {"", 0}, DECLARED("UTF-16") TYPED, "UTF-16BE", "&a;", "DOCTYPE"},
        {KMZ, {"<?xml version=\"1.0\"?>", 21}, TYPED, "UTF-16LE", "&a;", "XML"}, /* expat would take what follows for UTF-16 */
        {GPX, {"<?xml version=\"1.0\"?>", 21}, DECLARED("windows-1252"), "WINDOWS-1252", DEEP DEEP DEEP DEEP, "XML"},
        {GML, {"", 0}, DECLARED("macintosh"), "MACINTOSH", "Chêne", "XML, encoding=macintosh"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buf file = {0};
        json_t *report = NULL;
        struct err e = {0};
        put_xml(&file, rows[i].kind, rows[i].mark, rows[i].declaration, rows[i].charset, rows[i].name);
        assert_false(read_report(buf_str(&file), NULL, &report, &e));
        assert_ptr_equal(e.kind, &err_data_geo);
        assert_string_equal(e.arg[0], rows[i].want);
        buf_free(&file);
    }
}

static void test_reprojected(void **state)
{
    (void)state;
    said(S("{\"type\":\"FeatureCollection\",\"crs\":{\"type\":\"name\",\"properties\":{\"name\":\"urn:ogc:def:crs:EPSG::2154\"}},"
           "\"features\":[{\"type\":\"Feature\",\"properties\":{\"code\":\"01001\"},\"geometry\":{\"type\":\"Point\","
           "\"coordinates\":[700000,6600000]}}]}"),
         NULL, "code text 01001\ngeo_point_2d geo_point_2d 46.5, 3.0\n");
}

enum { AS_IT_IS, WITH_BOM, UTF16LE, UTF16BE, ENCODINGS };

/* Text of ASCII in each of them. */
static void put_as(struct buf *out, struct str text, int encoding)
{
    static const struct str marks[] = {{"", 0}, {"\xef\xbb\xbf", 3}, {"\xff\xfe", 2}, {"\xfe\xff", 2}};
    buf_add(out, marks[encoding]);
    for (size_t i = 0; i < text.n; i++) {
        if (encoding == UTF16BE)
            buf_addc(out, '\0');
        buf_addc(out, text.p[i]);
        if (encoding == UTF16LE)
            buf_addc(out, '\0');
    }
}

#define CRS(name) "\"crs\":{\"type\":\"name\",\"properties\":{\"name\":\"" name "\"}}"
#define AT(name, x, y) "{\"type\":\"Feature\",\"properties\":{\"" name "\":\"01001\"},\"geometry\":{\"type\":\"Point\",\"coordinates\":[" x "," y "]}}"

static void put_padding(struct buf *out, const char *name, size_t n)
{
    buf_printf(out, ",\"%s\":\"", name);
    for (size_t i = 0; i < n; i++)
        buf_addc(out, 'x');
    buf_addc(out, '"');
}

/* A collection of n times a point. What it is the reference of stands before it, or where there are many behind them; around
 * both stand so many bytes. */
static void put_collection(struct buf *out, const char *crs, const char *point, unsigned n, size_t around)
{
    buf_addz(out, "{\"type\":\"FeatureCollection\"");
    put_padding(out, "before", around);
    buf_printf(out, "%s%s,\"features\":[%s", n == 1 && *crs ? "," : "", n == 1 ? crs : "", point);
    for (unsigned i = 1; i < n; i++)
        buf_printf(out, ",%s", point);
    buf_printf(out, "]%s%s", n > 1 ? "," : "", n > 1 ? crs : "");
    put_padding(out, "more", around);
    buf_addc(out, '}');
}

static void test_reference_in_each_encoding(void **state)
{
    (void)state;
    static const struct {
        const char *crs, *point;
        unsigned n;
        const char *want;
        size_t around;
    } rows[] = {
        /* by the definitions of Lambert-93 and of UTM: where their central meridians meet the parallel of origin */
        {CRS("urn:ogc:def:crs:EPSG::2154"), AT("code", "700000", "6600000"), 1, "code text 01001\ngeo_point_2d geo_point_2d 46.5, 3.0\n"},
        {CRS("urn:ogc:def:crs:EPSG::2154"), AT("code", "700000", "6600000"), 2000, "code text 01001\ngeo_point_2d geo_point_2d 46.5, 3.0\n"},
        {"\"keys\":[\"crs\"]," CRS("EPSG:2154"), AT("code", "700000", "6600000"), 1, "code text 01001\ngeo_point_2d geo_point_2d 46.5, 3.0\n", 70000},
        {CRS("EPSG:2154"), "{\"type\":\"Feature\",\"properties\":{\"code\":\"01001\",\"crs\":{\"name\":\"EPSG:4326\"}},\"geometry\":{\"type\":\"Point\",\"coordinates\":[700000,6600000]}}",
         100, "code text 01001\ncrs text { \"name\": \"EPSG:4326\" }\ngeo_point_2d geo_point_2d 46.5, 3.0\n", 70000},
        {CRS("EPSG:32631"), AT("crs", "500000", "0"), 1, "crs text 01001\ngeo_point_2d geo_point_2d 0.0, 3.0\n"},
        {CRS("IGNF:LAMB93"), AT("code", "700000", "6600000"), 1, "code text 01001\ngeo_point_2d geo_point_2d 46.5, 3.0\n"},
        {CRS("urn:ogc:def:crs:OGC:1.3:CRS84"), AT("code", "0.68", "47.39"), 1, "code text 01001\ngeo_point_2d geo_point_2d 47.39, 0.68\n"},
        {CRS("EPSG:4326"), AT("code", "0.68", "47.39"), 1, "code text 01001\ngeo_point_2d geo_point_2d 47.39, 0.68\n"},
        {"\"a\":1", "{\"type\":\"Feature\",\"properties\":{\"code\":\"01001\",\"crs\":{\"name\":\"EPSG:2154\"}},\"geometry\":{\"type\":\"Point\",\"coordinates\":[0.68,47.39]}}", 1,
         "code text 01001\ncrs text {\"name\":\"EPSG:2154\"}\ngeo_point_2d geo_point_2d 47.39, 0.68\n"},
        {"\"crs\":null", AT("code", "0.68", "47.39"), 1, "code text 01001\ngeo_point_2d geo_point_2d 47.39, 0.68\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (int encoding = AS_IT_IS; encoding < (i < 4 ? ENCODINGS : WITH_BOM); encoding++) {
            struct buf text = {0}, file = {0};
            put_collection(&text, rows[i].crs, rows[i].point, rows[i].n, rows[i].around);
            put_as(&file, buf_str(&text), encoding);
            said(buf_str(&file), NULL, rows[i].want);
            buf_free(&text);
            buf_free(&file);
        }
}

/* Numbers that would pass for degrees, so that nothing else stops them. */
static void test_reference_that_is_not_turned_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *crs, *point;
    } rows[] = {
        {CRS("urn:x-region:grille"), AT("code", "0.68", "47.39")},
        {CRS("EPSG:999999"), AT("code", "0.68", "47.39")},
        {"\"a\":1", "{\"type\":\"Feature\"," CRS("EPSG:2154") ",\"properties\":{\"a\":1},\"geometry\":{\"type\":\"Point\",\"coordinates\":[0.6,47]}}"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (int encoding = AS_IT_IS; encoding < (i < 1 ? ENCODINGS : WITH_BOM); encoding++) {
            struct buf text = {0}, file = {0};
            put_collection(&text, rows[i].crs, rows[i].point, 1, 0);
            put_as(&file, buf_str(&text), encoding);
            refused(buf_str(&file), NULL, &err_data_geo);
            buf_free(&text);
            buf_free(&file);
        }
    refused(S("{\"type\":\"Feature\"," CRS("EPSG:2154") ",\"properties\":{\"a\":1},\"geometry\":{\"type\":\"Point\",\"coordinates\":[0.6,47]}}"), NULL,
            &err_data_geo);
}

static double child_seconds(void)
{
    struct rusage used;
    assert_int_equal(getrusage(RUSAGE_CHILDREN, &used), 0);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

/* What the processor takes to refuse two megabytes of members of this name, each within the one before: no reference of the file. */
static double seconds_to_refuse(const char *member)
{
    struct buf text = {0};
    buf_addz(&text, "{\"type\":\"FeatureCollection\",\"x\":[");
    while (text.n < 2 << 20) {
        for (int depth = 0; depth < 130; depth++)
            buf_addz(&text, member);
        buf_addz(&text, "WGS 84\"},");
    }
    double before = child_seconds();
    refused(buf_str(&text), NULL, &err_data_geo);
    buf_free(&text);
    return child_seconds() - before;
}

/* What stands within one is not looked at again. The same bytes under another name are the measure: a look at each of the
 * 300,000, with all that stands within, took fifty times as long as they. */
static void test_many_references(void **state)
{
    (void)state;
    double others = seconds_to_refuse("\"crt\":{"), references = seconds_to_refuse("\"crs\":{");
    print_message("%.3f s references, %.3f s others\n", references, others);
    assert_true(references < 8 * others);
}

static void test_layers(void **state)
{
    (void)state;
    static const struct str kml = {KML_HEAD "<Folder><name>un</name><Placemark><name>a</name><Point><coordinates>1,47</coordinates>"
                                            "</Point></Placemark></Folder><Folder><name>deux</name><Placemark><name>b</name><Point>"
                                            "<coordinates>2,48</coordinates></Point></Placemark></Folder></Document></kml>",
                                   sizeof KML_HEAD "<Folder><name>un</name><Placemark><name>a</name><Point><coordinates>1,47</coordinates>"
                                            "</Point></Placemark></Folder><Folder><name>deux</name><Placemark><name>b</name><Point>"
                                            "<coordinates>2,48</coordinates></Point></Placemark></Folder></Document></kml>" - 1};
    said(kml, NULL, "name text a\ngeo_point_2d geo_point_2d 47.0, 1.0\n");
    said(kml, "{\"layer\":\"deux\"}", "name text b\ngeo_point_2d geo_point_2d 48.0, 2.0\n");
    refused(kml, "{\"layer\":\"trois\"}", &err_data_geo_layer);
    json_t *report = NULL;
    struct err e = {0};
    assert_true(read_report(kml, "{}", &report, &e));
    char *layers = json_dumps(json_object_get(report, "layers"), JSON_COMPACT);
    assert_string_equal(layers, "[\"un\",\"deux\"]");
    free(layers);
    json_decref(report);
}

/* Properties come and go; text keeps its type, numbers their digits; what is nested stays as it is written. */
static void test_geojson(void **state)
{
    (void)state;
    said(S("\xef\xbb\xbf{\"features\": [\n"
           "{\"type\":\"Feature\",\"id\":7,\"properties\":{\"code\":\"37000\",\"n\":9007199254740993,\"nom\":\"caf\\u00e9 \\\"noir\\\"\"},"
           "\"geometry\":{\"type\":\"Point\",\"coordinates\":[0.68,47.39]}},\n"
           "{\"type\":\"Feature\",\"id\":8,\"geometry\":null,\"properties\":{\"n\":null,\"liste\":[1,{\"a\":2}],\"quand\":\"2024-02-29\"}},\n"
           "{\"type\":\"Feature\",\"id\":9,\"geometry\":{\"type\":\"Point\",\"coordinates\":[]},\"properties\":null}\n"
           "], \"type\": \"FeatureCollection\"}"),
         NULL,
         "code text 37000\nn int 9007199254740993\nnom text café \"noir\"\nliste text [1,{\"a\":2}]\nquand date 2024-02-29\n"
         "id text 7\ngeo_point_2d geo_point_2d 47.39, 0.68\n");
}

static void test_one_feature_and_many(void **state)
{
    (void)state;
    said(S(" {\"type\": \"Feature\", \"properties\": {\"a\": 1}, \"geometry\": null}"), NULL, "a int 1\n");
    said(S("{\"type\":\"Feature\",\"properties\":{\"a\":1},\"geometry\":null}\n{\"type\":\"Feature\",\"properties\":{\"b\":true},\"geometry\":null}\n"),
         NULL, "a int 1\nb boolean true\n");
    said(S("\x1e{\"type\":\"Feature\",\"properties\":{\"a\":1},\"geometry\":null}\n\x1e{\"type\":\"Feature\",\"properties\":{\"a\":2},\"geometry\":null}\n"),
         NULL, "a int 1\n");
}

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const struct err_kind *kind;
    } rows[] = {
        {"{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{\"a\":1}},", &err_data_geo},
        {"{\"type\":\"FeatureCollection\",\"features\":[{\"properties\":{\"a\":1}} {\"properties\":{\"a\":1}}]}", &err_data_geo},
        {"{\"type\":\"FeatureCollection\",\"features\":[{\"properties\":{\"a\":\"\\x\"}}]}", &err_data_geo},
        {"{\"type\":\"FeatureCollection\",\"features\":{}}", &err_data_geo},
        {"{\"type\":\"FeatureCollection\",\"features\":[]}", &err_data_no_rows},
        {"<?xml version=\"1.0\"?><!DOCTYPE kml [<!ENTITY a \"b\">]><kml xmlns=\"http://www.opengis.net/kml/2.2\">&a;</kml>", &err_data_geo},
        {"<kml xmlns=\"http://www.opengis.net/kml/2.2\"><Document><Placemark>", &err_data_geo},
        {"fgb\3fgb\1 and nothing of what follows", &err_data_geo},
        {"PK\3\4 and then no zip: a.shp", &err_data_geo},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        refused(str_of(rows[i].text), NULL, rows[i].kind);
}

/* The document type of a KML counts where it stands, not in the zip around it. */
static void test_kmz(void **state)
{
    (void)state;
#define PLACE "<Placemark><name>Mairie</name><Point><coordinates>0.68,47.39</coordinates></Point></Placemark>"
    static const struct zip_member plain = {"doc.kml", S(KML_HEAD PLACE "</Document></kml>")};
    static const struct zip_member typed = {
        "doc.kml", S("<!DOCTYPE kml [<!ENTITY a \"b\">]><kml xmlns=\"http://www.opengis.net/kml/2.2\"><Document>" PLACE "</Document></kml>")};
    struct str good = zip_of(&plain, 1, 1 << 16), bad = zip_of(&typed, 1, 1 << 16);
    said(good, NULL, "name text Mairie\ngeo_point_2d geo_point_2d 47.39, 0.68\n");
    json_t *report = NULL;
    struct err e = {0};
    assert_false(read_report(bad, NULL, &report, &e));
    assert_string_equal(e.arg[0], "DOCTYPE");
    zip_drop(good), zip_drop(bad);
}

static void test_deep(void **state)
{
    (void)state;
    struct buf text = {.max = 64 << 20};
    int64_t start = clock_monotonic_us();
    buf_addz(&text, "{\"type\":\"FeatureCollection\",\"features\":[{\"properties\":{\"a\":");
    for (int i = 0; i < 20000000; i++)
        buf_addc(&text, '[');
    refused(buf_str(&text), NULL, &err_data_geo);
    assert_true(clock_monotonic_us() - start < 2000000);
    buf_free(&text);
}

/* Rows of two layers, the first 12 MB; what only one row says stands at its beginning and at its end. `padding` comes between. */
static void put_kml(struct buf *out, unsigned rows, size_t padding)
{
    buf_addz(out, KML_HEAD "<Schema name=\"s\" id=\"s\"><SimpleField name=\"n\" type=\"int\"/></Schema><Folder><name>Haies &amp; arbres</name>");
    for (unsigned i = 0; i < rows; i++) {
        buf_printf(out, "<Placemark id=\"p%u\"><name>lieu %u</name><description><![CDATA[<b>%0100u</b>]]></description><ExtendedData>", i, i, i);
        if (i == 0 || i == rows - 1)
            buf_printf(out, "<Data name=\"%s\"><value>oui %u</value></Data>", i ? "fin" : "debut", i);
        else
            buf_printf(out, "<SchemaData schemaUrl=\"#s\"><SimpleData name=\"n\">%u</SimpleData></SchemaData>", i);
        buf_printf(out, "</ExtendedData>%s</Placemark>\n",
                   i % 2 ? "<Point><coordinates>1,47</coordinates></Point>"
                         : "<LineString><coordinates>1,47 2,48</coordinates></LineString>");
        if (i == rows / 2) {
            buf_addz(out, "<Folder><name>dedans</name><Placemark><name>autre</name></Placemark></Folder><!--");
            for (size_t k = 0; k < padding; k++)
                buf_addc(out, 'x');
            buf_addz(out, "-->");
        }
    }
    buf_addz(out, "</Folder><Folder><name>vide</name></Folder><Folder/></Document></kml>");
}

static char *report_of(const struct buf *text, const char *options)
{
    json_t *report = NULL;
    struct err e = {0};
    if (!read_report(buf_str(text), options, &report, &e))
        fail_msg("%s", e.detail);
    json_object_del(report, "encoding");
    json_object_del(report, "bytes");
    char *said = json_dumps(report, JSON_SORT_KEYS | JSON_INDENT(1));
    json_decref(report);
    return said;
}

/* The same rows, once as GDAL reads them whole and once in pieces, for a comment makes the file too large: nothing differs, in
 * UTF-16 neither. */
static void test_large_kml_is_read_in_pieces(void **state)
{
    (void)state;
    static const char *const layers[] = {NULL, "{\"layer\":\"dedans\"}"};
    struct buf whole = {.max = 64 << 20}, pieces = {.max = 64 << 20}, wide = {.max = 64 << 20};
    put_kml(&whole, 30000, 10);
    put_kml(&pieces, 30000, 12 << 20);
    put_as(&wide, buf_str(&pieces), UTF16BE);
    assert_true(whole.n > 9 << 20 && whole.n < 16 << 20 && pieces.n > 17 << 20);
    for (size_t i = 0; i < 2; i++) {
        char *a = report_of(&whole, layers[i]), *b = report_of(&pieces, layers[i]);
        if (strcmp(a, b) != 0)
            fail_msg("%s\n----\n%s", a, b);
        assert_non_null(strstr(a, i ? "\"layer\": \"dedans\"" : "\"layer\": \"Haies & arbres\""));
        assert_true(i == 1 || (strstr(a, "\"name\": \"debut\"") && strstr(a, "\"name\": \"fin\"") && strstr(a, "\"kept\": 30000")));
        free(a);
        free(b);
    }
    char *one = report_of(&pieces, layers[1]), *same = report_of(&wide, layers[1]);
    assert_string_equal(one, same);
    free(one);
    free(same);
    refused(buf_str(&pieces), "{\"layer\":\"trois\"}", &err_data_geo_layer);
    refused(buf_str(&pieces), "{\"layer\":\"vide\"}", &err_data_no_rows);
    refused(str_part(buf_str(&pieces), 0, pieces.n - 20), NULL, &err_data_geo);
    const struct zip_member inside = {"doc.kml", buf_str(&pieces)};
    struct str kmz = zip_of(&inside, 1, 32 << 20);
    char *said = report_of(&(struct buf){.p = (char *)(uintptr_t)kmz.p, .n = kmz.n}, NULL);
    assert_non_null(strstr(said, "\"kept\": 30000"));
    free(said);
    zip_drop(kmz);
    buf_free(&whole);
    buf_free(&pieces);
    buf_free(&wide);
}

/* GDAL in the child opens no door: the seal falls after it was loaded. */
static void test_still_sealed(void **state)
{
    (void)state;
    static const char *const probes[] = {"--probe=socket", "--probe=start", "--probe=open"};
    for (size_t i = 0; i < 3; i++) {
        const char *const arguments[] = {"read", "--sealed", probes[i], NULL};
        int fd = file_of(S(KML_HEAD "</Document></kml>"));
        struct child_task task = {.arguments = arguments, .input_fd = fd, .limits = ingest_limits(0)};
        struct child c;
        struct err e = {0};
        assert_true(child_start(&c, &task, &e));
        char piece[4096];
        for (size_t n = 1; n > 0;)
            assert_true(child_read(&c, c.report_fd, piece, sizeof piece, &n, &e));
        assert_false(child_finish(&c, &e));
        if (i < 2)
            assert_string_equal(e.detail, "signal 31");
        close(fd);
    }
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "read") == 0)
        return read_main(argc - 1, argv + 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kml), cmocka_unit_test(test_gpx), cmocka_unit_test(test_gml), cmocka_unit_test(test_reprojected),
        cmocka_unit_test(test_xml_in_each_encoding), cmocka_unit_test(test_xml_of_which_another_text_could_be_read),
        cmocka_unit_test(test_reference_in_each_encoding), cmocka_unit_test(test_reference_that_is_not_turned_is_refused),
        cmocka_unit_test(test_many_references), cmocka_unit_test(test_layers), cmocka_unit_test(test_geojson), cmocka_unit_test(test_one_feature_and_many),
        cmocka_unit_test(test_refused), cmocka_unit_test(test_kmz), cmocka_unit_test(test_deep),
        cmocka_unit_test(test_large_kml_is_read_in_pieces), cmocka_unit_test(test_still_sealed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
