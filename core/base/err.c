#include "core/base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "core/base/utf8.h"

bool err_set(struct err *e, const struct err_kind *kind, const char *file, int line,
             const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    *e = (struct err){.kind = kind, .file = file, .line = line};
    vsnprintf(e->detail, sizeof e->detail, format, ap);
    va_end(ap);
    return false;
}

bool err_arg(struct err *e, const char *format, ...)
{
    if (e->nargs >= ERR_ARGS)
        return false;
    char *arg = e->arg[e->nargs++];
    va_list ap;
    va_start(ap, format);
    vsnprintf(arg, sizeof e->arg[0], format, ap);
    va_end(ap);
    arg[utf8_floor(str_of(arg))] = '\0'; /* cut here, or by whoever gave a part of something */
    return false;
}

bool err_file(struct err *e, const struct err_kind *kind, const char *file, int line, const char *path)
{
    int error = errno;
    err_set(e, kind, file, line, "%s: %s", path, strerror(error));
    err_arg(e, "%s", path);
    return err_arg(e, "%s", strerror(error));
}

void err_say(const struct err *e, enum lang lang, struct buf *out)
{
    const char *s = lang == LANG_FR ? e->kind->fr : e->kind->en;
    for (; *s; s++) {
        bool slot = s[0] == '{' && s[1] >= '0' && s[1] < '0' + ERR_ARGS && s[2] == '}';
        if (!slot) {
            buf_addc(out, *s);
            continue;
        }
        buf_addz(out, e->arg[s[1] - '0']);
        s += 2;
    }
}
