#include "core/data/query/query_parameter.h"

#define ASKED (OF_LIST | OF_ROWS | OF_FILES | OF_CATALOGUE_FILES)
#define PAGED (ASKED | OF_FEEDS)
#define FILTERED (PAGED | OF_FACETS)
#define ONE_LANGUAGE "[\"fr\", \"en\", \"nl\", \"pt\", \"it\", \"ar\", \"de\", \"es\", \"ca\", \"eu\", \"sv\"]"

/* clang-format off */
const struct query_parameter query_parameters[] = {
    {"select", "string", NULL, NULL, "What the answer holds: fields, functions, aggregates, each with an optional name",
     "Ce que contient la réponse : champs, fonctions, agrégats, chacun avec un nom si l’on veut", false, ASKED | OF_ONE | OF_ROW},
    {"where", "string", NULL, NULL, "A condition; several are all to be met", "Une condition ; plusieurs se cumulent", true, FILTERED},
    {"group_by", "string", NULL, NULL, "Fields or functions to group by", "Champs ou fonctions de regroupement", false, ASKED},
    {"order_by", "string", NULL, NULL, "Order, with asc or desc", "Ordre, avec asc ou desc", false, PAGED},
    {"limit", "integer", NULL, NULL, "How many at most: 10 unless asked otherwise, 100 at most (groups 20,000); files: all",
     "Combien au plus : 10 par défaut, 100 au plus (groupes 20 000) ; fichiers : tout", false, PAGED},
    {"offset", "integer", "0", NULL, "How many to leave out; offset + limit is 10,000 at most, but in files",
     "Combien en passer ; offset + limit ne dépasse pas 10 000, sauf dans les fichiers", false, PAGED},
    {"after", "string", NULL, NULL, "Where a walk over more than 10,000 rows goes on: from Link rel=next",
     "Où reprend un parcours de plus de 10 000 lignes : de l’en-tête Link rel=next", false, OF_ROWS},
    {"refine", "string", NULL, NULL, "facet:value", "facette:valeur", true, FILTERED},
    {"exclude", "string", NULL, NULL, "facet:value to leave out", "facette:valeur à exclure", true, FILTERED},
    {"facet", "string", NULL, NULL, "A facet to count", "Une facette à compter", true, OF_FACETS},
    {"lang", "string", NULL, ONE_LANGUAGE, "Language of dates in words", "Langue des dates en lettres", false, FILTERED | OF_ONE | OF_ROW},
    {"timezone", "string", "\"UTC\"", NULL, "Time zone of the IANA database", "Fuseau de la base IANA", false, FILTERED | OF_ONE | OF_ROW},
    {"include_links", "boolean", "false", NULL, "Adds _links", "Ajoute _links", false, OF_LIST | OF_ONE | OF_ROWS | OF_ROW},
    {"include_app_metas", "boolean", "false", NULL, "Adds ids and sizes", "Ajoute identifiants et tailles", false, OF_LIST | OF_ONE | OF_ROWS | OF_ROW},
    {"use_labels", "boolean", "false", NULL, "Labels in the place of names (Shapefile: ten bytes of them)", "Libellés à la place des noms (Shapefile : dix octets)", false, OF_FILES},
    {"compressed", "boolean", "false", NULL, "The file in gzip form", "Le fichier compressé (gzip)", false, OF_FILES},
    {"epsg", "integer", "4326", NULL, "Reference system of shp, gpkg, fgb and geojson by its EPSG code (2154: Lambert-93); kml, gpx and ov2 are in WGS 84 by their own rules",
     "Système de référence de shp, gpkg, fgb et geojson, par son code EPSG (2154 : Lambert-93) ; kml, gpx et ov2 sont en WGS 84 de par leurs propres règles", false, OF_FILES},
    {"delimiter", "string", "\";\"", "[\";\", \",\", \"\\t\", \"|\"]", "CSV: between the columns", "CSV : entre les colonnes", false, OF_FILES | OF_CATALOGUE_FILES},
    {"list_separator", "string", "\",\"", NULL, "CSV: between the values of a list", "CSV : entre les valeurs d’une liste", false, OF_FILES | OF_CATALOGUE_FILES},
    {"quote_all", "boolean", "false", NULL, "CSV: every cell in quotes", "CSV : chaque cellule entre guillemets", false, OF_FILES | OF_CATALOGUE_FILES},
    {"with_bom", "boolean", "true", NULL, "CSV: a byte order mark", "CSV : une marque d’ordre des octets", false, OF_FILES | OF_CATALOGUE_FILES},
    {"parquet_compression", "string", "\"snappy\"", "[\"snappy\", \"zstd\"]", "Parquet: compression", "Parquet : compression", false, OF_FILES},
    {"name_field", "string", NULL, NULL, "GPX: the field that names each point or track", "GPX : le champ qui nomme chaque point ou tracé", false, OF_FILES},
    {"description_field_list", "string", NULL, NULL, "GPX: the fields of the description, with commas between them",
     "GPX : les champs de la description, séparés par des virgules", false, OF_FILES},
    {"use_extension", "boolean", "true", NULL, "GPX: fields as extensions; false: in the description", "GPX : les champs en extensions ; false : dans la description", false, OF_FILES},
    {"include_exports", "string", NULL, NULL, "Which files of rows are named, such as csv,json,geojson", "Quels fichiers de lignes sont nommés, comme csv,json,geojson", false, OF_FEEDS},
    {"use_labels_in_exports", "boolean", "true", NULL, "Labels in the CSV and the workbook that are named", "Libellés dans le CSV et le classeur nommés", false, OF_FEEDS},
};
/* clang-format on */
const size_t query_parameters_n = sizeof query_parameters / sizeof query_parameters[0];

static const struct {
    const char *end;
    unsigned of;
} places[] = {
    {"/catalog/exports/dcat", OF_FEEDS}, {"/catalog/exports/rdf", OF_FEEDS}, {"/catalog/exports/ttl", OF_FEEDS}, {"/catalog/exports/jsonld", OF_FEEDS},
    {"/catalog/exports/{format}", OF_CATALOGUE_FILES}, {"/exports/{format}", OF_FILES}, {"/catalog/datasets", OF_LIST},
    {"/records", OF_ROWS}, {"/records/{record}", OF_ROW}, {"/facets", OF_FACETS}, {"/datasets/{dataset}", OF_ONE},
};

bool query_parameter_counts(const struct query_parameter *p, struct str path)
{
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        if (str_ends(path, str_of(places[i].end)))
            return p->of & places[i].of;
    return false;
}
