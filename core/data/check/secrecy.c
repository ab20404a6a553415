#include "core/data/check/secrecy.h"

#include <stdlib.h>

#include "core/base/arena.h"
#include "core/base/must.h"
#include "core/data/value/field_name.h"
#include "core/data/value/number.h"
#include "core/data/check/personal_value.h"
#include "core/data/value/record.h"
#include "core/data/value/shape.h"

enum rule { RULE_NONE, RULE_PERSONS, RULE_UNITS, RULE_DOMINANCE };

static const struct {
    const char *name;
    enum reason_code reason;
} rules[] = {[RULE_PERSONS] = {"persons", REASON_secrecy_small},
             [RULE_UNITS] = {"units", REASON_secrecy_units},
             [RULE_DOMINANCE] = {"dominance", REASON_secrecy_dominance}};

struct place {
    uint64_t line;
    struct str value;
};

struct watched {
    enum rule rule;
    uint64_t count, values, whole; /* whole: values that are whole numbers */
    struct place places[SECRECY_LISTED];
    unsigned n;
};

/* Each column may be watched for what its name says, and for each thing that a step knows of its sums. */
enum { WATCHES = 1 + RECORD_NOT_JUDGED };

struct secrecy {
    struct arena a;
    const struct str *names;
    struct watched *columns; /* WATCHES times n */
    size_t n, shares; /* columns that give the share of the greatest unit */
    unsigned threshold;
    struct str unit; /* that sums were judged by, where no step names it */
};

static const char *const persons[] = {
    "eleve",      "eleves",   "etudiant",      "etudiants",    "apprenti",    "apprentis",
    "patient",    "patients", "beneficiaires", "allocataires", "allocataire", "demandeurs",
    "deces",      "malades",  "salaries",      "agents",       "menages",     "boursiers",
    "boursier",   "admis",    "candidats",     "bacheliers",   "victimes",    "licencies",
    "personnes",  "detenus",  "effectif",      "effectifs",    "inscrits",    "chomeurs",
    "handicapes", "mineurs",  "usagers",
};
static const char *const units[] = {"entreprises",   "exploitations", "exploitants",   "societes",
                                    "contribuables", "redevables",    "unites_legales"};
static const char *const counting[] = {"nb",       "nbre",      "nombre", "nbr",
                                       "effectif", "effectifs", "count",  "total"};
static const char *const amounts[] = {"montant",      "montants", "chiffre",   "ca",
                                      "salaire",      "salaires", "revenu",    "revenus",
                                      "remuneration", "impot",    "production"};
static const char *const greatest[] = {"premier",  "premiere", "principal",
                                       "dominant", "max",      "maximum"};
/* A measure about persons that is no count of them. */
static const char *const measures[] = {
    "taux",    "part", "pourcentage", "pct",  "moyenne", "moyen", "age",      "ratio",
    "indice",  "rang", "id",          "code", "numero",  "seuil", "capacite", "max",
    "maximum", "nom",  "type",        "date", "montant", "ips",   "ecart",    "places"};
/* A whole number that names a row. */
static const char *const labels[] = {
    "annee", "mois",   "trimestre", "semestre", "semaine", "jour",  "heure", "code",    "numero", "id",
    "age",   "niveau", "classe",    "region",   "zone",    "secteur", "lot", "tranche", "departement"};
/* Of amounts, the other side. */
static const char *const payers[] = {"acheteur", "attribuant", "payeur", "financeur", "donneur", "producteur", "organisme",
                                     "editeur",  "collectivite", "adjudicateur", "autorite", "source", "delegant", "concedant"};
#define HAS(word, list) personal_word_in((word), (list), sizeof(list) / sizeof((list)[0]))

struct words {
    bool label, person, unit, counts, amount, greatest, share, measure;
};

