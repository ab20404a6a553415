/* Any bytes as a JSON file. */
#include "tests/fuzz/reader_property.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf json = {0};
    struct str s = {(const char *)data, size};
    property_holds(s, NULL);
    buf_addz(&json, "[{\"a\": ");
    buf_add(&json, s);
    buf_addz(&json, "}]");
    property_holds(buf_str(&json), NULL);
    buf_free(&json);
    return 0;
}
