#include "tenants/pages/routes.h"

#include "tenants/pages/catalogue.h"
#include "tenants/pages/console.h"
#include "tenants/pages/dataset.h"
#include "tenants/pages/guide.h"
#include "tenants/pages/home.h"
#include "tenants/pages/legal.h"
#include "tenants/pages/look.h"
#include "tenants/pages/sign.h"
#include "tenants/people/session.h"

#define REPLY(name, fn) static const struct step name[] = {{STEP_REPLY, fn, NULL}, {STEP_END, NULL, NULL}}
REPLY(terms, legal_terms);
REPLY(privacy, legal_privacy);
REPLY(cookies, legal_cookies);
REPLY(accessibility, legal_accessibility);

#define PAGE_GET(pattern, cost, steps, cache, en, fr)                                                \
    {HTTP_GET, pattern, PUBLIC, cost, steps, en, DIALECT_PAGE, BODY_NONE, cache, fr}
#define PAGE_POST(pattern, steps, en, fr)                                                            \
    {HTTP_POST, pattern, PUBLIC, 0, steps, en, DIALECT_PAGE, BODY_FORM, CACHE_NONE, fr}

static const struct route routes[] = {
    PAGE_GET("/", 1, home_steps, CACHE_CATALOGUE, "Home page", "Page d’accueil"),
    PAGE_GET("/themes", 1, home_themes, CACHE_CATALOGUE, "Themes", "Thématiques"),
    PAGE_GET("/partners", 1, home_partners, CACHE_CATALOGUE, "Partners", "Partenaires"),
    PAGE_GET("/explore", 1, catalogue_steps, CACHE_CATALOGUE, "The catalogue", "Catalogue des jeux de données"),
    PAGE_GET("/explore/dataset/{dataset}", 1, dataset_info, CACHE_CATALOGUE, "A dataset's page", "Page d’un jeu de données"),
    PAGE_GET("/explore/dataset/{dataset}/information", 1, dataset_info, CACHE_CATALOGUE, "A dataset: description",
             "Jeu de données : description"),
    PAGE_GET("/explore/dataset/{dataset}/table", 1, dataset_table, CACHE_CATALOGUE, "A dataset: table",
             "Jeu de données : tableau"),
    PAGE_GET("/explore/dataset/{dataset}/map", 1, dataset_map, CACHE_CATALOGUE, "A dataset: map",
             "Un jeu : carte"),
    PAGE_GET("/explore/dataset/{dataset}/analyze", 1, dataset_analyze, CACHE_CATALOGUE, "A dataset: analysis",
             "Jeu de données : analyse"),
    PAGE_GET("/explore/dataset/{dataset}/export", 1, dataset_export, CACHE_CATALOGUE, "A dataset: downloads",
             "Jeu de données : export"),
    PAGE_GET("/explore/dataset/{dataset}/api", 1, dataset_api, CACHE_NONE, "A dataset: its API address",
             "Jeu de données : adresse de l’API"),
    PAGE_GET("/sitemap.xml", 0, catalogue_sitemap, CACHE_CATALOGUE, "Every page, for search engines",
             "Plan du site pour les moteurs de recherche"),
    PAGE_GET("/robots.txt", 0, catalogue_robots, CACHE_CATALOGUE, "What search engines may read",
             "Consignes aux moteurs de recherche"),
    PAGE_GET("/pages/quotas", 0, guide_counts, CACHE_CATALOGUE, "What counts in the quotas", "Ce qui compte dans les quotas"),
    /* The address that national catalogues keep as the API's page for people. */
    PAGE_GET("/api/explore/v2.1/console", 0, console_page, CACHE_CATALOGUE, "The API tried by hand", "L’API essayée à la main"),
    PAGE_GET("/pages/api", 0, guide_api, CACHE_CATALOGUE, "How the API is asked", "Documentation de l’API"),
    PAGE_GET("/login", 0, sign_in_form, CACHE_NONE, "Signing in", "Connexion"),
    PAGE_POST("/login", session_sign_in, "Signing in", "Connexion"),
    PAGE_POST("/logout", session_sign_out, "Signing out", "Déconnexion"),
    PAGE_GET("/invite/{token}", 0, sign_invite_form, CACHE_NONE, "A one-time link", "Lien à usage unique"),
    PAGE_POST("/invite/{token}", session_use_link, "A one-time link", "Lien à usage unique"),
    PAGE_GET("/legal/terms", 0, terms, CACHE_CATALOGUE, "Terms of use", "Conditions générales d’utilisation"),
    PAGE_GET("/legal/privacy", 0, privacy, CACHE_CATALOGUE, "Personal data", "Données personnelles"),
    PAGE_GET("/legal/cookies", 0, cookies, CACHE_CATALOGUE, "Cookie charter", "Charte des cookies"),
    PAGE_GET("/legal/accessibility", 0, accessibility, CACHE_CATALOGUE, "Accessibility statement", "Accessibilité"),
    PAGE_GET("/theme/{file}", 0, look_theme, CACHE_FOREVER, "A portal's look", "Habillage d’un portail"),
    PAGE_GET("/media/{file}", 0, look_image, CACHE_FOREVER, "An image of the portal", "Image du portail"),
    PAGE_GET("/media/region/{file}", 0, look_region_image, CACHE_FOREVER, "The region's logo", "Logo de la Région"),
};
const struct route_table pages_route_table = {routes, sizeof routes / sizeof routes[0]};
