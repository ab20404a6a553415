#include "tenants/publishing/check.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/jr.h"
#include "core/base/utf8.h"
#include "tenants/directory/tenant.h"
#include "tenants/people/mail.h"
#include "tenants/publishing/dataset.h"
#include "tenants/publishing/errors.h"
#include "tenants/publishing/sql.h"

const struct sqlstate_row check_constraint = {NULL, "joined_at_most", &err_joined_many};

static const struct {
    const char *kind, *fr, *en;
} kinds[] = {
    {"nir", "numéros de sécurité sociale", "social security numbers"},
    {"email", "adresses électroniques", "e-mail addresses"},
    {"phone", "numéros de téléphone", "telephone numbers"},
    {"iban", "comptes bancaires", "bank accounts"},
    {"name", "noms de personnes", "names of persons"},
    {"birth", "dates de naissance", "dates of birth"},
    {"persons", "petits effectifs", "small counts"},
    {"units", "montants de trop peu d’unités", "amounts of too few units"},
    {"dominance", "montants dominés par une unité", "amounts that one unit dominates"},
    {"difference", "petits effectifs, par différence avec une version ouverte", "small counts, by the difference with a version that was open"},
    {"share_alike", "licence à partage à l’identique d’un jeu joint", "share-alike licence of a joined dataset"},
};

struct str check_kind_word(struct str kind, enum lang lang)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (str_eq(kind, str_of(kinds[i].kind)))
            return str_of(lang == LANG_FR ? kinds[i].fr : kinds[i].en);
    return kind;
}

void check_say(const json_t *findings, enum lang lang, struct buf *out)
{
    const json_t *f;
    size_t i;
    json_array_foreach(findings, i, f)
        buf_printf(out, "%s" STR_FMT " (" STR_FMT ")", i ? ", " : "", STR_ARG(check_kind_word(jr_str(f, "kind"), lang)),
                   STR_ARG(jr_str(f, "column")));
}

/* Names and types of the columns: a standing attestation holds while they stay. */
static void shape_of(const json_t *report, char out[33])
{
    struct buf b = {0};
    unsigned char hash[16];
    const json_t *column;
    size_t i;
    json_array_foreach(jr_array(report, "columns"), i, column)
        buf_printf(&b, STR_FMT ":" STR_FMT "\n", STR_ARG(jr_str(column, "name")), STR_ARG(jr_str(column, "type")));
    struct str text = buf_str(&b);
    crypto_generichash(hash, sizeof hash, (const unsigned char *)text.p, text.n, NULL, 0);
    sodium_bin2hex(out, 33, hash, sizeof hash);
    buf_free(&b);
}

bool check_put(struct conn *c, const struct uuid *tenant, const struct uuid *version, const struct uuid *before,
               const json_t *report, struct err *e)
{
    static const char *const parts[] = {"schema", "personal", "secrecy", "joined"};
    json_t *kept = json_object();
    char shape[33];
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (json_object_get(report, parts[i]))
            json_object_set(kept, parts[i], json_object_get(report, parts[i]));
    char *text = json_dumps(kept, JSON_COMPACT);
    shape_of(report, shape);
    const struct str params[] = {uuid_str(tenant), uuid_str(version), before->text[0] ? uuid_str(before) : STR_NONE,
                                 str_of(text), str_of(shape)};
    bool ok = tenant_do(c, &sql_version_check_put, params, e);
    free(text);
    json_decref(kept);
    return ok;
}

/* What no override covers; the caller's to release. NULL: failed. */
static json_t *uncovered(struct conn *c, const struct uuid *tenant, const struct uuid *dataset, const struct uuid *version,
                         bool next, bool *checked, struct arena *a, struct str *schema, struct err *e)
{
    const struct str params[] = {uuid_str(tenant), uuid_str(dataset), uuid_str(version), next ? S("t") : S("f")};
    PGresult *r = conn_ask(c, &sql_check_open, params, e);
    json_t *found = NULL;
    if (r && PQntuples(r) == 1) {
        *checked = PQgetvalue(r, 0, 0)[0] == 't';
        found = jr_parse(str_of(PQgetvalue(r, 0, 1)), e);
        if (a)
            *schema = PQgetisnull(r, 0, 2) ? STR_NONE : arena_str(a, str_of(PQgetvalue(r, 0, 2)));
    }
    PQclear(r);
    return found;
}

