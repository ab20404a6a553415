#pragma once
#include "core/web/request.h"
#include "tenants/publishing/quality.h"

/*
 * check_facts -- one row of checks_of_dataset.sql as handlers of the API and of the pages read it.
 */
enum check_column {
    CHECK_ID, CHECK_CONFORMS, CHECK_CHECKED, CHECK_SCHEMA, CHECK_FOUND, CHECK_UNCOVERED, CHECK_LACKS, CHECK_METAS, CHECK_ROWS,
    CHECK_VERSION, CHECK_DRAFT, CHECK_NEWEST, CHECK_TITLE, CHECK_PUBLISHED, CHECK_PROCESSED, CHECK_VISIBILITY, CHECK_ADVICE,
    CHECK_LICENCE,
};

/* joined_list.sql */
enum joined_column {
    JOINED_DATASET, JOINED_LICENCE_FR, JOINED_LICENCE_EN, JOINED_SHARE_ALIKE, JOINED_AGREES, JOINED_PUBLISHER, JOINED_TITLE,
    JOINED_MODIFIED, JOINED_LICENCE,
};

/* From row 0 of result `call`; *metas is the caller's to release, facts borrow from it and from r->a. */
void check_facts(struct req *r, unsigned call, json_t **metas, struct quality_facts *out);

/* A high-value dataset (hvd.h) under the ODbL: its regulation (EU) 2023/138 takes nothing stricter than CC BY 4.0. Told, never stopping. */
bool check_facts_hvd_strict(const struct quality_facts *f);
/* One of no category, which harvesters are not told of (hvd.h). Told, never stopping, as well. */
bool check_facts_hvd_bare(struct arena *a, const struct quality_facts *f);

/* The line to quote for row i of joined_list.sql (credit.h); absent: whoever asks may not look that dataset up. */
struct str check_facts_credit(struct req *r, unsigned call, size_t i);
