/* Multiples, members whatever their names, items by their place or their number: in a column, in several, within cells.
 * Expectations are worked out by hand; where a file tells null and an absent member apart, jsonschema of Python says the same. */
#include "tests/unit/json_schema_case.h"

struct one_value {
    const char *rule, *cell, *quoted, *code;
};

static void expect_values(const struct one_value *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct buf schema = {0};
        buf_printf(&schema, LIST("\"properties\":{\"x\":{%s}}"), rows[i].rule);
        buf_addc(&schema, 0);
        expect(schema.p, "x", rows[i].cell, rows[i].quoted, rows[i].code);
        buf_free(&schema);
    }
}

#define EXPECT_VALUES(rows) expect_values(rows, sizeof(rows) / sizeof(rows)[0])

static void test_multiples_are_told_by_the_digits(void **state)
{
    static const struct one_value rows[] = {
        {"\"type\":\"number\",\"multipleOf\":0.01", "19.99", "-", ""},
        {"\"type\":\"number\",\"multipleOf\":0.01", "19.999", "-", "x rule_asks"},
        {"\"type\":\"number\",\"multipleOf\":0.01", "19.99", "", ""},
        {"\"type\":\"number\",\"multipleOf\":0.01", "123456789012345678.91", "-", ""}, /* more than a double keeps */
        {"\"type\":\"number\",\"multipleOf\":0.01", "123456789012345678.915", "", "x rule_asks"},
        {"\"type\":\"number\",\"multipleOf\":0.1", "0.30000000000000004", "-", "x rule_asks"},
        {"\"type\":\"integer\",\"multipleOf\":5", "15", "-", ""},
        {"\"type\":\"integer\",\"multipleOf\":5", "-16", "-", "x rule_asks"},
        {"\"type\":\"integer\",\"multipleOf\":3", "100000000000000000000000000002", "-", ""}, /* the sum of its digits is 3 */
        {"\"multipleOf\":3", "100000000000000000000000000003", "-", "x rule_asks"},
        {"\"multipleOf\":0.05", "1.15", "", ""}, /* of no type, in a CSV: what reads as a number is one */
        {"\"multipleOf\":0.05", "1.16", "", "x rule_asks"},
        {"\"multipleOf\":0.05", "1,15 €", "", ""},
        {"\"multipleOf\":0.05", "1.16", "q", ""}, /* a text is no number */
        {"\"type\":\"integer\",\"divisibleBy\":2", "7", "-", "x rule_asks"}, /* draft-03 */
        {"\"oneOf\":[{\"multipleOf\":2},{\"multipleOf\":3}]", "6", "-", "x rule_several"},
        {"\"oneOf\":[{\"multipleOf\":2},{\"multipleOf\":3}]", "9", "-", ""},
        {"\"type\":\"array\",\"items\":{\"type\":\"number\",\"multipleOf\":0.01}", "[19.99,4.35,1e2]", "-", ""},
        {"\"type\":\"array\",\"items\":{\"type\":\"number\",\"multipleOf\":0.01}", "[19.99,4.351]", "-", "x[] rule_asks"},
        {"\"type\":\"array\",\"items\":{\"multipleOf\":0.1}", "[0.30000000000000004]", "-", ""}, /* within a cell: not told */
    };
    (void)state;
    EXPECT_VALUES(rows);
}

