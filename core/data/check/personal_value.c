/* One value looked at alone: NIR, IBAN, whose address it is, whether it is a person's name. */
#include <ctype.h>

#include "core/data/check/personal.h"
#include "core/data/check/personal_value.h"

static unsigned digit(char c)
{
    return (unsigned)(c - '0');
}

static unsigned two(struct str s, size_t at)
{
    return digit(s.p[at]) * 10 + digit(s.p[at + 1]);
}

/* Sex, year, month, département, commune, order, key. Months over 12 are those of the registers
 * that lack one. */
bool personal_is_nir(struct str s)
{
    uint64_t n = 0;
    if (s.n != 15 || !strchr("123478", s.p[0]))
        return false;
    bool corsica = s.p[5] == '2' && (s.p[6] == 'A' || s.p[6] == 'B');
    for (size_t i = 0; i < 15; i++) {
        if (i == 6 && corsica)
            n = n * 10 + (s.p[6] == 'A' ? 9 : 8);
        else if (!isdigit((unsigned char)s.p[i]))
            return false;
        else if (i < 13)
            n = n * 10 + digit(s.p[i]);
        if (i == 6 && corsica)
            n -= 10; /* 2A is 19, 2B is 18: the 2 before it becomes a 1 */
    }
    unsigned month = two(s, 3), department = corsica ? 20 : two(s, 5);
    bool months = (month >= 1 && month <= 12) || (month >= 20 && month <= 42) || month >= 50;
    return months && department >= 1 && department != 96 && 97 - n % 97 == two(s, 13);
}

bool personal_is_iban(struct str s)
{
    static const char lengths[] =
        "AD24AT20BE16CH21CY28CZ24DE22DK18EE20ES24FI18FR27GB22GR27HR21HU28IE22IT27LT20LU20LV21MC27"
        "MT31NL18NO15PL28PT25RO24SE24SI19SK24SM27";
    unsigned long rest = 0;
    bool known = false;
    for (size_t i = 0; i + 4 < sizeof lengths && s.n >= 15; i += 4)
        known = known || (s.p[0] == lengths[i] && s.p[1] == lengths[i + 1] &&
                          s.n == digit(lengths[i + 2]) * 10 + digit(lengths[i + 3]));
    for (size_t i = 0; known && i < s.n; i++) {
        char c = s.p[(i + 4) % s.n];
        if (isdigit((unsigned char)c))
            rest = (rest * 10 + digit(c)) % 97;
        else if (c >= 'A' && c <= 'Z')
            rest = (rest * 100 + (unsigned)(c - 'A') + 10) % 97;
        else
            return false;
    }
    return known && rest == 1;
}

/* ---- words ---- */

bool personal_word_in(struct str word, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(word, str_of(list[i])))
            return true;
    return false;
}

/* The next run of letters from *at, folded to lower ASCII, at most 31 bytes; false: none is left.
 */
bool personal_word(struct str s, size_t *at, char z[32], struct str *word)
{
    static const char fold[] =
        "aaaaaaaceeeeiiiidnooooo*ouuuuytsaaaaaaaceeeeiiiidnooooo/ouuuuyty"; /* U+00C0 to U+00FF */
    size_t n = 0;
    for (; *at < s.n; (*at)++) {
        unsigned char c = (unsigned char)s.p[*at];
        bool latin = c == 0xC3 && *at + 1 < s.n && (unsigned char)s.p[*at + 1] >= 0x80;
        if (isalpha(c) || latin) {
            if (latin)
                (*at)++;
            if (n < 31)
                z[n++] = latin ? fold[(unsigned char)s.p[*at] & 0x3f] : (char)tolower(c);
        } else if (n > 0) {
            break;
        }
    }
    *word = (struct str){z, n};
    return n > 0;
}

