#include "tenants/publishing/attachment.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/errors.h"
#include "core/base/must.h"
#include "core/base/utf8.h"
#include "core/data/errors.h"
#include "core/data/intake/unpack.h"
#include "core/io/blob.h"
#include "tenants/directory/slug.h"
#include "tenants/directory/tenant.h"
#include "tenants/publishing/dataset.h"
#include "tenants/publishing/errors.h"
#include "tenants/publishing/exports_ask.h"
#include "tenants/publishing/publish.h"
#include "tenants/publishing/sql.h"
#include "tenants/publishing/stock.h"
#include "tenants/publishing/thumbnail.h"

enum { CHUNK = 1 << 20, NAME_MOST = 200 };

/* clang-format off */
/* What may be named; `magic`: the bytes it must begin with. Source: IANA media types. */
static const struct {
    const char *end, *type, *magic;
} types[] = {
    {".pdf",     "application/pdf",    "%PDF-"},
    {".png",     "image/png",          "\x89PNG"},
    {".jpg",     "image/jpeg",         "\xff\xd8\xff"},
    {".jpeg",    "image/jpeg",         "\xff\xd8\xff"},
    {".gif",     "image/gif",          "GIF8"},
    {".webp",    "image/webp",         "RIFF"},
    {".tif",     "image/tiff",         NULL},
    {".tiff",    "image/tiff",         NULL},
    {".zip",     "application/zip",    "PK"},
    {".gz",      "application/gzip",   "\x1f\x8b"},
    {".7z",      "application/x-7z-compressed", "7z"},
    {".csv",     "text/csv",           NULL},
    {".txt",     "text/plain",         NULL},
    {".md",      "text/markdown",      NULL},
    {".json",    "application/json",   NULL},
    {".geojson", "application/geo+json", NULL},
    {".parquet", "application/vnd.apache.parquet", "PAR1"},
    {".xlsx",    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "PK"},
    {".docx",    "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "PK"},
    {".pptx",    "application/vnd.openxmlformats-officedocument.presentationml.presentation", "PK"},
    {".ods",     "application/vnd.oasis.opendocument.spreadsheet", "PK"},
    {".odt",     "application/vnd.oasis.opendocument.text", "PK"},
    {".xls",     "application/vnd.ms-excel", "\xd0\xcf\x11\xe0"},
    {".doc",     "application/msword", "\xd0\xcf\x11\xe0"},
    {".mp3",     "audio/mpeg",         NULL},
    {".mp4",     "video/mp4",          NULL},
    {".gpkg",    "application/geopackage+sqlite3", "SQLite format 3"},
    {".kmz",     "application/vnd.google-earth.kmz", "PK"},
};
/* clang-format on */

static bool ends_like(struct str name, const char *end)
{
    struct str e = str_of(end);
    return name.n > e.n && str_ieq(str_from(name, name.n - e.n), e);
}

const char *attachment_type(struct str file_name, struct str first)
{
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (ends_like(file_name, types[i].end))
            return !types[i].magic || str_starts(first, str_of(types[i].magic))
                       ? types[i].type
                       : "application/octet-stream";
    return "application/octet-stream";
}

const char *attachment_type_named(struct str file_name)
{
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (ends_like(file_name, types[i].end))
            return types[i].type;
    return "application/octet-stream";
}

const char *attachment_end(struct str type)
{
    bool misspelt = str_ieq(type, S("image/jpg")); /* in the former portal's own manual */
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (str_ieq(misspelt ? S("image/jpeg") : type, str_of(types[i].type)))
            return types[i].end;
    return NULL;
}

static bool file_id(const struct uuid *dataset, struct str name, char out[ATTACHMENT_ID])
{
    unsigned char hash[16];
    crypto_generichash_state st;
    crypto_generichash_init(&st, NULL, 0, sizeof hash);
    crypto_generichash_update(&st, (const unsigned char *)dataset->text, str_of(dataset->text).n);
    crypto_generichash_update(&st, (const unsigned char *)name.p, name.n);
    crypto_generichash_final(&st, hash, sizeof hash);
    sodium_bin2hex(out, ATTACHMENT_ID, hash, sizeof hash);
    return true;
}

bool attachment_id(struct str kind, const struct uuid *dataset, struct str file_name,
                   char out[ATTACHMENT_ID])
{
    struct arena a = {0};
    if (str_eq(kind, S("file")))
        return file_id(dataset, file_name, out);
    struct str slug = slug_make(&a, file_name, ATTACHMENT_ID - 2);
    size_t n = 0;
    for (size_t i = 0; i < slug.n && n + 1 < ATTACHMENT_ID; i++) {
        char c = slug.p[i];
        bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        out[n++] = word ? c : '_';
    }
    out[n] = '\0';
    arena_free(&a);
    return n > 0;
}

/* ---- the bytes ---- */

struct bytes {
    char hash[65];
    unsigned char first[16];
    size_t nfirst;
    const char *type;
};

static bool read_bytes(const char *path, struct bytes *b, struct err *e)
{
    static _Thread_local unsigned char chunk[CHUNK];
    unsigned char hash[32];
    crypto_generichash_state st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? 1 : -1;
    crypto_generichash_init(&st, NULL, 0, sizeof hash);
    while (fd >= 0 && (n = read(fd, chunk, sizeof chunk)) > 0) {
        for (size_t i = 0; i < (size_t)n && b->nfirst < sizeof b->first; i++)
            b->first[b->nfirst++] = chunk[i];
        crypto_generichash_update(&st, chunk, (size_t)n);
    }
    if (fd >= 0)
        close(fd);
    crypto_generichash_final(&st, hash, sizeof hash);
    sodium_bin2hex(b->hash, sizeof b->hash, hash, sizeof hash);
    return n == 0 || ERR(e, err_internal, "attachment unread");
}

/* Where these bytes are kept: the file moves in, or goes when they are there. */
static bool keep_bytes(struct conn *c, const struct uuid *tenant, const struct attachment_new *new,
                       const struct bytes *b, char blob[101], struct err *e)
{
    char size[24];
    struct uuid made = uuid_make();
    snprintf(blob, 101, "content/%s/%s", tenant->text, made.text);
    snprintf(size, sizeof size, "%llu", (unsigned long long)new->size_bytes);
    const struct str params[] = {uuid_str(tenant), str_of(b->hash), str_of(blob), str_of(size)};
    PGresult *r = conn_ask(c, &sql_content_claim, params, e);
    bool mine = r && str_eq(str_of(PQgetvalue(r, 0, 0)), str_of(blob));
    bool ok = r && (!mine || blob_take(str_of(blob), new->path, e));
    if (!ok || !mine)
        blob[0] = '\0'; /* nothing was put */
    PQclear(r);
    return ok;
}

static void forget_bytes(const char *blob)
{
    struct err ignored = {0};
    if (blob[0])
        blob_remove(str_of(blob), &ignored);
}

/* ---- the dataset ---- */

static bool room(struct conn *c, const struct uuid *tenant, const struct uuid *dataset,
                 struct str kind, struct err *e)
{
    int64_t listed = 0, files = 0;
    PGresult *r =
        conn_ask(c, &sql_attachment_count, (struct str[]){uuid_str(tenant), uuid_str(dataset)}, e);
    bool ok = r && str_i64(str_of(PQgetvalue(r, 0, 0)), &listed) &&
              str_i64(str_of(PQgetvalue(r, 0, 1)), &files);
    PQclear(r);
    bool file = str_eq(kind, S("file"));
    int most = file ? ATTACHMENT_FILES_MAX : ATTACHMENTS_MAX;
    if (!ok || (file ? files : listed) < most)
        return ok;
    ERR(e, err_attachment_many, "%lld", (long long)(file ? files : listed));
    return err_arg(e, "%d", most);
}

/* What others see of it changed: counted, told to caches and copies. */
static bool settle(struct conn *c, const struct uuid *tenant, const struct dataset_row *d,
                   struct str account, const char *action, struct str id, int64_t update_bytes,
                   struct err *e)
{
    char detail[ATTACHMENT_ID + 24];
    snprintf(detail, sizeof detail, "{\"id\": \"" STR_FMT "\"}", STR_ARG(id));
    bool is_open = str_eq(d->state, S("published")) && str_eq(d->visibility, S("open"));
    return tenant_do(c, &sql_dataset_content, (struct str[]){uuid_str(tenant), uuid_str(&d->id)},
                     e) &&
           tenant_touch(c, tenant, e) && thumbnail_ask(c, tenant, &d->id, e) && exports_ask(c, tenant, &d->id, e) &&
           (!is_open || publish_outbox(c, tenant, &d->id, S("described"), e)) &&
           tenant_audit(c, tenant, account, str_of(action), d->dataset_id, str_of(detail), e) &&
           stock_settle(c, tenant, update_bytes, e);
}

static bool kind_ok(struct str kind, struct err *e)
{
    if (str_eq(kind, S("attachment")) || str_eq(kind, S("alternative_export")) ||
        str_eq(kind, S("file")))
        return true;
    ERR(e, err_attachment_kind, "kind");
    return err_arg(e, STR_FMT, STR_ARG(str_part(kind, 0, 40)));
}

/* A name that can be kept, and what it holds. */
static bool look_at(const struct attachment_new *new, struct bytes *b, struct err *e)
{
    struct str name = str_trim(new->file_name), title = str_trim(new->title);
    if (name.n == 0 || name.n > NAME_MOST || title.n > NAME_MOST || !utf8_valid(name) ||
        !utf8_valid(title))
        return ERR(e, err_attachment_name, "%zu bytes", name.n);
    if (!read_bytes(new->path, b, e))
        return false;
    b->type = attachment_type(name, (struct str){(const char *)b->first, b->nfirst});
    if (!new->known_type || strcmp(b->type, "application/octet-stream") != 0)
        return true;
    ERR(e, err_attachment_type, "by name and first bytes");
    return err_arg(e, STR_FMT, STR_ARG(name));
}

/* The row and the bytes of one; what it changes is settled by the caller. `blob`: what was put for it, or "". */
static bool put_one(struct conn *c, const struct uuid *tenant, const struct dataset_row *d,
                    const struct attachment_new *new, const struct bytes *b, char blob[101],
                    struct attachment_done *done, struct err *e)
{
    char size[24];
    struct str name = str_trim(new->file_name), title = str_trim(new->title);
    snprintf(size, sizeof size, "%llu", (unsigned long long)new->size_bytes);
    if (!attachment_id(new->kind, &d->id, name, done->id))
        return ERR(e, err_attachment_name, "%zu bytes", name.n);
    if (!room(c, tenant, &d->id, new->kind, e))
        return false;
    const struct str row[] = {uuid_str(tenant), uuid_str(&d->id),  new->kind,       str_of(done->id),
                              title.n ? title : name, name, str_of(b->type), str_of(size),
                              str_of(b->hash),  new->account};
    return keep_bytes(c, tenant, new, b, blob, e) && tenant_do(c, &sql_attachment_put, row, e);
}

static bool lock_origin(struct conn *c, struct arena *a, const struct uuid *tenant,
                        struct str dataset_id, struct dataset_row *d, struct err *e)
{
    return dataset_lock(c, a, tenant, dataset_id, d, e) &&
           (d->is_origin || ERR(e, err_dataset_is_copy, "%s", d->id.text));
}

bool attachment_add(struct conn *c, const struct uuid *tenant, struct str dataset_id,
                    const struct attachment_new *new, struct attachment_done *done, struct err *e)
{
    struct arena a = {0};
    struct dataset_row d;
    struct bytes b = {0};
    char blob[101] = "";
    *done = (struct attachment_done){0};
    bool ok = kind_ok(new->kind, e) && look_at(new, &b, e) &&
              lock_origin(c, &a, tenant, dataset_id, &d, e) &&
              put_one(c, tenant, &d, new, &b, blob, done, e) &&
              settle(c, tenant, &d, new->account, "attach", str_of(done->id),
                     (int64_t) new->size_bytes, e);
    if (!ok)
        forget_bytes(blob);
    arena_free(&a);
    return ok;
}

/* ---- many at once ---- */

enum { PATH_BYTES = 4096 };

struct unpacked_file {
    char name[UNPACK_NAME_MAX + 1], *path; /* path: "" once taken over */
    uint64_t size_bytes;
    struct bytes bytes;
    char blob[101];
};

static struct attachment_new new_of(const struct unpacked_file *f, struct str account)
{
    return (struct attachment_new){.kind = S("file"),
                                   .file_name = str_of(f->name),
                                   .path = f->path,
                                   .size_bytes = f->size_bytes,
                                   .account = account,
                                   .known_type = true};
}

static bool take_one(void *context, struct str name, const char *path, uint64_t size_bytes,
                     struct err *e)
{
    struct attachment_unpacked *u = context;
    if (u->done.files == UNPACK_FILES_MAX) {
        ERR(e, err_data_unpack_many, "files");
        return err_arg(e, "%d", UNPACK_FILES_MAX);
    }
    if (!u->files)
        u->files = must_alloc(UNPACK_FILES_MAX * sizeof *u->files);
    struct unpacked_file *f = &u->files[u->done.files];
    *f = (struct unpacked_file){.size_bytes = size_bytes};
    snprintf(f->name, sizeof f->name, STR_FMT, STR_ARG(name));
    f->path = must_alloc(PATH_BYTES);
    snprintf(f->path, PATH_BYTES, "%s", path);
    u->done.files++;
    u->done.size_bytes += size_bytes;
    const struct attachment_new new = new_of(f, STR_NONE);
    return look_at(&new, &f->bytes, e);
}

bool attachment_unpacked_put(struct attachment_unpacked *u, struct str name, const char *path, uint64_t size_bytes, struct err *e)
{
    return take_one(u, name, path, size_bytes, e);
}

bool attachment_unpack(const struct attachment_new *zip, struct attachment_unpacked *u, struct err *e)
{
    const struct unpack_taker taker = {blob_incoming, take_one, u};
    *u = (struct attachment_unpacked){0};
    int fd = open(zip->path, O_RDONLY | O_CLOEXEC);
    bool ok = (fd >= 0 || ERR(e, err_internal, "zip unread")) &&
              unpack_zip(fd, zip->size_bytes, &taker, e);
    if (fd >= 0)
        close(fd);
    return ok;
}

void attachment_unpacked_free(struct attachment_unpacked *u)
{
    for (unsigned i = 0; i < u->done.files; i++) {
        unlink(u->files[i].path); /* gone already where it was taken over */
        free(u->files[i].path);
    }
    free(u->files);
    *u = (struct attachment_unpacked){0};
}

/* The column names files from now on. */
static bool name_column(struct conn *c, const struct uuid *tenant, const struct dataset_row *d,
                        struct str column, struct err *e)
{
    if (!column.n)
        return true;
    PGresult *r = conn_ask(c, &sql_field_file, (struct str[]){uuid_str(tenant), uuid_str(&d->id), column}, e);
    bool named = r && PQntuples(r) == 1;
    if (r && !named) {
        ERR(e, err_attachment_column, "no such column");
        err_arg(e, STR_FMT, STR_ARG(str_part(column, 0, column.n < 80 ? column.n : 80)));
    }
    PQclear(r);
    return named;
}

static bool put_files(struct conn *c, const struct uuid *tenant, const struct dataset_row *d,
                      struct attachment_unpacked *u, struct str account, struct err *e)
{
    struct attachment_done ignored;
    bool ok = true;
    for (unsigned i = 0; ok && i < u->done.files; i++) {
        struct unpacked_file *f = &u->files[i];
        const struct attachment_new new = new_of(f, account);
        ok = put_one(c, tenant, d, &new, &f->bytes, f->blob, &ignored, e);
    }
    return ok;
}

bool attachment_add_files(struct conn *c, const struct uuid *tenant, struct str dataset_id,
                          const struct attachment_new *zip, struct attachment_unpacked *u,
                          struct err *e)
{
    struct arena a = {0};
    struct dataset_row d;
    bool ok = lock_origin(c, &a, tenant, dataset_id, &d, e) &&
              name_column(c, tenant, &d, zip->column, e) &&
              put_files(c, tenant, &d, u, zip->account, e) &&
              settle(c, tenant, &d, zip->account, "attach", S("zip"),
                     (int64_t)u->done.size_bytes, e);
    for (unsigned i = 0; !ok && i < u->done.files; i++)
        forget_bytes(u->files[i].blob);
    arena_free(&a);
    return ok;
}

bool attachment_remove(struct conn *c, const struct uuid *tenant, struct str dataset_id,
                       struct str kind, struct str id, struct str account, struct err *e)
{
    struct arena a = {0};
    struct dataset_row d;
    bool ok = dataset_lock(c, &a, tenant, dataset_id, &d, e);
    const struct str row[] = {uuid_str(tenant), ok ? uuid_str(&d.id) : STR_NONE, kind, id};
    PGresult *r = ok ? conn_ask(c, &sql_attachment_delete, row, e) : NULL;
    ok = r && (PQntuples(r) == 1 || ERR(e, err_attachment_unknown, "no row"));
    PQclear(r);
    ok = ok && settle(c, tenant, &d, account, "detach", id, 0, e);
    arena_free(&a);
    return ok;
}
