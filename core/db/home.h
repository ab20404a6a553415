#pragma once
#include <sys/types.h>

#include "core/base/err.h"

/*
 * home -- the folder of one installation, and the system user its processes run as.
 *
 *     terrasse.conf   settings (option.h)          lock       flock: one home has one parent
 *     cluster/        the private PostgreSQL        socket     the short folder of its Unix socket
 *     secrets/        one file a secret, 0600       log/       log of the private PostgreSQL
 *     content/        content files                 backup/    backups, and backup/wal
 *     spool/          uploads on their way           usage/     the calls counted (tenants/quota/usage.h)
 *     demonstration   marks a demonstration: never served beyond loopback
 *
 * Started as root, the cluster, content and log belong to the system user `terrasse`, else
 * `postgres` (initdb refuses root); secrets stay root's. Started as anybody else, all is theirs.
 * Source: architecture.md 2.1.
 */
enum { HOME_PATH = 4096 };

struct home {
    char path[HOME_PATH - 256]; /* absolute */
    uid_t uid;                  /* who cluster, web and worker run as */
    gid_t gid;
    char user[64];
    int lock_fd;                /* -1: not held by us */
    const char *programs;       /* the folder of PostgreSQL's programs; NULL: --postgres-bin, else those found */
};

bool home_create(struct home *h, const char *path, struct err *e); /* the folders; may exist already */
bool home_open(struct home *h, const char *path, struct err *e);   /* fails with err_home_missing */
void home_close(struct home *h);                                   /* gives the lock back */

/* One home has one parent. False with err_home_busy while another process holds it. The lock ends
 * with the process, however it ends. */
bool home_lock(struct home *h, struct err *e);

void home_file(const struct home *h, const char *name, char out[HOME_PATH]);
bool home_has(const struct home *h, const char *name);
bool home_is_demonstration(const struct home *h);

/* A file of 0600, written beside and renamed. of_user: it belongs to the system user. */
bool home_write(const struct home *h, const char *name, struct str text, bool of_user, struct err *e);
/* At most 4095 bytes, without the line feed at the end; fails with err_file_open. */
bool home_read(const struct home *h, const char *name, char out[HOME_PATH], struct err *e);

/* secrets/NAME: 256 random bits; kept when it is there already. */
bool home_secret_make(const struct home *h, const char *name, struct err *e);
bool home_secret(const struct home *h, const char *name, char out[HOME_PATH], struct err *e);
