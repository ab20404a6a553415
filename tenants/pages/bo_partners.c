/* Partners of a region: the list, and the one form that gives one its place, all or nothing. */
#include <unistd.h>
#include <fcntl.h>

#include "core/web/errors.h"
#include "tenants/directory/errors.h"
#include "tenants/directory/onboard.h"
#include "tenants/directory/slug.h"
#include "tenants/pages/bo.h"
#include "tenants/pages/bo_partner.h"
#include "tenants/pages/bo_routes.h"
#include "tenants/pages/say.h"
#include "tenants/pages/sql.h"
#include "tenants/people/invite.h"

static const struct {
    const char *value;
    enum text_key key;
} kinds[] = {{"commune", TEXT_BO_KIND_COMMUNE},         {"epci", TEXT_BO_KIND_EPCI},
             {"departement", TEXT_BO_KIND_DEPARTEMENT}, {"region", TEXT_BO_KIND_REGION},
             {"academie", TEXT_BO_KIND_ACADEMIE},       {"autre", TEXT_BO_KIND_AUTRE}};
enum { NKINDS = sizeof kinds / sizeof kinds[0], LOGO_MAX = 262144 };

/* bo_partners.sql's columns */
enum { COL_ID, COL_NAME, COL_KIND, COL_MODE, COL_STATE, COL_HOST, COL_SIREN, COL_DATASETS, COL_CONTACT, COL_SINCE, COL_LAPSED };

static bool ask_partners(struct req *r, struct err *e)
{
    (void)e;
    req_ask(r, &sql_bo_partners, (struct str[]){uuid_str(&r->tenant->id)});
    req_ask(r, &sql_page_conformity, (struct str[]){uuid_str(&r->tenant->root)});
    return true;
}

struct str bo_partner_kind(struct req *r, struct str kind)
{
    for (size_t i = 0; i < NKINDS; i++)
        if (str_eq(kind, str_of(kinds[i].value)))
            return page_say(r, kinds[i].key);
    return kind;
}

/* page_conformity.sql's columns */
enum { C_NAME, C_HOST, C_MISSING, C_FAILURES, C_LOOKED };

static struct str missing_words(struct req *r, struct str missing)
{
    static const struct {
        const char *name;
        enum text_key key;
    } words[] = {{"mention", TEXT_CONFORM_MENTION}, {"mark", TEXT_CONFORM_MARK}, {"partner", TEXT_CONFORM_PARTNER},
                 {"region", TEXT_CONFORM_REGION}, {"style", TEXT_CONFORM_STYLE}};
    struct buf b = {0};
    for (struct str one; missing.n && str_cut(&missing, ',', &one);)
        for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
            if (str_eq(one, str_of(words[i].name)))
                buf_printf(&b, "%s" STR_FMT, b.n ? ", " : "", STR_ARG(page_say(r, words[i].key)));
    struct str said = arena_str(r->a, buf_str(&b));
    buf_free(&b);
    return said;
}

static void put_conformity(struct req *r, struct page_bo_partners *p)
{
    size_t n = req_rows(r, 1);
    struct page_bo_partners_lacking *list = ARENA_ARRAY(r->a, struct page_bo_partners_lacking, n + 1);
    for (size_t i = 0; i < n; i++)
        list[i] = (struct page_bo_partners_lacking){.name = req_col(r, 1, i, C_NAME),
                                                    .host = req_col(r, 1, i, C_HOST),
                                                    .what = missing_words(r, req_col(r, 1, i, C_MISSING)),
                                                    .silent = req_i64(r, 1, i, C_FAILURES) > 1,
                                                    .looked = bo_ago(r, req_i64(r, 1, i, C_LOOKED))};
    p->lacking = list;
    p->lacking_n = n;
}

