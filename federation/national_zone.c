/* Zones of the national portal, by the names people write as coverage. Source: INSEE, code officiel géographique 2026. */
#include "federation/national_map.h"
#include "tenants/directory/slug.h"

/* clang-format off */
static const struct zone {
    const char *slug, *id; /* the name as slug_make writes it */
} zones[] = {
    {"france", "country:fr"}, {"france-entiere", "country:fr"}, {"france-metropolitaine", "country-subset:fr:metro"},
    {"guadeloupe", "fr:region:01"}, {"martinique", "fr:region:02"}, {"guyane", "fr:region:03"},
    {"la-reunion", "fr:region:04"}, {"mayotte", "fr:region:06"}, {"ile-de-france", "fr:region:11"},
    {"centre-val-de-loire", "fr:region:24"}, {"bourgogne-franche-comte", "fr:region:27"},
    {"normandie", "fr:region:28"}, {"hauts-de-france", "fr:region:32"}, {"grand-est", "fr:region:44"},
    {"pays-de-la-loire", "fr:region:52"}, {"bretagne", "fr:region:53"}, {"nouvelle-aquitaine", "fr:region:75"},
    {"occitanie", "fr:region:76"}, {"auvergne-rhone-alpes", "fr:region:84"},
    {"provence-alpes-cote-d-azur", "fr:region:93"}, {"corse", "fr:region:94"},
    {"ain", "fr:departement:01"}, {"aisne", "fr:departement:02"}, {"allier", "fr:departement:03"},
    {"alpes-de-haute-provence", "fr:departement:04"}, {"hautes-alpes", "fr:departement:05"},
    {"alpes-maritimes", "fr:departement:06"}, {"ardeche", "fr:departement:07"}, {"ardennes", "fr:departement:08"},
    {"ariege", "fr:departement:09"}, {"aube", "fr:departement:10"}, {"aude", "fr:departement:11"},
    {"aveyron", "fr:departement:12"}, {"bouches-du-rhone", "fr:departement:13"}, {"calvados", "fr:departement:14"},
    {"cantal", "fr:departement:15"}, {"charente", "fr:departement:16"}, {"charente-maritime", "fr:departement:17"},
    {"cher", "fr:departement:18"}, {"correze", "fr:departement:19"}, {"corse-du-sud", "fr:departement:2A"},
    {"haute-corse", "fr:departement:2B"}, {"cote-d-or", "fr:departement:21"}, {"cotes-d-armor", "fr:departement:22"},
    {"creuse", "fr:departement:23"}, {"dordogne", "fr:departement:24"}, {"doubs", "fr:departement:25"},
    {"drome", "fr:departement:26"}, {"eure", "fr:departement:27"}, {"eure-et-loir", "fr:departement:28"},
    {"finistere", "fr:departement:29"}, {"gard", "fr:departement:30"}, {"haute-garonne", "fr:departement:31"},
    {"gers", "fr:departement:32"}, {"gironde", "fr:departement:33"}, {"herault", "fr:departement:34"},
    {"ille-et-vilaine", "fr:departement:35"}, {"indre", "fr:departement:36"}, {"indre-et-loire", "fr:departement:37"},
    {"isere", "fr:departement:38"}, {"jura", "fr:departement:39"}, {"landes", "fr:departement:40"},
    {"loir-et-cher", "fr:departement:41"}, {"loire", "fr:departement:42"}, {"haute-loire", "fr:departement:43"},
    {"loire-atlantique", "fr:departement:44"}, {"loiret", "fr:departement:45"}, {"lot", "fr:departement:46"},
    {"lot-et-garonne", "fr:departement:47"}, {"lozere", "fr:departement:48"}, {"maine-et-loire", "fr:departement:49"},
    {"manche", "fr:departement:50"}, {"marne", "fr:departement:51"}, {"haute-marne", "fr:departement:52"},
    {"mayenne", "fr:departement:53"}, {"meurthe-et-moselle", "fr:departement:54"}, {"meuse", "fr:departement:55"},
    {"morbihan", "fr:departement:56"}, {"moselle", "fr:departement:57"}, {"nievre", "fr:departement:58"},
    {"nord", "fr:departement:59"}, {"oise", "fr:departement:60"}, {"orne", "fr:departement:61"},
    {"pas-de-calais", "fr:departement:62"}, {"puy-de-dome", "fr:departement:63"},
    {"pyrenees-atlantiques", "fr:departement:64"}, {"hautes-pyrenees", "fr:departement:65"},
    {"pyrenees-orientales", "fr:departement:66"}, {"bas-rhin", "fr:departement:67"}, {"haut-rhin", "fr:departement:68"},
    {"rhone", "fr:departement:69"}, {"haute-saone", "fr:departement:70"}, {"saone-et-loire", "fr:departement:71"},
    {"sarthe", "fr:departement:72"}, {"savoie", "fr:departement:73"}, {"haute-savoie", "fr:departement:74"},
    {"paris", "fr:departement:75"}, {"seine-maritime", "fr:departement:76"}, {"seine-et-marne", "fr:departement:77"},
    {"yvelines", "fr:departement:78"}, {"deux-sevres", "fr:departement:79"}, {"somme", "fr:departement:80"},
    {"tarn", "fr:departement:81"}, {"tarn-et-garonne", "fr:departement:82"}, {"var", "fr:departement:83"},
    {"vaucluse", "fr:departement:84"}, {"vendee", "fr:departement:85"}, {"vienne", "fr:departement:86"},
    {"haute-vienne", "fr:departement:87"}, {"vosges", "fr:departement:88"}, {"yonne", "fr:departement:89"},
    {"territoire-de-belfort", "fr:departement:90"}, {"essonne", "fr:departement:91"},
    {"hauts-de-seine", "fr:departement:92"}, {"seine-saint-denis", "fr:departement:93"},
    {"val-de-marne", "fr:departement:94"}, {"val-d-oise", "fr:departement:95"},
};
/* clang-format on */

/* The département of a commune's INSEE code: two characters, three overseas. */
static struct str departement_of(struct arena *a, struct str insee)
{
    size_t n = str_starts(insee, S("97")) ? 3 : 2;
    return arena_printf(a, "fr:departement:" STR_FMT, STR_ARG(str_part(insee, 0, n)));
}

struct str national_zone(struct arena *a, struct str place, struct str source_name, struct str insee, struct str siren,
                         bool larger)
{
    struct str slug = slug_make(a, place, 100);
    for (size_t i = 0; i < sizeof zones / sizeof zones[0]; i++)
        if (str_eq(slug, str_of(zones[i].slug)))
            return larger ? S("country:fr") : str_of(zones[i].id);
    if (!str_eq(slug, slug_make(a, source_name, 100)))
        return STR_NONE;
    if (insee.n == 5)
        return larger ? departement_of(a, insee) : arena_printf(a, "fr:commune:" STR_FMT, STR_ARG(insee));
    if (siren.n == 9 && siren.p[0] == '2')
        return larger ? S("country:fr") : arena_printf(a, "fr:epci:" STR_FMT, STR_ARG(siren));
    return STR_NONE;
}
