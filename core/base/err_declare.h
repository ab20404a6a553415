/* Included by a folder's errors.h after it defines ERRORS_DEF; see err.h. No include guard. */
#define ERROR(code, status, en, fr) extern const struct err_kind err_##code;
#define ERROR_AS(code, wire, status, en, fr) extern const struct err_kind err_##code;
#include ERRORS_DEF
#undef ERROR
#undef ERROR_AS
