#include "core/io/errors.h"
#define ERRORS_DEF "core/io/errors.def"
#include "core/base/err_define.h"
