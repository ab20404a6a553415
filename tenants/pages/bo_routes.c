#include "tenants/pages/bo_routes.h"

#include "core/web/route.h"
#include "tenants/pages/routes.h"

/* Nothing here is counted as a call of the pool: publishing must stay possible when the month is spent. */
#define OFFICE(method, pattern, access, body, steps, en, fr)                                          \
    {method, "/backoffice" pattern, access, 0, steps, en, DIALECT_PAGE, body, CACHE_NONE, fr}
#define GET(pattern, access, steps, en, fr) OFFICE(HTTP_GET, pattern, access, BODY_NONE, steps, en, fr)
#define POST(pattern, access, steps, en, fr) OFFICE(HTTP_POST, pattern, access, BODY_FORM, steps, en, fr)
#define UPLOAD(pattern, access, steps, en, fr) OFFICE(HTTP_POST, pattern, access, BODY_UPLOAD, steps, en, fr)

static const struct route routes[] = {
    GET("", READER, bo_home, "Dashboard", "Tableau de bord"),
    GET("/datasets", CONTRIBUTOR, bo_datasets, "Datasets of the portal", "Jeux de données du portail"),
    GET("/review", EDITOR, bo_review, "Submissions to answer", "Demandes à valider"),
    GET("/review/{review}", EDITOR, bo_review_one, "One submission", "Une demande"),
    POST("/review/{review}", EDITOR, bo_review_decide, "Accept or refuse", "Valider ou refuser"),
    GET("/partners", REGION, bo_partners, "Partners", "Partenaires"),
    UPLOAD("/partners", REGION, bo_partners_add, "Add a partner", "Créer un partenaire"),
    GET("/partners/new", REGION, bo_partners_new, "Form of a new partner", "Formulaire d’un nouveau partenaire"),
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
