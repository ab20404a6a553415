#include "core/data/check/table_rules.h"

#include <ctype.h>
#include <math.h>
#include <strings.h>

#include "core/base/jr.h"
#include "core/data/check/opening_hours.h"

typedef bool rule_fn(const struct table_schema *s, const struct table_check *c,
                     const struct table_row *row, struct table_blame *blame);

static bool blames(struct table_blame *b, enum reason_code why)
{
    b->why = why;
    return false;
}

/* Spaces and dots that people put into numbers are left out; false: too long. */
static bool squeezed(struct str s, const char *out_of, char *z, size_t room, struct str *out)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (strchr(out_of, s.p[i]) && s.p[i])
            continue;
        if (n == room)
            return false;
        z[n++] = s.p[i];
    }
    *out = (struct str){z, n};
    return true;
}

static bool siret(const struct table_schema *s, const struct table_check *c,
                  const struct table_row *row, struct table_blame *b)
{
    char z[20];
    struct str digits;
    (void)s;
    return (squeezed(row->cells[c->columns[0]], " ", z, sizeof z, &digits) &&
            table_is_siret(digits)) ||
           blames(b, REASON_bad_siret);
}

static bool siren(const struct table_schema *s, const struct table_check *c,
                  const struct table_row *row, struct table_blame *b)
{
    char z[20];
    struct str digits;
    (void)s;
    return (squeezed(row->cells[c->columns[0]], " ", z, sizeof z, &digits) &&
            table_is_siren(digits)) ||
           blames(b, REASON_bad_siren);
}

static bool all_digits(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!isdigit((unsigned char)s.p[i]))
            return false;
    return s.n > 0;
}

/* 0X and eight digits, the same behind +33 or another French code, and the short numbers of
 * services. */
static bool is_phone(struct str s)
{
    static const char *const codes[] = {"33",  "262", "508", "590", "594",
                                        "596", "681", "687", "689"};
    char z[24];
    struct str d;
    if (!squeezed(s, " .-()/", z, sizeof z, &d))
        return false;
    if (str_starts(d, S("+")) || str_starts(d, S("00"))) {
        d = str_from(d, d.p[0] == '+' ? 1 : 2);
        for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
            if (str_starts(d, str_of(codes[i]))) {
                struct str rest = str_from(d, strlen(codes[i]));
                rest = rest.n == 10 && rest.p[0] == '0' ? str_from(rest, 1) : rest; /* +33 (0)2 … */
                return all_digits(rest) && (rest.n == 9 || (i > 0 && rest.n == 6));
            }
        return false;
    }
    if (!all_digits(d))
        return false;
    return (d.n == 10 && d.p[0] == '0' && d.p[1] != '0') || (d.n == 4 && strchr("13", d.p[0])) ||
           d.n == 2 || d.n == 3 || (d.n == 6 && str_starts(d, S("11")));
}

static bool phone(const struct table_schema *s, const struct table_check *c,
                  const struct table_row *row, struct table_blame *b)
{
    (void)s;
    return is_phone(row->cells[c->columns[0]]) || blames(b, REASON_bad_phone);
}

static bool hours(const struct table_schema *s, const struct table_check *c,
                  const struct table_row *row, struct table_blame *b)
{
    (void)s;
    return opening_hours_valid(row->cells[c->columns[0]]) || blames(b, REASON_bad_hours);
}

/* 2021/2024; where the schema allows it 2021 alone. */
static bool years(const struct table_schema *s, const struct table_check *c,
                  const struct table_row *row, struct table_blame *b)
{
    struct str v = row->cells[c->columns[0]], first = str_part(v, 0, 4),
               second = str_from(v, v.n > 5 ? 5 : v.n);
    (void)s;
    if (c->option && v.n == 4 && all_digits(v))
        return true;
    bool ok = v.n == 9 && v.p[4] == '/' && all_digits(first) && all_digits(second) &&
              str_cmp(first, second) < 0;
    return ok || blames(b, REASON_bad_years);
}

