/*
 * The side copy against its oracle: random questions (facets, groups, totals) are answered by PostgreSQL and by the
 * side copy of the same rows, and must agree to the byte. 1,000 questions; SIDE_QUESTIONS=10000 for the long run,
 * SIDE_SEED for other ones.
 */
#include <fcntl.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/data/query/cell.h"
#include "core/data/query/facet.h"
#include "core/data/query/odsql.h"
#include "core/data/query/row_json.h"
#include "core/data/query/side.h"
#include "core/data/query/view_make.h"
#include "core/io/blob.h"
#include "tests/db/ask.h"
#include "tests/db/fixture.h"

#define FEW "00000000-0000-7000-8000-0000000000a1"
#define MANY "00000000-0000-7000-8000-0000000000a2"

static PGconn *reader, *owner;
static char folder[] = "/tmp/terrasse-side-XXXXXX";

/* ---- rows ---- */

/* clang-format off */
static const struct view_column columns[] = {
    {.name = {"code", 4}, .type = TYPE_TEXT, .number = 1, .facet = true},
    {.name = {"label", 5}, .type = TYPE_TEXT, .number = 2, .facet = true},
    {.name = {"year", 4}, .type = TYPE_INT, .number = 3, .facet = true, .disjunctive = true},
    {.name = {"wide", 4}, .type = TYPE_INT, .number = 4},
    {.name = {"amount", 6}, .type = TYPE_DECIMAL, .number = 5},
    {.name = {"rate", 4}, .type = TYPE_DECIMAL, .number = 6, .facet = true},
    {.name = {"ratio", 5}, .type = TYPE_DOUBLE, .number = 7},
    {.name = {"day", 3}, .type = TYPE_DATE, .number = 8, .facet = true},
    {.name = {"moment", 6}, .type = TYPE_DATETIME, .number = 9, .facet = true},
    {.name = {"open", 4}, .type = TYPE_BOOLEAN, .number = 10, .facet = true},
    {.name = {"tags", 4}, .type = TYPE_TEXT, .number = 11, .facet = true, .disjunctive = true, .multivalued = {";", 1}},
    {.name = {"tree", 4}, .type = TYPE_TEXT, .number = 12, .facet = true, .hierarchical = {"/", 1}},
    {.name = {"secret", 6}, .type = TYPE_TEXT, .number = 13, .facet = true, .hidden = true},
    {.name = {"far", 3}, .type = TYPE_DECIMAL, .number = 1, .in_rest = true},
    {.name = {"note", 4}, .type = TYPE_TEXT, .number = 2, .in_rest = true, .facet = true},
    {.name = {"sizes", 5}, .type = TYPE_TEXT, .number = 14, .facet = true, .sort = FACET_NUMBER_UP},
};
/* clang-format on */
enum { COLUMNS = sizeof columns / sizeof columns[0] };

