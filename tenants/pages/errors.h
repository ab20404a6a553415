#pragma once
#include "core/base/err.h"
#define ERRORS_DEF "tenants/pages/errors.def"
#include "core/base/err_declare.h"
#undef ERRORS_DEF
