#include "tenants/explore/artefact.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/base/fd.h"
#include "core/web/engine.h"

enum { HALF_WRITTEN_S = 3600, FILES_MAX = 4096 };

struct artefact {
    int dir, fd;
    int64_t most, bytes; /* of all kept files; of this one */
    bool good;
    char part[200], whole[160];
};

static bool name_file(const struct artefact_name *name, char *out, size_t size)
{
    int n = snprintf(out, size, "artefact-%s-%lld-" STR_FMT, name->dataset.text, (long long)name->revision,
                     STR_ARG(name->key));
    return n > 0 && (size_t)n < size && name->key.n == 32;
}

static int open_dir(struct req *r)
{
    const char *spool = req_engine(r)->c.spool_dir;
    return spool ? open(spool, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
}

int artefact_open(struct req *r, const struct artefact_name *name, int64_t *size)
{
    char file[160];
    struct stat st;
    int dir = name_file(name, file, sizeof file) ? open_dir(r) : -1;
    int fd = dir >= 0 ? openat(dir, file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
    if (dir >= 0)
        close(dir);
    if (fd >= 0 && (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))) {
        close(fd);
        fd = -1;
    }
    if (fd >= 0)
        *size = st.st_size;
    return fd;
}

/* ---- room ---- */

struct kept {
    char name[200];
    int64_t bytes, at_ns;
};

static bool is_older(const struct artefact_name *name, const char *file)
{
    char mine[160], now[200];
    snprintf(mine, sizeof mine, "artefact-%s-", name->dataset.text);
    snprintf(now, sizeof now, "%s%lld-", mine, (long long)name->revision);
    return strncmp(file, mine, strlen(mine)) == 0 && strncmp(file, now, strlen(now)) != 0;
}

static size_t list(int dir, const struct artefact_name *name, struct kept *files)
{
    int again = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = again >= 0 ? fdopendir(again) : NULL;
    size_t n = 0;
    struct stat st;
    for (struct dirent *entry; d && (entry = readdir(d)) && n < FILES_MAX;) {
        bool ours = strncmp(entry->d_name, "artefact-", 9) == 0 && strlen(entry->d_name) < sizeof files[0].name;
        if (!ours || fstatat(dir, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        size_t length = strlen(entry->d_name);
        bool half = length > 5 && strcmp(entry->d_name + length - 5, ".part") == 0;
        if (half ? st.st_mtime + HALF_WRITTEN_S < time(NULL) : is_older(name, entry->d_name)) {
            unlinkat(dir, entry->d_name, 0);
            continue;
        }
        snprintf(files[n].name, sizeof files[n].name, "%s", entry->d_name);
        files[n].bytes = st.st_size;
        files[n++].at_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
    }
    if (d)
        closedir(d);
    else if (again >= 0)
        close(again);
    return n;
}

static int by_age(const void *a, const void *b)
{
    const struct kept *x = a, *y = b;
    return (x->at_ns > y->at_ns) - (x->at_ns < y->at_ns);
}

static void make_room(int dir, const struct artefact_name *name, int64_t most)
{
    struct kept *files = malloc(FILES_MAX * sizeof *files);
    if (!files)
        return;
    int64_t all = 0;
    size_t n = list(dir, name, files);
    qsort(files, n, sizeof *files, by_age);
    for (size_t i = 0; i < n; i++)
        all += files[i].bytes;
    for (size_t i = 0; i < n && all > most; i++) {
        unlinkat(dir, files[i].name, 0);
        all -= files[i].bytes;
    }
    free(files);
}

/* ---- writing ---- */

void artefact_close(struct artefact *a)
{
    if (!a)
        return;
    if (a->fd >= 0) {
        close(a->fd);
        unlinkat(a->dir, a->part, 0);
    }
    close(a->dir);
    free(a);
}

struct artefact *artefact_begin(struct req *r, const struct artefact_name *name)
{
    struct artefact *a = calloc(1, sizeof *a);
    struct uuid nonce = uuid_make();
    if (!a)
        return NULL;
    a->fd = -1;
    a->most = (int64_t)req_engine(r)->c.kept_bytes;
    a->dir = open_dir(r);
    if (a->dir >= 0 && name_file(name, a->whole, sizeof a->whole)) {
        make_room(a->dir, name, a->most / 2); /* as much again may be being written */
        snprintf(a->part, sizeof a->part, "artefact-%s.part", nonce.text);
        a->fd = openat(a->dir, a->part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    }
    if (a->fd < 0) {
        if (a->dir >= 0)
            close(a->dir);
        free(a);
        return NULL;
    }
    a->good = true;
    return a;
}

void artefact_add(struct artefact *a, struct str bytes)
{
    if (a && (a->bytes += (int64_t)bytes.n) > a->most / 2)
        a->good = false; /* one file does not drive out all others */
    if (a && a->good)
        a->good = fd_write(a->fd, bytes);
}

void artefact_end(struct artefact *a)
{
    if (!a || !a->good || renameat(a->dir, a->part, a->dir, a->whole) != 0)
        return; /* artefact_close removes it */
    close(a->fd);
    a->fd = -1;
}
