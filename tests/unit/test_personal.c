/* Personal data and small counts: sixty-odd small files, what must be found in each and what must not. All persons,
 * numbers and accounts are invented; keys were computed by another program. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/jr.h"
#include "core/data/check/personal.h"
#include "core/data/intake/reader.h"

/* "kind:column=count …" of what a file's report says, personal data first. */
static void findings(const json_t *report, struct buf *out)
{
    static const char *const parts[] = {"personal", "secrecy"};
    for (size_t p = 0; p < 2; p++) {
        const json_t *f;
        size_t i;
        json_array_foreach(jr_array(jr_object(report, parts[p]), "findings"), i, f)
            buf_printf(out, "%s" STR_FMT ":" STR_FMT "=%lld", out->n ? " " : "", STR_ARG(jr_str(f, "kind")),
                       STR_ARG(jr_str(f, "column")), (long long)jr_i64(f, "count", 0));
    }
}

static json_t *report_of(struct str text, const char *options)
{
    struct reader r;
    struct err e = {0};
    struct buf out = {0};
    json_t *o = options ? jr_parse(str_of(options), &e) : NULL;
    if (!reader_open_bytes(&r, text, o, &e) || !reader_look(&r, &e))
        fail_msg("%s: " STR_FMT, e.detail, STR_ARG(text));
    reader_report(&r, &out);
    json_t *report = jr_parse(buf_str(&out), &e);
    assert_non_null(report);
    reader_close(&r);
    buf_free(&out);
    json_decref(o);
    return report;
}

