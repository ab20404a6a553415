#pragma once
#include <stdbool.h>
#include <stddef.h>

/*
 * stmt -- one SQL statement of ours, made by tools/gen/mksql from a file sql/NAME.sql.
 *
 * The head comment of the file is the declaration (and is checked by a test):
 *     -- dataset_by_slug($1 text slug) -> slug text, row_count bigint; 0 or 1 row
 *     -- class: tenant   lane: fast   roles: web worker
 * and gives `extern const struct stmt sql_dataset_by_slug;` in <folder>/sql.h, beside the table
 * `<prefix>_statements` that the program registers at start.
 */
enum stmt_class {
    STMT_TENANT, /* reads or writes rows of the current tenant, under row-level security */
    STMT_GLOBAL, /* tables that belong to nobody: host, root, pool, licence, version, queues */
    STMT_REGION, /* a region officer reading the tenants of the root, by the second policy */
};

enum stmt_lane {
    STMT_WRITE, /* exclusive connection: all writes and everything not bounded by construction */
    STMT_FAST,  /* pipelined connection: read-only, bounded by construction, under 250 ms */
};

enum stmt_role { ROLE_WEB = 1, ROLE_WORKER = 2, ROLE_OWNER = 4, ROLE_READER = 8 };

struct stmt {
    const char *name;   /* also the name it is prepared under */
    const char *text;
    unsigned nparams;
    enum stmt_class cls;
    enum stmt_lane lane;
    unsigned roles;     /* enum stmt_role, or-ed: who may prepare it */
};

struct stmt_table {
    const struct stmt *const *statements;
    size_t n;
};
