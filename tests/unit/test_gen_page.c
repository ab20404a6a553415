/* tools/gen/mkpage: the templates of tests/golden/pages, rendered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/golden/pages/html.h"

static void check(struct buf *got, const char *want)
{
    buf_addc(got, '\0');
    assert_string_equal(got->p, want);
    buf_free(got);
}

static void test_values_are_escaped_where_they_stand(void **state)
{
    (void)state;
    struct buf out = {0};
    page_escape(&out, LANG_FR,
                &(struct page_escape){.s = S("a<b>&\"c\"'d'"),
                                      .link = S("javascript:alert(1)"),
                                      .q = S("é/?&\"x"),
                                      .map = markup_trusted(S("<svg/>")),
                                      .n = -1234567,
                                      .on = true});
    check(&out, "<p title=\"a&lt;b&gt;&amp;&quot;c&quot;&#39;d&#39;\">a&lt;b&gt;&amp;&quot;c&quot;"
                "&#39;d&#39;</p>\n"
                "<a href=\"#\">x</a><a href=\"/j/%C3%A9%2F%3F%26%22x?n=-1234567\"><svg/></a>\n"
                "<b>-1\xC2\xA0" "234\xC2\xA0" "567</b>\n"
                "<input checked value=\"a\">fr\n");
}

static void test_inverse_sections(void **state)
{
    (void)state;
    struct buf out = {0};
    page_escape(&out, LANG_EN, &(struct page_escape){.s = S("x"), .link = S("/a?b=1&c='")});
    check(&out, "<p title=\"x\">x</p>\n"
                "<a href=\"/a?b=1&amp;c=&#39;\">x</a><a href=\"/j/?n=0\"></a>\n"
                "<i>off</i>\n"
                "<input value=\"\">en\n");
}

static void test_lists_in_lists_and_outer_fields(void **state)
{
    (void)state;
    const struct page_nested_hits_formats formats[] = {{S("csv")}, {S("json")}};
    const struct page_nested_hits hits[] = {
        {.name = S("one"), .formats = formats, .formats_n = 2},
        {.name = S("two")},
    };
    struct buf out = {0};
    page_nested(&out, LANG_FR, &(struct page_nested){.title = S("T"), .hits = hits, .hits_n = 2});
    check(&out, "<ul>\n"
                "  <li>T/one:csv, json</li>\n"
                "  <li>T/two:none</li>\n"
                "</ul>\n"
                "\n"
                "<h1>T</h1>\n");
}

static void test_an_empty_list_and_an_absent_text(void **state)
{
    (void)state;
    struct buf out = {0};
    page_nested(&out, LANG_FR, &(struct page_nested){.title = STR_NONE});
    check(&out, "nothing\n\n");
}

static void test_texts_plurals_and_partials(void **state)
{
    (void)state;
    static const struct {
        enum lang lang;
        int64_t n;
        const char *want;
    } rows[] = {
        {LANG_FR, 0, "<title>Données &amp; cartes – T&amp;T</title>\n<h2>T&amp;T</h2>\n"
                     "<p>0 jeu|&lt;&gt; de T&amp;T &lt;&quot;ici&quot;&gt;</p>\n"},
        {LANG_FR, 2500, "<title>Données &amp; cartes – T&amp;T</title>\n<h2>T&amp;T</h2>\n"
                        "<p>2\xC2\xA0" "500 jeux trouvés|&lt;&gt; de T&amp;T &lt;&quot;ici&quot;&gt;</p>\n"},
        {LANG_EN, 1, "<title>Data &amp; maps – T&amp;T</title>\n<h2>T&amp;T</h2>\n"
                     "<p>1 dataset|T&amp;T by &lt;&gt;</p>\n"},
        {LANG_EN, 0, "<title>Data &amp; maps – T&amp;T</title>\n<h2>T&amp;T</h2>\n"
                     "<p>0 datasets found|T&amp;T by &lt;&gt;</p>\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buf out = {0};
        page_frame(&out, rows[i].lang,
                   &(struct page_frame){.title = S("T&T"), .lang_name = S("<>"), .n = rows[i].n});
        check(&out, rows[i].want);
    }
}

static void test_handlers_read_texts_unescaped(void **state)
{
    (void)state;
    assert_true(str_eq(page_text(LANG_FR, TEXT_SITE), S("Données & cartes")));
    assert_true(str_eq(page_text(LANG_EN, TEXT_FOUND), S("{0} datasets found")));
    assert_true(str_eq(page_text_n(LANG_FR, TEXT_FOUND, 0), S("{0} jeu")));
    assert_true(str_eq(page_text_n(LANG_EN, TEXT_FOUND, 0), S("{0} datasets found")));
}

static void test_addresses(void **state)
{
    (void)state;
    static const struct {
        const char *raw, *want;
    } rows[] = {
        {"https://a.example/x y", "https://a.example/x%20y"},
        {"HTTP://a.example/", "HTTP://a.example/"},
        {"mailto:a@b.example", "mailto:a@b.example"},
        {"/jeux/a:b", "/jeux/a:b"},
        {"?q=a:b", "?q=a:b"},
        {"", ""},
        {"JavaScript:alert(1)", "#"},
        {"data:text/html,x", "#"},
        {"vbscript:x", "#"},
        {"//evil.example/", "#"},
        {"/\\evil.example/", "#"},
        {" javascript:x", "%20javascript:x"},
        {"java\tscript:x", "java%09script:x"},
        {"/\"><script>", "/%22%3E%3Cscript%3E"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buf out = {0};
        markup_url(&out, str_of(rows[i].raw));
        check(&out, rows[i].want);
    }
}

static void test_xml_holds_what_it_has_a_place_for(void **state)
{
    (void)state;
    static const struct {
        const char *raw, *want;
    } rows[] = {
        {"a<b> & \"c\" d'e", "a&lt;b&gt; &amp; &quot;c&quot; d'e"},
        {"\t1\r\n2", "\t1&#13;\n2"},
        {"x\x01\x1f\x7f", "x\xef\xbf\xbd\xef\xbf\xbd\x7f"},
        {"\xef\xbf\xbe\xef\xbf\xbf\xef\xbf\xbd", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
        {"\xef\xbb\xbf\xc5\x93\xf0\x9f\x8c\xb3", "\xef\xbb\xbf\xc5\x93\xf0\x9f\x8c\xb3"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buf out = {0};
        markup_xml(&out, str_of(rows[i].raw));
        check(&out, rows[i].want);
    }
}

static void test_numbers(void **state)
{
    (void)state;
    static const struct {
        int64_t n;
        const char *want;
    } rows[] = {
        {0, "0"},         {999, "999"},
        {1000, "1,000"},  {-999, "-999"},
        {-1000, "-1,000"}, {INT64_MIN, "-9,223,372,036,854,775,808"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buf out = {0};
        markup_number(&out, LANG_EN, rows[i].n);
        check(&out, rows[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_are_escaped_where_they_stand),
        cmocka_unit_test(test_inverse_sections),
        cmocka_unit_test(test_lists_in_lists_and_outer_fields),
        cmocka_unit_test(test_an_empty_list_and_an_absent_text),
        cmocka_unit_test(test_texts_plurals_and_partials),
        cmocka_unit_test(test_handlers_read_texts_unescaped),
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_xml_holds_what_it_has_a_place_for),
        cmocka_unit_test(test_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
