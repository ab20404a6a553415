/* Every address of the public API. The same handlers stand behind three bases. */
#include "tenants/explore/attachments.h"
#include "tenants/explore/catalogue.h"
#include "tenants/explore/catalogue_atom.h"
#include "tenants/explore/catalogue_dcat.h"
#include "tenants/explore/catalogue_scdl.h"
#include "tenants/explore/datapackage.h"
#include "tenants/explore/datasets.h"
#include "tenants/explore/explore.h"
#include "tenants/explore/exports.h"
#include "tenants/explore/facets.h"
#include "tenants/explore/metadata_templates.h"
#include "tenants/explore/monitoring.h"
#include "tenants/explore/records.h"
#include "tenants/explore/swagger.h"
#include "tenants/explore/tiles.h"
#include "tenants/explore/v1_analyze.h"
#include "tenants/explore/v1_datasets.h"
#include "tenants/explore/v1_geo.h"
#include "tenants/explore/v1_records.h"

/* clang-format off */
#define API(pattern, steps, cache, en, fr) \
    {HTTP_GET, pattern, PUBLIC, 1, steps, en, DIALECT_EXPLORE, BODY_NONE, cache, fr}

#define DCAT(pattern) \
    API(pattern, catalogue_dcat, CACHE_CATALOGUE, \
        "The catalogue for other portals, as DCAT-AP", "Le catalogue pour d’autres portails, en DCAT-AP")

#define V1(pattern, steps, cache, en, fr) \
    {HTTP_GET, pattern, PUBLIC, 1, steps, en, DIALECT_V1, BODY_NONE, cache, fr}

#define V1_ASKED(pattern, steps, en, fr) \
    V1(pattern, steps, CACHE_CATALOGUE, en, fr), \
    {HTTP_POST, pattern, PUBLIC, 1, steps, en " (parameters in a form)", DIALECT_V1, BODY_FORM, CACHE_NONE, \
     fr " (paramètres en formulaire)"}

#define BASE(base) \
    API(base "", catalogue_root, CACHE_CATALOGUE, \
        "Where the API begins", "Le point de départ de l’API"), \
    API(base "/catalog", catalogue_index, CACHE_CATALOGUE, \
        "What the catalogue offers", "Ce que propose le catalogue"), \
    API(base "/catalog/datasets", datasets_list, CACHE_CATALOGUE, \
        "Datasets of the catalogue, searched, filtered and sorted", "Les jeux du catalogue, cherchés, filtrés et triés"), \
    API(base "/catalog/datasets/{dataset}", datasets_one, CACHE_DATASET, \
        "Description of a dataset", "La description d’un jeu"), \
    API(base "/catalog/facets", catalogue_facets, CACHE_CATALOGUE, \
        "Values of the catalogue's facets, counted", "Les valeurs des facettes du catalogue, comptées"), \
    API(base "/catalog/metadata_templates", metadata_templates, CACHE_CATALOGUE, \
        "The members that descriptions have", "Les rubriques qu’ont les descriptions"), \
    API(base "/catalog/metadata_templates/{type}", metadata_templates, CACHE_CATALOGUE, \
        "Those of one type of template", "Celles d’un type de modèle"), \
    API(base "/catalog/metadata_templates/{type}/{name}", metadata_templates_one, CACHE_CATALOGUE, \
        "Those of one template", "Celles d’un modèle"), \
    API(base "/catalog/exports", catalogue_exports, CACHE_CATALOGUE, \
        "The formats the catalogue can be downloaded in", "Les formats de téléchargement du catalogue"), \
    DCAT(base "/catalog/exports/dcat"), \
    DCAT(base "/catalog/exports/rdf"), \
    DCAT(base "/catalog/exports/ttl"), \
    DCAT(base "/catalog/exports/jsonld"), \
    API(base "/catalog/exports/{format}", catalogue_export, CACHE_NONE, \
        "The whole catalogue as a file", "Le catalogue entier en fichier"), \
    API(base "/catalog/datasets/{dataset}/records", records_list, CACHE_DATASET, \
        "Rows of a dataset, filtered, sorted or grouped", "Les lignes d’un jeu, filtrées, triées ou groupées"), \
    API(base "/catalog/datasets/{dataset}/records/{record}", records_one, CACHE_DATASET, \
        "One row of a dataset", "Une ligne d’un jeu"), \
    API(base "/catalog/datasets/{dataset}/facets", facets_of_dataset, CACHE_DATASET, \
        "Values of a dataset's facets, counted", "Les valeurs des facettes d’un jeu, comptées"), \
    API(base "/catalog/datasets/{dataset}/attachments", attachments_list, CACHE_DATASET, \
        "Files attached to a dataset", "Les fichiers joints à un jeu"), \
    API(base "/catalog/datasets/{dataset}/attachments/{attachment}", attachments_file, CACHE_NONE, \
        "A file attached to a dataset", "Un fichier joint à un jeu"), \
    API(base "/catalog/datasets/{dataset}/alternative_exports", attachments_alternatives, CACHE_DATASET, \
        "Other forms of a dataset, made by its producer", "Les autres formes d’un jeu, faites par son producteur"), \
    API(base "/catalog/datasets/{dataset}/alternative_exports/{attachment}", attachments_alternative, CACHE_NONE, \
        "Another form of a dataset", "Une autre forme d’un jeu"), \
    API(base "/catalog/datasets/{dataset}/files/{attachment}", attachments_of_field, CACHE_NONE, \
        "A file that a row names", "Un fichier que nomme une ligne"), \
    API(base "/catalog/datasets/{dataset}/files/{attachment}/300", attachments_small, CACHE_NONE, \
        "The picture that a row names, small", "L’image que nomme une ligne, en petit"), \
    API(base "/catalog/datasets/{dataset}/exports", exports_list, CACHE_DATASET, \
        "The formats a dataset can be downloaded in", "Les formats de téléchargement d’un jeu"), \
    API(base "/catalog/datasets/{dataset}/exports/{format}", exports_file, CACHE_NONE, \
        "A whole dataset as a file", "Un jeu entier en fichier")

