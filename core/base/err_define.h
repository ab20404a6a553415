/* Included by a folder's errors.c after it defines ERRORS_DEF; see err.h. No include guard. */
#define ERROR(code, status, en, fr) const struct err_kind err_##code = {#code, #code, status, en, fr};
#define ERROR_AS(code, wire, status, en, fr)                                                       \
    const struct err_kind err_##code = {#code, wire, status, en, fr};
#include ERRORS_DEF
#undef ERROR
#undef ERROR_AS
