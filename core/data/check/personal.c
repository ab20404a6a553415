#include "core/data/check/personal.h"

#include <stdlib.h>

#include "core/base/arena.h"
#include "core/base/must.h"
#include "core/base/scan.h"
#include "core/base/utf8.h"
#include "core/data/value/moment.h"
#include "core/data/check/personal_value.h"

static const struct {
    const char *name;
    enum reason_code reason;
} kinds[PERSONAL_KINDS] = {
    [PERSONAL_NIR] = {"nir", REASON_personal_nir},
    [PERSONAL_EMAIL] = {"email", REASON_personal_email},
    [PERSONAL_PHONE] = {"phone", REASON_personal_phone},
    [PERSONAL_IBAN] = {"iban", REASON_personal_iban},
    [PERSONAL_NAME] = {"name", REASON_personal_name},
    [PERSONAL_BIRTH] = {"birth", REASON_personal_birth},
};

const char *personal_kind_name(enum personal_kind k)
{
    return kinds[k].name;
}

/* Of ASCII: the functions of the C library are calls, one a byte. */
static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_alnum(char c)
{
    return is_digit(c) || is_upper(c) || (c >= 'a' && c <= 'z');
}

struct place {
    uint64_t line;
    struct str value;
};

struct tally {
    uint64_t count;
    struct place places[PERSONAL_LISTED];
    unsigned n;
};

/* What the name of a column says; a family name knows its first name. */
struct column_context {
    bool says_nir, says_phone, says_birth, says_role, is_first, is_both;
    size_t first; /* the column of the first name beside this family name; SIZE_MAX: none */
    uint64_t long_numbers, values, landlines, persons;
    struct tally found[PERSONAL_KINDS];
};

struct personal {
    struct arena a;
    const struct str *names;
    struct column_context *columns;
    size_t n;
    uint64_t public_emails;
    bool has_names;
    struct str sheet;      /* absent: the one that is read */
    struct personal *more; /* the sheets that are not */
};

/* ---- what the header says ---- */

static const char *const nir_words[] = {"nir", "insee_nir", "secu", "nss"};
static const char *const phone_words[] = {"tel",       "tel1",       "tel2",   "tels",
                                          "telephone", "telephones", "phone",  "mobile",
                                          "portable",  "gsm",        "telfixe"};
static const char *const birth_words[] = {"naissance", "ne",  "nee",          "birth",
                                          "birthdate", "ddn", "datenaissance"};
static const char *const not_day_words[] = {"lieu",  "commune", "dept",   "departement",
                                            "pays",  "annee",   "nombre", "nb",
                                            "ville", "code",    "insee"};
static const char *const role_words[] = {
    "elu",        "elus",       "maire",     "maires",       "agent",         "agents",
    "eleve",      "etudiant",   "patient",   "salarie",      "responsable",   "representant",
    "president",  "presidente", "directeur", "directrice",   "candidat",      "candidate",
    "contact",    "contacts",   "adherent",  "parent",       "tuteur",        "usager",
    "demandeur",  "signataire", "referent",  "gerant",       "correspondant", "interlocuteur",
    "conseiller", "adjoint",    "titulaire", "beneficiaire", "proprietaire",  "locataire",
    "electeur",   "parrain",    "personne",  "auteur",       "instructeur",   "petitionnaire",
};
static const char *const first_words[] = {"prenom", "prenoms", "firstname", "givenname", "first"};
static const char *const last_words[] = {"nom",       "noms",       "lastname", "surname",
                                         "patronyme", "familyname", "last"};
static const char *const last_details[] = {
    "de", "famille", "naissance", "usage", "usuel", "patronymique", "marital", "name",
    "d",  "du",      "des",       "l",     "la",    "le",           "civilite"};
#define HAS(word, list) personal_word_in((word), (list), sizeof(list) / sizeof((list)[0]))

/* The words of a name but those that say first or family name: "nom_elu" and "prenom_elu" leave
 * "elu" alike. */