/* Licences alone are mended in the description, not in the file. */
static bool only_licences(const json_t *found)
{
    const json_t *f;
    size_t i;
    json_array_foreach(found, i, f)
        if (!str_eq(jr_str(f, "kind"), S("share_alike")))
            return false;
    return true;
}

static bool refuse(const json_t *found, const struct uuid *version, struct err *e)
{
    ERR(e, *(only_licences(found) ? &err_share_alike : &err_personal_data), "%s: %zu kinds", version->text, json_array_size(found));
    for (unsigned lang = LANG_FR; lang <= LANG_EN; lang++) { /* {0} is said in French, {1} in English */
        struct buf said = {0};
        check_say(found, (enum lang)lang, &said);
        err_arg(e, STR_FMT, STR_ARG(buf_str(&said)));
        buf_free(&said);
    }
    return false;
}

bool check_gate(struct conn *c, const struct uuid *tenant, const struct uuid *dataset, const struct uuid *version, bool next,
                struct err *e)
{
    bool checked = false;
    json_t *found = uncovered(c, tenant, dataset, version, next, &checked, NULL, NULL, e);
    bool ok = found && (checked || ERR(e, err_not_checked, "%s", version->text)) &&
              (json_array_size(found) == 0 || refuse(found, version, e));
    json_decref(found);
    return ok;
}

bool check_held(const struct err *e)
{
    return e->kind == &err_personal_data || e->kind == &err_share_alike || e->kind == &err_not_checked;
}

static bool find_reason(struct conn *c, struct arena *a, const struct uuid *tenant, const struct override *o, struct str schema,
                        struct str *said, struct err *e)
{
    struct uuid id;
    struct str own = str_trim(o->text);
    if (!o->reason_id.n && o->may_write && utf8_count(own) >= 5 && utf8_count(own) <= 500) {
        *said = own;
        return true;
    }
    if (!uuid_parse(o->reason_id, &id))
        return ERR(e, err_reason_not_listed, "no reason");
    PGresult *r = conn_ask(c, &sql_legal_reason_find, (struct str[]){uuid_str(tenant), uuid_str(&id), schema}, e);
    bool there = r && PQntuples(r) == 1;
    if (there)
        *said = arena_str(a, str_of(PQgetvalue(r, 0, 0)));
    else if (r)
        ERR(e, err_reason_not_listed, "%s", id.text);
    PQclear(r);
    return there;
}

/* To the administrators and the officer of the portal, and to the region's, each where they sign in; who is both is told once. */
static bool mail(struct conn *c, const struct uuid *tenant, const struct uuid *root, const struct str args[5], struct str once,
                 struct err *e)
{
    static const char own[] = "/backoffice/overrides/", all[] = "/backoffice/overrides/region/";
    const struct {
        const struct uuid *portal;
        const char *page;
    } told[] = {{tenant, own}, {root, all}};
    bool ok = true;
    for (size_t i = str_eq(uuid_str(tenant), uuid_str(root)); ok && i < 2; i++)
        ok = tenant_enter(c, told[i].portal, e) &&
             mail_queue(c, told[i].portal, MAIL_TO_DPO, MAIL_override, str_of(told[i].page), args, 5, once, e) &&
             mail_queue(c, told[i].portal, MAIL_TO_ADMINS, MAIL_override, str_of(told[i].page), args, 5, once, e);
    return ok && tenant_enter(c, tenant, e);
}

