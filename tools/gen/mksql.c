/*
 * mksql -- SQL files to C.
 *
 *     mksql PREFIX FOLDER OUTDIR FILE.sql...    the statements of one folder: sql.h and sql.c
 *     mksql --migrations OUTDIR NNNN_name.sql...  the migrations as an array: migrations.c
 *
 * The head comment of a statement is its declaration; core/db/stmt.h shows one. It is checked
 * here, before anything is compiled: the name against the file's, the parameters against the
 * text's, class, lane and roles against their words.
 */
#include <stdio.h>
#include <stdlib.h>

#include "tools/gen/sql_text.h"

struct statement {
    const struct gen_file *f;
    struct sql_text sql;
    unsigned nparams;
    const char *cls, *lane;
    struct buf roles;
};

static const struct word {
    const char *key, *word, *c;
} words[] = {
    {"class:", "tenant", "STMT_TENANT"}, {"class:", "global", "STMT_GLOBAL"},
    {"class:", "region", "STMT_REGION"}, {"lane:", "fast", "STMT_FAST"},
    {"lane:", "write", "STMT_WRITE"},    {"roles:", "web", "ROLE_WEB"},
    {"roles:", "worker", "ROLE_WORKER"}, {"roles:", "owner", "ROLE_OWNER"},
    {"roles:", "reader", "ROLE_READER"},
};

/* The comment lines the file begins with; *end is where they stop. */
static struct str head_comment(struct arena *a, const struct gen_file *f, size_t *end)
{
    struct buf head = {0};
    struct str rest = f->text, line;
    *end = 0;
    while (str_starts(rest, S("--")) && str_cut(&rest, '\n', &line)) {
        buf_add(&head, str_from(line, 2));
        buf_addc(&head, '\n');
        *end += line.n + 1;
    }
    struct str s = arena_str(a, buf_str(&head));
    buf_free(&head);
    return s;
}

/* One declared parameter: "$n type name". */
static void check_param(const struct gen_file *f, struct str part, unsigned n)
{
    struct str dollar, type;
    struct str s = str_trim(part);
    char want[8];
    snprintf(want, sizeof want, "$%u", n);
    bool ok = str_cut(&s, ' ', &dollar) && str_eq(dollar, str_of(want));
    s = str_trim(s);
    ok = ok && str_cut(&s, ' ', &type) && type.n > 0 && str_trim(s).n > 0;
    if (!ok)
        gen_fail(f->path, 1, "parameter %u must read \"%s type name\", not \"" STR_FMT "\"", n, want,
                 STR_ARG(str_trim(part)));
}

/* "$1 type name, $2 …" up to the closing parenthesis; what follows it is left in *rest. */
static unsigned parse_params(const struct gen_file *f, struct str *rest)
{
    unsigned depth = 0, n = 0;
    size_t start = 0;
    for (size_t i = 0; i < rest->n; i++) {
        char c = rest->p[i];
        bool end = depth == 0 && (c == ',' || c == ')');
        depth += c == '(';
        depth -= depth > 0 && c == ')';
        if (!end)
            continue;
        struct str part = str_part(*rest, start, i - start);
        if (c == ',' || n > 0 || str_trim(part).n > 0)
            check_param(f, part, ++n);
        start = i + 1;
        if (c == ')') {
            *rest = str_from(*rest, start);
            return n;
        }
    }
    gen_fail(f->path, 1, "the parameter list is not closed");
}

static void parse_signature(struct statement *st, struct str head)
{
    const struct gen_file *f = st->f;
    struct str name;
    str_cut(&head, '(', &name);
    if (!str_eq(str_trim(name), f->stem))
        gen_fail(f->path, 1, "must begin with \"-- " STR_FMT "(…) -> columns; rows\"",
                 STR_ARG(f->stem));
    st->nparams = parse_params(f, &head);
    if (!str_starts(str_trim(head), S("->")))
        gen_fail(f->path, 1, "after the parameters comes \"-> columns; rows\"");
}

