/* The accounts of a portal: inviting, one-time links, roles; and everybody's own API keys. */
#include "core/base/clock.h"
#include "tenants/pages/bo.h"
#include "tenants/pages/bo_routes.h"
#include "tenants/pages/say.h"
#include "tenants/pages/sql.h"
#include "tenants/pages/errors.h"
#include "tenants/people/errors.h"
#include "tenants/people/invite.h"
#include "tenants/people/sql.h"
#include "tenants/people/token.h"
#include "core/web/errors.h"
#include "tenants/directory/errors.h"
#include "tenants/directory/tenant.h"

static const struct {
    const char *value;
    enum text_key key;
} roles[] = {{"reader", TEXT_BO_ROLE_READER},
             {"contributor", TEXT_BO_ROLE_CONTRIBUTOR},
             {"editor", TEXT_BO_ROLE_EDITOR},
             {"admin", TEXT_BO_ROLE_ADMIN}};
enum { NROLES = sizeof roles / sizeof roles[0] };

/* bo_people.sql's columns */
enum { COL_ID, COL_NAME, COL_EMAIL, COL_ROLE, COL_STATE, COL_ORGANISATION, COL_JOINED, COL_LAST, COL_LINK };

static bool ask_people(struct req *r, struct err *e)
{
    (void)e;
    req_ask(r, &sql_bo_people, (struct str[]){uuid_str(&r->tenant->id)});
    req_ask(r, &sql_bo_direct_organisations, (struct str[]){uuid_str(&r->tenant->id)});
    return true;
}

static void put_person(struct req *r, size_t row, struct page_bo_people_people *p)
{
    struct page_bo_people_people_roles *choices = ARENA_ARRAY(r->a, struct page_bo_people_people_roles, NROLES);
    struct str role = req_col(r, 0, row, COL_ROLE);
    *p = (struct page_bo_people_people){
        .id = req_col(r, 0, row, COL_ID), .name = req_col(r, 0, row, COL_NAME), .email = req_col(r, 0, row, COL_EMAIL),
        .organisation = req_col(r, 0, row, COL_ORGANISATION), .joined = batch_bool(&r->batch, 0, row, COL_JOINED),
        .disabled = str_eq(req_col(r, 0, row, COL_STATE), S("disabled")), .roles = choices, .roles_n = NROLES};
    p->me = str_eq(p->id, bo_me(r));
    p->when = say_date(r->a, r->lang, req_col(r, 0, row, COL_LAST));
    p->link_ends = say_date(r->a, r->lang, req_col(r, 0, row, COL_LINK));
    for (size_t i = 0; i < NROLES; i++) {
        choices[i] = (struct page_bo_people_people_roles){str_of(roles[i].value), page_say(r, roles[i].key),
                                                         str_eq(role, str_of(roles[i].value))};
        if (choices[i].chosen)
            p->role_word = choices[i].label;
    }
}

static struct markup invite_form(struct req *r)
{
    struct bo_choice words[NROLES];
    size_t n = req_rows(r, 1);
    struct bo_choice *bodies = ARENA_ARRAY(r->a, struct bo_choice, n + 1);
    for (size_t i = 0; i < NROLES; i++)
        words[i] = (struct bo_choice){str_of(roles[i].value), page_say(r, roles[i].key)};
    bodies[0] = (struct bo_choice){S(""), page_say(r, TEXT_BO_WHOLE_PORTAL)};
    for (size_t i = 0; i < n; i++)
        bodies[i + 1] = (struct bo_choice){req_col(r, 1, i, 0), req_col(r, 1, i, 1)};
    const struct bo_field fields[] = {
        {.name = "name", .label = page_say(r, TEXT_BO_PERSON_NAME), .required = true, .complete = "off"},
        {.name = "email", .label = page_say(r, TEXT_BO_PERSON_EMAIL), .type = "email", .required = true, .complete = "off"},
        {.name = "role", .kind = BO_SELECT, .label = page_say(r, TEXT_BO_COL_ROLE), .value = S("contributor"),
         .choices = words, .nchoices = NROLES, .required = true},
        {.name = "organisation", .kind = BO_SELECT, .label = page_say(r, TEXT_BO_FOR_BODY), .choices = bodies,
         .nchoices = n + 1, .required = true, .hint = page_say(r, TEXT_BO_FOR_BODY_HINT)},
    };
    return bo_form_html(r, &(struct bo_form){.action = S("/backoffice/people/"), .fields = fields, .n = n ? 4 : 3,
                                             .submit = page_say(r, TEXT_BO_INVITE)});
}

