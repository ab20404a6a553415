#include "core/db/backup_manifest.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/errors.h"
#include "core/base/fd.h"
#include "core/base/jr.h"
#include "core/base/jw.h"
#include "core/db/errors.h"

enum { HASH = 32, HASH_TEXT = 2 * HASH + 1, BLOCK = 256 * 1024, MANIFEST_MAX = 1024 * 1024 };
enum { TAIL = sizeof ",\n  \"blake2b\": \"\"\n}" + 2 * HASH };

static bool damaged(struct err *e, const char *name, const char *why)
{
    ERR(e, err_backup_damaged, "%s: %s", name, why);
    return err_arg(e, "%s: %s", name, why);
}

/* The manifest's last member: the hash of all that stands before it. */
static void own_tail(struct str before, char tail[TAIL])
{
    unsigned char hash[HASH];
    char text[HASH_TEXT];
    crypto_generichash(hash, HASH, (const unsigned char *)before.p, before.n, NULL, 0);
    sodium_bin2hex(text, HASH_TEXT, hash, HASH);
    snprintf(tail, TAIL, ",\n  \"blake2b\": \"%s\"\n}", text);
}

/* Format 1 had none. */
static bool is_whole(struct str text, const json_t *m)
{
    char tail[TAIL];
    if (jr_i64(m, "format", 0) == 1 && !json_object_get(m, "blake2b"))
        return true;
    own_tail(str_part(text, 0, text.n < TAIL ? 0 : text.n - (TAIL - 1)), tail);
    return str_ends(text, str_of(tail));
}

static bool hash_file(const char *path, char text[HASH_TEXT], int64_t *size, struct err *e)
{
    static unsigned char block[BLOCK];
    unsigned char hash[HASH];
    crypto_generichash_state state;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return ERR_FILE(e, err_file_open, path);
    crypto_generichash_init(&state, NULL, 0, HASH);
    *size = 0;
    ssize_t n;
    while ((n = read(fd, block, sizeof block)) > 0) {
        crypto_generichash_update(&state, block, (size_t)n);
        *size += n;
    }
    close(fd);
    if (n < 0)
        return ERR_FILE(e, err_file_open, path);
    crypto_generichash_final(&state, hash, HASH);
    sodium_bin2hex(text, HASH_TEXT, hash, HASH);
    return true;
}

static bool is_listed(const struct dirent *d)
{
    return strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0 && strcmp(d->d_name, "manifest.json") != 0;
}

static bool put_files(struct jw *w, const char *backup, struct err *e)
{
    DIR *folder = opendir(backup);
    bool ok = folder != NULL;
    const struct dirent *d;
    if (!ok)
        return ERR_FILE(e, err_file_open, backup);
    while (ok && (d = readdir(folder))) {
        char path[HOME_PATH + 300], hash[HASH_TEXT];
        int64_t size;
        if (!is_listed(d))
            continue;
        snprintf(path, sizeof path, "%s/%s", backup, d->d_name);
        ok = hash_file(path, hash, &size, e);
        if (!ok)
            break;
        jw_open(w, '{');
        JW_STR(w, "name", str_of(d->d_name));
        JW_I64(w, "size", size);
        JW_STR(w, "blake2b", str_of(hash));
        jw_close(w, '}');
    }
    closedir(folder);
    return ok;
}

bool backup_manifest_write(const char *backup, int level, const char *version, struct err *e)
{
    struct buf b = {0}, at = {0};
    struct jw w;
    char path[HOME_PATH + 16], tail[TAIL];
    jw_init(&w, &b, JW_PRETTY);
    clock_iso(&at, clock_wall_us());
    jw_open(&w, '{');
    JW_I64(&w, "format", 2);
    JW_STR(&w, "at", buf_str(&at));
    JW_I64(&w, "level", level);
    JW_STR(&w, "postgresql", str_of(version));
    jw_key(&w, S("files"));
    jw_open(&w, '[');
    bool ok = put_files(&w, backup, e);
    jw_close(&w, ']');
    own_tail(buf_str(&b), tail);
    buf_addz(&b, tail);
    snprintf(path, sizeof path, "%s/manifest.json", backup);
    int fd = ok ? open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600) : -1;
    if (ok && (fd < 0 || !fd_write(fd, buf_str(&b)) || fsync(fd) != 0))
        ok = ERR_FILE(e, err_file_write, path);
    if (fd >= 0)
        close(fd);
    buf_free(&b);
    buf_free(&at);
    return ok;
}

