#pragma once
#include "core/db/conn.h"
#include "core/db/sqlstate.h"

/*
 * contact -- who answers for the whole convention of a partner, publishing and sub-domain (R6): one at least, always, with dates.
 * Blocking, inside the caller's transaction of the root's tenant; dates are days in Paris, by the program's clock.
 */
struct contact_new {
    struct str name, email; /* name: may be absent */
    struct str since;       /* "2026-11-28"; absent: today */
};

/* A partner without a contact is not activated. fails err_contact_missing, err_email_invalid, err_contact_date,
 * err_contact_taken */
bool contact_add(struct conn *c, const struct uuid *tenant, struct str partner, const struct contact_new *new,
                 struct str by, struct err *e);
/* The new one takes over from all that are in charge, on that day: it ends theirs. fails as contact_add */
bool contact_hand_over(struct conn *c, const struct uuid *tenant, struct str partner, const struct contact_new *new,
                       struct str by, struct err *e);
/* fails err_contact_last: name another one first; err_partner_unknown */
bool contact_remove(struct conn *c, const struct uuid *tenant, struct str partner, struct str contact, struct str by,
                    struct err *e);

extern const struct sqlstate_row contact_constraint; /* registered by the program: whence err_contact_taken */
