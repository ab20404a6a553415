/* Any bytes as the content of an ODS, as the records of an XLS (globals and sheet), and as its file. */
#include <archive.h>
#include <archive_entry.h>

#include "tests/fuzz/reader_property.h"
#include "tests/unit/xls_of.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void add(struct archive *a, const char *name, struct str text)
{
    struct archive_entry *e = archive_entry_new();
    archive_entry_set_pathname(e, name);
    archive_entry_set_size(e, (la_int64_t)text.n);
    archive_entry_set_filetype(e, AE_IFREG);
    archive_write_header(a, e);
    archive_write_data(a, text.p, text.n);
    archive_entry_free(e);
}

static void as_ods(struct str content)
{
    size_t room = content.n + 8192, used = 0;
    char *p = malloc(room);
    struct archive *a = archive_write_new();
    HOLDS(p);
    archive_write_set_format_zip(a);
    archive_write_zip_set_compression_store(a);
    archive_write_open_memory(a, p, room, &used);
    add(a, "mimetype", S("application/vnd.oasis.opendocument.spreadsheet"));
    add(a, "content.xml", content);
    archive_write_close(a);
    archive_write_free(a);
    property_holds((struct str){p, used}, NULL);
    free(p);
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
