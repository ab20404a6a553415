#include "tenants/explore/catalogue_atom.h"

#include "core/base/clock.h"
#include "core/base/jr.h"
#include "core/base/markup.h"
#include "core/base/utf8.h"
#include "tenants/explore/catalogue_names.h"
#include "tenants/explore/datasets.h"
#include "tenants/explore/explore.h"
#include "tenants/explore/sql.h"

enum { NEWEST = 50, SUMMARY = 600 };
enum { COL_ID, COL_IDENTIFIER, COL_METAS, COL_CREATED, COL_ISSUED, COL_MODIFIED };

static void element(struct buf *out, const char *name, struct str text)
{
    buf_printf(out, "<%s>", name);
    markup_xml(out, text);
    buf_printf(out, "</%s>", name);
}

static void link_to(struct buf *out, const char *rel, const char *type, struct str url)
{
    buf_printf(out, "<link rel=\"%s\" type=\"%s\" href=\"", rel, type);
    markup_xml(out, url);
    buf_addz(out, "\"/>");
}

static bool ask_names(struct req *r, struct err *e)
{
    return catalogue_names_ask(r, NEWEST, e);
}

static bool ask_objects(struct req *r, struct err *e)
{
    (void)e;
    size_t n;
    struct str *ids = catalogue_names_take(r, false, &n);
    req_ask(r, &sql_dcat_objects, (struct str[]){uuid_str(&r->tenant->id), datasets_list_of(r->a, ids, n)});
    return true;
}

static void put_categories(struct buf *out, const json_t *themes)
{
    size_t i;
    json_t *theme;
    json_array_foreach(themes, i, theme) {
        buf_addz(out, "<category term=\"");
        markup_xml(out, str_of(json_string_value(theme)));
        buf_addz(out, "\"/>");
    }
}

static void put_entry(struct req *r, struct buf *out, size_t row, const json_t *metas)
{
    const json_t *given = jr_object(metas, "default");
    struct str text = str_part(jr_str(given, "description"), 0, SUMMARY), url;
    url = arena_printf(r->a, STR_FMT "/explore/dataset/" STR_FMT "/", STR_ARG(req_base_url(r)),
                       STR_ARG(req_col(r, 0, row, COL_ID)));
    buf_addz(out, "<entry>");
    element(out, "id", req_col(r, 0, row, COL_IDENTIFIER).n ? req_col(r, 0, row, COL_IDENTIFIER) : url);
    element(out, "title", jr_str(given, "title"));
    element(out, "published", req_col(r, 0, row, COL_ISSUED));
    element(out, "updated", req_col(r, 0, row, COL_MODIFIED));
    link_to(out, "alternate", "text/html", url);
    buf_addz(out, "<author>");
    element(out, "name", jr_str(given, "publisher"));
    buf_addz(out, "</author>");
    put_categories(out, jr_array(given, "theme"));
    element(out, "summary", str_part(text, 0, utf8_floor(text)));
    buf_addz(out, "</entry>\n");
}

static void put_head(struct req *r, struct buf *out)
{
    struct str base = req_base_url(r);
    struct buf now = {0};
    buf_addz(out, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"fr\">");
    element(out, "id", arena_printf(r->a, STR_FMT "/catalog.atom", STR_ARG(base)));
    element(out, "title", arena_printf(r->a, "Jeux de données : " STR_FMT, STR_ARG(r->tenant->name)));
    clock_iso(&now, clock_wall_us());
    element(out, "updated", req_rows(r, 0) ? req_col(r, 0, 0, COL_MODIFIED) : buf_str(&now));
    buf_free(&now);
    link_to(out, "self", "application/atom+xml", explore_self(r, -1));
    link_to(out, "alternate", "text/html", arena_printf(r->a, STR_FMT "/explore/", STR_ARG(base)));
    buf_addc(out, '\n');
}

static bool reply_feed(struct req *r, struct err *e)
{
    struct buf *out = req_reply(r, 200, S("application/atom+xml; charset=utf-8"));
    put_head(r, out);
    for (size_t row = 0; row < req_rows(r, 0); row++) {
        json_t *metas = jr_parse(req_col(r, 0, row, COL_METAS), e);
        if (!metas)
            return false;
        put_entry(r, out, row, metas);
        json_decref(metas);
    }
    buf_addz(out, "</feed>\n");
    return true;
}

const struct step catalogue_atom[] = {
    {STEP_DB, ask_names, NULL},
    {STEP_DB, ask_objects, NULL},
    {STEP_REPLY, reply_feed, NULL},
    {STEP_END, NULL, NULL},
};
