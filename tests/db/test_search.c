/* Search in rows: what is found, and that an index changes nothing but the way there. */
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/data/query/odsql.h"
#include "core/data/query/query.h"
#include "core/data/query/row_words.h"
#include "core/data/query/view_make.h"
#include "tests/db/ask.h"
#include "tests/db/fixture.h"

#define VERSION "0197aaaa-bbbb-7ccc-8ddd-eeeeffff0000"
#define TABLE "data.v_0197aaaabbbb7ccc8dddeeeeffff0000"

static PGconn *reader;
static char found[512];

/* clang-format off */
static const char rows[] =
    "(1, 'Subventions aux lycées', 'Tours', '2021-05-03', 37261, 'canari'),"
    "(2, 'Subvention du lycée Grandmont', 'Tours', '2020-01-31', 37261, null),"
    "(3, 'Qualité de l''eau potable', 'Saint-Avertin', '2021-05-03', 37208, null),"
    "(4, 'Chevaux de course', 'Vendôme', null, 41269, null),"
    "(5, 'Le cheval et l’attelage', 'Blois', null, 41018, null),"
    "(6, 'Marchés publics, mail: contact@region.fr', 'Orléans', null, 45234, null),"
    "(7, 'Budget 2021/budget_annexe.csv', 'Chartres', null, 28085, null)";
static const char columns[] =
    "[{\"name\": \"objet\", \"type\": \"text\", \"sql\": \"c1\"}, {\"name\": \"ville\", \"type\": \"text\", \"sql\": \"c2\"},"
    " {\"name\": \"jour\", \"type\": \"date\", \"sql\": \"c3\"}, {\"name\": \"insee\", \"type\": \"int\", \"sql\": \"c4\"},"
    " {\"name\": \"note\", \"type\": \"text\", \"sql\": \"c5\"}]";

/* Worked out by hand: which rows a reader of French would expect. */
static const struct { const char *where, *want; } questions[] = {
    {"\"subvention lycée\"", "1 2"},                 /* stems, accents */
    {"\"SUBVENTIONS LYCEES\"", "1 2"},
    {"\"cheval\"", "4 5"},                           /* chevaux */
    {"\"eau\"", "3"}, {"\"l'eau\"", "3"}, {"\"attelage\"", "5"}, /* elisions, both apostrophes */
    {"\"region\"", "6"},                             /* inside an address */
    {"\"annexe\"", "7"}, {"\"2021\"", "1 3 7"},      /* parts of a name, of a date */
    {"search(\"subv\")", "1 2"},                     /* a beginning */
    {"search(\"subvntion grand\")", "2"},            /* a slip, then a beginning */
    {"search(\"l'eau pot\")", "3"},
    {"search(\"chevaux\")", "4 5"},                  /* the last word by its stem too */
    {"search(\"qualité de la eau\")", "3"},          /* stop words are not asked for */
    {"search(\"37261 tours\")", "1 2"}, {"search(\"37262 tours\")", ""}, /* figures are not guessed at */
    {"search(ville, \"vendome\")", "4"}, {"search(objet, \"tours\")", ""},
    {"search(\"canari\")", ""}, {"\"canari\"", ""}, {"search(\"canarri x\")", ""}, /* a hidden column */
    {"search(\"' & | ! :* \\\\ \")", ""}, {"search(\"\u00ab \u00bb\")", ""},
    {"suggest(objet, \"mar\")", "6"}, {"not search(\"tours\")", "3 4 5 6 7"},
};
/* clang-format on */
enum { QUESTIONS = sizeof questions / sizeof questions[0] };

static struct dataset_view *view(struct arena *a, bool has_text_index)
{
    static const struct {
        const char *name;
        enum column_type type;
    } names[] = {{"objet", TYPE_TEXT}, {"ville", TYPE_TEXT}, {"jour", TYPE_DATE}, {"insee", TYPE_INT}, {"note", TYPE_TEXT}};
    struct dataset_view *v = ARENA_NEW(a, struct dataset_view);
    uuid_parse(S(VERSION), &v->version);
    v->dataset = S("objets");
    v->records = 7;
    v->ncolumns = 5;
    v->has_text_index = has_text_index;
    v->columns = ARENA_ARRAY(a, struct view_column, 5);
    for (unsigned i = 0; i < 5; i++)
        v->columns[i] = (struct view_column){.name = str_of(names[i].name), .label = str_of(names[i].name),
                                             .type = names[i].type, .number = i + 1, .hidden = i == 4};
    view_seal(v);
    return v;
}