/* clang-format off */
static const struct {
    const char *file, *want;
} files[] = {
    /* NIR, with its key, wherever it stands */
    {"nir;ville\n185057800608491;Tours\n269034958815748;Blois\n", "nir:nir=2"},
    {"numero;ville\n1 85 05 78 006 084 91;Tours\n", "nir:numero=1"},
    {"numero;ville\n185072A00401205;Ajaccio\n298112B03304459;Bastia\n", "nir:numero=2"},
    {"numero;ville\n1 85 07 2A 004 012 05;Ajaccio\n", "nir:numero=1"},
    {"note;ville\nDossier de l'assuré 2 55 08 14 168 025 38 à revoir;Caen\nrien;Caen\n", "nir:note=1"},
    {"secu;ville\n1850578006084;Tours\n", "nir:secu=1"},
    {"numero;ville\n185057800608492;Tours\n", ""},                 /* wrong key */
    {"numero;ville\n185137800608491;Tours\n", ""},                 /* no such month */
    {"numero;ville\n185057800608491A;Tours\n", ""},                /* more than a number */
    {"siret ou nir;ville\n22440002800011;Nantes\n199037511000106;Paris\n", "nir:siret_ou_nir=1"},
    {"numero;ville\n1.85057800608491;Tours\n", ""},                /* a decimal */
    {"numero;ville\n2021299351234 40;Brest\n", "nir:numero=1"},    /* born with an invented month: 29 */
    /* e-mail: of persons, not of services */
    {"contact;commune\nzoe.martin@tours.fr;Tours\nj.dupont@orleans.fr;Orléans\n", "email:contact=2"},
    {"contact;commune\nmairie@tours.fr;Tours\ncontact@orleans.fr;Orléans\n", ""},
    {"contact;commune\nmairie.saint-jean@wanadoo.fr;Saint-Jean\n", ""},
    {"contact;commune\nurbanisme@ville-blois.fr;Blois\nservice.eau@agglo.fr;Blois\n", ""},
    {"contact;commune\nbricolo45@gmail.com;Olivet\n", "email:contact=1"},
    {"contact;commune\nbibliotheque.olivet@gmail.com;Olivet\n", ""},
    {"texte;commune\nÉcrire à Paul.Durand@orange.fr, merci;Olivet\n", "email:texte=1"},
    {"courriel;commune\nopendata@region.example;Orléans\n", ""},
    {"courriel;commune\nce.0450001a@ac-orleans-tours.fr;Orléans\n", ""},
    {"courriel;commune\nzoe.martin@ac-orleans-tours.fr;Orléans\n", "email:courriel=1"},
    {"identifiant;commune\n@tours;Tours\nzoe@;Tours\n", ""},
    {"site;commune\nhttps://tours.fr/@mairie;Tours\n", ""},
    /* telephones */
    {"telephone;commune\n0612345678;Tours\n", "phone:telephone=1"},
    {"telephone;commune\n06 12 34 56 78;Tours\n07.12.34.56.78;Blois\n", "phone:telephone=2"},
    {"remarque;commune\nappeler le 06-12-34-56-78 le soir;Tours\n", "phone:remarque=1"},
    {"telephone;commune\n+33612345678;Tours\n+33 6 12 34 56 78;Blois\n", "phone:telephone=2"},
    {"telephone;commune\n612345678;Tours\n", "phone:telephone=1"},  /* its zero was lost */
    {"telephone;commune\n0238703030;Orléans\n02 47 00 00 00;Tours\n", ""}, /* desks */
    {"reference;commune\n0612345678;Tours\n0712345679;Blois\n", ""},      /* a number nobody called a phone */
    {"prenom;nom;telephone\nZoé;Martin;02 38 70 30 30\n", "name:nom=1 phone:telephone=1"},
    /* bank accounts */
    {"iban;ville\nFR7630006000011234567890189;Tours\n", "iban:iban=1"},
    {"compte;ville\nFR76 3000 6000 0112 3456 7890 189;Tours\n", "iban:compte=1"},
    {"compte;ville\nBE68539007547034;Tours\nDE89370400440532013000;Blois\nFR1420041010050500013M02606;Caen\n", "iban:compte=3"},
    {"compte;ville\nFR7630006000011234567890188;Tours\n", ""},
    {"remarque;ville\nvirer sur FR7630006000011234567890189 avant juin;Tours\n", "iban:remarque=1"},
    {"reference;ville\nFR76300060000112345678901890123;Tours\n", ""},
    /* names, by what stands beside them */
    {"nom;prenom;ville\nMartin;Zoé;Tours\nDupont;Jean-Luc;Blois\n", "name:nom=2"},
    {"nom_elu;prenom_elu;mandat\nMartin;Zoé;maire\n", "name:nom_elu=1"},
    {"NOM DE FAMILLE;Prénom\nMartin;Zoé\n", "name:nom_de_famille=1"},
    {"nom prenom;ville\nMARTIN Zoé;Tours\n", "name:nom_prenom=1"},
    {"responsable;ville\nMme Zoé Martin;Tours\nM. DUPONT;Blois\n", "name:responsable=2"},
    {"president;association\nJean Dupont;Club de lecture\n", "name:president=1"},
    {"COMMUNE_NOM;ENFANT_PRENOM;NOMBRE\nTours;Zoé;12\n", ""},       /* first names of a year: not persons */
    {"nom;commune\nJean Moulin;Tours\nMarie Curie;Blois\n", ""},     /* schools */
    {"nomBeneficiaire;montant\nAssociation Jean Moulin;100\nClub Marie Curie;200\n", ""},
    {"beneficiaire;montant\nCOMITE DES FETES;100\nHARMONIE MUNICIPALE;200\nJEAN MARTIN;50\nSTE ELECTRO;1\nLA BOULE;2\n", ""},
    {"contact;ville\nMairie annexe;Tours\n", ""},
    {"nom_rue;ville\nRue Jean Jaurès;Tours\n", ""},
    {"nom;prenom\n;\n12;34\n", ""},                                   /* nothing is written there */
    /* dates of birth */
    {"date_naissance;ville\n12/05/1985;Tours\n", "birth:date_naissance=1"},
    {"né le;ville\n1985-05-12;Tours\n", "birth:ne_le=1"},
    {"annee_naissance;ville\n1985;Tours\n", ""},
    {"date_creation;ville\n12/05/1985;Tours\n", ""},
    {"commune_naissance;ville\n45234;Tours\n", ""},
    /* what looks alike and is not: the budget of false positives is none */
    {"siret;commune\n22440002800011;Nantes\n22530001100015;Laval\n21450234400016;Orléans\n", ""},
    {"siren;code_postal\n224400028;44000\n225300011;53000\n", ""},
    {"code_insee;code_postal\n2A004;20000\n45234;45000\n", ""},
    {"longitude;latitude\n1.909251234567;47.902964123456\n", ""},
    {"uai;academie\n0450001A;Orléans-Tours\n", ""},
    {"geo;n\n\"{\"\"type\"\":\"\"Point\"\",\"\"coordinates\"\":[1.85057800608491,47.9]}\";1\n", ""},
    {"marche;montant\n2024-0612345678-01;1200\n", ""},
    {"ark;n\nark:/12148/bpt6k185057800608491x;1\n", ""},
    {"ean;produit\n3012345678901;lait\n", ""},
    {"date;heure\n2024-06-12;06:12:34\n", ""},
    /* small counts */
    {"commune;nb_eleves\nTours;12\nBlois;3\nCaen;0\n", "persons:nb_eleves=1"},
    {"commune;effectif\nTours;4\nBlois;5\n", "persons:effectif=1"},
    {"commune;taux_boursiers\nTours;3\n", ""},
    {"commune;population\nRochefourchat;1\n", ""},
    {"commune;nb_places\nTours;2\n", ""},
    {"secteur;nb_entreprises;chiffre_affaires\nverre;2;1000000\nbois;12;500000\n", "units:nb_entreprises=1"},
    {"secteur;nb_entreprises\nverre;2\n", ""},
    {"secteur;montant;part_du_premier\nverre;1000;92 %\nbois;1000;40 %\n", "dominance:part_du_premier=1"},
    {"secteur;montant;part_du_premier\nverre;1000;0,92\n", "dominance:part_du_premier=1"},
};
/* clang-format on */

