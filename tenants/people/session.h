#pragma once
#include "core/web/step.h"

/*
 * session -- signing in and out, and one-time links, as step tables for the pages to put a face on.
 *
 * A wrong password and an unknown address take the same time and get the same words. Cookies are
 * __Host-, Secure, HttpOnly, SameSite=Lax; a session lives twelve hours and its id is new at each
 * sign-in. The form fields are email, password, next (a path of this host).
 */
extern const struct step session_sign_in[];  /* POST: 303 to `next` or /backoffice/ */
extern const struct step session_sign_out[]; /* POST: 303 to / */
extern const struct step session_use_link[]; /* POST /invite/{token}: field password; 303 to /login/ */

/* For GET /invite/{token}: STEP_DB, then the person of a valid link; fails err_link_unknown. */
struct session_link {
    struct str name, email;
    bool is_password; /* a forgotten password, not an invitation */
};
bool session_ask_link(struct req *r, struct err *e);
bool session_take_link(struct req *r, struct session_link *link, struct err *e);

/* The forms' second guard, after SameSite: Origin (or Sec-Fetch-Site) names this very host, and the
 * field or header csrf is the session's. Keys need neither. fails err_csrf (core/web) */
bool session_csrf(struct req *r, struct err *e);
