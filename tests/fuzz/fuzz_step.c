/* The bytes before the first line feed are a list of steps, those behind it a file. */
#include "tests/fuzz/reader_property.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err e = {0};
    struct str all = {(const char *)data, size}, head;
    if (!str_cut(&all, '\n', &head) || !all.p)
        return 0;
    json_t *steps = jr_parse(head, &e);
    json_t *options = steps ? json_pack("{s:o,s:[{s:i,s:i,s:s}],s:[i]}", "steps", steps, "corrections", "line", 3, "column", 1,
                                        "value", "corrigé", "left_out", 2) : NULL;
    if (options) {
        steps_check(steps, &e);
        property_holds(all, options);
    }
    json_decref(options);
    return 0;
}
