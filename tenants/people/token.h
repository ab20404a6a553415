#pragma once
#include "core/db/conn.h"

/* token -- API keys of an account: shown once, kept as their hash. Blocking, inside a transaction. */
bool token_make_key(struct conn *c, const struct uuid *tenant, const struct uuid *account, struct str label,
                    struct token_text *key, struct err *e);
