#pragma once
#include <jansson.h>

#include "core/base/jw.h"
#include "core/base/err.h"

/*
 * quality -- two scores of a dataset's description, reproducible, each point explained (R25): they stop nothing.
 *
 * QUALITY_MQA: the 405 points of data.europa.eu's Metadata Quality Assessment. QUALITY_NATIONAL: the nine criteria of
 * data.gouv.fr. Computed from what our own DCAT feed says of the dataset; addresses answer because it is published and
 * open, whether the network lets them through is not asked here.
 *
 * Source: standards.md section 1.10.
 */
enum quality_score { QUALITY_MQA, QUALITY_NATIONAL };

struct quality_facts {
    const json_t *metas;
    bool open;              /* published and open: its addresses answer without a login */
    bool has_rows;          /* a table with CSV and JSON exports */
    struct str licence_id;  /* of the registry; absent: none of it */
    struct str processed;   /* YYYY-MM-DD of the data; absent: never */
    struct str today;       /* YYYY-MM-DD */
    bool fields_described;  /* at least one column has words of its own */
    bool follows_schema;    /* a schema documents it */
};

/* {"score", "of", "rating" (mqa), "criteria": [{"key", "title", "points", "of", "met", "remedy"}]} */
void quality_json(const struct quality_facts *f, enum quality_score which, enum lang lang, struct jw *w);
unsigned quality_points(const struct quality_facts *f, enum quality_score which, unsigned *of);

/* Days that may pass between two updates of this frequency (words.h); 0: nothing is promised. */
unsigned quality_days(struct str frequency);

/* One criterion at a time, for pages. False: no more. */
struct quality_point {
    const char *key, *title, *remedy; /* remedy: what to do where it is not met */
    unsigned points, of;
    bool met;
};
bool quality_next(const struct quality_facts *f, enum quality_score which, enum lang lang, size_t *at, struct quality_point *out);
