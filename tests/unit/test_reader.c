/* A whole file: counts that add up, bad input, what the publisher fixed, the stream's bytes, the DDL. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/jr.h"
#include "core/db/copy.h"
#include "core/data/errors.h"
#include "core/data/intake/reader.h"
#include "core/data/intake/reader_helper.h"
#include "core/data/intake/version.h"

struct reading {
    json_t *report;
    struct buf stream;
    struct err e;
    bool ok;
};

static bool keep(void *to, struct str bytes, struct err *e)
{
    (void)e;
    buf_add(to, bytes);
    return true;
}

static struct reading read_helped(struct str text, const char *options, struct reader_helper *helper)
{
    struct reading g = {.stream = {.max = 64 << 20}};
    struct reader r;
    struct buf out = {0};
    json_t *o = options ? jr_parse(str_of(options), &g.e) : NULL;
    assert_true(!options || o);
    g.ok = reader_open_bytes(&r, text, o, &g.e);
    r.helper = helper;
    g.ok = g.ok && reader_look(&r, &g.e);
    if (g.ok) {
        reader_report(&r, &out);
        g.report = jr_parse(buf_str(&out), &g.e);
        assert_non_null(g.report);
        g.ok = reader_stream(&r, keep, &g.stream, &g.e);
    }
    reader_close(&r);
    buf_free(&out);
    json_decref(o);
    return g;
}

static struct reading read_text(struct str text, const char *options)
{
    return read_helped(text, options, NULL);
}

static void end(struct reading *g)
{
    json_decref(g->report);
    buf_free(&g->stream);
}

static int64_t rows(const struct reading *g, const char *which)
{
    return jr_i64(jr_object(g->report, "rows"), which, -1);
}

static const json_t *column(const struct reading *g, size_t i)
{
    return json_array_get(jr_array(g->report, "columns"), i);
}

static const json_t *aside(const struct reading *g, size_t i)
{
    return json_array_get(jr_array(g->report, "aside"), i);
}

static uint64_t rows_in_stream(const struct reading *g)
{
    struct copy_check c = {.limits = {.rows = UINT64_MAX, .bytes = UINT64_MAX, .fields = (unsigned)jr_i64(g->report, "fields", 0)}};
    struct err e = {0};
    for (size_t i = 0; i < g->stream.n; i++) /* byte by byte: any cut must do */
        assert_true(copy_check_feed(&c, (struct str){g->stream.p + i, 1}, &e));
    assert_true(copy_check_end(&c, &e));
    return c.counts.rows;
}

static void test_counts_add_up(void **state)
{
    (void)state;
    struct reading g = read_text(S("a;b\n1;x\n\n2;y;z\n3\n;;\n4;t;\n;\n"), NULL);
    assert_true(g.ok);
    assert_int_equal(rows(&g, "seen"), 7);
    assert_int_equal(rows(&g, "kept"), 2);  /* "1;x" and "4;t;" whose third cell is empty */
    assert_int_equal(rows(&g, "aside"), 2); /* too long, too short */
    assert_int_equal(rows(&g, "blank"), 3);
    assert_int_equal(rows_in_stream(&g), 2);
    assert_int_equal(jr_i64(aside(&g, 0), "line", 0), 4);
    assert_true(str_eq(jr_str(jr_object(aside(&g, 0), "reason"), "code"), S("row_long")));
    assert_int_equal(jr_i64(aside(&g, 1), "line", 0), 5);
    assert_true(str_eq(jr_str(jr_object(aside(&g, 1), "reason"), "code"), S("row_short")));
    assert_int_equal(jr_i64(g.report, "bytes", 0), 4 + 4 + 4); /* "a,b\n" "1,x\n" "4,t\n" */
    end(&g);
}

static void test_canonical_bytes_need_quotes(void **state)
{
    (void)state;
    static const struct {
        const char *file, *canonical, *options;
    } all[] = {
        {"a;b\n\"x,y\";\"say \"\"hi\"\"\"\n", "a,b\n\"x,y\",\"say \"\"hi\"\"\"\n", NULL},
        {"a;b\nx,y;z\nt;u\n", "a,b\n\"x,y\",z\nt,u\n", NULL},                     /* bare here, a separator there */
        {"a,b\nx\"y,z\n\"q\"r,t\n", "a,b\n\"x\"\"y\",z\nqr,t\n", NULL},          /* a quote within, text behind one */
        {"a,b\r\n\"x\ny\",z\r\nu,v\r\n", "a,b\n\"x\ny\",z\nu,v\n", NULL},
        {"a,b\nx,z\nt,u\n", "a,b\nx,z\nt,u\n", NULL},
        {"a,b\nx y,z\nt u,u\n", "a,b\n\"x,y\",z\n\"t,u\",u\n", /* a step writes what was not in the file */
         "{\"steps\": [{\"do\": \"replace\", \"column\": \"a\", \"find\": \" \", \"by\": \",\"}]}"},
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        struct reading g = read_text(str_of(all[i].file), all[i].options);
        assert_int_equal(jr_i64(g.report, "bytes", 0), strlen(all[i].canonical));
        end(&g);
    }
}

static void test_stream_bytes(void **state)
{
    (void)state;
    struct reading g = read_text(S("nom;n;ok\nTours;7;oui\n;8;non\n"), NULL);
    static const char want[] = "PGCOPY\n\377\r\n\0" "\0\0\0\0" "\0\0\0\0"
        "\0\4" "\0\0\0\4" "\0\0\0\1" "\0\0\0\10" "\0\0\0\0\0\0\0\7" "\0\0\0\1" "\1" "\0\0\0\5" "Tours"
        "\0\4" "\0\0\0\4" "\0\0\0\2" "\0\0\0\10" "\0\0\0\0\0\0\0\10" "\0\0\0\1" "\0" "\377\377\377\377"
        "\377\377";
    assert_true(g.ok);
    assert_int_equal(g.stream.n, sizeof want - 1);
    assert_memory_equal(g.stream.p, want, sizeof want - 1);
    assert_true(str_eq(jr_str(column(&g, 0), "sql"), S("c3"))); /* fixed-width columns stand first */
    assert_true(str_eq(jr_str(column(&g, 1), "sql"), S("c1")));
    assert_true(str_eq(jr_str(column(&g, 2), "sql"), S("c2")));
    end(&g);
}

