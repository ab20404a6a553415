#include "tenants/pages/assets.h"

#include "core/base/buf.h"
#include "core/web/asset.h"

/* .incbin and not an array in C: a generator less, and nothing to keep in step. */
#define CARRY(name, path)                                                                          \
    __asm__(".section .rodata\n.balign 16\n" #name ":\n.incbin \"" path "\"\n" #name "_end:\n.byte 0\n.previous\n"); \
    extern const char name[], name##_end[]

CARRY(pages_tokens_css, PAGES_ASSETS "/tokens.css");
CARRY(pages_base_css, PAGES_ASSETS "/base.css");
CARRY(pages_app_js, PAGES_ASSETS "/app.js");
CARRY(pages_icon_svg, PAGES_ASSETS "/icon.svg");
CARRY(pages_font, PAGES_FONT);
CARRY(pages_outlines, PAGES_OUTLINES);
#define CARRIED(name) ((struct str){name, (size_t)(name##_end - name)})

struct str assets_outlines(void)
{
    return CARRIED(pages_outlines);
}

static void put(const char *name, struct str bytes)
{
    asset_register(&(struct asset){name, bytes.p, bytes.n, NULL}, 1);
}

/* One request for all of the look; the font's address holds its hash, so the sheet is joined here. */
static struct str join_css(bool with_font)
{
    static struct buf css;
    if (with_font) {
        buf_addz(&css, "@font-face{font-family:\"Source Sans 3 Variable\";font-weight:200 900;font-display:swap;src:url(");
        buf_add(&css, asset_url("font.woff2"));
        buf_addz(&css, ") format(\"woff2\")}\n");
    }
    buf_add(&css, CARRIED(pages_tokens_css));
    buf_add(&css, CARRIED(pages_base_css));
    return buf_str(&css);
}

void assets_register(void)
{
    struct str font = CARRIED(pages_font);
    if (font.n > 0)
        put("font.woff2", font);
    put("site.css", join_css(font.n > 0));
    put("app.js", CARRIED(pages_app_js));
    put("icon.svg", CARRIED(pages_icon_svg));
}
