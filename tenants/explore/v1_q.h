#pragma once
#include "core/base/arena.h"
#include "core/base/err.h"
#include "core/data/query/view.h"

/*
 * v1_q -- the question `q` of the first version of the API, as one ODSQL condition.
 *
 *   a b, a AND b, a OR b, NOT a, (…)      capital letters: "or" is a word
 *   "quoted words", word                  in any visible column
 *   f:v f=v f==v f>=v f<=v f>v f<v        where f is a visible column, else words; `f=` has no value
 *   f:[a TO b]                            both bounds within; `*` is open
 *   #now(years=-1)                        as a value
 *   #null(f) #exact(f,"v") #search(f,…,"v") #startswith(f,…,"v")
 *   #distance(f,"lat,lon",m) #polygon(f,"(lat,lon),…") #geometry(f,"polygon"[,mode])
 *
 * What comes out is text for odsql_parse_where, which checks it again: names between back-quotes,
 * values between quotes or made of digits. Bounded in bytes and depth.
 *
 * *out absent: nothing is asked.
 * fails  err_query_parameter, with what cannot be read
 *
 * Source: explore-api.md section 3.
 */
enum { V1_Q_MAX = 8 << 10, V1_Q_DEPTH = 20 };

bool v1_q(struct arena *a, const struct dataset_view *v, struct str q, struct str *out, struct err *e);
/* "…" of ODSQL. */
struct str v1_quoted(struct arena *a, struct str s);