static void test_items_by_their_place_and_their_number(void **state)
{
    static const struct one_value rows[] = {
        {"\"type\":\"array\",\"contains\":{\"const\":\"SIRET\"}", "RNA|SIRET", "-", ""},
        {"\"type\":\"array\",\"contains\":{\"const\":\"SIRET\"}", "RNA|TVA", "-", "x rule_asks"},
        {"\"type\":\"array\",\"contains\":{\"minimum\":5},\"minContains\":2", "[1,5,6]", "-", ""},
        {"\"type\":\"array\",\"contains\":{\"minimum\":5},\"minContains\":2", "[1,5]", "-", "x rule_asks"},
        {"\"type\":\"array\",\"contains\":{\"minimum\":5},\"maxContains\":1", "[1,5,6]", "-", "x rule_asks"},
        {"\"type\":\"array\",\"contains\":{\"minimum\":5},\"minContains\":0", "[1]", "-", ""},
        {"\"type\":\"array\",\"contains\":{\"minimum\":5},\"minContains\":0,\"maxContains\":0", "[5]", "-", "x rule_asks"},
        {"\"contains\":{\"type\":\"object\",\"required\":[\"a\"]}", "[1,{\"a\":2}]", "-", ""},
        {"\"contains\":{\"type\":\"object\",\"required\":[\"a\"]}", "[1,{\"b\":2}]", "-", "x rule_asks"},
        {"\"contains\":{}", "12", "-", ""}, /* no list */
        {"\"type\":\"array\",\"items\":{\"type\":\"array\",\"contains\":{}}", "[[1],[]]", "-", "x[] rule_asks"},
        {"\"not\":{\"contains\":{\"const\":\"x\"}}", "a|x", "-", "x rule_excluded"},
        {"\"type\":\"array\",\"prefixItems\":[{\"type\":\"number\"},{\"enum\":[\"km\",\"m\"]}]", "[12,\"km\",true]", "-", ""},
        {"\"type\":\"array\",\"prefixItems\":[{\"type\":\"number\"},{\"enum\":[\"km\",\"m\"]}]", "[12]", "-", ""},
        {"\"type\":\"array\",\"prefixItems\":[{\"type\":\"number\"},{\"enum\":[\"km\",\"m\"]}]", "[12,\"mi\"]", "-", "x rule_asks"},
        {"\"type\":\"array\",\"prefixItems\":[{\"type\":\"number\"}],\"items\":{\"type\":\"string\"}", "[12,\"a\",\"b\"]", "-", ""},
        {"\"type\":\"array\",\"prefixItems\":[{\"type\":\"number\"}],\"items\":{\"type\":\"string\"}", "[12,\"a\",3]", "-", "x rule_asks"},
        {"\"type\":\"array\",\"prefixItems\":[{},{}],\"items\":false", "[1,2]", "-", ""},
        {"\"type\":\"array\",\"prefixItems\":[{},{}],\"items\":false", "[1,2,3]", "-", "x member_extra"},
        {"\"type\":\"array\",\"items\":[{\"type\":\"number\"},{}]", "[\"a\",1]", "-", "x rule_asks"}, /* draft-04 to 2019-09 */
        {"\"type\":\"array\",\"items\":[{},{}],\"additionalItems\":false", "[1,2,3]", "-", "x member_extra"},
        {"\"type\":\"array\",\"items\":[{}],\"additionalItems\":{\"minimum\":5}", "[1,5]", "-", ""},
        {"\"type\":\"array\",\"items\":[{}],\"additionalItems\":{\"minimum\":5}", "[1,4]", "-", "x rule_asks"},
        {"\"type\":\"array\",\"items\":{\"type\":\"number\"},\"additionalItems\":false", "[1,2]", "-", ""}, /* says nothing here */
        {"\"type\":\"array\",\"items\":{\"prefixItems\":[{\"const\":1},{\"multipleOf\":0.5}],\"type\":\"array\"}", "[[1,2.5],[1,2.4]]", "-", "x[] rule_asks"},
    };
    (void)state;
    EXPECT_VALUES(rows);
}

#define HAS "\"properties\":{\"id\":{\"type\":\"string\"},\"o\":{\"type\":\"object\",\"properties\":{\"p\":{\"type\":\"string\"},\"q\":{\"type\":\"integer\"}}}},"

