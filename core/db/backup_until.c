#include "core/db/backup_until.h"

#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/db/backup_manifest.h"
#include "core/db/errors.h"

enum { SECOND = 19 /* "2026-11-28T20:15:00" */ };

#define AUTO_CONF "cluster/postgresql.auto.conf"

bool backup_until_set(const struct home *h, int64_t until_us, struct err *e)
{
    struct buf b = {0};
    buf_addz(&b, "recovery_target_time = '");
    clock_iso_us(&b, until_us);
    buf_addz(&b, "'\nrecovery_target_action = 'promote'\n");
    bool ok = home_write(h, AUTO_CONF, buf_str(&b), true, e);
    buf_free(&b);
    return ok;
}

bool backup_until_clear(const struct home *h, struct err *e)
{
    return home_write(h, AUTO_CONF, S("# settings are in postgresql.conf\n"), true, e);
}

static bool refuse(int64_t until_us, const char *from, const char *to, struct err *e)
{
    struct buf b = {0};
    clock_iso(&b, until_us);
    ERR(e, err_backup_until, "until " STR_FMT, STR_ARG(buf_str(&b)));
    err_arg(e, STR_FMT, STR_ARG(buf_str(&b)));
    buf_free(&b);
    err_arg(e, "%s", from);
    return err_arg(e, "%s", to);
}

bool backup_until_possible(const char *backup, int64_t until_us, struct err *e)
{
    char from[BACKUP_AT], now[BACKUP_AT];
    struct buf until = {0}, clock = {0};
    if (!backup_manifest_at(backup, from, e))
        return false;
    clock_iso(&until, until_us);
    clock_iso(&clock, clock_wall_us());
    snprintf(now, sizeof now, STR_FMT, STR_ARG(buf_str(&clock)));
    bool ok = strncmp(until.p, from, SECOND) >= 0 && strncmp(until.p, now, SECOND) <= 0;
    buf_free(&until);
    buf_free(&clock);
    return ok || refuse(until_us, from, now, e);
}

/* "… last completed transaction was at log time 2026-11-28 20:15:00.123+00": the seconds of the last such line. */
static bool last_commit(const struct home *h, char to[BACKUP_AT], bool *is_time)
{
    static const char mark[] = "last completed transaction was at log time ";
    char path[HOME_PATH], line[512];
    bool found = false;
    home_file(h, "log/cluster.log", path);
    FILE *f = fopen(path, "re");
    while (f && fgets(line, sizeof line, f)) {
        const char *at = strstr(line, mark);
        *is_time = *is_time || strstr(line, "recovery ended before configured recovery target was reached") ||
                   strstr(line, "requested recovery stop point is before consistent recovery point");
        if (!at || strlen(at) < sizeof mark + SECOND)
            continue;
        snprintf(to, BACKUP_AT, "%.19sZ", at + sizeof mark - 1);
        to[10] = 'T';
        found = true;
    }
    if (f)
        fclose(f);
    return found;
}

bool backup_until_explain(const struct home *h, const char *backup, int64_t until_us, struct err *e)
{
    char from[BACKUP_AT], to[BACKUP_AT];
    struct err ignored = {0};
    bool is_time = false;
    if (!backup_manifest_at(backup, from, &ignored))
        return false;
    snprintf(to, sizeof to, "%s", from);
    last_commit(h, to, &is_time);
    return is_time ? refuse(until_us, from, to, e) : false;
}
