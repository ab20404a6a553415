#include "tenants/pages/page.h"

#include "core/base/jr.h"
#include "core/base/utf8.h"
#include "core/web/asset.h"
#include "core/web/engine.h"
#include "core/web/url.h"
#include "tenants/directory/brand.h"
#include "tenants/pages/legal.h"
#include "tenants/pages/say.h"

const struct tenant *page_root(struct req *r)
{
    struct host_found found = heads_host(req_heads(r), r->tenant->root_host);
    return found.tenant ? found.tenant : r->tenant;
}

struct str page_image(struct arena *a, struct str id)
{
    struct uuid parsed;
    return uuid_parse(id, &parsed) ? arena_printf(a, "/media/%s.png", parsed.text) : STR_NONE;
}

struct str page_error(struct req *r, const struct err *e)
{
    struct buf b = {0};
    err_say(e, r->lang, &b);
    struct str said = arena_str(r->a, buf_str(&b));
    buf_free(&b);
    return said;
}

struct str page_with(struct req *r, enum text_key key, struct str value)
{
    struct str text = page_say(r, key);
    ptrdiff_t at = str_find(text, S("{0}"));
    return at < 0 ? text : arena_printf(r->a, STR_FMT STR_FMT STR_FMT, (int)at, text.p, STR_ARG(value),
                                        STR_ARG(str_from(text, (size_t)at + 3)));
}