static struct query *compile(struct arena *a, const char *where, bool has_text_index)
{
    struct query_param p[] = {{S("where"), str_of(where)}, {S("limit"), S("100")}};
    struct err e = {0};
    struct query *q;
    db_good(query_make(a, view(a, has_text_index), QUERY_RECORDS, p, 2, &q, &e), &e);
    return q;
}

/* The numbers of the rows found, in their order. */
static const char *rows_of(const char *where, bool has_text_index)
{
    struct arena a = {0};
    PGresult *r = ask_query(reader, "", &compile(&a, where, has_text_index)->rows, false);
    found[0] = '\0';
    for (int i = 0; i < PQntuples(r); i++)
        snprintf(found + strlen(found), sizeof found - strlen(found), i ? " %s" : "%s", PQgetvalue(r, i, 0));
    PQclear(r);
    arena_free(&a);
    return found;
}

static int setup(void **state)
{
    if (db_setup(state))
        return -1;
    struct buf sql = {0};
    buf_printf(&sql, "CREATE TABLE " TABLE " (_id int PRIMARY KEY, c1 text, c2 text, c3 date, c4 bigint, c5 text);"
                     "INSERT INTO " TABLE " VALUES %s; GRANT SELECT ON " TABLE " TO terrasse_reader", rows);
    buf_addc(&sql, '\0');
    db_exec(DB_WORKER, sql.p);
    buf_free(&sql);
    reader = PQconnectdb(db_uri(DB_READER));
    return PQstatus(reader) == CONNECTION_OK ? 0 : -1;
}

static int teardown(void **state)
{
    PQfinish(reader);
    return db_teardown(state);
}

static void words_are_found_without_an_index(void **state)
{
    (void)state;
    for (size_t i = 0; i < QUESTIONS; i++)
        if (strcmp(rows_of(questions[i].where, false), questions[i].want) != 0)
            fail_msg("%s: %s, not %s", questions[i].where, found, questions[i].want);
}

static void make_index(void)
{
    struct err e = {0};
    struct buf ddl = {0};
    struct uuid id;
    json_t *list = json_loads(columns, 0, NULL);
    uuid_parse(S(VERSION), &id);
    db_good(row_words_index(&ddl, &id, list, &e), &e);
    json_decref(list);
    buf_addc(&ddl, '\0');
    db_exec(DB_WORKER, ddl.p);
    buf_free(&ddl);
}

static void an_index_changes_no_answer(void **state)
{
    (void)state;
    make_index();
    for (size_t i = 0; i < QUESTIONS; i++)
        if (strcmp(rows_of(questions[i].where, true), questions[i].want) != 0)
            fail_msg("%s: %s, not %s", questions[i].where, found, questions[i].want);
}

/* PostgreSQL itself says which way it took, once a scan is forbidden to it. */
static void the_index_serves(void **state)
{
    (void)state;
    static const char *const served[] = {"\"subvention\"", "search(\"subvntion grand\")", "search(ville, \"vendome\")"};
    PQclear(PQexec(reader, "SET enable_seqscan = off; SET enable_indexscan = off"));
    for (size_t i = 0; i < 3; i++) {
        struct arena a = {0};
        bool any = false;
        PGresult *r = ask_query(reader, "EXPLAIN ", &compile(&a, served[i], true)->rows, false);
        for (int line = 0; line < PQntuples(r); line++)
            any = any || strstr(PQgetvalue(r, line, 0), "words_idx");
        PQclear(r);
        arena_free(&a);
        if (!any)
            fail_msg("no index for %s", served[i]);
    }
    PQclear(PQexec(reader, "RESET ALL"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_found_without_an_index),
        cmocka_unit_test(an_index_changes_no_answer),
        cmocka_unit_test(the_index_serves),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
