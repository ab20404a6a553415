/* What the national portal is given: texts, tags, zones. Expected values by hand from national-portal.md 1.3 and 6. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "core/base/jr.h"
#include "core/base/utf8.h"
#include "federation/national_map.h"

static struct arena a;

static int teardown(void **state)
{
    (void)state;
    arena_free(&a);
    return 0;
}

static void same(struct str got, const char *want)
{
    if (!str_eq(got, str_of(want)))
        fail_msg("\"" STR_FMT "\" is not \"%s\"", STR_ARG(got), want);
}

static void test_a_title_is_cut_behind_a_word_and_never_inside_a_character(void **state)
{
    (void)state;
    same(national_cut(&a, S("Écoles élémentaires"), 10), "Écoles");
    same(national_cut(&a, S("Écoles"), 6), "Écoles");
    same(national_cut(&a, S("éééééééééé"), 4), "éééé");
    struct buf b = {0};
    for (int i = 0; i < 100; i++)
        buf_addz(&b, "mots ");
    struct str cut = national_cut(&a, buf_str(&b), 350);
    assert_true(utf8_count(cut) <= 350 && utf8_count(cut) > 340);
    assert_true(str_ends(cut, S("mots")));
    buf_free(&b);
}

static void test_html_becomes_markdown(void **state)
{
    (void)state;
    static const struct {
        const char *html, *want;
    } rows[] = {
        {"Texte simple, 3 < 4 & 5 > 2", "Texte simple, 3 < 4 & 5 > 2"},
        {"<p>Un</p><p>Deux</p>", "Un\n\nDeux"},
        {"<b>gras</b> et <em>penché</em>", "**gras** et *penché*"},
        {"<ul><li>un</li><li>deux</li></ul>", "- un\n- deux"},
        {"<a href=\"https://x.fr/\">voir</a>", "[voir](https://x.fr/)"},
        {"<a href=\"javascript:alert(1)\">voir</a>", "voir"},
        {"<script>x</script>", "x"},
        {"d&eacute;j&agrave; &amp; &lt;b&gt;", "déjà & <b>"},
        {"<p", "<p"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        same(national_markdown(&a, str_of(rows[i].html), 1000), rows[i].want);
    assert_int_equal(national_markdown(&a, S("ééééé"), 5).n, 4); /* no half character */
}

static void test_zones(void **state)
{
    (void)state;
    struct str none = STR_NONE, tours = S("Tours"), epci = S("Orléans Métropole");
    same(national_zone(&a, S("Centre-Val de Loire"), tours, none, none, false), "fr:region:24");
    same(national_zone(&a, S("Indre-et-Loire"), tours, none, none, false), "fr:departement:37");
    same(national_zone(&a, S("Indre-et-Loire"), tours, none, none, true), "country:fr");
    same(national_zone(&a, S("Tours"), tours, S("37261"), none, false), "fr:commune:37261");
    same(national_zone(&a, S("Tours"), tours, S("37261"), none, true), "fr:departement:37");
    same(national_zone(&a, S("Orléans Métropole"), epci, none, S("244500468"), false), "fr:epci:244500468");
    assert_int_equal(national_zone(&a, S("Le quartier nord"), tours, S("37261"), none, false).n, 0);
}

static const char metas[] =
    "{\"default\": {\"title\": \"Arbres\", \"description\": \"<p>Les arbres.</p>\", \"theme\": [\"Environnement\"],"
    " \"keyword\": [\"Forêt\", \"forêt\", \"à\", \"eau\", \"x y\"]}, \"dcat\": {\"accrualperiodicity\": \"Bi-mensuelle\","
    " \"spatial\": \"France\", \"granularity\": \"adresse\", \"temporal_coverage_start\": \"2024-01-01T00:00:00\", \"created\": \"2019-07-14\"}}";

static struct source source(void)
{
    return (struct source){.travels = true, .dataset_id = S("arbres"), .version = S("v1"), .metas = str_of(metas),
                           .fields = S("[{\"name\": \"code\", \"label\": \"Code\", \"type\": \"text\"},"
                                       " {\"name\": \"lieu\", \"label\": \"Lieu\", \"type\": \"geo_point_2d\"}]"),
                           .host = S("a.example.fr"), .uid = S("u-1"), .slug = S("a"), .root = S("Région"), .portal = S("A"),
                           .created_at = S("2026-05-01 08:00:00+00"), .published_at = S("2026-05-03 09:00:00+00")};
}

