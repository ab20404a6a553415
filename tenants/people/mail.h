#pragma once
#include "core/db/batch.h"
#include "core/db/conn.h"
#include "core/db/job.h"

/*
 * mail -- notices by e-mail: queued in the transaction of what they tell of, sent by the worker.
 *
 *     mail_queue(c, &tenant, MAIL_TO_EDITORS, MAIL_review_due, S("/backoffice/review/"),
 *                (struct str[]){title}, 1, once, e)
 *
 * to     MAIL_TO_ADMINS, MAIL_TO_EDITORS (administrators too), MAIL_TO_DPO: the people of that portal
 *        when the worker takes the row, one message each; an account's id; or an address that
 *        slug_email has passed.
 * t      a row of mails.def: a new notice is a row there. The language is the portal's.
 * path   of the page on that portal that {link} leads to; empty: none.
 * once   what it is about, for example "review <id> 24": the same recipient hears it once in 60 days.
 *        STR_NONE: each time.
 *
 * Nothing leaves without the setting smtp; what has waited for three days is given up, so that no
 * old notices leave when it is set. A message whose answer was lost may come twice, with one
 * Message-ID.
 */
#define MAIL_TO_ADMINS S("admins")
#define MAIL_TO_EDITORS S("editors")
#define MAIL_TO_DPO S("dpo")

enum mail_template {
#define MAIL(id, ...) MAIL_##id,
#include "tenants/people/mails.def"
#undef MAIL
    MAIL_TEMPLATES
};

enum { MAIL_ARGS = 6 };

/* Blocking: command line, worker, STEP_WORK; inside the caller's transaction of that tenant. */
bool mail_queue(struct conn *c, const struct uuid *tenant, struct str to, enum mail_template t,
                struct str path, const struct str *args, size_t nargs, struct str once,
                struct err *e);
/* The same as one statement of a STEP_DB. */
void mail_ask(struct batch *b, const struct uuid *tenant, struct str to, enum mail_template t,
              struct str path, const struct str *args, size_t nargs, struct str once);

bool mail_template_find(struct str name, enum mail_template *t);

/* What stands in the message. */
struct mail_text {
    struct str subject, body;
};
struct mail_text mail_say(struct arena *a, enum mail_template t, enum lang lang, struct str portal,
                          struct str link, const struct str *args, size_t nargs);

bool mail_job(struct job_run *run, struct err *e);
bool mail_forget(struct conn *c, const struct uuid *tenant,
                 struct err *e); /* what was done 60 days ago */

/* At once, for the command line: one test message. fails as smtp_send, err_mail_off */
bool mail_test(struct arena *a, struct str to, struct str portal, struct str root_host,
               enum lang lang, struct err *e);
