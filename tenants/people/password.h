#pragma once
#include "core/base/err.h"

/*
 * password -- Argon2id (libsodium, interactive limits: 64 MB and about 50 ms of CPU each).
 *
 * Pure computation: STEP_CPU, where the engine bounds how many run and wait; never on the loop.
 */
enum { PASSWORD_HASH_TEXT = 128, PASSWORD_MIN = 12, PASSWORD_MAX = 200 };

bool password_check_new(struct str password, struct err *e); /* err_password_weak */
bool password_hash(struct str password, char hash[PASSWORD_HASH_TEXT]); /* false: out of memory */
/* An absent hash does the same work and says no, so that unknown accounts are not told apart. */
bool password_is(struct str password, struct str hash);
