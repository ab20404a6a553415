#include "tenants/quota/errors.h"
#include "core/base/x.h"
#define ERRORS_DEF "tenants/people/errors.def"
