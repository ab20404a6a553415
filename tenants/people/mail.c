#include "tenants/people/mail.h"

#include <string.h>

#include "core/base/jw.h"
#include "core/base/must.h"
#include "tenants/directory/tenant.h"
#include "tenants/people/sql.h"

static const struct {
    const char *name, *subject[2], *body[2]; /* by enum lang */
} templates[] = {
#define MAIL(id, fr_subject, fr, en_subject, en) {#id, {fr_subject, en_subject}, {fr, en}},
#include "tenants/people/mails.def"
#undef MAIL
};

bool mail_template_find(struct str name, enum mail_template *t)
{
    for (size_t i = 0; i < MAIL_TEMPLATES; i++)
        if (str_eq(name, str_of(templates[i].name))) {
            *t = (enum mail_template)i;
            return true;
        }
    return false;
}

/* ---- into the queue ---- */

struct put {
    struct uuid id, task;
    struct buf args;
    struct str params[8];
};

static void fill(struct put *p, const struct uuid *tenant, struct str to, enum mail_template t,
                 struct str path, const struct str *args, size_t nargs, struct str once)
{
    struct jw w;
    must(nargs <= MAIL_ARGS);
    p->id = uuid_make();
    p->task = uuid_make();
    jw_init(&w, &p->args, JW_COMPACT);
    jw_open(&w, '[');
    for (size_t i = 0; i < nargs; i++)
        jw_str(&w, args[i]);
    jw_close(&w, ']');
    const struct str params[] = {uuid_str(tenant),
                                 uuid_str(&p->id),
                                 to,
                                 str_of(templates[t].name),
                                 path,
                                 buf_str(&p->args),
                                 once,
                                 uuid_str(&p->task)};
    memcpy(p->params, params, sizeof params);
}

bool mail_queue(struct conn *c, const struct uuid *tenant, struct str to, enum mail_template t,
                struct str path, const struct str *args, size_t nargs, struct str once,
                struct err *e)
{
    struct put p = {0};
    fill(&p, tenant, to, t, path, args, nargs, once);
    bool ok = tenant_do(c, &sql_mail_put, p.params, e);
    buf_free(&p.args);
    return ok;
}

void mail_ask(struct batch *b, const struct uuid *tenant, struct str to, enum mail_template t,
              struct str path, const struct str *args, size_t nargs, struct str once)
{
    struct put p = {0};
    fill(&p, tenant, to, t, path, args, nargs, once);
    batch_ask(b, &sql_mail_put, p.params);
    buf_free(&p.args);
}

bool mail_forget(struct conn *c, const struct uuid *tenant, struct err *e)
{
    return tenant_do(c, &sql_mail_forget, (struct str[]){uuid_str(tenant)}, e);
}

/* ---- in words ---- */

struct words {
    struct str portal, link;
    const struct str *args;
    size_t nargs;
};

/* The value of "{0}", "{portal}", "{link}" at the head of *s, which moves behind it. */
static bool slot(const char **s, const struct words *w, struct str *value)
{
    const char *end = **s == '{' ? strchr(*s, '}') : NULL;
    struct str name = end ? (struct str){*s + 1, (size_t)(end - *s - 1)} : STR_NONE;
    if (name.n == 1 && name.p[0] >= '0' && name.p[0] < '0' + MAIL_ARGS)
        *value = (size_t)(name.p[0] - '0') < w->nargs ? w->args[name.p[0] - '0'] : STR_NONE;
    else if (str_eq(name, S("portal")))
        *value = w->portal;
    else if (str_eq(name, S("link")))
        *value = w->link;
    else
        return false;
    *s = end + 1;
    return true;
}

static struct str say(struct arena *a, const char *text, const struct words *w)
{
    struct buf b = {0};
    struct str value;
    while (*text) {
        if (slot(&text, w, &value))
            buf_add(&b, value);
        else
            buf_addc(&b, *text++);
    }
    struct str said = arena_str(a, buf_str(&b));
    buf_free(&b);
    return said;
}

struct mail_text mail_say(struct arena *a, enum mail_template t, enum lang lang, struct str portal,
                          struct str link, const struct str *args, size_t nargs)
{
    static const char *const foot[] = {
        [LANG_FR] =
            "\n\n— \n{portal}\nMessage envoyé automatiquement : personne ne lit les réponses.\n",
        [LANG_EN] = "\n\n— \n{portal}\nSent automatically: nobody reads answers.\n"};
    const struct words w = {portal, link, args, nargs};
    struct str body = say(a, templates[t].body[lang], &w), end = say(a, foot[lang], &w);
    return (struct mail_text){say(a, templates[t].subject[lang], &w),
                              arena_printf(a, STR_FMT STR_FMT, STR_ARG(body), STR_ARG(end))};
}