static struct str residue(struct arena *a, struct str name, bool *first, bool *last)
{
    struct buf left = {0};
    for (struct str rest = name, word; str_cut(&rest, '_', &word);) {
        if (HAS(word, first_words))
            *first = true;
        else if (HAS(word, last_words))
            *last = true;
        else if (word.n && !HAS(word, last_details)) {
            buf_add(&left, word);
            buf_addc(&left, '_');
        }
    }
    struct str out = arena_str(a, buf_str(&left));
    buf_free(&left);
    return out;
}

static void read_words(struct column_context *c, struct str name)
{
    bool not_day = false;
    for (struct str rest = name, word; str_cut(&rest, '_', &word);) {
        c->says_nir = c->says_nir || HAS(word, nir_words);
        c->says_phone = c->says_phone || HAS(word, phone_words);
        c->says_birth = c->says_birth || HAS(word, birth_words);
        c->says_role = c->says_role || HAS(word, role_words);
        not_day = not_day || HAS(word, not_day_words);
    }
    c->says_birth = c->says_birth && !not_day;
}

static void read_header(struct personal *p)
{
    struct str *left = ARENA_ARRAY(&p->a, struct str, p->n + 1);
    bool *last = ARENA_ARRAY(&p->a, bool, p->n + 1);
    for (size_t i = 0; i < p->n; i++) {
        struct column_context *c = &p->columns[i];
        read_words(c, p->names[i]);
        left[i] = residue(&p->a, p->names[i], &c->is_first, &last[i]);
        c->is_both = c->is_first && last[i];
        c->first = SIZE_MAX;
    }
    for (size_t i = 0; i < p->n; i++)
        for (size_t k = 0; k < p->n && last[i] && !p->columns[i].is_first; k++)
            if (p->columns[k].is_first && !last[k] && str_eq(left[i], left[k]))
                p->columns[i].first = k;
}

struct personal *personal_new(const struct str *names, size_t n)
{
    struct personal *p = must_alloc(sizeof *p);
    p->names = names;
    p->n = n;
    p->columns = ARENA_ARRAY(&p->a, struct column_context, n + 1);
    read_header(p);
    return p;
}

struct personal *personal_sheet(struct personal *p, struct str sheet, const struct str *names,
                                size_t n)
{
    struct personal *own = personal_new(names, n), **at = &p->more;
    own->sheet = arena_str(&own->a, sheet);
    while (*at)
        at = &(*at)->more;
    return *at = own;
}

/* ---- findings, masked ---- */

/* Two characters at the beginning and one at the end are left; of an address the host as well. */
static struct str masked(struct personal *p, struct str s)
{
    struct buf b = {.max = 400};
    ptrdiff_t at = str_chr(s, '@');
    struct str head = at > 0 ? str_part(s, 0, (size_t)at) : s,
               tail = at > 0 ? str_from(s, (size_t)at) : STR_NONE;
    size_t count = utf8_count(head), keep = at > 0 ? 1 : 2, i = 0;
    for (size_t k = 0; k < head.n && i < 40; i++) {
        uint32_t code;
        size_t len = utf8_next(str_from(head, k), &code);
        len = len ? len : 1;
        if (i < keep || (at <= 0 && i + 1 == count))
            buf_add(&b, str_part(head, k, len));
        else
            buf_addz(&b, "•");
        k += len;
    }
    buf_add(&b, str_part(tail, 0, 80));
    struct str out = arena_str(&p->a, buf_str(&b));
    buf_free(&b);
    return out;
}

static void found(struct personal *p, size_t column, enum personal_kind kind, uint64_t line,
                  struct str value)
{
    struct tally *t = &p->columns[column].found[kind];
    t->count++;
    if (t->n < PERSONAL_LISTED)
        t->places[t->n++] = (struct place){line, masked(p, value)};
}

/* ---- digits: NIR and telephones ---- */

enum { GROUPS_MAX = 8 };

/* A run of digits (A and B of Corsica too) in groups, one separator between two. */
struct run {
    char digits[32];
    unsigned n, groups;
    unsigned char length[GROUPS_MAX];
    bool plus, dots;
    struct str text;
};

