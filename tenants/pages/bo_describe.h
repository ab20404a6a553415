#pragma once
#include <jansson.h>

#include "tenants/pages/html.h"
#include "core/web/request.h"
#include "tenants/publishing/meta.h"

/* bo_describe -- what a draft says of itself, for whoever prepares it and for whoever answers it. */

/* The headings that have a value, in the order of article 2.6: at most META_HEADINGS + 4. */
struct bo_said {
    struct str label, value;
};
size_t bo_headings(struct req *r, const json_t *metas, struct bo_said *out);
/* The words of the missing headings, joined; absent: none. */
struct str bo_missing(struct req *r, const json_t *metas);
/* "texte", "date", "nombre entier": a type's name for people. */
struct str bo_type_word(struct req *r, struct str type);
/* A reason of core/data/value/reason.h, in the arena. */
struct str bo_reason(struct req *r, const json_t *reason);
/* The name of the field where the description's form asks a heading; NULL: nowhere. */
const char *bo_describe_field(enum meta_heading heading);
/* Columns of a report with a warning of that code. */
int bo_warned(const json_t *report, const char *code);
