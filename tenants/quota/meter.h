#pragma once
#include "core/db/lane.h"
#include "core/web/stage.h"

/*
 * meter -- the quota stage of a web process: spends a route's cost, gives it back, says what is left.
 *
 * What counts is the cost column of the route tables alone. Who is refused: the API, when the tenant's
 * share or the pool is spent (429, errorcode 10002), and an address without a key that passed its daily
 * ceiling (10005; IPv6 by /64). Pages, whole downloads of open data, the national crawler and federation
 * are counted and never refused; nor is what people with a key publish, close or withdraw by our own API.
 *
 * Every second the totals that moved are written to PostgreSQL, absolute and by epoch; every two
 * seconds shares and months are read.
 *
 * Source: architecture.md 2.5; explore-api.md 1.3, 1.4; R61, R63.
 */
bool meter_open(uv_loop_t *loop, struct lanes *lanes, const char *usage_path, struct err *e);
void meter_close(void);              /* the last flush is not waited for: the file holds the truth */

bool meter_spend(struct req *r, struct err *e);
void meter_give_back(struct req *r);
void meter_headers(struct req *r, struct buf *lines); /* x-ratelimit-limit, -remaining, -reset */
bool meter_error_body(struct req *r, const struct err *e, struct buf *body, struct str *content_type);

struct usage *meter_usage(void);     /* for the quota page of this process */
