#include "tenants/directory/brand.h"

#include <sodium.h>
#include <stdio.h>

#include "core/base/jr.h"
#include "core/base/jw.h"
#include "core/base/rand.h"
#include "core/base/utf8.h"
#include "tenants/directory/colour.h"
#include "tenants/directory/errors.h"

static const struct colour white = {255, 255, 255}, dark_surface = {0x16, 0x21, 0x27};

static bool check_colour(const json_t *theme, const char *key, double least, struct jw *w, struct err *e)
{
    struct str s = jr_str(theme, key);
    struct colour c;
    if (!s.p)
        return true;
    if (!colour_parse(s, &c, e))
        return false;
    double ratio = colour_contrast(c, white);
    if (ratio < least) {
        struct colour_text near = colour_print(colour_until(c, white, least, false));
        ERR(e, err_colour_contrast, "%s %.2f", key, ratio);
        err_arg(e, STR_FMT, STR_ARG(s));
        err_arg(e, "%.1f", ratio);
        return err_arg(e, "%s", near.text);
    }
    jw_key(w, str_of(key));
    jw_str(w, str_of(colour_print(c).text));
    return true;
}

static bool check_text(const json_t *theme, const char *key, size_t max, struct jw *w, struct err *e)
{
    struct str s = str_trim(jr_str(theme, key));
    if (!s.p || s.n == 0)
        return true;
    bool ok = utf8_valid(s) && utf8_count(s) <= max;
    for (size_t i = 0; ok && i < s.n; i++)
        ok = (unsigned char)s.p[i] >= 0x20;
    if (!ok) {
        ERR(e, err_brand_text, "%s: %zu bytes", key, s.n);
        err_arg(e, "%s", key);
        return err_arg(e, "%zu", max);
    }
    jw_key(w, str_of(key));
    jw_str(w, s);
    return true;
}

/* In addresses, as portal.dataset has it. */
static bool is_dataset_id(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!word && (i == 0 || (c != '-' && c != '_')))
            return false;
    }
    return s.n > 0 && s.n <= 100;
}

/* "https://www.ville.example:8443", or with a star for its sub-domains: a source of frame-ancestors, nothing behind it. */
static bool is_embedder(struct str s)
{
    struct str host = str_from(s, 8), port = STR_NONE;
    int64_t number = 443;
    if (!str_starts(s, S("https://")) || s.n > 200)
        return false;
    if (str_starts(host, S("*.")))
        host = str_from(host, 2);
    ptrdiff_t colon = str_chr(host, ':');
    if (colon >= 0) {
        port = str_from(host, (size_t)colon + 1);
        host = str_part(host, 0, (size_t)colon);
    }
    if ((colon >= 0 && !str_i64(port, &number)) || number < 1 || number > 65535 || host.n == 0 || str_chr(host, '.') <= 0)
        return false;
    for (size_t i = 0; i < host.n; i++) {
        char c = host.p[i];
        bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        bool edge = i == 0 || i + 1 == host.n || host.p[i - 1] == '.';
        if (!word && (edge || (c != '-' && c != '.')))
            return false;
    }
    return true;
}

static const struct list_rule {
    const char *key;
    size_t most;
    bool (*good)(struct str s);
    const struct err_kind *wrong;
} lists[] = {
    {"highlights", BRAND_HIGHLIGHTS, is_dataset_id, &err_brand_highlight},
    {"embed", BRAND_EMBEDDERS, is_embedder, &err_brand_embedder},
};

static bool refuse_item(const struct list_rule *rule, struct str item, struct err *e)
{
    err_set(e, rule->wrong, __FILE__, __LINE__, "%s: %zu bytes", rule->key, item.n);
    err_arg(e, STR_FMT, STR_ARG(str_part(item, 0, 100)));
    return err_arg(e, "%zu", rule->most);
}

/* Its order is kept; what comes twice stands once. */
static bool check_list(const json_t *theme, const struct list_rule *rule, struct jw *w, struct err *e)
{
    const json_t *list = jr_array(theme, rule->key);
    size_t n = json_array_size(list);
    if (n == 0)
        return true;
    if (n > rule->most)
        return refuse_item(rule, S("…"), e);
    jw_key(w, str_of(rule->key));
    jw_open(w, '[');
    for (size_t i = 0; i < n; i++) {
        struct str item = str_of(json_string_value(json_array_get(list, i)));
        bool twice = false;
        if (!rule->good(item))
            return refuse_item(rule, item, e);
        for (size_t k = 0; k < i; k++)
            twice = twice || str_eq(item, str_of(json_string_value(json_array_get(list, k))));
        if (!twice)
            jw_str(w, item);
    }
    jw_close(w, ']');
    return true;
}

/* One of a closed list; anything else is left out, since a form offers only these. */
static void keep_choice(const json_t *theme, const char *key, const char *const *choices, struct jw *w)
{
    struct str s = jr_str(theme, key);
    for (; s.p && *choices; choices++)
        if (str_eq(s, str_of(*choices))) {
            jw_key(w, str_of(key));
            jw_str(w, s);
        }
}

