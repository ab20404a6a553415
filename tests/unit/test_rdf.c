/* A graph in its three syntaxes, and what a DCAT feed may never change. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/base/jr.h"
#include "core/base/rand.h"
#include "core/data/export/dcat.h"

static struct rdf *sample(struct arena *a)
{
    struct rdf *g = rdf_new(a);
    struct rdf_node *n = rdf_iri(g, S("https://x.example/a b<c>"));
    rdf_type(n, "dcat:Dataset");
    rdf_text(n, "dct:title", S("L’\"été\" & <b>\x01\n"), "fr");
    rdf_text(n, "dct:title", S("L’\"été\" & <b>\x01\n"), "fr"); /* said twice, kept once */
    rdf_typed(n, "dct:issued", S("2026-01-05"), "xsd:date");
    struct rdf_node *blank = rdf_blank(g);
    rdf_type(blank, "dct:Location");
    rdf_link(n, "dct:spatial", blank);
    rdf_to(n, "dcat:accessURL", S("https://x.example/?a=1&b=é"));
    return g;
}

static void check(enum rdf_format format, const char *want)
{
    struct arena a = {0};
    struct buf out = {0};
    rdf_write(sample(&a), format, &out);
    struct str got = buf_str(&out);
    ptrdiff_t at = str_find(got, str_of(want));
    if (at < 0)
        fail_msg("not in:\n" STR_FMT, STR_ARG(got));
    buf_free(&out);
    arena_free(&a);
}

static void test_turtle(void **state)
{
    (void)state;
    check(RDF_TURTLE, "<https://x.example/a%20b%3Cc%3E> a dcat:Dataset ;\n"
                      "  dct:title \"L’\\\"été\\\" & <b>\\u0001\\n\"@fr ;\n"
                      "  dct:issued \"2026-01-05\"^^xsd:date ;\n"
                      "  dct:spatial _:b1 ;\n"
                      "  dcat:accessURL <https://x.example/?a=1&b=é> .\n\n"
                      "_:b1 a dct:Location .\n");
}

static void test_rdf_xml(void **state)
{
    (void)state;
    check(RDF_XML, "  <dcat:Dataset rdf:about=\"https://x.example/a%20b%3Cc%3E\">\n"
                   "    <dct:title xml:lang=\"fr\">L’&quot;été&quot; &amp; &lt;b&gt;\xef\xbf\xbd\n</dct:title>\n"
                   "    <dct:issued rdf:datatype=\"http://www.w3.org/2001/XMLSchema#date\">2026-01-05</dct:issued>\n"
                   "    <dct:spatial rdf:nodeID=\"b1\"/>\n"
                   "    <dcat:accessURL rdf:resource=\"https://x.example/?a=1&amp;b=é\"/>\n"
                   "  </dcat:Dataset>\n"
                   "  <dct:Location rdf:nodeID=\"b1\">\n  </dct:Location>\n");
}

static void test_jsonld_is_one_document_with_its_context_inside(void **state)
{
    (void)state;
    struct arena a = {0};
    struct buf out = {0};
    struct err e = {0};
    rdf_write(sample(&a), RDF_JSONLD, &out);
    json_t *doc = jr_parse(buf_str(&out), &e);
    assert_non_null(doc);
    assert_true(str_eq(jr_str(jr_object(doc, "@context"), "dct"), S("http://purl.org/dc/terms/")));
    const json_t *node = json_array_get(jr_array(doc, "@graph"), 0);
    assert_true(str_eq(jr_str(node, "@id"), S("https://x.example/a%20b%3Cc%3E")));
    assert_int_equal(json_array_size(jr_array(node, "dct:title")), 1);
    json_decref(doc);
    buf_free(&out);
    arena_free(&a);
}

/* Addresses that national portals key on: a change here makes thousands of doubles. */
static void test_distribution_addresses_are_frozen(void **state)
{
    (void)state;
    static const char *const want[] = {
        "<dcat:downloadURL rdf:resource=\"https://d.example/api/explore/v2.1/catalog/datasets/communes/exports/csv?use_labels=true\"/>",
        "<dcat:downloadURL rdf:resource=\"https://d.example/api/explore/v2.1/catalog/datasets/communes/exports/json\"/>",
        "<dct:identifier>https://old.example/explore/dataset/communes/</dct:identifier>",
        "<dcat:Dataset rdf:about=\"https://d.example/explore/dataset/communes/\">",
        "frequency/ANNUAL\"", "data-theme/REGI\"", "<dct:title xml:lang=\"fr\">communes.csv</dct:title>",
    };
    struct arena a = {0};
    struct err e = {0};
    struct buf out = {0};
    json_t *metas = jr_parse(S("{\"default\": {\"title\": \"Communes\", \"publisher\": \"R\", \"theme\": [\"Régions et villes\"]},"
                               " \"dcat\": {\"accrualperiodicity\": \"Annuelle\"}}"), &e);
    struct dcat_catalogue c = {.base = S("https://d.example"), .title = S("R"), .description = S("R"), .publisher = S("R"),
                               .self = S("https://d.example/catalog.rdf?page=1"), .total = 1, .labels = true};
    struct dcat_dataset d = {.dataset_id = S("communes"), .identifier = S("https://old.example/explore/dataset/communes/"),
                             .metas = metas, .frequency_code = S("ANNUAL"), .theme_codes = {S("REGI")}, .nthemes = 1,
                             .has_rows = true};
    struct rdf *g = rdf_new(&a);
    dcat_add(g, dcat_begin(g, &c), &c, &d);
    rdf_write(g, RDF_XML, &out);
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++)
        if (str_find(buf_str(&out), str_of(want[i])) < 0)
            fail_msg("lacks %s in\n" STR_FMT, want[i], STR_ARG(buf_str(&out)));
    assert_true(str_find(buf_str(&out), S("geojson")) < 0); /* no geometry, no such file */
    json_decref(metas);
    buf_free(&out);
    arena_free(&a);
}

int main(void)
{
    rand_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_turtle), cmocka_unit_test(test_rdf_xml),
        cmocka_unit_test(test_jsonld_is_one_document_with_its_context_inside),
        cmocka_unit_test(test_distribution_addresses_are_frozen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