/* Columns that the schema does not name are told by their own names. */
static void test_members_of_a_row_whatever_their_names(void **state)
{
    static const struct {
        const char *rule, *row, *code; /* id;o.p;o.q;pop_2020;pop_2021;z */
    } rows[] = {
        {"\"patternProperties\":{\"^pop_[0-9]{4}$\":{\"type\":\"integer\",\"minimum\":0}}", "A;;;12;0;x", ""},
        {"\"patternProperties\":{\"^pop_[0-9]{4}$\":{\"type\":\"integer\",\"minimum\":0}}", "A;;;12;-1;x", "pop_2021 rule_asks"},
        {"\"patternProperties\":{\"^pop_[0-9]{4}$\":{\"type\":\"integer\"}}", "A;;;12.5;;x", "pop_2020 rule_asks"},
        {"\"patternProperties\":{\"^id$\":{\"maxLength\":1}}", "AB;;;;;", "id rule_asks"}, /* of a described one as well */
        {"\"patternProperties\":{\"^o$\":{\"required\":[\"p\"]}}", "A;;3;;;", "o.p value_required"},
        {"\"patternProperties\":{\"^o$\":{\"required\":[\"p\"]}}", "A;;;;;", ""},
        {"\"patternProperties\":{\"^pop_\":{}},\"additionalProperties\":false", "A;;;1;2;", ""},
        {"\"patternProperties\":{\"^pop_\":{}},\"additionalProperties\":false", "A;;;1;2;x", "z member_extra"},
        {"\"patternProperties\":{\"^pop_\":{}},\"additionalProperties\":{\"maxLength\":2}", "ABC;;;1;2;xy", ""},
        {"\"patternProperties\":{\"^pop_\":{}},\"additionalProperties\":{\"maxLength\":2}", "A;;;1;2;xyz", "z rule_asks"},
        {"\"anyOf\":[{\"patternProperties\":{\"^pop_\":{\"minimum\":5}}},{\"required\":[\"z\"]}]", "A;;;4;;", "z rule_none"},
        {"\"propertyNames\":{\"pattern\":\"^[a-z_0-9]+$\"}", "A;a;;1;2;x", ""},
        {"\"propertyNames\":{\"pattern\":\"^[a-z]+$\"}", "A;a;;;2;x", "pop_2021 rule_name"},
        {"\"propertyNames\":{\"enum\":[\"id\",\"pop_2020\"]}", "A;;;1;;", ""},
        {"\"propertyNames\":{\"maxLength\":1}", "A;;;;;", "id rule_name"},
        {"\"minProperties\":3", "A;;;1;2;", ""},
        {"\"minProperties\":3", "A;a;2;;;", " rule_asks"}, /* o is one */
        {"\"minProperties\":3", "A;a;2;;;z", ""},
        {"\"maxProperties\":2", "A;a;2;;;", ""},
        {"\"maxProperties\":2", "A;a;2;1;;", " rule_asks"},
        {"\"not\":{\"minProperties\":4}", "A;;;1;2;z", " rule_excluded"},
        {"\"if\":{\"minProperties\":3},\"then\":{\"required\":[\"z\"]}", "A;;;1;2;", "z rule_required_because"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buf schema = {0};
        buf_printf(&schema, LIST(HAS "%s"), rows[i].rule);
        buf_addc(&schema, 0);
        expect(schema.p, "id;o.p;o.q;pop_2020;pop_2021;z", rows[i].row, "", rows[i].code);
        buf_free(&schema);
    }
}

/* Of an object that is columns, and of objects in cells. */
static void test_members_of_objects_whatever_their_names(void **state)
{
    static const char columns[] = LIST("\"properties\":{\"id\":{},\"o\":{\"type\":\"object\",\"minProperties\":2,\"patternProperties\":{\"^n_\":{\"type\":\"integer\"}},\"properties\":{\"p\":{\"type\":\"string\"}}}}");
    static const char cells[] = LIST("\"properties\":{\"t\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"id\":{\"type\":\"string\"}},\"maxProperties\":3,"
        "\"patternProperties\":{\"^n_\":{\"type\":\"number\",\"multipleOf\":0.5}},\"additionalProperties\":false,\"propertyNames\":{\"maxLength\":4}}}}");
    static const char others[] = LIST("\"properties\":{\"t\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"id\":{}},\"additionalProperties\":{\"type\":\"number\"}}}}");
    (void)state;
    expect(columns, "id;o.p;o.n_1", "1;a;2", "qq-", "");
    expect(columns, "id;o.p;o.n_1", "1;;2", "qq-", ""); /* "" may be a text */
    expect(columns, "id;o.p;o.n_1", "1;;2", "q--", "o.p rule_asks");
    expect(columns, "id;o.p;o.n_1", "1;;", "q--", ""); /* no object */
    expect(columns, "id;o.p;o.n_1", "1;a;b", "qqq", "o.n_1 rule_asks");
    expect(columns, "id;o.p;o.z", "1;a;b", "qqq", "");
    expect(cells, "t", "[{\"id\":\"a\",\"n_1\":2.5}]", "-", "");
    expect(cells, "t", "[{\"id\":\"a\",\"n_1\":2.6}]", "-", "t[] rule_asks");
    expect(cells, "t", "[{\"id\":\"a\",\"m_1\":2}]", "-", "t[] member_extra");
    expect(cells, "t", "[{\"id\":\"a\",\"n_123\":2}]", "-", "t[] rule_name");
    expect(cells, "t", "[{\"n_1\":1,\"n_2\":2,\"n_3\":3,\"n_4\":4}]", "-", "t[] rule_asks");
    expect(others, "t", "[{\"id\":\"a\",\"b\":2}]", "-", "");
    expect(others, "t", "[{\"id\":\"a\",\"b\":\"2\"}]", "-", "t[] rule_asks");
}

static void add_letters(struct buf *out, size_t n)
{
    while (n-- > 0)
        buf_addc(out, 'o');
}

/* The name of a column that stands in no object may be shorter than the object's: wherever it lies, the sanitizers watch the reach. */
static void test_members_of_an_object_with_a_long_name(void **state)
{
    enum { LONG = 480 };
    struct buf schema = {0}, header = {0};
    (void)state;
    buf_addz(&schema, "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"");
    add_letters(&schema, LONG);
    buf_addz(&schema, "\":{\"type\":\"object\",\"minProperties\":1,\"properties\":{\"p\":{}}}}}}");
    buf_addc(&schema, 0);
    for (size_t before = 1; before < 8192; before += 400) {
        buf_reset(&header);
        add_letters(&header, before);
        buf_addz(&header, ";z;");
        add_letters(&header, LONG);
        buf_addz(&header, ".p");
        buf_addc(&header, 0);
        expect(schema.p, header.p, "1;2;3", "", "");
    }
    buf_free(&schema);
    buf_free(&header);
}

/* An empty cell of a JSON file is null, an empty list, or no member. */
static void test_what_an_empty_cell_may_be_is_no_fault(void **state)
{
    static const char least[] = LIST("\"minProperties\":2,\"properties\":{\"a\":{\"type\":\"string\"},\"b\":{\"type\":\"integer\"},\"l\":{\"type\":\"array\"},\"m\":{\"type\":[\"integer\",\"null\"]}}");
    static const char closed[] = LIST("\"properties\":{\"a\":{\"type\":\"string\"}},\"not\":{\"patternProperties\":{\"^a$\":{}},\"additionalProperties\":false}");
    (void)state;
    expect(least, "a;b", "x;", "q-", " rule_asks");
    expect(least, "a;l", "x;", "q-", "");
    expect(least, "a;m", "x;", "q-", "");
    expect(least, "a;z", "x;", "q-", "");
    expect(least, "a;z", "x;", "", " rule_asks"); /* a CSV has no null */
    expect(least, "a;z.b;z.c", "x;1;2", "q--", "");
    expect(least, "z.b;z.c", "1;2", "--", ""); /* "z.b" may be a name */
    expect(closed, "a;z", "x;", "q-", "");
    expect(closed, "a", "x", "q", " rule_excluded");
}

static void expect_said(const char *schema, const char *header, const char *cell, const char *want)
{
    struct table_schema s = schema_of(schema);
    struct str name = str_of(header), value = str_of(cell);
    struct buf json = {0}, said = {0};
    struct jw w;
    struct table_checker *c = table_check_new(&s, &name, 1);
    table_check_row(c, 2, &value, NULL, 1);
    jw_init(&w, &json, JW_COMPACT);
    table_check_json(c, &w);
    buf_addc(&json, 0);
    json_t *report = parsed(json.p);
    const json_t *group = json_array_get(json_object_get(report, "groups"), 0);
    reason_say(json_object_get(group, "reason"), LANG_FR, &said);
    if (!str_eq(buf_str(&said), str_of(want)))
        fail_msg("%s: " STR_FMT, schema, STR_ARG(buf_str(&said)));
    buf_free(&said);
    buf_free(&json);
    json_decref(report);
    table_check_free(c);
    table_schema_free(&s);
}

static void test_the_reason_is_in_the_words_of_the_schema(void **state)
{
    (void)state;
    expect_said(LIST("\"properties\":{\"x\":{\"type\":\"number\",\"multipleOf\":0.05}}"), "x", "1.01", "le schéma demande ici : multipleOf 0.05");
    expect_said(LIST("\"properties\":{\"x\":{\"type\":\"array\",\"contains\":{\"const\":\"A\",\"not\":{}},\"minContains\":2}}"), "x", "B",
                "le schéma demande ici : contains (enum [\"A\"], not …), minContains 2");
    expect_said(LIST("\"properties\":{\"x\":{}},\"propertyNames\":{\"maxLength\":3}"), "xyzt", "B", "cette colonne ne fait pas partie du schéma");
    expect_said(LIST("\"properties\":{\"x\":{}},\"if\":{\"maxProperties\":1},\"then\":{\"properties\":{\"x\":{\"maxLength\":1}}}"), "x", "BB",
                "le schéma demande ici : maxLength 1 ; en raison de maxProperties 1");
    expect_said(LIST("\"properties\":{\"xyzt\":{}},\"propertyNames\":{\"maxLength\":3}"), "xyzt", "B", "le schéma demande pour ce nom : maxLength 3");
}

/* A column that a pattern names is the schema's: no notice, and no fault where the object is closed. */
static void test_a_column_that_a_pattern_names_is_not_unknown(void **state)
{
    struct table_schema s = schema_of(LIST("\"properties\":{\"id\":{\"type\":\"string\"}},\"patternProperties\":{\"^pop_\":{}},\"additionalProperties\":false"));
    const struct str header[] = {S("id"), S("pop_1"), S("autre")}, cells[] = {S("1"), S("2"), S("3")};
    struct buf json = {0};
    struct jw w;
    (void)state;
    struct table_checker *c = table_check_new(&s, header, 3);
    table_check_row(c, 2, cells, NULL, 3);
    jw_init(&w, &json, JW_COMPACT);
    table_check_json(c, &w);
    assert_int_equal(str_find(buf_str(&json), S("pop_1")), -1);
    assert_true(str_find(buf_str(&json), S("\"column\":\"autre\",\"count\":1,\"severity\":\"error\"")) >= 0);
    buf_free(&json);
    table_check_free(c);
    table_schema_free(&s);
}

static bool is_unfinished(const char *schema, const struct str *header, const struct str *cells, size_t n)
{
    struct table_schema s = schema_of(schema);
    struct table_checker *c = table_check_new(&s, header, n);
    struct buf json = {0};
    struct jw w;
    table_check_row(c, 2, cells, NULL, n);
    jw_init(&w, &json, JW_COMPACT);
    table_check_json(c, &w);
    bool is = str_find(buf_str(&json), S("rules_unfinished")) >= 0;
    buf_free(&json);
    table_check_free(c);
    table_schema_free(&s);
    return is;
}

/* Patterns of names are few, and each look at a name is a step. */
static void test_names_are_not_held_against_patterns_without_end(void **state)
{
    struct buf schema = {.max = 1 << 20}, cell = {.max = 1 << 20};
    (void)state;
    for (int n = 500; n <= 501; n++) {
        buf_reset(&schema);
        buf_addz(&schema, "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"patternProperties\":{");
        for (int i = 0; i < n; i++)
            buf_printf(&schema, "%s\"^(a+)+%d$\":{}", i ? "," : "", i);
        buf_addz(&schema, "}}}}}}");
        buf_addc(&schema, 0);
        struct table_schema s = schema_of(schema.p);
        assert_int_equal(s.nleft, n - 500);
        table_schema_free(&s);
    }
    schema.n = 0;
    buf_addz(&schema, "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"patternProperties\":{\"^(a+)+$\":false,\"x\":{},\"y\":{}}}}}}}");
    buf_addc(&schema, 0);
    buf_addz(&cell, "[{");
    for (int i = 0; i < 3350; i++)
        buf_printf(&cell, "%s\"k%d\":1", i ? "," : "", i);
    buf_addz(&cell, "},{");
    for (int i = 0; i < 3350; i++)
        buf_printf(&cell, "%s\"k%d\":1", i ? "," : "", i);
    buf_addz(&cell, "}]");
    assert_true(cell.n < 64 << 10);
    const struct str header = S("a"), whole = buf_str(&cell);
    assert_true(is_unfinished(schema.p, &header, &whole, 1));
    buf_free(&cell);
    buf_free(&schema);
}

static void add_choices(struct buf *out, int n)
{
    buf_addz(out, "\"anyOf\":[");
    for (int i = 0; i < n; i++)
        buf_addz(out, i ? ",{\"maxProperties\":0}" : "{\"maxProperties\":0}");
    buf_addz(out, "]");
}

/* Many rules that each go over many members: of a row, of an object within a cell. */
static void test_members_are_not_gone_over_without_end(void **state)
{
    enum { COLUMNS = 500, RULES = 1000 };
    static char names[COLUMNS][8];
    static struct str header[COLUMNS], cells[COLUMNS];
    struct buf schema = {.max = 1 << 20}, cell = {.max = 1 << 20};
    (void)state;
    buf_addz(&schema, "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{");
    for (size_t i = 0; i < COLUMNS; i++) {
        snprintf(names[i], sizeof names[i], "f%zu", i);
        header[i] = str_of(names[i]), cells[i] = S("1");
        buf_printf(&schema, "%s\"%s\":{}", i ? "," : "", names[i]);
    }
    buf_addz(&schema, "},");
    add_choices(&schema, RULES);
    buf_addz(&schema, "}}");
    buf_addc(&schema, 0);
    assert_true(is_unfinished(schema.p, header, cells, COLUMNS));
    schema.n = 0;
    buf_addz(&schema, "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"f0\":{\"type\":\"array\",\"items\":{\"type\":\"object\",");
    add_choices(&schema, RULES);
    buf_addz(&schema, "}}}}}");
    buf_addc(&schema, 0);
    cells[0] = S("[{\"a\":1}]");
    assert_false(is_unfinished(schema.p, header, cells, 1));
    for (int i = 0; i < 2000; i++)
        buf_printf(&cell, "%s\"k%d\":1", i ? "," : "[{", i);
    buf_addz(&cell, "}]");
    cells[0] = buf_str(&cell);
    assert_true(is_unfinished(schema.p, header, cells, 1));
    buf_free(&cell);
    buf_free(&schema);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_multiples_are_told_by_the_digits),
        cmocka_unit_test(test_items_by_their_place_and_their_number),
        cmocka_unit_test(test_members_of_a_row_whatever_their_names),
        cmocka_unit_test(test_members_of_objects_whatever_their_names),
        cmocka_unit_test(test_members_of_an_object_with_a_long_name),
        cmocka_unit_test(test_what_an_empty_cell_may_be_is_no_fault),
        cmocka_unit_test(test_the_reason_is_in_the_words_of_the_schema),
        cmocka_unit_test(test_a_column_that_a_pattern_names_is_not_unknown),
        cmocka_unit_test(test_names_are_not_held_against_patterns_without_end),
        cmocka_unit_test(test_members_are_not_gone_over_without_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
