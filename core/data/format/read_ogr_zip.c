#include "core/data/format/read_ogr_zip.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/utf8.h"
#include "core/data/errors.h"
#include "core/data/format/read_ogr.h"

enum { ENTRIES_MAX = 10000, FREE_UNFOLDING = 16 << 20, PIECE = 64 << 10 };

static bool bad_zip(struct err *e)
{
    ERR(e, err_data_geo, "zip");
    return err_arg(e, "zip");
}

static bool bomb(uint64_t most, struct err *e)
{
    ERR(e, err_data_geo_bomb, "over %llu bytes", (unsigned long long)most);
    return err_arg(e, "%llu", (unsigned long long)(most >> 20));
}

struct entry {
    char stem[OGR_STEM_MAX];
    char extension[5];
    uint64_t size; /* as the zip says: it only chooses */
};

/* "dossier/Communes.SHP": stem "Communes", extension ".shp". False: not of interest. */
static bool split_name(const char *path, struct entry *out)
{
    const char *name = strrchr(path, '/'), *dot;
    name = name ? name + 1 : path;
    dot = strrchr(name, '.');
    if (!dot || strlen(dot) != 4 || dot == name || (size_t)(dot - name) >= sizeof out->stem)
        return false;
    memcpy(out->stem, name, (size_t)(dot - name));
    out->stem[dot - name] = '\0';
    for (size_t i = 0; i < 5; i++)
        out->extension[i] = (char)(dot[i] >= 'A' && dot[i] <= 'Z' ? dot[i] | 0x20 : dot[i]);
    return out->stem[0] != '.' && strncmp(path, "__MACOSX", 8) != 0;
}

static struct archive *open_zip(struct str file, struct err *e)
{
    struct archive *a = archive_read_new();
    archive_read_support_format_zip_seekable(a);
    if (archive_read_open_memory(a, file.p, file.n) == ARCHIVE_OK)
        return a;
    archive_read_free(a);
    bad_zip(e);
    return NULL;
}

/* The next part of interest; *more false: there is none. */
static bool next_entry(struct archive *a, struct entry *out, unsigned *seen, bool *more,
                       struct err *e)
{
    struct archive_entry *entry;
    for (;;) {
        int rc = archive_read_next_header(a, &entry);
        *more = rc != ARCHIVE_EOF;
        if (!*more)
            return true;
        if (rc < ARCHIVE_WARN)
            return bad_zip(e);
        if (++*seen > ENTRIES_MAX)
            return bomb(0, e);
        const char *path = archive_entry_pathname(entry);
        out->size = (uint64_t)archive_entry_size(entry);
        if (path && split_name(path, out))
            return true;
    }
}

/* The largest: the doc.kml of a KMZ may only point to others. */
static bool is_better(const struct entry *one, struct str layer, uint64_t *largest)
{
    if (layer.n)
        return str_ieq(str_of(one->stem), layer);
    if (one->size < *largest)
        return false;
    *largest = one->size;
    return true;
}

static bool choose(struct str file, const char *kind, struct str layer, struct ogr_parts *out,
                   struct err *e)
{
    struct archive *a = open_zip(file, e);
    struct entry one;
    unsigned seen = 0, found = 0;
    uint64_t largest = 0;
    bool more = true, ok = a != NULL;
    while (ok && (ok = next_entry(a, &one, &seen, &more, e)) && more) {
        if (strcmp(one.extension, kind) != 0)
            continue;
        found++;
        if (found <= OGR_LAYERS_MAX && utf8_valid(str_of(one.stem)))
            buf_add(&out->layers, (struct str){one.stem, strlen(one.stem) + 1});
        if (is_better(&one, layer, &largest))
            memcpy(out->stem, one.stem, sizeof one.stem);
    }
    if (a)
        archive_read_free(a);
    if (ok && !out->stem[0]) {
        ERR(e, err_data_geo_layer, "zip");
        err_arg(e, STR_FMT, STR_ARG(layer));
        ok = err_arg(e, "%s", kind);
    }
    out->others = found ? found - 1 : 0;
    return ok;
}

static bool goes_with(const struct entry *one, const char *kind, const struct ogr_parts *p)
{
    static const char *const shapefile[] = {".shp", ".dbf", ".shx", ".prj", ".cpg"};
    bool wanted = strcmp(one->extension, kind) == 0;
    for (size_t i = 0; strcmp(kind, ".shp") == 0 && i < 5; i++)
        wanted |= strcmp(one->extension, shapefile[i]) == 0;
    for (size_t i = 0; i < p->n; i++)
        wanted &= strcmp(p->part[i].extension, one->extension) != 0;
    return wanted && str_ieq(str_of(one->stem), str_of(p->stem));
}

/* `to` NULL: only counts. */
static bool read_part(struct archive *a, char *to, uint64_t room, uint64_t *n, struct err *e)
{
    char piece[PIECE];
    *n = 0;
    for (;;) {
        la_ssize_t got = archive_read_data(a, piece, sizeof piece);
        if (got < 0)
            return bad_zip(e);
        if (got == 0)
            return true;
        if (*n + (uint64_t)got > room)
            return bomb(room, e);
        if (to)
            memcpy(to + *n, piece, (size_t)got);
        *n += (uint64_t)got;
    }
}

static uint64_t most_for(struct str file)
{
    uint64_t most = FREE_UNFOLDING + (uint64_t)file.n * OGR_RATIO_MAX;
    return most < OGR_UNFOLDED_MAX ? most : OGR_UNFOLDED_MAX;
}

static bool take(struct archive *a, const struct entry *one, struct ogr_parts *p, bool hold,
                 uint64_t *left, struct err *e)
{
    struct ogr_part *part = &p->part[p->n];
    uint64_t n;
    if (!hold) {
        if (!read_part(a, NULL, *left, &n, e))
            return false;
        memcpy(part->extension, one->extension, sizeof part->extension);
        part->n = n;
        *left -= n;
        p->n++;
        return true;
    }
    part->bytes = malloc(part->n + 16);
    if (!part->bytes)
        return bomb(part->n, e);
    p->n++;
    return read_part(a, part->bytes, part->n, &n, e) && (n == part->n || bad_zip(e));
}

static bool unfold(struct str file, const char *kind, struct ogr_parts *p, bool hold, struct err *e)
{
    struct archive *a = open_zip(file, e);
    struct entry one;
    unsigned seen = 0;
    uint64_t left = most_for(file);
    bool more = true, ok = a != NULL;
    p->n = 0;
    while (ok && p->n < OGR_PARTS_MAX && (ok = next_entry(a, &one, &seen, &more, e)) && more)
        if (goes_with(&one, kind, p))
            ok = take(a, &one, p, hold, &left, e);
    if (a)
        archive_read_free(a);
    return ok;
}

bool ogr_zip_unfold(struct str file, const char *kind, struct str layer, struct ogr_parts *out,
                    struct err *e)
{
    struct ogr_parts p = {0};
    if (!choose(file, kind, layer, &p, e) || !unfold(file, kind, &p, false, e) ||
        !unfold(file, kind, &p, true, e)) {
        ogr_zip_free(&p);
        return false;
    }
    *out = p;
    return true;
}

void ogr_zip_free(struct ogr_parts *p)
{
    for (size_t i = 0; i < OGR_PARTS_MAX; i++)
        free(p->part[i].bytes);
    buf_free(&p->layers);
    *p = (struct ogr_parts){0};
}
