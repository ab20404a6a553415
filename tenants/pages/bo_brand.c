/* The look of a portal: two colours, a font, a logo, texts; checked before they are kept. */
#include "tenants/directory/brand.h"

#include <fcntl.h>
#include <unistd.h>

#include "core/base/jr.h"
#include "core/base/jw.h"
#include "core/web/errors.h"
#include "tenants/directory/colour.h"
#include "tenants/directory/errors.h"
#include "tenants/directory/organisation.h"
#include "tenants/directory/tenant.h"
#include "tenants/pages/bo.h"
#include "tenants/pages/bo_routes.h"
#include "tenants/pages/sql.h"

static bool ask_brand(struct req *r, struct err *e)
{
    (void)e;
    req_ask(r, &sql_bo_brand, (struct str[]){uuid_str(&r->tenant->id)});
    return true;
}

static struct str member(struct req *r, const json_t *theme, const char *key)
{
    return arena_str(r->a, jr_str(theme, key));
}

static struct markup brand_form(struct req *r, const json_t *theme)
{
    const struct bo_choice fonts[] = {{S("source-sans"), S("Source Sans")}, {S("public-sans"), S("Public Sans")},
                                      {S("atkinson"), S("Atkinson Hyperlegible")}};
    struct str primary = member(r, theme, "primary"), accent = member(r, theme, "accent");
    const struct bo_field fields[] = {
        {.name = "primary", .label = page_say(r, TEXT_BO_BRAND_PRIMARY), .value = primary, .complete = "off",
         .hint = page_say(r, TEXT_BO_BRAND_COLOUR_HINT)},
        {.name = "accent", .label = page_say(r, TEXT_BO_BRAND_ACCENT), .value = accent, .complete = "off",
         .hint = page_say(r, TEXT_BO_BRAND_COLOUR_HINT)},
        {.name = "font", .kind = BO_SELECT, .label = page_say(r, TEXT_BO_BRAND_FONT), .value = member(r, theme, "font"),
         .choices = fonts, .nchoices = 3, .required = true},
        {.name = "hero_title", .label = page_say(r, TEXT_BO_BRAND_TITLE), .value = member(r, theme, "hero_title")},
        {.name = "hero_text", .kind = BO_AREA, .label = page_say(r, TEXT_BO_BRAND_TEXT),
         .value = member(r, theme, "hero_text")},
        {.name = "site_url", .label = page_say(r, TEXT_BO_BRAND_SITE), .type = "url", .value = member(r, theme, "site_url")},
        {.name = "logo", .kind = BO_FILE, .label = page_say(r, TEXT_BO_PARTNER_LOGO), .accept = "image/png",
         .hint = page_say(r, TEXT_BO_LOGO_HINT)},
    };
    return bo_form_html(r, &(struct bo_form){.action = S("/backoffice/brand/"), .fields = fields, .is_upload = true,
                                             .n = sizeof fields / sizeof fields[0],
                                             .submit = page_say(r, TEXT_BO_BRAND_SAVE)});
}

static size_t put_pairs(struct req *r, const json_t *theme, struct page_bo_brand_pairs pairs[2])
{
    struct colour c, white = {255, 255, 255};
    struct err ignored;
    size_t n = 0;
    if (colour_parse(jr_str(theme, "primary"), &c, &ignored)) {
        double ratio = colour_contrast(c, white);
        pairs[n++] = (struct page_bo_brand_pairs){page_say(r, TEXT_BO_BRAND_ON_WHITE),
                                                  arena_printf(r->a, "%.1f", ratio), ratio >= 4.5};
    }
    return n;
}

static bool reply_brand(struct req *r, struct err *e)
{
    json_t *theme = jr_parse(req_col(r, 0, 0, 0), e);
    if (!theme)
        return false;
    struct page_bo_brand_pairs pairs[2];
    struct page_bo_brand p = {.form = brand_form(r, theme), .portal = r->tenant->name, .pairs = pairs,
                              .hero_title = member(r, theme, "hero_title"), .hero_text = member(r, theme, "hero_text"),
                              .logo = page_image(r->a, member(r, theme, "logo"))};
    p.pairs_n = put_pairs(r, theme, pairs);
    json_decref(theme);
    struct buf body = {0};
    page_bo_brand(&body, r->lang, &p);
    bo_reply(r, bo_status(r), &(struct bo_page){.title = page_say(r, TEXT_BO_BRAND), .nav = BO_BRAND,
                                                .lead = page_say(r, TEXT_BO_BRAND_LEAD)}, &body);
    return true;
}

const struct step bo_brand[] = {{STEP_DB, ask_brand, NULL}, {STEP_REPLY, reply_brand, NULL}, {STEP_END, NULL, NULL}};

static bool new_logo(struct req *r, struct conn *c, struct str old, struct str *logo, struct err *e)
{
    struct uuid id;
    *logo = old;
    if (!r->upload.path || r->upload.size_bytes == 0)
        return true;
    size_t size = r->upload.size_bytes < 300000 ? (size_t)r->upload.size_bytes : 300000; /* one too large is refused as such */
    char *bytes = arena_alloc(r->a, size);
    int fd = open(r->upload.path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, bytes, size);
    if (fd >= 0)
        close(fd);
    if (n < 0)
        return ERR(e, err_busy, "spooled logo");
    if (!organisation_image(c, &r->tenant->id, (struct str){bytes, (size_t)n}, &id, e))
        return false;
    *logo = arena_str(r->a, uuid_str(&id));
    return true;
}

static void put_sent(struct req *r, struct jw *w, const char *key)
{
    struct str value = str_trim(req_form(r, str_of(key)));
    if (value.n) {
        jw_key(w, str_of(key));
        jw_str(w, value);
    }
}

/* What the form sent, as the JSON of a theme. */
static json_t *sent_theme(struct req *r, struct str logo, struct err *e)
{
    static const char *const keys[] = {"primary", "accent", "font", "hero_title", "hero_text", "site_url"};
    struct buf b = {0};
    struct jw w;
    jw_init(&w, &b, JW_COMPACT);
    jw_open(&w, '{');
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        put_sent(r, &w, keys[i]);
    if (logo.n)
        JW_STR(&w, "logo", logo);
    jw_close(&w, '}');
    json_t *theme = jr_parse(buf_str(&b), e);
    buf_free(&b);
    return theme;
}

static bool save(struct req *r, struct conn *c, struct err *e)
{
    struct str clean, logo, old = STR_NONE;
    struct err ignored;
    json_t *now = jr_parse(r->tenant->theme, &ignored);
    if (now)
        old = arena_str(r->a, jr_str(now, "logo"));
    json_decref(now);
    if (!new_logo(r, c, old, &logo, e))
        return false;
    json_t *theme = sent_theme(r, logo, e);
    bool ok = theme && brand_check(r->a, theme, &clean, e);
    json_decref(theme);
    bo_then(r, S("/backoffice/brand/?done=saved"));
    return ok && tenant_do(c, &sql_bo_brand_put, (struct str[]){uuid_str(&r->tenant->id), clean}, e) &&
           tenant_audit(c, &r->tenant->id, bo_me(r), S("brand"), S("theme"), clean, e);
}

static bool work_save(struct req *r, struct err *e)
{
    return bo_write(r, save, e);
}

const struct step bo_brand_save[] = {
    {STEP_WORK, work_save, NULL}, {STEP_DB, ask_brand, NULL}, {STEP_REPLY, reply_brand, NULL}, {STEP_END, NULL, NULL},
};
