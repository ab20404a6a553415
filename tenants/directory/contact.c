#include "tenants/directory/contact.h"

#include "core/base/clock.h"
#include "core/data/value/moment.h"
#include "tenants/directory/errors.h"
#include "tenants/directory/slug.h"
#include "tenants/directory/sql.h"
#include "tenants/directory/tenant.h"

const struct sqlstate_row contact_constraint = {NULL, "partner_contact_once", &err_contact_taken};

/* Two who write at once take turns at the partner's row. *today: the day in Paris. */
static bool lock(struct conn *c, struct arena *a, const struct uuid *tenant, struct str partner, struct str *today, struct err *e)
{
    struct uuid id;
    if (!uuid_parse(partner, &id))
        return ERR(e, err_partner_unknown, "not an id");
    PGresult *r = conn_ask(c, &sql_partner_lock, (struct str[]){uuid_str(tenant), partner, clock_now(a)}, e);
    bool there = r && (PQntuples(r) == 1 || ERR(e, err_partner_unknown, "no row"));
    if (there)
        *today = arena_str(a, str_of(PQgetvalue(r, 0, 0)));
    PQclear(r);
    return there;
}

/* *day: today, or the one that is said instead. */
static bool since(const struct contact_new *new, struct str *day, struct err *e)
{
    struct moment m;
    if (new->since.n)
        *day = str_trim(new->since);
    if (moment_read(*day, &m) && !m.has_time && m.days > 0 && str_chr(*day, '/') < 0 && day->n == 10 && day->p[4] == '-')
        return true;
    return ERR(e, err_contact_date, "%zu bytes", day->n);
}

static bool insert(struct conn *c, struct arena *a, const struct uuid *tenant, struct str partner, const struct contact_new *new,
                   struct str day, struct str by, struct err *e)
{
    struct uuid id = uuid_make();
    struct str email, name = str_trim(new->name);
    if (str_trim(new->email).n == 0)
        return ERR(e, err_contact_missing, "no address");
    if (!slug_email(a, new->email, &email, e) || (name.n && !slug_name_check(name, e)))
        return false;
    const struct str row[] = {uuid_str(tenant), uuid_str(&id), partner, name.n ? name : STR_NONE, email, day};
    return tenant_do(c, &sql_contact_insert, row, e) && tenant_audit(c, tenant, by, S("contact_added"), partner, STR_NONE, e);
}

bool contact_add(struct conn *c, const struct uuid *tenant, struct str partner, const struct contact_new *new,
                 struct str by, struct err *e)
{
    struct arena a = {0};
    struct str day;
    bool ok = lock(c, &a, tenant, partner, &day, e) && since(new, &day, e) && insert(c, &a, tenant, partner, new, day, by, e);
    arena_free(&a);
    return ok;
}

bool contact_hand_over(struct conn *c, const struct uuid *tenant, struct str partner, const struct contact_new *new,
                       struct str by, struct err *e)
{
    struct arena a = {0};
    struct str day;
    bool ok = lock(c, &a, tenant, partner, &day, e) && since(new, &day, e) &&
              tenant_do(c, &sql_contact_end_all, (struct str[]){uuid_str(tenant), partner, day}, e) &&
              insert(c, &a, tenant, partner, new, day, by, e);
    arena_free(&a);
    return ok;
}

bool contact_remove(struct conn *c, const struct uuid *tenant, struct str partner, struct str contact, struct str by, struct err *e)
{
    struct arena a = {0};
    struct uuid id;
    struct str today;
    if (!uuid_parse(contact, &id))
        return ERR(e, err_partner_unknown, "not an id");
    bool ok = lock(c, &a, tenant, partner, &today, e);
    PGresult *r = ok ? conn_ask(c, &sql_contact_end, (struct str[]){uuid_str(tenant), partner, contact, today}, e) : NULL;
    ok = r && (PQntuples(r) == 1 || ERR(e, err_contact_last, "%s", id.text)) &&
         tenant_audit(c, tenant, by, S("contact_removed"), partner, STR_NONE, e);
    PQclear(r);
    arena_free(&a);
    return ok;
}
