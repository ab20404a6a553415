#include "core/db/home.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/errors.h"
#include "core/base/fd.h"
#include "core/base/rand.h"
#include "core/db/errors.h"
#include "core/db/program.h"

void home_file(const struct home *h, const char *name, char out[HOME_PATH])
{
    snprintf(out, HOME_PATH, "%.*s/%.200s", (int)sizeof h->path, h->path, name);
}

bool home_has(const struct home *h, const char *name)
{
    char path[HOME_PATH];
    home_file(h, name, path);
    return access(path, F_OK) == 0;
}

bool home_is_demonstration(const struct home *h)
{
    return home_has(h, "demonstration");
}

static void take_user(struct home *h, const struct passwd *p)
{
    h->uid = p->pw_uid;
    h->gid = p->pw_gid;
    snprintf(h->user, sizeof h->user, "%s", p->pw_name);
}

/* Whoever owns the cluster runs it; before there is one, see home.h. */
static bool find_user(struct home *h, struct err *e)
{
    struct stat st;
    char data[HOME_PATH];
    home_file(h, "cluster", data);
    const struct passwd *p = NULL;
    if (geteuid() != 0)
        p = getpwuid(geteuid());
    else if (stat(data, &st) == 0 && st.st_uid != 0)
        p = getpwuid(st.st_uid);
    else if (!(p = getpwnam("terrasse")))
        p = getpwnam("postgres");
    if (!p) {
        ERR(e, err_home_user, "uid %u", (unsigned)geteuid());
        return err_arg(e, "%u", (unsigned)geteuid());
    }
    take_user(h, p);
    return true;
}

static bool make_folder(const struct home *h, const char *name, mode_t mode, bool of_user, struct err *e)
{
    char path[HOME_PATH];
    home_file(h, name, path);
    if (mkdir(path, mode) != 0 && errno != EEXIST)
        return ERR_FILE(e, err_file_write, path);
    if (of_user && geteuid() == 0 && chown(path, h->uid, h->gid) != 0)
        return ERR_FILE(e, err_file_write, path);
    if (chmod(path, mode) != 0)
        return ERR_FILE(e, err_file_write, path);
    return true;
}

/* PostgreSQL works below the home: its user must be able to walk there. */
static bool is_reachable(const struct home *h, struct err *e)
{
    pid_t pid = fork();
    if (pid == 0) {
        bool ok = program_become(h) && access(h->path, X_OK) == 0;
        _exit(ok ? 0 : 1);
    }
    int status = 0;
    if (pid > 0 && waitpid(pid, &status, 0) == pid && status == 0)
        return true;
    ERR(e, err_home_unreachable, "%s as %s", h->path, h->user);
    err_arg(e, "%s", h->path);
    return err_arg(e, "%s", h->user);
}

static bool resolve(struct home *h, const char *path, struct err *e)
{
    char *real = realpath(path, NULL);
    if (!real)
        return ERR_FILE(e, err_home_missing, path);
    bool fits = strlen(real) < sizeof h->path;
    snprintf(h->path, sizeof h->path, "%s", real);
    free(real);
    errno = ENAMETOOLONG;
    return fits ? true : ERR_FILE(e, err_home_missing, path);
}

bool home_create(struct home *h, const char *path, struct err *e)
{
    *h = (struct home){.lock_fd = -1};
    if (mkdir(path, 0755) != 0 && errno != EEXIST)
        return ERR_FILE(e, err_file_write, path);
    return resolve(h, path, e) && find_user(h, e) && is_reachable(h, e) &&
           make_folder(h, "secrets", 0700, false, e) && make_folder(h, "content", 0700, true, e) &&
           make_folder(h, "spool", 0700, true, e) && make_folder(h, "usage", 0700, true, e) &&
           make_folder(h, "log", 0700, true, e) && make_folder(h, "backup", 0711, false, e);
}

bool home_open(struct home *h, const char *path, struct err *e)
{
    *h = (struct home){.lock_fd = -1};
    if (!resolve(h, path, e))
        return false;
    errno = ENOENT;
    if (!home_has(h, "secrets"))
        return ERR_FILE(e, err_home_missing, path);
    return find_user(h, e);
}

void home_close(struct home *h)
{
    if (h->lock_fd >= 0)
        close(h->lock_fd);
    h->lock_fd = -1;
}

bool home_lock(struct home *h, struct err *e)
{
    char path[HOME_PATH], holder[32] = "?";
    if (h->lock_fd >= 0)
        return true;
    home_file(h, "lock", path);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return ERR_FILE(e, err_file_open, path);
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        ssize_t n = pread(fd, holder, sizeof holder - 1, 0);
        holder[n > 0 ? n : 0] = '\0';
        close(fd);
        ERR(e, err_home_busy, "held by %s", holder);
        err_arg(e, "%s", h->path);
        return err_arg(e, "%s", holder);
    }
    int n = snprintf(holder, sizeof holder, "%ld", (long)getpid());
    if (ftruncate(fd, 0) != 0 || pwrite(fd, holder, (size_t)n, 0) != n) {
        ERR_FILE(e, err_file_write, path);
        close(fd);
        return false;
    }
    h->lock_fd = fd;
    return true;
}

bool home_write(const struct home *h, const char *name, struct str text, bool of_user, struct err *e)
{
    char path[HOME_PATH], beside[HOME_PATH + 8];
    home_file(h, name, path);
    snprintf(beside, sizeof beside, "%s.new", path);
    unlink(beside);
    int fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return ERR_FILE(e, err_file_write, beside);
    bool ok = fd_write(fd, text) && fsync(fd) == 0;
    if (ok && of_user && geteuid() == 0)
        ok = fchown(fd, h->uid, h->gid) == 0;
    ok = close(fd) == 0 && ok && rename(beside, path) == 0;
    return ok ? true : ERR_FILE(e, err_file_write, path);
}

bool home_read(const struct home *h, const char *name, char out[HOME_PATH], struct err *e)
{
    char path[HOME_PATH];
    home_file(h, name, path);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return ERR_FILE(e, err_file_open, path);
    ssize_t n = read(fd, out, HOME_PATH - 1);
    close(fd);
    if (n < 0)
        return ERR_FILE(e, err_file_open, path);
    while (n > 0 && out[n - 1] == '\n')
        n--;
    out[n] = '\0';
    return true;
}

bool home_secret_make(const struct home *h, const char *name, struct err *e)
{
    char file[128];
    snprintf(file, sizeof file, "secrets/%s", name);
    if (home_has(h, file))
        return true;
    struct token_text t = token_make();
    return home_write(h, file, str_of(t.text), false, e);
}

bool home_secret(const struct home *h, const char *name, char out[HOME_PATH], struct err *e)
{
    char file[128];
    snprintf(file, sizeof file, "secrets/%s", name);
    return home_read(h, file, out, e);
}
