/* The worker's half of mail.h: claim, share out to people, speak with the server, note what came of
 * it. */
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/jr.h"
#include "core/base/log.h"
#include "core/base/option.h"
#include "core/db/sql.h"
#include "core/io/errors.h"
#include "core/io/smtp.h"
#include "tenants/directory/tenant.h"
#include "tenants/people/errors.h"
#include "tenants/people/mail.h"
#include "tenants/people/sql.h"

enum { WAIT_OFF_S = 300, WAIT_MOST_S = 3600, PASSWORD_MOST = 500 };

struct work {
    struct conn *c;
    struct arena a;
    struct uuid task, tenant, id, token;
    int64_t attempts;
    struct str recipient, template, path, args, name, host, root_host;
    enum lang lang;
    bool there, old;
};

/* ---- the server ---- */

static bool read_password(struct arena *a, struct str *password, struct err *e)
{
    char line[PASSWORD_MOST + 2] = "";
    struct str path = option_str(OPTION_SMTP_PASSWORD_FILE);
    FILE *f = path.n ? fopen(path.p, "re") : NULL;
    bool ok = f && fgets(line, sizeof line, f);
    if (f)
        fclose(f);
    line[strcspn(line, "\r\n")] = '\0';
    *password = arena_str(a, str_of(line));
    return ok || ERR(e, err_mail_password, "not read");
}

static bool deliver(struct arena *a, struct smtp_message *m, struct str root_host, struct err *e)
{
    struct smtp_server s = {.address = option_str(OPTION_SMTP),
                            .user = option_str(OPTION_SMTP_USER),
                            .ca_file = option_str(OPTION_SMTP_CA)};
    m->from = option_str(OPTION_MAIL_FROM);
    m->at_us = clock_wall_us();
    if (s.address.n == 0)
        return ERR(e, err_mail_off, "no smtp");
    if (m->from.n == 0)
        m->from = arena_printf(a, "noreply@" STR_FMT, STR_ARG(root_host));
    return (s.user.n == 0 || read_password(a, &s.password, e)) && smtp_send(a, &s, m, e);
}

bool mail_test(struct arena *a, struct str to, struct str portal, struct str root_host,
               enum lang lang, struct err *e)
{
    struct mail_text t = mail_say(a, MAIL_test, lang, portal, STR_NONE, NULL, 0);
    struct uuid id = uuid_make();
    struct smtp_message m = {
        .from_name = portal, .to = to, .subject = t.subject, .body = t.body, .id = uuid_str(&id)};
    return deliver(a, &m, root_host, e);
}

/* ---- one row ---- */

static bool claim(struct work *w, bool *found, struct err *e)
{
    w->token = uuid_make();
    PGresult *r = conn_ask(w->c, &sql_mail_claim, (struct str[]){uuid_str(&w->token)}, e);
    *found = r && PQntuples(r) == 1;
    if (*found) {
        uuid_parse(str_of(PQgetvalue(r, 0, 0)), &w->task);
        uuid_parse(str_of(PQgetvalue(r, 0, 1)), &w->tenant);
        uuid_parse(str_of(PQgetvalue(r, 0, 2)), &w->id);
        str_i64(str_of(PQgetvalue(r, 0, 3)), &w->attempts);
    }
    PQclear(r);
    return r != NULL;
}

static bool read_mail(struct work *w, struct err *e)
{
    if (!conn_begin(w->c, &w->tenant, e))
        return false;
    PGresult *r = conn_ask(w->c, &sql_mail_for_work,
                           (struct str[]){uuid_str(&w->tenant), uuid_str(&w->id)}, e);
    w->there = r && PQntuples(r) == 1;
    if (w->there) {
        struct str *const texts[] = {&w->recipient, &w->template, &w->path,     &w->args,
                                     &w->name,      &w->host,     &w->root_host};
        for (int i = 0; i < (int)(sizeof texts / sizeof texts[0]); i++)
            *texts[i] = arena_str(&w->a, str_of(PQgetvalue(r, 0, i)));
        w->lang = strcmp(PQgetvalue(r, 0, 7), "en") == 0 ? LANG_EN : LANG_FR;
        w->old = PQgetvalue(r, 0, 8)[0] == 't';
    }
    PQclear(r);
    return r && conn_commit(w->c, e);
}

/* The fence: no row, and another run has taken over. */
static bool hold(struct work *w, bool *mine, struct err *e)
{
    if (!conn_begin(w->c, &w->tenant, e))
        return false;
    PGresult *r =
        conn_ask(w->c, &sql_task_hold, (struct str[]){uuid_str(&w->task), uuid_str(&w->token)}, e);
    *mine = r && PQntuples(r) == 1;
    PQclear(r);
    return r != NULL;
}

