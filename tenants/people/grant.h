#pragma once
#include "core/data/query/view.h"
#include "core/web/request.h"

/*
 * grant -- the one place that decides who may read a dataset, and the only maker of views.
 *
 * A dataset is seen when it is published, its version is ready, and it is open; a closed or described
 * one only by a signed-in account or a key of its own portal (a direct publisher's people: of their
 * organisation). Everybody else gets err_dataset_not_found, the same as for a dataset that never was. What was withdrawn
 * while it was open says so (err_dataset_gone, err_dataset_replaced: 410, R98).
 * What is known of a dataset stays in memory for its revision, so that an open page costs no query. It is one block that requests
 * hold until they end (a dataset with 100,000 files is 10.7 MB of it), whatever the memory forgets meanwhile: 2,048 datasets or
 * 256 MB of them, then it begins anew.
 *
 *     static bool ask(struct req *r, struct err *e) { return grant_ask(r, r->params[0], e); }
 *     static bool next(struct req *r, struct err *e) { struct grant g; return grant_take(r, r->params[0], &g, e) && …; }
 *
 * grant_ask is the whole of one STEP_DB (statements 0 and 1 when it asks); grant_take begins the next step.
 */
struct grant {
    const struct dataset_view *view; /* this and all text below: held by r->a */
    struct uuid id;
    struct str dataset_id;
    int64_t revision;
    bool is_open;
    struct str files; /* where a column names files: 107 characters each, in order (dataset_to_grant.sql) */
    struct uuid files_of; /* whose they are: a copy's are its origin's */
};

/* What a statement over the data sets of the portal has to know of the caller. */
struct grant_scope {
    struct str all;          /* "t": closed ones too, "f": open ones only */
    struct str organisation; /* … of this one; absent: of all */
};
struct grant_scope grant_scope(const struct req *r);

/* The catalogue as the caller may see it, for the query compiler: columns named as explore-api.md 1.11 says.
 * Its statements go to the portal (req_ask_portal). In r->a. */
const struct dataset_view *grant_catalogue(struct req *r);

/* The one sentence for what does not exist and for what one may not see; false, always. */
bool grant_not_found(struct str dataset_id, struct err *e);

/* For a step that finds a data set by a statement of its own: grant_ask_gone behind it, as the statement-th of the batch;
 * grant_gone when it has no row says which of the two it is (false, always). */
void grant_ask_gone(struct req *r, struct str dataset_id);
bool grant_gone(struct req *r, unsigned statement, struct str dataset_id, struct err *e);

bool grant_ask(struct req *r, struct str dataset_id, struct err *e);
bool grant_take(struct req *r, struct str dataset_id, struct grant *out, struct err *e);

/* What a copy with a row filter will show, before the copy is there: federation counts its rows. The source is open;
 * whoever calls has made sure of it. columns: of the version, fields: of the data set. In `a`.
 * fails err_dataset_not_found, err_json_invalid */
struct grant_source {
    struct str dataset_id, version, columns, fields, row_filter;
    int64_t records;
};
bool grant_copy(struct arena *a, const struct grant_source *s, const struct dataset_view **view, struct err *e);
