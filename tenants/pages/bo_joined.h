#pragma once
#include <jansson.h>

#include "core/base/markup.h"
#include "core/web/request.h"

/*
 * bo_joined -- what a dataset's rows were joined with, under which licence, and the line to quote (N19, R33): for the check
 * before publication, the dataset's own page, and whoever answers a submission.
 *
 * call: the result of joined_list.sql. describe_url: where another licence is chosen; absent: not by whoever reads. uncovered: what still stops opening. *asks: licences among it. Empty without joins.
 */
struct markup bo_joined(struct req *r, unsigned call, struct str describe_url, const json_t *uncovered, size_t *asks);