static bool put_state(struct work *w, const char *state, const struct err *why, struct err *e)
{
    struct str error = why ? arena_printf(&w->a, "%s %s", why->kind->code, why->detail) : STR_NONE;
    return tenant_do(w->c, &sql_mail_done,
                     (struct str[]){uuid_str(&w->tenant), uuid_str(&w->id), str_of(state), error},
                     e);
}

static bool finish(struct work *w, struct err *e)
{
    return tenant_do(w->c, &sql_task_finish,
                     (struct str[]){uuid_str(&w->task), uuid_str(&w->token)}, e) &&
           conn_commit(w->c, e);
}

/* A row a person, all of them or none; who is nobody's role any more hears nothing. */
static bool share(struct work *w, struct err *e)
{
    PGresult *r =
        conn_ask(w->c, &sql_mail_people, (struct str[]){uuid_str(&w->tenant), w->recipient}, e);
    bool ok = r != NULL;
    for (int i = 0; ok && i < PQntuples(r); i++) {
        struct uuid id = uuid_make(), task = uuid_make();
        const struct str params[] = {uuid_str(&w->tenant),
                                     uuid_str(&id),
                                     str_of(PQgetvalue(r, i, 0)),
                                     w->template,
                                     w->path,
                                     w->args,
                                     STR_NONE,
                                     uuid_str(&task)};
        ok = tenant_do(w->c, &sql_mail_put, params, e);
    }
    PQclear(r);
    return ok && put_state(w, "shared", NULL, e) && finish(w, e);
}

static bool speak(struct work *w, struct err *e)
{
    struct str args[MAIL_ARGS] = {{0}};
    size_t i = 0, n = 0;
    enum mail_template t = MAIL_TEMPLATES;
    json_t *list = jr_parse(w->args, e), *arg;
    json_array_foreach(list, i, arg) if (i < MAIL_ARGS) args[n++] =
        arena_str(&w->a, str_of(json_string_value(arg)));
    json_decref(list);
    if (!list || !mail_template_find(w->template, &t))
        return ERR(e, err_mail_off, "template " STR_FMT,
                   STR_ARG(w->template)); /* of a newer program */
    struct str address = tenant_address(&w->a, option_str(OPTION_PUBLIC_URL), w->host);
    struct str link = w->path.n
                          ? arena_printf(&w->a, STR_FMT STR_FMT, STR_ARG(address), STR_ARG(w->path))
                          : STR_NONE;
    struct mail_text text = mail_say(&w->a, t, w->lang, w->name, link, args, n);
    struct smtp_message m = {.from_name = w->name,
                             .to = w->recipient,
                             .subject = text.subject,
                             .body = text.body,
                             .id = uuid_str(&w->id)};
    return deliver(&w->a, &m, w->root_host, e);
}

/* A minute, then twice as long each time, up to an hour; five minutes while there is no server. */
static int64_t wait_s(const struct work *w, const struct err *why)
{
    int64_t s = 60;
    for (int64_t i = 1; i < w->attempts && s < WAIT_MOST_S; i++)
        s *= 2;
    return why->kind == &err_mail_off ? WAIT_OFF_S : s < WAIT_MOST_S ? s : WAIT_MOST_S;
}

static bool note(struct work *w, bool sent, const struct err *why, struct err *e)
{
    bool mine = false;
    if (!hold(w, &mine, e))
        return false;
    if (!mine)
        return conn_rollback(w->c), true;
    if (sent)
        return put_state(w, "sent", NULL, e) && finish(w, e);
    if (w->old || why->kind == &err_mail_refused) {
        LOG(LOG_WARN, "mail_given_up", LOG_S("mail", uuid_str(&w->id)),
            LOG_S("why", str_of(why->kind->code)));
        return put_state(w, "failed", why, e) && finish(w, e);
    }
    const struct str later[] = {uuid_str(&w->task), uuid_str(&w->token),
                                arena_printf(&w->a, "%lld", (long long)wait_s(w, why)),
                                str_of(why->kind->code)};
    return put_state(w, "waiting", why, e) && tenant_do(w->c, &sql_task_later, later, e) &&
           conn_commit(w->c, e);
}

static bool work(struct work *w, struct err *e)
{
    struct err why = {0};
    bool mine = false;
    if (!read_mail(w, e))
        return false;
    if (w->there && str_chr(w->recipient, '@') >= 0) {
        bool sent = speak(w, &why);
        return note(w, sent, &why, e);
    }
    if (!hold(w, &mine, e))
        return false;
    return !mine ? conn_rollback(w->c), true : w->there ? share(w, e) : finish(w, e);
}

bool mail_job(struct job_run *run, struct err *e)
{
    struct work w = {.c = run->conn};
    bool found = false, ok = claim(&w, &found, e);
    run->more = ok && found;
    ok = ok && (!found || work(&w, e));
    if (!ok)
        conn_rollback(w.c);
    arena_free(&w.a);
    return ok;
}
