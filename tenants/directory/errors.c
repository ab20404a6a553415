#include "tenants/directory/errors.h"
#define ERRORS_DEF "tenants/directory/errors.def"
#include "core/base/err_define.h"
