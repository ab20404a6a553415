#pragma once
#include "core/db/conn.h"
#include "core/web/route.h"

/*
 * account -- the people of one portal: by invitation only (R86). Blocking functions, inside a
 * transaction of that tenant.
 */
struct account_new {
    struct str email, name, role; /* role: reader, contributor, editor, admin; name: absent = the e-mail */
    struct uuid organisation;     /* a direct publisher's people; empty: the whole portal */
};

/* fails err_email_invalid, err_role_unknown, err_account_taken */
bool account_add(struct conn *c, const struct uuid *tenant, const struct account_new *new,
                 struct uuid *account, struct err *e);
bool account_find(struct conn *c, const struct uuid *tenant, struct str email, struct uuid *account,
                  struct err *e); /* err_account_unknown */
bool account_role(struct str word, enum access *role, struct err *e); /* err_role_unknown */
/* Sets a password without a link: the operator's way in (terrasse user password). Argon2id runs here. Sessions
 * and open links of the account end. fails err_password_weak, err_account_unknown (not active) */
bool account_password(struct conn *c, const struct uuid *tenant, const struct uuid *account, struct str password,
                      struct err *e);
/* Role and state; the last administrator keeps his. role, state: absent = as they are. */
bool account_change(struct conn *c, const struct uuid *tenant, const struct uuid *account,
                    struct str role, struct str state, struct err *e);