static const char *const make_rows =
    "CREATE TABLE %s (_id int PRIMARY KEY, c1 text, c2 text, c3 bigint, c4 bigint, c5 numeric, c6 numeric, c7 float8, c8 date,"
    " c9 timestamptz, c10 boolean, c11 text, c12 text, c13 text, c14 text, rest text[]);"
    "SELECT setseed(0.41);"
    "INSERT INTO %s SELECT i,"
    " CASE WHEN random() < 0.9 THEN lpad((random() * 20)::int::text, 2, '0') END,"
    " CASE WHEN random() < 0.95 THEN (ARRAY['été', 'Été', 'a', '', 'a b', 'x\"y', 'Zoé', 'œuf', 'é', 'zz'])[1 + (random() * 9)::int] || CASE WHEN random() < 0.5 THEN '' ELSE (random() * 300)::int::text END END,"
    " CASE WHEN random() < 0.9 THEN 2010 + (random() * 14)::int END,"
    " CASE WHEN random() < 0.9 THEN (random() * 9e18)::bigint - 1000000000000000000 + i END,"
    " CASE WHEN random() < 0.9 THEN round((random() * 1e7 - 2e6)::numeric, (random() * 4)::int) END,"
    " CASE WHEN random() < 0.9 THEN round((random() * 10 - 5)::numeric, 1) END,"
    " CASE WHEN random() < 0.9 THEN round((random() * 50)::numeric, 2)::float8 + 0.001 END,"
    " CASE WHEN random() < 0.9 THEN date '2019-12-25' + (random() * 900)::int - 400 END,"
    " CASE WHEN random() < 0.9 THEN timestamptz '2021-12-30 22:00:00Z' + make_interval(secs => (random() * 3e7)::int + 0.25 * (random() * 3)::int) - interval '200 days' END,"
    " CASE WHEN random() < 0.8 THEN random() < 0.3 END,"
    " CASE WHEN random() < 0.8 THEN (ARRAY['eau', 'eau;sport', 'sport;eau;eau', '', 'voirie', ';', 'eau;', 'culture;voirie'])[1 + (random() * 7)::int] END,"
    " CASE WHEN random() < 0.8 THEN (ARRAY['a', 'a/b', 'a/b/c', 'a b', 'a/d', '', 'e/f', 'a/b/c/d/e'])[1 + (random() * 7)::int] END,"
    " 's' || (random() * 4)::int,"
    " CASE WHEN random() < 0.8 THEN (ARRAY['9', '10', '010', '-1', '-01.50', '+3', '1.5', '1.50', '1.', '.5', '', 'ten', '1e3', '-0', '0', '0.0', '9 ', '12345678901234567890123456789012345678901', '-20', '1.25'])[1 + (random() * 19)::int] END,"
    " ARRAY[CASE WHEN random() < 0.8 THEN round((random() * 99)::numeric, 2)::text END, CASE WHEN random() < 0.7 THEN 'note ' || (random() * 30)::int END]"
    " FROM generate_series(1, %d) AS i;"
    "ANALYZE %s; GRANT SELECT ON %s TO terrasse_reader";

static struct dataset_view *view(struct arena *a, const char *version, const char *filter)
{
    struct dataset_view *v = ARENA_NEW(a, struct dataset_view);
    uuid_parse(str_of(version), &v->version);
    v->dataset = S("rows");
    v->filter = str_of(filter);
    v->records = -1;
    v->revision = 1;
    v->ncolumns = COLUMNS;
    v->columns = ARENA_ARRAY(a, struct view_column, COLUMNS);
    memcpy(v->columns, columns, sizeof columns);
    for (size_t i = 0; i < COLUMNS; i++)
        v->columns[i].label = v->columns[i].name;
    view_seal(v);
    return v;
}

static json_t *described(void)
{
    json_t *list = json_array();
    for (size_t i = 0; i < COLUMNS; i++) {
        char sql[32];
        snprintf(sql, sizeof sql, columns[i].in_rest ? "rest[%u]" : "c%u", columns[i].number);
        json_array_append_new(list, json_pack("{s:s%, s:s, s:s}", "name", columns[i].name.p, columns[i].name.n, "type",
                                              type_name(columns[i].type), "sql", sql));
    }
    return list;
}

static void make(const char *version, int rows)
{
    struct arena a = {0};
    struct buf sql = {0};
    struct uuid id;
    struct err e = {0};
    json_t *list = described();
    const char *t = view_table(view(&a, version, NULL));
    buf_printf(&sql, make_rows, t, t, rows, t, t);
    buf_addc(&sql, '\0');
    db_exec(DB_SUPER, sql.p);
    uuid_parse(str_of(version), &id);
    db_good(side_build(owner, &id, list, &e), &e);
    json_decref(list);
    buf_free(&sql);
    arena_free(&a);
}

static int setup(void **state)
{
    char side[64];
    if (db_setup(state) || !mkdtemp(folder))
        return -1;
    snprintf(side, sizeof side, "%s/side", folder);
    blob_store(folder);
    reader = PQconnectdb(db_uri(DB_READER));
    owner = PQconnectdb(db_uri(DB_SUPER));
    if (PQstatus(reader) != CONNECTION_OK || PQstatus(owner) != CONNECTION_OK)
        return -1;
    make(FEW, 2000);
    make(MANY, 70000);
    return 0;
}

