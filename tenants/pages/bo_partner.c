/* One partner: who answers for its convention, and whether the law obliges it to publish. */
#include "core/base/clock.h"
#include "tenants/directory/contact.h"
#include "tenants/directory/errors.h"
#include "tenants/directory/obligation.h"
#include "tenants/directory/sql.h"
#include "tenants/directory/tenant.h"
#include "tenants/pages/bo.h"
#include "tenants/pages/bo_partner.h"
#include "tenants/pages/bo_routes.h"
#include "tenants/pages/say.h"
#include "tenants/pages/sql.h"

/* bo_partner.sql's and bo_contacts.sql's columns */
enum { ONE_NAME, ONE_KIND, ONE_MODE, ONE_HOST, ONE_SIREN, ONE_INSEE, ONE_POPULATION, ONE_STAFF };
enum { WHO_ID, WHO_NAME, WHO_EMAIL, WHO_SINCE, WHO_UNTIL, WHO_LAPSED };
enum { FIGURE_MOST = 100000000 };

static bool ask(struct req *r, struct err *e)
{
    struct uuid id;
    if (!uuid_parse(r->params[0], &id))
        return ERR(e, err_partner_unknown, "not an id");
    req_ask(r, &sql_bo_partner, (struct str[]){uuid_str(&r->tenant->id), uuid_str(&id)});
    req_ask(r, &sql_bo_contacts, (struct str[]){uuid_str(&r->tenant->id), uuid_str(&id)});
    return true;
}

