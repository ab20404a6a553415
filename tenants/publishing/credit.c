#include "tenants/publishing/credit.h"

#include "core/base/buf.h"
#include "core/base/jr.h"

#define NBSP "\xc2\xa0" /* a line is not broken there */

static void put_day(struct buf *out, enum lang lang, struct str iso)
{
    if (lang == LANG_FR)
        buf_printf(out, ", données du %.2s/%.2s/%.4s", iso.p + 8, iso.p + 5, iso.p);
    else
        buf_printf(out, ", data of %.10s", iso.p);
}

struct str credit_line(struct arena *a, enum lang lang, struct str publisher, struct str title, struct str modified,
                       struct str licence)
{
    struct buf b = {0};
    buf_printf(&b, lang == LANG_FR ? "Source" NBSP ": " STR_FMT : "Source: " STR_FMT, STR_ARG(publisher));
    if (title.n)
        buf_printf(&b, lang == LANG_FR ? ", «" NBSP STR_FMT NBSP "»" : ", “" STR_FMT "”", STR_ARG(title));
    if (modified.n >= 10)
        put_day(&b, lang, modified);
    if (licence.n)
        buf_printf(&b, ", " STR_FMT, STR_ARG(licence));
    struct str line = arena_str(a, buf_str(&b));
    buf_free(&b);
    return line;
}

/* Of what only its licence may be said. */
static struct str notice(struct arena *a, enum lang lang, struct str licence)
{
    return arena_printf(a, lang == LANG_FR ? "Contient des données reprises d’un jeu diffusé sous " STR_FMT
                                           : "Contains data taken from a dataset published under " STR_FMT, STR_ARG(licence));
}

static struct credit_joined read_one(struct arena *a, enum lang lang, const json_t *one)
{
    struct str title = jr_str(one, "title"), url = jr_str(one, "licence_url"), host = jr_str(one, "host"), licence = jr_str(one, "licence");
    return (struct credit_joined){
        .line = host.n ? credit_line(a, lang, jr_str(one, "publisher"), title, jr_str(one, "modified"), licence) : notice(a, lang, licence),
        .title = arena_str(a, title), .licence_url = url.n ? arena_str(a, url) : STR_NONE,
        .dataset = arena_str(a, jr_str(one, "dataset")), .host = arena_str(a, host)};
}

size_t credit_joined(struct arena *a, enum lang lang, struct str credits, struct credit_joined **out)
{
    struct err ignored;
    json_t *list = credits.n ? jr_parse(credits, &ignored) : NULL;
    size_t n = json_array_size(list);
    *out = ARENA_ARRAY(a, struct credit_joined, n + 1);
    for (size_t i = 0; i < n; i++)
        (*out)[i] = read_one(a, lang, json_array_get(list, i));
    json_decref(list);
    return n;
}

struct str credit_joined_url(struct req *r, const struct credit_joined *c)
{
    if (c->host.n == 0)
        return STR_NONE;
    return arena_printf(r->a, STR_FMT "/explore/dataset/" STR_FMT "/", STR_ARG(req_tenant_url(r, c->host)), STR_ARG(c->dataset));
}