static size_t separator(struct str s, size_t at)
{
    static const char *const wide[] = {"\u00a0", "\u202f", "\u2011"};
    char c = at < s.n ? s.p[at] : 0;
    if (c == ' ' || c == '.' || c == '-' || c == '/')
        return 1;
    if ((unsigned char)c < 0xC2)
        return 0;
    for (size_t i = 0; i < 3; i++)
        if (str_starts(str_from(s, at < s.n ? at : s.n), str_of(wide[i])))
            return strlen(wide[i]);
    return 0;
}

static bool is_run_digit(struct str s, size_t at, const struct run *r)
{
    char c = at < s.n ? s.p[at] : 0;
    return is_digit(c) ||
           ((c == 'A' || c == 'B') && r->n == 6 && r->digits[5] == '2');
}

/* From a digit at *at to the end of its run; false: too long to be anything. */
static bool take_run(struct str s, size_t *at, struct run *r)
{
    size_t from = *at;
    *r = (struct run){.plus = from > 0 && s.p[from - 1] == '+'};
    for (;;) {
        if (is_run_digit(s, *at, r)) {
            if (r->n == sizeof r->digits || r->groups == GROUPS_MAX)
                break;
            r->digits[r->n++] = s.p[(*at)++];
            r->length[r->groups]++;
            continue;
        }
        size_t gap = separator(s, *at);
        if (gap == 0 || !is_digit(*at + gap < s.n ? s.p[*at + gap] : 'x'))
            break;
        r->dots = r->dots || s.p[*at] == '.';
        if (++r->groups == GROUPS_MAX)
            break;
        *at += gap;
    }
    r->groups += r->groups < GROUPS_MAX;
    r->text = str_part(s, from, *at - from);
    bool whole = *at >= s.n || !is_alnum(s.p[*at]);
    while (*at < s.n &&
           (is_alnum(s.p[*at]) || (r->groups == GROUPS_MAX && separator(s, *at))))
        (*at)++; /* of a longer run nothing is taken from the middle */
    return whole && r->groups < GROUPS_MAX;
}

static bool grouped(const struct run *r, const char *shape)
{
    size_t n = strlen(shape);
    for (size_t i = 0; i < n; i++)
        if (i >= r->groups || r->length[i] != (size_t)(shape[i] - '0'))
            return false;
    return r->groups == n;
}

static bool nir_shape(const struct run *r)
{
    if (r->dots || r->plus || r->n != 15)
        return false;
    return r->groups == 1 || (r->groups == 2 && r->length[0] == 13) || grouped(r, "1222332") ||
           grouped(r, "122233"
                      "2");
}

/* 0X XX XX XX XX, or +33 before nine digits; a bare run of ten needs a column that announces
 * phones. */
static bool phone_shape(const struct run *r, bool announced, bool *mobile)
{
    struct str d = {r->digits, r->n};
    char first;
    if (r->plus && d.n >= 11 && str_starts(d, S("33")))
        first = d.n == 11 ? d.p[2] : d.n == 12 && d.p[2] == '0' ? d.p[3] : 0;
    else if (d.n == 10 && d.p[0] == '0' && (grouped(r, "22222") || (announced && !r->dots)))
        first = d.p[1];
    else if (announced && d.n == 9 && r->groups == 1 && (d.p[0] == '6' || d.p[0] == '7'))
        first = d.p[0]; /* its zero was lost in a spreadsheet */
    else
        return false;
    *mobile = first == '6' || first == '7';
    return first >= '1' && first <= '9';
}

static void look_at_digits(struct personal *p, size_t column, uint64_t line, struct str s)
{
    struct column_context *c = &p->columns[column];
    struct run r;
    bool mobile;
    for (size_t at = 0; at < s.n;) {
        bool starts =
            is_digit(s.p[at]) && (at == 0 || !is_alnum(s.p[at - 1]));
        if (!starts) {
            at++;
            continue;
        }
        if (!take_run(s, &at, &r))
            continue;
        if (nir_shape(&r)) {
            c->long_numbers++;
            if (personal_is_nir((struct str){r.digits, r.n}))
                found(p, column, PERSONAL_NIR, line, r.text);
        } else if (c->says_nir && r.n == 13 && strchr("12", r.digits[0]) && r.groups <= 6) {
            c->long_numbers++;
            found(p, column, PERSONAL_NIR, line,
                  r.text); /* without its key, but the column says what it is */
        } else if (phone_shape(&r, c->says_phone, &mobile)) {
            if (mobile)
                found(p, column, PERSONAL_PHONE, line, r.text);
            else
                c->landlines++;
        }
    }
}