/* The notice of the dashboards (override.h), and the mails. */
static bool tell(struct conn *c, const struct uuid *tenant, const struct uuid *id, struct str dataset_id, const json_t *found,
                 struct str said, struct err *e)
{
    PGresult *r = conn_ask(c, &sql_check_notice_put, (struct str[]){uuid_str(tenant), uuid_str(id)}, e);
    struct uuid root;
    struct buf fr = {0}, en = {0};
    bool ok = r && PQntuples(r) == 1 && uuid_parse(str_of(PQgetvalue(r, 0, 0)), &root);
    check_say(found, LANG_FR, &fr);
    check_say(found, LANG_EN, &en);
    if (ok) {
        const struct str args[] = {dataset_id, str_of(PQgetvalue(r, 0, 1)), buf_str(&fr), buf_str(&en), said};
        char once[64];
        snprintf(once, sizeof once, "override %s", id->text);
        ok = mail(c, tenant, &root, args, str_of(once), e);
    }
    buf_free(&fr);
    buf_free(&en);
    PQclear(r);
    return ok;
}

static bool keep(struct conn *c, const struct uuid *tenant, const struct dataset_row *d, const struct override *o,
                 const json_t *found, struct str said, struct err *e)
{
    struct uuid id = uuid_make();
    char *covers = json_dumps(found, JSON_COMPACT);
    json_t *detail = json_pack("{s:s%,s:O}", "reason", said.p, said.n, "covers", found);
    char *audit = json_dumps(detail, JSON_COMPACT);
    const struct str params[] = {uuid_str(tenant), uuid_str(&id), uuid_str(&d->id), str_of(covers),
                                 o->reason_id.n ? o->reason_id : STR_NONE, said, o->account, o->dataset_id};
    bool ok = tenant_do(c, &sql_check_override_put, params, e) &&
              tell(c, tenant, &id, o->dataset_id, found, said, e) &&
              tenant_audit(c, tenant, o->account, S("override"), o->dataset_id, str_of(audit), e);
    free(covers);
    free(audit);
    json_decref(detail);
    return ok;
}

bool check_override(struct conn *c, const struct uuid *tenant, const struct override *o, struct err *e)
{
    struct arena a = {0};
    struct dataset_row d;
    struct str schema = STR_NONE, said = STR_NONE;
    bool checked = false, ok = dataset_lock(c, &a, tenant, o->dataset_id, &d, e);
    const struct uuid *version = ok && d.draft_version.text[0] ? &d.draft_version : &d.version;
    json_t *found = ok ? uncovered(c, tenant, &d.id, version, true, &checked, &a, &schema, e) : NULL;
    if (found && json_array_size(found) == 0)
        ok = ERR(e, err_nothing_to_override, "%s", d.id.text);
    ok = ok && found && find_reason(c, &a, tenant, o, schema, &said, e) && keep(c, tenant, &d, o, found, said, e);
    json_decref(found);
    arena_free(&a);
    return ok;
}

static bool take_back(struct conn *c, const struct uuid *tenant, const struct dataset_row *d, struct err *e)
{
    if (str_eq(d->visibility, S("open")))
        return ERR(e, err_override_in_use, "%s", d->id.text);
    PGresult *r = conn_ask(c, &sql_check_override_revoke, (struct str[]){uuid_str(tenant), uuid_str(&d->id)}, e);
    bool some = r && PQntuples(r) > 0;
    if (r && !some)
        ERR(e, err_override_none, "%s", d->id.text);
    PQclear(r);
    return some;
}

bool check_override_revoke(struct conn *c, const struct uuid *tenant, struct str dataset_id, struct str account, struct err *e)
{
    struct arena a = {0};
    struct dataset_row d;
    bool ok = dataset_lock(c, &a, tenant, dataset_id, &d, e) && take_back(c, tenant, &d, e) &&
              tenant_audit(c, tenant, account, S("override-revoke"), dataset_id, STR_NONE, e);
    arena_free(&a);
    return ok;
}