static int teardown(void **state)
{
    struct uuid id;
    struct err e = {0};
    char side[64];
    side_close_all();
    uuid_parse(S(FEW), &id);
    side_drop(&id, &e);
    uuid_parse(S(MANY), &id);
    side_drop(&id, &e);
    snprintf(side, sizeof side, "%s/side", folder);
    rmdir(side);
    rmdir(folder);
    PQfinish(reader);
    PQfinish(owner);
    return db_teardown(state);
}

static PGresult *ask(const struct query_sql *s)
{
    return ask_query(reader, "", s, true);
}

/* ---- random questions ---- */

static uint64_t seed;

static unsigned pick(unsigned n)
{
    seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
    return (unsigned)((seed >> 20) % n);
}

#define ONE_OF(list) (list)[pick(sizeof(list) / sizeof *(list))]

static void put_number(struct buf *out)
{
    static const char *const some[] = {"2015", "2020", "0", "-1.5", "2014.5", "3.7", "-4.9", "123456.78", "5000000", "1e3x",
                                       "99999999999999999999", "-99999999999999999999", "0.001", "20.501", "2012"};
    const char *text;
    do
        text = ONE_OF(some);
    while (strchr(text, 'x'));
    buf_addz(out, text);
}

static void put_day(struct buf *out)
{
    static const char *const some[] = {"date'2020'", "date'2020-06'", "date'2020-06-15'", "date'2019-12-25'", "date'1000-01-01'"};
    buf_addz(out, ONE_OF(some));
}

static void put_moment(struct buf *out)
{
    static const char *const some[] = {"date'2021-12-31'", "date'2022-01'", "date'2021-08-12T10:11:12Z'", "date'2022-03-01T00:00:00+02:00'",
                                       "date'2021-11-05T07:30:00'", "date'2021'"};
    buf_addz(out, ONE_OF(some));
}

static void put_text(struct buf *out)
{
    static const char *const some[] = {"\"07\"", "\"a\"", "\"été\"", "\"\"", "\"eau\"", "\"a/b\"", "\"note 3\"", "\"nothing\"", "\"x\\\"y\"", "\"12\""};
    buf_addz(out, ONE_OF(some));
}

static void put_leaf(struct buf *out)
{
    static const char *const numbers[] = {"year", "wide", "amount", "rate", "ratio", "far"}, *const texts[] = {"code", "label", "tags", "tree", "note"};
    static const char *const every[] = {"code", "label", "year", "wide", "amount", "rate", "ratio", "day", "moment", "open", "tags", "tree", "far", "note"};
    static const char *const ops[] = {" = ", " < ", " > ", " <= ", " >= "};
    static const char *const likes[] = {"label like \"ete\"", "label like \"zoe*\"", "note like \"note 3\"", "tree like \"a b\"", "label like \"OEUF\"",
                                        "tags like \"eau\"", "code like \"0*\"", "label like \"x y\"", "note like \"été\"", "label like \"\"", "not label like \"a*\""};
    switch (pick(12)) {
    case 0:
    case 1:
        buf_addz(out, ONE_OF(numbers)), buf_addz(out, ONE_OF(ops)), put_number(out);
        break;
    case 2:
        put_number(out), buf_addz(out, ONE_OF(ops)), buf_addz(out, ONE_OF(numbers));
        break;
    case 3:
        buf_addz(out, ONE_OF(texts)), buf_addz(out, " = "), put_text(out);
        break;
    case 4:
        buf_addz(out, "day"), buf_addz(out, ONE_OF(ops)), put_day(out);
        break;
    case 5:
        buf_addz(out, "moment"), buf_addz(out, ONE_OF(ops)), put_moment(out);
        break;
    case 6:
        buf_addz(out, ONE_OF(every)), buf_addz(out, pick(2) ? " is null" : " is not null");
        break;
    case 7:
        buf_addz(out, pick(2) ? "open" : pick(2) ? "open is true" : pick(2) ? "open is not false" : "open = false");
        break;
    case 8:
        buf_addz(out, ONE_OF(texts)), buf_addz(out, " in ("), put_text(out), buf_addz(out, ", "), put_text(out), buf_addz(out, ")");
        break;
    case 9:
        buf_addz(out, ONE_OF(numbers)), buf_addz(out, pick(2) ? " in [" : " in ]"), put_number(out), buf_addz(out, " .. "), put_number(out), buf_addz(out, pick(2) ? "]" : "[");
        break;
    case 10:
        buf_addz(out, ONE_OF(likes));
        break;
    default:
        buf_addz(out, "startswith("), buf_addz(out, pick(2) ? "tree, " : "note, "), put_text(out), buf_addz(out, ")");
        break;
    }
}

