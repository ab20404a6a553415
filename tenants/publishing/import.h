#pragma once
#include "tenants/directory/tenant.h"
#include "tenants/publishing/intake.h"

/*
 * import -- one file to one dataset, by the operator: everything in one transaction, so that what
 * fails leaves nothing behind. Blocking; begins and commits; as terrasse_worker.
 */
struct import_ask {
    int fd;
    uint64_t size_bytes;
    struct str dataset_id, file_name;
    struct str organisation; /* absent: the description's publisher, else the portal's name */
    const json_t *meta;      /* META.json (architecture.md section 4), or NULL */
    struct str legal_reason; /* why what was found in it may be open: words, or the id of one of the region's list */
    const json_t *steps;     /* done to the file and to those that follow; NULL: META.json's, else as the dataset */
    bool publish, accept_errors, accept_shape, append;
    void (*on_progress)(uint64_t rows, uint64_t bytes, void *context);
    void *context;
};

struct import_done {
    struct intake intake;   /* report and difference; import_free */
    struct uuid dataset;
    struct str diff;
    bool published, is_open;
    bool held;              /* an update that was not published: the draft stands, `why` says what holds it */
    struct err why;
};

/* META.json: fails err_meta_file, err_visibility_unknown, err_metadata_* before anything is read. */
bool import_file(struct conn *c, const struct tenant_row *t, const struct import_ask *ask, struct import_done *done,
                 struct err *e);
void import_free(struct import_done *done);
