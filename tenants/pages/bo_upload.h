#pragma once
#include "tenants/pages/bo.h"

/*
 * bo_upload -- one upload as the pages of its preview need it: bo_upload.sql's columns (call 0), and what a page shows
 * while the file is read or when it was refused.
 */
enum bo_upload_column {
    UP_ID, UP_FILE, UP_SIZE, UP_MODE, UP_STATE, UP_REPORT, UP_ERROR, UP_DATASET, UP_DIFF, UP_SAVED, UP_TITLE, UP_STEPS, UP_READING, UP_FIELDS, UP_STARTED, UP_BEFORE,
    UP_ROWS_LOADED, UP_ROWS_EXPECTED,
};

/* The first parameter of the address is its id. fails err_upload_unknown */
bool bo_upload_ask(struct req *r, struct err *e);
/* The upload that a form of the preview names (upload=…). */
bool bo_upload_ask_form(struct req *r, struct err *e);
/* True: being read, or refused, and answered; or not there, and *e set. False: its report is there. */
bool bo_upload_waits(struct req *r, struct err *e);
/* "/backoffice/datasets/new/{upload}/<tail>", in the arena. */
struct str bo_upload_url(struct req *r, struct str upload, const char *tail);
/* Where another file is sent in its place. */
struct str bo_upload_replace_url(struct req *r);
void bo_upload_show(struct req *r, struct str title, struct buf *body, int refresh_s);
