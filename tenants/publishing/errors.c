#include "tenants/publishing/errors.h"
#define ERRORS_DEF "tenants/publishing/errors.def"
#include "core/base/err_define.h"