static bool reply_people(struct req *r, struct err *e)
{
    (void)e;
    size_t n = req_rows(r, 0);
    struct page_bo_people_people *people = ARENA_ARRAY(r->a, struct page_bo_people_people, n + 1);
    for (size_t i = 0; i < n; i++)
        put_person(r, i, &people[i]);
    struct buf body = {0};
    page_bo_people(&body, r->lang, &(struct page_bo_people){.csrf = r->who.csrf, .invite = invite_form(r),
                                                            .people = people, .people_n = n});
    bo_reply(r, bo_status(r), &(struct bo_page){.title = page_say(r, TEXT_BO_PEOPLE), .nav = BO_PEOPLE,
                                                .lead = page_say(r, TEXT_BO_PEOPLE_LEAD)}, &body);
    return true;
}

const struct step bo_people[] = {{STEP_DB, ask_people, NULL}, {STEP_REPLY, reply_people, NULL}, {STEP_END, NULL, NULL}};

/* The link is on the answer itself: an address that holds it would stay in histories and logs. */
static void reply_link(struct req *r, struct str name, const struct token_text *token, bool is_invite)
{
    struct buf body = {0};
    struct str link = arena_printf(r->a, STR_FMT "/invite/%s", STR_ARG(req_base_url(r)), token->text);
    page_bo_link(&body, r->lang,
                 &(struct page_bo_link){.name = name, .link = link, .back = page_say(r, TEXT_BO_BACK_PEOPLE),
                                        .back_url = S("/backoffice/people/"),
                                        .until = page_say(r, is_invite ? TEXT_BO_LINK_14 : TEXT_BO_LINK_1)});
    bo_reply(r, 200, &(struct bo_page){.title = page_say(r, TEXT_BO_LINK_TITLE), .nav = BO_PEOPLE,
                                       .up = page_say(r, TEXT_BO_PEOPLE), .up_url = S("/backoffice/people/")}, &body);
}

struct made_link {
    struct str name;
    struct token_text token;
    bool is_invite;
};

static bool invite(struct req *r, struct conn *c, struct err *e)
{
    struct made_link *made = ARENA_NEW(r->a, struct made_link);
    struct uuid account;
    struct account_new person = {.email = req_form(r, S("email")), .name = str_trim(req_form(r, S("name"))),
                                 .role = req_form(r, S("role"))};
    uuid_parse(req_form(r, S("organisation")), &person.organisation);
    if (!invite_person(c, &r->tenant->id, &person, bo_me(r), &account, &made->token, e))
        return false;
    made->name = person.name.n ? person.name : person.email;
    made->is_invite = true;
    bo_state(r)->own = made;
    return true;
}

static bool work_invite(struct req *r, struct err *e)
{
    return bo_write(r, invite, e);
}

static bool show_link(struct req *r, struct err *e)
{
    (void)e;
    const struct made_link *made = bo_state(r)->own;
    if (made && !bo_state(r)->err.kind)
        reply_link(r, made->name, &made->token, made->is_invite);
    return true;
}

const struct step bo_people_invite[] = {
    {STEP_WORK, work_invite, NULL},  {STEP_REPLY, show_link, NULL}, {STEP_DB, ask_people, NULL},
    {STEP_REPLY, reply_people, NULL}, {STEP_END, NULL, NULL},
};

