#include "core/data/format/unfold.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "core/base/must.h"
#include "core/base/utf8.h"
#include "core/data/errors.h"
#include "core/data/format/gunzip.h"

enum { CHUNK = 64 << 10, NAMES_SAID = 150, MEMBER_MAX = 1024 };

static const struct kind {
    struct str magic;
    const char *name;
    int filter;
} kinds[] = {
    {{"PK\003\004", 4}, "zip", 0},
    {{"\x1F\x8B", 2}, "gzip", ARCHIVE_FILTER_GZIP},
    {{"\xFD"
      "7zXZ\0",
      6},
     "xz",
     ARCHIVE_FILTER_XZ},
    {{"\x28\xB5\x2F\xFD", 4}, "zstd", ARCHIVE_FILTER_ZSTD},
};

static const struct kind *kind_of(struct str file)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (str_starts(file, kinds[i].magic))
            return &kinds[i];
    return NULL;
}

const char *unfold_is(struct str file)
{
    const struct kind *k = kind_of(file);
    return k ? k->name : NULL;
}

static bool fault(struct archive *a, struct err *e)
{
    const char *why = a ? archive_error_string(a) : NULL;
    return ERR(e, err_data_unfold, "%s", why ? why : "cut short");
}

static bool bomb(uint64_t most, struct err *e)
{
    ERR(e, err_data_unfold_bomb, "over %llu bytes", (unsigned long long)most);
    return err_arg(e, "%llu", (unsigned long long)most >> 20);
}

/* One filter only: left to itself, the library goes on through twenty-five. */
static struct archive *start(struct str file, struct err *e)
{
    const struct kind *k = kind_of(file);
    struct archive *a = archive_read_new();
    int filter = k ? k->filter : 0, ok = ARCHIVE_OK;
    if (filter == 0) {
        archive_read_support_format_zip_seekable(a);
    } else {
        archive_read_support_format_raw(a);
        ok = archive_read_append_filter(a, filter);
    }
    if (ok == ARCHIVE_OK && archive_read_open_memory(a, file.p, file.n) == ARCHIVE_OK)
        return a;
    fault(a, e);
    archive_read_free(a);
    return NULL;
}

/* ---- which file of a zip ---- */

enum rank { RANK_NONE, RANK_PERHAPS, RANK_DATA };

static struct str last_part(struct str path)
{
    for (size_t i = path.n; i > 0; i--)
        if (path.p[i - 1] == '/')
            return str_from(path, i);
    return path;
}

static bool ends_as(struct str name, const char *ending)
{
    size_t n = strlen(ending);
    return name.n > n && str_ieq(str_from(name, name.n - n), str_of(ending));
}

/* What a name promises; its bytes are looked at afterwards. */
static enum rank rank_of(struct str path)
{
    static const struct {
        const char *ending;
        enum rank rank;
    } known[] = {
        {".csv", RANK_DATA},     {".tsv", RANK_DATA},   {".tab", RANK_DATA},
        {".json", RANK_DATA},    {".jsonl", RANK_DATA}, {".ndjson", RANK_DATA},
        {".geojson", RANK_DATA}, {".xlsx", RANK_DATA},  {".xlsm", RANK_DATA},
        {".xls", RANK_DATA},     {".ods", RANK_DATA},   {".gpkg", RANK_DATA},
        {".kml", RANK_DATA},     {".gpx", RANK_DATA},   {".gml", RANK_DATA},
        {".fgb", RANK_DATA},     {".gz", RANK_DATA},    {".zip", RANK_DATA},
        {".xz", RANK_DATA},      {".zst", RANK_DATA},   {".txt", RANK_PERHAPS},
    };
    struct str name = last_part(path);
    if (name.n == 0 || name.p[0] == '.' || str_starts(path, S("__MACOSX/")))
        return RANK_NONE;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (ends_as(name, known[i].ending))
            return known[i].rank;
    return RANK_NONE;
}

/* The files of a zip as one goes through them. */
struct census {
    struct str asked;
    struct {
        char first[MEMBER_MAX];
        unsigned n;
    } of[RANK_DATA + 1], chosen, other; /* other: of no rank, but a file */
    struct buf names;
    struct buf data, others; /* all of a rank, and of none, a NUL behind each */
};

static void keep_name(struct buf *list, struct str path)
{
    if (!utf8_valid(path) || list->n + path.n + 1 > UNFOLD_NAMES_MAX)
        return;
    buf_add(list, path);
    buf_addc(list, 0);
}

static void count_member(struct census *c, struct str path)
{
    enum rank rank = rank_of(path);
    bool hidden =
        rank == RANK_NONE && (last_part(path).p[0] == '.' || str_starts(path, S("__MACOSX/")));
    bool hit = c->asked.n && (str_eq(path, c->asked) || str_eq(last_part(path), c->asked));
    unsigned *n = hit ? &c->chosen.n : hidden ? NULL : rank ? &c->of[rank].n : &c->other.n;
    char *first = hit ? c->chosen.first : rank ? c->of[rank].first : c->other.first;
    if (n && (*n)++ == 0)
        memcpy(first, path.p, path.n), first[path.n] = 0;
    if (!hidden)
        keep_name(rank ? &c->data : &c->others, path);
    if (hidden || c->names.n + path.n + 2 > NAMES_SAID)
        return;
    buf_addz(&c->names, c->names.n ? ", " : "");
    buf_add(&c->names, path);
}

