#include "tenants/publishing/hvd.h"

#include "core/base/buf.h"
#include "core/base/jr.h"
#include "tenants/directory/slug.h"

#define LIST "http://data.europa.eu/bna/"

static const struct hvd_category categories[HVD_CATEGORIES] = {
    {LIST "c_ac64a52d", "Géospatiales", "geospatiales", NULL},
    {LIST "c_dd313021", "Observation de la terre et environnement", "observation-de-la-terre-et-environnement", NULL},
    {LIST "c_164e0bf5", "Météorologiques", "meteorologiques", NULL},
    {LIST "c_e1da4e07", "Statistiques", "statistiques", NULL},
    {LIST "c_a9135398", "Entreprises et propriété d’entreprises", "entreprises-et-propriete-d-entreprises", "entreprises"},
    {LIST "c_b79e35eb", "Mobilité", "mobilite", NULL},
};

static struct str keyword(const json_t *metas, size_t i)
{
    return str_trim(str_of(json_string_value(json_array_get(jr_array(jr_object(metas, "default"), "keyword"), i))));
}

static size_t keywords(const json_t *metas)
{
    return json_array_size(jr_array(jr_object(metas, "default"), "keyword"));
}

static bool has_word(const json_t *metas)
{
    for (size_t i = 0; i < keywords(metas); i++)
        if (str_ieq(keyword(metas, i), S("hvd")))
            return true;
    return false;
}

bool hvd_is_marked(const json_t *metas)
{
    for (size_t i = 0; i < keywords(metas); i++)
        if (str_starts(keyword(metas, i), S(LIST)))
            return true;
    return has_word(metas);
}

static bool names(struct arena *a, struct str word, const struct hvd_category *c, bool by_word)
{
    if (str_eq(word, str_of(c->address)))
        return true;
    struct str slug = by_word ? slug_make(a, word, 100) : STR_NONE;
    return by_word && (str_eq(slug, str_of(c->slug)) || (c->shorter && str_eq(slug, str_of(c->shorter))));
}

size_t hvd_categories(struct arena *a, const json_t *metas, const struct hvd_category *out[HVD_CATEGORIES])
{
    size_t n = 0;
    bool by_word = has_word(metas);
    for (size_t c = 0; c < HVD_CATEGORIES; c++)
        for (size_t i = 0; i < keywords(metas); i++)
            if (names(a, keyword(metas, i), &categories[c], by_word)) {
                out[n++] = &categories[c];
                break;
            }
    return n;
}

struct str hvd_words(struct arena *a)
{
    struct buf b = {0};
    for (size_t c = 0; c < HVD_CATEGORIES; c++)
        buf_printf(&b, "%s%s", c ? ", " : "", categories[c].fr);
    struct str words = arena_str(a, buf_str(&b));
    buf_free(&b);
    return words;
}
