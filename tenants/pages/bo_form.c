#include "tenants/pages/bo_form.h"

#include "core/io/errors.h"
#include "tenants/directory/errors.h"
#include "tenants/pages/bo.h"
#include "tenants/pages/errors.h"
#include "tenants/people/errors.h"
#include "tenants/publishing/errors.h"
#include "tenants/quota/errors.h"

struct str bo_blamed(const struct err *e)
{
    static const struct {
        const struct err_kind *kind;
        const char *field;
    } blames[] = {
        {&err_email_invalid, "email"}, {&err_contact_missing, "email"}, {&err_contact_date, "since"},      {&err_account_taken, "email"},     {&err_name_invalid, "name"},
        {&err_slug_invalid, "slug"},        {&err_slug_taken, "slug"},         {&err_host_taken, "slug"},
        {&err_siren_invalid, "siren"},      {&err_partner_kind, "kind"},       {&err_image_invalid, "logo"},
        {&err_colour_invalid, "primary"},   {&err_colour_contrast, "primary"}, {&err_role_unknown, "role"},
        {&err_review_article, "article"},   {&err_dataset_id_invalid, "title"},
        {&err_dataset_taken, "title"}, {&err_attestation_missing, "attest_personal"}, {&err_reason_not_listed, "reason_id"},
        {&err_threshold, "threshold"}, {&err_schema_named, "name"},     {&err_title_needed, "title"},
        {&err_source_url, "url"}, {&err_source_every, "every"}, {&err_source_secret, "secret"},
        {&err_quota_value, "amount"},      {&err_file_missing, "file"},          {&err_reason_missing, "reason"},
             {&err_quota_loan, "amount"},      {&err_metadata_date, "created"},        {&err_metadata_order, "created"},
        {&err_metadata_future, "issued"},
    };
    for (size_t i = 0; e->kind && i < sizeof blames / sizeof blames[0]; i++)
        if (e->kind == blames[i].kind)
            return str_of(blames[i].field);
    return STR_NONE;
}

static struct str all_sent(struct req *r, struct str wanted)
{
    struct buf b = {0};
    struct str name, value;
    for (size_t at = 0; (at = req_form_all(r, at, &name, &value));)
        if (str_eq(name, wanted))
            buf_printf(&b, "%s" STR_FMT, b.n ? "\n" : "", STR_ARG(value));
    struct str all = arena_str(r->a, buf_str(&b));
    buf_free(&b);
    return all;
}

static bool among(struct str list, struct str wanted)
{
    for (struct str part; str_cut(&list, '\n', &part);)
        if (str_eq(part, wanted))
            return true;
    return false;
}

/* What was sent stands again after a refusal; files and checks that were left out stay out. */
static struct str kept(struct req *r, const struct bo_field *f)
{
    if ((!bo_state(r)->err.kind && !bo_state(r)->keep) || f->kind == BO_HIDDEN || !req_form(r, S("csrf")).p)
        return f->value;
    if (f->kind == BO_CHECKS)
        return all_sent(r, str_of(f->name));
    struct str sent = req_form(r, str_of(f->name));
    return sent.p || f->kind == BO_CHECK ? sent : f->value;
}

static void put_choices(struct req *r, const struct bo_field *f, struct str value, struct page_bo_form_fields *out)
{
    struct page_bo_form_fields_choices *choices =
        ARENA_ARRAY(r->a, struct page_bo_form_fields_choices, f->nchoices ? f->nchoices : 1);
    out->choices = choices;
    out->choices_n = f->nchoices;
    for (size_t i = 0; i < f->nchoices; i++)
        choices[i] = (struct page_bo_form_fields_choices){
            .value = f->choices[i].value,
            .label = f->choices[i].label,
            .chosen = f->kind == BO_CHECKS ? among(value, f->choices[i].value) : str_eq(f->choices[i].value, value)};
}

static void put_field(struct req *r, const struct bo_field *f, struct page_bo_form_fields *out)
{
    const struct err *e = &bo_state(r)->err;
    struct str value = kept(r, f);
    *out = (struct page_bo_form_fields){.name = str_of(f->name), .label = f->label, .hint = f->hint, .value = value,
                                        .type = str_of(f->type ? f->type : "text"), .complete = str_of(f->complete),
                                        .accept = str_of(f->accept), .required = f->required};
    out->bad = e->kind && str_eq(bo_blamed(e), out->name);
    out->has_help = out->bad || f->hint.n;
    out->is_text = f->kind == BO_TEXT;
    out->is_area = f->kind == BO_AREA;
    out->is_select = f->kind == BO_SELECT;
    out->is_file = f->kind == BO_FILE;
    out->is_check = f->kind == BO_CHECK;
    out->is_hidden = f->kind == BO_HIDDEN;
    out->is_radio = f->kind == BO_RADIO;
    out->is_checks = f->kind == BO_CHECKS;
    out->opens = f->fold.n > 0;
    out->fold_title = f->fold;
    put_choices(r, f, value, out);
}

void bo_form(struct req *r, const struct bo_form *form, struct buf *out)
{
    struct page_bo_form p = {.action = form->action, .csrf = r->who.csrf, .submit = form->submit,
                             .cancel_url = form->cancel_url, .is_upload = form->is_upload, .danger = form->danger,
                             .also = form->also, .also_url = form->also_url};
    struct page_bo_form_fields *fields = ARENA_ARRAY(r->a, struct page_bo_form_fields, form->n ? form->n : 1);
    for (size_t i = 0; i < form->n; i++)
        put_field(r, &form->fields[i], &fields[i]);
    for (size_t i = 0; i < form->n; i++)
        if (form->fields[i].fold.n)
            fields[form->n - 1].closes = true;
    p.fields = fields;
    p.fields_n = form->n;
    page_bo_form(out, r->lang, &p);
}

struct markup bo_form_html(struct req *r, const struct bo_form *form)
{
    struct buf b = {0};
    bo_form(r, form, &b);
    struct str html = arena_str(r->a, buf_str(&b));
    buf_free(&b);
    return markup_trusted(html);
}
