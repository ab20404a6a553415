/* Any bytes as a zip of documents, and as two documents of a sound one. What is handed on are frames: names of one plain part,
 * as many bytes as each says, the same whoever asks again; what was packed soundly comes out as it was. */
#include <stdlib.h>

#include "core/base/utf8.h"
#include "core/data/intake/unpack.h"
#include "tests/fuzz/reader_property.h"
#include "tests/unit/zip_of.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct document {
    struct str name, bytes;
};

static bool keep(void *to, struct str bytes, struct err *e)
{
    (void)e;
    buf_add(to, bytes);
    return true;
}

static bool is_plain(struct str name)
{
    for (size_t i = 0; i < name.n; i++)
        if ((unsigned char)name.p[i] < 0x20 || strchr("/\\:\x7f", name.p[i]))
            return false;
    return name.n > 0 && name.n <= UNPACK_NAME_MAX && name.p[0] != '.' && utf8_valid(name);
}

static struct document next_document(struct str *rest)
{
    struct unpack_frame frame;
    struct document d;
    HOLDS(rest->n >= sizeof frame);
    memcpy(&frame, rest->p, sizeof frame);
    *rest = str_from(*rest, sizeof frame);
    d.name = str_part(*rest, 0, frame.name_n);
    HOLDS(d.name.n == frame.name_n && is_plain(d.name));
    *rest = str_from(*rest, frame.name_n);
    d.bytes = str_part(*rest, 0, (size_t)frame.size_bytes);
    HOLDS(d.bytes.n == frame.size_bytes);
    *rest = str_from(*rest, d.bytes.n);
    return d;
}

static void as_zip(struct str zip)
{
    struct buf first = {.max = 1 << 30}, again = {.max = 1 << 30};
    struct err e = {0}, e_again = {0};
    bool ok = unpack_stream(zip, keep, &first, &e);
    HOLDS(ok == unpack_stream(zip, keep, &again, &e_again) && (ok || e.kind) && e.kind == e_again.kind);
    struct str rest = buf_str(&first);
    unsigned n = 0;
    HOLDS(str_eq(rest, buf_str(&again)));
    for (; ok && rest.n; n++)
        next_document(&rest);
    HOLDS(!ok || (n > 0 && n <= UNPACK_FILES_MAX));
    buf_free(&first);
    buf_free(&again);
}

static void as_documents(struct str s)
{
    const struct zip_member members[] = {{"a.pdf", str_part(s, 0, s.n / 3)}, {"plans/b.pdf", str_from(s, s.n / 3)}};
    struct str zip = zip_of(members, sizeof members / sizeof members[0], 2 * s.n + 8192);
    struct buf out = {.max = 1 << 30};
    struct err e = {0};
    HOLDS(unpack_stream(zip, keep, &out, &e));
    struct str rest = buf_str(&out);
    struct document a = next_document(&rest), b = next_document(&rest);
    HOLDS(rest.n == 0 && str_eq(a.name, S("a.pdf")) && str_eq(b.name, S("b.pdf")));
    HOLDS(str_eq(a.bytes, members[0].text) && str_eq(b.bytes, members[1].text));
    buf_free(&out);
    zip_drop(zip);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str s = {(const char *)data, size};
    as_zip(s);
    as_documents(s);
    return 0;
}
