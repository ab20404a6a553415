#pragma once
#include "core/db/home.h"

/* backup_manifest -- manifest.json: size and BLAKE2b-256 of every file of a backup, and of what itself says. */
bool backup_manifest_write(const char *backup, int level, const char *version, struct err *e);
/* fails  err_backup_damaged: a file that lacks, differs, or is one too many */
bool backup_manifest_check(const char *backup, struct err *e);
/* The major of PostgreSQL that it is of. fails  err_backup_damaged */
bool backup_manifest_major(const char *backup, int *major, struct err *e);
/* When it was whole: "2026-11-28T20:15:00Z". fails  err_backup_damaged */
enum { BACKUP_AT = 24 };
bool backup_manifest_at(const char *backup, char at[BACKUP_AT], struct err *e);
