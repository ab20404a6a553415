#include "federation/errors.h"
#define ERRORS_DEF "federation/errors.def"
#include "core/base/err_define.h"
