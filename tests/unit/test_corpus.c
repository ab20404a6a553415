/* Real French files (standards.md section 6), where a folder of them is given: TERRASSE_CORPUS. Without
 * it there is nothing to run and nothing is counted. Counts are those other programs found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/jr.h"
#include "core/data/intake/reader.h"

/* clang-format off */
static const struct {
    const char *file;
    int64_t kept, blank;
    size_t columns;
    const char *types; /* name=type, … */
} files[] = {
    {"csv/44_subventions_associations.csv", 18148, 0, 18, /* 1 to 6 */
     "identification_de_l_attribuant=text identification_du_beneficiaire=text montant_du_pret=decimal "
     "montant_de_la_garantie=decimal objet_de_la_subvention=text montant_total_de_la_subvention=decimal"},
    {"csv/49_subventions_associations.csv", 11843, 0, 7, "siret_ou_nir=text mandate=decimal code_postal=text"},
    {"csv/72_subventions_2018_latin1.csv", 1625, 0, 9, /* 10 to 13 */
     "annee=int cp=text montant_de_la_subvention_de_fonctionnement_1=text montant_de_la_garantie_2=decimal"},
    {"csv/plf2015_nomenclature_latin1.csv", 684, 38, 7, "code_action=text"},
    {"csv/plf2012_jaune_associations_latin1.csv", 37679, 0, 5, "siren=text total_des_subventions=int"},
    {"csv/laposte_hexasmal.csv", 39204, 0, 7, "code_commune_insee=text code_postal=text latitude=decimal"},
    {"csv/codes_postaux_voies_101k.csv", 101014, 0, 9, "codecommune=text codevoie=text"},
    {"csv/communes_cvl_2026.csv", 1754, 0, 8, "code=text siren=text departement=text region=text population=int"},
    {"csv/velib_stations.csv", 1468, 0, 4,
     "identifiant_station=text capacite_de_la_station=int coordonnees_geographiques=geo_point_2d"},
    {"csv/ips_lycees.csv", 21777, 0, 15, "rentree_scolaire=text code_du_departement=text ips_ensemble_gt_pro=decimal"},
    {"csv/poursuite_etudes_large.csv", 2154, 0, 27, "rentree_session=int"},
    {"csv/calendrier_scolaire_latin1.csv", 18, 0, 9, "start_date=datetime column_2=text"},
    {"csv/92_aires_livraison.csv", 1007, 0, 16, "geo_point_2d=geo_point_2d cp=text"},
    {"xlsx/53_conventions_2018.xlsx", 175, 0, 15, "idattribuant=text montant=decimal"},
};
/* clang-format on */

static const json_t *column_named(const json_t *report, struct str name)
{
    const json_t *c;
    size_t i;
    json_array_foreach(jr_array(report, "columns"), i, c) {
        if (str_eq(jr_str(c, "name"), name))
            return c;
    }
    return NULL;
}

static void check_types(const char *file, const json_t *report, struct str types)
{
    struct str pair, name;
    while (str_cut(&types, ' ', &pair)) {
        str_cut(&pair, '=', &name);
        struct str got = jr_str(column_named(report, name), "type");
        if (!str_eq(got, pair))
            fail_msg("%s: " STR_FMT " is \"" STR_FMT "\"", file, STR_ARG(name), STR_ARG(got));
    }
}

static void test_files(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char path[512];
        struct reader r = {0};
        struct err e = {0};
        struct buf out = {0};
        snprintf(path, sizeof path, "%s/%s", getenv("TERRASSE_CORPUS"), files[i].file);
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0 || !reader_open(&r, fd, NULL, &e) || !reader_look(&r, &e))
            fail_msg("%s: %s", path, e.detail);
        reader_report(&r, &out);
        json_t *report = jr_parse(buf_str(&out), &e);
        if (r.counts.kept != (uint64_t)files[i].kept || r.counts.blank != (uint64_t)files[i].blank ||
            r.counts.aside != 0 || r.ncolumns != files[i].columns)
            fail_msg("%s: %llu kept, %zu columns", path, (unsigned long long)r.counts.kept, r.ncolumns);
        check_types(path, report, str_of(files[i].types));
        json_decref(report);
        buf_free(&out);
        reader_close(&r);
        close(fd);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_files)};
    return getenv("TERRASSE_CORPUS") ? cmocka_run_group_tests(tests, NULL, NULL) : 0;
}