static const char *word_of(const char *key, struct str word)
{
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(words[i].key, key) == 0 && str_eq(word, str_of(words[i].word)))
            return words[i].c;
    return NULL;
}

static const char *key_of(struct str word)
{
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (str_eq(word, str_of(words[i].key)))
            return words[i].key;
    return NULL;
}

static void set_word(struct statement *st, unsigned line, const char *key, struct str word)
{
    const char *c = key ? word_of(key, word) : NULL;
    if (!c)
        gen_fail(st->f->path, line, "\"" STR_FMT "\" is no word of class, lane or roles",
                 STR_ARG(word));
    if (key[0] == 'r') {
        buf_printf(&st->roles, "%s%s", st->roles.n ? " | " : "", c);
        return;
    }
    const char **slot = key[0] == 'c' ? &st->cls : &st->lane;
    if (*slot)
        gen_fail(st->f->path, line, "%s has two values", key);
    *slot = c;
}

/* "class: tenant   lane: fast   roles: web worker" */
static void parse_class_line(struct statement *st, unsigned line, struct str s)
{
    const char *key = NULL;
    struct str word;
    while (str_cut(&s, ' ', &word)) {
        if (word.n == 0)
            continue;
        const char *next = key_of(word);
        if (next)
            key = next;
        else
            set_word(st, line, key, word);
    }
}

static void parse_class(struct statement *st, struct str head)
{
    struct str line;
    for (unsigned n = 1; str_cut(&head, '\n', &line); n++)
        if (str_starts(str_trim(line), S("class:")))
            parse_class_line(st, n, str_trim(line));
    if (!st->cls || !st->lane || st->roles.n == 0)
        gen_fail(st->f->path, 1, "a line \"-- class: …   lane: …   roles: …\" is missing");
}

static void check_text(const struct statement *st)
{
    const struct gen_file *f = st->f;
    if (st->sql.highest != st->nparams)
        gen_fail(f->path, 1, "%u parameters are declared, the text goes up to $%u", st->nparams,
                 st->sql.highest);
    for (unsigned n = 1; n <= st->nparams; n++)
        if (!st->sql.used[n])
            gen_fail(f->path, 1, "$%u is declared and not used", n);
    if (st->sql.writes && strcmp(st->lane, "STMT_FAST") == 0)
        gen_fail(f->path, 1, "lane: fast is for reading, and this statement writes");
}

static struct statement parse_statement(struct arena *a, const struct gen_file *f)
{
    struct statement st = {.f = f};
    size_t end;
    if (!gen_is_name(f->stem))
        gen_fail(f->path, 1, "a file name is lower-case letters, digits and _, 63 at most");
    struct str head = head_comment(a, f, &end);
    parse_signature(&st, head);
    parse_class(&st, head);
    st.sql = sql_text_read(a, f, end);
    check_text(&st);
    return st;
}

static void write_header(const char *prefix, const char *outdir, const struct statement *st, size_t n)
{
    struct buf h = {0};
    gen_head(&h, "mksql");
    buf_addz(&h, "#pragma once\n#include \"core/db/stmt.h\"\n\n");
    for (size_t i = 0; i < n; i++)
        buf_printf(&h, "extern const struct stmt sql_" STR_FMT ";\n", STR_ARG(st[i].f->stem));
    buf_printf(&h, "\nextern const struct stmt_table %s_statements;\n", prefix);
    gen_write(outdir, "sql.h", buf_str(&h));
    buf_free(&h);
}

static void put_statement(struct buf *c, const struct statement *st)
{
    struct str name = st->f->stem;
    buf_printf(c, "const struct stmt sql_" STR_FMT " = {\n    \"" STR_FMT "\",\n", STR_ARG(name),
               STR_ARG(name));
    gen_literal(c, st->sql.text, "    ");
    buf_printf(c, ",\n    %u, %s, %s, " STR_FMT ",\n};\n\n", st->nparams, st->cls, st->lane,
               STR_ARG(buf_str(&st->roles)));
}

