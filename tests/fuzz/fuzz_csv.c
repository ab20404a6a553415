/* Any bytes as a text file, as they are and with their first two columns fixed to types. */
#include "tests/fuzz/reader_property.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err e = {0};
    static json_t *options;
    if (!options)
        options = jr_parse(S("{\"fields\":[{\"source\":\"a\",\"type\":\"int\"},"
                             "{\"source\":\"b\",\"type\":\"date\",\"bad\":\"null\"}]}"), &e);
    struct str file = {(const char *)data, size};
    property_holds(file, NULL);
    property_holds(file, options);
    return 0;
}
