#include "tenants/publishing/credit.h"

#include "core/base/buf.h"

#define NBSP "\xc2\xa0" /* a line is not broken there */

static void put_day(struct buf *out, enum lang lang, struct str iso)
{
    if (lang == LANG_FR)
        buf_printf(out, ", données du %.2s/%.2s/%.4s", iso.p + 8, iso.p + 5, iso.p);
    else
        buf_printf(out, ", data of %.10s", iso.p);
}

struct str credit_line(struct arena *a, enum lang lang, struct str publisher, struct str title, struct str modified,
                       struct str licence)
{
    struct buf b = {0};
    buf_printf(&b, lang == LANG_FR ? "Source" NBSP ": " STR_FMT : "Source: " STR_FMT, STR_ARG(publisher));
    if (title.n)
        buf_printf(&b, lang == LANG_FR ? ", «" NBSP STR_FMT NBSP "»" : ", “" STR_FMT "”", STR_ARG(title));
    if (modified.n >= 10)
        put_day(&b, lang, modified);
    if (licence.n)
        buf_printf(&b, ", " STR_FMT, STR_ARG(licence));
    struct str line = arena_str(a, buf_str(&b));
    buf_free(&b);
    return line;
}
