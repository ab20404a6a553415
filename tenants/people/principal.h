#pragma once
#include "core/web/stage.h"

/*
 * principal -- the auth stage: who a request acts for.
 *
 * In this order: Authorization: Apikey <key> (the word in any case) or ?apikey=, or ?pushkey= as programs that
 * push to the former portal send it; the session cookie
 * __Host-sid; nobody. A key that is wrong is 401 at once, a session that is wrong is nobody and its
 * cookie is cleared. A credential is valid on the one portal that gave it (T2). What was found is
 * kept in memory for five seconds, so that a removed right ends within five.
 */
extern const struct stage principal_stage;

#define PRINCIPAL_COOKIE "__Host-sid"

void principal_forget(struct str tenant, struct str secret); /* signing out: at once in this process */
bool principal_may(const struct req *r, enum access least);