/* ---- addresses and accounts ---- */

static bool is_local(char c)
{
    return is_alnum(c) || (c && strchr("._%+-", c)) || (unsigned char)c >= 0x80;
}

static void look_at_addresses(struct personal *p, size_t column, uint64_t line, struct str s)
{
    for (size_t i = 1; i + 3 < s.n; i++) {
        if (s.p[i] != '@')
            continue;
        size_t from = i, to = i + 1;
        while (from > 0 && is_local(s.p[from - 1]))
            from--;
        while (to < s.n && (is_alnum(s.p[to]) || s.p[to] == '.' || s.p[to] == '-'))
            to++;
        while (to > i + 1 && !is_alnum(s.p[to - 1]))
            to--;
        struct str address = str_part(s, from, to - from), host = str_part(s, i + 1, to - i - 1);
        if (from == i || str_chr(host, '.') < 1)
            continue;
        if (personal_is_service(address))
            p->public_emails++;
        else
            found(p, column, PERSONAL_EMAIL, line, address);
        i = to;
    }
}

/* Two capitals and two digits begin it; groups of four may be parted. */
static void look_at_accounts(struct personal *p, size_t column, uint64_t line, struct str s)
{
    for (size_t i = 0; i + 14 < s.n; i++) {
        bool head = is_upper(s.p[i]) && is_upper(s.p[i + 1]) &&
                    is_digit(s.p[i + 2]) && is_digit(s.p[i + 3]) &&
                    (i == 0 || !is_alnum(s.p[i - 1]));
        char z[34];
        size_t n = 0;
        for (size_t k = i; head && k < s.n && n < sizeof z; k++) {
            if (is_digit(s.p[k]) || is_upper(s.p[k]))
                z[n++] = s.p[k];
            else if (s.p[k] != ' ')
                break;
            bool ends = k + 1 == s.n || !is_alnum(s.p[k + 1]);
            if (n >= 15 && ends && personal_is_iban((struct str){z, n})) {
                found(p, column, PERSONAL_IBAN, line, str_part(s, i, k + 1 - i));
                i = k;
                break;
            }
        }
    }
}

/* ---- a row ---- */

/* An address is a@b.c at least, a number has nine digits. */
enum { SHORTEST = 5, NINE = 9 };

static void look_at_cell(struct personal *p, size_t column, uint64_t line, struct str s)
{
    struct column_context *c = &p->columns[column];
    c->values += s.n > 0;
    if (s.n < SHORTEST)
        return;
    s = str_part(s, 0, 4096);
    struct scan_tally t = scan_tally(s);
    if (t.at_sign)
        look_at_addresses(p, column, line, s);
    if (t.digits >= NINE)
        look_at_digits(p, column, line, s);
    if (t.digits >= 8 && t.capitals >= 2)
        look_at_accounts(p, column, line, s);
    if (c->says_birth && t.digits >= 6) {
        struct moment m;
        if (moment_read(str_trim(s), &m))
            found(p, column, PERSONAL_BIRTH, line, s);
    }
}

static bool is_word(struct str s)
{
    char z[32];
    struct str word;
    size_t at = 0;
    return personal_word(s, &at, z, &word) && word.n >= 2 && s.n <= 60;
}

static void look_at_names(struct personal *p, uint64_t line, const struct str *cells, size_t n)
{
    for (size_t i = 0; i < p->n && i < n; i++) {
        struct column_context *c = &p->columns[i];
        if (c->first < n && is_word(cells[i]) && is_word(cells[c->first]))
            found(p, i, PERSONAL_NAME, line, cells[i]);
        else if (c->first == SIZE_MAX && (c->is_both || c->says_role) &&
                 personal_is_person(cells[i])) {
            c->persons++;
            found(p, i, PERSONAL_NAME, line, cells[i]);
        }
    }
}

void personal_row(struct personal *p, uint64_t line, const struct str *cells, size_t n)
{
    for (size_t i = 0; i < p->n && i < n; i++)
        if (cells[i].n)
            look_at_cell(p, i, line, cells[i]);
    look_at_names(p, line, cells, n);
}

