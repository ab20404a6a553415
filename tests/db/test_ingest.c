/* The way in, whole: a file, the sealed child, a typed table; and what a cut leaves behind: nothing. */
#include "tests/db/fixture.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/jr.h"
#include "core/data/intake/ingest.h"
#include "core/data/intake/read_main.h"
#include "core/data/intake/version.h"
#include "core/db/conn.h"
#include "core/db/copy.h"

static int file_of(struct str text)
{
    int fd = memfd_create("file", MFD_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text.p, text.n), (ssize_t)text.n);
    return fd;
}

static void run(PGconn *c, const char *sql)
{
    PGresult *r = PQexec(c, sql);
    if (PQresultStatus(r) != PGRES_COMMAND_OK)
        fail_msg("%s: %s", sql, PQresultErrorMessage(r));
    PQclear(r);
}

static const char *z(struct buf *b)
{
    buf_addc(b, 0);
    return b->p;
}

/* Everything of architecture.md 2.3 in one transaction; true when it was committed. */
static bool load(const struct uuid *id, struct str text, const char *options, bool kill_it, struct err *e)
{
    struct ingest g = {.child = {.stream_fd = -1, .report_fd = -1}};
    struct conn *c = conn_open(db_uri(DB_WORKER), ROLE_WORKER, e);
    struct buf ddl = {0}, copy = {0}, index = {0};
    struct copy_counts counts = {0};
    struct child_limits limits = ingest_limits(text.n);
    int fd = file_of(text);
    bool ok = c && ingest_start(&g, fd, str_of(options), false, &limits, e) && version_create(&ddl, id, g.report, e);
    db_good(ok, e);
    json_t *facets = json_array();
    version_facets(facets, g.report);
    version_copy(&copy, id);
    version_index(&index, id, g.report, facets);
    run(conn_pq(c), "BEGIN");
    run(conn_pq(c), z(&ddl));
    if (kill_it)
        kill(g.child.pid, SIGKILL);
    const struct copy_limits copy_limits = {.rows = 300000, .bytes = UINT64_MAX, .fields = ingest_fields(&g)};
    ok = copy_in(c, z(&copy), ingest_stream(&g), &copy_limits, &counts, e) && ingest_finish(&g, counts.rows, e);
    if (ok)
        run(conn_pq(c), z(&index));
    run(conn_pq(c), ok ? "COMMIT" : "ROLLBACK");
    json_decref(facets);
    ingest_free(&g);
    buf_free(&ddl);
    buf_free(&copy);
    buf_free(&index);
    conn_close(c);
    close(fd);
    return ok;
}

static const char *ask(const struct uuid *id, const char *what)
{
    char table[VERSION_TABLE], sql[512];
    version_table(table, id);
    snprintf(sql, sizeof sql, "SELECT (%s)::text FROM %s", what, table);
    return db_value(DB_READER, sql);
}