static const char *const first_names[] = {
    "adele",      "adrien",     "agathe",     "agnes",      "ahmed",      "alain",     "albert",
    "alexandra",  "alexandre",  "alexis",     "alice",      "aline",      "ali",       "amandine",
    "amelie",     "amina",      "anais",      "andre",      "andrea",     "andree",    "ange",
    "angelique",  "anita",      "anna",       "anne",       "annick",     "annie",     "anthony",
    "antoine",    "antoinette", "ariane",     "armand",     "arnaud",     "arthur",    "audrey",
    "augustin",   "aurelie",    "aurelien",   "aurore",     "axel",       "baptiste",  "basile",
    "beatrice",   "benjamin",   "benoit",     "bernadette", "bernard",    "bertrand",  "brigitte",
    "bruno",      "camille",    "carine",     "carole",     "caroline",   "catherine", "cecile",
    "cedric",     "celia",      "celine",     "chantal",    "charles",    "charlotte", "chloe",
    "christelle", "christian",  "christiane", "christine",  "christophe", "clara",     "claire",
    "clarisse",   "claude",     "claudette",  "claudine",   "clemence",   "clement",   "colette",
    "coralie",    "corinne",    "cyril",      "damien",     "daniel",     "daniele",   "danielle",
    "david",      "deborah",    "delphine",   "denis",      "denise",     "didier",    "dominique",
    "dorothee",   "edith",      "edouard",    "elena",      "eliane",     "elisa",     "elisabeth",
    "elise",      "elodie",     "emile",      "emilie",     "emma",       "emmanuel",  "emmanuelle",
    "enzo",       "eric",       "estelle",    "esther",     "ethan",      "eugene",    "eva",
    "evelyne",    "fabien",     "fabienne",   "fabrice",    "fatima",     "fatou",     "felix",
    "fernand",    "florence",   "florent",    "florian",    "france",     "francine",  "francis",
    "franck",     "francois",   "francoise",  "frederic",   "frederique", "gabriel",   "gabrielle",
    "gael",       "gaelle",     "genevieve",  "geoffrey",   "georges",    "georgette", "gerald",
    "gerard",     "germaine",   "ghislaine",  "gilbert",    "gilles",     "ginette",   "gregory",
    "guillaume",  "gustave",    "guy",        "gwenaelle",  "helene",     "henri",     "henriette",
    "herve",      "hubert",     "hugo",       "hugues",     "ines",       "irene",     "isabelle",
    "jacqueline", "jacques",    "jade",       "jean",       "jeanine",    "jeanne",    "jeremy",
    "jerome",     "jessica",    "joel",       "joelle",     "johann",     "jonathan",  "joseph",
    "josette",    "josiane",    "jules",      "julia",      "julie",      "julien",    "juliette",
    "justine",    "karim",      "karine",     "kevin",      "khadija",    "laetitia",  "lara",
    "laura",      "laure",      "laurence",   "laurent",    "lea",        "leo",       "leon",
    "leonie",     "liliane",    "lina",       "lionel",     "lisa",       "loic",      "lola",
    "lou",        "louis",      "louise",     "luc",        "lucas",      "lucie",     "lucien",
    "lucienne",   "ludovic",    "lydie",      "lyliane",    "madeleine",  "mael",      "maeva",
    "manon",      "manuel",     "marc",       "marcel",     "marcelle",   "margaux",   "margot",
    "marguerite", "maria",      "marie",      "marina",     "marine",     "marion",    "marius",
    "marlene",    "martial",    "martin",     "martine",    "maryse",     "mathieu",   "mathilde",
    "mathis",     "matthieu",   "maud",       "maurice",    "maxime",     "mehdi",     "melanie",
    "melissa",    "michel",     "michele",    "micheline",  "michelle",   "mickael",   "mireille",
    "mohamed",    "monique",    "morgane",    "muriel",     "myriam",     "nadege",    "nadia",
    "nadine",     "natacha",    "nathalie",   "nathan",     "nicolas",    "nicole",    "noemie",
    "nora",       "oceane",     "odette",     "odile",      "olivia",     "olivier",   "pascal",
    "pascale",    "patrice",    "patricia",   "patrick",    "paul",       "paule",     "paulette",
    "pauline",    "perrine",    "philippe",   "pierre",     "quentin",    "rachel",    "raphael",
    "raymond",    "raymonde",   "regine",     "regis",      "remi",       "remy",      "rene",
    "renee",      "richard",    "robert",     "roger",      "roland",     "romain",    "romane",
    "rosalie",    "rose",       "roxane",     "sabine",     "sabrina",    "salome",    "samia",
    "samir",      "samuel",     "sandra",     "sandrine",   "sara",       "sarah",     "sebastien",
    "serge",      "severine",   "simon",      "simone",     "sofia",      "solange",   "sonia",
    "sophie",     "stephane",   "stephanie",  "suzanne",    "sylvain",    "sylvie",    "tatiana",
    "theo",       "therese",    "thibault",   "thibaut",    "thierry",    "thomas",    "timothee",
    "tom",        "valentin",   "valentine",  "valerie",    "vanessa",    "veronique", "victor",
    "victoire",   "vincent",    "virginie",   "viviane",    "xavier",     "yann",      "yannick",
    "yasmina",    "yasmine",    "yohan",      "youssef",    "yves",       "yvette",    "yvonne",
    "zoe",
};

