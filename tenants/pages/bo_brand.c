/* The look of a portal: two colours, a font, a logo, texts; checked before they are kept. */
#include "tenants/directory/brand.h"

#include <fcntl.h>
#include <unistd.h>

#include "core/base/jr.h"
#include "core/web/url.h"
#include "core/web/asset.h"
#include "core/web/errors.h"
#include "tenants/directory/colour.h"
#include "tenants/directory/errors.h"
#include "tenants/directory/organisation.h"
#include "tenants/directory/tenant.h"
#include "tenants/pages/bo.h"
#include "tenants/pages/bo_brand.h"
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
                                             .submit = page_say(r, TEXT_BO_BRAND_SAVE), .also = page_say(r, TEXT_BO_BRAND_TRY),
                                             .also_url = S("/backoffice/brand/preview")});
}

static const char *const drawn[] = {"primary", "accent", "font", "hero_title", "hero_text"};
enum { DRAWN = sizeof drawn / sizeof drawn[0] };

/* The address of a drawing of a look: that of the form when it was sent, else the one that is kept. */
static struct str draft_address(struct req *r, const json_t *theme, const char *path)
{
    struct buf b = {0};
    buf_addz(&b, path);
    for (size_t i = 0; i < DRAWN; i++) {
        struct str sent = str_trim(req_form(r, str_of(drawn[i])));
        struct str value = req_form(r, S("csrf")).p ? sent : jr_str(theme, drawn[i]);
        buf_printf(&b, "%c%s=", i ? '&' : '?', drawn[i]);
        url_encode(&b, value);
    }
    struct str url = arena_str(r->a, buf_str(&b));
    buf_free(&b);
    return url;
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
    struct page_bo_brand p = {.form = brand_form(r, theme),
                              .portal = r->tenant->name,
                              .pairs = pairs,
                              .logo = page_image(r->a, member(r, theme, "logo")),
                              .frame = draft_address(r, theme, "/backoffice/brand/frame")};
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

/* What the form has: a field left empty takes its member away. */
static json_t *sent_theme(struct req *r, struct str logo)
{
    static const char *const keys[] = {"primary", "accent", "font", "hero_title", "hero_text", "site_url"};
    json_t *theme = json_object();
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        struct str value = str_trim(req_form(r, str_of(keys[i])));
        if (value.p)
            json_object_set_new(theme, keys[i], value.n ? json_stringn(value.p, value.n) : json_null());
    }
    if (logo.n)
        json_object_set_new(theme, "logo", json_stringn(logo.p, logo.n));
    return theme;
}

static json_t *stored_theme(struct req *r, struct conn *c, struct err *e)
{
    PGresult *rows = conn_ask(c, &sql_bo_brand, (struct str[]){uuid_str(&r->tenant->id)}, e);
    json_t *theme = rows ? jr_parse(str_of(PQgetvalue(rows, 0, 0)), e) : NULL;
    PQclear(rows);
    return theme;
}

bool bo_brand_store(struct req *r, struct conn *c, json_t *changes, struct err *e)
{
    struct str clean;
    const char *key;
    json_t *value, *theme = stored_theme(r, c, e);
    if (!theme)
        return false;
    json_object_foreach(changes, key, value) {
        if (json_is_null(value))
            json_object_del(theme, key);
        else
            json_object_set(theme, key, value);
    }
    bool ok = brand_check(r->a, theme, &clean, e) &&
              tenant_do(c, &sql_bo_brand_put, (struct str[]){uuid_str(&r->tenant->id), clean}, e) &&
              tenant_audit(c, &r->tenant->id, bo_me(r), S("brand"), S("theme"), clean, e);
    json_decref(theme);
    return ok;
}

static bool save(struct req *r, struct conn *c, struct err *e)
{
    struct str logo;
    if (!new_logo(r, c, STR_NONE, &logo, e))
        return false;
    json_t *theme = sent_theme(r, logo);
    bool ok = bo_brand_store(r, c, theme, e);
    json_decref(theme);
    bo_then(r, S("/backoffice/brand/?done=saved"));
    return ok;
}

static bool work_save(struct req *r, struct err *e)
{
    return bo_write(r, save, e);
}

const struct step bo_brand_save[] = {
    {STEP_WORK, work_save, NULL}, {STEP_DB, ask_brand, NULL}, {STEP_REPLY, reply_brand, NULL}, {STEP_END, NULL, NULL},
};

/* ---- a look that is tried, and not kept ---- */

static bool draft(struct req *r, struct conn *c, struct err *e)
{
    struct str clean;
    json_t *theme = sent_theme(r, STR_NONE);
    (void)c;
    bo_state(r)->keep = true;
    bool ok = brand_check(r->a, theme, &clean, e);
    json_decref(theme);
    return ok;
}

static bool work_draft(struct req *r, struct err *e)
{
    return bo_write(r, draft, e);
}

const struct step bo_brand_draft[] = {
    {STEP_WORK, work_draft, NULL}, {STEP_DB, ask_brand, NULL}, {STEP_REPLY, reply_brand, NULL}, {STEP_END, NULL, NULL},
};

/* The look of an address, checked as one that is kept. */
static bool asked_theme(struct req *r, struct str *clean, struct err *e)
{
    json_t *theme = json_object();
    for (size_t i = 0; i < DRAWN; i++) {
        struct str value = str_trim(req_query(r, str_of(drawn[i])));
        if (value.n)
            json_object_set_new(theme, drawn[i], json_stringn(value.p, value.n));
    }
    bool ok = brand_check(r->a, theme, clean, e);
    json_decref(theme);
    return ok;
}

static bool reply_sheet(struct req *r, struct err *e)
{
    struct str clean;
    if (!asked_theme(r, &clean, e))
        return false;
    brand_css(clean, req_reply(r, 200, S("text/css; charset=utf-8")));
    return true;
}

static struct str or_else(struct str chosen, struct str otherwise)
{
    return chosen.n ? chosen : otherwise;
}

static bool reply_frame(struct req *r, struct err *e)
{
    struct str clean;
    struct err why = {0};
    struct buf said = {0};
    struct page_bo_brand_frame p = {.css = asset_url("site.css"),
                                    .portal = r->tenant->name,
                                    .logo = page_image(r->a, page_look(r->a, r->tenant, "logo")),
                                    .initials = page_initials(r->a, r->tenant->name)};
    (void)e;
    if (asked_theme(r, &clean, &why)) {
        bool sub = !r->tenant->is_root;
        json_t *theme = jr_parse(clean, &why);
        p.sheet = arena_printf(r->a, "/backoffice/brand/draft.css" STR_FMT, STR_ARG(draft_address(r, theme, "")));
        p.title = or_else(member(r, theme, "hero_title"),
                          page_with(r, sub ? TEXT_HOME_SUB_TITLE : TEXT_HOME_TITLE, r->tenant->name));
        p.text = or_else(member(r, theme, "hero_text"), page_say(r, sub ? TEXT_HOME_SUB_TEXT : TEXT_HOME_TEXT));
        json_decref(theme);
    } else {
        err_say(&why, r->lang, &said);
        p.refused = arena_str(r->a, buf_str(&said));
        buf_free(&said);
    }
    page_bo_brand_frame(req_reply(r, 200, S("text/html; charset=utf-8")), r->lang, &p);
    return true;
}

const struct step bo_brand_sheet[] = {{STEP_REPLY, reply_sheet, NULL}, {STEP_END, NULL, NULL}};
const struct step bo_brand_frame[] = {{STEP_REPLY, reply_frame, NULL}, {STEP_END, NULL, NULL}};
