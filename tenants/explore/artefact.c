#include "tenants/explore/artefact.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/base/fd.h"
#include "core/web/engine.h"

enum { HALF_WRITTEN_S = 3600, FILES_MAX = 4096, FILES_KEPT = FILES_MAX / 4 * 3 };

struct artefact {
    int dir, fd;
    int64_t most, bytes; /* of this file */
    bool good;
    char part[176], whole[160];
};

struct artefact_store artefact_store_of(struct req *r)
{
    return (struct artefact_store){req_engine(r)->c.spool_dir, (int64_t)req_engine(r)->c.kept_bytes};
}

static bool name_file(const struct artefact_name *name, char *out, size_t size)
{
    int n = snprintf(out, size, "artefact-%s-%lld-" STR_FMT, name->dataset.text, (long long)name->revision,
                     STR_ARG(name->key));
    return n > 0 && (size_t)n < size && name->key.n == 32;
}

static int open_dir(const struct artefact_store *s)
{
    return s->folder ? open(s->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
}

int artefact_open(const struct artefact_store *s, const struct artefact_name *name, int64_t *size)
{
    char file[160];
    struct stat st;
    int dir = name_file(name, file, sizeof file) ? open_dir(s) : -1;
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

static bool ends_in_part(const char *file)
{
    size_t length = strlen(file);
    return length > 5 && strcmp(file + length - 5, ".part") == 0;
}

/* A whole file of this dataset; *now: of this revision. */
static bool is_of(const struct uuid *dataset, int64_t revision, const char *file, bool *now)
{
    char mine[160], same[200];
    snprintf(mine, sizeof mine, "artefact-%s-", dataset->text);
    snprintf(same, sizeof same, "%s%lld-", mine, (long long)revision);
    *now = strncmp(file, same, strlen(same)) == 0;
    return strncmp(file, mine, strlen(mine)) == 0 && !ends_in_part(file);
}

/* Of what the folder keeps, up to FILES_MAX; half written ones too, but for those that nobody writes any more: they go. */
static size_t list(int dir, struct kept *files)
{
    int again = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = again >= 0 ? fdopendir(again) : NULL;
    size_t n = 0;
    struct stat st;
    for (struct dirent *entry; d && (entry = readdir(d)) && n < FILES_MAX;) {
        bool ours = strncmp(entry->d_name, "artefact-", 9) == 0 && strlen(entry->d_name) < sizeof files[0].name;
        if (!ours || fstatat(dir, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        if (ends_in_part(entry->d_name) && st.st_mtime + HALF_WRITTEN_S < time(NULL)) {
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

/* Those of other revisions go, and are left out of the list. */
static size_t drop_former(int dir, const struct uuid *dataset, int64_t revision, struct kept *files, size_t n)
{
    size_t left = 0;
    bool now;
    for (size_t i = 0; i < n; i++) {
        if (is_of(dataset, revision, files[i].name, &now) && !now)
            unlinkat(dir, files[i].name, 0);
        else
            files[left++] = files[i];
    }
    return left;
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
    size_t n = drop_former(dir, &name->dataset, name->revision, files, list(dir, files));
    qsort(files, n, sizeof *files, by_age);
    for (size_t i = 0; i < n; i++)
        all += files[i].bytes;
    for (size_t i = 0; i < n && (all > most || n - i > FILES_KEPT); i++) {
        unlinkat(dir, files[i].name, 0);
        all -= files[i].bytes;
    }
    free(files);
}

struct artefact_survey artefact_survey(const struct artefact_store *s, const struct uuid *dataset, int64_t revision)
{
    struct artefact_survey found = {0};
    struct kept *files = malloc(FILES_MAX * sizeof *files);
    int dir = open_dir(s);
    size_t n = files && dir >= 0 ? list(dir, files) : 0;
    bool now;
    for (size_t i = 0; i < n; i++) {
        if (!is_of(dataset, revision, files[i].name, &now))
            continue;
        if (now)
            found.bytes += files[i].bytes;
        else if (files[i].at_ns / 1000000000 > found.former_s)
            found.former_s = files[i].at_ns / 1000000000;
    }
    if (dir >= 0)
        close(dir);
    free(files);
    return found;
}

void artefact_drop_former(const struct artefact_store *s, const struct uuid *dataset, int64_t revision)
{
    struct kept *files = malloc(FILES_MAX * sizeof *files);
    int dir = open_dir(s);
    if (files && dir >= 0)
        drop_former(dir, dataset, revision, files, list(dir, files));
    if (dir >= 0)
        close(dir);
    free(files);
}

/* ---- writing ---- */

void artefact_close(struct artefact *a)
{
    if (!a)
        return;
    if (a->fd >= 0) {
        unlinkat(a->dir, a->part, 0); /* while it is locked: nobody else's */
        close(a->fd);
    }
    close(a->dir);
    free(a);
}

/* One writer: the lock ends with its process, so what an interrupted one left is taken over. What is locked after another has
 * given it its name is not under that name any more. */
static int lock_part(int dir, const char *part)
{
    struct stat mine, named;
    int fd = openat(dir, part, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    bool alone = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &mine) == 0 &&
                 fstatat(dir, part, &named, AT_SYMLINK_NOFOLLOW) == 0 && mine.st_ino == named.st_ino &&
                 ftruncate(fd, 0) == 0;
    if (fd >= 0 && !alone)
        close(fd);
    return alone ? fd : -1;
}

struct artefact *artefact_begin(const struct artefact_store *s, const struct artefact_name *name)
{
    struct artefact *a = calloc(1, sizeof *a);
    if (!a)
        return NULL;
    a->fd = -1;
    a->most = s->most / 2; /* one file does not drive out all others */
    a->dir = open_dir(s);
    if (a->dir >= 0 && name_file(name, a->whole, sizeof a->whole)) {
        make_room(a->dir, name, s->most / 2); /* as much again may be being written */
        snprintf(a->part, sizeof a->part, "%s.part", a->whole);
        a->fd = lock_part(a->dir, a->part);
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

void artefact_bound(struct artefact *a, int64_t bytes)
{
    if (a && bytes < a->most)
        a->most = bytes;
}

bool artefact_add(struct artefact *a, struct str bytes)
{
    if (a && (a->bytes += (int64_t)bytes.n) > a->most)
        a->good = false;
    if (a && a->good)
        a->good = fd_write(a->fd, bytes);
    return a && a->good;
}

bool artefact_end(struct artefact *a)
{
    if (!a || !a->good || renameat(a->dir, a->part, a->dir, a->whole) != 0)
        return false; /* artefact_close removes it */
    close(a->fd);
    a->fd = -1;
    return true;
}
