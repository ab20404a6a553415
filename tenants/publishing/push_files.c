#include "tenants/publishing/push_files.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <unistd.h>

#include "core/base/fd.h"
#include "core/base/jr.h"
#include "core/base/jw.h"
#include "core/data/value/record.h"
#include "core/io/blob.h"
#include "core/io/errors.h"
#include "tenants/publishing/errors.h"

enum { PATH_BYTES = 4096, NAME_BYTES = 48, HASH_BYTES = 16 };

struct taking {
    struct arena *a;
    struct push_files *f;
    struct buf names;
    struct jw w;
};

static bool refuse(size_t record, const char *field, struct err *e)
{
    ERR(e, err_push_file, "not base64, or empty");
    err_arg(e, "%zu", record + 1);
    return err_arg(e, "%.80s", field);
}

/* "application/pdf; charset=binary" is a type as well. */
static struct str type_of(const json_t *value)
{
    struct str type = jr_str(value, "content-type");
    ptrdiff_t end = str_chr(type, ';');
    return str_trim(end >= 0 ? str_part(type, 0, (size_t)end) : type);
}

static bool is_file(const json_t *value)
{
    return json_object_size(value) == 2 && jr_str(value, "content").p && jr_str(value, "content-type").p;
}

static bool decode(struct arena *a, struct str text, struct str *bytes)
{
    size_t n = 0;
    unsigned char *out = ARENA_ARRAY(a, unsigned char, text.n / 4 * 3 + 4);
    const char *end = NULL;
    bool ok = sodium_base642bin(out, text.n / 4 * 3 + 4, text.p, text.n, "\r\n \t", &n, &end,
                                sodium_base64_VARIANT_ORIGINAL) == 0 &&
              end == text.p + text.n;
    *bytes = (struct str){(const char *)out, n};
    return ok && n > 0;
}

static bool name_of(struct str bytes, struct str type, char name[NAME_BYTES], struct err *e)
{
    unsigned char hash[HASH_BYTES];
    char hex[2 * HASH_BYTES + 1];
    const char *end = attachment_end(type);
    if (!end) {
        ERR(e, err_attachment_type, "content-type");
        return err_arg(e, STR_FMT, STR_ARG(str_part(type, 0, 80)));
    }
    crypto_generichash(hash, sizeof hash, (const unsigned char *)bytes.p, bytes.n, NULL, 0);
    sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
    snprintf(name, NAME_BYTES, "%s%s", hex, end);
    return true;
}

static bool put_file(struct push_files *f, const char *name, struct str bytes, struct err *e)
{
    char path[PATH_BYTES];
    if (!blob_incoming(path, sizeof path, e))
        return false;
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool ok = (fd >= 0 && fd_write(fd, bytes)) || ERR(e, err_blob, "a pushed file");
    if (fd >= 0)
        close(fd);
    ok = ok && attachment_unpacked_put(&f->kept, str_of(name), path, bytes.n, e);
    if (!ok)
        unlink(path);
    return ok;
}

/* One bit of work for each column, however many records name files in it. */
static void note_column(struct taking *t, const char *field)
{
    struct push_files *f = t->f;
    for (size_t i = 0; i < f->ncolumns; i++)
        if (str_eq(f->columns[i], str_of(field)))
            return;
    if (!f->columns)
        f->columns = ARENA_ARRAY(t->a, struct str, RECORD_COLUMNS_MAX);
    if (f->ncolumns < RECORD_COLUMNS_MAX)
        f->columns[f->ncolumns++] = arena_str(t->a, str_of(field));
}

static bool take_one(struct taking *t, size_t record, const char *field, const json_t *value, struct err *e)
{
    char name[NAME_BYTES];
    struct str bytes, content = jr_str(value, "content");
    if (t->f->kept.done.files == PUSH_FILES_MAX)
        return ERR(e, err_push_files, "files"), err_arg(e, "%d", PUSH_FILES_MAX);
    if (!decode(t->a, content, &bytes))
        return refuse(record, field, e);
    t->f->encoded_bytes += content.n;
    note_column(t, field);
    if (!name_of(bytes, type_of(value), name, e) || !put_file(t->f, name, bytes, e))
        return false;
    jw_key(&t->w, str_of(field));
    jw_str(&t->w, str_of(name));
    return true;
}

static bool take_record(struct taking *t, size_t record, const json_t *object, struct err *e)
{
    const char *field;
    json_t *value;
    bool open = false, ok = true;
    json_object_foreach((json_t *)(uintptr_t)object, field, value) {
        if (!is_file(value))
            continue;
        if (!open) {
            char place[24];
            snprintf(place, sizeof place, "%zu", record);
            jw_key(&t->w, str_of(place));
            jw_open(&t->w, '{');
            open = true;
        }
        ok = ok && take_one(t, record, field, value, e);
    }
    if (open)
        jw_close(&t->w, '}');
    return ok;
}

/* Most pushes have none: their bytes alone tell. */
static bool may_have(struct str body)
{
    return str_find(body, S("content")) >= 0;
}

bool push_files_take(struct arena *a, struct str body, struct push_files *f, struct err *e)
{
    struct taking t = {.a = a, .f = f};
    struct err ignored = {0};
    *f = (struct push_files){0};
    json_t *j = may_have(body) ? jr_parse(body, &ignored) : NULL, *item;
    bool ok = true;
    size_t i;
    jw_init(&t.w, &t.names, JW_COMPACT);
    jw_open(&t.w, '{');
    if (json_is_object(j))
        ok = take_record(&t, 0, j, e);
    json_array_foreach(j, i, item)
        ok = ok && take_record(&t, i, item, e);
    jw_close(&t.w, '}');
    if (f->ncolumns > 0)
        f->names = arena_str(a, buf_str(&t.names));
    json_decref(j);
    buf_free(&t.names);
    return ok;
}

bool push_files_keep(struct conn *c, const struct uuid *tenant, struct str dataset_id, struct str account, struct push_files *f,
                     struct err *e)
{
    bool ok = true;
    /* The files with the first column that names them; the others name files of the same push. */
    for (size_t i = 0; ok && i < f->ncolumns; i++) {
        struct attachment_unpacked none = {0};
        const struct attachment_new with = {.kind = S("file"), .column = f->columns[i], .account = account};
        ok = attachment_add_files(c, tenant, dataset_id, &with, i ? &none : &f->kept, e);
    }
    return ok;
}

void push_files_free(struct push_files *f)
{
    attachment_unpacked_free(&f->kept);
}
