/* Any bytes as a worksheet inside a sound workbook, and as the workbook's zip itself. */
#include <archive.h>
#include <archive_entry.h>

#include "tests/fuzz/reader_property.h"

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

static void as_worksheet(struct str sheet)
{
    size_t room = sheet.n + 8192, used = 0;
    char *p = malloc(room);
    struct archive *a = archive_write_new();
    HOLDS(p);
    archive_write_set_format_zip(a);
    archive_write_zip_set_compression_store(a);
    archive_write_open_memory(a, p, room, &used);
    add(a, "xl/workbook.xml", S("<workbook><sheets><sheet name='a' r:id='r1'/></sheets></workbook>"));
    add(a, "xl/_rels/workbook.xml.rels",
        S("<Relationships><Relationship Id='r1' Type='/worksheet' Target='s.xml'/></Relationships>"));
    add(a, "xl/s.xml", sheet);
    archive_write_close(a);
    archive_write_free(a);
    property_holds((struct str){p, used}, NULL);
    free(p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str s = {(const char *)data, size};
    as_worksheet(s);
    property_holds(s, NULL);
    return 0;
}
