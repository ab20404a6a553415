#include "tenants/people/password.h"

#include <sodium.h>

#include "core/base/utf8.h"
#include "tenants/people/errors.h"

/* The commonest of twelve characters and more; shorter ones are refused by length. */
static const char *const common[] = {
    "123456789012", "1234567890123", "passwordpassword", "motdepasse123", "motdepassemotdepasse",
    "azertyuiop123", "azertyuiopqs", "qwertyuiop123", "administrateur", "administrator",
    "aaaaaaaaaaaa", "000000000000", "111111111111", "bonjourbonjour", "password12345",
};

bool password_check_new(struct str password, struct err *e)
{
    bool ok = utf8_valid(password) && utf8_count(password) >= PASSWORD_MIN && password.n <= PASSWORD_MAX;
    for (size_t i = 0; ok && i < sizeof common / sizeof common[0]; i++)
        ok = !str_ieq(password, str_of(common[i]));
    return ok ? true : ERR(e, err_password_weak, "refused");
}

bool password_hash(struct str password, char hash[PASSWORD_HASH_TEXT])
{
    _Static_assert(PASSWORD_HASH_TEXT >= crypto_pwhash_STRBYTES, "room for libsodium's text");
    return crypto_pwhash_str(hash, password.p, password.n, crypto_pwhash_OPSLIMIT_INTERACTIVE,
                             crypto_pwhash_MEMLIMIT_INTERACTIVE) == 0;
}

bool password_is(struct str password, struct str hash)
{
    /* The hash of a random secret that nobody kept. */
    static const char nobody[] = "$argon2id$v=19$m=65536,t=2,p=1$"
                                 "c29tZXNhbHRmb3Jub2JvZA$nVsHqOUHFLc0V6Y0CUbC5ymkMIxd6mfBYg1LzLkHqNs";
    char text[PASSWORD_HASH_TEXT] = {0};
    bool known = hash.p && hash.n < sizeof text;
    memcpy(text, known ? hash.p : nobody, known ? hash.n : sizeof nobody - 1);
    if (password.n > PASSWORD_MAX)
        password.n = PASSWORD_MAX;
    return crypto_pwhash_str_verify(text, password.p ? password.p : "", password.n) == 0 && known;
}
