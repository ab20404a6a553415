#include "core/data/value/field_name.h"

#include <stdio.h>

#include "core/base/utf8.h"
#include "core/data/value/shape.h"

/* U+00C0 to U+017F without their marks; '?' is not a letter. */
static const char *fold(uint32_t code)
{
    static const char *const latin1[] = {
        "a", "a", "a", "a", "a", "a", "ae", "c", "e", "e", "e", "e", "i", "i", "i", "i",
        "d", "n", "o", "o", "o", "o", "o",  "",  "o", "u", "u", "u", "u", "y", "th", "ss",
        "a", "a", "a", "a", "a", "a", "ae", "c", "e", "e", "e", "e", "i", "i", "i", "i",
        "d", "n", "o", "o", "o", "o", "o",  "",  "o", "u", "u", "u", "u", "y", "th", "y",
    };
    static const char extended[] = "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkk"
                                   "llllllllllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
    static char one[2];
    if (code >= 0xC0 && code < 0x100)
        return latin1[code - 0xC0];
    if (code == 0x152 || code == 0x153)
        return "oe";
    if (code >= 0x100 && code - 0x100 < sizeof extended - 1) {
        one[0] = extended[code - 0x100];
        return one;
    }
    return "";
}

struct words {
    char text[512]; /* lower ASCII, words parted by '_' */
    size_t n;
};

static void add_char(struct words *w, char c)
{
    bool gap = c == '_';
    if (w->n + 1 >= sizeof w->text || (gap && (w->n == 0 || w->text[w->n - 1] == '_')))
        return;
    w->text[w->n++] = c;
}

/* `split`: a capital after a small letter begins a word ("codeInsee" for hints). */
static struct words words_of(struct str s, bool split)
{
    struct words w = {.n = 0};
    bool small = false;
    while (s.n > 0) {
        uint32_t code;
        size_t n = utf8_next(s, &code);
        if (n == 0) {
            n = 1;
            code = ' ';
        }
        s = str_from(s, n);
        bool upper = code >= 'A' && code <= 'Z';
        if (split && upper && small)
            add_char(&w, '_');
        small = (code >= 'a' && code <= 'z') || code >= 0xE0;
        if (upper)
            code += 'a' - 'A';
        if ((code >= 'a' && code <= 'z') || (code >= '0' && code <= '9')) {
            add_char(&w, (char)code);
            continue;
        }
        const char *folded = code >= 0xC0 ? fold(code) : "";
        if (!*folded && !(code >= 0x300 && code < 0x370)) /* a combining mark parts no word */
            add_char(&w, '_');
        for (; *folded; folded++)
            add_char(&w, *folded);
    }
    while (w.n && w.text[w.n - 1] == '_')
        w.n--;
    return w;
}

struct str field_label(struct arena *a, struct str cell)
{
    cell = shape_trim(cell);
    if (cell.n > FIELD_LABEL_MAX) {
        cell.n = FIELD_LABEL_MAX;
        cell.n = utf8_floor(cell);
    }
    char *p = arena_copy(a, cell);
    size_t n = 0;
    for (size_t i = 0; i < cell.n; i++) {
        bool control = (unsigned char)cell.p[i] < 0x20;
        if (control && n && p[n - 1] == ' ')
            continue;
        p[n++] = control ? ' ' : cell.p[i];
    }
    return (struct str){p, n};
}

static bool taken(struct str name, const struct str *before, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(name, before[i]))
            return true;
    return false;
}

struct str field_name(struct arena *a, struct str label, size_t position, const struct str *before, size_t n)
{
    struct words w = words_of(label, false);
    if (w.n == 0)
        w.n = (size_t)snprintf(w.text, sizeof w.text, "column_%zu", position);
    if (w.n > FIELD_NAME_MAX)
        w.n = FIELD_NAME_MAX;
    while (w.n > 1 && w.text[w.n - 1] == '_')
        w.n--;
    struct str name = {w.text, w.n};
    for (unsigned k = 2; taken(name, before, n); k++) {
        char suffix[16];
        int len = snprintf(suffix, sizeof suffix, "_%u", k);
        size_t room = FIELD_NAME_MAX - (size_t)len, stem = w.n < room ? w.n : room;
        name = arena_printf(a, "%.*s%s", (int)stem, w.text, suffix);
    }
    return arena_str(a, name);
}

