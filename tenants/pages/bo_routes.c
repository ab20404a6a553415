#include "tenants/pages/bo_routes.h"

#include "core/web/route.h"
#include "tenants/pages/routes.h"
#include "tenants/publishing/rows_steps.h"
#include "tenants/publishing/schema_template.h"

/* Nothing here is counted as a call of the pool: publishing must stay possible when the month is spent. */
#define OFFICE(method, pattern, access, body, steps, en, fr)                                          \
    {method, "/backoffice" pattern, access, 0, steps, en, DIALECT_PAGE, body, CACHE_NONE, fr}
#define GET(pattern, access, steps, en, fr) OFFICE(HTTP_GET, pattern, access, BODY_NONE, steps, en, fr)
#define POST(pattern, access, steps, en, fr) OFFICE(HTTP_POST, pattern, access, BODY_FORM, steps, en, fr)
#define UPLOAD(pattern, access, steps, en, fr) OFFICE(HTTP_POST, pattern, access, BODY_UPLOAD, steps, en, fr)

static const struct route routes[] = {
    GET("", READER, bo_home, "Dashboard", "Tableau de bord"),
    GET("/datasets", CONTRIBUTOR, bo_datasets, "Datasets of the portal", "Jeux de données du portail"),
    GET("/datasets/new", CONTRIBUTOR, bo_file, "A file for a new dataset", "Fichier d’un nouveau jeu"),
    UPLOAD("/datasets/new", CONTRIBUTOR, bo_file_send, "Send the file", "Envoi du fichier"),
    GET("/datasets/new/{upload}", CONTRIBUTOR, bo_preview, "What the file holds", "Aperçu du fichier"),
    GET("/datasets/new/{upload}/rows", CONTRIBUTOR, bo_rows, "Rows and cells to look at", "Lignes et cellules à regarder"),
    POST("/datasets/new/{upload}/rows", CONTRIBUTOR, bo_rows_save, "Correct cells, leave rows out", "Correction de cellules, lignes écartées"),
    GET("/datasets/new/{upload}/rows/list", CONTRIBUTOR, rows_report_steps, "The same as a file", "Les mêmes en fichier"),
    GET("/datasets/new/{upload}/steps", CONTRIBUTOR, bo_processing, "What is done to the file", "Étapes de traitement"),
    POST("/datasets/new/{upload}/steps", CONTRIBUTOR, bo_processing_save, "Change what is done to the file", "Modification des étapes"),
    GET("/datasets/new/grid", CONTRIBUTOR, bo_grid, "Type a few rows", "Saisie de quelques lignes"),
    POST("/datasets/new/grid", CONTRIBUTOR, bo_grid_save, "Read the rows that were typed", "Lecture des lignes saisies"),
    GET("/datasets/{dataset}/grid", CONTRIBUTOR, bo_grid, "Type a few rows for the dataset", "Saisie de quelques lignes du jeu"),
    POST("/datasets/{dataset}/grid", CONTRIBUTOR, bo_grid_save, "Read the rows that were typed", "Lecture des lignes saisies"),
    POST("/datasets/types", CONTRIBUTOR, bo_types, "Read again with other types", "Relecture avec d’autres types"),
    GET("/datasets/new/{upload}/describe", CONTRIBUTOR, bo_describe_first, "Describe it", "Description du nouveau jeu"),
    POST("/datasets/new/{upload}/describe", CONTRIBUTOR, bo_describe_first_save, "Make the draft", "Création du brouillon"),
    GET("/datasets/{dataset}", CONTRIBUTOR, bo_dataset, "One dataset", "Un jeu de données"),
    GET("/datasets/{dataset}/file", CONTRIBUTOR, bo_file, "A file for the dataset", "Fichier de mise à jour"),
    UPLOAD("/datasets/{dataset}/file", CONTRIBUTOR, bo_file_send, "Send the file", "Envoi du fichier de mise à jour"),
    GET("/datasets/{dataset}/preview", CONTRIBUTOR, bo_preview, "What will change", "Aperçu de la mise à jour"),
    GET("/datasets/{dataset}/describe", CONTRIBUTOR, bo_describe, "Its description", "Description du jeu"),
    POST("/datasets/{dataset}/describe", CONTRIBUTOR, bo_describe_save, "Save the description", "Enregistrement de la description"),
    GET("/datasets/{dataset}/fields", CONTRIBUTOR, bo_fields, "Its columns", "Colonnes du jeu"),
    POST("/datasets/{dataset}/fields", CONTRIBUTOR, bo_fields_save, "Save the columns", "Enregistrement des colonnes"),
    GET("/datasets/{dataset}/versions/{number}", CONTRIBUTOR, bo_version, "A version compared", "Comparaison d’une version"),
    POST("/datasets/{dataset}/versions/{number}", EDITOR, bo_version_restore, "Publish it again", "Rétablissement d’une version"),
    POST("/datasets/{dataset}/discard", EDITOR, bo_discard, "Throw the draft away", "Abandon du brouillon"),
    GET("/datasets/{dataset}/attachments", CONTRIBUTOR, bo_attachments, "Its files", "Fichiers du jeu"),
    UPLOAD("/datasets/{dataset}/attachments", CONTRIBUTOR, bo_attachments_add, "Attach a file", "Ajout d’un fichier joint"),
    POST("/datasets/{dataset}/attachments/remove", CONTRIBUTOR, bo_attachments_remove, "Remove a file", "Retrait d’un fichier joint"),
    GET("/datasets/{dataset}/checks", CONTRIBUTOR, bo_checks, "Findings and scores", "Contrôles et qualité"),
    POST("/datasets/{dataset}/override", CONTRIBUTOR, bo_checks_override, "A legal reason to open", "Raison légale d’ouvrir"),
    POST("/datasets/{dataset}/override/revoke", CONTRIBUTOR, bo_checks_revoke, "Legal reasons taken back", "Reprise des raisons légales"),
    POST("/datasets/{dataset}/schema", CONTRIBUTOR, bo_checks_schema, "The schema it follows", "Schéma suivi"),
    GET("/datasets/{dataset}/source", CONTRIBUTOR, bo_source, "Where its file is fetched from", "Source du jeu"),
    POST("/datasets/{dataset}/source", EDITOR, bo_source_put, "Fetch it on a schedule", "Enregistrement de la source"),
    POST("/datasets/{dataset}/source/run", EDITOR, bo_source_run, "Fetch it now", "Passage immédiat"),
    POST("/datasets/{dataset}/source/remove", EDITOR, bo_source_remove, "Fetch it no more", "Retrait de la source"),
    GET("/datasets/{dataset}/check", CONTRIBUTOR, bo_check, "Check before publishing", "Contrôle avant publication"),
    POST("/datasets/{dataset}/publish", EDITOR, bo_publish, "Publish the draft", "Publication"),
    POST("/datasets/{dataset}/submit", CONTRIBUTOR, bo_submit, "Submit to the region", "Soumission à la Région"),
    POST("/datasets/{dataset}/open", EDITOR, bo_dataset_open, "Open to the public", "Ouverture au public"),
    POST("/datasets/{dataset}/close", EDITOR, bo_dataset_close, "Close to the public", "Fermeture au public"),
    POST("/datasets/{dataset}/withdraw", EDITOR, bo_dataset_withdraw, "Withdraw for good", "Retrait"),
    GET("/review", EDITOR, bo_review, "Submissions to answer", "Demandes à valider"),
    GET("/review/{review}", EDITOR, bo_review_one, "One submission", "Une demande"),
    POST("/review/{review}", EDITOR, bo_review_decide, "Accept or refuse", "Valider ou refuser"),
    GET("/schemas", REGION, bo_schemas, "Schemas and legal reasons", "Schémas et raisons légales"),
    GET("/schemas/template", CONTRIBUTOR, schema_template_steps, "An empty file for a schema", "Modèle de fichier d’un schéma"),
    POST("/schemas", REGION, bo_schemas_add, "Add a version of a schema", "Ajouter une version d’un schéma"),
    POST("/schemas/reason", REGION, bo_schemas_reason, "Add a legal reason", "Ajouter une raison légale"),
    POST("/schemas/retire", REGION, bo_schemas_retire, "Take a legal reason off the list", "Retirer une raison légale"),
    POST("/schemas/advice", REGION, bo_schemas_advice, "Advise a licence for a theme", "Conseiller une licence"),
    POST("/schemas/threshold", REGION, bo_schemas_threshold, "The threshold of small counts", "Seuil des petits effectifs"),
    GET("/partners", REGION, bo_partners, "Partners", "Partenaires"),
    UPLOAD("/partners", REGION, bo_partners_add, "Add a partner", "Créer un partenaire"),
    GET("/partners/new", REGION, bo_partners_new, "Form of a new partner", "Formulaire d’un nouveau partenaire"),
    GET("/quotas", ADMIN, bo_quotas, "Pool, shares, loans", "Pot commun, parts, prêts"),
    POST("/quotas", REGION, bo_quotas_set, "Change a share", "Modification d’une part"),
    POST("/quotas/lend", ADMIN, bo_quotas_lend, "Offer a loan", "Proposition d’un prêt"),
    POST("/quotas/answer", ADMIN, bo_quotas_answer, "Answer a loan", "Réponse à un prêt"),
    GET("/people", ADMIN, bo_people, "Accounts", "Comptes"),
    POST("/people", ADMIN, bo_people_invite, "Invite a person", "Inviter une personne"),
    POST("/people/link", ADMIN, bo_people_link, "A new one-time link", "Nouveau lien à usage unique"),
    POST("/people/change", ADMIN, bo_people_change, "Role and state of an account", "Rôle et état d’un compte"),
    GET("/keys", READER, bo_keys, "One's own API keys", "Ses clés d’API"),
    POST("/keys", READER, bo_keys_add, "Make an API key", "Créer une clé d’API"),
    POST("/keys/revoke", READER, bo_keys_revoke, "Revoke an API key", "Supprimer une clé d’API"),
    GET("/brand", ADMIN, bo_brand, "Look of the portal", "Apparence du portail"),
    UPLOAD("/brand", ADMIN, bo_brand_save, "Save the look", "Enregistrer l’apparence"),
};
const struct route_table backoffice_route_table = {routes, sizeof routes / sizeof routes[0]};