/* R45: all ten, each as the national portal knows it (standards.md, its list of granularities). */
static void test_granularities(void **state)
{
    (void)state;
    static const char *const ten[][2] = {
        {"point", "poi"}, {"adresse", "poi"}, {"IRIS", "fr:iris"}, {"commune", "fr:commune"}, {"EPCI", "fr:epci"},
        {"canton", "fr:canton"}, {"département", "fr:departement"}, {"région", "fr:region"}, {"pays", "country"}, {"autre", "other"},
    };
    struct national_setting set = {.scheme = S("https"), .port = S(""), .licence = S("lov2")};
    for (size_t i = 0; i < sizeof ten / sizeof ten[0]; i++) {
        struct err e = {0};
        struct national_doc doc;
        struct source s = source();
        struct buf text = {0};
        buf_printf(&text, "{\"default\": {\"title\": \"Arbres\"}, \"dcat\": {\"granularity\": \"%s\"}}", ten[i][0]);
        s.metas = buf_str(&text);
        assert_true(national_map(&a, &s, &set, &doc, &e));
        json_t *sent = jr_parse(national_create_body(&a, &doc, S("0123456789abcdef01234567"), S("essai-1")), &e);
        same(jr_str(jr_object(sent, "spatial"), "granularity"), ten[i][1]);
        json_decref(sent);
        buf_free(&text);
    }
}

static void test_a_document(void **state)
{
    (void)state;
    struct err e = {0};
    struct national_doc doc, again;
    struct source s = source();
    struct national_setting set = {.scheme = S("https"), .port = S(""), .licence = S("lov2")};
    assert_true(national_map(&a, &s, &set, &doc, &e));
    json_t *sent = jr_parse(national_create_body(&a, &doc, S("0123456789abcdef01234567"), S("essai-1")), &e);
    assert_non_null(sent);
    char *tags = json_dumps(json_object_get(sent, "tags"), JSON_COMPACT);
    assert_string_equal(tags, "[\"eau\",\"environnement\",\"foret\",\"x-y\"]"); /* sorted, doubles merged */
    free(tags);
    same(doc.dropped, "à");
    same(jr_str(sent, "frequency"), "semimonthly");
    same(jr_str(sent, "license"), "lov2");
    same(jr_str(sent, "description"), "Les arbres.\n\nSource : https://a.example.fr/explore/dataset/arbres/");
    same(jr_str(jr_object(sent, "temporal_coverage"), "start"), "2024-01-01");
    assert_true(json_is_false(json_object_get(sent, "private"))); /* always said */
    same(jr_str(jr_object(sent, "spatial"), "granularity"), "poi");
    same(jr_str(jr_object(sent, "extras"), "terrasse:attempt"), "essai-1");
    same(jr_str(jr_object(sent, "extras"), "terrasse:created"), "2019-07-14"); /* the producer's */
    same(jr_str(jr_object(sent, "extras"), "terrasse:issued"), "2026-05-03 09:00:00+00"); /* he gives none */
    assert_int_equal(json_array_size(json_object_get(sent, "resources")), 4); /* GeoJSON: there is a point */
    same(jr_str(json_array_get(json_object_get(sent, "resources"), 2), "format"), "geojson");
    json_decref(sent);
    /* new rows change what carries rows, not the API; nothing else changes nothing */
    assert_true(national_map(&a, &s, &set, &again, &e));
    same(again.fingerprint, doc.fingerprint.p);
    s.version = S("v2");
    assert_true(national_map(&a, &s, &set, &again, &e));
    assert_false(str_eq(again.fingerprint, doc.fingerprint));
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(str_eq(again.resources[i].fingerprint, doc.resources[i].fingerprint), i == 3);
}

/* As national-portal.md 6 has it: remote, "other", an address that stays; what changes one of them changes that one alone. */
static void test_files_beside_the_rows_are_resources(void **state)
{
    (void)state;
    struct err e = {0};
    struct national_doc before, doc, again;
    struct source s = source();
    struct national_setting set = {.scheme = S("https"), .port = S("")};
    assert_true(national_map(&a, &s, &set, &before, &e));
    s.beside = S("[{\"kind\": \"attachment\", \"id\": \"plan_pdf\", \"title\": \"Le \\\"plan\\\"\", \"name\": \"Plan.v2.PDF\", \"type\": \"application/pdf\","
                 " \"size\": 1234, \"hash\": \"aa\"},"
                 " {\"kind\": \"alternative_export\", \"id\": \"tout\", \"title\": \"\", \"name\": \"tout\", \"type\": \"application/octet-stream\","
                 " \"size\": 0, \"hash\": \"bb\"}]");
    assert_true(national_map(&a, &s, &set, &doc, &e));
    assert_int_equal(doc.nresources, before.nresources + 2);
    const struct national_resource *r = &doc.resources[before.nresources];
    same(r[0].key, "attachment:plan_pdf");
    same(r[0].body, "{\"title\":\"Le \\\"plan\\\"\",\"type\":\"other\",\"format\":\"pdf\",\"mime\":\"application/pdf\",\"filesize\":1234,"
                    "\"url\":\"https://a.example.fr/api/v2/catalog/datasets/arbres/attachments/plan_pdf\"}");
    same(str_part(r[0].create, 0, 21), "{\"filetype\":\"remote\",");
    same(r[1].body, "{\"title\":\"tout\",\"type\":\"main\",\"mime\":\"application/octet-stream\",\"filesize\":0,"
                    "\"url\":\"https://a.example.fr/api/v2/catalog/datasets/arbres/alternative_exports/tout\"}");
    assert_false(str_eq(doc.fingerprint, before.fingerprint));
    s.beside = arena_str(&a, s.beside);
    ((char *)(uintptr_t)s.beside.p)[str_find(s.beside, S("\"aa\"")) + 1] = 'c'; /* other bytes under the same name */
    assert_true(national_map(&a, &s, &set, &again, &e));
    for (size_t i = 0; i < doc.nresources; i++)
        assert_int_equal(str_eq(again.resources[i].fingerprint, doc.resources[i].fingerprint), i != before.nresources);
    s.beside = S("[");
    assert_false(national_map(&a, &s, &set, &again, &e));
}