static struct str lapse_word(struct req *r, struct str lapsed)
{
    static const struct {
        const char *word;
        enum text_key key;
    } words[] = {{"none", TEXT_BO_LAPSED_NONE},
                 {"disabled", TEXT_BO_LAPSED_DISABLED},
                 {"never", TEXT_BO_LAPSED_NEVER},
                 {"silent", TEXT_BO_LAPSED_SILENT}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (str_eq(lapsed, str_of(words[i].word)))
            return page_say(r, words[i].key);
    return STR_NONE;
}

static void put_contacts(struct req *r, struct page_bo_partner *p)
{
    size_t n = req_rows(r, 1), in_charge = 0;
    struct page_bo_partner_contacts *list = ARENA_ARRAY(r->a, struct page_bo_partner_contacts, n + 1);
    for (size_t i = 0; i < n; i++) {
        struct str until = req_col(r, 1, i, WHO_UNTIL);
        list[i] = (struct page_bo_partner_contacts){.id = req_col(r, 1, i, WHO_ID),
                                                    .name = req_col(r, 1, i, WHO_NAME),
                                                    .email = req_col(r, 1, i, WHO_EMAIL),
                                                    .since = say_date(r->a, r->lang, req_col(r, 1, i, WHO_SINCE)),
                                                    .until = until.n ? say_date(r->a, r->lang, until) : STR_NONE,
                                                    .now = until.n == 0,
                                                    .lapsed = lapse_word(r, req_col(r, 1, i, WHO_LAPSED))};
        in_charge += list[i].now;
    }
    for (size_t i = 0; i < n; i++)
        list[i].may_remove = list[i].now && in_charge > 1;
    p->contacts = list;
    p->contacts_n = n;
}

static int64_t figure(struct req *r, int column)
{
    return req_col(r, 0, 0, column).n ? req_i64(r, 0, 0, column) : -1;
}

static void put_duty(struct req *r, struct page_bo_partner *p)
{
    static const enum text_key words[] = {[OBLIGATION_NO_RULE] = TEXT_BO_DUTY_NO_RULE,
                                          [OBLIGATION_SMALL] = TEXT_BO_DUTY_SMALL,
                                          [OBLIGATION_FEW_AGENTS] = TEXT_BO_DUTY_FEW,
                                          [OBLIGATION_LACKS_POPULATION] = TEXT_BO_DUTY_LACKS_POPULATION,
                                          [OBLIGATION_LACKS_STAFF] = TEXT_BO_DUTY_LACKS_STAFF,
                                          [OBLIGATION_MEETS] = TEXT_BO_DUTY_MEETS};
    int32_t today = (int32_t)(clock_wall_us() / INT64_C(86400000000));
    int64_t inhabitants = figure(r, ONE_POPULATION), agents = figure(r, ONE_STAFF);
    const struct obligation_rule *rule = obligation_rule_on(today);
    enum obligation_why why;
    enum obligation duty = obligation_of(req_col(r, 0, 0, ONE_KIND), inhabitants, agents, today, &why);
    p->obliged = duty == OBLIGATION_STANDS;
    p->exempt = duty == OBLIGATION_NONE;
    p->unknown = duty == OBLIGATION_UNKNOWN;
    p->why = page_say(r, words[why]);
    p->rule = rule ? str_of(r->lang == LANG_FR ? rule->text_fr : rule->text_en) : STR_NONE;
    p->population = inhabitants < 0 ? STR_NONE : say_count(r->a, r->lang, inhabitants);
    p->staff = agents < 0 ? STR_NONE : say_count(r->a, r->lang, agents);
}

static struct markup contact_form(struct req *r)
{
    const struct bo_choice ways[] = {{S("replace"), page_say(r, TEXT_BO_CONTACT_REPLACES)},
                                     {S("beside"), page_say(r, TEXT_BO_CONTACT_BESIDE)}};
    const struct bo_field fields[] = {
        {.name = "contact_name", .label = page_say(r, TEXT_BO_PERSON_NAME), .required = true, .complete = "off"},
        {.name = "email", .label = page_say(r, TEXT_BO_PERSON_EMAIL), .type = "email", .required = true, .complete = "off",
         .hint = page_say(r, TEXT_BO_CONTACT_EMAIL_HINT)},
        {.name = "since", .label = page_say(r, TEXT_BO_CONTACT_FROM), .type = "date"},
        {.name = "way", .kind = BO_RADIO, .label = page_say(r, TEXT_BO_CONTACT_WAY), .value = S("replace"), .choices = ways, .nchoices = 2},
    };
    return bo_form_html(r, &(struct bo_form){.action = arena_printf(r->a, "/backoffice/partners/" STR_FMT "/contact",
                                                                    STR_ARG(r->params[0])),
                                             .fields = fields,
                                             .n = 4,
                                             .submit = page_say(r, TEXT_BO_CONTACT_SAVE)});
}

static struct markup figures_form(struct req *r)
{
    const struct bo_field fields[] = {
        {.name = "population", .label = page_say(r, TEXT_BO_PARTNER_POPULATION), .type = "number", .value = req_col(r, 0, 0, ONE_POPULATION)},
        {.name = "staff", .label = page_say(r, TEXT_BO_PARTNER_STAFF), .type = "number", .value = req_col(r, 0, 0, ONE_STAFF),
         .hint = page_say(r, TEXT_BO_PARTNER_STAFF_HINT)},
    };
    return bo_form_html(r, &(struct bo_form){.action = arena_printf(r->a, "/backoffice/partners/" STR_FMT "/figures",
                                                                    STR_ARG(r->params[0])),
                                             .fields = fields,
                                             .n = 2,
                                             .submit = page_say(r, TEXT_BO_FIGURES_SAVE)});
}

static bool reply(struct req *r, struct err *e)
{
    if (req_rows(r, 0) == 0)
        return ERR(e, err_partner_unknown, "no row");
    struct str host = req_col(r, 0, 0, ONE_HOST);
    struct page_bo_partner p = {.csrf = r->who.csrf,
                                .base = arena_printf(r->a, "/backoffice/partners/" STR_FMT "/", STR_ARG(r->params[0])),
                                .kind = bo_partner_kind(r, req_col(r, 0, 0, ONE_KIND)),
                                .siren = req_col(r, 0, 0, ONE_SIREN),
                                .insee = req_col(r, 0, 0, ONE_INSEE),
                                .host = host,
                                .url = host.n ? arena_printf(r->a, STR_FMT "/", STR_ARG(req_tenant_url(r, host)))
                                              : STR_NONE,
                                .direct = str_eq(req_col(r, 0, 0, ONE_MODE), S("direct")),
                                .contact = contact_form(r),
                                .figures = figures_form(r)};
    put_contacts(r, &p);
    put_duty(r, &p);
    struct buf body = {0};
    page_bo_partner(&body, r->lang, &p);
    bo_reply(r, bo_status(r),
             &(struct bo_page){.title = req_col(r, 0, 0, ONE_NAME),
                               .nav = BO_PARTNERS,
                               .up = page_say(r, TEXT_BO_PARTNERS),
                               .up_url = S("/backoffice/partners/")},
             &body);
    return true;
}

const struct step bo_partner[] = {{STEP_DB, ask, NULL}, {STEP_REPLY, reply, NULL}, {STEP_END, NULL, NULL}};

static void then(struct req *r, const char *done)
{
    bo_then(r, arena_printf(r->a, "/backoffice/partners/" STR_FMT "/?done=%s", STR_ARG(r->params[0]), done));
}

static bool save_contact(struct req *r, struct conn *c, struct err *e)
{
    const struct contact_new new = {
        .name = req_form(r, S("contact_name")), .email = req_form(r, S("email")), .since = req_form(r, S("since"))};
    bool beside = str_eq(req_form(r, S("way")), S("beside"));
    then(r, "contact");
    return beside ? contact_add(c, &r->tenant->id, r->params[0], &new, bo_me(r), e)
                  : contact_hand_over(c, &r->tenant->id, r->params[0], &new, bo_me(r), e);
}

static bool remove_contact(struct req *r, struct conn *c, struct err *e)
{
    then(r, "contact");
    return contact_remove(c, &r->tenant->id, r->params[0], req_form(r, S("contact")), bo_me(r), e);
}

/* Empty: not known. */
static bool read_figure(struct req *r, struct str name, struct str *out, struct err *e)
{
    int64_t n = 0;
    *out = str_trim(req_form(r, name));
    if (out->n == 0)
        *out = STR_NONE;
    return !out->n || (str_i64(*out, &n) && n >= 0 && n <= FIGURE_MOST) || ERR(e, err_figure_invalid, "%zu bytes", out->n);
}

static bool save_figures(struct req *r, struct conn *c, struct err *e)
{
    struct str population, staff;
    struct uuid id;
    if (!uuid_parse(r->params[0], &id))
        return ERR(e, err_partner_unknown, "not an id");
    if (!read_figure(r, S("population"), &population, e) || !read_figure(r, S("staff"), &staff, e))
        return false;
    then(r, "saved");
    PGresult *row = conn_ask(c, &sql_partner_figures,
                             (struct str[]){uuid_str(&r->tenant->id), uuid_str(&id), population, staff}, e);
    bool ok = row && (PQntuples(row) == 1 || ERR(e, err_partner_unknown, "no row"));
    if (ok && !PQgetisnull(row, 0, 0))
        ok = tenant_do(c, &sql_tenant_figures, (struct str[]){str_of(PQgetvalue(row, 0, 0)), population, staff}, e);
    PQclear(row);
    return ok && tenant_audit(c, &r->tenant->id, bo_me(r), S("partner_figures"), uuid_str(&id), STR_NONE, e);
}

static bool work_contact(struct req *r, struct err *e)
{
    return bo_write(r, save_contact, e);
}

static bool work_remove(struct req *r, struct err *e)
{
    return bo_write(r, remove_contact, e);
}

static bool work_figures(struct req *r, struct err *e)
{
    return bo_write(r, save_figures, e);
}

const struct step bo_partner_contact[] = {
    {STEP_WORK, work_contact, NULL}, {STEP_DB, ask, NULL}, {STEP_REPLY, reply, NULL}, {STEP_END, NULL, NULL}};
const struct step bo_partner_contact_remove[] = {
    {STEP_WORK, work_remove, NULL}, {STEP_DB, ask, NULL}, {STEP_REPLY, reply, NULL}, {STEP_END, NULL, NULL}};
const struct step bo_partner_figures[] = {
    {STEP_WORK, work_figures, NULL}, {STEP_DB, ask, NULL}, {STEP_REPLY, reply, NULL}, {STEP_END, NULL, NULL}};
