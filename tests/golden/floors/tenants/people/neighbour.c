#include "tenants/quota/x.h"
  #  include "core/base/x.h"
