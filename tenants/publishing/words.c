#include "tenants/publishing/words.h"

/* clang-format off */
const struct frequency frequencies[] = {
    {"Lorsque nécessaire", "As needed",     "AS_NEEDED",   "punctual",    "Ponctuelle",                                0},
    {"Non planifiée",      "Not planned",   "NOT_PLANNED", "notPlanned",  "Ponctuelle",                                0},
    {"Irrégulière",        "Irregular",     "IRREG",       "irregular",   "Irrégulière",                               0},
    {"Continue",           "Continuous",    "UPDATE_CONT", "continuous",  "Continuelle",                               0},
    {"Temps réel",         "Real time",     "UPDATE_CONT", "continuous",  "Continuelle",                               0},
    {"Journalière",        "Daily",         "DAILY",       "daily",       "Quotidienne ou plusieurs fois par jour",    1},
    {"Hebdomadaire",       "Weekly",        "WEEKLY",      "weekly",      "Hebdomadaire ou plusieurs fois par semaine", 7},
    {"Bi-mensuelle",       "Twice a month", "MONTHLY_2",   "semimonthly", "Mensuelle ou plusieurs fois par mois",      16},
    {"Mensuelle",          "Monthly",       "MONTHLY",     "monthly",     "Mensuelle ou plusieurs fois par mois",      31},
    {"Trimestrielle",      "Quarterly",     "QUARTERLY",   "quarterly",   "Trimestrielle",                             94},
    {"Bi-annuelle",        "Twice a year",  "ANNUAL_2",    "semiannual",  "Semestrielle",                              184},
    {"Annuelle",           "Yearly",        "ANNUAL",      "annual",      "Annuelle",                                  366},
    {"Inconnue",           "Unknown",       "UNKNOWN",     "unknown",     "Inconnue",                                  0},
};
const size_t frequencies_n = sizeof frequencies / sizeof frequencies[0];

const struct granularity granularities[] = {
    {"point",       "point",        "poi",            "Infracommunale"},
    {"adresse",     "address",      "poi",            "Infracommunale"},
    {"IRIS",        "IRIS",         "fr:iris",        "Infracommunale"},
    {"commune",     "commune",      "fr:commune",     "Communale"},
    {"EPCI",        "EPCI",         "fr:epci",        "Intercommunale"},
    {"canton",      "canton",       "fr:canton",      "Cantonale"},
    {"département", "département",  "fr:departement", "Départementale"},
    {"région",      "region",       "fr:region",      "Régionale"},
    {"pays",        "country",      "country",        "Autre"},
    {"autre",       "other",        "other",          "Autre"},
};
const size_t granularities_n = sizeof granularities / sizeof granularities[0];
/* clang-format on */

const struct frequency *frequency_find(struct str fr)
{
    for (size_t i = 0; i < frequencies_n; i++)
        if (str_eq(fr, str_of(frequencies[i].fr)))
            return &frequencies[i];
    return NULL;
}

const struct granularity *granularity_find(struct str fr)
{
    for (size_t i = 0; i < granularities_n; i++)
        if (str_eq(fr, str_of(granularities[i].fr)))
            return &granularities[i];
    return NULL;
}