static void test_refused_files(void **state)
{
    (void)state;
    struct buf wide = {0};
    for (int i = 0; i < 501; i++)
        buf_printf(&wide, "%sc%d", i ? ";" : "", i);
    buf_addz(&wide, "\n");
    const struct {
        struct str text;
        const struct err_kind *kind;
        const char *arg0, *arg1;
    } all[] = {
        {S(""), &err_data_empty, "", ""},
        {S(" \n\n"), &err_data_empty, "", ""},
        {S("\xEF\xBB\xBF"), &err_data_empty, "", ""},
        {S("a;b\n"), &err_data_no_rows, "", ""},
        {S("%PDF-1.7\n1;2\n"), &err_data_binary, "PDF", ""},
        {S("\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), &err_data_binary, "PNG", ""},
        {S("PK\003\004 no workbook in it"), &err_data_unfold, "", ""},
        {S("a;b\n1;2\n3;\"x\n4;5\n"), &err_data_quote_open, "3", "2"},
        {S("a;b;c\n1;2;3;4\n5;6;7;8\n"), &err_data_all_aside, "2", "2"},
        {buf_str(&wide), &err_data_columns, "501", "500"},
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        struct reading g = read_text(all[i].text, NULL);
        if (g.ok || g.e.kind != all[i].kind || strcmp(g.e.arg[0], all[i].arg0) != 0 ||
            strcmp(g.e.arg[1], all[i].arg1) != 0)
            fail_msg("row %zu: %s (%s) %s %s", i, g.ok ? "accepted" : g.e.kind->code, g.e.detail, g.e.arg[0], g.e.arg[1]);
        end(&g);
    }
    buf_free(&wide);
}

static void test_max_rows(void **state)
{
    (void)state;
    struct reading g = read_text(S("a;b\n1;2\n3;4\n5;6\n"), "{\"max_rows\": 2}");
    assert_ptr_equal(g.e.kind, &err_data_rows);
    assert_string_equal(g.e.arg[0], "3");
    end(&g);
    g = read_text(S("a;b\n1;2\n3;4\n"), "{\"max_rows\": 2}");
    assert_true(g.ok);
    end(&g);
}

/* WKT in cells is a shape, unless one of them is none; two columns of metres or degrees are offered as a point, and no more
 * once a column has places. */
static void test_geography_in_cells(void **state)
{
    (void)state;
    static const struct {
        const char *file, *types, *offer;
    } cases[] = {
        {"id;geom\na;POLYGON((0 0,1 0,1 1,0 0))\nb;\nc;MULTIPOLYGON(((0 0,1 0,1 1,0 0)))\n", "text geo_shape ", ""},
        {"id;geom\na;POINT(0.68 47.39)\nb;Point de vente\n", "text text ", ""},
        {"id;geom\na;POINT(525803 6701233)\nb;POINT(525804 6701233)\n", "text text ", ""},
        {"id;x;y\na;525803;6701233\nb;700000,5;6600000,25\n", "text decimal decimal ", "offer_lambert93 y x"},
        {"id;X_L93;Y_L93\na;525803;6701233\nb;700000;6600000\n", "text int int ", "offer_lambert93 y_l93 x_l93"},
        {"id;x;y\na;525803;6701233\nb;1300001;6600000\n", "text int int ", ""},
        {"id;x;y\na;0.68;47.39\nb;1.33;47.58\n", "text decimal decimal ", "offer_point y x"},
        {"id;x;y\na;3;4\nb;5;6\n", "text int int ", ""},
        {"id;x;y\na;0.0118;0.827\nb;-0.05;0.83\n", "text decimal decimal ", ""}, /* radians */
        {"id;x;y\na;0.0118;0.827\nb;0.5;0.83\n", "text decimal decimal ", "offer_point y x"},
        {"id;x;y\na;0.0118;44.827\n", "text decimal decimal ", "offer_point y x"},
        {"id;mots\na;eau|air\nb;sol\n", "text text ", "offer_list mots "},
        {"id;mots\na;eau||air\nb;sol|eau\n", "text text ", ""},
        {"id;mots;n\na;1|2;3\nb;3|4;4\n", "text text int ", "offer_list mots "},
        {"id;x;y;geom\na;525803;6701233;POINT(0.68 47.39)\nb;700000;6600000;POINT(3 46.5)\n", "text int int geo_shape ", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct reading g = read_text(str_of(cases[i].file), NULL);
        struct buf types = {0}, offer = {0};
        const json_t *offered = json_array_get(jr_array(g.report, "offers"), 0), *args = jr_array(offered, "args");
        assert_true(g.ok);
        for (size_t c = 0; column(&g, c); c++)
            buf_printf(&types, STR_FMT " ", STR_ARG(jr_str(column(&g, c), "type")));
        if (offered)
            buf_printf(&offer, STR_FMT " %s %s", STR_ARG(jr_str(offered, "code")), json_string_value(json_array_get(args, 0)),
                       json_array_size(args) > 1 ? json_string_value(json_array_get(args, 1)) : "");
        if (!str_eq(buf_str(&types), str_of(cases[i].types)) || !str_eq(buf_str(&offer), str_of(cases[i].offer)))
            fail_msg("case %zu: " STR_FMT "| " STR_FMT, i, STR_ARG(buf_str(&types)), STR_ARG(buf_str(&offer)));
        buf_free(&types), buf_free(&offer);
        end(&g);
    }
}

static bool has_point(const struct reading *g, double lon, double lat)
{
    unsigned char ewkb[25] = {1, 1, 0, 0, 0x20, 0xE6, 0x10, 0, 0};
    memcpy(ewkb + 9, &lon, 8);
    memcpy(ewkb + 17, &lat, 8);
    return memmem(g->stream.p, g->stream.n, ewkb, sizeof ewkb) != NULL;
}

/* Which of two coordinates comes first is agreed with the first file: the values of one update do not turn it, unless all of
 * them lie in France the other way round only; then the format of the report says so. */
static void test_order_of_coordinates_is_kept(void **state)
{
    (void)state;
    static const struct {
        const char *type, *said, *format, *file, *keeps, *warning;
        double lon, lat;
    } cases[] = {
        {"", "", "", "id;xy\na;[1.9,47.9]\n", "lon_first", "", 1.9, 47.9},
        {"", "", "", "id;xy\na;10.5, -30.0\n", "lat_first", "", -30, 10.5},
        {"kept_type", "kept_format", "lon_first", "id;xy\na;[-30.0,10.5]\n", "lon_first", "", -30, 10.5},
        {"kept_type", "kept_format", "lat_first", "id;coordonneesXY\na;[10.5,-30.0]\n", "lat_first", "", -30, 10.5},
        {"kept_type", "kept_format", "lat_first", "id;xy\na;[1.9,47.9]\n", "lon_first", "", 1.9, 47.9},
        {"kept_type", "kept_format", "lon_first", "id;xy\na;[14.6,-61.0]\n", "lat_first", "", -61, 14.6},
        {"kept_type", "kept_format", "lon_first", "id;xy\na;[14.6,-61.0]\nb;[10.5,-30.0]\n", "lon_first", "warn_swapped", 14.6, -61},
        {"kept_type", "format", "lat_first", "id;xy\na;[1.9,47.9]\n", "lat_first", "warn_swapped", 47.9, 1.9},
        {"kept_type", "", "", "id;coordonneesXY\na;[10.5,-30.0]\nb;NC\nc;NC\n", "lon_first", "", 10.5, -30},
        {"kept_type", "", "", "id;xy\na;\"{\"\"lat\"\": 47.9, \"\"lon\"\": 1.9}\"\n", "", "", 1.9, 47.9},
        {"kept_type", "kept_format", "lon_first", "id;xy\na;\"{\"\"lat\"\": 47.9, \"\"lon\"\": 1.9}\"\n", "lon_first", "", 1.9, 47.9},
        {"kept_type", "format", "plain", "id;coordonneesXY\na;[10.5,-30.0]\n", "", "", -30, 10.5},
        {"type", "format", "lon_first", "id;xy\na;2.5,48.5\n", "lon_first", "", 2.5, 48.5},
        {"type", "format", "lat_first", "id;xy\na;2.5,48.5\n", "lat_first", "warn_swapped", 48.5, 2.5},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        json_t *o = json_pack("{s:[{s:s,s:s,s:s}]}", "fields", "source", strstr(cases[i].file, "XY") ? "coordonneesXY" : "xy",
                              cases[i].type, "geo_point_2d", cases[i].said, cases[i].format);
        char *options = json_dumps(o, 0);
        struct reading g = read_text(str_of(cases[i].file), options);
        const json_t *c = column(&g, 1);
        struct str warned = jr_str(json_array_get(jr_array(c, "warnings"), 0), "code");
        if (!g.ok || !str_eq(jr_str(c, "format"), str_of(cases[i].keeps)) || !str_eq(warned, str_of(cases[i].warning)) ||
            !has_point(&g, cases[i].lon, cases[i].lat))
            fail_msg("case %zu: %s " STR_FMT " " STR_FMT, i, g.e.detail, STR_ARG(jr_str(c, "format")), STR_ARG(warned));
        free(options);
        json_decref(o);
        end(&g);
    }
}

static int64_t first_days(const struct reading *g)
{
    assert_true(g->stream.n > 19 + 2 + 8 + 8);
    const unsigned char *p = (const unsigned char *)g->stream.p + 19 + 2 + 8 + 4;
    return (int32_t)((uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]);
}

/* 01/02/2021 is 7,702 days after 2000-01-01 as the 1st of February, 7,672 as the 2nd of January. What is chosen is kept;
 * unsaid, values that could be nothing else decide; a contract outlives them. */
static void test_month_first_dates(void **state)
{
    (void)state;
    static const struct {
        const char *field, *rows, *format;
        int64_t days, aside;
    } cases[] = {
        {"\"type\":\"date\",\"format\":\"month_first\"", "01/02/2021\n12/25/2021\n", "month_first", 7672, 0},
        {"\"type\":\"date\",\"format\":\"day_first\"", "01/02/2021\n12/25/2021\n", "day_first", 7702, 1},
        {"\"type\":\"date\"", "01/02/2021\n12/25/2021\n", "month_first", 7672, 0},
        {"\"type\":\"date\"", "01/02/2021\n25/12/2021\n12/25/2021\n", "", 7702, 1},
        {"\"kept_type\":\"date\",\"kept_format\":\"month_first\"", "01/02/2021\n", "month_first", 7672, 0},
        {"\"kept_type\":\"date\",\"kept_format\":\"day_first\"", "01/02/2021\n12/25/2021\n", "day_first", 7702, 1},
        {"\"label\":\"Jour\"", "01/02/2021\n25/12/2021\n", "day_first", 7702, 0},
        {"\"label\":\"Jour\"", "01/02/2021\n2021-12-25\n", "", 7702, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf text = {0}, options = {0};
        buf_printf(&text, "jour;mot\n");
        struct str rest = str_of(cases[i].rows), day;
        while (str_cut(&rest, '\n', &day))
            if (day.n)
                buf_printf(&text, STR_FMT ";x\n", STR_ARG(day));
        buf_printf(&options, "{\"fields\":[{\"name\":\"jour\",%s}]}", cases[i].field);
        buf_addc(&options, 0);
        struct reading g = read_text(buf_str(&text), options.p);
        if (!g.ok || first_days(&g) != cases[i].days || rows(&g, "aside") != cases[i].aside ||
            !str_eq(jr_str(column(&g, 0), "format"), str_of(cases[i].format)))
            fail_msg("case %zu: %s %lld", i, g.e.detail, (long long)first_days(&g));
        buf_free(&text), buf_free(&options);
        end(&g);
    }
}

/* A dot that parts thousands in one value does so in all. */
static void test_dots_in_doubt(void **state)
{
    (void)state;
    static const struct {
        const char *field, *cells, *format, *type;
        const char *stored; /* of the last cell: numeric as PostgreSQL takes it, without its length */
        size_t stored_n;
        int64_t aside;
    } cases[] = {
        {"\"type\":\"decimal\"", "1.234.567,5;1.234", "dot_groups", "decimal", "\0\1\0\0\0\0\0\0\4\322", 10, 0},
        {"\"type\":\"decimal\",\"format\":\"dot_groups\"", "1.234.567,5;1.234", "dot_groups", "decimal", "\0\1\0\0\0\0\0\0\4\322", 10, 0},
        {"\"type\":\"decimal\",\"format\":\"dot_decimals\"", "1.234.567,5;1.234", "dot_decimals", "decimal", "\0\2\0\0\0\0\0\3\0\1\11\44", 12, 1},
        {"\"kept_type\":\"decimal\"", "1.234.567,5;1.234", "dot_groups", "decimal", "\0\1\0\0\0\0\0\0\4\322", 10, 0},
        {"\"kept_type\":\"decimal\",\"kept_format\":\"dot_groups\"", "1;1.234", "dot_groups", "decimal", "\0\1\0\0\0\0\0\0\4\322", 10, 0},
        {"\"kept_type\":\"decimal\"", "1;1.234", "", "decimal", "\0\2\0\0\0\0\0\3\0\1\11\44", 12, 0},
        {"\"label\":\"Prix\"", "1.234.567,5;1.234,0", "dot_groups", "decimal", "\0\1\0\0\0\0\0\1\4\322", 10, 0},
        {"\"label\":\"Prix\"", "1.234.567,5;1.234", "", "text", "1.234", 5, 0},
        {"\"type\":\"decimal\",\"format\":\"month_first\"", "1.234.567,5;1.234", "dot_groups", "decimal", "\0\1\0\0\0\0\0\0\4\322", 10, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf text = {0}, options = {0};
        struct str last = str_of(cases[i].cells), before;
        str_cut(&last, ';', &before);
        buf_printf(&text, "mot;prix\nx;" STR_FMT "\ny;" STR_FMT "\n", STR_ARG(before), STR_ARG(last));
        buf_printf(&options, "{\"fields\":[{\"name\":\"prix\",%s}]}", cases[i].field);
        buf_addc(&options, 0);
        struct reading g = read_text(buf_str(&text), options.p);
        const json_t *c = column(&g, 1);
        if (!g.ok || !str_eq(jr_str(c, "format"), str_of(cases[i].format)) || !str_eq(jr_str(c, "type"), str_of(cases[i].type)) ||
            rows(&g, "aside") != cases[i].aside ||
            memcmp(g.stream.p + g.stream.n - 2 - cases[i].stored_n, cases[i].stored, cases[i].stored_n) != 0)
            fail_msg("case %zu: %s " STR_FMT " " STR_FMT, i, g.e.detail, STR_ARG(jr_str(c, "format")), STR_ARG(jr_str(c, "type")));
        buf_free(&text), buf_free(&options);
        end(&g);
    }
}

/* A choice is offered where the values leave one; a way of writing that the type does not know is said. */
static void test_choices_are_offered(void **state)
{
    (void)state;
    static const struct {
        const char *file, *options, *choices, *warning;
    } cases[] = {
        {"mot;jour\nx;12/25/2021\nx;01/02/2021\n", NULL, "[{\"type\": \"date\", \"format\": \"month_first\"}, {\"type\": \"date\", \"format\": \"day_first\"}]", ""},
        {"mot;jour\nx;12/25/2021 10:00\n", NULL, "[{\"type\": \"datetime\", \"format\": \"month_first\"}, {\"type\": \"datetime\", \"format\": \"day_first\"}]", ""},
        {"mot;prix\nx;1.234.567,5\nx;1.234\n", NULL, "[{\"type\": \"decimal\", \"format\": \"dot_groups\"}, {\"type\": \"decimal\", \"format\": \"dot_decimals\"}]", ""},
        {"mot;prix\nx;1.234.567,5\nx;1.234\n", "{\"fields\":[{\"name\":\"prix\",\"type\":\"decimal\"}]}", "[{\"type\": \"decimal\", \"format\": \"dot_groups\"}, {\"type\": \"decimal\", \"format\": \"dot_decimals\"}]", "warn_dot_groups"},
        {"mot;jour\nx;25/12/2021\nx;01/02/2021\n", NULL, "", ""},
        {"mot;jour\nx;25/12/2021\n", "{\"fields\":[{\"name\":\"jour\",\"format\":\"dot_groups\"}]}", "", "warn_format"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct reading g = read_text(str_of(cases[i].file), cases[i].options);
        const json_t *c = column(&g, 1);
        char *choices = json_dumps(json_object_get(c, "choices"), 0);
        struct str warned = jr_str(json_array_get(jr_array(c, "warnings"), 0), "code");
        if (!g.ok || strcmp(choices ? choices : "", cases[i].choices) != 0 || !str_eq(warned, str_of(cases[i].warning)))
            fail_msg("case %zu: %s " STR_FMT, i, choices, STR_ARG(warned));
        free(choices);
        end(&g);
    }
}

static void test_fixed_type_sets_the_row_aside(void **state)
{
    (void)state;
    struct reading g = read_text(S("nom;montant\na;1\nb;N 82\nc;3\n"), "{\"fields\":[{\"name\":\"montant\",\"type\":\"int\"}]}");
    assert_true(g.ok);
    assert_int_equal(rows(&g, "kept"), 2);
    assert_int_equal(rows(&g, "aside"), 1);
    assert_int_equal(rows_in_stream(&g), 2);
    assert_int_equal(jr_i64(aside(&g, 0), "line", 0), 3);
    assert_true(str_eq(jr_str(aside(&g, 0), "column"), S("montant")));
    assert_true(str_eq(jr_str(aside(&g, 0), "value"), S("N 82")));
    assert_int_equal(jr_i64(g.report, "bytes", 0), (int64_t)strlen("nom,montant\na,1\nc,3\n"));
    end(&g);
}

/* A type that the values have anyway keeps their reason; one that an update alone would not have is said to be kept. */
static void test_why_a_type_is_kept(void **state)
{
    (void)state;
    static const struct {
        const char *field, *cell, *reason;
    } cases[] = {
        {"\"kept_type\":\"int\"", "7", "all_int"},
        {"\"kept_type\":\"decimal\"", "7", "kept"},
        {"\"kept_type\":\"text\"", "7", "kept"},
        {"\"kept_type\":\"text\"", "007", "leading_zero"},
        {"\"kept_type\":\"int\"", "", "kept"},
        {"\"kept_type\":\"geo_point_2d\",\"kept_format\":\"lon_first\"", "10.5, -30.0", "kept"},
        {"\"kept_type\":\"geo_point_2d\",\"kept_format\":\"lat_first\"", "47.9, 1.9", "all_point"},
        {"\"type\":\"int\"", "7", "asked"},
        {"\"type\":\"int\",\"kept_type\":\"text\"", "7", "asked"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf text = {0}, options = {0};
        buf_printf(&text, "id;x\na;%s\n", cases[i].cell);
        buf_printf(&options, "{\"fields\":[{\"name\":\"x\",%s}]}", cases[i].field);
        buf_addc(&options, 0);
        struct reading g = read_text(buf_str(&text), options.p);
        struct str reason = jr_str(jr_object(column(&g, 1), "reason"), "code");
        if (!g.ok || !str_eq(reason, str_of(cases[i].reason)))
            fail_msg("case %zu: " STR_FMT, i, STR_ARG(reason));
        buf_free(&text), buf_free(&options);
        end(&g);
    }
}

static void test_agreed_cells_become_empty(void **state)
{
    (void)state;
    struct reading g = read_text(S("nom;montant\na;1\nb;N 82\n"),
                                 "{\"fields\":[{\"name\":\"montant\",\"type\":\"int\",\"bad\":\"null\"}]}");
    assert_true(g.ok);
    assert_int_equal(rows(&g, "kept"), 2);
    assert_int_equal(rows_in_stream(&g), 2);
    assert_int_equal(jr_i64(jr_object(column(&g, 1), "refused"), "count", 0), 1);
    end(&g);
}

/* What was agreed with a file before holds while nine in ten values are of the type; the agreement itself stays. */
static void test_an_agreement_is_kept(void **state)
{
    (void)state;
    static const struct {
        const char *type, *good, *bad;
        int goods, bads;
        const char *field;
        int64_t kept, emptied;
        const char *stays;
    } cases[] = {
        {"int", "7", "NC", 9, 1, "\"kept_bad\":\"null\"", 10, 1, "null"},
        {"int", "7", "NC", 8, 2, "\"kept_bad\":\"null\"", 8, 0, "null"},
        {"int", "7", "1,5", 8, 2, "\"kept_bad\":\"null\"", 8, 0, "null"},
        {"decimal", "7,5", "NC", 9, 1, "\"kept_bad\":\"null\"", 10, 1, "null"},
        {"date", "2024-01-02", "NC", 9, 1, "\"kept_bad\":\"null\"", 10, 1, "null"},
        {"date", "2024-01-02T10:00Z", "NC", 0, 9, "\"kept_bad\":\"null\"", 0, 0, "null"},
        {"boolean", "oui", "NC", 9, 1, "\"kept_bad\":\"null\"", 10, 1, "null"},
        {"geo_point_2d", "47.5, 0.7", "NC", 9, 1, "\"kept_bad\":\"null\"", 10, 1, "null"},
        {"int", "7", "NC", 1, 9, "\"bad\":\"null\"", 10, 9, "null"},
        {"int", "7", "NC", 9, 1, "\"bad\":\"aside\"", 9, 0, ""},
        {"int", "7", "NC", 9, 1, "\"label\":\"x\"", 9, 0, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf text = {0}, options = {0};
        buf_addz(&text, "mot;x\n");
        for (int k = 0; k < cases[i].goods + cases[i].bads; k++)
            buf_printf(&text, "a;%s\n", k < cases[i].goods ? cases[i].good : cases[i].bad);
        buf_printf(&options, "{\"none_kept\":true,\"fields\":[{\"name\":\"x\",\"kept_type\":\"%s\",%s}]}", cases[i].type, cases[i].field);
        buf_addc(&options, 0);
        struct reading g = read_text(buf_str(&text), options.p);
        if (!g.ok || rows(&g, "kept") != cases[i].kept || (int64_t)rows_in_stream(&g) != cases[i].kept ||
            jr_i64(jr_object(column(&g, 1), "refused"), "count", 0) != cases[i].emptied ||
            !str_eq(jr_str(column(&g, 1), "bad"), str_of(cases[i].stays)))
            fail_msg("case %zu: %s %lld", i, g.e.detail, (long long)rows(&g, "kept"));
        buf_free(&text), buf_free(&options);
        end(&g);
    }
}

static void test_names_are_fixed(void **state)
{
    (void)state;
    struct reading g = read_text(S("Montant;nom\n1;x\n"),
        "{\"fields\":[{\"source\":\"Montant\",\"name\":\"amount\",\"label\":\"Amount\",\"type\":\"text\"},"
        "{\"name\":\"nowhere\",\"type\":\"int\"},{\"source\":\"nom\",\"name\":\"Robert'); DROP\"}]}");
    assert_true(g.ok);
    assert_true(str_eq(jr_str(column(&g, 0), "name"), S("amount")));
    assert_true(str_eq(jr_str(column(&g, 0), "label"), S("Amount")));
    assert_true(str_eq(jr_str(column(&g, 0), "type"), S("text")));
    assert_true(str_eq(jr_str(column(&g, 1), "name"), S("nom")));
    const json_t *w = json_array_get(jr_array(g.report, "warnings"), 0);
    assert_true(str_eq(jr_str(w, "code"), S("warn_field_unknown")));
    end(&g);
}

/* 500 columns of 60 characters do not fit a page: what is past 7,000 bytes goes to `rest`. */
static void test_wide_rows_use_rest(void **state)
{
    (void)state;
    struct buf text = {0}, ddl = {0};
    for (int line = 0; line < 3; line++)
        for (int i = 0; i < 500; i++)
            buf_printf(&text, "%s%c%059d", i ? ";" : line ? "\n" : "", 'a' + line, i);
    struct reading g = read_text(buf_str(&text), NULL);
    assert_true(g.ok);
    int64_t rest = jr_i64(g.report, "rest", 0), fields = jr_i64(g.report, "fields", 0);
    assert_int_equal(rest + fields - 2, 500);
    assert_true((fields - 2) * 64 <= READER_ROW_BYTES && (fields - 1) * 64 + 200 > READER_ROW_BYTES);
    assert_int_equal(rows_in_stream(&g), 2);
    char last[16];
    snprintf(last, sizeof last, "rest[%d]", (int)rest);
    assert_true(str_eq(jr_str(column(&g, 499), "sql"), str_of(last)));
    struct uuid id = uuid_make();
    assert_true(version_create(&ddl, &id, g.report, &g.e));
    assert_true(str_find(buf_str(&ddl), S(" text, rest text[]); ALTER TABLE data.v_")) > 0);
    assert_true(str_ends(buf_str(&ddl), S(" STORAGE EXTERNAL, ALTER rest SET STORAGE EXTERNAL")));
    buf_free(&ddl);
    buf_free(&text);
    end(&g);
}

static void test_encodings_give_the_same_stream(void **state)
{
    (void)state;
    struct reading a = read_text(S("Ann\xC3\xA9" "e;x\n\xC3\xA9t\xC3\xA9;1\n"), NULL);
    struct reading b = read_text(S("Ann\xE9" "e;x\n\xE9t\xE9;1\n"), NULL);
    struct reading c = read_text(S("\xFF\xFE" "A\0n\0n\0\xE9\0e\0;\0x\0\n\0\xE9\0t\0\xE9\0;\0" "1\0\n\0"), NULL);
    assert_true(a.ok && b.ok && c.ok);
    assert_true(str_eq(buf_str(&a.stream), buf_str(&b.stream)));
    assert_true(str_eq(buf_str(&a.stream), buf_str(&c.stream)));
    assert_true(str_eq(jr_str(column(&c, 0), "name"), S("annee")));
    assert_int_equal(jr_i64(a.report, "bytes", 0), jr_i64(b.report, "bytes", 0));
    end(&a);
    end(&b);
    end(&c);
}

/* What a spreadsheet is told of the separator is no record, but a line of the file. */
static void test_separator_line(void **state)
{
    (void)state;
    static const struct {
        struct str text;
        const char *options, *names, *separator;
        int64_t line; /* of the row set aside */
    } cases[] = {
        {S("sep=;\r\na;b\r\n1,5;2\r\n3\r\n"), NULL, "a b ", ";", 4},
        {S("sep=,\na,b\n1,2\n3\n"), NULL, "a b ", ",", 4},
        {S("\xEF\xBB\xBFsep=|\ra|b\r1;2|2\r3\r"), NULL, "a b ", "|", 4},
        {S("SEP=\t\na\tb\n1\t2\n3\n"), NULL, "a b ", "\t", 4},
        {S("\xFF\xFEs\0e\0p\0=\0,\0\n\0a\0,\0b\0\n\0" "1\0,\0" "2\0\n\0" "3\0\n\0"), NULL, "a b ", ",", 4},
        {S("sep=,\na;b\n1;2\n3\n"), "{\"separator\":\";\"}", "a b ", ";", 4},
        {S("sep=;\na;b\n1;2\nc;d\n3;4\n5\n"), "{\"header_row\":4}", "c d ", ";", 6},
        {S("sep=x;b\n1;2\n3\n"), NULL, "sep_x b ", ";", 3},
        {S("sep=;b\n1;2\n3\n"), NULL, "sep b ", ";", 3},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct reading g = read_text(cases[i].text, cases[i].options);
        struct buf names = {0};
        for (size_t c = 0; column(&g, c); c++)
            buf_printf(&names, STR_FMT " ", STR_ARG(jr_str(column(&g, c), "name")));
        if (!g.ok || !str_eq(buf_str(&names), str_of(cases[i].names)) ||
            !str_eq(jr_str(g.report, "separator"), str_of(cases[i].separator)) || jr_i64(aside(&g, 0), "line", 0) != cases[i].line)
            fail_msg("case %zu: %s " STR_FMT, i, g.e.detail, STR_ARG(buf_str(&names)));
        buf_free(&names);
        end(&g);
    }
    struct reading alone = read_text(S("sep=;\n"), NULL);
    assert_ptr_equal(alone.e.kind, &err_data_empty);
    end(&alone);
}

/* Any sign of ASCII parts cells where it is asked for; what is none is refused, not ignored. */
static void test_a_separator_is_asked_for(void **state)
{
    (void)state;
    struct reading asked = read_text(S("a^b\n1;2^2\n3\n"), "{\"separator\":\"^\"}");
    assert_true(asked.ok && str_eq(jr_str(asked.report, "separator"), S("^")));
    assert_true(str_eq(jr_str(column(&asked, 0), "name"), S("a")) && str_eq(jr_str(column(&asked, 1), "name"), S("b")));
    assert_int_equal(jr_i64(aside(&asked, 0), "line", 0), 3);
    end(&asked);
    static const char *const none[] = {"{\"separator\":\"x\"}", "{\"separator\":\";;\"}", "{\"separator\":\"\\\"\"}",
                                       "{\"separator\":\"\\n\"}", "{\"separator\":\"\u20ac\"}", "{\"separator\":\" \"}"};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        struct reading g = read_text(S("a;b\n1;2\n"), none[i]);
        if (g.ok || g.e.kind != &err_data_separator)
            fail_msg("%s is a separator", none[i]);
        end(&g);
    }
}

/* `utf8` lines in UTF-8, then `other` in Windows-1252, each of them "Orléans". */
static struct reading read_two_encodings(int utf8, int other, const char *options)
{
    struct buf text = {0};
    buf_addz(&text, "ville;n\n");
    for (int i = 0; i < utf8 + other; i++)
        buf_addz(&text, i < utf8 ? "Orl\xC3\xA9" "ans;1\n" : "Orl\xE9" "ans;1\n");
    struct reading g = read_text(buf_str(&text), options);
    assert_true(g.ok);
    buf_free(&text);
    return g;
}

static int64_t warned_of(const struct reading *g, const char *code)
{
    const json_t *w;
    size_t i;
    json_array_foreach(jr_array(g->report, "warnings"), i, w)
        if (str_eq(jr_str(w, "code"), str_of(code)))
            return atoll(json_string_value(json_array_get(jr_array(w, "args"), 0)));
    return 0;
}

static int times(const struct reading *g, const char *word)
{
    int n = 0;
    for (struct str s = buf_str(&g->stream); s.n;) {
        ptrdiff_t at = str_find(s, str_of(word));
        if (at < 0)
            break;
        n++;
        s = str_from(s, (size_t)at + 1);
    }
    return n;
}

/* Mixed encodings are repaired and counted; where the other lines are too many to be told from a file in
 * Windows-1252, what is broken is said, and one word mends it. */
static void test_mixed_encodings_are_told(void **state)
{
    (void)state;
    static const struct {
        int utf8, other;
        const char *options;
        int right;
        int64_t repaired, warned;
    } cases[] = {
        {38, 2, NULL, 40, 2, 0},
        {30, 2, NULL, 2, 0, 30},
        {30, 2, "{\"encoding\":\"utf-8\"}", 32, 2, 0},
        {38, 2, "{\"encoding\":\"windows-1252\"}", 2, 0, 38},
        {0, 9, NULL, 9, 0, 0},
        {0, 9, "{\"encoding\":\"utf-8\"}", 9, 9, 0},
        {9, 0, "{\"encoding\":\"windows-1252\"}", 9, 0, 0}, /* said of the file before: this one is UTF-8 beyond a doubt */
        {9, 0, "{\"encoding\":\"latin1\"}", 9, 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct reading g = read_two_encodings(cases[i].utf8, cases[i].other, cases[i].options);
        int right = times(&g, "Orl\xC3\xA9" "ans");
        if (right != cases[i].right || warned_of(&g, "warn_repaired") != cases[i].repaired ||
            warned_of(&g, "warn_utf8_lines") != cases[i].warned)
            fail_msg("case %zu: %d right", i, right);
        end(&g);
    }
}

/* Cells that are views of the file and cells that are not, rows of every fate, more than all batches hold; one helper
 * for several files in turn. */
static void test_a_helper_changes_nothing(void **state)
{
    (void)state;
    struct reader_helper *helper = reader_helper_start();
    if (!helper)
        skip(); /* one processor */
    for (unsigned first = 0; first < 3; first++) {
        struct buf text = {0};
        buf_addz(&text, "n;nom;jour;libell\xE9;courriel\n"); /* Windows-1252: cells are made */
        for (int i = 0; i < 3000; i++)
            buf_addz(&text, i % 97 == 0    ? "1;deux\n"
                            : i % 89 == 0  ? "\n"
                            : i % 7 == 0   ? "12;\"un \"\"mot\"\"\";2024-02-29;\xE9t\xE9;a.b@exemple.fr\n"
                            : i == 2998    ? "x;;31/12/2023;;\n"
                            : first == 2   ? "7,5;Tours;1/2/2024;;06 12 34 56 78\n"
                                           : "7;Tours;2024-01-02;Orl\xE9" "ans;\n");
        struct reading alone = read_text(buf_str(&text), NULL), helped = read_helped(buf_str(&text), NULL, helper);
        assert_true(alone.ok && helped.ok);
        assert_int_equal(rows(&helped, "seen"), 3000);
        assert_true(rows(&helped, "aside") > 0 && rows(&helped, "blank") > 0);
        char *a = json_dumps(alone.report, 0), *b = json_dumps(helped.report, 0);
        assert_string_equal(b, a);
        assert_non_null(strstr(b, "personal"));
        assert_true(str_eq(buf_str(&helped.stream), buf_str(&alone.stream)));
        free(a);
        free(b);
        end(&alone);
        end(&helped);
        buf_free(&text);
    }
    struct reading bad = read_helped(S("a;b\n1;\"open\n"), NULL, helper); /* a row that cannot be read ends it */
    assert_false(bad.ok);
    end(&bad);
    reader_helper_stop(helper);
}

/* What a source says of one row by its cells: a text in JSON, an amount that one unit makes. Both stand in memory that
 * the next row takes. */
static void test_a_helper_sees_what_a_row_says_of_itself(void **state)
{
    (void)state;
    struct reader_helper *helper = reader_helper_start();
    if (!helper)
        skip(); /* one processor */
    struct buf json = {0}, csv = {0};
    buf_addz(&csv, "secteur;nom;montant\n");
    for (int i = 0; i < 3000; i++) {
        buf_printf(&json, i % 3 ? "%s{\"n\":%d,\"t\":\"x\"}" : "%s{\"n\":\"%d\",\"t\":\"x\"}", i ? "," : "[", i);
        buf_printf(&csv, "s%d;u%d;%d\n", i / 5, i / 5 % 3 ? i : 0, 10); /* of each third sector all rows are of one unit */
    }
    buf_addc(&json, ']');
    static const char schema[] =
        "{\"schema\":\"s\",\"schemas\":[{\"name\":\"s\",\"version\":\"1\",\"title\":\"s\",\"definition\":{\"type\":\"array\","
        "\"items\":{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"integer\"},\"t\":{\"type\":\"string\"}}}}}]}";
    static const char group[] = "{\"steps\":[{\"do\":\"group\",\"columns\":[\"secteur\"],\"sum\":[\"montant\"],\"unit\":\"nom\","
                                "\"into\":\"unites\"}]}";
    const struct {
        struct str text;
        const char *options, *says;
    } files[] = {{buf_str(&json), schema, "\"check\": {\"errors\": 1000,"}, {buf_str(&csv), group, "\"total\": 200"}};
    for (size_t i = 0; i < 2; i++) {
        struct reading alone = read_text(files[i].text, files[i].options), helped = read_helped(files[i].text, files[i].options, helper);
        assert_true(alone.ok && helped.ok);
        char *a = json_dumps(alone.report, 0), *b = json_dumps(helped.report, 0);
        assert_non_null(strstr(b, files[i].says));
        assert_string_equal(b, a);
        free(a);
        free(b);
        end(&alone);
        end(&helped);
    }
    buf_free(&json);
    buf_free(&csv);
    reader_helper_stop(helper);
}

static void test_nul_sets_the_row_aside(void **state)
{
    (void)state;
    struct buf text = {0};
    buf_addz(&text, "a;b\n");
    for (int i = 0; i < 2000; i++)
        buf_addz(&text, "1;2\n");
    buf_add(&text, S("3\0x;\0\n"));
    struct reading g = read_text(buf_str(&text), NULL);
    assert_true(g.ok);
    assert_int_equal(rows(&g, "aside"), 1);
    assert_true(str_eq(jr_str(jr_object(aside(&g, 0), "reason"), "code"), S("row_nul")));
    assert_true(str_eq(jr_str(aside(&g, 0), "value"), S("3")));
    buf_free(&text);
    end(&g);
}

static void test_ddl(void **state)
{
    (void)state;
    struct reading g = read_text(S("nom;n;jour;x) DROP TABLE y --\na;1;2020-01-01;b\n"), NULL);
    struct buf ddl = {0};
    struct uuid id;
    assert_true(uuid_parse(S("0197AAAA-bbbb-7ccc-8ddd-eeeeffff0000"), &id));
    assert_true(version_create(&ddl, &id, g.report, &g.e));
    assert_true(str_eq(buf_str(&ddl), S("CREATE TABLE data.v_0197aaaabbbb7ccc8dddeeeeffff0000 "
        "(_id integer NOT NULL, c1 bigint, c2 date, c3 text, c4 text); ALTER TABLE data.v_0197aaaabbbb7ccc8dddeeeeffff0000"
        " ALTER c3 SET STORAGE EXTERNAL, ALTER c4 SET STORAGE EXTERNAL")));
    buf_reset(&ddl);
    json_t *facets = json_pack("[s,s]", "nom", "nowhere");
    version_index(&ddl, &id, g.report, facets);
    assert_true(str_find(buf_str(&ddl), S("CREATE INDEX ON data.v_0197aaaabbbb7ccc8dddeeeeffff0000 (c3);")) > 0);
    assert_true(str_find(buf_str(&ddl), S("DROP")) < 0);
    buf_reset(&ddl);
    version_columns(&ddl, g.report);
    json_t *columns = jr_parse(buf_str(&ddl), &g.e);
    assert_int_equal(json_array_size(columns), 4);
    assert_true(str_eq(jr_str(json_array_get(columns, 1), "sql"), S("c1")));
    json_decref(columns);
    json_decref(facets);
    buf_free(&ddl);
    end(&g);
}

/* A report nobody of ours wrote makes no DDL. */
static void test_forged_reports(void **state)
{
    (void)state;
    static const char *const forged[] = {
        "{}", "{\"fields\":2,\"columns\":[{\"sql\":\"c1\",\"type\":\"text); DROP\"}]}",
        "{\"fields\":2,\"columns\":[{\"sql\":\"c2\",\"type\":\"text\"}]}",
        "{\"fields\":3,\"columns\":[{\"sql\":\"c1\",\"type\":\"text\"},{\"sql\":\"c1\",\"type\":\"text\"}]}",
        "{\"fields\":9,\"columns\":[{\"sql\":\"c1\",\"type\":\"text\"}]}",
    };
    for (size_t i = 0; i < sizeof forged / sizeof forged[0]; i++) {
        struct err e = {0};
        struct buf ddl = {0};
        struct uuid id = uuid_make();
        json_t *report = jr_parse(str_of(forged[i]), &e);
        assert_non_null(report);
        assert_false(version_create(&ddl, &id, report, &e));
        assert_ptr_equal(e.kind, &err_data_unread);
        json_decref(report);
        buf_free(&ddl);
    }
}

int main(void)
{
    rand_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts_add_up), cmocka_unit_test(test_canonical_bytes_need_quotes),
        cmocka_unit_test(test_stream_bytes), cmocka_unit_test(test_refused_files), cmocka_unit_test(test_max_rows),
        cmocka_unit_test(test_geography_in_cells), cmocka_unit_test(test_order_of_coordinates_is_kept), cmocka_unit_test(test_month_first_dates),
        cmocka_unit_test(test_dots_in_doubt), cmocka_unit_test(test_choices_are_offered),
        cmocka_unit_test(test_fixed_type_sets_the_row_aside), cmocka_unit_test(test_agreed_cells_become_empty),
        cmocka_unit_test(test_an_agreement_is_kept), cmocka_unit_test(test_why_a_type_is_kept), cmocka_unit_test(test_names_are_fixed), cmocka_unit_test(test_wide_rows_use_rest),
        cmocka_unit_test(test_encodings_give_the_same_stream), cmocka_unit_test(test_mixed_encodings_are_told), cmocka_unit_test(test_separator_line), cmocka_unit_test(test_a_separator_is_asked_for),
        cmocka_unit_test(test_a_helper_changes_nothing),
        cmocka_unit_test(test_a_helper_sees_what_a_row_says_of_itself), cmocka_unit_test(test_nul_sets_the_row_aside),
        cmocka_unit_test(test_ddl), cmocka_unit_test(test_forged_reports),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
