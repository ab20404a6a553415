#pragma once
#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>

#include "core/base/str.h"

/* A zip in memory, for tests and fuzz targets; the caller frees its bytes with zip_drop. */
struct zip_member {
    const char *name;
    struct str text;
};

static inline void zip_must(bool ok)
{
    if (!ok)
        abort();
}

static inline struct str archive_of(struct archive *a, const struct zip_member *members, size_t n, size_t room)
{
    char *p = malloc(room);
    size_t used = 0;
    zip_must(p);
    zip_must(archive_write_open_memory(a, p, room, &used) == ARCHIVE_OK);
    for (size_t i = 0; i < n; i++) {
        struct archive_entry *e = archive_entry_new();
        archive_entry_set_pathname(e, members[i].name);
        archive_entry_set_size(e, (la_int64_t)members[i].text.n);
        archive_entry_set_filetype(e, AE_IFREG);
        archive_entry_set_perm(e, 0644);
        zip_must(archive_write_header(a, e) == ARCHIVE_OK);
        zip_must(archive_write_data(a, members[i].text.p, members[i].text.n) == (la_ssize_t)members[i].text.n);
        archive_entry_free(e);
    }
    archive_write_close(a);
    archive_write_free(a);
    return (struct str){p, used};
}

static inline struct str zip_of(const struct zip_member *members, size_t n, size_t room)
{
    struct archive *a = archive_write_new();
    archive_write_set_format_zip(a);
    return archive_of(a, members, n, room);
}

static inline struct str zip_stored_of(const struct zip_member *members, size_t n, size_t room)
{
    struct archive *a = archive_write_new();
    archive_write_set_format_zip(a);
    archive_write_zip_set_compression_store(a);
    return archive_of(a, members, n, room);
}

static inline void zip_drop(struct str file)
{
    free((char *)(uintptr_t)file.p);
}
