#include "tenants/quota/errors.h"
#define ERRORS_DEF "tenants/quota/errors.def"
#include "core/base/err_define.h"
