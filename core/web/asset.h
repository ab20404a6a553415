#pragma once
#include "core/web/route.h"

/*
 * asset -- files that never change under their address: /assets/<name>.<hash>.<ext>
 *
 * For the pages: fill a const table and register it before web_serve, then write asset_url("app.css")
 * into the HTML. The hash is of the bytes, so a new program brings new addresses and nothing that a
 * browser keeps is ever wrong.
 *
 *     static const struct asset page_assets[] = {{"app.css", app_css, sizeof app_css, "text/css; charset=utf-8"}};
 *     asset_register(page_assets, 1);
 *
 * Costs no call. Text is sent compressed (once, at registration).
 */
struct asset {
    const char *name;   /* "app.css": letters, digits, - and _, one dot */
    const void *bytes;  /* not copied */
    size_t n;
    const char *type;   /* Content-Type; NULL: by the extension */
};

void asset_register(const struct asset *assets, size_t n); /* before requests are served */
/* "/assets/app.0123456789abcdef.css"; the program stops at an unknown name: it is a mistake of ours. */
struct str asset_url(const char *name);
bool asset_known(const char *name);
void asset_free_all(void);

extern const struct route_table asset_route_table;