static void test_round_trip(void **state)
{
    (void)state;
    struct uuid id = uuid_make();
    struct err e = {0};
    db_good(load(&id, S("nom;n;montant;jour;quand;ok;ou;mesure\n"
                        "\"Tours \"\"la\"\" ville\";9007199254740993;1 234,50;29/02/2024;2021-10-23T00:00:00+02:00;oui;47.39, 0.68;1.5e-3\n"
                        "œuf\u00a0;-1;-0,05;31/12/1999;1999-12-31T23:59:59.5Z;non;-21.1, 55.5;2e10\n"
                        ";;;;;;;\n;0;10000000000000000000,01;;;;;\n"), NULL, false, &e), &e);
    static const struct {
        const char *ask, *want;
    } rows[] = {
        {"count(*)", "3"},
        {"string_agg(_id::text, ',' ORDER BY _id)", "1,2,3"},
        /* bigint, timestamptz, double, date, boolean, then text, numeric, geometry in file order */
        {"max(c1)", "9007199254740993"},
        {"string_agg((c2 AT TIME ZONE 'UTC')::text, ',' ORDER BY _id)", "2021-10-22 22:00:00,1999-12-31 23:59:59.5"},
        {"string_agg(c3::text, ',' ORDER BY _id)", "0.0015,20000000000"},
        {"string_agg(c4::text, ',' ORDER BY _id)", "2024-02-29,1999-12-31"},
        {"string_agg(c5::text, ',' ORDER BY _id)", "true,false"},
        {"string_agg(c6, '/' ORDER BY _id)", "Tours \"la\" ville/œuf\u00a0"},
        {"string_agg(c7::text, ',' ORDER BY _id)", "1234.50,-0.05,10000000000000000000.01"},
        {"string_agg(ST_AsEWKT(c8), ',' ORDER BY _id)", "SRID=4326;POINT(0.68 47.39),SRID=4326;POINT(55.5 -21.1)"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_string_equal(ask(&id, rows[i].ask), rows[i].want);
}

/* Two columns are kept, 498 are in `rest`, each with its cast. */
static void test_rest(void **state)
{
    (void)state;
    struct buf text = {.max = 4 << 20};
    struct uuid id = uuid_make();
    struct err e = {0};
    for (int line = 0; line < 3; line++)
        for (int i = 0; i < 500; i++)
            buf_printf(&text, "%s%c%059d", i ? ";" : line ? "\n" : "", 'a' + line, i);
    db_good(load(&id, buf_str(&text), NULL, false, &e), &e);
    char want[64];
    snprintf(want, sizeof want, "c%059d", 499);
    assert_string_equal(ask(&id, "max(rest[array_length(rest, 1)])"), want);
    assert_string_equal(ask(&id, "min(c1) || count(*)"), "b000000000000000000000000000000000000000000000000000000000002");
    buf_free(&text);
}

/* Cells of GeoJSON: PostGIS, reading the same text itself, says what must stand in the table. */
static void test_shapes(void **state)
{
    (void)state;
    static const char *const shapes[] = {
        "{\"type\":\"Point\",\"coordinates\":[0.68,47.39]}",
        "{\"coordinates\": [[0.1, 47], [0.25, 47.5, 12], [-1e-1, 48]], \"type\": \"LineString\"}",
        "{\"type\":\"Polygon\",\"coordinates\":[[[0,45],[4,45],[4,49],[0,49],[0,45]],[[1,46],[2,46],[2,47],[1,46]]]}",
        "{\"type\":\"MultiPoint\",\"coordinates\":[[1,46],[2.123456789012345,46]]}",
        "{\"type\":\"MultiLineString\",\"coordinates\":[[[1,46],[2,46]],[[3,46],[4,47]]]}",
        "{\"type\":\"MultiPolygon\",\"coordinates\":[[[[0,45],[1,45],[1,46],[0,45]]],[[[2,45],[3,45],[3,46],[2,45]]]]}",
        "{\"type\":\"GeometryCollection\",\"geometries\":[{\"type\":\"Point\",\"coordinates\":[1,46]},"
        "{\"type\":\"LineString\",\"coordinates\":[[1,46],[2,46]]}]}",
    };
    enum { SHAPES = sizeof shapes / sizeof shapes[0] };
    struct buf text = {0}, want = {0};
    struct uuid id = uuid_make();
    struct err e = {0};
    buf_addz(&text, "n;forme\n");
    for (size_t i = 0; i < SHAPES; i++) {
        buf_printf(&text, "%zu;\"", i);
        for (const char *p = shapes[i]; *p; p++)
            buf_printf(&text, *p == '"' ? "\"\"" : "%c", *p);
        buf_addz(&text, "\"\n");
    }
    db_good(load(&id, buf_str(&text), NULL, false, &e), &e);
    for (size_t i = 0; i < SHAPES; i++) {
        buf_reset(&want);
        buf_printf(&want, "min(ST_AsEWKT(c2)) FILTER (WHERE c1 = %zu) = ST_AsEWKT(ST_Force2D(ST_GeomFromGeoJSON('%s')))", i,
                   shapes[i]);
        if (strcmp(ask(&id, z(&want)), "true") != 0)
            fail_msg("%s", shapes[i]);
    }
    assert_string_equal(ask(&id, "bool_and(ST_DWithin(m2, ST_Transform(c2, 3857), 1e-6))"), "true");
    buf_free(&text);
    buf_free(&want);
}

/* Across the antimeridian: cut, as PostGIS cuts it; the second geometry follows. */
static void test_antimeridian(void **state)
{
    (void)state;
    struct uuid id = uuid_make();
    struct err e = {0};
    db_good(load(&id, S("n;forme\n1;\"{\"\"type\"\":\"\"Polygon\"\",\"\"coordinates\"\":[[[178,-18],[183,-18],[183,-17],[178,-17],[178,-18]]]}\"\n"),
                 NULL, false, &e), &e);
    assert_string_equal(ask(&id, "max(ST_XMax(c2)) || ' ' || min(ST_XMin(c2)) || ' ' || sum(ST_Area(c2))"), "180 -180 5");
    assert_string_equal(ask(&id, "bool_and(ST_XMax(m2) < 20037509)"), "true");
}

/* The second geometry is drawn, never looked for: nothing is built of it. */
static void test_one_index_a_geometry(void **state)
{
    (void)state;
    struct uuid id = uuid_make();
    struct err e = {0};
    char sql[256], table[VERSION_TABLE];
    db_good(load(&id, S("n;position\n1;\"47.39, 0.68\"\n2;\"47.4, 0.7\"\n"), NULL, false, &e), &e);
    version_table(table, &id);
    snprintf(sql, sizeof sql, "SELECT string_agg(substring(indexdef from 'USING .*'), '; ' ORDER BY indexdef) FROM pg_indexes"
                              " WHERE schemaname || '.' || tablename = '%s'", table);
    assert_string_equal(db_value(DB_WORKER, sql), "USING gist (c2); USING btree (_id)");
}

static void test_nothing_left_of_a_cut(void **state)
{
    (void)state;
    struct buf text = {.max = 64 << 20};
    struct uuid id = uuid_make();
    struct err e = {0};
    char sql[128], table[VERSION_TABLE];
    buf_addz(&text, "n;nom\n");
    for (int i = 0; i < 100000; i++)
        buf_printf(&text, "%d;une ligne assez longue %d\n", i, i);
    assert_false(load(&id, buf_str(&text), NULL, true, &e));
    assert_non_null(e.kind);
    version_table(table, &id);
    snprintf(sql, sizeof sql, "SELECT coalesce(to_regclass('%s')::text, 'none')", table);
    assert_string_equal(db_value(DB_WORKER, sql), "none");
    buf_free(&text);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "read") == 0)
        return read_main(argc - 1, argv + 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip), cmocka_unit_test(test_rest), cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_antimeridian), cmocka_unit_test(test_one_index_a_geometry),
        cmocka_unit_test(test_nothing_left_of_a_cut),
    };
    return cmocka_run_group_tests(tests, db_setup, db_teardown);
}