static const char *const bodies[] = {
    "academie",    "agence",        "agglomeration", "amicale",    "amis",         "ass",
    "asso",        "association",   "atelier",       "banque",     "bibliotheque", "caisse",
    "centre",      "cercle",        "chambre",       "club",       "college",      "comite",
    "commune",     "communaute",    "compagnie",     "conseil",    "cooperative",  "creche",
    "departement", "direction",     "ecole",         "eglise",     "ensemble",     "entreprise",
    "espace",      "etablissement", "federation",    "ferme",      "festival",     "fondation",
    "foyer",       "gare",          "groupe",        "groupement", "gymnase",      "hopital",
    "hotel",       "immeuble",      "institut",      "jardin",     "ligue",        "lycee",
    "mairie",      "maison",        "mediatheque",   "mission",    "musee",        "office",
    "parc",        "parking",       "piscine",       "place",      "pole",         "region",
    "residence",   "rue",           "salle",         "sarl",       "sas",          "sci",
    "secours",     "section",       "service",       "societe",    "square",       "stade",
    "station",     "syndicat",      "theatre",       "union",      "universite",   "ville",
    "saint",       "sainte",        "avenue",        "boulevard",  "chemin",       "impasse",
    "allee",
};

bool personal_is_first_name(struct str word)
{
    return personal_word_in(word, first_names, sizeof first_names / sizeof first_names[0]);
}

/* "Mme Zoé MARTIN", "DUPONT Jean-Luc": two to five words, a first name or a title among them, no
 * word of a body. */
bool personal_is_person(struct str s)
{
    static const char *const titles[] = {"m",        "mr",     "mme",          "mlle",
                                         "monsieur", "madame", "mademoiselle", "dr"};
    char z[32];
    struct str word;
    size_t words = 0, at = 0;
    bool first = false, title = false;
    if (s.n < 4 || s.n > 80)
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (isdigit((unsigned char)s.p[i]) || s.p[i] == '@')
            return false;
    while (personal_word(s, &at, z, &word)) {
        if (personal_word_in(word, bodies, sizeof bodies / sizeof bodies[0]))
            return false;
        if (words == 0 && personal_word_in(word, titles, sizeof titles / sizeof titles[0])) {
            title = true;
            continue;
        }
        first = first || personal_is_first_name(word);
        words++;
    }
    return words <= 5 && ((title && words >= 1) || (first && words >= 2));
}

/* ---- addresses ---- */

