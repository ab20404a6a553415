#pragma once
#include "core/data/query/query.h"
#include "core/web/request.h"

/*
 * catalogue_names -- the names that a document about many datasets (DCAT, SCDL, Atom) speaks of: where, refine and exclude
 * as in the API. What it says of them is read again under row-level security in the next step.
 */
enum { CATALOGUE_NAMES_MOST = 5000 };

/* STEP_DB: one call. newest: so many of the last changed, at most 100; 0: all. */
bool catalogue_names_ask(struct req *r, unsigned newest, struct err *e);
/* In the next step. sorted: by name, an order that stays whatever changes; otherwise the last changed first. In r->a. */
struct str *catalogue_names_take(struct req *r, bool sorted, size_t *n);
/* Rather no document than a short one: err_answer_too_large. */
bool catalogue_names_fit(size_t n, struct err *e);
