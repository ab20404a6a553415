#include "core/data/format/cfb.h"

#include <stdlib.h>

#include "core/base/must.h"

enum { HEADER = 512, DIFAT_IN_HEADER = 109, ENTRY = 128, MINI = 64, ROOT = 5, STREAM = 2 };
static const uint32_t last_sector = 0xFFFFFFFA; /* what is above means an end or nothing */

struct cfb {
    struct str file;
    size_t size; /* of a sector */
    uint32_t sectors;
    uint32_t *fat_at; /* the sectors that hold the table */
    size_t nfat;
    uint32_t directory, mini_fat, mini_cutoff;
    struct buf mini, mini_table; /* the small streams and their table */
};

static uint32_t u32(struct str s, size_t at)
{
    const unsigned char *p = (const unsigned char *)s.p + at;
    return at + 4 <= s.n ? p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24
                         : UINT32_MAX;
}

static uint32_t u16(struct str s, size_t at)
{
    const unsigned char *p = (const unsigned char *)s.p + at;
    return at + 2 <= s.n ? p[0] | (uint32_t)p[1] << 8 : UINT32_MAX;
}

bool cfb_is(struct str file)
{
    return file.n > HEADER && str_starts(file, S("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"));
}

static struct str sector(const struct cfb *c, uint32_t id)
{
    return str_part(c->file, ((size_t)id + 1) * c->size, c->size);
}

static uint32_t next_of(const struct cfb *c, uint32_t id)
{
    size_t each = c->size / 4, at = id / each;
    return at < c->nfat ? u32(sector(c, c->fat_at[at]), id % each * 4) : UINT32_MAX;
}

static void add_fat(struct cfb *c, uint32_t id)
{
    if (id < c->sectors && c->nfat < c->sectors)
        c->fat_at[c->nfat++] = id;
}

static bool start(struct cfb *c, struct str file)
{
    uint32_t shift = u16(file, 30);
    if (!cfb_is(file) || (shift != 9 && shift != 12))
        return false;
    c->file = file;
    c->size = (size_t)1 << shift;
    c->sectors = (uint32_t)(file.n / c->size);
    c->fat_at = must_alloc((c->sectors + 1) * sizeof *c->fat_at);
    c->directory = u32(file, 48);
    c->mini_cutoff = u32(file, 56);
    c->mini_fat = u32(file, 60);
    for (size_t i = 0; i < DIFAT_IN_HEADER; i++)
        add_fat(c, u32(file, 76 + 4 * i));
    uint32_t more = u32(file, 68);
    for (uint32_t n = 0; more < last_sector && n < c->sectors; n++) {
        struct str s = sector(c, more);
        for (size_t i = 0; i + 4 < c->size; i += 4)
            add_fat(c, u32(s, i));
        more = u32(s, c->size - 4);
    }
    return true;
}

static bool read_chain(const struct cfb *c, uint32_t id, uint64_t bytes, struct buf *out)
{
    for (uint32_t n = 0; id < last_sector && bytes > 0; n++, id = next_of(c, id)) {
        struct str s = sector(c, id);
        if (n > c->sectors || s.n == 0)
            return false;
        s = str_part(s, 0, bytes < s.n ? (size_t)bytes : s.n);
        buf_add(out, s);
        bytes -= s.n;
    }
    return !out->over;
}

static bool read_mini(struct cfb *c, uint32_t id, uint64_t bytes, struct buf *out)
{
    size_t most = c->mini.n / MINI + 1;
    for (size_t n = 0; id < last_sector && bytes > 0;
         n++, id = u32(buf_str(&c->mini_table), (size_t)id * 4)) {
        struct str s = str_part(buf_str(&c->mini), (size_t)id * MINI, MINI);
        if (n > most || s.n == 0)
            return false;
        s = str_part(s, 0, bytes < s.n ? (size_t)bytes : s.n);
        buf_add(out, s);
        bytes -= s.n;
    }
    return bytes == 0 && !out->over;
}

/* Names are UTF-16; ours are ASCII. */
static bool is_named(struct str entry, struct str name)
{
    if (u16(entry, 64) != 2 * (name.n + 1))
        return false;
    for (size_t i = 0; i < name.n; i++)
        if ((entry.p[2 * i] | 0x20) != (name.p[i] | 0x20) || entry.p[2 * i + 1])
            return false;
    return true;
}

static struct str find(struct str directory, unsigned type, struct str name)
{
    for (size_t at = 0; at + ENTRY <= directory.n; at += ENTRY) {
        struct str entry = str_part(directory, at, ENTRY);
        if ((unsigned char)entry.p[66] == type && (type == ROOT || is_named(entry, name)))
            return entry;
    }
    return STR_NONE;
}

static bool read_entry(struct cfb *c, struct str directory, struct str entry, struct buf *out)
{
    uint32_t id = u32(entry, 116), bytes = u32(entry, 120);
    if (bytes >= c->mini_cutoff)
        return read_chain(c, id, bytes, out);
    struct str root = find(directory, ROOT, S(""));
    return root.p && read_chain(c, u32(root, 116), u32(root, 120), &c->mini) &&
           read_chain(c, c->mini_fat, c->file.n, &c->mini_table) && read_mini(c, id, bytes, out);
}

bool cfb_stream(struct str file, struct str name, struct buf *out)
{
    struct cfb c = {.mini = {.max = file.n + 1}, .mini_table = {.max = file.n + 1}};
    struct buf directory = {.max = file.n + 1};
    bool ok = start(&c, file) && read_chain(&c, c.directory, file.n, &directory);
    struct str entry = ok ? find(buf_str(&directory), STREAM, name) : STR_NONE;
    ok = entry.p && read_entry(&c, buf_str(&directory), entry, out);
    buf_free(&directory);
    buf_free(&c.mini);
    buf_free(&c.mini_table);
    free(c.fat_at);
    return ok;
}
