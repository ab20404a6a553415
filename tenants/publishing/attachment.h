#pragma once
#include "core/db/conn.h"
#include "core/web/route.h"

/*
 * attachment -- files beside a dataset's rows: attachments, alternative exports, the files of a file column.
 *
 * The bytes are kept once a portal, under their hash (portal.content), and count as content each time they stand
 * somewhere (R59); removing gives them back. The type a file is served with comes from a closed list by its name and
 * its first bytes: what a browser could run is "application/octet-stream", and every answer says "attachment".
 * Blocking, inside the caller's transaction of that tenant.
 */
enum { ATTACHMENTS_MAX = 200, ATTACHMENT_FILES_MAX = 100000, ATTACHMENT_ID = 121 };

struct attachment_new {
    struct str kind;      /* "attachment", "alternative_export", "file" */
    struct str title;     /* absent: the file's name */
    struct str file_name;
    const char *path;     /* moved into the store, or removed where the bytes are there already */
    uint64_t size_bytes;
    struct str account;   /* absent: the operator */
    struct str column;    /* of a zip: the column that names its files; absent: none */
    bool known_type;      /* refused where its type is not in the list: err_attachment_type */
};

/* id: as in addresses. When the caller's commit fails the file stays until a sweep finds that no row names it.
 * fails err_attachment_kind, err_attachment_name, err_attachment_many,
 * err_dataset_is_copy, err_quota_*, err_disk_full, err_blob */
struct attachment_done {
    char id[ATTACHMENT_ID];
};
bool attachment_add(struct conn *c, const struct uuid *tenant, struct str dataset_id, const struct attachment_new *new,
                    struct attachment_done *done, struct err *e);

/*
 * The files of a zip, all or none. Opening it may take a minute and a gigabyte: attachment_unpack does it outside any
 * transaction, in the sealed child of unpack.h; attachment_add_files is the short rest inside the caller's. The zip stays
 * the caller's; attachment_unpacked_free removes what was not taken over.
 * unpack fails err_data_unfold*, err_data_unpack_*, err_attachment_name, err_attachment_type, err_child_*
 * add fails as attachment_add, and err_attachment_column
 */
struct attachment_many {
    unsigned files;
    uint64_t size_bytes;
};
struct attachment_unpacked {
    struct unpacked_file *files;
    struct attachment_many done;
};
bool attachment_unpack(const struct attachment_new *zip, struct attachment_unpacked *u, struct err *e);
bool attachment_add_files(struct conn *c, const struct uuid *tenant, struct str dataset_id, const struct attachment_new *zip,
                          struct attachment_unpacked *u, struct err *e);
void attachment_unpacked_free(struct attachment_unpacked *u);

/* One more that did not come out of a zip: its bytes stand in `path`, which is its own from then on.
 * fails err_attachment_name, err_attachment_type, err_data_unpack_many */
bool attachment_unpacked_put(struct attachment_unpacked *u, struct str name, const char *path, uint64_t size_bytes, struct err *e);

/* fails err_attachment_unknown */
bool attachment_remove(struct conn *c, const struct uuid *tenant, struct str dataset_id, struct str kind, struct str id,
                       struct str account, struct err *e);

/* "application/pdf"; by the name's end, where the first bytes (up to 16) do not say otherwise. */
const char *attachment_type(struct str file_name, struct str first);

const char *attachment_type_named(struct str file_name); /* of a name alone */
const char *attachment_end(struct str type); /* ".pdf" of "application/pdf"; NULL: not in the list */

/* "arrete_2024_pdf" of "Arrêté 2024.pdf"; a file column's: 32 hex of dataset and name. False: nothing is left. */
bool attachment_id(struct str kind, const struct uuid *dataset, struct str file_name, char out[ATTACHMENT_ID]);

/* STEP_WORK (the back office too): r->upload, params[0]; form or query: title, kind. */
struct req;
bool attachment_work_add(struct req *r, struct err *e);
bool attachment_work_zip(struct req *r, struct err *e); /* `column` said in the form or the address */
bool attachment_work_remove(struct req *r, struct err *e); /* params[0]; form kind, id, or params[1], params[2] */

extern const struct route_table attachment_route_table;