static void test_small_files(void **state)
{
    unsigned wrong = 0;
    (void)state;
    assert_true(sizeof files / sizeof files[0] >= 60);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        struct buf got = {0};
        json_t *report = report_of(str_of(files[i].file), NULL);
        findings(report, &got);
        if (!str_eq(buf_str(&got), str_of(files[i].want)))
            print_error("%s\nwanted \"%s\", got \"" STR_FMT "\"\n", files[i].file, files[i].want, STR_ARG(buf_str(&got))), wrong++;
        buf_free(&got);
        json_decref(report);
    }
    assert_int_equal(wrong, 0);
}

/* A linear congruential row of numbers: the same on every run. */
static uint64_t next(uint64_t *x)
{
    *x = *x * 6364136223846793005u + 1442695040888963407u;
    return *x >> 17;
}

/* 20,000 rows each of SIRET, postal codes, fifteen-digit references, ten-digit references, amounts, service
 * addresses: the budget of false positives is none. One in 97 of the references passes the key of a NIR by chance. */
static void test_false_positives_of_many_rows(void **state)
{
    struct buf text = {.max = 16 << 20}, got = {0};
    uint64_t x = 42;
    (void)state;
    buf_addz(&text, "siret;code_postal;reference;dossier;montant;courriel\n");
    for (unsigned i = 0; i < 20000; i++)
        buf_printf(&text, "%014llu;%05llu;%llu%014llu;0%llu%08llu;%llu,%02llu;mairie%u@commune.fr\n",
                   (unsigned long long)(next(&x) % 100000000000000), (unsigned long long)(next(&x) % 100000),
                   (unsigned long long)(1 + next(&x) % 2), (unsigned long long)(next(&x) % 100000000000000),
                   (unsigned long long)(6 + next(&x) % 2), (unsigned long long)(next(&x) % 100000000),
                   (unsigned long long)(next(&x) % 1000000), (unsigned long long)(next(&x) % 100), i);
    json_t *report = report_of(buf_str(&text), NULL);
    findings(report, &got);
    assert_string_equal((buf_addc(&got, 0), got.p), "");
    assert_int_equal(jr_i64(jr_object(report, "personal"), "public_emails", 0), 20000);
    json_decref(report);
    buf_free(&got);
    buf_free(&text);
}

