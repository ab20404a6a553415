#include "tenants/pages/errors.h"

#define ERRORS_DEF "tenants/pages/errors.def"
#include "core/base/err_define.h"
