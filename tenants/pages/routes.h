#pragma once
#include "core/web/route.h"

/* The addresses of the public site, with what each costs; and of the back office (bo_routes.c). */
extern const struct route_table pages_route_table, backoffice_route_table;