unsigned field_hints(struct str label)
{
    enum { CODE = HINT_CODE, BOTH = HINT_CODE | HINT_CODE_DECIMAL };
    /* clang-format off */
    static const struct {
        const char *word;
        unsigned hints;
    } all[] = {
        {"insee", BOTH | HINT_COMMUNE}, {"depcom", BOTH | HINT_COMMUNE}, {"codgeo", BOTH | HINT_COMMUNE}, {"siren", BOTH | HINT_SIREN}, {"siret", BOTH | HINT_SIRET}, {"nic", CODE}, {"code", BOTH},
        {"cp", CODE | HINT_POSTAL}, {"postal", CODE | HINT_POSTAL}, {"uai", CODE}, {"rne", CODE}, {"naf", BOTH},
        {"ape", BOTH}, {"epci", CODE}, {"dep", CODE}, {"reg", CODE}, {"tel", BOTH}, {"phone", BOTH}, {"codes", BOTH}, {"postaux", CODE | HINT_POSTAL}, {"identifiant", CODE},
        {"telephone", BOTH}, {"fax", BOTH}, {"fantoir", CODE}, {"voie", CODE}, {"parcelle", CODE}, {"id", CODE},
        {"nir", HINT_PERSON},
        {"est", HINT_YES_NO}, {"is", HINT_YES_NO}, {"has", HINT_YES_NO}, {"avec", HINT_YES_NO},
        {"presence", HINT_YES_NO}, {"actif", HINT_YES_NO}, {"active", HINT_YES_NO}, {"ouvert", HINT_YES_NO},
        {"gratuit", HINT_YES_NO}, {"accessible", HINT_YES_NO}, {"accessibilite", HINT_YES_NO},
        {"valide", HINT_YES_NO}, {"booleen", HINT_YES_NO}, {"pmr", HINT_YES_NO},
        {"coordonneesxy", HINT_LON_LAT}, {"xy", HINT_LON_LAT}, {"lonlat", HINT_LON_LAT},
    };
    static const struct {
        const char *name;
        unsigned hints;
    } whole[] = {
        {"departement", CODE}, {"region", CODE}, {"arrondissement", CODE}, {"canton", CODE},
        {"lat", HINT_LATITUDE}, {"latitude", HINT_LATITUDE}, {"y", HINT_LATITUDE}, {"ylat", HINT_LATITUDE},
        {"y_lat", HINT_LATITUDE}, {"lat_coor1", HINT_LATITUDE}, {"lon", HINT_LONGITUDE}, {"long", HINT_LONGITUDE},
        {"lng", HINT_LONGITUDE}, {"longitude", HINT_LONGITUDE}, {"x", HINT_LONGITUDE}, {"xlong", HINT_LONGITUDE},
        {"x_l93", HINT_LONGITUDE}, {"y_l93", HINT_LATITUDE}, {"xl93", HINT_LONGITUDE}, {"yl93", HINT_LATITUDE},
        {"x_lambert", HINT_LONGITUDE}, {"y_lambert", HINT_LATITUDE}, {"x_lambert93", HINT_LONGITUDE},
        {"y_lambert93", HINT_LATITUDE}, {"x_lambert_93", HINT_LONGITUDE}, {"y_lambert_93", HINT_LATITUDE},
        {"lambert_x", HINT_LONGITUDE}, {"lambert_y", HINT_LATITUDE}, {"lambert93_x", HINT_LONGITUDE},
        {"lambert93_y", HINT_LATITUDE}, {"coord_x", HINT_LONGITUDE}, {"coord_y", HINT_LATITUDE},
        {"coordonnee_x", HINT_LONGITUDE}, {"coordonnee_y", HINT_LATITUDE},
        {"coordonnees_x", HINT_LONGITUDE}, {"coordonnees_y", HINT_LATITUDE},
        {"code_commune", BOTH | HINT_COMMUNE}, {"code_com", BOTH | HINT_COMMUNE}, {"commune_code", BOTH | HINT_COMMUNE},
        {"code_com_d", BOTH | HINT_COMMUNE}, {"code_com_g", BOTH | HINT_COMMUNE}, {"codecommune", BOTH | HINT_COMMUNE},
        {"x_long", HINT_LONGITUDE}, {"long_coor1", HINT_LONGITUDE},
    };
    /* clang-format on */
    struct words split = words_of(label, true), plain = words_of(label, false);
    unsigned hints = 0;
    struct str name = {plain.text, plain.n};
    for (size_t i = 0; i < sizeof whole / sizeof whole[0]; i++)
        if (str_eq(name, str_of(whole[i].name)))
            hints |= whole[i].hints;
    struct str lists[] = {name, {split.text, split.n}}, word;
    for (size_t l = 0; l < 2; l++)
        while (str_cut(&lists[l], '_', &word))
            for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
                if (str_eq(word, str_of(all[i].word)))
                    hints |= all[i].hints;
    return hints;
}
