/* Any bytes as XML, and behind a declaration of each encoding that is known: what is taken begins with a bracket that nobody takes
 * for UTF-16, is UTF-8 where it was turned, and taken once more is the same. */
#include "core/base/must.h"
#include "core/base/utf8.h"
#include "core/data/format/read_ogr_xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void holds(struct str file)
{
    struct buf turned = {0}, twice = {0};
    struct str text, again;
    struct err e = {0};
    bool big_endian;
    if (ogr_xml_text(file, &turned, &text, &e)) {
        must(text.n > 1 && text.p[0] == '<' && !ogr_xml_is_utf16(text, &big_endian));
        must(turned.n == 0 || utf8_valid(text));
        must(ogr_xml_text(text, &twice, &again, &e) && again.p == text.p && str_eq(again, text));
    } else {
        must(e.kind);
    }
    buf_free(&turned);
    buf_free(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"UTF-16", "windows-1252", "ISO-8859-15", "macintosh"};
    struct str s = {(const char *)data, size};
    holds(s);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct buf file = {0};
        buf_printf(&file, "<?xml version=\"1.0\" encoding=\"%s\"?><kml>", names[i]);
        buf_add(&file, s);
        holds(buf_str(&file));
        buf_free(&file);
    }
    return 0;
}
