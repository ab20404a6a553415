#pragma once
#include "core/web/request.h"
#include "tenants/publishing/registry.h"

/*
 * schema_template -- an empty workbook for the files of one schema: a sheet with the columns' names, all cells as text
 * so that codes keep their zeros, and a sheet that says what each column takes.
 */

/* XLSX, appended to `out`. */
void schema_template_xlsx(const struct registry_field *fields, size_t n, enum lang lang, struct buf *out);

/* ?schema=, ?version= (absent: the newest): the columns of that schema, asked in a STEP_DB, read in a later step.
 * fails err_schema_unknown */
void schema_template_ask(struct req *r);
bool schema_template_fields(struct req *r, unsigned call, struct registry_field **fields, size_t *n, struct err *e);

/* GET: the workbook as a download. */
extern const struct step schema_template_steps[];