/* ---- what is believed, once all was seen ---- */

static bool believed(const struct column_context *c, enum personal_kind kind)
{
    uint64_t count = c->found[kind].count;
    if (count == 0)
        return false;
    switch (kind) {
    case PERSONAL_NIR: /* a column of other numbers as long passes the key once in 97 */
        return c->says_nir || count * 10 >= c->long_numbers;
    case PERSONAL_NAME: /* one body that bears a first name does not make a column of persons */
        return c->first != SIZE_MAX || c->is_both || c->persons * 4 >= c->values;
    case PERSONAL_EMAIL:
    case PERSONAL_PHONE:
    case PERSONAL_IBAN:
    case PERSONAL_BIRTH:
    case PERSONAL_KINDS:
        break;
    }
    return true;
}

static bool names_there(const struct personal *p)
{
    for (size_t i = 0; i < p->n; i++)
        if (believed(&p->columns[i], PERSONAL_NAME))
            return true;
    return false;
}

/* Fixed lines are of desks, unless the file says whose they are. */
static uint64_t counted(const struct personal *p, size_t column, enum personal_kind kind,
                        bool names)
{
    const struct column_context *c = &p->columns[column];
    uint64_t own = believed(c, kind) ? c->found[kind].count : 0;
    return own + (kind == PERSONAL_PHONE && names ? c->landlines : 0);
}

uint64_t personal_count(const struct personal *p, enum personal_kind kind)
{
    uint64_t n = 0;
    bool names = names_there(p);
    for (size_t i = 0; i < p->n; i++)
        n += counted(p, i, kind, names);
    return n;
}

static void put_column(const struct personal *p, struct jw *w, size_t column)
{
    struct buf b = {0};
    if (p->sheet.n) {
        buf_add(&b, p->sheet);
        buf_addz(&b, " › ");
    }
    buf_add(&b, p->names[column]);
    JW_STR(w, "column", buf_str(&b));
    buf_free(&b);
}

static void put_finding(const struct personal *p, struct jw *w, size_t column,
                        enum personal_kind kind, uint64_t count)
{
    const struct tally *t = &p->columns[column].found[kind];
    struct reason reason = reason_make(kinds[kind].reason);
    jw_open(w, '{');
    JW_STR(w, "kind", str_of(kinds[kind].name));
    put_column(p, w, column);
    JW_I64(w, "count", (int64_t)count);
    jw_key(w, S("reason"));
    reason_json(w, &reason);
    jw_key(w, S("cells"));
    jw_open(w, '[');
    for (unsigned i = 0; i < t->n; i++) {
        jw_open(w, '{');
        JW_I64(w, "line", (int64_t)t->places[i].line);
        put_column(p, w, column);
        JW_STR(w, "value", t->places[i].value);
        jw_key(w, S("reason"));
        reason_json(w, &reason);
        jw_close(w, '}');
    }
    jw_close(w, ']');
    jw_close(w, '}');
}

static uint64_t put_findings(const struct personal *p, struct jw *w)
{
    uint64_t total = 0;
    bool names = names_there(p);
    for (size_t i = 0; i < p->n; i++)
        for (unsigned k = 0; k < PERSONAL_KINDS; k++) {
            uint64_t n = counted(p, i, (enum personal_kind)k, names);
            if (n > 0)
                put_finding(p, w, i, (enum personal_kind)k, n);
            total += n;
        }
    return total;
}

void personal_json(const struct personal *p, struct jw *w)
{
    uint64_t total = 0, public_emails = 0;
    jw_open(w, '{');
    jw_key(w, S("findings"));
    jw_open(w, '[');
    for (; p; p = p->more) {
        total += put_findings(p, w);
        public_emails += p->public_emails;
    }
    jw_close(w, ']');
    JW_I64(w, "total", (int64_t)total);
    JW_I64(w, "public_emails", (int64_t)public_emails);
    jw_close(w, '}');
}

void personal_free(struct personal *p)
{
    for (struct personal *next; p; p = next) {
        next = p->more;
        arena_free(&p->a);
        free(p);
    }
}