/* Sent again while nobody used it; a forgotten password afterwards. */
static bool make_link(struct req *r, struct conn *c, struct err *e)
{
    struct made_link *made = ARENA_NEW(r->a, struct made_link);
    struct uuid account;
    if (!uuid_parse(req_form(r, S("account")), &account))
        return ERR(e, err_choice_gone, "not an id");
    PGresult *p = conn_ask(c, &sql_bo_account_of, (struct str[]){uuid_str(&r->tenant->id), uuid_str(&account)}, e);
    bool there = p && PQntuples(p) == 1;
    if (there) {
        made->name = arena_str(r->a, str_of(PQgetvalue(p, 0, 0)));
        made->is_invite = PQgetvalue(p, 0, 1)[0] == 'f';
    } else if (p) {
        ERR(e, err_choice_gone, "%s", account.text);
    }
    PQclear(p);
    bo_state(r)->own = made;
    return there && invite_make(c, &r->tenant->id, &account, made->is_invite ? INVITE_JOIN : INVITE_PASSWORD, bo_me(r),
                                &made->token, e);
}

static bool work_link(struct req *r, struct err *e)
{
    return bo_write(r, make_link, e);
}

const struct step bo_people_link[] = {
    {STEP_WORK, work_link, NULL},    {STEP_REPLY, show_link, NULL}, {STEP_DB, ask_people, NULL},
    {STEP_REPLY, reply_people, NULL}, {STEP_END, NULL, NULL},
};

static bool change(struct req *r, struct conn *c, struct err *e)
{
    struct uuid account;
    struct str role = req_form(r, S("role")), state = req_form(r, S("state"));
    bool known = !state.p || str_eq(state, S("active")) || str_eq(state, S("disabled"));
    if (!uuid_parse(req_form(r, S("account")), &account) || !known || str_eq(uuid_str(&account), bo_me(r)))
        return ERR(e, err_choice_gone, "not an id, or oneself");
    bo_then(r, S("/backoffice/people/?done=changed"));
    return account_change(c, &r->tenant->id, &account, role, state, e) &&
           tenant_audit(c, &r->tenant->id, bo_me(r), S("account"), uuid_str(&account), STR_NONE, e);
}

static bool work_change(struct req *r, struct err *e)
{
    return bo_write(r, change, e);
}

const struct step bo_people_change[] = {
    {STEP_WORK, work_change, NULL}, {STEP_DB, ask_people, NULL}, {STEP_REPLY, reply_people, NULL}, {STEP_END, NULL, NULL},
};

/* ---- one's own keys ---- */

static bool ask_keys(struct req *r, struct err *e)
{
    (void)e;
    req_ask(r, &sql_key_list, (struct str[]){uuid_str(&r->tenant->id), bo_me(r), clock_now(r->a)});
    return true;
}

enum { KEY_CHOICES = 8, SOON_DAYS = 30 };
enum { KEY_ID, KEY_LABEL, KEY_MADE, KEY_ENDS, KEY_LEFT, KEY_STATE }; /* key_list.sql's columns */

static struct str lifetime(struct req *r, int days)
{
    bool fr = r->lang == LANG_FR;
    if (days < 365)
        return arena_printf(r->a, fr ? "%d jours" : "%d days", days);
    return days == 365 ? (fr ? S("1 an") : S("1 year")) : arena_printf(r->a, fr ? "%d ans" : "%d years", days / 365);
}

static void put_key(struct req *r, size_t row, struct page_bo_keys_keys *k)
{
    struct str state = req_col(r, 0, row, KEY_STATE), ends = req_col(r, 0, row, KEY_ENDS);
    int64_t left = req_i64(r, 0, row, KEY_LEFT);
    *k = (struct page_bo_keys_keys){
        .id = req_col(r, 0, row, KEY_ID), .label = req_col(r, 0, row, KEY_LABEL),
        .made = say_date(r->a, r->lang, req_col(r, 0, row, KEY_MADE)), .ends = ends.n ? say_date(r->a, r->lang, ends) : STR_NONE,
        .revoked = str_eq(state, S("revoked")), .ended = str_eq(state, S("ended")), .renewed = str_eq(state, S("renewed")),
        .live = str_eq(state, S("live"))};
    if (k->live && ends.n && left <= SOON_DAYS)
        k->left = arena_n(r->a, left);
}

