/* tools/gen: each fault of a source ends the generator with its file, line and reason. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct fault {
    const char *file, *text, *want; /* want: what the message holds; NULL: accepted */
};

static char folder[] = "/tmp/terrasse-gen-XXXXXX";

static void put(const char *name, const char *text)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fputs(text, f) >= 0, true);
    assert_int_equal(fclose(f), 0);
}

/* Runs a generator; its exit code, and what it said. */
static int run(const char *command, char *said, size_t size)
{
    FILE *p = popen(command, "r");
    assert_non_null(p);
    size_t n = fread(said, 1, size - 1, p);
    said[n] = '\0';
    int status = pclose(p);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void check(const struct fault *row, const char *generator, const char *more)
{
    char command[1024], said[1024];
    put(row->file, row->text);
    snprintf(command, sizeof command, "%s folder %s %s/%s %s 2>&1", generator, folder, folder,
             row->file, more);
    int code = run(command, said, sizeof said);
    if (code != (row->want ? 1 : 0))
        fail_msg("%s: exit %d: %s\n%s", row->file, code, said, row->text);
    if (row->want && !strstr(said, row->want))
        fail_msg("%s: \"%s\" is not in \"%s\"", row->file, row->want, said);
}

#define CLASS "-- class: global   lane: fast   roles: web\n"

static void test_sql_faults(void **state)
{
    (void)state;
    static const struct fault rows[] = {
        {"s.sql", "-- s() -> n int\n" CLASS "SELECT 1;", NULL},
        {"s.sql", "-- t() -> n int\n" CLASS "SELECT 1", "s.sql:1: must begin with"},
        {"s.sql", "SELECT 1", "s.sql:1: must begin with"},
        {"s.sql", "-- s($1 text a) -> n int\n" CLASS "SELECT 1", "1 parameters are declared"},
        {"s.sql", "-- s() -> n int\n" CLASS "SELECT $1", "goes up to $1"},
        {"s.sql", "-- s($1 text a, $2 text b) -> n int\n" CLASS "SELECT $2", "$1 is declared and not"},
        {"s.sql", "-- s($2 text a) -> n int\n" CLASS "SELECT $1", "parameter 1 must read"},
        {"s.sql", "-- s($1 text) -> n int\n" CLASS "SELECT $1", "parameter 1 must read"},
        {"s.sql", "-- s($1 text a -> n int\n" CLASS "SELECT $1", "not closed"},
        {"s.sql", "-- s()\n" CLASS "SELECT 1", "after the parameters"},
        {"s.sql", "-- s() -> n int\nSELECT 1", "is missing"},
        {"s.sql", "-- s() -> n int\n-- class: all lane: fast roles: web\nSELECT 1", "s.sql:2: \"all\""},
        {"s.sql", "-- s() -> n int\n-- class: global lane: fast\nSELECT 1", "is missing"},
        {"s.sql", "-- s() -> n int\n" CLASS "SELECT 1; SELECT 2", "s.sql:3: one statement"},
        {"s.sql", "-- s() -> n int\n" CLASS "SELECT 'a", "s.sql:3: this quote"},
        {"s.sql", "-- s() -> n int\n" CLASS "SELECT 1 /*", "this comment"},
        {"s.sql", "-- s() -> n int\n" CLASS, "no statement"},
        {"s.sql", "-- s() -> n int\n" CLASS "DELETE FROM x", "this statement writes"},
        {"S.sql", "-- S() -> n int\n" CLASS "SELECT 1", "a file name is"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char generator[512];
        snprintf(generator, sizeof generator, "%s prefix", MKSQL);
        check(&rows[i], generator, "");
    }
}

static void test_migration_gap(void **state)
{
    (void)state;
    char command[1024], said[1024];
    put("0001_a.sql", "SELECT 1;");
    put("0003_c.sql", "SELECT 1;");
    snprintf(command, sizeof command, "%s --migrations %s %s/0001_a.sql %s/0003_c.sql 2>&1", MKSQL,
             folder, folder, folder);
    assert_int_equal(run(command, said, sizeof said), 1);
    assert_non_null(strstr(said, "must be called 0002_name.sql"));
}

#define HEAD "<!-- page_p: str s; int n; html h; list l { str t } -->\n"

static void test_page_faults(void **state)
{
    (void)state;
    static const struct fault rows[] = {
        {"p.html", HEAD "<p>{{s}}</p>", NULL},
        {"p.html", "<p>", "p.html:1: must begin with"},
        {"p.html", "<!-- page_q: -->", "p.html:1: must begin with"},
        {"p.html", "<!-- page_p: text s -->", "a field is:"},
        {"p.html", "<!-- page_p: str s; str s -->", "twice"},
        {"p.html", "<!-- page_p: list l { str t -->", "not closed"},
        {"p.html", HEAD "\n{{x}}", "p.html:3: no field of this name here: x"},
        {"p.html", HEAD "{{t}}", "no text of this name"},
        {"p.html", HEAD "{{t nothing}}", "no text of this name"},
        {"p.html", HEAD "{{t word s}}", "another number of values"},
        {"p.html", HEAD "{{#l}}{{t}}", "no text of this name"},
        {"p.html", HEAD "{{#l}}x", "p.html:2: this section is not closed: l"},
        {"p.html", HEAD "{{/l}}", "closes no open section"},
        {"p.html", HEAD "{{#s}}{{#l}}{{/s}}{{/l}}", "closes no open section"},
        {"p.html", HEAD "{{> q}}", "no template of this name"},
        {"p.html", HEAD "{{> p}}", "8 deep"},
        {"p.html", HEAD "<b {{s}}>", "quoted attribute only"},
        {"p.html", HEAD "<b x={{s}}>", "quoted attribute only"},
        {"p.html", HEAD "<script>{{s}}</script>", "quoted attribute only"},
        {"p.html", HEAD "<!-- {{s}} -->", "quoted attribute only"},
        {"p.html", HEAD "<b onclick=\"{{s}}\">", "script or style"},
        {"p.html", HEAD "<b style='{{s}}'>", "script or style"},
        {"p.html", HEAD "<a HREF=\"{{s}}\">", "write {{url name}}"},
        {"p.html", HEAD "<a href=\"/{{s}}\">", "write {{url name}}"},
        {"p.html", HEAD "{{h}}", "only a str or an int"},
        {"p.html", HEAD "{{html s}}", "of type html"},
        {"p.html", HEAD "<b a=\"{{html h}}\">", "between elements"},
        {"p.html", HEAD "{{url s}}", "quoted attribute"},
        {"p.html", HEAD "{{n s}}", "writes an int"},
        {"p.html", HEAD "<b{{#s}}>{{/s}}>", "another part of an element"},
        {"p.html", HEAD "<b", "ends inside"},
        {"p.html", HEAD "{{s", "not closed"},
    };
    char more[256];
    put("fr.po", "msgid \"word\"\nmsgstr \"mot\"\n");
    put("en.po", "msgid \"word\"\nmsgstr \"word\"\n");
    snprintf(more, sizeof more, "%s/fr.po %s/en.po", folder, folder);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        check(&rows[i], MKPAGE, more);
}

static void test_text_faults(void **state)
{
    (void)state;
    static const struct fault rows[] = {
        {"en.po", "msgid \"a\"\nmsgstr \"b {0}\"\n", NULL},
        {"en.po", "msgid \"b\"\nmsgstr \"b {0}\"\n", "en.po:1: the text \"a\" is missing"},
        {"en.po", "msgid \"a\"\nmsgstr \"b\"\n", "has other {n}"},
        {"en.po", "msgid \"a\"\nmsgstr \"b\n", "en.po:2: a text in double quotes"},
        {"en.po", "msgid \"a\"\nmsgstr \"{0}\"\nmsgid \"a\"\nmsgstr \"c\"\n", "en.po:3: this key is given"},
        {"en.po", "msgid \"a\"\nmsgstr[0] \"{0}\"\nmsgstr[1] \"{0}\"\n", "plural in one language"},
    };
    char more[128];
    put("fr.po", "msgid \"a\"\nmsgstr \"a {0}\"\n");
    snprintf(more, sizeof more, "%s/fr.po", folder);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        check(&rows[i], MKPAGE, more);
}

static int set_up(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **state)
{
    static const char *const names[] = {"s.sql", "S.sql", "p.html", "fr.po", "en.po", "0001_a.sql",
                                        "0003_c.sql", "sql.h", "sql.c", "html.h", "html.c"};
    char path[128];
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sql_faults),
        cmocka_unit_test(test_migration_gap),
        cmocka_unit_test(test_page_faults),
        cmocka_unit_test(test_text_faults),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