bool brand_check(struct arena *a, const json_t *theme, struct str *clean, struct err *e)
{
    static const char *const fonts[] = {"source-sans", "public-sans", "atkinson", NULL};
    struct buf b = {0};
    struct jw w;
    jw_init(&w, &b, JW_COMPACT);
    jw_open(&w, '{');
    bool ok = check_colour(theme, "primary", 4.5, &w, e) && check_colour(theme, "accent", 1.0, &w, e) &&
              check_text(theme, "hero_title", 120, &w, e) && check_text(theme, "hero_text", 400, &w, e);
    keep_choice(theme, "font", fonts, &w);
    struct uuid logo;
    if (uuid_parse(jr_str(theme, "logo"), &logo))
        JW_STR(&w, "logo", uuid_str(&logo));
    struct str site = jr_str(theme, "site_url");
    if (site.p && site.n < 300 && (str_starts(site, S("https://")) || str_starts(site, S("http://"))))
        ok = ok && check_text(theme, "site_url", 300, &w, e);
    for (size_t i = 0; ok && i < sizeof lists / sizeof lists[0]; i++)
        ok = check_list(theme, &lists[i], &w, e);
    if (ok)
        jw_close(&w, '}');
    if (ok)
        *clean = arena_str(a, buf_str(&b));
    buf_free(&b);
    return ok;
}

struct token {
    const char *name;
    struct colour value;
};

static void write_block(struct buf *out, const char *selector, const struct token *tokens, size_t n)
{
    buf_printf(out, "%s{", selector);
    for (size_t i = 0; i < n; i++)
        buf_printf(out, "%s:%s;", tokens[i].name, colour_print(tokens[i].value).text);
    buf_addz(out, "}\n");
}

static void write_light(struct buf *out, struct colour p, struct colour accent)
{
    struct colour primary = colour_until(p, white, 4.5, false);
    struct colour hero_ink = {0xf6, 0xf3, 0xea};
    struct colour hero = colour_until(colour_shade(p, 0.28, 0.8), hero_ink, 7, false);
    const struct token tokens[] = {
        {"--t-primary", primary}, {"--t-primary-2", colour_shade(primary, colour_lightness(primary) - 0.08, 1)},
        {"--t-on", white}, {"--t-tint", colour_shade(p, 0.94, 0.15)}, {"--t-hero", hero},
        {"--t-hero-ink", hero_ink}, {"--t-hero-ink-2", colour_shade(p, 0.86, 0.25)}, {"--t-accent", accent},
        {"--m-1", colour_shade(p, 0.92, 0.2)}, {"--m-2", colour_shade(p, 0.83, 0.45)},
        {"--m-3", colour_shade(p, 0.72, 0.7)}, {"--m-4", colour_shade(p, 0.54, 0.9)},
        {"--m-5", colour_shade(p, 0.46, 1)}, {"--m-6", colour_shade(p, 0.36, 1)}};
    write_block(out, ":root:root", tokens, sizeof tokens / sizeof tokens[0]);
}

static void write_dark(struct buf *out, const char *selector, struct colour p)
{
    struct colour primary = colour_until(colour_shade(p, 0.8, 0.8), dark_surface, 4.5, true);
    const struct token tokens[] = {
        {"--t-primary", primary}, {"--t-primary-2", colour_shade(primary, 0.88, 0.8)},
        {"--t-on", colour_shade(p, 0.2, 0.6)}, {"--t-tint", colour_shade(p, 0.28, 0.35)},
        {"--t-hero", colour_shade(p, 0.22, 0.6)},
        {"--m-1", colour_shade(p, 0.3, 0.4)}, {"--m-2", colour_shade(p, 0.38, 0.6)},
        {"--m-3", colour_shade(p, 0.46, 0.7)}, {"--m-4", colour_shade(p, 0.64, 0.7)},
        {"--m-5", colour_shade(p, 0.76, 0.6)}, {"--m-6", colour_shade(p, 0.88, 0.4)}};
    write_block(out, selector, tokens, sizeof tokens / sizeof tokens[0]);
}

void brand_css(struct str theme, struct buf *out)
{
    static const char *const stacks[][2] = {{"public-sans", "\"Public Sans\""},
                                            {"atkinson", "\"Atkinson Hyperlegible Next\""}};
    struct err ignored;
    json_t *t = jr_parse(theme, &ignored);
    struct colour primary, accent = {0xd9, 0x8a, 0x1f};
    if (t && colour_parse(jr_str(t, "primary"), &primary, &ignored)) {
        colour_parse(jr_str(t, "accent"), &accent, &ignored);
        write_light(out, primary, accent);
        write_dark(out, ":root:root[data-theme=\"dark\"]", primary);
        buf_addz(out, "@media (prefers-color-scheme:dark){\n");
        write_dark(out, ":root:root:not([data-theme=\"light\"])", primary);
        buf_addz(out, "}\n");
    }
    for (size_t i = 0; t && i < sizeof stacks / sizeof stacks[0]; i++)
        if (str_eq(jr_str(t, "font"), str_of(stacks[i][0])))
            buf_printf(out, ":root{--f-text:%s,\"Segoe UI\",Roboto,Arial,sans-serif}\n", stacks[i][1]);
    json_decref(t);
}

struct str brand_hash(struct arena *a, struct str theme)
{
    unsigned char raw[16];
    char text[33];
    crypto_generichash(raw, sizeof raw, (const unsigned char *)(theme.p ? theme.p : ""), theme.n, NULL, 0);
    sodium_bin2hex(text, sizeof text, raw, sizeof raw);
    return arena_str(a, str_part(str_of(text), 0, 16));
}