static bool reply_keys(struct req *r, struct err *e)
{
    (void)e;
    size_t n = req_rows(r, 0);
    struct page_bo_keys_keys *keys = ARENA_ARRAY(r->a, struct page_bo_keys_keys, n + 1);
    for (size_t i = 0; i < n; i++)
        put_key(r, i, &keys[i]);
    struct bo_choice lifetimes[KEY_CHOICES];
    size_t choices = 0;
    for (const int *d = token_choices; *d; d++)
        lifetimes[choices++] = (struct bo_choice){arena_printf(r->a, "%d", *d), lifetime(r, *d)};
    const struct bo_field fields[] = {
        {.name = "label", .label = page_say(r, TEXT_BO_KEY_FOR), .required = true, .hint = page_say(r, TEXT_BO_KEY_FOR_HINT), .complete = "off"},
        {.name = "days", .kind = BO_SELECT, .label = page_say(r, TEXT_BO_KEY_DAYS), .value = arena_printf(r->a, "%d", TOKEN_DAYS),
         .choices = lifetimes, .nchoices = choices, .hint = page_say(r, TEXT_BO_KEY_DAYS_HINT)},
    };
    const struct token_text *fresh = bo_state(r)->own;
    struct page_bo_keys p = {.csrf = r->who.csrf, .keys = keys, .keys_n = n};
    if (fresh && !bo_state(r)->err.kind)
        p.fresh = str_of(fresh->text);
    p.renewed = req_form(r, S("key")).n > 0;
    p.add = bo_form_html(r, &(struct bo_form){.action = S("/backoffice/keys/"), .fields = fields, .n = 2,
                                              .submit = page_say(r, TEXT_BO_KEY_NEW)});
    struct buf body = {0};
    page_bo_keys(&body, r->lang, &p);
    bo_reply(r, bo_status(r), &(struct bo_page){.title = page_say(r, TEXT_BO_KEYS), .nav = BO_KEYS,
                                                .lead = page_say(r, TEXT_BO_KEYS_LEAD)}, &body);
    return true;
}

const struct step bo_keys[] = {{STEP_DB, ask_keys, NULL}, {STEP_REPLY, reply_keys, NULL}, {STEP_END, NULL, NULL}};

static bool add_key(struct req *r, struct conn *c, struct err *e)
{
    struct token_text *key = ARENA_NEW(r->a, struct token_text);
    struct str label = str_trim(req_form(r, S("label")));
    if (label.n == 0 || label.n > 100)
        return ERR(e, err_name_invalid, "label of %zu bytes", label.n);
    int days;
    bo_state(r)->own = key;
    return token_days(req_form(r, S("days")), &days, e) && token_make_key(c, &r->tenant->id, &r->who.account, label, days, key, e);
}

static bool work_add_key(struct req *r, struct err *e)
{
    return bo_write(r, add_key, e);
}

const struct step bo_keys_add[] = {
    {STEP_WORK, work_add_key, NULL}, {STEP_DB, ask_keys, NULL}, {STEP_REPLY, reply_keys, NULL}, {STEP_END, NULL, NULL},
};

static bool renew_key(struct req *r, struct conn *c, struct err *e)
{
    struct token_text *key = ARENA_NEW(r->a, struct token_text);
    bo_state(r)->own = key;
    return token_renew(c, &r->tenant->id, &r->who.account, req_form(r, S("key")), key, e);
}

static bool work_renew(struct req *r, struct err *e)
{
    return bo_write(r, renew_key, e);
}

const struct step bo_keys_renew[] = {
    {STEP_WORK, work_renew, NULL}, {STEP_DB, ask_keys, NULL}, {STEP_REPLY, reply_keys, NULL}, {STEP_END, NULL, NULL},
};

static bool revoke_key(struct req *r, struct conn *c, struct err *e)
{
    bo_then(r, S("/backoffice/keys/?done=revoked"));
    return token_revoke(c, &r->tenant->id, &r->who.account, req_form(r, S("key")), e);
}

static bool work_revoke(struct req *r, struct err *e)
{
    return bo_write(r, revoke_key, e);
}

const struct step bo_keys_revoke[] = {
    {STEP_WORK, work_revoke, NULL}, {STEP_DB, ask_keys, NULL}, {STEP_REPLY, reply_keys, NULL}, {STEP_END, NULL, NULL},
};
