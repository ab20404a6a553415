#include "core/io/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/fd.h"
#include "core/base/must.h"
#include "core/io/errors.h"

struct spool {
    int fd;
    int64_t size, max;
    char name[PATH_MAX]; /* empty: the file is nameless */
};

static bool failed(struct err *e, const char *what)
{
    int error = errno;
    bool full = error == ENOSPC || error == EDQUOT || error == EFBIG;
    return full ? ERR(e, err_disk_full, "%s: %s", what, strerror(error))
                : ERR(e, err_upload_failed, "%s: %s", what, strerror(error));
}

static int open_named(struct spool *s, const char *folder)
{
    if (snprintf(s->name, sizeof s->name, "%s/.upload-XXXXXX", folder) >= (int)sizeof s->name) {
        errno = ENAMETOOLONG;
        return -1;
    }
    int fd = mkostemp(s->name, O_CLOEXEC);
    if (fd < 0)
        s->name[0] = '\0';
    return fd;
}

struct spool *spool_open(const char *folder, int64_t max_bytes, struct err *e)
{
    struct spool *s = must_alloc(sizeof *s);
    s->max = max_bytes;
    s->fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (s->fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR))
        s->fd = open_named(s, folder);
    if (s->fd < 0) {
        failed(e, "open");
        free(s);
        return NULL;
    }
    return s;
}

bool spool_feed(struct spool *s, struct str bytes, struct err *e)
{
    if ((uint64_t)bytes.n > (uint64_t)(s->max - s->size)) {
        ERR(e, err_upload_too_large, "%lld + %zu bytes", (long long)s->size, bytes.n);
        return err_arg(e, "%lld", (long long)s->max);
    }
    if (!fd_write(s->fd, bytes))
        return failed(e, "write");
    s->size += (int64_t)bytes.n;
    return true;
}

int64_t spool_size(const struct spool *s)
{
    return s->size;
}

/* link, not rename: an existing file of that name must stay. */
static bool give_name(struct spool *s, const char *path)
{
    char self[40];
    if (s->name[0])
        return link(s->name, path) == 0;
    snprintf(self, sizeof self, "/proc/self/fd/%d", s->fd);
    return linkat(AT_FDCWD, self, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0;
}

bool spool_keep(struct spool *s, const char *path, int64_t *size_bytes, struct err *e)
{
    bool ok = (fsync(s->fd) == 0 && give_name(s, path)) || failed(e, "keep");
    if (ok)
        *size_bytes = s->size;
    spool_discard(s);
    return ok;
}

void spool_discard(struct spool *s)
{
    if (!s)
        return;
    if (s->name[0])
        unlink(s->name);
    close(s->fd);
    free(s);
}