static bool is_small_word(struct str word)
{
    static const char *const words[] = {"de", "du", "des", "la", "le", "les", "et", "d", "l", "en", "of", "the"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (str_ieq(word, str_of(words[i])))
            return true;
    return false;
}

struct str page_initials(struct arena *a, struct str name)
{
    char out[9];
    size_t n = 0, letters = 0;
    for (struct str rest = name, word; letters < 2 && str_cut(&rest, ' ', &word);) {
        uint32_t code;
        size_t len = word.n && !is_small_word(word) ? utf8_next(word, &code) : 0;
        if (len == 0 || n + len > sizeof out)
            continue;
        memcpy(out + n, word.p, len);
        n += len;
        letters++;
    }
    return arena_str(a, (struct str){out, n});
}

/* "Région Centre-Val de Loire" under the mark "Data" reads "Centre-Val de Loire". */
static struct str territory(struct str name)
{
    return str_starts(name, S("Région ")) ? str_from(name, S("Région ").n) : name;
}

/* This very address in the other language: what was asked stays asked. */
static struct str other_language(struct req *r)
{
    struct buf b = {0};
    struct str name, value;
    bool is_read = r->x->method == HTTP_GET || r->x->method == HTTP_HEAD;
    buf_add(&b, is_read ? r->x->path : S("/"));
    buf_printf(&b, "?lang=%s", r->lang == LANG_FR ? "en" : "fr");
    for (size_t at = 0; is_read && (at = req_query_all(r, at, &name, &value));) {
        if (str_eq(name, S("lang")))
            continue;
        buf_addc(&b, '&');
        url_encode(&b, name);
        buf_addc(&b, '=');
        url_encode(&b, value);
    }
    struct str url = arena_str(r->a, buf_str(&b));
    buf_free(&b);
    return url;
}

static struct str login_url(struct req *r)
{
    bool is_read = r->x->method == HTTP_GET;
    struct buf b = {0};
    buf_addz(&b, "/login/");
    if (is_read && r->x->path.n > 1 && !str_starts(r->x->path, S("/login")) && !str_starts(r->x->path, S("/invite"))) {
        buf_addz(&b, "?next=");
        url_encode(&b, r->x->path);
    }
    struct str url = arena_str(r->a, buf_str(&b));
    buf_free(&b);
    return url;
}

struct str page_look(struct arena *a, const struct tenant *t, const char *key)
{
    struct err ignored;
    json_t *theme = jr_parse(t->theme, &ignored);
    struct str value = arena_str(a, jr_str(theme, key));
    json_decref(theme);
    return value;
}

struct str page_look_list(struct arena *a, const struct tenant *t, const char *key)
{
    struct err ignored;
    struct buf b = {0};
    size_t i;
    json_t *item, *theme = jr_parse(t->theme, &ignored);
    json_array_foreach(jr_array(theme, key), i, item)
        buf_printf(&b, "%s%s", i ? "\x1f" : "", json_string_value(item));
    json_decref(theme);
    struct str list = arena_str(a, buf_str(&b));
    buf_free(&b);
    return list;
}

static struct str theme_sheet(struct req *r)
{
    struct buf css = {0};
    brand_css(r->tenant->theme, &css);
    bool is_empty = css.n == 0;
    buf_free(&css);
    return is_empty ? STR_NONE
                    : arena_printf(r->a, "/theme/" STR_FMT ".css", STR_ARG(brand_hash(r->a, r->tenant->theme)));
}

static void fill_head(struct req *r, const struct page_frame *f, struct page_layout *p)
{
    p->title = f->title;
    p->description = f->description;
    p->structured = f->structured;
    p->css = asset_url("site.css");
    p->js = asset_url("app.js");
    p->icon = asset_url("icon.svg");
    p->font = asset_known("font.woff2") ? asset_url("font.woff2") : STR_NONE;
    p->theme = theme_sheet(r);
    p->office = f->office;
    p->other_url = other_language(r);
    p->other_lang = r->lang == LANG_FR ? S("en") : S("fr");
    p->other_short = r->lang == LANG_FR ? S("EN") : S("FR");
    p->other_name = r->lang == LANG_FR ? S("English version") : S("version française");
}

static void fill_names(struct req *r, struct page_layout *p)
{
    const struct tenant *root = page_root(r);
    p->is_sub = !r->tenant->is_root;
    p->root_host = r->tenant->root_host;
    p->root_url = p->is_sub ? arena_printf(r->a, STR_FMT "/", STR_ARG(req_tenant_url(r, root->host))) : S("/");
    p->territory = territory(root->name);
    p->tenant = r->tenant->name;
    p->portal = p->is_sub ? r->tenant->name : arena_printf(r->a, "Data " STR_FMT, STR_ARG(p->territory));
    p->logo = page_image(r->a, page_look(r->a, r->tenant, "logo"));
    p->initials = page_initials(r->a, r->tenant->name);
    p->inst_name = root->name;
    p->inst_initials = page_initials(r->a, p->territory);
    p->inst_url = page_look(r->a, root, "site_url");
    if (!p->inst_url.n)
        p->inst_url = p->root_url;
    struct uuid logo;
    if (uuid_parse(page_look(r->a, root, "logo"), &logo)) /* of the root: asked for at its own address */
        p->inst_logo = arena_printf(r->a, "/media/region/%s.png", logo.text);
    p->has_partners = r->tenant->is_root;
}

/* ?lang= was asked for: it rides on in every link and form of this host, so that no cookie is needed. */
static bool language_rides(struct req *r)
{
    struct str asked = req_query(r, S("lang"));
    return str_eq(asked, S("fr")) || str_eq(asked, S("en"));
}

static bool goes_on(struct str url)
{
    static const char *const not_pages[] = {"/assets/", "/theme/", "/media/", "/api/", "//"};
    for (size_t i = 0; i < sizeof not_pages / sizeof not_pages[0]; i++)
        if (str_starts(url, str_of(not_pages[i])))
            return false;
    return str_starts(url, S("/")) && str_find(url, S("lang=")) < 0;
}

static void put_address(struct buf *out, struct str url, const char *lang)
{
    ptrdiff_t hash = str_chr(url, '#');
    struct str path = hash < 0 ? url : str_part(url, 0, (size_t)hash);
    buf_add(out, path);
    if (goes_on(url))
        buf_printf(out, "%slang=%s", str_chr(path, '?') < 0 ? "?" : "&amp;", lang);
    if (hash >= 0)
        buf_add(out, str_from(url, (size_t)hash));
}

/* A GET form writes its fields over the query of its action: the language needs a field of its own. */
static void put_field(struct buf *out, struct str tag, const char *lang)
{
    if (str_starts(tag, S("<form")) && str_find(tag, S("method=\"post\"")) < 0)
        buf_printf(out, "<input type=\"hidden\" name=\"lang\" value=\"%s\">", lang);
}

static void put_tag(struct buf *out, struct str tag, const char *lang)
{
    ptrdiff_t href = str_find(tag, S(" href=\"/")), action = str_find(tag, S(" action=\"/"));
    ptrdiff_t at = href >= 0 ? href : action;
    bool is_link = str_starts(tag, S("<a ")) || str_starts(tag, S("<form "));
    if (at < 0 || !is_link) {
        buf_add(out, tag);
        return;
    }
    size_t begin = (size_t)at + (href >= 0 ? 7 : 9);
    struct str rest = str_from(tag, begin);
    ptrdiff_t quote = str_chr(rest, '"');
    size_t end = quote < 0 ? rest.n : (size_t)quote;
    buf_add(out, str_part(tag, 0, begin));
    put_address(out, str_part(rest, 0, end), lang);
    buf_add(out, str_from(rest, end));
    put_field(out, tag, lang);
}

static void put_language(struct buf *out, struct str html, const char *lang)
{
    for (ptrdiff_t open; (open = str_chr(html, '<')) >= 0;) {
        buf_add(out, str_part(html, 0, (size_t)open));
        html = str_from(html, (size_t)open);
        ptrdiff_t close = str_chr(html, '>');
        size_t n = close < 0 ? html.n : (size_t)close + 1;
        put_tag(out, str_part(html, 0, n), lang);
        html = str_from(html, n);
    }
    buf_add(out, html);
}

void page_write(struct req *r, const struct page_frame *f, struct str body, struct buf *out)
{
    struct page_layout p = {.body = markup_trusted(body), .refresh_s = f->refresh_s, .signed_in = r->who.account.text[0] != '\0',
                            .who = r->who.name, .csrf = r->who.csrf, .login_url = login_url(r),
                            .terms_date = say_date(r->a, r->lang, S(LEGAL_TERMS_DATE))};
    p.at_explore = f->nav == NAV_EXPLORE;
    p.at_themes = f->nav == NAV_THEMES;
    p.at_partners = f->nav == NAV_PARTNERS;
    p.at_api = f->nav == NAV_API;
    fill_head(r, f, &p);
    fill_names(r, &p);
    if (!language_rides(r)) {
        page_layout(out, r->lang, &p);
        return;
    }
    struct buf plain = {0};
    page_layout(&plain, r->lang, &p);
    put_language(out, buf_str(&plain), r->lang == LANG_EN ? "en" : "fr");
    buf_free(&plain);
}

void page_reply(struct req *r, int status, const struct page_frame *f, struct buf *body)
{
    page_write(r, f, buf_str(body), req_reply(r, status, S("text/html; charset=utf-8")));
    buf_free(body);
}