static bool reply_partners(struct req *r, struct err *e)
{
    (void)e;
    size_t n = req_rows(r, 0);
    struct page_bo_partners_partners *list = ARENA_ARRAY(r->a, struct page_bo_partners_partners, n + 1);
    for (size_t i = 0; i < n; i++) {
        struct str host = req_col(r, 0, i, COL_HOST);
        list[i] = (struct page_bo_partners_partners){
            .name = req_col(r, 0, i, COL_NAME),
            .kind = bo_partner_kind(r, req_col(r, 0, i, COL_KIND)),
            .host = host,
            .contact = req_col(r, 0, i, COL_CONTACT),
            .page = arena_printf(r->a, "/backoffice/partners/" STR_FMT "/", STR_ARG(req_col(r, 0, i, COL_ID))),
            .lapsed = batch_bool(&r->batch, 0, i, COL_LAPSED),
            .since = say_date(r->a, r->lang, req_col(r, 0, i, COL_SINCE)),
            .datasets = (int)req_i64(r, 0, i, COL_DATASETS),
            .direct = str_eq(req_col(r, 0, i, COL_MODE), S("direct")),
            .ended = !str_eq(req_col(r, 0, i, COL_STATE), S("active"))};
        if (host.n)
            list[i].url = arena_printf(r->a, STR_FMT "/", STR_ARG(req_tenant_url(r, host)));
    }
    struct buf body = {0};
    struct page_bo_partners p = {.partners = list, .partners_n = n};
    put_conformity(r, &p);
    page_bo_partners(&body, r->lang, &p);
    bo_reply(r, 200, &(struct bo_page){.title = page_say(r, TEXT_BO_PARTNERS), .nav = BO_PARTNERS,
                                       .lead = page_say(r, TEXT_BO_PARTNERS_LEAD)}, &body);
    return true;
}

const struct step bo_partners[] = {
    {STEP_DB, ask_partners, NULL}, {STEP_REPLY, reply_partners, NULL}, {STEP_END, NULL, NULL},
};

static bool reply_new(struct req *r, struct err *e)
{
    (void)e;
    struct bo_choice words[NKINDS];
    for (size_t i = 0; i < NKINDS; i++)
        words[i] = (struct bo_choice){str_of(kinds[i].value), page_say(r, kinds[i].key)};
    const struct bo_choice modes[] = {{S("subdomain"), page_say(r, TEXT_BO_MODE_SUB_LONG)},
                                      {S("direct"), page_say(r, TEXT_BO_MODE_DIRECT_LONG)}};
    const struct bo_field fields[] = {
        {.name = "name", .label = page_say(r, TEXT_BO_PARTNER_NAME), .required = true, .complete = "organization"},
        {.name = "kind", .kind = BO_SELECT, .label = page_say(r, TEXT_BO_COL_KIND), .choices = words, .nchoices = NKINDS,
         .required = true},
        {.name = "mode", .kind = BO_RADIO, .label = page_say(r, TEXT_BO_PARTNER_MODE), .value = S("subdomain"),
         .choices = modes, .nchoices = 2},
        {.name = "slug", .label = page_say(r, TEXT_BO_PARTNER_SLUG), .complete = "off",
         .hint = arena_printf(r->a, STR_FMT " : https://[…]." STR_FMT "/", STR_ARG(page_say(r, TEXT_BO_PARTNER_SLUG_HINT)),
                              STR_ARG(r->tenant->host))},
        {.name = "siren", .label = page_say(r, TEXT_BO_PARTNER_SIREN), .complete = "off"},
        {.name = "insee", .label = page_say(r, TEXT_BO_PARTNER_INSEE), .complete = "off"},
        {.name = "contact_name", .label = page_say(r, TEXT_BO_PARTNER_PERSON), .required = true, .complete = "off",
         .hint = page_say(r, TEXT_BO_PARTNER_PERSON_HINT)},
        {.name = "email", .label = page_say(r, TEXT_BO_PERSON_EMAIL), .type = "email", .required = true, .complete = "off"},
        {.name = "logo", .kind = BO_FILE, .label = page_say(r, TEXT_BO_PARTNER_LOGO), .accept = "image/png",
         .hint = page_say(r, TEXT_BO_LOGO_HINT)},
    };
    struct buf body = {0};
    struct page_bo_wrap p = {.form = bo_form_html(r, &(struct bo_form){
        .action = S("/backoffice/partners/"), .fields = fields, .n = sizeof fields / sizeof fields[0], .is_upload = true,
        .submit = page_say(r, TEXT_BO_PARTNER_CREATE), .cancel_url = S("/backoffice/partners/")})};
    page_bo_wrap(&body, r->lang, &p);
    bo_reply(r, bo_status(r), &(struct bo_page){.title = page_say(r, TEXT_BO_PARTNER_NEW), .nav = BO_PARTNERS,
                                                .lead = page_say(r, TEXT_BO_PARTNER_NEW_LEAD),
                                                .up = page_say(r, TEXT_BO_PARTNERS), .up_url = S("/backoffice/partners/")},
             &body);
    return true;
}

