#pragma once
#include <jansson.h>

#include "core/base/jw.h"
#include "core/data/query/odsql.h"
#include "core/web/request.h"

/*
 * dataset_object -- one dataset as the catalogue shows it: its members in the recorded order, every
 * member of the templates `default` and `dcat` present, null where nothing is set.
 *
 * Read from a row of dataset_objects.sql; released with dataset_object_free.
 *
 * Source: explore-api.md sections 1.6, 1.11, 5.
 */
struct dataset_object {
    struct str dataset_id, uid;
    bool is_open, is_origin;
    int64_t records, left_out, downloads;
    json_t *fields, *metas, *attachments; /* attachments: NULL where there are none */
    struct str created, issued; /* as dates.h has them */
    struct str modified, processed, source_host, source_name, parent_host, extent, credits, licence_text;
};

bool dataset_object_read(struct req *r, unsigned call, size_t row, struct dataset_object *out, struct err *e);
void dataset_object_free(struct dataset_object *d);

/* How an object is shown. `select`: names, "*", include() and exclude() only; n is 0 for everything. */
struct dataset_shape {
    struct odsql_list select;
    bool lists;     /* annotations as lists: version 2.0 */
    bool app_metas;
    bool counts;    /* shows what grows without a publication: not to be kept */
};

/* False: something else than names is selected, which only a question to the catalogue answers.
 * fails  err_odsql_malformed: an unknown name */
bool dataset_shape_read(struct req *r, struct dataset_shape *out, bool *plain, struct err *e);
void dataset_object_put(struct jw *w, const struct dataset_object *d, const struct dataset_shape *shape);

/* The members of a template in their order, for exports: NULL ends each list. */
extern const char *const dataset_default_keys[], *const dataset_dcat_keys[];
/* One value; null when it is not set. name: "default.title", "title", "fields", "datasetid"…; NULL where nothing is called so. */
void dataset_object_value(struct jw *w, const struct dataset_object *d, const struct dataset_shape *shape, struct str name);
void dataset_object_meta(struct jw *w, const struct dataset_object *d, const char *template, const char *key);
void dataset_object_features(struct jw *w, const struct dataset_object *d);
/* [{"mimetype", "url", "id", "title"}] of "attachment" or "alternative_export". */
void dataset_object_files(struct jw *w, const struct dataset_object *d, struct str kind);