static void put_where(struct buf *out, unsigned depth)
{
    unsigned way = depth > 3 ? 0 : pick(6);
    if (way < 3) {
        put_leaf(out);
        return;
    }
    buf_addz(out, way == 3 ? "not (" : "(");
    put_where(out, depth + 1);
    if (way > 3) {
        buf_addz(out, way == 4 ? ") and (" : ") or (");
        put_where(out, depth + 1);
    }
    buf_addc(out, ')');
}

static const char *const refines[] = {"code:07", "label:été", "year:2015", "year:2016", "open:true", "open:false", "open:x", "tags:eau", "tags:sport",
                                      "tree:a", "tree:a/b", "day:2020", "day:2020/6", "day:2020/06/15", "moment:2021", "moment:2022/1", "rate:1.5", "rate:-0.5",
                                      "amount:12", "label:a", "sizes:10", "sizes:-01", "note:note 3", "ratio:1.001", "day:2019/12"};

struct params {
    struct arena a;
    struct query_param list[24];
    size_t n;
};

static void add(struct params *p, const char *name, const char *value)
{
    p->list[p->n++] = (struct query_param){str_of(name), arena_str(&p->a, str_of(value))};
}

static void add_filter(struct params *p)
{
    if (pick(3)) {
        struct buf where = {0};
        put_where(&where, 0);
        buf_addc(&where, '\0');
        add(p, "where", where.p);
        buf_free(&where);
    }
    for (unsigned n = pick(4); n > 1; n--)
        add(p, pick(4) ? "refine" : "exclude", ONE_OF(refines));
    if (pick(10) == 0)
        add(p, "timezone", "Europe/Paris");
}

static void add_facets(struct params *p)
{
    static const char *const some[] = {"code", "label", "year", "day", "open", "tags", "tree", "note", "rate", "moment",
                                       "facet(name=\"label\", sort=\"alphanum\", limit=5)", "facet(name=\"code\", sort=\"-alphanum\")",
                                       "facet(name=\"year\", sort=\"count\", disjunctive=true)", "facet(name=\"year\", sort=\"-num\")",
                                       "facet(name=\"rate\", sort=\"num\")", "facet(name=\"rate\", sort=\"-num\", limit=20)", "facet(name=\"sizes\", sort=\"num\")",
                                       "facet(name=\"sizes\", sort=\"-num\")", "facet(name=\"label\", hierarchical=true, separator=\" \")",
                                       "facet(name=\"tree\", hierarchical=false)", "facet(name=\"tree\", separator=\"b\")", "facet(name=\"sizes\", hierarchical=true, separator=\".\", sort=\"num\")", "facet(name=\"tree\", sort=\"count\", limit=2)"};
    for (unsigned n = pick(4); n > 0; n--)
        add(p, "facet", ONE_OF(some));
}