const struct step bo_partners_new[] = {{STEP_REPLY, reply_new, NULL}, {STEP_END, NULL, NULL}};

/* The image that came with the form: at most LOGO_MAX bytes; absent when none was chosen. */
static bool read_logo(struct req *r, struct str *png, struct err *e)
{
    *png = STR_NONE;
    if (!r->upload.path || r->upload.size_bytes == 0)
        return true;
    if (r->upload.size_bytes > LOGO_MAX) {
        ERR(e, err_image_invalid, "%llu bytes", (unsigned long long)r->upload.size_bytes);
        return err_arg(e, "%s", r->lang == LANG_FR ? "fichier trop lourd" : "file too large");
    }
    char *bytes = arena_alloc(r->a, (size_t)r->upload.size_bytes);
    int fd = open(r->upload.path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, bytes, (size_t)r->upload.size_bytes);
    if (fd >= 0)
        close(fd);
    if (n != (ssize_t)r->upload.size_bytes)
        return ERR(e, err_busy, "spooled logo: %zd bytes", n);
    *png = (struct str){bytes, (size_t)n};
    return true;
}

struct made_partner {
    struct partner_made partner;
    struct token_text token;
    struct str name, host;
};

static struct str typed(struct req *r, struct str name)
{
    struct str s = str_trim(req_form(r, name));
    return s.n ? s : STR_NONE;
}

static bool add(struct req *r, struct conn *c, struct err *e)
{
    struct made_partner *made = ARENA_NEW(r->a, struct made_partner);
    struct tenant_row region;
    struct uuid account;
    bool direct = str_eq(req_form(r, S("mode")), S("direct"));
    struct partner_new new = {.name = typed(r, S("name")), .kind = req_form(r, S("kind")), .siren = typed(r, S("siren")),
                              .insee = typed(r, S("insee")), .contact_name = typed(r, S("contact_name")),
                              .contact_email = typed(r, S("email"))};
    if (!direct)
        new.slug = typed(r, S("slug")).p ? typed(r, S("slug")) : slug_make(r->a, new.name, SLUG_TENANT_MAX);
    if (!read_logo(r, &new.logo_png, e) || !tenant_find(c, r->a, r->tenant->host, &region, e) ||
        !partner_add(c, r->a, &region, &new, &made->partner, e))
        return false;
    const struct uuid *portal = direct ? &region.id : &made->partner.tenant;
    struct account_new person = {.email = typed(r, S("email")), .name = new.contact_name,
                                 .role = direct ? S("contributor") : S("admin")};
    if (direct)
        person.organisation = made->partner.organisation;
    if (!tenant_audit(c, &region.id, bo_me(r), S("partner_added"), uuid_str(&made->partner.partner), STR_NONE, e) ||
        !tenant_enter(c, portal, e) || !invite_person(c, portal, &person, direct ? bo_me(r) : STR_NONE, &account, &made->token, e))
        return false;
    made->name = new.contact_name.p ? new.contact_name : person.email;
    made->host = direct ? region.host : made->partner.host;
    bo_state(r)->own = made;
    return true;
}

static bool work_add(struct req *r, struct err *e)
{
    return bo_write(r, add, e);
}

static bool reply_made(struct req *r, struct err *e)
{
    (void)e;
    const struct made_partner *made = bo_state(r)->own;
    if (!made || bo_state(r)->err.kind)
        return true;
    struct str base = req_tenant_url(r, made->host);
    struct page_bo_link p = {.name = made->name, .back = page_say(r, TEXT_BO_BACK_PARTNERS),
                             .back_url = S("/backoffice/partners/"), .until = page_say(r, TEXT_BO_LINK_14)};
    p.link = arena_printf(r->a, STR_FMT "/invite/%s", STR_ARG(base), made->token.text);
    if (made->partner.tenant.text[0])
        p.host = arena_printf(r->a, STR_FMT "/", STR_ARG(base));
    struct buf body = {0};
    page_bo_link(&body, r->lang, &p);
    bo_reply(r, 200, &(struct bo_page){.title = page_say(r, TEXT_BO_PARTNER_MADE), .nav = BO_PARTNERS,
                                       .up = page_say(r, TEXT_BO_PARTNERS), .up_url = S("/backoffice/partners/")}, &body);
    return true;
}

const struct step bo_partners_add[] = {
    {STEP_WORK, work_add, NULL}, {STEP_REPLY, reply_made, NULL}, {STEP_REPLY, reply_new, NULL}, {STEP_END, NULL, NULL},
};