static size_t fold(struct str s, char *z, size_t room)
{
    static const struct {
        const char *from;
        char to;
    } plain[] = {{"é", 'e'}, {"è", 'e'}, {"ê", 'e'}, {"É", 'e'},
                 {"È", 'e'}, {"à", 'a'}, {"ç", 'c'}, {"ô", 'o'}};
    size_t n = 0;
    for (size_t i = 0; i < s.n && n < room;) {
        bool found = false;
        for (size_t k = 0; k < sizeof plain / sizeof plain[0] && !found; k++)
            if (str_starts(str_from(s, i), str_of(plain[k].from))) {
                z[n++] = plain[k].to;
                i += 2;
                found = true;
            }
        if (!found)
            z[n++] = (char)tolower((unsigned char)s.p[i++]);
    }
    return n;
}

/* "Commande publique/Délégations de service public": the heading of the nomenclature, a stroke, its
 * subject. */
static bool nomenclature(const struct table_schema *s, const struct table_check *c,
                         const struct table_row *row, struct table_blame *b)
{
    static const char *const headings[] = {"commande publique",
                                           "urbanisme",
                                           "domaine et patrimoine",
                                           "fonction publique",
                                           "institutions et vie politique",
                                           "libertes publiques et pouvoirs de police",
                                           "finances locales",
                                           "domaines de competences par themes",
                                           "autres domaines de competences",
                                           "autres domaines de competence",
                                           "domaines de competence par themes"};
    struct str v = row->cells[c->columns[0]];
    ptrdiff_t stroke = str_chr(v, '/');
    char z[80];
    (void)s;
    if (stroke < 1 || v.p[stroke - 1] == ' ' || (size_t)stroke + 1 >= v.n || v.p[stroke + 1] == ' ')
        return blames(b, REASON_bad_nomenclature);
    struct str heading = {z, fold(str_part(v, 0, (size_t)stroke), z, sizeof z)};
    for (size_t i = 0; i < sizeof headings / sizeof headings[0]; i++)
        if (str_eq(heading, str_of(headings[i])))
            return true;
    return blames(b, REASON_bad_nomenclature);
}

/* All of them filled, or none. */
static bool cohesive(const struct table_schema *s, const struct table_check *c,
                     const struct table_row *row, struct table_blame *b)
{
    for (size_t i = 1; i < c->n; i++)
        if (row->there[c->columns[i]] != row->there[c->columns[0]]) {
            b->args[0] = s->fields[c->columns[i]].name;
            b->nargs = 1;
            return blames(b, REASON_not_cohesive);
        }
    return true;
}

static double quantity(const struct table_value *v)
{
    return v->kind == TABLE_HAS_TIME ? (double)v->us : v->number;
}

static int order(const struct table_value *x, const struct table_value *y)
{
    if (x->kind == TABLE_HAS_TEXT || y->kind == TABLE_HAS_TEXT)
        return str_cmp(x->text, y->text);
    double a = quantity(x), b = quantity(y);
    return (a > b) - (a < b);
}

static bool compare(const struct table_schema *s, const struct table_check *c,
                    const struct table_row *row, struct table_blame *b)
{
    int way = order(&row->values[c->columns[0]], &row->values[c->columns[1]]);
    bool equal = way == 0, ok;
    switch (c->op[0]) {
    case '>':
        ok = way > 0 || (equal && c->op[1] == '=');
        break;
    case '<':
        ok = way < 0 || (equal && c->op[1] == '=');
        break;
    case '!':
        ok = !equal;
        break;
    default:
        ok = equal;
    }
    b->args[0] = str_of(c->op);
    b->args[1] = s->fields[c->columns[1]].name;
    b->nargs = 2;
    return ok || blames(b, REASON_bad_compare);
}

static bool sum(const struct table_schema *s, const struct table_check *c,
                const struct table_row *row, struct table_blame *b)
{
    double total = 0;
    for (size_t i = 1; i < c->n; i++)
        total += row->values[c->columns[i]].number;
    double said = row->values[c->columns[0]].number;
    b->args[0] = s->fields[c->columns[1]].name;
    b->nargs = 1;
    return fabs(total - said) <= 1e-9 * (1 + fabs(total)) || blames(b, REASON_bad_sum);
}

static bool one_of(const struct table_schema *s, const struct table_check *c,
                   const struct table_row *row, struct table_blame *b)
{
    b->args[0] = s->fields[c->columns[1]].name;
    b->nargs = 1;
    return row->there[c->columns[0]] || row->there[c->columns[1]] ||
           blames(b, REASON_one_of_needed);
}