static bool take_census(struct archive *a, struct census *c, struct err *e)
{
    struct archive_entry *entry;
    for (unsigned i = 0;; i++) {
        int rc = archive_read_next_header(a, &entry);
        if (rc == ARCHIVE_EOF)
            return true;
        if (rc < ARCHIVE_WARN)
            return fault(a, e);
        if (i == UNFOLD_ENTRIES_MAX)
            return bomb(UNFOLD_MAX, e);
        struct str path = str_of(archive_entry_pathname(entry));
        if (archive_entry_filetype(entry) == AE_IFREG && path.n > 0 && path.n < MEMBER_MAX &&
            last_part(path).n)
            count_member(c, path);
    }
}

static const char *settle(const struct census *c, struct err *e)
{
    struct str names = buf_str(&c->names);
    if (c->asked.n) {
        if (c->chosen.n)
            return c->chosen.first;
        ERR(e, err_data_member_unknown, STR_FMT, STR_ARG(c->asked));
        err_arg(e, "%.*s", (int)(c->asked.n < 150 ? c->asked.n : 150), c->asked.p);
        err_arg(e, STR_FMT, STR_ARG(names));
        return NULL;
    }
    for (enum rank r = RANK_DATA; r > RANK_NONE; r--)
        if (c->of[r].n == 1)
            return c->of[r].first;
        else if (c->of[r].n > 1)
            break;
    if (c->of[RANK_DATA].n + c->of[RANK_PERHAPS].n == 0 && c->other.n == 1)
        return c->other.first;
    ERR(e, err_data_member_choose, "%u files",
        c->of[RANK_DATA].n + c->of[RANK_PERHAPS].n + c->other.n);
    err_arg(e, STR_FMT, STR_ARG(names));
    return NULL;
}

static bool choose(struct unfold *u, struct str file, struct str member, struct err *e)
{
    struct archive *a = start(file, e);
    if (!a)
        return false;
    struct census *c = must_alloc(sizeof *c);
    c->asked = member;
    bool ok = take_census(a, c, e);
    const char *name = ok ? settle(c, e) : NULL;
    if (name)
        u->member = must_strndup(name, strlen(name));
    u->members = c->data.n ? c->data : c->others;
    buf_free(c->data.n ? &c->others : &c->data);
    buf_free(&c->names);
    free(c);
    archive_read_free(a);
    return name != NULL;
}

/* ---- its bytes ---- */

static bool go_to(const struct unfold *u, struct archive *a, struct err *e)
{
    struct archive_entry *entry;
    int rc;
    while ((rc = archive_read_next_header(a, &entry)) >= ARCHIVE_WARN && rc != ARCHIVE_EOF) {
        const char *path = archive_entry_pathname(entry);
        if (!u->member || (path && strcmp(path, u->member) == 0))
            return true;
    }
    return fault(a, e);
}

static bool pass_archive(const struct unfold *u, struct str file, char *to, uint64_t most, size_t *n,
                 struct err *e)
{
    char chunk[CHUNK];
    la_ssize_t got = 1;
    struct archive *a = start(file, e);
    bool ok = a && go_to(u, a, e);
    *n = 0;
    while (ok && got > 0) {
        got = archive_read_data(a, to ? to + *n : chunk, to ? most - *n : sizeof chunk);
        if (got < 0)
            ok = fault(a, e);
        else if ((*n += (size_t)got) > most)
            ok = bomb(most, e);
        else if (to && *n == most)
            break;
    }
    if (a)
        archive_read_free(a);
    return ok;
}

/* With `to` NULL the bytes are counted only. */
static bool pass(const struct unfold *u, struct str file, char *to, uint64_t most, size_t *n, struct err *e)
{
    bool is_gzip = kind_of(file)->filter == ARCHIVE_FILTER_GZIP;
    return is_gzip ? gunzip(file, to, most, n, e) : pass_archive(u, file, to, most, n, e);
}

static uint64_t most_of(struct str file)
{
    uint64_t most = UNFOLD_FREE + (uint64_t)file.n * UNFOLD_RATIO_MAX;
    return most < UNFOLD_MAX ? most : UNFOLD_MAX;
}

static char *memory(size_t n)
{
    void *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return p == MAP_FAILED ? NULL : p;
}

/* In one pass where no more comes out than of any table; u->bytes NULL: it is more, or not read at all. */
static void take_usual(struct unfold *u, struct str file)
{
    struct err ignored = {0};
    uint64_t most = most_of(file), usual = file.n * (uint64_t)UNFOLD_USUAL;
    size_t room = usual < most ? usual : most;
    char *p = memory(room);
    if (p && pass(u, file, p, room, &u->n, &ignored) && u->n > 0 && u->n < room)
        u->bytes = mremap(p, room, u->n, 0);
    else if (p)
        munmap(p, room);
}

bool unfold_open(struct unfold *u, struct str file, struct str member, struct err *e)
{
    size_t again;
    const struct kind *k = kind_of(file);
    *u = (struct unfold){.container = k ? k->name : NULL};
    if (!k)
        return fault(NULL, e);
    if (k->filter == 0 && !choose(u, file, member, e))
        return false;
    take_usual(u, file);
    if (u->bytes)
        return true;
    if (!pass(u, file, NULL, most_of(file), &u->n, e))
        return false;
    if (u->n == 0)
        return ERR(e, err_data_empty, "nothing in the %s", u->container);
    u->bytes = memory(u->n);
    if (!u->bytes)
        return bomb(u->n, e);
    return pass(u, file, u->bytes, u->n, &again, e) && (again == u->n || fault(NULL, e));
}

void unfold_free(struct unfold *u)
{
    if (u->bytes)
        munmap(u->bytes, u->n);
    free(u->member);
    buf_free(&u->members);
    *u = (struct unfold){0};
}
