/* The settings of the private PostgreSQL: one table, written anew at each start. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "core/base/option.h"
#include "core/db/cluster.h"

enum { MIB = 1024 * 1024 };

static int64_t bound(int64_t v, int64_t least, int64_t most)
{
    return v < least ? least : v > most ? most : v;
}

/* Of the machine, or of the container when it has less. */
static int64_t memory_mib(void)
{
    int64_t mib = (int64_t)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE) / MIB;
    FILE *f = fopen("/sys/fs/cgroup/memory.max", "re");
    long long limit = 0;
    if (f && fscanf(f, "%lld", &limit) == 1 && limit > 0 && limit / MIB < mib)
        mib = limit / MIB;
    if (f)
        fclose(f);
    return mib;
}

/* Containers give /dev/shm 64 MB: too little for one parallel index build. */
static const char *shared_memory(void)
{
    struct statvfs v;
    bool roomy = statvfs("/dev/shm", &v) == 0 && (uint64_t)v.f_blocks * v.f_frsize >= 1024ull * MIB;
    return roomy ? "posix" : "sysv";
}

/* What does not depend on the machine. The archive keeps log only once a backup exists that it can
 * bring forward; paths are relative to the cluster's folder, so a home can be moved. */
static const char fixed[] =
    "listen_addresses = ''\n"
    "port = 5432\n"
    "unix_socket_permissions = 0700\n"
    "password_encryption = 'scram-sha-256'\n"
    "hba_file = 'pg_hba.conf'\n"
    "max_locks_per_transaction = 1024\n"
    "checkpoint_timeout = '15min'\n"
    "wal_level = replica\n"
    "hot_standby = off\n" /* a restored home is ready when all its log is replayed, not before */
    "wal_compression = lz4\n"
    "max_wal_senders = 4\n"
    "archive_mode = on\n"
    "archive_timeout = 60\n"
    /* PostgreSQL lets go of log once this ends well: its bytes, then its name, are on the disk before (sync: fsync of what it names). */
    "archive_command = 'test ! -d ../backup/wal || { gzip -1 < %p > ../backup/wal/%f.part && sync ../backup/wal/%f.part"
    " && mv ../backup/wal/%f.part ../backup/wal/%f.gz && sync ../backup/wal; }'\n"
    "jit = off\n"
    "random_page_cost = 1.1\n"
    "timezone = 'UTC'\n"
    "log_timezone = 'UTC'\n"
    "lc_messages = 'C'\n"
    "log_destination = 'stderr'\n"
    "logging_collector = off\n"
    "log_line_prefix = '%m [%p] %u '\n"
    "log_parameter_max_length = 0\n" /* values are people's data */
    "log_parameter_max_length_on_error = 0\n"
    "log_min_error_statement = panic\n"
    "log_checkpoints = off\n"
    /* Read only while a restored home replays the log that came with its backup. */
    "restore_command = 'gzip -dc < ../restore/%f.gz > %p'\n";

static const char hba[] =
    "# Written at each start. Unix socket only, a password for everybody.\n"
    "local terrasse terrasse_owner,terrasse_web,terrasse_worker,terrasse_reader scram-sha-256\n"
    "local all terrasse_superuser scram-sha-256\n"
    "local replication terrasse_superuser scram-sha-256\n";

bool cluster_configure(const struct home *h, const char *socket, struct err *e)
{
    struct buf b = {0};
    int64_t memory = memory_mib(), shared = option_i64(OPTION_SHARED_BUFFERS);
    int64_t connections = bound(12 * option_i64(OPTION_WEB) + 8, option_i64(OPTION_MAX_CONNECTIONS), 2000);
    if (shared == 0)
        shared = bound(memory / 8, 128, 4096);
    buf_addz(&b, "# Written at each start from the options of terrasse (see: terrasse config).\n");
    buf_printf(&b, "unix_socket_directories = '%s'\n", socket);
    buf_printf(&b, "max_connections = %lld\n", (long long)connections);
    buf_printf(&b, "shared_buffers = '%lldMB'\n", (long long)shared);
    buf_printf(&b, "effective_cache_size = '%lldMB'\n", (long long)bound(memory / 2, 128, 1 << 20));
    buf_printf(&b, "work_mem = '%lldMB'\n", (long long)option_i64(OPTION_WORK_MEM));
    buf_printf(&b, "maintenance_work_mem = '%lldMB'\n", (long long)bound(memory / 8, 64, 512));
    buf_printf(&b, "max_wal_size = '%lldMB'\n", (long long)option_i64(OPTION_WAL_SIZE));
    buf_printf(&b, "dynamic_shared_memory_type = %s\n", shared_memory());
    buf_addz(&b, fixed);
    bool ok = home_write(h, "cluster/postgresql.conf", buf_str(&b), true, e) &&
              home_write(h, "cluster/pg_hba.conf", str_of(hba), true, e);
    buf_free(&b);
    return ok;
}
