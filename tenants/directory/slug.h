#pragma once
#include "core/base/arena.h"
#include "core/base/err.h"

/*
 * slug -- names for addresses, and the checks of what people type about a body.
 */
enum { SLUG_TENANT_MAX = 27, SLUG_DATASET_MAX = 100 };

/* "Tours Métropole" -> "tours-metropole": ASCII letters, digits and single hyphens, cut at `max` bytes;
 * accents of French are folded, everything else separates. Empty when nothing is left. */
struct str slug_make(struct arena *a, struct str text, size_t max);

bool slug_tenant_check(struct str s, struct err *e);   /* err_slug_invalid */
bool slug_name_check(struct str s, struct err *e);     /* err_name_invalid: 1 to 200 characters, no control */
bool slug_siren_check(struct str s, struct err *e);    /* err_siren_invalid: Luhn key (ISO/IEC 7812-1) */
/* A plain address of one mailbox, lower-cased into the arena; err_email_invalid. No RFC 5322 oddities. */
bool slug_email(struct arena *a, struct str raw, struct str *email, struct err *e);
