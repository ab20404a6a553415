#pragma once
#include "core/web/stage.h"

/* sign -- the faces of signing in and of one-time links, and what an error looks like. */
extern const struct step sign_in_form[];
extern const struct step sign_invite_form[];

/* The error_page hook: 401 leads to the sign-in form; a refused form comes back with its reason. */
bool sign_error_page(struct req *r, const struct err *e, struct buf *body);
