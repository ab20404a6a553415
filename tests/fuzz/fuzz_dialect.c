/* Any bytes in each encoding: decoding gives UTF-8, the separator is one of four, and a table written
 * with doubled quotes around the bytes comes back as it was. */
#include "core/base/utf8.h"
#include "core/data/format/dialect.h"
#include "core/data/format/read_csv.h"
#include "tests/fuzz/reader_property.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void decodes(struct str s)
{
    struct buf out = {0};
    struct encoding_found f;
    encoding_detect(s, &f);
    HOLDS((f.encoding != ENCODING_UTF8) || utf8_valid(str_from(s, f.bom_bytes)));
    encoding_put_1252(&out, s);
    encoding_put_utf16(&out, s, s.n % 2 == 1);
    HOLDS(utf8_valid(buf_str(&out)));
    buf_free(&out);
}

static void comes_back(struct str s)
{
    struct buf text = {0};
    struct csv c = {0};
    struct record r;
    struct err e = {0};
    buf_addz(&text, "a;\"");
    for (size_t i = 0; i < s.n; i++) {
        buf_addc(&text, s.p[i]);
        if (s.p[i] == '"')
            buf_addc(&text, '"');
    }
    buf_addz(&text, "\";z\n");
    csv_init(&c, buf_str(&text), ENCODING_UTF8, ';');
    HOLDS(c.rows.next(&c.rows, &r, &e) && r.n == 3 && str_eq(r.cells[1], s) && str_eq(r.cells[2], S("z")));
    HOLDS(c.rows.next(&c.rows, &r, &e) && r.end);
    csv_free(&c);
    buf_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str s = {(const char *)data, size};
    char separator = dialect_separator(s, ENCODING_1252);
    HOLDS(separator == ';' || separator == ',' || separator == '\t' || separator == '|');
    decodes(s);
    comes_back(s);
    return 0;
}