static const char *const service_words[] = {
    "accueil",
    "achat",
    "achats",
    "admin",
    "administration",
    "adm",
    "agence",
    "agglo",
    "asso",
    "association",
    "bibliotheque",
    "bureau",
    "cabinet",
    "ccas",
    "centre",
    "chambre",
    "cinema",
    "collectivite",
    "collectivites",
    "college",
    "comite",
    "commande",
    "commune",
    "communication",
    "communaute",
    "compta",
    "comptabilite",
    "conseil",
    "contact",
    "contacts",
    "courrier",
    "creche",
    "culture",
    "dae",
    "data",
    "dechets",
    "departement",
    "direction",
    "dpo",
    "dechetterie",
    "donnees",
    "dsi",
    "eau",
    "ecole",
    "education",
    "elus",
    "enfance",
    "environnement",
    "espace",
    "etat",
    "finances",
    "foyer",
    "gestion",
    "gym",
    "gymnase",
    "hello",
    "hotel",
    "info",
    "infos",
    "information",
    "informations",
    "jeunesse",
    "lycee",
    "mairie",
    "maison",
    "maintenance",
    "marches",
    "mediatheque",
    "ml",
    "mobilite",
    "musee",
    "noreply",
    "office",
    "opendata",
    "parking",
    "piscine",
    "police",
    "population",
    "presidence",
    "presse",
    "proprete",
    "pole",
    "rectorat",
    "region",
    "reservation",
    "rgpd",
    "rh",
    "sante",
    "scolaire",
    "secretariat",
    "service",
    "services",
    "sig",
    "siege",
    "social",
    "sport",
    "sports",
    "standard",
    "stationnement",
    "support",
    "sante",
    "syndicat",
    "technique",
    "techniques",
    "theatre",
    "tourisme",
    "transport",
    "transports",
    "urbanisme",
    "ville",
    "voirie",
    "webmaster",
    "cdi",
    "ce",
    "ddt",
    "ddtm",
    "dreal",
    "prefecture",
    "greffe",
    "communes",
};

static const char *const personal_hosts[] = {
    "gmail.com",        "orange.fr",   "wanadoo.fr", "free.fr",        "hotmail.com",
    "hotmail.fr",       "outlook.com", "outlook.fr", "yahoo.fr",       "yahoo.com",
    "live.fr",          "laposte.net", "sfr.fr",     "neuf.fr",        "icloud.com",
    "bbox.fr",          "aol.com",     "msn.com",    "protonmail.com", "numericable.fr",
    "club-internet.fr", "me.com",      "proton.me",  "gmx.fr",         "live.com",
};

/* Zoé.Martin@, z.martin@, martin-zoe@: two words, a first name or an initial among them. */
static bool names_person(struct str local)
{
    char z[32];
    struct str word;
    size_t words = 0, at = 0;
    bool first = false, initial = false;
    while (personal_word(local, &at, z, &word)) {
        first = first || personal_is_first_name(word);
        initial = initial || (word.n == 1 && words == 0);
        words++;
    }
    return words >= 2 && words <= 4 && (first || initial);
}

bool personal_is_service(struct str address)
{
    char z[32];
    struct str word;
    ptrdiff_t at_sign = str_chr(address, '@');
    if (at_sign < 1)
        return true;
    struct str local = str_part(address, 0, (size_t)at_sign),
               host = str_from(address, (size_t)at_sign + 1);
    for (size_t at = 0; personal_word(local, &at, z, &word);)
        if (personal_word_in(word, service_words, sizeof service_words / sizeof service_words[0]) ||
            (word.n > 6 && (str_starts(word, S("mairie")) || str_starts(word, S("commune")) ||
                            str_starts(word, S("contact")))))
            return true;
    for (size_t i = 0; i < sizeof personal_hosts / sizeof personal_hosts[0]; i++)
        if (str_ieq(host, str_of(personal_hosts[i])))
            return false;
    return !names_person(local);
}
