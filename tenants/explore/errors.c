#include "tenants/explore/errors.h"
#define ERRORS_DEF "tenants/explore/errors.def"
#include "core/base/err_define.h"
