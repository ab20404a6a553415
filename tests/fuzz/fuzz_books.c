/* Any bytes as the content of an ODS, as the records of an XLS (globals and sheet), and as its file. */
#include "tests/fuzz/reader_property.h"
#include "tests/unit/xls_of.h"
#include "tests/unit/zip_of.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void as_ods(struct str content)
{
    const struct zip_member members[] = {{"mimetype", S("application/vnd.oasis.opendocument.spreadsheet")}, {"content.xml", content}};
    struct str file = zip_stored_of(members, 2, content.n + 8192);
    property_holds(file, NULL);
    zip_drop(file);
}

static void as_xls(struct str records)
{
    struct buf stream = {0}, file = {0};
    xls_record(&stream, 0x809, S("\x00\x06\x05\x00\x00\x00\x00\x00"));
    xls_record(&stream, 0x85, S("\x25\x00\x00\x00\x00\x00\x01\x00" "a"));
    xls_record(&stream, 0x0A, S(""));
    buf_addc(&stream, 0);
    buf_addc(&stream, 0);
    stream.n = 0x25;
    xls_record(&stream, 0x809, S("\x00\x06\x10\x00\x00\x00\x00\x00"));
    buf_add(&stream, records);
    xls_of(&file, buf_str(&stream));
    property_holds(buf_str(&file), NULL);
    buf_reset(&stream);
    buf_reset(&file);
    xls_record(&stream, 0x809, S("\x00\x06\x05\x00\x00\x00\x00\x00"));
    buf_add(&stream, records);
    xls_of(&file, buf_str(&stream));
    property_holds(buf_str(&file), NULL);
    buf_free(&stream);
    buf_free(&file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str s = {(const char *)data, size};
    if (size > 50000) /* the test's compound file has one sector of table */
        return 0;
    as_ods(s);
    as_xls(s);
    property_holds(s, NULL);
    return 0;
}
