#include "core/io/x.h"
#include <stdio.h>