/* ONE_VALUE: looked at where there is something; VALUES: where all its columns hold what could be
 * cast; ROWS: always. */
enum scope { ONE_VALUE, VALUES, ROWS };
static const struct {
    const char *name;
    enum scope scope;
    rule_fn *holds;
} rules[] = {
    {"french-siret-value", ONE_VALUE, siret},
    {"french-siren-value", ONE_VALUE, siren},
    {"phone-number-value", ONE_VALUE, phone},
    {"opening-hours-value", ONE_VALUE, hours},
    {"year-interval-value", ONE_VALUE, years},
    {"nomenclature-actes-value", ONE_VALUE, nomenclature},
    {"cohesive-columns-value", ROWS, cohesive},
    {"compare-columns-value", VALUES, compare},
    {"sum-columns-value", VALUES, sum},
    {"one-of-required", ROWS, one_of},
};
enum { NRULES = sizeof rules / sizeof rules[0] };

/* ---- reading them ---- */

static bool add_column(const struct table_schema *s, struct table_check *c, const json_t *name)
{
    size_t at =
        json_is_string(name) ? table_schema_field(s, str_of(json_string_value(name)), NULL) : s->n;
    if (at == s->n || c->n == sizeof c->columns / sizeof c->columns[0])
        return false;
    c->columns[c->n++] = at;
    return true;
}

/* The same parameters under the names of both generations of the validator. */
static bool add_columns(const struct table_schema *s, struct table_check *c, const json_t *params)
{
    static const char *const keys[] = {"column",       "column1",       "column2",
                                       "othercolumns", "other_columns", "columns"};
    bool ok = true;
    for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++) {
        const json_t *given = json_object_get(params, keys[k]), *name;
        size_t i;
        if (json_is_string(given))
            ok = add_column(s, c, given) && ok;
        json_array_foreach(given, i, name) ok = add_column(s, c, name) && ok;
    }
    return ok && c->n > 0;
}

static bool is_named(struct str given, const char *name)
{
    size_t i = 0;
    for (; i < given.n && name[i]; i++)
        if (given.p[i] != name[i] && !(given.p[i] == '_' && name[i] == '-'))
            return false;
    return i == given.n && !name[i];
}

static bool read_check(const struct table_schema *s, const json_t *given, struct table_check *c)
{
    const json_t *params = jr_object(given, "params");
    struct str op = jr_str(params, "op"), option = jr_str(params, "allow-year-only");
    *c = (struct table_check){.rule = NRULES, .name = jr_str(given, "name")};
    for (unsigned i = 0; i < NRULES; i++)
        if (is_named(c->name, rules[i].name))
            c->rule = i;
    if (c->rule == NRULES || !add_columns(s, c, params ? params : given))
        return false;
    memcpy(c->op,
           op.n < sizeof c->op && op.n ? op.p : "==", op.n < sizeof c->op && op.n ? op.n : 2);
    c->option = str_eq(option, S("yes")) || str_eq(option, S("true")) ||
                jr_bool(params, "allow_year_only", false);
    return rules[c->rule].scope == ONE_VALUE || c->n >= 2;
}

void table_rules_read(struct table_schema *s)
{
    const json_t *list = jr_array(s->json, "custom_checks"), *given;
    size_t n = json_array_size(list), i;
    n = n > TABLE_CHECKS_MAX ? TABLE_CHECKS_MAX : n;
    s->checks = ARENA_ARRAY(&s->arena, struct table_check, n + 1);
    json_array_foreach(list, i, given)
    {
        if (i < n && read_check(s, given, &s->checks[s->nchecks]))
            s->nchecks++;
        else
            table_schema_leave(s, S("custom_checks"), jr_str(given, "name"));
    }
}

bool table_rule_holds(const struct table_schema *s, const struct table_check *check,
                      const struct table_row *row, struct table_blame *blame)
{
    enum scope scope = rules[check->rule].scope;
    *blame = (struct table_blame){.field = check->columns[0]};
    for (size_t i = 0; i < check->n; i++) {
        size_t at = check->columns[i];
        if (!row->in_file[at] || (scope != ROWS && !row->there[at]) ||
            (scope == VALUES && !row->good[at]))
            return true;
    }
    return rules[check->rule].holds(s, check, row, blame);
}