static void put_table(struct buf *c, const char *prefix, const struct statement *st, size_t n)
{
    if (n == 0) {
        buf_printf(c, "const struct stmt_table %s_statements = {NULL, 0};\n", prefix);
        return;
    }
    buf_addz(c, "static const struct stmt *const statements[] = {\n");
    for (size_t i = 0; i < n; i++)
        buf_printf(c, "    &sql_" STR_FMT ",\n", STR_ARG(st[i].f->stem));
    buf_printf(c, "};\nconst struct stmt_table %s_statements = {statements, %zu};\n", prefix, n);
}

/* ISO C promises 4095 bytes of string; both our compilers take far more. */
static const char LONG_STRINGS[] = "#pragma GCC diagnostic ignored \"-Woverlength-strings\"\n\n";

static void write_source(const char *prefix, const char *folder, const char *outdir,
                         const struct statement *st, size_t n)
{
    struct buf c = {0};
    gen_head(&c, "mksql");
    buf_printf(&c, "#include \"%s/sql.h\"\n\n%s", folder, LONG_STRINGS);
    for (size_t i = 0; i < n; i++)
        put_statement(&c, &st[i]);
    put_table(&c, prefix, st, n);
    gen_write(outdir, "sql.c", buf_str(&c));
    buf_free(&c);
}

static void make_statements(struct arena *a, char **argv)
{
    const char *prefix = argv[1], *folder = argv[2], *outdir = argv[3];
    char **paths = argv + 4;
    size_t n = 0;
    while (paths[n])
        n++;
    struct gen_file *files = ARENA_ARRAY(a, struct gen_file, n + 1);
    struct statement *st = ARENA_ARRAY(a, struct statement, n + 1);
    for (size_t i = 0; i < n; i++) {
        files[i] = gen_read(a, paths[i]);
        st[i] = parse_statement(a, &files[i]);
    }
    write_header(prefix, outdir, st, n);
    write_source(prefix, folder, outdir, st, n);
    for (size_t i = 0; i < n; i++)
        buf_free(&st[i].roles);
}

/* "0001_schema" is number 1 and name "schema"; numbers follow each other without a gap. */
static void put_migration(struct buf *c, const struct gen_file *f, unsigned number)
{
    char want[8];
    snprintf(want, sizeof want, "%04u_", number);
    struct str name = str_from(f->stem, 5);
    if (!str_starts(f->stem, str_of(want)) || !gen_is_name(name))
        gen_fail(f->path, 1, "the next migration must be called %sname.sql", want);
    buf_printf(c, "    {%u, \"" STR_FMT "\",\n", number, STR_ARG(name));
    gen_literal(c, f->text, "     ");
    buf_addz(c, "},\n");
}

static void make_migrations(struct arena *a, char **argv)
{
    struct buf c = {0};
    unsigned n = 0;
    gen_head(&c, "mksql");
    buf_printf(&c, "#include \"core/db/migration.h\"\n\n%s", LONG_STRINGS);
    buf_addz(&c, "const struct migration migrations[] = {\n");
    for (char **path = argv + 3; *path; path++) {
        struct gen_file f = gen_read(a, *path);
        put_migration(&c, &f, ++n);
    }
    buf_printf(&c, "    {0, NULL, NULL},\n};\nconst size_t migrations_n = %u;\n", n);
    gen_write(argv[2], "migrations.c", buf_str(&c));
    buf_free(&c);
}

int main(int argc, char **argv)
{
    struct arena a = {0};
    if (argc >= 3 && strcmp(argv[1], "--migrations") == 0) {
        make_migrations(&a, argv);
    } else if (argc >= 4 && argv[1][0] != '-') {
        make_statements(&a, argv);
    } else {
        fputs("usage: mksql PREFIX FOLDER OUTDIR FILE.sql...\n"
              "       mksql --migrations OUTDIR NNNN_name.sql...\n", stderr);
        return 2;
    }
    arena_free(&a);
    return 0;
}
