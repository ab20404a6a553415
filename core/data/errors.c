#include "core/data/errors.h"
#define ERRORS_DEF "core/data/errors.def"
#include "core/base/err_define.h"
