/* JSON Schemas as tables: where the rows stand, every rule of a column and of what a cell holds, what is left and named.
 * Each case was judged by a second implementation (jsonschema of Python) on the same record. */
#include "tests/unit/json_schema_case.h"

static void test_one_value(void **state)
{
    static const struct {
        const char *rule, *cell, *quoted, *code;
    } rows[] = {
        {"\"type\":\"string\"", "a", "q", ""},
        {"\"type\":\"string\"", "12", "-", "x not_text"},
        {"\"type\":\"string\"", "12", "", ""}, /* of a CSV: nothing says that it is none */
        {"\"type\":\"integer\"", "12", "-", ""},
        {"\"type\":\"integer\"", "12", "q", "x value_quoted"},
        {"\"type\":\"integer\"", "1.5", "-", "x not_integer"},
        {"\"type\":\"number\"", "1.5e3", "-", ""},
        {"\"type\":\"number\"", "un", "q", "x value_quoted"},
        {"\"type\":\"boolean\"", "true", "-", ""},
        {"\"type\":\"boolean\"", "vrai", "", "x not_boolean"},
        {"\"type\":[\"number\",\"null\"]", "2", "-", ""},
        {"\"type\":[\"integer\",\"number\"]", "2.5", "-", ""},
        {"\"enum\":[\"oui\",\"non\"]", "peut-être", "q", "x value_not_among"},
        {"\"type\":\"integer\",\"enum\":[1,2]", "3", "-", "x value_not_among"},
        {"\"const\":\"Marché\"", "Marche", "q", "x value_not_among"},
        {"\"type\":\"string\",\"pattern\":\"\\\\d{4}-\\\\d{2}\"", "le 2024-05 au soir", "q", ""}, /* anywhere, not the whole */
        {"\"type\":\"string\",\"pattern\":\"^[0-9]{14}$\"", "2175000163006", "q", "x value_pattern"},
        {"\"type\":\"string\",\"pattern\":\"^a$\"", "a\n", "q", ""}, /* white space around is told, not judged */
        {"\"type\":\"string\",\"minLength\":2,\"maxLength\":3", "étés", "q", "x value_long"},
        {"\"type\":\"string\",\"minLength\":2", "é", "q", "x value_short"},
        {"\"type\":\"number\",\"minimum\":0,\"maximum\":1", "1.01", "-", "x value_over"},
        {"\"type\":\"number\",\"minimum\":0", "-0.5", "-", "x value_under"},
        {"\"type\":\"number\",\"exclusiveMinimum\":0", "0", "-", "x value_not_above"},
        {"\"type\":\"number\",\"exclusiveMaximum\":1", "0.99", "-", ""},
        {"\"type\":\"number\",\"exclusiveMaximum\":1", "1", "-", "x value_not_below"},
        {"\"type\":\"number\",\"minimum\":5,\"exclusiveMinimum\":true", "5", "-", "x value_not_above"}, /* draft-04 */
        {"\"type\":\"number\",\"maximum\":5,\"exclusiveMaximum\":false", "5", "-", ""},
        {"\"type\":\"string\",\"format\":\"date\"", "2023-02-29", "q", "x not_date"},
        {"\"type\":\"string\",\"format\":\"date\"", "2024-02-29", "q", ""},
        {"\"type\":\"string\",\"format\":\"date-time\"", "2024-02-29T10:00:00+01:00", "q", ""},
        {"\"type\":\"string\",\"format\":\"date-time\"", "29/02/2024", "q", "x not_datetime"},
        {"\"type\":\"string\",\"format\":\"uri\"", "www.example.fr", "q", "x not_uri"},
        {"\"type\":\"string\",\"format\":\"email\"", "zoe@mairie.fr", "q", ""},
        {"\"type\":\"string\",\"format\":\"uuid\"", "12", "q", "x not_uuid"},
        {"\"allOf\":[{\"type\":\"string\"},{\"maxLength\":1}]", "ab", "q", "x value_long"},
        {"\"anyOf\":[{\"type\":\"integer\"},{\"type\":\"null\"}]", "a", "", "x not_integer"},
        {"\"type\":\"array\",\"items\":{\"enum\":[\"a\",\"b\"]}", "a|b", "-", ""},
        {"\"type\":\"array\",\"items\":{\"enum\":[\"a\",\"b\"]}", "a|c", "-", "x[] value_not_among"},
        {"\"type\":\"array\",\"items\":{\"type\":\"integer\",\"minimum\":1}", "[1,0]", "-", "x[] value_under"},
        {"\"type\":\"array\",\"items\":{\"type\":\"integer\"}", "[1,\"2\"]", "-", "x[] not_integer"},
        {"\"type\":\"array\",\"items\":{\"type\":\"string\"}", "[1]", "-", "x[] not_text"},
        {"\"type\":\"array\",\"minItems\":2", "[1]", "-", "x list_short"},
        {"\"type\":\"array\",\"maxItems\":1", "a|b", "-", "x list_long"},
        {"\"type\":\"array\",\"uniqueItems\":true", "[{\\\"a\\\":1,\\\"b\\\":2},{\\\"b\\\":2,\\\"a\\\":1}]", "-", "x list_twice"},
        {"\"type\":\"array\"", "a", "q", "x value_quoted"},
        {"\"type\":\"array\"", "[1", "-", "x not_array"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buf schema = {0}, cell = {0};
        buf_printf(&schema, LIST("\"properties\":{\"x\":{%s}}"), rows[i].rule);
        for (const char *p = rows[i].cell; *p; p++) /* \" is written for the eye only */
            if (*p != '\\')
                buf_addc(&cell, *p);
        buf_addc(&cell, 0);
        buf_addc(&schema, 0);
        expect(schema.p, "x", cell.p, rows[i].quoted, rows[i].code);
        buf_free(&schema);
        buf_free(&cell);
    }
}

/* Objects are columns "a.b"; what an object requires is required where the object is there. */
static void test_objects_are_columns(void **state)
{
    static const char schema[] = LIST("\"required\":[\"id\",\"lieu\"],\"properties\":{\"id\":{\"type\":\"string\"},"
        "\"lieu\":{\"type\":\"object\",\"required\":[\"code\"],\"properties\":{\"code\":{\"type\":\"string\"},\"nom\":{}}},"
        "\"avance\":{\"type\":\"object\",\"required\":[\"taux\"],\"additionalProperties\":false,"
        "\"properties\":{\"taux\":{\"type\":\"number\"},\"date\":{\"type\":\"string\"}}}}");
    (void)state;
    expect(schema, "id;lieu.code;lieu.nom", "1;75;Paris", "", "");
    expect(schema, "id;lieu.nom", "1;Paris", "", "lieu.code column_missing");
    expect(schema, "id;lieu.code", "1;", "", "lieu.code value_required");
    expect(schema, "id;lieu.code;avance.date", "1;75;2024", "", "avance.taux value_required");
    expect(schema, "id;lieu.code;avance.date;avance.taux", "1;75;;", "", ""); /* the object is not there */
    expect(schema, "id;lieu.code;avance.autre", "1;75;a", "", "avance.autre column_extra, avance.taux value_required");
    expect(schema, "id;lieu.code;lieu.autre;autre", "1;75;a;b", "", ""); /* open: a notice */
    expect(schema, "lieu.code;id", "75;1", "", ""); /* members have no order */
}

static void test_lists_of_objects_within_a_cell(void **state)
{
    static const char schema[] = LIST("\"additionalProperties\":false,\"properties\":{\"t\":{\"type\":\"array\",\"items\":{"
        "\"type\":\"object\",\"required\":[\"qui\"],\"properties\":{\"qui\":{\"$ref\":\"#/definitions/qui\"}}}}}")
        ;
    struct buf whole = {0};
    (void)state;
    buf_printf(&whole, "%.*s,\"definitions\":{\"qui\":{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"id\"],"
               "\"properties\":{\"id\":{\"type\":\"string\",\"pattern\":\"^[0-9]{3}$\"},\"n\":{\"type\":[\"integer\",\"null\"]}}}}}",
               (int)sizeof schema - 2, schema);
    buf_addc(&whole, 0);
    expect(whole.p, "t", "[{\"qui\":{\"id\":\"123\",\"n\":null}}]", "-", "");
    expect(whole.p, "t", "[{\"qui\":{\"id\":\"12\"}}]", "-", "t[].qui.id value_pattern");
    expect(whole.p, "t", "[{\"qui\":{\"id\":123}}]", "-", "t[].qui.id not_text");
    expect(whole.p, "t", "[{\"qui\":{\"n\":1}}]", "-", "t[].qui.id value_required");
    expect(whole.p, "t", "[{\"autre\":1}]", "-", "t[].qui value_required"); /* t's items are open */
    expect(whole.p, "t", "[{\"qui\":{\"id\":\"123\",\"z\":1}}]", "-", "t[].qui member_extra");
    expect(whole.p, "t", "[\"a\"]", "-", "t[] not_object");
    expect(whole.p, "t;u", "a;b", "", "u column_extra, t[] not_object");
    buf_free(&whole);
}

static void test_where_the_rows_stand(void **state)
{
    static const struct {
        const char *schema, *columns;
    } rows[] = {
        {LIST("\"properties\":{\"b\":{},\"a\":{}}"), "b a"},
        {"{\"type\":\"object\",\"properties\":{\"v\":{},\"marches\":{\"type\":\"object\",\"properties\":{\"marche\":"
         LIST("\"properties\":{\"id\":{}}") "}}}}", "id"},
        {"{\"properties\":{\"l\":" LIST("\"properties\":{\"a\":{}}") ",\"m\":" LIST("\"properties\":{\"c\":{},\"d\":{}}") "}}", "a / c d"},
        /* an object with much of its own is a row */
        {"{\"properties\":{\"a\":{},\"b\":{},\"c\":{},\"l\":" LIST("\"properties\":{\"d\":{}}") "}}", "a b c l"},
        {"{\"allOf\":[{\"$ref\":\"https://geojson.org/schema/FeatureCollection.json\"}],\"properties\":{\"features\":{\"type\":\"array\","
         "\"items\":{\"type\":\"object\",\"properties\":{\"properties\":{\"type\":\"object\",\"properties\":{\"id_local\":{},\"o\":{\"type\":"
         "\"object\",\"properties\":{\"x\":{}}}}}}}}}}", "id_local o"},
        {LIST("\"properties\":{\"place\":{\"type\":\"object\",\"properties\":{\"lon\":{},\"lat\":{}}},\"shape\":{\"type\":\"object\","
              "\"properties\":{\"type\":{},\"coordinates\":{}}}}"), "place shape"},
        {"{\"$ref\":\"#/$defs/rows\",\"$defs\":{\"rows\":" LIST("\"properties\":{\"a~b\":{\"$ref\":\"#/$defs/x%20y~1z\"}}") ",\"x y/z\":{}}}", "a~b"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct err e = {0};
        json_t *json = parsed(rows[i].schema), *table = json_schema_table(json, &e), *f, *v;
        struct buf got = {0};
        size_t k, n;
        assert_non_null(table);
        json_array_foreach(json_object_get(table, "fields"), k, f)
            buf_printf(&got, "%s%s", k ? " " : "", json_string_value(json_object_get(f, "name")));
        json_array_foreach(json_object_get(table, "variants"), n, v)
            json_array_foreach(json_object_get(v, "fields"), k, f)
                buf_printf(&got, "%s%s", k ? " " : " / ", json_string_value(json_object_get(f, "name")));
        if (!str_eq(buf_str(&got), str_of(rows[i].columns)))
            fail_msg("%s: " STR_FMT, rows[i].schema, STR_ARG(buf_str(&got)));
        buf_free(&got);
        json_decref(table);
        json_decref(json);
    }
}

/* Never dropped without a word: "column: keyword". */
static void test_what_is_left_is_named(void **state)
{
    static const struct {
        const char *rule, *left;
    } rows[] = {
        {"\"type\":\"integer\",\"multipleOf\":0", "x: multipleOf"},
        {"\"type\":\"number\",\"multipleOf\":0.12345678901234567", "x: multipleOf"}, /* more digits than a double keeps */
        {"\"type\":\"array\",\"unevaluatedItems\":false", "x: unevaluatedItems"},
        {"\"type\":\"object\",\"properties\":{\"y\":{}},\"minProperties\":\"2\"", "x: minProperties"},
        {"\"type\":\"array\",\"contains\":{},\"maxContains\":-1", "x: maxContains"},
        {"\"type\":\"array\",\"prefixItems\":{}", "x: prefixItems"},
        {"\"type\":\"object\",\"properties\":{\"y\":{}},\"patternProperties\":[]", "x: patternProperties"},
        {"\"type\":\"object\",\"properties\":{\"y\":{}},\"patternProperties\":{\"(?R)\":{}}", "patternProperties"},
        {"\"type\":\"string\",\"format\":\"hostname\"", "x: format hostname"},
        {"\"oneOf\":[{\"type\":\"string\"},{\"disallow\":\"any\"}]", "x: disallow"},
        {"\"not\":{\"contains\":{\"extends\":{}}}", "x: extends"},
        {"\"if\":{\"unevaluatedProperties\":false},\"then\":{}", "x: unevaluatedProperties"},
        {"\"if\":{\"format\":\"hostname\"},\"then\":{}", "format hostname"},
        {"\"anyOf\":[{\"const\":{\"a\":null}},{}]", "x: const"},
        {"\"oneOf\":[{\"pattern\":\"(?R)\"},{}]", "pattern"},
        {"\"$ref\":\"https://example.fr/s.json\"", "x: $ref https://example.fr/s.json"},
        {"\"$ref\":\"#/nowhere\"", "x: $ref #/nowhere"},
        {"\"type\":\"string\",\"pattern\":\"(?R)\"", "x: pattern"},
        {"\"type\":\"object\",\"properties\":{\"y\":{}},\"patternProperties\":{\"^z\":{\"$dynamicRef\":\"#z\"}}", "x: $dynamicRef"},
        {"\"type\":\"array\",\"items\":[{},{}]", ""},
        {"\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"y\":{\"type\":\"number\",\"multipleOf\":-2}}}", "x[].y: multipleOf"},
        {"\"title\":\"t\",\"description\":\"d\",\"examples\":[1],\"default\":1,\"x-own\":1,\"$comment\":\"c\"", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buf schema = {0}, got = {0};
        buf_printf(&schema, LIST("\"properties\":{\"x\":{%s}}"), rows[i].rule);
        buf_addc(&schema, 0);
        struct table_schema s = schema_of(schema.p);
        for (size_t k = 0; k < s.nleft; k++)
            buf_printf(&got, "%s" STR_FMT, k ? ", " : "", STR_ARG(s.left[k]));
        if (!str_eq(buf_str(&got), str_of(rows[i].left)) || s.unknown != s.nleft)
            fail_msg("%s: wanted \"%s\", got \"" STR_FMT "\"", rows[i].rule, rows[i].left, STR_ARG(buf_str(&got)));
        table_schema_free(&s);
        buf_free(&schema);
        buf_free(&got);
    }
}

/* Around the rows, and in a schema whose object turns out to be the row. */
static void test_what_stands_around_the_rows_is_named(void **state)
{
    static const struct {
        const char *schema, *left;
    } rows[] = {
        {"{\"properties\":{\"v\":{\"pattern\":\"a\"},\"l\":" LIST("\"properties\":{\"a\":{}}") "}}", "v: properties"},
        {"{\"properties\":{\"l\":" LIST("\"properties\":{\"a\":{}}") ",\"v\":{\"pattern\":\"a\"}}}", "v: properties"},
        {"{\"not\":{},\"properties\":{\"l\":" LIST("\"properties\":{\"a\":{}}") "}}", "not"},
        {"{\"not\":{\"disallow\":9},\"properties\":{\"a\":{},\"b\":{},\"c\":{},\"l\":" LIST("\"properties\":{\"d\":{}}") "}}", "disallow"},
        {"{\"minProperties\":9,\"properties\":{\"l\":" LIST("\"properties\":{\"a\":{}}") "}}", "minProperties"},
        {"{\"type\":\"array\",\"contains\":{},\"items\":{\"type\":\"object\",\"properties\":{\"a\":{}}}}", "contains"},
        {LIST("\"required\":[\"z\"],\"allOf\":[{\"required\":[\"z\",\"z\"]}],\"properties\":{\"a.b\":{},\"a\":{\"properties\":{\"b\":{}}}}"), "a.b: properties"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct table_schema s = schema_of(rows[i].schema);
        if (s.nleft != 1 || !str_eq(s.left[0], str_of(rows[i].left)))
            fail_msg("%s: %zu, " STR_FMT, rows[i].schema, s.nleft, STR_ARG(s.nleft ? s.left[0] : S("")));
        for (size_t k = 1; k < s.n; k++)
            assert_false(str_eq(s.fields[k].name, s.fields[k - 1].name));
        table_schema_free(&s);
    }
}

static void test_bounds(void **state)
{
    static const char back[] = LIST("\"properties\":{\"id\":{},\"fils\":{\"$ref\":\"#/items\"},\"fille\":{\"$ref\":\"#/items\"}}");
    struct err e = {0};
    struct buf wide = {.max = 1 << 20};
    (void)state;
    struct table_schema s = schema_of(back); /* comes back to itself */
    assert_int_equal(s.n, 3);
    assert_true(s.nleft == 2 && str_eq(s.left[0], S("fils: $ref")) && str_eq(s.left[1], S("fille: $ref")));
    table_schema_free(&s);
    buf_addz(&wide, "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{");
    for (int i = 0; i < 501; i++)
        buf_printf(&wide, "%s\"c%d\":{}", i ? "," : "", i);
    buf_addz(&wide, "}}}");
    buf_addc(&wide, 0);
    json_t *json = parsed(wide.p);
    assert_null(json_schema_table(json, &e));
    json_decref(json);
    buf_reset(&wide);
    buf_addz(&wide, "{\"definitions\":{\"a0\":{\"type\":\"string\"}"); /* 2^20 places */
    for (int i = 1; i <= 20; i++)
        buf_printf(&wide, ",\"a%d\":{\"properties\":{\"l\":{\"$ref\":\"#/definitions/a%d\"},\"r\":{\"$ref\":\"#/definitions/a%d\"}}}", i, i - 1, i - 1);
    buf_addz(&wide, "},\"type\":\"array\",\"items\":{\"$ref\":\"#/definitions/a20\"}}");
    buf_addc(&wide, 0);
    e = (struct err){0};
    json = parsed(wide.p);
    assert_null(json_schema_table(json, &e));
    json_decref(json);
    buf_free(&wide);
    json = parsed("{\"type\":\"string\",\"$schema\":\"http://json-schema.org/draft-07/schema#\"}"); /* no rows */
    assert_true(json_schema_is(json));
    e = (struct err){0};
    assert_null(json_schema_table(json, &e));
    json_decref(json);
}

/* Choices and conditions on one value. quoted "" is a file of cells, where 12 is a number or a text. */
static void test_one_value_in_several_ways(void **state)
{
    static const struct {
        const char *rule, *cell, *quoted, *code;
    } rows[] = {
        {"\"oneOf\":[{\"type\":\"string\",\"pattern\":\"^A\"},{\"type\":\"integer\",\"minimum\":3}]", "A1", "q", ""},
        {"\"oneOf\":[{\"type\":\"string\",\"pattern\":\"^A\"},{\"type\":\"integer\",\"minimum\":3}]", "B1", "q", "x rule_none"},
        {"\"oneOf\":[{\"type\":\"string\",\"pattern\":\"^A\"},{\"type\":\"integer\",\"minimum\":3}]", "2", "-", "x rule_none"},
        {"\"oneOf\":[{\"type\":\"string\",\"pattern\":\"^A\"},{\"type\":\"integer\",\"minimum\":3}]", "3", "-", ""},
        {"\"oneOf\":[{\"type\":\"string\"},{\"type\":\"integer\"}]", "12", "", ""}, /* one of both, whichever */
        {"\"oneOf\":[{\"type\":\"integer\"},{\"type\":\"boolean\"}]", "douze", "", "x rule_none"},
        {"\"oneOf\":[{\"type\":\"integer\"},{\"maximum\":5}]", "4", "-", "x rule_several"},
        {"\"anyOf\":[{\"type\":\"integer\"},{\"maximum\":5}]", "4", "-", ""},
        {"\"anyOf\":[{\"const\":\"a\"},{\"enum\":[1,true]}]", "true", "-", ""},
        {"\"anyOf\":[{\"const\":\"a\"},{\"enum\":[1,true]}]", "true", "q", "x rule_none"},
        {"\"not\":{\"const\":1}", "1.0", "-", "x rule_excluded"},
        {"\"not\":{\"const\":1}", "1", "q", ""},
        {"\"not\":{\"enum\":[\"NC\",\"ND\"]}", "ND", "", "x rule_excluded"},
        {"\"type\":[\"string\",\"integer\"]", "1.5", "-", "x rule_asks"},
        {"\"type\":[\"string\",\"integer\"],\"minLength\":3,\"minimum\":5", "12", "-", ""},
        {"\"type\":[\"string\",\"integer\"],\"minLength\":3,\"minimum\":5", "12", "q", "x rule_asks"},
        {"\"pattern\":\"^[A-Z]\"", "12", "-", ""}, /* no text: the pattern says nothing of it */
        {"\"pattern\":\"^[A-Z]\"", "12", "", "x rule_asks"},
        {"\"minimum\":5,\"maximum\":9", "3", "-", "x rule_asks"},
        {"\"type\":\"string\",\"allOf\":[{\"pattern\":\"a\"},{\"pattern\":\"b\"}]", "ab", "q", ""},
        {"\"type\":\"string\",\"allOf\":[{\"pattern\":\"a\"},{\"pattern\":\"b\"}]", "ac", "q", "x rule_asks"},
        {"\"type\":\"number\",\"exclusiveMinimum\":0,\"minimum\":3", "2", "-", "x rule_asks"},
        {"\"if\":{\"pattern\":\"^2[AB]\"},\"then\":{\"maxLength\":5},\"else\":{\"format\":\"date\"}", "2A004", "q", ""},
        {"\"if\":{\"pattern\":\"^2[AB]\"},\"then\":{\"maxLength\":5},\"else\":{\"format\":\"date\"}", "2A0044", "q", "x rule_asks_because"},
        {"\"if\":{\"pattern\":\"^2[AB]\"},\"then\":{\"maxLength\":5},\"else\":{\"format\":\"date\"}", "demain", "q", "x rule_asks_because"},
        {"\"type\":\"array\",\"items\":{\"oneOf\":[{\"type\":\"integer\"},{\"const\":\"NC\"}]}", "[1,\"NC\"]", "-", ""},
        {"\"type\":\"array\",\"items\":{\"oneOf\":[{\"type\":\"integer\"},{\"const\":\"NC\"}]}", "[1,\"ND\"]", "-", "x[] rule_none"},
        {"\"type\":\"array\",\"anyOf\":[{\"minItems\":3},{\"items\":{\"const\":\"a\"}}]", "a|a", "-", ""},
        {"\"type\":\"array\",\"anyOf\":[{\"minItems\":3},{\"items\":{\"const\":\"a\"}}]", "a|b", "-", "x rule_none"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buf schema = {0};
        buf_printf(&schema, LIST("\"properties\":{\"x\":{%s}}"), rows[i].rule);
        buf_addc(&schema, 0);
        expect(schema.p, "x", rows[i].cell, rows[i].quoted, rows[i].code);
        buf_free(&schema);
    }
}

#define OBJECTS "\"properties\":{\"a\":{\"type\":\"string\"},\"n\":{\"type\":\"number\"},\"m\":{\"type\":[\"string\",\"null\"]},"                          \
                "\"o\":{\"type\":\"object\",\"properties\":{\"p\":{\"type\":\"string\"},\"q\":{\"type\":\"integer\"}}}},"

/* Of several columns: who is to blame is the column that lacks or holds what it may not. */
static void test_what_holds_of_several_columns(void **state)
{
    static const struct {
        const char *rule, *row, *code; /* a;n;m;o.p;o.q;u */
    } rows[] = {
        {"\"if\":{\"properties\":{\"a\":{\"const\":\"Loué\"}},\"required\":[\"a\"]},\"then\":{\"required\":[\"n\"]}", "Loué;3;;;;", ""},
        {"\"if\":{\"properties\":{\"a\":{\"const\":\"Loué\"}},\"required\":[\"a\"]},\"then\":{\"required\":[\"n\"]}", "Loué;;;;;", "n rule_required_because"},
        {"\"if\":{\"properties\":{\"a\":{\"const\":\"Loué\"}},\"required\":[\"a\"]},\"then\":{\"required\":[\"n\"]}", "Vendu;;;;;", ""},
        {"\"if\":{\"properties\":{\"a\":{\"const\":\"Loué\"}}},\"then\":{\"required\":[\"n\"]}", ";;;;;", "n rule_required_because"}, /* no a is no other a */
        {"\"if\":{\"required\":[\"a\"]},\"then\":{},\"else\":{\"properties\":{\"n\":{\"minimum\":2}}}", ";1;;;;", "n rule_asks_because"},
        {"\"if\":{\"required\":[\"a\"]},\"then\":{\"properties\":{\"n\":false}}", "x;1;;;;", "n rule_empty_because"},
        {"\"if\":{\"required\":[\"a\"]},\"then\":{\"required\":[\"u\"]}", "x;;;;;", "u rule_required_because"}, /* of a column that only it knows */
        {"\"if\":{\"required\":[\"a\"]},\"then\":{\"required\":[\"m\"]}", "x;;;;;", ""}, /* null and absent are one empty cell */
        {"\"if\":{\"properties\":{\"m\":{\"type\":\"null\"}}},\"then\":{\"required\":[\"a\"]}", ";1;;;;", "a rule_required_because"},
        {"\"oneOf\":[{\"required\":[\"a\"]},{\"required\":[\"n\"]}]", "x;;;;;", ""},
        {"\"oneOf\":[{\"required\":[\"a\"]},{\"required\":[\"n\"]}]", "x;1;;;;", "a rule_several"},
        {"\"oneOf\":[{\"required\":[\"a\"]},{\"required\":[\"n\"]}]", ";;y;;;", "a rule_none"},
        {"\"anyOf\":[{\"required\":[\"a\",\"n\"]},{\"required\":[\"o\"]}]", "x;;;;;", "a rule_none"},
        {"\"anyOf\":[{\"required\":[\"a\",\"n\"]},{\"required\":[\"o\"]}]", ";;;;4;", ""},
        {"\"not\":{\"required\":[\"a\",\"n\"]}", "x;1;;;;", "a rule_excluded"},
        {"\"not\":{\"required\":[\"a\",\"n\"]}", "x;;;;;", ""},
        {"\"dependentRequired\":{\"n\":[\"a\"]}", ";1;;;;", "a rule_required_because"},
        {"\"dependencies\":{\"n\":[\"a\"],\"a\":{\"properties\":{\"n\":{\"maximum\":5}}}}", "x;7;;;;", "n rule_asks_because"},
        {"\"dependentSchemas\":{\"o\":{\"required\":[\"a\"]}}", ";;;z;;", "a rule_required_because"},
        {"\"if\":{\"properties\":{\"o\":{\"properties\":{\"q\":{\"minimum\":3}},\"required\":[\"q\"]}},\"required\":[\"o\"]},\"then\":{\"required\":[\"a\"]}", ";;;;3;", "a rule_required_because"},
        {"\"if\":{\"properties\":{\"o\":{\"properties\":{\"q\":{\"minimum\":3}},\"required\":[\"q\"]}},\"required\":[\"o\"]},\"then\":{\"required\":[\"a\"]}", ";;;;2;", ""},
        {"\"allOf\":[{\"anyOf\":[{\"required\":[\"a\"]},{\"required\":[\"n\"]}]},{\"not\":{\"required\":[\"u\"]}}]", ";;;;;9", "a rule_none, u rule_excluded"},
        {"\"oneOf\":[{\"properties\":{\"a\":{}},\"additionalProperties\":false},{\"required\":[\"n\"]}]", "x;;;;4;", "a rule_none"},
        {"\"oneOf\":[{\"properties\":{\"a\":{}},\"additionalProperties\":false},{\"required\":[\"n\"]}]", "x;;;;;", ""},
        {"\"if\":{\"$ref\":\"#/items/$defs/seul\"},\"then\":{\"required\":[\"n\"]},\"$defs\":{\"seul\":{\"properties\":{\"a\":{\"pattern\":\"^S\"}},\"required\":[\"a\"]}}", "S1;;;;;", "n rule_required_because"},
        {"\"not\":{\"anyOf\":[{\"unevaluatedProperties\":false},{\"required\":[\"n\"]}]}", "x;;;;;", ""}, /* what is left can be no fault */
        {"\"not\":{\"anyOf\":[{\"unevaluatedProperties\":false},{\"required\":[\"n\"]}]}", "x;1;;;;", "n rule_excluded"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buf schema = {0};
        buf_printf(&schema, LIST(OBJECTS "%s"), rows[i].rule);
        buf_addc(&schema, 0);
        expect(schema.p, "a;n;m;o.p;o.q;u", rows[i].row, "q-qq--", rows[i].code);
        buf_free(&schema);
    }
}

/* A row that is one of two kinds of object and nothing besides; objects in a list that are. */
static void test_forms_of_a_row_and_of_what_a_cell_holds(void **state)
{
    static const char rows[] = "{\"type\":\"array\",\"items\":{\"oneOf\":[{\"$ref\":\"#/$defs/p\"},{\"$ref\":\"#/$defs/m\"}]},\"$defs\":{"
        "\"p\":{\"type\":\"object\",\"required\":[\"nom\"],\"properties\":{\"genre\":{\"const\":\"P\"},\"nom\":{\"type\":\"string\"}}},"
        "\"m\":{\"type\":\"object\",\"required\":[\"siret\"],\"properties\":{\"genre\":{\"const\":\"M\"},\"siret\":{\"pattern\":\"^[0-9]{14}$\"}}}}}";
    static const char cells[] = LIST("\"properties\":{\"t\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"type\":{},\"id\":{\"type\":\"string\"}},"
        "\"if\":{\"properties\":{\"type\":{\"const\":\"SIRET\"}},\"required\":[\"type\"]},\"then\":{\"properties\":{\"id\":{\"pattern\":\"^[0-9]{14}$\"}},\"required\":[\"id\"]}}}}");
    static const char own[] = LIST("\"properties\":{\"id\":{},\"fils\":{\"type\":\"array\",\"items\":{\"anyOf\":[{\"$ref\":\"#/items/properties/fils\"},{\"const\":1}]}}}");
    (void)state;
    expect(rows, "genre;nom;siret", "P;Zoé;", "qqq", "");
    expect(rows, "genre;nom;siret", "M;;21750001600019", "qqq", "");
    expect(rows, "genre;nom;siret", "M;;2175", "qqq", "genre rule_none");
    expect(rows, "genre;nom;siret", ";Zoé;21750001600019", "qqq", "genre rule_several");
    expect(cells, "t", "[{\"type\":\"SIRET\",\"id\":\"21750001600019\"},{\"type\":\"TVA\",\"id\":\"FR\"}]", "-", "");
    expect(cells, "t", "[{\"type\":\"SIRET\",\"id\":\"FR\"}]", "-", "t[].id rule_asks_because");
    expect(cells, "t", "[{\"type\":\"SIRET\"}]", "-", "t[].id rule_required_because");
    expect(own, "id;fils", "1;[[1,[1,1]],1]", "--", ""); /* it comes back to itself */
    expect(own, "id;fils", "1;[[1,[1,2]],1]", "--", "fils[] rule_none");
}

/* The sentence names the rule, and the condition with what the row holds. */
static void test_the_reason_says_the_rule_and_the_condition(void **state)
{
    static const char schema[] = LIST(OBJECTS "\"if\":{\"properties\":{\"a\":{\"const\":\"Loué\"}},\"required\":[\"a\"]},\"then\":{\"properties\":{\"n\":{\"minimum\":2}}}");
    struct table_schema s = schema_of(schema);
    const struct str header[] = {S("a"), S("n")}, cells[] = {S("Loué"), S("1.5")};
    struct buf json = {0}, said = {0};
    struct jw w;
    (void)state;
    struct table_checker *c = table_check_new(&s, header, 2);
    table_check_row(c, 7, cells, NULL, 2);
    jw_init(&w, &json, JW_COMPACT);
    table_check_json(c, &w);
    buf_addc(&json, 0);
    json_t *report = parsed(json.p), *found = NULL, *g;
    size_t i;
    json_array_foreach(json_object_get(report, "groups"), i, g)
        if (str_eq(jr_str(g, "column"), S("n")))
            found = json_array_get(json_object_get(g, "cells"), 0);
    assert_non_null(found);
    assert_int_equal(jr_i64(found, "line", 0), 7);
    assert_true(str_eq(jr_str(found, "value"), S("1.5")));
    reason_say(json_object_get(found, "reason"), LANG_FR, &said);
    if (!str_eq(buf_str(&said), S("le schéma demande ici : minimum 2 ; en raison de a = Loué")))
        fail_msg(STR_FMT, STR_ARG(buf_str(&said)));
    buf_free(&said);
    json_decref(report);
    buf_free(&json);
    table_check_free(c);
    table_schema_free(&s);
}

/* A choice among choices of choices: steps run out before the row does, and that is told. */
static void test_a_row_is_not_judged_without_end(void **state)
{
    struct buf schema = {0};
    (void)state;
    buf_addz(&schema, "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\"}},\"anyOf\":[{\"$ref\":\"#/$defs/d0\"}]},\"$defs\":{");
    for (int i = 0; i < 20; i++) /* 4^20 ways */
        buf_printf(&schema, "\"d%d\":{\"anyOf\":[{\"$ref\":\"#/$defs/d%d\"},{\"$ref\":\"#/$defs/d%d\"},{\"$ref\":\"#/$defs/d%d\"},{\"$ref\":\"#/$defs/d%d\"}]},", i, i + 1, i + 1, i + 1, i + 1);
    buf_addz(&schema, "\"d20\":{\"required\":[\"b\"]}}}");
    buf_addc(&schema, 0);
    expect(schema.p, "a", "x", "q", "");
    struct table_schema s = schema_of(schema.p);
    const struct str header = S("a"), cell = S("x");
    struct buf json = {0};
    struct jw w;
    struct table_checker *c = table_check_new(&s, &header, 1);
    table_check_row(c, 2, &cell, NULL, 1);
    jw_init(&w, &json, JW_COMPACT);
    table_check_json(c, &w);
    assert_true(s.nleft > 0 || str_find(buf_str(&json), S("rules_unfinished")) >= 0);
    buf_free(&json);
    table_check_free(c);
    table_schema_free(&s);
    buf_free(&schema);
}

#define LAYER(geometry) "{\"type\":\"object\",\"properties\":{\"features\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"geometry\":" \
                        geometry ",\"properties\":{\"type\":\"object\",\"properties\":{\"id\":{},\"b\":{}}}}}}},\"$defs\":{\"l\":{\"properties\":{\"type\":{\"const\":\"LineString\"}}}}}"

static void test_kinds_of_geometry(void **state)
{
    static const struct {
        const char *schema, *header, *row, *code;
    } rows[] = {
        {LAYER("{\"$ref\":\"https://geojson.org/schema/LineString.json\"}"), "b;geo_point_2d;geo_shape", "1;2, 1;{\"type\":\"LineString\",\"coordinates\":[[1,2],[3,4]]}", ""},
        {LAYER("{\"$ref\":\"https://geojson.org/schema/LineString.json\"}"), "b;geo_point_2d;geo_shape", "1;2, 1;{\"coordinates\":[1,2],\"type\":\"Point\"}", "geo_shape geometry_kind"},
        {LAYER("{\"$ref\":\"https://geojson.org/schema/LineString.json\"}"), "b;geo_point_2d", "1;2, 1", "geo_point_2d geometry_kind"},
        {LAYER("{\"$ref\":\"https://geojson.org/schema/LineString.json\"}"), "b;geo_point_2d;geo_shape", "1;;", "geo_shape geometry_kind"},
        {LAYER("{\"$ref\":\"https://geojson.org/schema/LineString.json\"}"), "b", "1", ""}, /* a table of the same columns */
        {LAYER("{\"oneOf\":[{\"type\":\"null\"},{\"$ref\":\"https://geojson.org/schema/Point.json\"}]}"), "b;geo_point_2d", "1;", ""},
        {LAYER("{\"oneOf\":[{\"type\":\"null\"},{\"$ref\":\"https://geojson.org/schema/Point.json\"}]}"), "b;geo_point_2d", "1;2, 1", ""},
        {LAYER("{\"anyOf\":[{\"$ref\":\"#/$defs/l\"},{\"properties\":{\"type\":{\"enum\":[\"MultiLineString\"]}}}]}"), "b;geo_shape", "1;{\"type\":\"MultiLineString\"}", ""},
        {LAYER("{\"anyOf\":[{\"$ref\":\"#/$defs/l\"},{\"properties\":{\"type\":{\"enum\":[\"MultiLineString\"]}}}]}"), "b;geo_shape", "1;{\"type\":\"Polygon\"}", "geo_shape geometry_kind"},
        {LAYER("{\"$ref\":\"https://geojson.org/schema/Geometry.json\"}"), "b;geo_shape", "1;{\"type\":\"Polygon\"}", ""},
        {LIST("\"properties\":{\"b\":{},\"g\":{\"$ref\":\"https://geojson.org/schema/Point.json\"}}"), "b;g", "1;{\"type\":\"Point\",\"coordinates\":[1,2]}", ""},
        {LIST("\"properties\":{\"b\":{},\"g\":{\"$ref\":\"https://geojson.org/schema/Point.json\"}}"), "b;g", "1;{\"type\":\"MultiPoint\",\"coordinates\":[[1,2]]}", "g geometry_kind"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct table_schema s = schema_of(rows[i].schema);
        if (s.nleft)
            fail_msg("%s: " STR_FMT, rows[i].schema, STR_ARG(s.left[0]));
        table_schema_free(&s);
        expect(rows[i].schema, rows[i].header, rows[i].row, "", rows[i].code);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_value),
        cmocka_unit_test(test_objects_are_columns),
        cmocka_unit_test(test_lists_of_objects_within_a_cell),
        cmocka_unit_test(test_where_the_rows_stand),
        cmocka_unit_test(test_what_is_left_is_named),
        cmocka_unit_test(test_what_stands_around_the_rows_is_named),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_one_value_in_several_ways),
        cmocka_unit_test(test_what_holds_of_several_columns),
        cmocka_unit_test(test_forms_of_a_row_and_of_what_a_cell_holds),
        cmocka_unit_test(test_the_reason_says_the_rule_and_the_condition),
        cmocka_unit_test(test_a_row_is_not_judged_without_end),
        cmocka_unit_test(test_kinds_of_geometry),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
