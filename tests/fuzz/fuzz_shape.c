/* Any bytes as one cell: a number or a moment that is read and written is read again as the same; a cell is
 * blank exactly where it holds white space only; a type that takes it writes the same whatever else it looked like. */
#include <stdlib.h>

#include "core/data/value/shape.h"
#include "core/data/value/type.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HOLDS(condition)     \
    do {                     \
        if (!(condition))    \
            abort();         \
    } while (0)

static void number_comes_back(const struct number *x)
{
    struct number again;
    struct buf first = {0}, second = {0};
    number_text(&first, x);
    if (!x->has_exponent) {
        HOLDS(number_read(buf_str(&first), &again));
        number_text(&second, &again);
        HOLDS(str_eq(buf_str(&first), buf_str(&second)));
    }
    buf_free(&first);
    buf_free(&second);
}

static void moment_comes_back(const struct moment *m)
{
    char z[40];
    struct moment again;
    if (m->has_time)
        moment_text(z, m->us);
    else
        moment_date_text(z, m->days);
    HOLDS(moment_read(str_of(z), &again));
    HOLDS(m->has_time ? again.us == m->us : again.days == m->days);
}

static void types_agree(struct str cell, enum shape_kind kind)
{
    for (unsigned i = 0; i < TYPE_FILE * CELLS_FORMATS; i++) {
        enum column_type t = i % TYPE_FILE;
        enum cell_format f = i / TYPE_FILE;
        struct buf binary = {0}, text = {0};
        bool as_binary = type_put(&binary, t, f, cell, false), as_text = type_put(&text, t, f, cell, true);
        HOLDS(as_binary == as_text && (as_binary || (binary.n == 0 && text.n == 0)));
        HOLDS(kind != SHAPE_TEXT || t == TYPE_TEXT || !as_binary || t == TYPE_GEO_POINT || t == TYPE_GEO_SHAPE ||
              f == CELLS_MONTH_FIRST);
        buf_free(&binary);
        buf_free(&text);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str cell = {(const char *)data, size};
    struct shape s;
    shape_of(cell, &s);
    HOLDS((s.kind == SHAPE_BLANK) == (shape_trim(cell).n == 0));
    if (s.kind == SHAPE_NUMBER)
        number_comes_back(&s.number);
    if (s.kind == SHAPE_DATE || s.kind == SHAPE_DATETIME)
        moment_comes_back(&s.moment);
    if (s.kind != SHAPE_BLANK)
        types_agree(cell, s.kind);
    return 0;
}
