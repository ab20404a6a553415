#include "tenants/people/errors.h"
#define ERRORS_DEF "tenants/people/errors.def"
#include "core/base/err_define.h"
