/* Any bytes as a worksheet inside a sound workbook, and as the workbook's zip itself. */
#include "tests/fuzz/reader_property.h"
#include "tests/unit/zip_of.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void as_worksheet(struct str sheet)
{
    const struct zip_member members[] = {
        {"xl/workbook.xml", S("<workbook><sheets><sheet name='a' r:id='r1'/></sheets></workbook>")},
        {"xl/_rels/workbook.xml.rels",
         S("<Relationships><Relationship Id='r1' Type='/worksheet' Target='s.xml'/></Relationships>")},
        {"xl/s.xml", sheet}};
    struct str file = zip_stored_of(members, 3, sheet.n + 8192);
    property_holds(file, NULL);
    zip_drop(file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str s = {(const char *)data, size};
    as_worksheet(s);
    property_holds(s, NULL);
    return 0;
}
