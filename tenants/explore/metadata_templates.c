#include "tenants/explore/metadata_templates.h"

#include "tenants/explore/dataset_object.h"
#include "tenants/explore/errors.h"
#include "tenants/explore/explore.h"

enum { PARAM_TYPE, PARAM_NAME };

static const struct template {
    const char *type, *name;
    const char *const *keys;
} templates[] = {{"basic", "default", dataset_default_keys}, {"interop", "dcat", dataset_dcat_keys}};
enum { TEMPLATES = sizeof templates / sizeof templates[0] };

static struct str url(struct req *r, const struct template *t)
{
    return arena_printf(r->a, STR_FMT "/catalog/metadata_templates%s%s%s%s", STR_ARG(explore_base(r)), t ? "/" : "",
                        t ? t->type : "", t ? "/" : "", t ? t->name : "");
}

static void put_links(struct req *r, struct jw *w, const struct template *t)
{
    const struct explore_link links[] = {
        {"self", url(r, t)}, {"catalog", arena_printf(r->a, STR_FMT "/catalog", STR_ARG(explore_base(r)))}};
    jw_key(w, S("links"));
    explore_links(w, links, 2);
}

/* Typed as the catalogue's language sees it; a member that it cannot ask about is a text. */
static void put_member(struct req *r, struct jw *w, const struct template *t, const char *key)
{
    static const char *const unset[] = {"uri",         "widget",       "values",   "values_domain_property",
                                        "allow_empty", "self_suggest", "help_text"};
    struct str dotted = arena_printf(r->a, "%s.%s", t->name, key);
    const struct dataset_view *v = grant_catalogue(r);
    const struct view_column *c = view_find(v, dotted, false);
    c = c ? c : view_find(v, str_of(key), false);
    jw_open(w, '{');
    JW_STR(w, "name", str_of(key));
    JW_STR(w, "label", str_of(key));
    JW_STR(w, "type", c && c->multivalued.n ? S("list") : str_of(type_wire(c ? c->type : TYPE_TEXT)));
    for (size_t i = 0; i < sizeof unset / sizeof unset[0]; i++) {
        jw_key(w, str_of(unset[i]));
        jw_null(w);
    }
    JW_BOOL(w, "hidden", false);
    jw_close(w, '}');
}

static void put_template(struct req *r, struct jw *w, const struct template *t)
{
    jw_open(w, '{');
    put_links(r, w, t);
    jw_key(w, S("metadata_template"));
    jw_open(w, '{');
    JW_STR(w, "type", str_of(t->type));
    JW_STR(w, "name", str_of(t->name));
    jw_key(w, S("schema"));
    jw_open(w, '[');
    for (const char *const *k = t->keys; *k; k++)
        put_member(r, w, t, *k);
    jw_close(w, ']');
    jw_close(w, '}');
    jw_close(w, '}');
}

/* The first from `at` on of the type and the name that the address has; TEMPLATES: none. */
static size_t asked(struct req *r, size_t at)
{
    for (; at < TEMPLATES; at++)
        if ((!r->params[PARAM_TYPE].p || str_eq(r->params[PARAM_TYPE], str_of(templates[at].type))) &&
            (!r->params[PARAM_NAME].p || str_eq(r->params[PARAM_NAME], str_of(templates[at].name))))
            break;
    return at;
}

static bool unknown(struct req *r, struct err *e)
{
    struct str name = r->params[PARAM_NAME].p ? r->params[PARAM_NAME] : r->params[PARAM_TYPE];
    ERR(e, err_template_unknown, STR_FMT, STR_ARG(name));
    return err_arg(e, STR_FMT, STR_ARG(name));
}

static bool reply_list(struct req *r, struct err *e)
{
    size_t at = asked(r, 0);
    if (at == TEMPLATES)
        return unknown(r, e);
    explore_deprecate(r);
    struct jw *w = req_json(r, 200);
    jw_open(w, '{');
    put_links(r, w, NULL);
    jw_key(w, S("metadata_templates"));
    jw_open(w, '[');
    for (; at < TEMPLATES; at = asked(r, at + 1))
        put_template(r, w, &templates[at]);
    jw_close(w, ']');
    jw_close(w, '}');
    return true;
}

static bool reply_one(struct req *r, struct err *e)
{
    size_t at = asked(r, 0);
    if (at == TEMPLATES)
        return unknown(r, e);
    explore_deprecate(r);
    put_template(r, req_json(r, 200), &templates[at]);
    return true;
}

const struct step metadata_templates[] = {{STEP_REPLY, reply_list, NULL}, {STEP_END, NULL, NULL}};
const struct step metadata_templates_one[] = {{STEP_REPLY, reply_one, NULL}, {STEP_END, NULL, NULL}};
