#pragma once
#include "core/web/request.h"

/* rows_steps -- the route steps of a row report: first parameter the upload, ?format=json|csv, offset, limit. */
extern const struct step rows_report_steps[];
