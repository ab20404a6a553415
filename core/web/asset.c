#include "core/web/asset.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/map.h"
#include "core/base/must.h"
#include "core/web/errors.h"
#include "core/web/gzip.h"
#include "core/web/private.h"

enum { HASH_BYTES = 8 };

struct kept_asset {
    struct asset asset;
    struct str file;     /* app.<hash>.css */
    char *url;
    struct buf zipped;
    bool has_zipped;
};

/* Filled before the first request, read only afterwards. */
static struct map by_name, by_file;

static const struct {
    const char *end, *type;
} types[] = {
    {".css", "text/css; charset=utf-8"},     {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"}, {".svg", "image/svg+xml"},
    {".png", "image/png"},                   {".webp", "image/webp"},
    {".jpg", "image/jpeg"},                  {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},                {".json", "application/json"},
    {".txt", "text/plain; charset=utf-8"},   {".wasm", "application/wasm"},
    {".pbf", "application/x-protobuf"},      {".webmanifest", "application/manifest+json"},
};

static const char *type_of(const char *name)
{
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (str_ends(str_of(name), str_of(types[i].end)))
            return types[i].type;
    return "application/octet-stream";
}

static char *url_of(const struct asset *a)
{
    unsigned char hash[crypto_generichash_BYTES];
    char hex[2 * HASH_BYTES + 1], url[512];
    crypto_generichash(hash, sizeof hash, a->bytes, a->n, NULL, 0);
    sodium_bin2hex(hex, sizeof hex, hash, HASH_BYTES);
    const char *dot = strrchr(a->name, '.');
    size_t stem = dot ? (size_t)(dot - a->name) : strlen(a->name);
    snprintf(url, sizeof url, "/assets/%.*s.%s%s", (int)stem, a->name, hex, dot ? dot : "");
    return must_strndup(url, strlen(url));
}

static void keep(const struct asset *a)
{
    struct kept_asset *k = must_alloc(sizeof *k);
    k->asset = *a;
    if (!k->asset.type)
        k->asset.type = type_of(a->name);
    k->url = url_of(a);
    k->file = str_from(str_of(k->url), sizeof "/assets/" - 1);
    if (req_type_is_text(str_of(k->asset.type)) && a->n >= GZIP_MIN) {
        buf_add(&k->zipped, (struct str){a->bytes, a->n});
        k->has_zipped = gzip_body(&k->zipped);
    }
    must(!map_get(&by_name, str_of(a->name)));
    map_put(&by_name, str_of(a->name), k);
    map_put(&by_file, k->file, k);
}

void asset_register(const struct asset *assets, size_t n)
{
    for (size_t i = 0; i < n; i++)
        keep(&assets[i]);
}

bool asset_known(const char *name)
{
    return map_get(&by_name, str_of(name)) != NULL;
}

struct str asset_url(const char *name)
{
    const struct kept_asset *k = map_get(&by_name, str_of(name));
    must(k);
    return str_of(k->url);
}

void asset_free_all(void)
{
    struct str key;
    void *v;
    for (size_t at = 0; map_next(&by_name, &at, &key, &v);) {
        struct kept_asset *k = v;
        buf_free(&k->zipped);
        free(k->url);
        free(k);
    }
    map_free(&by_name);
    map_free(&by_file);
    by_name = by_file = (struct map){0};
}

static bool reply_asset(struct req *r, struct err *e)
{
    struct kept_asset *k = map_get(&by_file, r->params[0]);
    if (!k)
        return ERR(e, err_not_found, "asset " STR_FMT, STR_ARG(r->params[0]));
    ptrdiff_t dot = str_find(k->file, S("."));
    bool zipped = k->has_zipped && gzip_accepted(req_header(r, S("accept-encoding")));
    struct str tag = arena_printf(r->a, "\"" STR_FMT "%s\"", STR_ARG(str_part(k->file, (size_t)dot + 1, 2 * HASH_BYTES)),
                                  zipped ? "-gz" : ""); /* other bytes, another tag: RFC 9110 8.8.3.3 */
    if (req_etag(r, tag))
        return true;
    struct buf *body = req_reply(r, 200, str_of(k->asset.type));
    buf_add(body, zipped ? buf_str(&k->zipped) : (struct str){k->asset.bytes, k->asset.n});
    req_of(r)->gzip = zipped;
    return true;
}

static const struct step show[] = {{STEP_REPLY, reply_asset, NULL}, {STEP_END, NULL, NULL}};
static const struct route routes[] = {
    {HTTP_GET, "/assets/{file}", PUBLIC, 0, show, "A style sheet, script, font or picture of the pages", DIALECT_PAGE,
     BODY_NONE, CACHE_FOREVER, "Une feuille de style, un script, une police ou une image des pages"},
};
const struct route_table asset_route_table = {routes, 1};