static void test_what_rows_were_joined_with_is_quoted_and_changes_the_document(void **state)
{
    (void)state;
    struct err e = {0};
    struct national_doc before, doc;
    struct source s = source();
    struct national_setting set = {.scheme = S("https"), .port = S("")};
    s.credits = S("[]");
    assert_true(national_map(&a, &s, &set, &before, &e));
    assert_true(str_find(before.members, S("citer")) < 0);
    s.credits = S("[{\"dataset\": \"noms\", \"host\": \"a.example.fr\", \"publisher\": \"P\", \"title\": \"T\", \"modified\": \"2020-05-04\","
                  " \"licence\": \"L\", \"licence_url\": \"https://l.example/\"}]");
    assert_true(national_map(&a, &s, &set, &doc, &e));
    assert_true(str_find(doc.members, S("Les arbres.\\n\\nFait aussi avec, à citer de même :\\n\\n- Source\xc2\xa0: P, «\xc2\xa0T\xc2\xa0», données du"
                                        " 04/05/2020, L\\n\\nSource : https://a.example.fr/explore/dataset/arbres/\"")) > 0);
    assert_false(str_eq(doc.fingerprint, before.fingerprint));
    s.credits = S("nonsense");
    assert_true(national_map(&a, &s, &set, &doc, &e));
    same(doc.fingerprint, before.fingerprint.p);
}

static void test_credits_that_a_description_has_no_room_for_are_counted(void **state)
{
    (void)state;
    struct err e = {0};
    struct national_doc doc;
    struct source s = source();
    struct national_setting set = {.scheme = S("https"), .port = S("")};
    struct buf b = {0};
    for (int i = 0; i < 100; i++) /* 1,000 characters and a few: 60 of them are what fits into 60,000 */
        buf_printf(&b, "%s{\"host\": \"a\", \"publisher\": \"P\", \"title\": \"%0980d\", \"licence\": \"L\"}", i ? ", " : "[", i);
    buf_addz(&b, "]");
    s.credits = buf_str(&b);
    assert_true(national_map(&a, &s, &set, &doc, &e));
    assert_true(str_find(doc.members, S("059\xc2\xa0»")) > 0 && str_find(doc.members, S("060\xc2\xa0»")) < 0);
    assert_true(str_find(doc.members, S("\\n- et 40 autres, nommés sur la page de la source\\n\\nSource : ")) > 0);
    buf_free(&b);
}

static void test_what_is_left_out_is_said_aloud(void **state)
{
    (void)state;
    struct err e = {0};
    struct national_doc doc;
    struct source s = source();
    s.metas = S("{\"default\": {\"title\": \"T\"}}");
    s.fields = S("[]");
    struct national_setting set = {.scheme = S("http"), .port = S(":8080")};
    assert_true(national_map(&a, &s, &set, &doc, &e));
    assert_true(str_find(doc.members, S("\"tags\":[]")) > 0); /* a PUT without them would wipe nothing by accident */
    assert_true(str_find(doc.members, S("\"temporal_coverage\":null")) > 0);
    assert_true(str_find(doc.members, S("\"license\":\"other-open\"")) > 0);
    assert_int_equal(doc.nresources, 3);
    same(doc.landing, "http://a.example.fr:8080/explore/dataset/arbres/");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_title_is_cut_behind_a_word_and_never_inside_a_character),
        cmocka_unit_test(test_html_becomes_markdown),
        cmocka_unit_test(test_zones), cmocka_unit_test(test_granularities),
        cmocka_unit_test(test_a_document),
        cmocka_unit_test(test_files_beside_the_rows_are_resources),
        cmocka_unit_test(test_what_rows_were_joined_with_is_quoted_and_changes_the_document),
        cmocka_unit_test(test_credits_that_a_description_has_no_room_for_are_counted),
        cmocka_unit_test(test_what_is_left_out_is_said_aloud),
    };
    return cmocka_run_group_tests(tests, NULL, teardown);
}
