#include "core/data/intake/reader_checks.h"

#include <stdlib.h>

#include "core/base/jr.h"
#include "core/base/must.h"
#include "core/data/check/json_schema.h"
#include "core/data/check/personal.h"
#include "core/data/intake/reader_hidden.h"
#include "core/data/check/secrecy.h"
#include "core/data/check/table_check.h"

struct reader_checks {
    struct str *header, *names, *cells;
    size_t n;
    const json_t *entry; /* of options.schemas; NULL: none fits */
    json_t *table;       /* its definition, as a table */
    struct str older;
    bool declared;
    struct table_schema schema;
    struct table_checker *checker;
    struct personal *personal;
    struct secrecy *secrecy;
};

/* ---- which schema ---- */

static bool in_header(const struct reader_checks *c, struct str name)
{
    for (size_t i = 0; i < c->n; i++)
        if (str_ieq(c->header[i], name))
            return true;
    return false;
}

/* How many of these names (strings, or fields with a name) the file has. */
static size_t shared(const struct reader_checks *c, const json_t *list)
{
    size_t n = 0, i;
    const json_t *v;
    json_array_foreach(list, i, v)
    {
        struct str name =
            json_is_string(v) ? str_of(json_string_value(v)) : str_trim(jr_str(v, "name"));
        n += in_header(c, name);
    }
    return n;
}

/* Most of the file's columns are the schema's, and most of what it requires is there; 0: it does
 * not fit. The more of both, the better: in hundredths. */
static size_t fitness(const struct reader_checks *c, const json_t *fields)
{
    size_t n = json_array_size(fields), both = shared(c, fields), required = 0, met = 0, i;
    const json_t *field;
    json_array_foreach(fields, i,
                       field) if (jr_bool(jr_object(field, "constraints"), "required", false))
    {
        required++;
        met += in_header(c, str_trim(jr_str(field, "name")));
    }
    if (both < 3 || both * 2 < c->n || met * 10 < required * 7)
        return 0;
    return 200 * both / (c->n + n);
}

/* A schema of several lists (json_schema.h): the one whose columns the file has, else the first. */
static json_t *variant_of(const struct reader_checks *c, json_t *definition)
{
    json_t *best = definition, *v;
    size_t most = shared(c, jr_array(definition, "fields")), i;
    json_array_foreach(json_object_get(definition, "variants"), i, v)
    {
        size_t both = shared(c, jr_array(v, "fields"));
        if (both > most) {
            most = both;
            best = v;
        }
    }
    return best;
}

static const json_t *choose(struct reader_checks *c, const json_t *options)
{
    struct str declared = jr_str(options, "schema");
    const json_t *entry, *best = NULL;
    size_t best_fitness = 0, i;
    json_array_foreach(jr_array(options, "schemas"), i, entry)
    {
        if (declared.n && str_eq(jr_str(entry, "name"), declared)) {
            c->declared = true;
            return entry;
        }
        const json_t *table = variant_of(c, json_object_get(entry, "definition"));
        size_t fit = declared.n ? 0 : fitness(c, jr_array(table, "fields"));
        if (fit > best_fitness) {
            best_fitness = fit;
            best = entry;
        }
    }
    return best;
}

/* The last earlier version whose columns are nearer to the file's: fewer that lack, fewer that are
 * more. */
static struct str older_one(const struct reader_checks *c, const json_t *entry)
{
    const json_t *fields = jr_array(variant_of(c, c->table), "fields"), *old;
    size_t strange = c->n + json_array_size(fields) - 2 * shared(c, fields), i;
    struct str version = STR_NONE;
    json_array_foreach(jr_array(entry, "older"), i, old)
    {
        const json_t *names = jr_array(old, "fields");
        size_t apart = c->n + json_array_size(names) - 2 * shared(c, names);
        if (apart < strange) {
            strange = apart;
            version = jr_str(old, "version");
        }
    }
    return version;
}

static void start_schema(struct reader_checks *c, const json_t *options)
{
    struct err ignored = {0};
    const json_t *entry = choose(c, options);
    json_t *definition = json_object_get(entry, "definition");
    c->table = json_schema_is(definition) ? json_schema_table(definition, &ignored)
                                          : json_incref(definition);
    if (!c->table || !table_schema_read(variant_of(c, c->table), &c->schema, &ignored))
        return;
    c->entry = entry;
    c->older = older_one(c, entry);
    c->checker = table_check_new(&c->schema, c->header, c->n);
}

struct reader_checks *reader_checks_new(struct reader *r)
{
    struct reader_checks *c = must_alloc(sizeof *c);
    c->n = r->ncolumns;
    c->header = ARENA_ARRAY(&r->arena, struct str, c->n + 1);
    c->names = ARENA_ARRAY(&r->arena, struct str, c->n + 1);
    c->cells = ARENA_ARRAY(&r->arena, struct str, c->n + 1);
    for (size_t i = 0; i < c->n; i++) {
        c->header[i] = r->columns[i].source;
        c->names[i] = r->columns[i].name;
    }
    start_schema(c, r->options);
    c->personal = personal_new(c->names, c->n);
    c->secrecy = secrecy_new(c->names, c->n, (unsigned)jr_i64(r->options, "secrecy_threshold", 0));
    return c;
}

/* ---- the rows ---- */

static void see_kept(struct reader_checks *c, const struct record *row)
{
    for (size_t i = 0; i < c->n; i++)
        c->cells[i] = reader_cell(row, i);
    if (c->checker)
        table_check_row(c->checker, row->line, c->cells, row->quoted, c->n);
    personal_row(c->personal, row->line, c->cells, c->n);
    secrecy_row(c->secrecy, row->line, c->cells, c->n);
    if (row->secret)
        secrecy_sums(c->secrecy, row->line, c->cells, row->secret, row->unit, c->n);
}

static void see_aside(struct reader_checks *c, const struct record *row)
{
    if (c->checker && row->n != c->n)
        table_check_aside(c->checker, row->line, reader_shown(reader_cell(row, 0)), row->n);
}

void reader_checks_row(struct reader_checks *c, const struct record *row, enum fate fate)
{
    if (fate == FATE_KEPT)
        see_kept(c, row);
    else if (fate == FATE_ASIDE)
        see_aside(c, row);
    else if (fate == FATE_BLANK && c->checker)
        table_check_blank(c->checker, row->line);
}

void reader_checks_hidden(struct reader_checks *c, struct reader *r)
{
    reader_hidden_look(r, c->personal);
}

/* ---- the report ---- */

static void put_schema(const struct reader_checks *c, struct jw *w)
{
    jw_key(w, S("schema"));
    if (!c->checker) {
        jw_null(w);
        return;
    }
    jw_open(w, '{');
    JW_STR(w, "name", jr_str(c->entry, "name"));
    JW_STR(w, "version", jr_str(c->entry, "version"));
    JW_STR(w, "title", jr_str(c->entry, "title"));
    JW_BOOL(w, "declared", c->declared);
    JW_STR(w, "older", c->older);
    jw_key(w, S("check"));
    table_check_json(c->checker, w);
    jw_close(w, '}');
}

void reader_checks_report(const struct reader_checks *c, struct jw *w)
{
    put_schema(c, w);
    jw_key(w, S("personal"));
    personal_json(c->personal, w);
    jw_key(w, S("secrecy"));
    secrecy_json(c->secrecy, w);
}

void reader_checks_free(struct reader_checks *c)
{
    if (!c)
        return;
    table_check_free(c->checker);
    table_schema_free(&c->schema);
    json_decref(c->table);
    personal_free(c->personal);
    secrecy_free(c->secrecy);
    free(c);
}
