#include "tools/cli/errors.h"
#define ERRORS_DEF "tools/cli/errors.def"
#include "core/base/err_define.h"
