#include "core/db/errors.h"
#define ERRORS_DEF "core/db/errors.def"
#include "core/base/err_define.h"