static void add_groups(struct params *p)
{
    static const char *const keys[] = {"code", "year", "open", "tree", "note", "day", "year(day) as y", "month(day) as m", "rate", "label", "year(moment) as y"};
    static const char *const values[] = {"count(*)", "count(*) as n", "sum(amount) as s", "avg(amount) as a", "min(day)", "max(moment)", "sum(year)", "avg(rate)",
                                         "median(amount)", "percentile(ratio, 30) as p", "count(distinct code) as d", "max(ratio)", "min(wide) as w",
                                         "sum(wide)", "avg(wide)", "count(amount)", "sum(far)", "max(rate)", "count(distinct label)", "sum(ratio)"};
    static const char *const orders[] = {"n desc", "s", "a desc", "code", "year desc", "d", "count(*) desc", "max(ratio) desc", "w", "sum(wide)", "p desc", "label"};
    struct buf group = {0}, select = {0};
    for (unsigned n = 1 + pick(2), i = 0; i < n; i++)
        buf_addz(&group, i ? ", " : ""), buf_addz(&group, ONE_OF(keys));
    for (unsigned n = 1 + pick(3), i = 0; i < n; i++)
        buf_addz(&select, i ? ", " : ""), buf_addz(&select, ONE_OF(values));
    buf_addc(&group, '\0');
    buf_addc(&select, '\0');
    add(p, "group_by", group.p);
    add(p, "select", select.p);
    if (pick(2))
        add(p, "order_by", ONE_OF(orders));
    if (pick(2))
        add(p, "limit", pick(2) ? "-1" : "3");
    if (pick(4) == 0)
        add(p, "offset", "2");
    buf_free(&group);
    buf_free(&select);
}

/* ---- one question, twice ---- */

static struct {
    unsigned asked, answered, refused;
} tally;

static void differ(const struct params *p, const struct buf *want, const struct buf *got)
{
    struct buf text = {0};
    for (size_t i = 0; i < p->n; i++)
        buf_printf(&text, STR_FMT "=" STR_FMT "\n", STR_ARG(p->list[i].name), STR_ARG(p->list[i].value));
    fail_msg(STR_FMT "PostgreSQL: " STR_FMT "\nside copy:  " STR_FMT, STR_ARG(buf_str(&text)), STR_ARG(buf_str(want)),
             STR_ARG(buf_str(got)));
}

static void compare(const struct params *p, struct buf *want, struct buf *got)
{
    tally.answered++;
    if (!str_eq(buf_str(want), buf_str(got)))
        differ(p, want, got);
    buf_free(want);
    buf_free(got);
}

static bool refused(const struct err *e)
{
    (void)e;
    tally.refused++;
    return false;
}

