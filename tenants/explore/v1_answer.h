#pragma once
#include "core/web/request.h"

/*
 * v1_answer -- the JSON answers of the first version, bare or as a call for a <script> of another site.
 *
 * format=json (or nothing we know), jsonp, geojson, geojsonp. A callback is a name and nothing else:
 * [A-Za-z_$][A-Za-z0-9_$.]{0,63}. A session is refused a script: the browser of somebody who is signed
 * in would hand what only they may read to the page that included it.
 *
 * fails  err_query_parameter
 *
 * Source: explore-api.md section 3.
 */
bool v1_is_geojson(struct req *r);
struct str v1_format(struct req *r); /* as the answer echoes it */
struct jw *v1_open(struct req *r, struct err *e); /* NULL: failed */
void v1_close(struct req *r, struct jw *w);
