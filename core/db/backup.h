#pragma once
#include "core/db/cluster.h"

/*
 * backup -- a whole home in one folder, checked by hashes, put back into an empty home.
 *
 *     BACKUP/base.tar.gz, pg_wal.tar.gz, backup_manifest   pg_basebackup, with the log it needs
 *     BACKUP/content.tar.gz     content files              BACKUP/secrets.tar.gz   0600
 *     BACKUP/terrasse.conf      when there is one          BACKUP/manifest.json    written last
 *
 * Made beside its final name and renamed when whole: a folder with its name is a whole backup. The
 * first backup opens backup/wal: from then on the log is archived there each minute in which
 * something changed, and a restore from a backup of that home replays it. Log older than --wal-keep is
 * removed when a backup is made.
 * The database is copied first, then the content files: content is only ever added under the hash
 * of its bytes, so rows never point to a file that the backup lacks.
 *
 * Source: PostgreSQL 15 chapter 26.3; architecture.md 4.
 */
struct backup_progress {
    void (*step)(void *context, const char *fr, const char *en);
    void *context;
};

/* to: a folder that receives the new folder; NULL: DIR/backup. made: its path. */
bool backup_create(const struct cluster *c, const char *to, int level, const struct backup_progress *p,
                   char made[HOME_PATH], struct err *e);

/* Every hash and size, then pg_verifybackup, of the major that it is of, on an unpacked copy: another cannot read its log.
 * fails  err_backup_damaged, err_cluster_programs */
bool backup_verify(const char *backup, const struct backup_progress *p, struct err *e);

/* Verifies, then fills an empty home; the log archived beside the backup is replayed at the first
 * start (done here, so that a failure is seen). wal: another folder of archived log; NULL: beside.
 * until_us: replayed up to that time, what was committed then included; 0: all of it. A time that backup and log do not
 * reach leaves nothing behind. fails  err_backup_until, err_backup_damaged, err_backup_place */
bool backup_restore(const char *backup, const char *home, const char *wal, int64_t until_us, const struct backup_progress *p,
                    struct err *e);

/* Seconds since the newest whole backup under DIR/backup; -1: there is none of this cluster (without backup/wal, those that
 * lie there are of one that was carried over: cluster_move.h). */
int64_t backup_age_s(const struct home *h);
