#pragma once
#include "core/base/arena.h"
#include "core/db/conn.h"
#include "tenants/publishing/attachment.h"

/*
 * push_files -- files inside pushed records: a member {"content": base64, "content-type": "image/jpeg"} becomes a kept file and,
 * in its record, the file's name. Source: the former portal's manual, "Keeping data up to date", "Pushing a field of type file".
 *
 * The type comes from attachment.h's list and the bytes must begin as it says, so that no program keeps here what a browser could
 * run. The name is made of the bytes: the same picture again is the same file. The record is not written anew by us: its
 * other values keep every digit, since the database puts the name in (push_insert.sql).
 */
enum { PUSH_FILES_MAX = 1000 };

struct push_files {
    struct attachment_unpacked kept;
    struct str names;      /* JSON: {"0": {"photo": "….jpg"}} by place in the list; absent: there are none */
    struct str *columns;   /* which name files from now on */
    size_t ncolumns;
    size_t encoded_bytes;  /* of the body: they count as files, not as rows */
};

/* Decoded, each in a file of its own; outside of any lock. fails err_push_file, err_push_files, err_attachment_type */
bool push_files_take(struct arena *a, struct str body, struct push_files *f, struct err *e);

/* Kept beside the dataset's rows, counted as content; in the caller's transaction. fails as attachment_add_files */
bool push_files_keep(struct conn *c, const struct uuid *tenant, struct str dataset_id, struct str account, struct push_files *f,
                     struct err *e);
void push_files_free(struct push_files *f);
