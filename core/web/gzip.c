#include "core/web/gzip.h"

#include <libdeflate.h>

enum { LEVEL = 5 };

static bool quality_is_zero(struct str parameters)
{
    for (struct str part; str_cut(&parameters, ';', &part);) {
        part = str_trim(part);
        if (!str_ieq(str_part(part, 0, 3), S("q=0")))
            continue;
        for (size_t i = 3; i < part.n; i++)
            if (part.p[i] >= '1' && part.p[i] <= '9')
                return false;
        return true;
    }
    return false;
}

bool gzip_accepted(struct str accept)
{
    return encoding_accepted(accept, S("gzip"));
}

/* "*" speaks of the codings that are named nowhere in the list, wherever it stands. */
bool encoding_accepted(struct str accept, struct str name)
{
    bool others = false;
    for (struct str part; str_cut(&accept, ',', &part);) {
        struct str coding;
        str_cut(&part, ';', &coding);
        coding = str_trim(coding);
        if (str_ieq(coding, name))
            return !quality_is_zero(part);
        if (str_eq(coding, S("*")))
            others = !quality_is_zero(part);
    }
    return others;
}

bool gzip_body(struct buf *body)
{
    struct buf out = {.max = body->max};
    size_t most = body->n ? body->n - 1 : 0;
    char *room = most > 0 ? buf_room(&out, most) : NULL;
    struct libdeflate_compressor *c = room ? libdeflate_alloc_compressor(LEVEL) : NULL;
    size_t n = c ? libdeflate_gzip_compress(c, body->p, body->n, room, most) : 0;
    if (c)
        libdeflate_free_compressor(c);
    if (n == 0) {
        buf_free(&out);
        return false;
    }
    out.n = n;
    buf_free(body);
    *body = out;
    return true;
}
