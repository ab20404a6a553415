#include "core/data/export/zip_write.h"

#include <stdlib.h>
#include <isa-l/crc.h>

enum {
    MEMBERS_MAX = 64,
    NAME_MAX_BYTES = 64,
    FIRST_DAY = 0x21,
    VERSION = 20,
    SIZES_BEHIND = 8,
    UTF8_NAMES = 0x800
};

struct member {
    char name[NAME_MAX_BYTES];
    uint32_t crc, packed, bytes, at;
    bool stored;
};

struct zip_write {
    struct coding *coding;
    struct member members[MEMBERS_MAX];
    size_t n;
    uint64_t at, packed, bytes; /* of the archive; of the open member */
    bool failed;
};

struct zip_write *zip_write_open(void)
{
    struct zip_write *z = calloc(1, sizeof *z);
    if (z)
        z->coding = coding_open(CODING_DEFLATE);
    if (z && z->coding)
        return z;
    free(z);
    return NULL;
}

void zip_write_free(struct zip_write *z)
{
    if (!z)
        return;
    coding_close(z->coding);
    free(z);
}

static void put(struct buf *out, uint64_t v, unsigned bytes)
{
    for (; bytes > 0; bytes--, v >>= 8)
        buf_addc(out, (char)(v & 0xff));
}

/* What local header and directory have in common: from the version on, up to the lengths. */
static void put_facts(struct buf *out, const struct member *m, bool known)
{
    put(out, VERSION, 2);
    put(out, UTF8_NAMES | (m->stored ? 0 : SIZES_BEHIND), 2);
    put(out, m->stored ? 0 : 8, 2);
    put(out, 0, 2);
    put(out, FIRST_DAY, 2);
    put(out, known ? m->crc : 0, 4);
    put(out, known ? m->packed : 0, 4);
    put(out, known ? m->bytes : 0, 4);
    put(out, strlen(m->name), 2);
    put(out, 0, 2);
}

static struct member *add(struct zip_write *z, const char *name)
{
    if (z->n == MEMBERS_MAX || strlen(name) >= NAME_MAX_BYTES || z->at > UINT32_MAX)
        z->failed = true;
    if (z->failed)
        return NULL;
    struct member *m = &z->members[z->n++];
    *m = (struct member){.at = (uint32_t)z->at};
    memcpy(m->name, name, strlen(name));
    return m;
}

static void put_head(struct zip_write *z, const struct member *m, struct buf *out)
{
    size_t before = out->n;
    put(out, 0x04034b50, 4);
    put_facts(out, m, m->stored);
    buf_addz(out, m->name);
    z->at += out->n - before;
}

bool zip_write_stored(struct zip_write *z, const char *name, struct str bytes, struct buf *out)
{
    struct member *m = add(z, name);
    if (!m)
        return false;
    m->stored = true;
    m->crc = crc32_gzip_refl(m->crc, (const unsigned char *)bytes.p, bytes.n);
    m->packed = m->bytes = (uint32_t)bytes.n;
    put_head(z, m, out);
    buf_add(out, bytes);
    z->at += bytes.n;
    return true;
}

bool zip_write_begin(struct zip_write *z, const char *name, struct buf *out)
{
    const struct member *m = add(z, name);
    z->packed = z->bytes = 0;
    if (m)
        put_head(z, m, out);
    return m != NULL;
}

bool zip_write_add(struct zip_write *z, struct str bytes, struct buf *out)
{
    struct member *m = &z->members[z->n ? z->n - 1 : 0];
    size_t before = out->n;
    z->failed = z->failed || !coding_add(z->coding, bytes, out);
    if (z->failed)
        return false;
    m->crc = crc32_gzip_refl(m->crc, (const unsigned char *)bytes.p, bytes.n);
    z->bytes += bytes.n;
    z->packed += out->n - before;
    return true;
}

bool zip_write_end(struct zip_write *z, struct buf *out)
{
    struct member *m = &z->members[z->n ? z->n - 1 : 0];
    size_t before = out->n;
    z->failed = z->failed || !coding_end(z->coding, out);
    z->packed += out->n - before;
    z->failed = z->failed || z->bytes > UINT32_MAX || z->packed > UINT32_MAX;
    if (z->failed)
        return false;
    m->bytes = (uint32_t)z->bytes;
    m->packed = (uint32_t)z->packed;
    put(out, 0x08074b50, 4);
    put(out, m->crc, 4);
    put(out, m->packed, 4);
    put(out, m->bytes, 4);
    z->at += z->packed + 16;
    return true;
}

bool zip_write_member(struct zip_write *z, const char *name, struct str bytes, struct buf *out)
{
    return zip_write_begin(z, name, out) && zip_write_add(z, bytes, out) && zip_write_end(z, out);
}

uint64_t zip_write_bytes(const struct zip_write *z)
{
    return z->bytes;
}

bool zip_write_close(struct zip_write *z, struct buf *out)
{
    uint64_t from = z->at;
    size_t before = out->n;
    if (z->failed || from > UINT32_MAX)
        return false;
    for (size_t i = 0; i < z->n; i++) {
        const struct member *m = &z->members[i];
        put(out, 0x02014b50, 4);
        put(out, VERSION, 2);
        put_facts(out, m, true);
        put(out, 0, 10); /* comment, disk, attributes */
        put(out, m->at, 4);
        buf_addz(out, m->name);
    }
    uint64_t length = out->n - before;
    put(out, 0x06054b50, 4);
    put(out, 0, 4);
    put(out, z->n, 2);
    put(out, z->n, 2);
    put(out, length, 4);
    put(out, from, 4);
    put(out, 0, 2);
    return !out->over;
}
