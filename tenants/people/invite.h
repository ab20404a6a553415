#pragma once
#include "core/db/conn.h"
#include "tenants/people/account.h"

/*
 * invite -- one-time links: an invitation (fourteen days, can be sent again: the older link dies),
 * or a forgotten password (one day, made by an administrator).
 */
enum invite_purpose { INVITE_JOIN, INVITE_PASSWORD };

/* A new link for an account; inside a transaction of the tenant. The path is
 * "/invite/<token>"; the token is shown once and kept only as its hash. by: absent for the operator. */
bool invite_make(struct conn *c, const struct uuid *tenant, const struct uuid *account,
                 enum invite_purpose purpose, struct str by, struct token_text *token, struct err *e);

/* account_add and invite_make: what `terrasse tenant add` and the form do. */
bool invite_person(struct conn *c, const struct uuid *tenant, const struct account_new *new, struct str by,
                   struct uuid *account, struct token_text *token, struct err *e);
