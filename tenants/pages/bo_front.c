/* The front page: the data sets it shows first, in their order; the sites that may show its pages in theirs. */
#include "core/base/jr.h"
#include "tenants/directory/brand.h"
#include "tenants/pages/bo.h"
#include "tenants/pages/bo_brand.h"
#include "tenants/pages/bo_routes.h"
#include "tenants/pages/errors.h"
#include "tenants/pages/sql.h"

enum { THEME, DATASETS };

static bool ask_front(struct req *r, struct err *e)
{
    (void)e;
    const struct str me[] = {uuid_str(&r->tenant->id)};
    req_ask(r, &sql_bo_brand, me);
    req_ask(r, &sql_bo_front, me);
    return true;
}

static const char *const places[BRAND_HIGHLIGHTS] = {"place1", "place2", "place3", "place4", "place5", "place6"};

static struct str nth(struct req *r, const json_t *list, size_t i)
{
    return arena_str(r->a, str_of(json_string_value(json_array_get(list, i))));
}

/* The embedders a line each, as they are typed. */
static struct str lines_of(struct req *r, const json_t *list)
{
    struct buf b = {0};
    size_t i;
    json_t *item;
    json_array_foreach(list, i, item)
        buf_printf(&b, "%s%s", i ? "\n" : "", json_string_value(item));
    struct str lines = arena_str(r->a, buf_str(&b));
    buf_free(&b);
    return lines;
}

static struct markup form_of(struct req *r, const json_t *theme)
{
    const json_t *chosen = jr_array(theme, "highlights");
    size_t n = req_rows(r, DATASETS);
    struct bo_choice *open = ARENA_ARRAY(r->a, struct bo_choice, n + 1);
    struct bo_field fields[BRAND_HIGHLIGHTS + 1] = {{0}};
    open[0] = (struct bo_choice){S(""), page_say(r, TEXT_BO_FRONT_NONE)};
    for (size_t i = 0; i < n; i++)
        open[i + 1] = (struct bo_choice){req_col(r, DATASETS, i, 0), req_col(r, DATASETS, i, 1)};
    for (size_t i = 0; i < BRAND_HIGHLIGHTS; i++)
        fields[i] = (struct bo_field){.name = places[i],
                                      .kind = BO_SELECT,
                                      .choices = open,
                                      .nchoices = n + 1,
                                      .value = nth(r, chosen, i),
                                      .label = page_with(r, TEXT_BO_FRONT_PLACE, arena_printf(r->a, "%zu", i + 1))};
    fields[BRAND_HIGHLIGHTS] = (struct bo_field){.name = "embed",
                                                 .kind = BO_AREA,
                                                 .label = page_say(r, TEXT_BO_FRONT_EMBED),
                                                 .hint = page_say(r, TEXT_BO_FRONT_EMBED_HINT),
                                                 .value = lines_of(r, jr_array(theme, "embed"))};
    return bo_form_html(r, &(struct bo_form){.action = S("/backoffice/front/"), .fields = fields, .n = BRAND_HIGHLIGHTS + 1,
                                             .submit = page_say(r, TEXT_BO_FRONT_SAVE)});
}

static bool reply_front(struct req *r, struct err *e)
{
    json_t *theme = jr_parse(req_col(r, THEME, 0, 0), e);
    if (!theme)
        return false;
    struct buf body = {0};
    struct page_bo_front p = {.form = form_of(r, theme)};
    json_decref(theme);
    page_bo_front(&body, r->lang, &p);
    bo_reply(r, bo_status(r), &(struct bo_page){.title = page_say(r, TEXT_BO_FRONT), .nav = BO_FRONT,
                                                .lead = page_say(r, TEXT_BO_FRONT_LEAD)}, &body);
    return true;
}

const struct step bo_front[] = {{STEP_DB, ask_front, NULL}, {STEP_REPLY, reply_front, NULL}, {STEP_END, NULL, NULL}};

static json_t *string_of(struct str s)
{
    json_t *j = json_stringn(s.p, s.n);
    return j ? j : json_string(""); /* not UTF-8: refused as not an identifier or address */
}

/* Each chosen one must be open here: a closed one is refused with the same words as one that never was. */
static bool are_open(struct req *r, struct conn *c, const json_t *chosen, struct err *e)
{
    size_t i;
    json_t *item;
    PGresult *rows = conn_ask(c, &sql_bo_front, (struct str[]){uuid_str(&r->tenant->id)}, e);
    bool ok = rows != NULL;
    json_array_foreach(chosen, i, item) {
        bool there = false;
        for (int row = 0; ok && row < PQntuples(rows); row++)
            there = there || strcmp(PQgetvalue(rows, row, 0), json_string_value(item)) == 0;
        if (ok && !there) {
            ok = ERR(e, err_highlight_closed, "%zu", i);
            err_arg(e, STR_FMT, STR_ARG(str_part(str_of(json_string_value(item)), 0, 100)));
        }
    }
    PQclear(rows);
    return ok;
}

static json_t *sent_places(struct req *r)
{
    json_t *list = json_array();
    for (size_t i = 0; i < BRAND_HIGHLIGHTS; i++) {
        struct str id = str_trim(req_form(r, str_of(places[i])));
        if (id.n)
            json_array_append_new(list, string_of(id));
    }
    return list;
}

/* "www.ville.example" is typed as often as its address. */
static json_t *sent_embedders(struct req *r)
{
    json_t *list = json_array();
    struct str text = req_form(r, S("embed")), line;
    while (text.n && str_cut(&text, '\n', &line)) {
        line = str_trim(line);
        bool whole = str_find(line, S("://")) >= 0;
        struct str site = arena_printf(r->a, "%s" STR_FMT, whole ? "" : "https://", STR_ARG(str_part(line, 0, 300)));
        if (site.n && site.p[site.n - 1] == '/' && line.n > 1)
            site.n--;
        if (line.n)
            json_array_append_new(list, string_of(site));
    }
    return list;
}

static bool save(struct req *r, struct conn *c, struct err *e)
{
    json_t *changes = json_object();
    json_t *chosen = sent_places(r);
    json_object_set_new(changes, "highlights", chosen);
    json_object_set_new(changes, "embed", sent_embedders(r));
    bool ok = are_open(r, c, chosen, e) && bo_brand_store(r, c, changes, e);
    json_decref(changes);
    bo_then(r, S("/backoffice/front/?done=saved"));
    return ok;
}

static bool work_save(struct req *r, struct err *e)
{
    return bo_write(r, save, e);
}

const struct step bo_front_save[] = {
    {STEP_WORK, work_save, NULL}, {STEP_DB, ask_front, NULL}, {STEP_REPLY, reply_front, NULL}, {STEP_END, NULL, NULL},
};