static json_t *read_manifest(const char *backup, struct err *e)
{
    char path[HOME_PATH + 16];
    struct buf b = {.max = MANIFEST_MAX};
    snprintf(path, sizeof path, "%s/manifest.json", backup);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) {
        damaged(e, "manifest.json", strerror(errno));
        return NULL;
    }
    char *room = buf_room(&b, MANIFEST_MAX - 1);
    ssize_t n = room ? read(fd, room, MANIFEST_MAX - 1) : -1;
    close(fd);
    struct str text = {room, n > 0 ? (size_t)n : 0};
    json_t *m = jr_parse(text, e);
    bool whole = m && is_whole(text, m);
    buf_free(&b);
    if (whole)
        return m;
    damaged(e, "manifest.json", m ? "not the bytes that were saved" : "not the JSON it should be");
    json_decref(m);
    return NULL;
}

static bool check_file(const char *backup, const json_t *row, struct err *e)
{
    char path[HOME_PATH + 300], hash[HASH_TEXT];
    struct str name = jr_str(row, "name"), want = jr_str(row, "blake2b");
    int64_t size;
    struct err why = {0};
    /* A name is one step: a manifest from elsewhere reads no other file. */
    if (name.n == 0 || name.n > 200 || memchr(name.p, '/', name.n))
        return damaged(e, "manifest.json", "a name is not a file name");
    snprintf(path, sizeof path, "%s/" STR_FMT, backup, STR_ARG(name));
    if (!hash_file(path, hash, &size, &why))
        return damaged(e, path, why.arg[1]);
    if (size != jr_i64(row, "size", -1) || !str_eq(want, str_of(hash)))
        return damaged(e, path, "not the bytes that were saved");
    return true;
}

static size_t count_files(const char *backup)
{
    DIR *folder = opendir(backup);
    size_t n = 0;
    for (const struct dirent *d; folder && (d = readdir(folder));)
        n += is_listed(d);
    if (folder)
        closedir(folder);
    return n;
}

bool backup_manifest_check(const char *backup, struct err *e)
{
    json_t *m = read_manifest(backup, e);
    if (!m)
        return false;
    const json_t *files = jr_array(m, "files"), *row;
    size_t i, n = json_array_size(files);
    bool ok = n > 0 ? true : damaged(e, "manifest.json", "no files");
    for (i = 0; ok && i < n; i++) {
        row = json_array_get(files, i);
        ok = check_file(backup, row, e);
    }
    if (ok && count_files(backup) != n)
        ok = damaged(e, backup, "a file that the manifest does not name");
    json_decref(m);
    return ok;
}

bool backup_manifest_at(const char *backup, char at[BACKUP_AT], struct err *e)
{
    json_t *m = read_manifest(backup, e);
    struct str text = jr_str(m, "at");
    bool ok = text.n == sizeof "2026-11-28T20:15:00Z" - 1;
    snprintf(at, BACKUP_AT, STR_FMT, STR_ARG(ok ? text : S("")));
    json_decref(m);
    return m && (ok || damaged(e, "manifest.json", "no time"));
}

bool backup_manifest_major(const char *backup, int *major, struct err *e)
{
    json_t *m = read_manifest(backup, e);
    int64_t n = 0;
    bool ok = str_i64(jr_str(m, "postgresql"), &n) && n > 0 && n < 1000;
    json_decref(m);
    if (m && ok)
        *major = (int)n;
    return m && (ok || damaged(e, "manifest.json", "no version of PostgreSQL"));
}
