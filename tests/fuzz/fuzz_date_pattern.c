/* A pattern, a line feed, a value: a value that is read is read alike with the fmt: mark, and never by a pattern that
 * is not valid in its letters. Opening hours are parsed from the same bytes. */
#include "core/base/must.h"
#include "core/data/check/date_pattern.h"
#include "core/data/check/opening_hours.h"

#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str value = {(const char *)data, size}, pattern;
    int64_t us = 0, again = 0;
    opening_hours_valid(value);
    if (!str_cut(&value, '\n', &pattern) || pattern.n > 100)
        return 0;
    bool read = date_pattern_read(pattern, value, &us);
    char marked[128];
    int n = snprintf(marked, sizeof marked, "fmt:" STR_FMT, STR_ARG(pattern));
    if (!str_starts(pattern, S("fmt:")) && str_chr(pattern, 0) < 0)
        must(read == date_pattern_read((struct str){marked, (size_t)n}, value, &again) && (!read || us == again));
    return 0;
}