static void test_the_report_does_not_leak(void **state)
{
    struct buf out = {0};
    json_t *report = report_of(S("nom;prenom;nir;courriel\nMartin;Zoé;185057800608491;zoe.martin@tours.fr\n"), NULL);
    char *said = json_dumps(jr_object(report, "personal"), JSON_COMPACT);
    (void)state;
    assert_null(strstr(said, "Martin"));
    assert_null(strstr(said, "185057800608491"));
    assert_null(strstr(said, "zoe.martin"));
    assert_non_null(strstr(said, "@tours.fr"));
    free(said);
    json_decref(report);
    buf_free(&out);
}

static void test_the_threshold_is_the_regions(void **state)
{
    struct buf got = {0};
    json_t *report = report_of(S("commune;nb_eleves\nTours;12\nBlois;10\nCaen;11\n"), "{\"secrecy_threshold\":11}");
    (void)state;
    findings(report, &got);
    assert_true(str_eq(buf_str(&got), S("persons:nb_eleves=1")));
    json_decref(report);
    buf_free(&got);
}

/* Totals say nothing of the greatest unit: silence would be taken for a yes. */
static void test_dominance_that_totals_do_not_tell_is_said(void **state)
{
    (void)state;
    json_t *report = report_of(S("secteur;nb_entreprises;chiffre_affaires\nverre;12;1000\n"), NULL);
    const json_t *said = jr_array(jr_object(report, "secrecy"), "not_judged");
    assert_int_equal(json_array_size(said), 1);
    const json_t *reason = jr_object(json_array_get(said, 0), "reason");
    assert_true(str_eq(jr_str(reason, "code"), S("secrecy_no_share")));
    json_decref(report);
    report = report_of(S("secteur;nb_entreprises;chiffre_affaires;part_du_premier\nverre;12;1000;40 %\n"), NULL);
    assert_int_equal(json_array_size(jr_array(jr_object(report, "secrecy"), "not_judged")), 0);
    json_decref(report);
}

/* Glass: A brings 450 + 450 of 1000. Wood: two units. Water: three equal ones. Fire: 85 of 100, not more. */
static const char unit_rows[] = "secteur;nom;montant\nverre;Martin Zoé;450\nverre;Dupont Luc;50\nverre;Martin Zoé;450\n"
                                "verre;Petit Jean;50\nbois;Martin Zoé;10\nbois;Petit Jean;10\neau;a;5\neau;b;5\neau;c;5\n"
                                "feu;a;85\nfeu;b;10\nfeu;c;5\n";

static void test_sums_of_a_step_are_judged_by_their_units(void **state)
{
    struct buf got = {0};
    (void)state;
    json_t *report = report_of(str_of(unit_rows), "{\"steps\":[{\"do\":\"group\",\"columns\":[\"secteur\"],"
                                                  "\"sum\":[\"montant\"],\"unit\":\"nom\",\"into\":\"unites\"}]}");
    findings(report, &got);
    buf_addc(&got, '\0');
    assert_string_equal(got.p, "units:montant=1 dominance:montant=1"); /* and no names: they are not published */
    const json_t *dominated = json_array_get(jr_array(jr_object(report, "secrecy"), "findings"), 1), *rows = jr_object(report, "rows");
    assert_true(str_eq(jr_str(json_array_get(jr_array(dominated, "cells"), 0), "value"), S("1000")));
    assert_int_equal(json_array_size(jr_array(jr_object(report, "secrecy"), "not_judged")), 0);
    assert_int_equal(jr_i64(rows, "seen", 0), 12);
    assert_int_equal(jr_i64(rows, "kept", 0), 4);
    assert_int_equal(jr_i64(rows, "grouped", 0), 8);
    json_decref(report);
    buf_reset(&got);
    report = report_of(str_of(unit_rows), "{\"steps\":[{\"do\":\"group\",\"columns\":[\"secteur\"],\"sum\":[\"montant\"],\"into\":\"lignes\"}]}");
    findings(report, &got);
    assert_int_equal(got.n, 0);
    const json_t *said = json_array_get(jr_array(jr_object(report, "secrecy"), "not_judged"), 0);
    assert_true(str_eq(jr_str(jr_object(said, "reason"), "code"), S("secrecy_no_unit")));
    json_decref(report);
    buf_free(&got);
}

