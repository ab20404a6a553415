#include "core/data/intake/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/base/fd.h"
#include "core/base/utf8.h"
#include "core/data/errors.h"
#include "core/data/intake/ingest.h"
#include "core/data/format/unfold.h"

enum { CHUNK = 64 << 10, PATH_BYTES = 4096 };

/* ---- in the child ---- */

struct pass {
    struct archive *archive;
    uint64_t unfolded, most;
    unsigned files;
    unpack_write *write; /* NULL: counted only */
    void *to;
    uint64_t *sizes; /* of the first pass, for the frames of the second */
};

static bool fault(struct archive *a, struct err *e)
{
    const char *why = archive_error_string(a);
    return ERR(e, err_data_unfold, "%s", why ? why : "cut short");
}

static bool bomb(uint64_t most, struct err *e)
{
    ERR(e, err_data_unfold_bomb, "over %llu bytes", (unsigned long long)most);
    return err_arg(e, "%llu", (unsigned long long)most >> 20);
}

static struct str last_part(struct str path)
{
    for (size_t i = path.n; i > 0; i--)
        if (path.p[i - 1] == '/')
            return str_from(path, i);
    return path;
}

/* Relative, downwards, nothing a terminal or a system could take for something else. */
static bool is_plain(struct str path)
{
    if (path.n == 0 || path.n > PATH_BYTES || path.p[0] == '/' || !utf8_valid(path))
        return false;
    for (size_t i = 0, from = 0; i <= path.n; i++) {
        if (i < path.n && ((unsigned char)path.p[i] < 0x20 || path.p[i] == 0x7f ||
                           path.p[i] == '\\' || path.p[i] == ':'))
            return false;
        if (i < path.n && path.p[i] != '/')
            continue;
        if (str_eq(str_part(path, from, i - from), S("..")))
            return false;
        from = i + 1;
    }
    return true;
}

static bool refuse_name(struct str path, struct err *e)
{
    ERR(e, err_data_unpack_name, "%zu bytes", path.n);
    return err_arg(e, STR_FMT, STR_ARG(str_part(path, 0, path.n < 100 ? path.n : 100)));
}

static bool is_left_out(struct archive_entry *entry, struct str path)
{
    struct str name = last_part(path);
    return archive_entry_filetype(entry) == AE_IFDIR || name.n == 0 || name.p[0] == '.' ||
           str_starts(path, S("__MACOSX/"));
}

static bool put_frame(struct pass *p, struct str name, struct err *e)
{
    struct unpack_frame frame;
    memset(&frame, 0, sizeof frame);
    frame.size_bytes = p->sizes[p->files];
    frame.name_n = (uint32_t)name.n;
    return p->write(p->to, (struct str){(const char *)&frame, sizeof frame}, e) &&
           p->write(p->to, name, e);
}

static bool pass_bytes(struct pass *p, struct err *e)
{
    static char chunk[CHUNK];
    uint64_t size = 0;
    for (la_ssize_t n; (n = archive_read_data(p->archive, chunk, sizeof chunk)) != 0;
         size += (uint64_t)n) {
        if (n < 0)
            return fault(p->archive, e);
        if ((p->unfolded += (uint64_t)n) > p->most)
            return bomb(p->most, e);
        if (p->write && !p->write(p->to, (struct str){chunk, (size_t)n}, e))
            return false;
    }
    if (p->write && size != p->sizes[p->files])
        return ERR(e, err_data_unfold, "two passes differ");
    p->sizes[p->files++] = size;
    return true;
}

static bool pass_entry(struct pass *p, struct archive_entry *entry, struct err *e)
{
    struct str path = str_of(archive_entry_pathname(entry)), name = last_part(path);
    mode_t type = archive_entry_filetype(entry);
    if (!is_plain(path) || (type != AE_IFREG && type != AE_IFDIR) || name.n > UNPACK_NAME_MAX)
        return refuse_name(path, e);
    if (is_left_out(entry, path))
        return true;
    if (p->files == UNPACK_FILES_MAX) {
        ERR(e, err_data_unpack_many, "files");
        return err_arg(e, "%d", UNPACK_FILES_MAX);
    }
    return (!p->write || put_frame(p, name, e)) && pass_bytes(p, e);
}