static struct words words_of(struct str name)
{
    struct words w = {0};
    for (struct str rest = name, word; str_cut(&rest, '_', &word);) {
        w.label = w.label || HAS(word, labels);
        w.person = w.person || HAS(word, persons);
        w.unit = w.unit || HAS(word, units);
        w.counts = w.counts || HAS(word, counting);
        w.amount = w.amount || HAS(word, amounts);
        w.greatest = w.greatest || HAS(word, greatest);
        w.share = w.share || str_eq(word, S("part"));
        w.measure = w.measure || HAS(word, measures);
    }
    return w;
}

bool secrecy_counts_persons(struct str name)
{
    struct words w = words_of(name);
    return w.person && !w.measure && !w.amount;
}

bool secrecy_is_label(struct str name)
{
    return words_of(name).label;
}

bool secrecy_is_amount(struct str name)
{
    struct words w = words_of(name);
    return w.amount && !w.person;
}

bool secrecy_names_unit(struct str label)
{
    struct arena a = {0};
    bool names = (field_hints(label) & (HINT_SIRET | HINT_SIREN)) != 0;
    for (struct str rest = field_name(&a, label, 1, NULL, 0), word; str_cut(&rest, '_', &word);)
        names = names && !HAS(word, payers);
    arena_free(&a);
    return names;
}

struct secrecy *secrecy_new(const struct str *names, size_t n, unsigned threshold)
{
    struct secrecy *s = must_alloc(sizeof *s);
    bool amount = false;
    s->names = names;
    s->n = n;
    s->threshold = threshold ? threshold : SECRECY_THRESHOLD;
    s->columns = ARENA_ARRAY(&s->a, struct watched, WATCHES * n + 1);
    for (size_t i = 0; i < n; i++)
        amount = amount || words_of(names[i]).amount;
    for (size_t i = 0; i < n; i++) {
        struct words w = words_of(names[i]);
        if (w.share && w.greatest) {
            s->columns[i].rule = RULE_DOMINANCE;
            s->shares++;
        } else if (secrecy_counts_persons(names[i]))
            s->columns[i].rule = RULE_PERSONS;
        else if (w.unit && w.counts && amount && !w.amount)
            s->columns[i].rule = RULE_UNITS;
    }
    return s;
}

static bool breaks(const struct secrecy *s, enum rule rule, const struct number *x)
{
    int64_t n;
    if (rule == RULE_DOMINANCE) {
        double share = number_double(x);
        return x->suffix != '%' && share <= 1 ? share * 100 > SECRECY_SHARE : share > SECRECY_SHARE;
    }
    return number_i64(x, &n) && n >= 1 &&
           n < (rule == RULE_UNITS ? SECRECY_UNITS : (int64_t)s->threshold);
}

static void hit(struct secrecy *s, struct watched *w, uint64_t line, struct str cell)
{
    w->count++;
    if (w->n < SECRECY_LISTED)
        w->places[w->n++] = (struct place){line, arena_str(&s->a, str_part(cell, 0, 40))};
}

void secrecy_row(struct secrecy *s, uint64_t line, const struct str *cells, size_t n)
{
    struct number x;
    int64_t whole;
    for (size_t i = 0; i < s->n && i < n; i++) {
        struct watched *w = &s->columns[i];
        struct str cell = w->rule ? shape_trim(cells[i]) : STR_NONE;
        if (cell.n == 0)
            continue;
        w->values++;
        if (!number_read(cell, &x))
            continue;
        w->whole += w->rule == RULE_DOMINANCE || number_i64(&x, &whole);
        if (!breaks(s, w->rule, &x))
            continue;
        hit(s, w, line, cell);
    }
}

void secrecy_sums(struct secrecy *s, uint64_t line, const struct str *cells,
                  const unsigned char *secret, struct str unit, size_t n)
{
    static const enum rule known[] = {[RECORD_FEW_UNITS] = RULE_UNITS,
                                      [RECORD_DOMINATED] = RULE_DOMINANCE,
                                      [RECORD_NOT_JUDGED] = RULE_NONE};
    s->unit = unit;
    for (size_t i = 0; i < s->n && i < n; i++) {
        struct watched *w = &s->columns[secret[i] * s->n + i];
        if (secret[i] == RECORD_NOT_SECRET)
            continue;
        w->rule = known[secret[i]];
        hit(s, w, line, shape_trim(cells[i]));
    }
}

