#include "core/web/errors.h"
#define ERRORS_DEF "core/web/errors.def"
#include "core/base/err_define.h"