static bool pass_all(struct pass *p, struct str zip, struct err *e)
{
    struct archive_entry *entry;
    p->archive = archive_read_new();
    archive_read_support_format_zip_seekable(p->archive);
    bool ok =
        archive_read_open_memory(p->archive, zip.p, zip.n) == ARCHIVE_OK || fault(p->archive, e);
    for (unsigned i = 0; ok; i++) {
        int rc = archive_read_next_header(p->archive, &entry);
        if (rc == ARCHIVE_EOF)
            break;
        ok = rc < ARCHIVE_WARN         ? fault(p->archive, e)
             : i == UNFOLD_ENTRIES_MAX ? bomb(p->most, e)
                                       : pass_entry(p, entry, e);
    }
    archive_read_free(p->archive);
    return ok;
}

bool unpack_stream(struct str zip, unpack_write *write, void *to, struct err *e)
{
    static uint64_t sizes[UNPACK_FILES_MAX];
    uint64_t most = UNFOLD_FREE + (uint64_t)zip.n * UNFOLD_RATIO_MAX;
    struct pass first = {.most = most < UNFOLD_MAX ? most : UNFOLD_MAX, .sizes = sizes};
    struct pass second = {.most = first.most, .sizes = sizes, .write = write, .to = to};
    const char *is = unfold_is(zip);
    if (!is || strcmp(is, "zip") != 0)
        return ERR(e, err_data_unfold, "no zip");
    return pass_all(&first, zip, e) &&
           (first.files || ERR(e, err_data_empty, "no file in the zip")) &&
           pass_all(&second, zip, e);
}

/* ---- in the caller ---- */

/* *n 0 at the end only, where an end may be. */
static bool read_exact(struct child *c, char *to, size_t size, bool may_end, size_t *n,
                       struct err *e)
{
    size_t got = 1;
    for (*n = 0; *n < size && got > 0; *n += got)
        if (!child_read(c, c->stream_fd, to + *n, size - *n, &got, e))
            return false;
    return *n == size || (may_end && *n == 0) || ERR(e, err_data_unread, "cut short");
}

static bool copy_file(struct child *c, int fd, uint64_t size, struct err *e)
{
    char chunk[CHUNK];
    bool ok = fd >= 0 || ERR(e, err_data_unread, "open: %s", strerror(errno));
    for (size_t n; ok && size > 0; size -= n) {
        ok = read_exact(c, chunk, size < sizeof chunk ? (size_t)size : sizeof chunk, false, &n, e);
        if (ok && !fd_write(fd, (struct str){chunk, n}))
            ok = ERR(e, err_data_unread, "write: %s", strerror(errno));
    }
    if (fd >= 0)
        close(fd);
    return ok;
}

static bool take_file(struct child *c, const struct unpack_frame *f,
                      const struct unpack_taker *taker, struct err *e)
{
    char name[UNPACK_NAME_MAX], path[PATH_BYTES];
    size_t n;
    if (f->name_n == 0 || f->name_n > sizeof name || f->size_bytes > UNFOLD_MAX)
        return ERR(e, err_data_unread, "a frame of %u", f->name_n);
    if (!read_exact(c, name, f->name_n, false, &n, e) || !taker->place(path, sizeof path, e))
        return false;
    bool ok =
        copy_file(c, open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600), f->size_bytes, e) &&
        taker->took(taker->context, (struct str){name, n}, path, f->size_bytes, e);
    if (!ok)
        unlink(path);
    return ok;
}

static bool take_files(struct child *c, const struct unpack_taker *taker, struct err *e)
{
    uint64_t all = 0;
    for (unsigned files = 0;; files++) {
        struct unpack_frame frame;
        size_t n;
        if (!read_exact(c, (char *)&frame, sizeof frame, true, &n, e))
            return false;
        if (n == 0)
            return true;
        if (files == UNPACK_FILES_MAX || (all += frame.size_bytes) > UNFOLD_MAX)
            return ERR(e, err_data_unread, "more than was counted");
        if (!take_file(c, &frame, taker, e))
            return false;
    }
}

bool unpack_zip(int fd, uint64_t size_bytes, const struct unpack_taker *taker, struct err *e)
{
    static const char *const arguments[] = {"read", "--sealed", "--unpack", NULL};
    struct child_task task = {
        .arguments = arguments, .input_fd = fd, .limits = ingest_limits(size_bytes)};
    struct child c;
    if (!child_start(&c, &task, e))
        return false;
    if (take_files(&c, taker, e))
        return ingest_end(&c, e);
    child_kill(&c);
    return false;
}
