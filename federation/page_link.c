/* /backoffice/federation/: links made, paused, resumed, ended; the account on a national portal. */
#include "federation/errors.h"
#include "federation/federation.h"
#include "federation/html.h"
#include "federation/link.h"
#include "federation/page.h"
#include "tenants/pages/bo.h"

enum { FILTER_MAX = 1000 };

#define SAY(r, key) federation_text((r)->lang, FEDERATION_TEXT_##key)

static struct str sent(struct req *r, const char *field)
{
    return str_trim(req_form(r, str_of(field)));
}

/* ---- the forms ---- */

struct markup federation_page_form(struct req *r, unsigned portals)
{
    bool root = r->tenant->is_root;
    size_t n = root ? req_rows(r, portals) : 0;
    struct bo_choice *others = ARENA_ARRAY(r->a, struct bo_choice, n + 1);
    for (size_t i = 0; i < n; i++)
        others[i] = (struct bo_choice){req_col(r, portals, i, 0), req_col(r, portals, i, 1)};
    const struct bo_choice ways[] = {{S("downward"), root ? SAY(r, WAY_DOWN_REGION) : SAY(r, WAY_DOWN_PORTAL)},
                                     {S("upward"), root ? SAY(r, WAY_UP_REGION) : SAY(r, WAY_UP_PORTAL)}};
    const struct bo_field fields[] = {
        {.name = "portal", .kind = BO_SELECT, .label = SAY(r, ADD_PORTAL), .choices = others, .nchoices = n, .required = true},
        {.name = "way", .kind = BO_RADIO, .label = SAY(r, ADD_WAY), .choices = ways, .nchoices = 2, .value = S("downward"),
         .required = true},
        {.name = "dataset", .label = SAY(r, ADD_DATASET), .hint = SAY(r, ADD_DATASET_HINT), .complete = "off"},
        {.name = "filter", .label = SAY(r, ADD_FILTER), .hint = SAY(r, ADD_FILTER_HINT), .complete = "off"},
    };
    size_t skip = root ? 0 : 1;
    return bo_form_html(r, &(struct bo_form){.action = S("/backoffice/federation/add"), .fields = fields + skip, .n = 4 - skip,
                                             .submit = SAY(r, ADD_SUBMIT)});
}

struct markup federation_page_national_form(struct req *r)
{
    const struct bo_field fields[] = {
        {.name = "url", .label = SAY(r, NATIONAL_URL), .type = "url", .required = true, .hint = SAY(r, NATIONAL_URL_HINT),
         .value = S("https://www.data.gouv.fr")},
        {.name = "name", .label = SAY(r, NATIONAL_NAME), .hint = SAY(r, NATIONAL_NAME_HINT), .complete = "off"},
        {.name = "organisation", .label = SAY(r, NATIONAL_ORGANISATION), .hint = SAY(r, NATIONAL_ORGANISATION_HINT), .complete = "off"},
        {.name = "key", .label = SAY(r, NATIONAL_KEY), .type = "password", .required = true, .hint = SAY(r, NATIONAL_KEY_HINT),
         .complete = "new-password"},
    };
    return bo_form_html(r, &(struct bo_form){.action = S("/backoffice/federation/national"), .fields = fields,
                                             .n = sizeof fields / sizeof fields[0], .submit = SAY(r, NATIONAL_SUBMIT)});
}

/* ---- the writes ---- */

/* Back in the portal's own rights: what was looked up stood on another. */
static bool settle(struct req *r, struct conn *c, const char *action, struct str subject, const char *done, struct err *e)
{
    bo_then(r, arena_printf(r->a, "/backoffice/federation/?done=%s", done));
    return tenant_enter(c, &r->tenant->id, e) && tenant_audit(c, &r->tenant->id, bo_me(r), str_of(action), subject, STR_NONE, e);
}

static bool add(struct req *r, struct conn *c, struct err *e)
{
    struct tenant_row here, other;
    struct uuid id;
    struct str filter = sent(r, "filter");
    bool down = str_eq(sent(r, "way"), S("downward")), from_here = down == r->tenant->is_root;
    if (filter.n > FILTER_MAX || (!down && !str_eq(sent(r, "way"), S("upward"))))
        return ERR(e, err_link_pair, "%zu bytes of filter", filter.n);
    struct err unknown = {0};
    if (!tenant_find(c, r->a, r->tenant->host, &here, e))
        return false;
    if (!tenant_find(c, r->a, r->tenant->is_root ? sent(r, "portal") : r->tenant->root_host, &other, &unknown))
        return ERR(e, err_link_pair, "no such portal"); /* the same as for a portal of another region */
    return link_add(c, from_here ? &here : &other, from_here ? &other : &here,
                    &(struct link_new){
                        .dataset = sent(r, "dataset"), .row_filter = filter.n ? filter : STR_NONE, .open_only = true},
                    &id, e) &&
           settle(r, c, "link_add", uuid_str(&id), "made", e);
}

static bool national(struct req *r, struct conn *c, struct err *e)
{
    struct tenant_row here;
    struct uuid id;
    struct link_national new = {.url = sent(r, "url"), .name = str_part(sent(r, "name"), 0, 100),
                                .organisation = sent(r, "organisation"), .key = sent(r, "key")};
    return federation_page_standin(r, c, new.url, &new.is_standin, e) && tenant_find(c, r->a, r->tenant->host, &here, e) &&
           link_national(c, r->a, NULL, &here, &new, &id, e) && settle(r, c, "link_national", uuid_str(&id), "made", e);
}

static bool change(struct req *r, struct conn *c, struct err *e)
{
    static const struct {
        const char *act, *state;
    } acts[] = {{"pause", "paused"}, {"resume", "active"}, {"end", NULL}};
    struct str link = sent(r, "link"), act = sent(r, "act");
    bool ours;
    if (!federation_page_owns(r, c, link, &ours, e))
        return false;
    for (size_t i = 0; ours && i < sizeof acts / sizeof acts[0]; i++)
        if (str_eq(act, str_of(acts[i].act)))
            return (acts[i].state ? link_state(c, link, str_of(acts[i].state), e) : link_end(c, link, NULL, e)) &&
                   settle(r, c, arena_printf(r->a, "link_%s", acts[i].act).p, link, acts[i].act, e);
    return ERR(e, err_federation_link_unknown, "%zu bytes", link.n); /* the same as for one that never was */
}

static bool work_add(struct req *r, struct err *e)
{
    return bo_write(r, add, e);
}

static bool work_national(struct req *r, struct err *e)
{
    return bo_write(r, national, e);
}

static bool work_change(struct req *r, struct err *e)
{
    return bo_write(r, change, e);
}

#define WRITE(name, work)                                                                                             \
    const struct step name[] = {{STEP_WORK, work, NULL}, {STEP_DB, federation_page_ask, NULL},                        \
                                {STEP_REPLY, federation_page_reply, NULL}, {STEP_END, NULL, NULL}}
WRITE(federation_page_add, work_add);
WRITE(federation_page_national, work_national);
WRITE(federation_page_change, work_change);