static void facets_question(struct params *p, const struct dataset_view *v)
{
    struct facet_query *q;
    struct err e = {0};
    struct buf want = {0}, got = {0};
    if (!facet_make(&p->a, v, p->list, p->n, &q, &e) && !refused(&e))
        return;
    struct side_job *j = side_facets(v, q);
    assert_non_null(j);
    side_job_run(j);
    if (side_job_result(j)) {
        PGresult *r = ask(&q->rows);
        facet_json(&want, q, r);
        facet_json(&got, q, side_job_result(j));
        PQclear(r);
        compare(p, &want, &got);
    }
    side_job_free(j);
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

static void groups_question(struct params *p, const struct dataset_view *v)
{
    struct query *q;
    struct err e = {0};
    struct row_json w;
    struct buf want = {0}, got = {0};
    if (!query_make(&p->a, v, QUERY_RECORDS, p->list, p->n, &q, &e) && !refused(&e))
        return;
    struct side_job *j = side_groups(q);
    if (j)
        side_job_run(j);
    if (side_job_result(j)) {
        PGresult *r = ask(&q->rows);
        row_json_init(&w, &p->a, q);
        buf_printf(&want, "%lld ", (long long)total_of(q));
        row_json_page(&w, &want, r);
        buf_printf(&got, "%lld ", (long long)side_job_count(j));
        row_json_page(&w, &got, side_job_result(j));
        PQclear(r);
        compare(p, &want, &got);
    }
    side_job_free(j);
}

static void total_question(struct params *p, const struct dataset_view *v)
{
    struct query *q;
    struct err e = {0};
    struct buf want = {0}, got = {0};
    if (!query_make(&p->a, v, QUERY_RECORDS, p->list, p->n, &q, &e) && !refused(&e))
        return;
    struct side_job *j = side_total(q);
    if (j)
        side_job_run(j);
    if (side_job_count(j) >= 0) {
        buf_addn(&want, total_of(q));
        buf_addn(&got, side_job_count(j));
        compare(p, &want, &got);
    }
    side_job_free(j);
}

static void test_side_is_postgresql(void **state)
{
    (void)state;
    const char *n = getenv("SIDE_QUESTIONS"), *s = getenv("SIDE_SEED");
    seed = 88172645463325252ULL + (s ? strtoull(s, NULL, 10) * 7919 : 0);
    unsigned most = n ? (unsigned)atoi(n) : 1000;
    for (unsigned i = 0; i < most; i++) {
        struct params p = {0};
        const struct dataset_view *v = view(&p.a, pick(25) ? FEW : MANY, pick(5) ? NULL : "secret in (\"s1\", \"s2\") or year > 2018");
        tally.asked++;
        add_filter(&p);
        switch (pick(3)) {
        case 0: add_facets(&p), facets_question(&p, v); break;
        case 1: add_groups(&p), groups_question(&p, v); break;
        default: total_question(&p, v); break;
        }
        arena_free(&p.a);
    }
    printf("%u questions: %u answered by the side copy, each as PostgreSQL does; %u refused by both\n", tally.asked, tally.answered, tally.refused);
    assert_true(tally.answered * 2 > tally.asked);
}

/* ---- a file that is not sound is not used ---- */

static bool is_answered(void)
{
    struct arena a = {0};
    struct facet_query *q;
    struct err e = {0};
    struct query_param p = {S("facet"), S("code")};
    const struct dataset_view *v = view(&a, FEW, NULL);
    assert_true(facet_make(&a, v, &p, 1, &q, &e));
    struct side_job *j = side_facets(v, q);
    if (j)
        side_job_run(j);
    bool answered = side_job_result(j) != NULL;
    side_job_free(j);
    arena_free(&a);
    return answered;
}

static void path_of(char *out, size_t n)
{
    snprintf(out, n, "%s/side/%s", folder, "000000000000700080000000000000a1");
}

static void test_side_damaged(void **state)
{
    (void)state;
    char path[128], byte;
    struct stat st;
    path_of(path, sizeof path);
    assert_true(is_answered());
    assert_int_equal(stat(path, &st), 0);
    for (off_t at = 0; at < st.st_size; at += st.st_size / 50) {
        int fd = open(path, O_RDWR);
        side_close_all();
        assert_int_equal(pread(fd, &byte, 1, at), 1);
        byte ^= 0x10;
        assert_int_equal(pwrite(fd, &byte, 1, at), 1);
        if (is_answered())
            fail_msg("byte %lld", (long long)at);
        byte ^= 0x10;
        assert_int_equal(pwrite(fd, &byte, 1, at), 1);
        close(fd);
    }
    side_close_all();
    assert_true(is_answered());
    side_close_all();
    assert_int_equal(truncate(path, st.st_size / 2), 0);
    assert_false(is_answered());
    side_close_all();
    assert_int_equal(unlink(path), 0);
    assert_false(is_answered());
    side_close_all();
}

static void test_side_hidden(void **state)
{
    (void)state;
    struct arena a = {0};
    struct facet_query *q;
    struct err e = {0};
    struct query_param p = {S("facet"), S("secret")};
    assert_false(facet_make(&a, view(&a, FEW, NULL), &p, 1, &q, &e));
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_side_is_postgresql),
        cmocka_unit_test(test_side_hidden),
        cmocka_unit_test(test_side_damaged),
    };
    return cmocka_run_group_tests_name("side", tests, setup, teardown);
}
