#pragma once
#include "core/web/step.h"

/*
 * v1_analyze -- /api/records/1.0/analyze: series over groups, [{"x": …, "S": n}, …].
 *
 *   x                a field, several times; dates by precision (year, month, day, hour, minute) or
 *                    periodic (year, month, week, weekday, day, hour, minute)
 *   y.S.func         COUNT AVG SUM MIN MAX SUMSQUARES of y.S.expr, a field
 *   maxpoints, sort  "S" the largest first, "-S" the smallest; else by x
 *
 * It becomes select, group_by, order_by and limit of the present version. `x` is a value where one
 * field was asked for, an object of them where several; a date is {"year": 2012, "month": 3}.
 *
 * fails  err_query_parameter
 *
 * Source: explore-api.md section 3.
 */
extern const struct step v1_analyze[];