static struct str notes_of(const json_t *report, struct buf *out)
{
    const json_t *said;
    size_t i;
    json_array_foreach(jr_array(jr_object(report, "secrecy"), "not_judged"), i, said)
        buf_printf(out, "%s" STR_FMT ":" STR_FMT, out->n ? " " : "", STR_ARG(jr_str(said, "column")),
                   STR_ARG(jr_str(jr_object(said, "reason"), "code")));
    return buf_str(out);
}

/* No step names the unit; one column's name does, where it is not the payer's, says more than one thing, and stands alone. */
static void test_sums_are_judged_by_the_unit_that_a_column_announces(void **state)
{
    static const struct {
        const char *header, *found, *notes; /* of: secteur, a number, an amount, a second number */
    } rows[] = {
        {"secteur;N° SIRET;montant;x", "units:montant=1 dominance:montant=1", "montant:secrecy_unit_taken"},
        {"secteur;siren_beneficiaire;montant;x", "units:montant=1 dominance:montant=1", "montant:secrecy_unit_taken"},
        {"secteur;nom;montant;x", "", "montant:secrecy_no_unit"},
        {"secteur;siret_acheteur;montant;x", "", "montant:secrecy_no_unit"},
        {"secteur;siret;montant;siren", "", "montant:secrecy_no_unit"}, /* which of both? */
        {"secteur;x;montant;siret", "", "montant:secrecy_no_unit"},     /* the same in all rows */
        {"secteur;siret;surface;x", "", "surface:secrecy_no_unit"},     /* no amount of money */
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buf text = {0}, steps = {0}, got = {0}, notes = {0};
        const char *sum = strstr(rows[i].header, "surface") ? "surface" : "montant";
        buf_printf(&text, "%s\nverre;1;450;7\nverre;2;50;7\nverre;1;450;7\nverre;3;50;7\nbois;1;10;7\nbois;3;10;7\neau;4;5;7\neau;5;5;7\neau;6;5;7\n", rows[i].header);
        buf_printf(&steps, "{\"steps\":[{\"do\":\"group\",\"columns\":[\"secteur\"],\"sum\":[\"%s\"],\"into\":\"lignes\"}]}", sum);
        buf_addc(&steps, 0);
        json_t *report = report_of(buf_str(&text), steps.p);
        findings(report, &got);
        if (!str_eq(buf_str(&got), str_of(rows[i].found)) || !str_eq(notes_of(report, &notes), str_of(rows[i].notes)))
            fail_msg("%s: " STR_FMT ", " STR_FMT, rows[i].header, STR_ARG(buf_str(&got)), STR_ARG(buf_str(&notes)));
        json_decref(report);
        buf_free(&text);
        buf_free(&steps);
        buf_free(&got);
        buf_free(&notes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small_files),
        cmocka_unit_test(test_false_positives_of_many_rows),
        cmocka_unit_test(test_the_report_does_not_leak),
        cmocka_unit_test(test_the_threshold_is_the_regions),
        cmocka_unit_test(test_dominance_that_totals_do_not_tell_is_said),
        cmocka_unit_test(test_sums_of_a_step_are_judged_by_their_units),
        cmocka_unit_test(test_sums_are_judged_by_the_unit_that_a_column_announces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
