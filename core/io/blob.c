#include "core/io/blob.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/base/fd.h"
#include "core/base/rand.h"
#include "core/io/errors.h"

enum { NAME_MAX_BYTES = 100, CHUNK = 1 << 20 };

static char store[PATH_MAX - 200];

void blob_store(const char *folder)
{
    snprintf(store, sizeof store, "%s", folder);
}

static bool failed(const char *what, struct err *e)
{
    int error = errno;
    if (error == ENOSPC || error == EDQUOT || error == EFBIG)
        return ERR(e, err_disk_full, "%s: %s", what, strerror(error));
    if (error == ENOENT)
        return ERR(e, err_blob_missing, "%s", what);
    ERR(e, err_blob, "%s: %s", what, strerror(error));
    return err_arg(e, "%s", strerror(error));
}

static bool name_ok(struct str name)
{
    char before = '/';
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
        if (!word && (c != '/' || before == '/'))
            return false;
        before = c;
    }
    return name.n > 0 && name.n <= NAME_MAX_BYTES && before != '/';
}

static bool path_of(struct str name, char out[PATH_MAX], struct err *e)
{
    if (!store[0] || !name_ok(name)) {
        errno = EINVAL;
        return failed("name", e);
    }
    snprintf(out, PATH_MAX, "%s/" STR_FMT, store, STR_ARG(name));
    return true;
}

/* What root puts in (a command beside the server) belongs to whom the store belongs to. */
static void give(const char *path)
{
    struct stat st;
    if (geteuid() == 0 && stat(store, &st) == 0 && lchown(path, st.st_uid, st.st_gid) != 0)
        return; /* said when the server cannot read it */
}

/* The folders between the store and the file. */
static bool make_folders(char *path, struct err *e)
{
    for (char *slash = strchr(path + strlen(store) + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        bool made = mkdir(path, 0700) == 0, ok = made || errno == EEXIST;
        if (made)
            give(path);
        *slash = '/';
        if (!ok)
            return failed("mkdir", e);
    }
    return true;
}

static bool copy_all(int from, int to)
{
    static _Thread_local char chunk[CHUNK];
    for (;;) {
        ssize_t n = read(from, chunk, sizeof chunk);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n == 0;
        if (!fd_write(to, (struct str){chunk, (size_t)n}))
            return false;
    }
}

/* Beside, flushed, renamed; `from` -1: `bytes` instead. */
static bool write_beside(const char *path, int from, struct str bytes, struct err *e)
{
    char beside[PATH_MAX + 64];
    struct uuid id = uuid_make();
    snprintf(beside, sizeof beside, "%s.%s", path, id.text);
    int fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool ok = fd >= 0 && (from >= 0 ? copy_all(from, fd) : fd_write(fd, bytes)) && fsync(fd) == 0 &&
              rename(beside, path) == 0;
    if (!ok) {
        failed("write", e);
        unlink(beside);
    }
    if (fd >= 0)
        close(fd);
    return ok;
}

/* The name lasts only once its folder is flushed too. */
static bool flush_folder(char *path, struct err *e)
{
    char *slash = strrchr(path, '/');
    *slash = '\0';
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    *slash = '/';
    bool ok = fd >= 0 && fsync(fd) == 0;
    if (!ok)
        failed("flush", e);
    if (fd >= 0)
        close(fd);
    return ok;
}

bool blob_take(struct str name, const char *path, struct err *e)
{
    char to[PATH_MAX];
    if (!path_of(name, to, e) || !make_folders(to, e))
        return false;
    if (rename(path, to) == 0) {
        give(to);
        return flush_folder(to, e);
    }
    if (errno != EXDEV)
        return failed("rename", e);
    int from = open(path, O_RDONLY | O_CLOEXEC);
    bool ok = from >= 0 ? write_beside(to, from, STR_NONE, e) : failed("open", e);
    if (from >= 0)
        close(from);
    if (ok) {
        give(to);
        unlink(path);
    }
    return ok && flush_folder(to, e);
}

bool blob_put(struct str name, struct str bytes, struct err *e)
{
    char to[PATH_MAX];
    return path_of(name, to, e) && make_folders(to, e) && write_beside(to, -1, bytes, e) && flush_folder(to, e);
}

bool blob_open(struct str name, int *fd, uint64_t *size_bytes, struct err *e)
{
    char path[PATH_MAX];
    struct stat st;
    if (!path_of(name, path, e))
        return false;
    int opened = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (opened < 0 || fstat(opened, &st) != 0) {
        failed("open", e);
        if (opened >= 0)
            close(opened);
        return false;
    }
    *fd = opened;
    *size_bytes = (uint64_t)st.st_size;
    return true;
}

bool blob_remove(struct str name, struct err *e)
{
    char path[PATH_MAX];
    return path_of(name, path, e) && (unlink(path) == 0 || errno == ENOENT || failed("remove", e));
}

bool blob_list(struct str folder, int64_t older_s, size_t most, void (*each)(struct str name, void *context), void *context,
               struct err *e)
{
    char path[PATH_MAX], name[NAME_MAX_BYTES + 1];
    struct stat st;
    if (!path_of(folder, path, e))
        return false;
    DIR *d = opendir(path);
    if (!d)
        return errno == ENOENT || failed("list", e);
    for (struct dirent *entry; most > 0 && (entry = readdir(d));) {
        int n = snprintf(name, sizeof name, STR_FMT "/%s", STR_ARG(folder), entry->d_name);
        bool ours = n > 0 && (size_t)n < sizeof name && name_ok((struct str){name, (size_t)n});
        if (!ours || fstatat(dirfd(d), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(st.st_mode) ||
            st.st_mtime + older_s > time(NULL))
            continue;
        each((struct str){name, (size_t)n}, context);
        most--;
    }
    closedir(d);
    return true;
}

bool blob_incoming(char *path, size_t size, struct err *e)
{
    char whole[PATH_MAX], name[64];
    struct uuid id = uuid_make();
    snprintf(name, sizeof name, "incoming/%s", id.text);
    return path_of(str_of(name), whole, e) && make_folders(whole, e) && blob_path(str_of(name), path, size, e);
}

bool blob_path(struct str name, char *path, size_t size, struct err *e)
{
    char whole[PATH_MAX];
    if (!path_of(name, whole, e))
        return false;
    if (str_of(whole).n < size) {
        memcpy(path, whole, str_of(whole).n + 1);
        return true;
    }
    errno = ENAMETOOLONG;
    return failed("name", e);
}

bool blob_append(struct str name, int64_t offset, const char *path, struct err *e)
{
    char to_path[PATH_MAX];
    if (!path_of(name, to_path, e))
        return false;
    int from = open(path, O_RDONLY | O_CLOEXEC), to = open(to_path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    bool ok = from >= 0 && to >= 0 && ftruncate(to, offset) == 0 && lseek(to, offset, SEEK_SET) == offset && copy_all(from, to) &&
              fsync(to) == 0;
    if (!ok)
        failed("append", e);
    if (from >= 0)
        close(from);
    if (to >= 0)
        close(to);
    return ok;
}
