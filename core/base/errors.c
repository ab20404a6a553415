#include "core/base/errors.h"
#define ERRORS_DEF "core/base/errors.def"
#include "core/base/err_define.h"
