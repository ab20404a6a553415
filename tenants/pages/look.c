#include "tenants/pages/look.h"

#include "core/web/errors.h"
#include "tenants/directory/brand.h"
#include "tenants/directory/sql.h"
#include "tenants/pages/page.h"

static bool reply_theme(struct req *r, struct err *e)
{
    struct str wanted = arena_printf(r->a, STR_FMT ".css", STR_ARG(brand_hash(r->a, r->tenant->theme)));
    if (!str_eq(r->params[0], wanted))
        return ERR(e, err_not_found, "no look of this hash");
    brand_css(r->tenant->theme, req_reply(r, 200, S("text/css; charset=utf-8")));
    return true;
}

const struct step look_theme[] = {{STEP_REPLY, reply_theme, NULL}, {STEP_END, NULL, NULL}};

static bool image_id(struct req *r, struct uuid *id, struct err *e)
{
    struct str file = r->params[0];
    bool named = str_ends(file, S(".png")) && uuid_parse(str_part(file, 0, file.n - 4), id);
    return named ? true : ERR(e, err_not_found, "no image of this name");
}

static bool ask_image(struct req *r, struct err *e)
{
    struct uuid id;
    if (!image_id(r, &id, e))
        return false;
    req_ask(r, &sql_image_by_id, (struct str[]){uuid_str(&r->tenant->id), uuid_str(&id)});
    return true;
}

/* Of the root's images this one alone may be seen here: the mention that no partner can take away. */
static bool ask_region_image(struct req *r, struct err *e)
{
    struct uuid id, logo;
    const struct tenant *root = page_root(r);
    bool is_logo = image_id(r, &id, e) && uuid_parse(page_look(r->a, root, "logo"), &logo) &&
                   str_eq(uuid_str(&id), uuid_str(&logo));
    if (!is_logo)
        return ERR(e, err_not_found, "not the region's logo");
    req_ask(r, &sql_image_by_id, (struct str[]){uuid_str(&root->id), uuid_str(&id)});
    r->batch.tenant = root->id; /* asking began with this portal's */
    return true;
}

static int hex(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : 0;
}

/* bytea as PostgreSQL writes it: \x and two digits a byte. */
static void put_bytes(struct buf *out, struct str text)
{
    for (size_t i = 2; i + 1 < text.n; i += 2)
        buf_addc(out, (char)(hex(text.p[i]) << 4 | hex(text.p[i + 1])));
}

static bool reply_image(struct req *r, struct err *e)
{
    if (req_rows(r, 0) == 0)
        return ERR(e, err_not_found, "no such image");
    put_bytes(req_reply(r, 200, req_col(r, 0, 0, 0)), req_col(r, 0, 0, 1));
    return true;
}

const struct step look_image[] = {
    {STEP_DB, ask_image, NULL}, {STEP_REPLY, reply_image, NULL}, {STEP_END, NULL, NULL},
};
const struct step look_region_image[] = {
    {STEP_DB, ask_region_image, NULL}, {STEP_REPLY, reply_image, NULL}, {STEP_END, NULL, NULL},
};