/* A column of counts holds whole numbers, all but a few (totals in words, secrecy marks). */
static bool believed(const struct watched *w)
{
    return w->rule && w->count > 0 && w->whole * 2 >= w->values;
}

uint64_t secrecy_total(const struct secrecy *s)
{
    uint64_t total = 0;
    for (size_t i = 0; i < WATCHES * s->n; i++)
        total += believed(&s->columns[i]) ? s->columns[i].count : 0;
    return total;
}

static void put_finding(const struct secrecy *s, struct jw *w, size_t column)
{
    const struct watched *c = &s->columns[column];
    struct arena a = {0};
    struct reason reason = reason_make(rules[c->rule].reason);
    reason_n(&a, &reason,
             c->rule == RULE_PERSONS ? s->threshold
             : c->rule == RULE_UNITS ? SECRECY_UNITS
                                     : SECRECY_SHARE);
    jw_open(w, '{');
    JW_STR(w, "kind", str_of(rules[c->rule].name));
    JW_STR(w, "column", s->names[column % s->n]);
    JW_I64(w, "count", (int64_t)c->count);
    jw_key(w, S("reason"));
    reason_json(w, &reason);
    jw_key(w, S("cells"));
    jw_open(w, '[');
    for (unsigned i = 0; i < c->n; i++) {
        jw_open(w, '{');
        JW_I64(w, "line", (int64_t)c->places[i].line);
        JW_STR(w, "column", s->names[column % s->n]);
        JW_STR(w, "value", c->places[i].value);
        jw_key(w, S("reason"));
        reason_json(w, &reason);
        jw_close(w, '}');
    }
    jw_close(w, ']');
    jw_close(w, '}');
    arena_free(&a);
}

static void put_note(struct jw *w, struct str column, struct reason *reason)
{
    jw_open(w, '{');
    JW_STR(w, "column", column);
    jw_key(w, S("reason"));
    reason_json(w, reason);
    jw_close(w, '}');
}

/* Sums of an amount are judged by the unit that a column's name announces: said, for it may be another one. */
static void put_unit(const struct secrecy *s, struct jw *w, size_t column)
{
    struct arena a = {0};
    struct reason reason = reason_make(REASON_secrecy_unit_taken);
    reason_s(&a, &reason, s->unit);
    put_note(w, s->names[column], &reason);
    arena_free(&a);
}

/* Totals do not tell how much of them one unit makes: said, so that nobody takes silence for a yes. */
static void put_not_judged(const struct secrecy *s, struct jw *w)
{
    jw_key(w, S("not_judged"));
    jw_open(w, '[');
    for (size_t i = 0; i < s->n; i++) {
        bool summed = s->columns[RECORD_NOT_JUDGED * s->n + i].count > 0;
        if (!summed && s->unit.n && secrecy_is_amount(s->names[i]))
            put_unit(s, w, i);
        if (!summed && (s->columns[i].rule != RULE_UNITS || s->shares > 0))
            continue;
        struct reason reason = reason_make(summed ? REASON_secrecy_no_unit : REASON_secrecy_no_share);
        put_note(w, s->names[i], &reason);
    }
    jw_close(w, ']');
}

void secrecy_json(const struct secrecy *s, struct jw *w)
{
    jw_open(w, '{');
    jw_key(w, S("findings"));
    jw_open(w, '[');
    for (size_t i = 0; i < WATCHES * s->n; i++)
        if (believed(&s->columns[i]))
            put_finding(s, w, i);
    jw_close(w, ']');
    put_not_judged(s, w);
    JW_I64(w, "total", (int64_t)secrecy_total(s));
    JW_I64(w, "threshold", s->threshold);
    jw_close(w, '}');
}

void secrecy_free(struct secrecy *s)
{
    if (!s)
        return;
    arena_free(&s->a);
    free(s);
}