#define MONITORING(rest, steps, en, fr) \
    {HTTP_GET, "/api/explore/v2.1/monitoring" rest, ADMIN, 1, steps, en, DIALECT_EXPLORE, BODY_NONE, CACHE_NONE, fr}

/* What version 2.1 does with group_by, and another name of the rows. */
#define OLDER(base) \
    API(base "/catalog/datasets/{dataset}/aggregates", records_list, CACHE_DATASET, \
        "Aggregates over a dataset's rows, in version 2.0", "Les agrégats des lignes d’un jeu, dans la version 2.0"), \
    API(base "/catalog/datasets/{dataset}/query", records_list, CACHE_DATASET, \
        "Rows of a dataset, at another address of version 2.0", "Les lignes d’un jeu, à une autre adresse de la version 2.0")

static const struct route routes[] = {
    BASE("/api/explore/v2.1"),
    BASE("/api/explore/v2.0"),
    BASE("/api/v2"),
    OLDER("/api/explore/v2.0"),
    OLDER("/api/v2"),
    DCAT("/catalog.rdf"),
    DCAT("/catalog.xml"),
    DCAT("/catalog.ttl"),
    DCAT("/catalog.jsonld"),
    API("/catalog-scdl.csv", catalogue_scdl, CACHE_CATALOGUE,
        "The catalogue as the table that French collectivités exchange (SCDL)", "Le catalogue au format commun des collectivités (SCDL)"),
    API("/catalog.atom", catalogue_atom, CACHE_CATALOGUE,
        "The last datasets that changed, to subscribe to (Atom)", "Les derniers jeux modifiés, pour s’abonner (Atom)"),
    API("/explore/dataset/{dataset}/datapackage.json", datapackage_steps, CACHE_DATASET,
        "A dataset described with its columns (Data Package)", "Un jeu décrit avec ses colonnes (Data Package)"),
    {HTTP_GET, "/api/explore/v2.1/swagger.json", PUBLIC, 0, swagger_json, "The API described for machines (OpenAPI)",
     DIALECT_EXPLORE, BODY_NONE, CACHE_CATALOGUE, "L’API décrite pour les machines (OpenAPI)"},
    MONITORING("", monitoring_source, "What an administrator may look at", "Ce qu’un administrateur peut consulter"),
    MONITORING("/datasets", monitoring_list, "The datasets of figures, for administrators", "Les jeux de chiffres, pour les administrateurs"),
    MONITORING("/datasets/ods-datasets-monitoring", monitoring_one, "The figures' description", "La description des chiffres"),
    MONITORING("/datasets/ods-datasets-monitoring/facets", monitoring_facets, "Facets of the figures: none", "Les facettes des chiffres : aucune"),
    MONITORING("/datasets/ods-datasets-monitoring/exports", monitoring_exports, "The formats of the figures", "Les formats des chiffres"),
    MONITORING("/datasets/ods-datasets-monitoring/exports/json", monitoring_datasets, "The figures as a file", "Les chiffres en fichier"),
    MONITORING("/datasets/ods-datasets-monitoring/records", monitoring_datasets,
               "What is counted of each dataset, for administrators", "Ce qui est compté de chaque jeu, pour les administrateurs"),
    API("/api/tiles/v1/{dataset}", tiles_about, CACHE_DATASET,
        "Where the vector tiles of a dataset are (TileJSON)", "Où sont les tuiles vectorielles d’un jeu (TileJSON)"),
    API("/api/tiles/v1/{dataset}/{z}/{x}/{y}", tiles_one, CACHE_DATASET,
        "One vector tile of a dataset, {y}.mvt", "Une tuile vectorielle d’un jeu, {y}.mvt"),
    V1_ASKED("/api/datasets/1.0/search", v1_datasets_search,
       "Datasets, in the first version of the API", "Les jeux, dans la première version de l’API"),
    V1("/api/datasets/1.0/{dataset}", v1_datasets_one, CACHE_DATASET,
       "A dataset, in the first version of the API", "Un jeu, dans la première version de l’API"),
    V1("/api/datasets/1.0/{dataset}/records/{record}", v1_records_one, CACHE_DATASET,
       "A row of a dataset, in the first version of the API", "Une ligne d’un jeu, dans la première version de l’API"),
    V1("/api/datasets/1.0/{dataset}/attachments/{attachment}", attachments_file, CACHE_NONE,
       "A file attached to a dataset, at its old address", "Un fichier joint à un jeu, à son ancienne adresse"),
    V1("/api/datasets/1.0/{dataset}/alternative_exports/{attachment}", attachments_alternative, CACHE_NONE,
       "Another form of a dataset, at its old address", "Une autre forme d’un jeu, à son ancienne adresse"),
    V1("/api/datasets/1.0/{dataset}/files/{attachment}", attachments_of_field, CACHE_NONE,
       "A file that a row names, at its old address", "Un fichier que nomme une ligne, à son ancienne adresse"),
    V1("/api/datasets/1.0/{dataset}/files/{attachment}/300", attachments_small, CACHE_NONE,
       "The picture that a row names, small, at its old address", "L’image que nomme une ligne, en petit, à son ancienne adresse"),
    /* A page counts once, whatever it shows. */
    {HTTP_GET, "/explore/dataset/{dataset}/files/{attachment}/300", PUBLIC, 0, attachments_small,
     "The picture that a row names, small, at its address in pages", DIALECT_V1, BODY_NONE, CACHE_NONE,
     "L’image que nomme une ligne, en petit, à son adresse dans les pages"},
    V1_ASKED("/api/records/1.0/search", v1_records_search,
       "Rows of a dataset, in the first version of the API", "Les lignes d’un jeu, dans la première version de l’API"),
    V1_ASKED("/api/records/1.0/analyze", v1_analyze,
       "Series over groups of rows, in the first version of the API", "Des séries par groupes de lignes, dans la première version de l’API"),
    V1_ASKED("/api/records/1.0/boundingbox", v1_boundingbox,
       "Where the rows of a dataset lie, in the first version of the API", "Où se trouvent les lignes d’un jeu, dans la première version de l’API"),
    V1_ASKED("/api/records/1.0/geocluster", v1_geocluster,
       "Rows gathered by place, in the first version of the API", "Les lignes regroupées par lieu, dans la première version de l’API"),
    V1_ASKED("/api/records/1.0/geopreview", v1_geopreview,
       "Where each row of a dataset lies, in the first version of the API", "Le lieu de chaque ligne d’un jeu, dans la première version de l’API"),
    V1_ASKED("/api/records/1.0/geopolygon", v1_geopolygon,
       "Rows gathered by the shape they have, in the first version of the API", "Les lignes regroupées par forme, dans la première version de l’API"),
    V1("/api/records/1.0/download", exports_download, CACHE_NONE,
       "A dataset as a file, in the first version of the API", "Un jeu en fichier, dans la première version de l’API"),
    API("/explore/dataset/{dataset}/download", exports_download, CACHE_NONE,
        "A whole dataset as a file, at its old address", "Un jeu entier en fichier, à son ancienne adresse"),
};
/* clang-format on */

const struct route_table explore_route_table = {routes, sizeof routes / sizeof routes[0]};
