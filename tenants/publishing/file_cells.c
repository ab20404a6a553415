#include "tenants/publishing/file_cells.h"

#include <string.h>

#include "core/base/jw.h"
#include "tenants/publishing/attachment.h"

/* What grant.h says of one file. */
enum { ID_PART = 16, HASH = 64, SIDE = 4, COLOUR = 6, COLOURS = 3 };
enum { AT_HASH = ID_PART, AT_SIDES = AT_HASH + HASH, AT_COLOURS = AT_SIDES + 2 * SIDE + 1, ENTRY = AT_COLOURS + COLOURS * COLOUR };

struct cells {
    struct query_files files; /* first: what the writer gives back */
    struct uuid dataset; /* whose files they are */
    struct str files_kept, url;
};

/* Its entry; NULL: it is not kept. */
static const char *kept(struct str files, const char *id)
{
    size_t low = 0, high = files.n / ENTRY;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const char *entry = files.p + middle * ENTRY;
        int order = memcmp(entry, id, ID_PART);
        if (order == 0)
            return entry;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static unsigned hex(const char *digits, size_t n)
{
    unsigned v = 0;
    for (size_t i = 0; i < n; i++)
        v = v * 16 + (unsigned)(digits[i] <= '9' ? digits[i] - '0' : digits[i] - 'a' + 10);
    return v;
}

static void put_colours(struct buf *out, const char *colour)
{
    int n = 0;
    for (; n < COLOURS && *colour != '-'; n++, colour += COLOUR)
        buf_printf(out, "%s\"rgba(%u, %u, %u, 1.00)\"", n ? ", " : ", \"color_summary\": [", hex(colour, 2), hex(colour + 2, 2),
                   hex(colour + 4, 2));
    if (n)
        buf_addc(out, ']');
}

/* A picture that has a small one says its size, how the camera was held and its colours, as the vendor's does. */
static void put_picture(struct buf *out, const char *entry)
{
    const char *sides = entry + AT_SIDES;
    unsigned width = hex(sides, SIDE);
    if (width == 0) {
        buf_addz(out, "\"thumbnail\": false");
        return;
    }
    buf_printf(out, "\"thumbnail\": true, \"width\": %u, \"height\": %u, \"exif_orientation\": %u", width,
               hex(sides + SIDE, SIDE), hex(sides + 2 * SIDE, 1));
    put_colours(out, entry + AT_COLOURS);
}

/* "JPEG" of "plan.jpg" as the vendor says it, else the end of the name: "DOCX". Its type is known, so it has an end. */
static void put_format(struct buf *out, struct str name, const char *type)
{
    bool picture = strncmp(type, "image/", 6) == 0;
    size_t end = name.n;
    while (end > 0 && name.p[end - 1] != '.')
        end--;
    struct str said = picture ? str_of(type + 6) : str_from(name, end);
    for (size_t i = 0; i < said.n; i++)
        buf_addc(out, (char)(said.p[i] >= 'a' && said.p[i] <= 'z' ? said.p[i] - 'a' + 'A' : said.p[i]));
}

static bool put(const struct query_files *files, struct buf *out, struct str name)
{
    const struct cells *c = (const struct cells *)files;
    char id[ATTACHMENT_ID];
    const char *entry = attachment_id(S("file"), &c->dataset, name, id) ? kept(c->files_kept, id) : NULL;
    if (!entry)
        return false;
    const char *type = attachment_type_named(name);
    buf_addz(out, "{\"filename\": ");
    jw_escape_utf8(out, name);
    buf_addz(out, ", \"format\": \"");
    put_format(out, name, type);
    buf_printf(out, "\", \"mimetype\": \"%s\", \"id\": \"%s\", \"etag\": \"%.*s\", ", type, id, HASH,
               entry + AT_HASH);
    put_picture(out, entry);
    buf_printf(out, ", \"url\": \"" STR_FMT "%s\"}", STR_ARG(c->url), id);
    return true;
}

void file_cells(struct req *r, const struct grant *g, struct query *q)
{
    struct cells *c = NULL;
    for (size_t i = 0; i < q->ncolumns; i++) {
        if (q->columns[i].shape != SHAPE_FILE)
            continue;
        if (!c) {
            c = ARENA_NEW(r->a, struct cells);
            *c = (struct cells){{put}, g->files_of, g->files,
                                arena_printf(r->a, STR_FMT "/api/explore/v2.1/catalog/datasets/" STR_FMT "/files/",
                                             STR_ARG(req_base_url(r)), STR_ARG(g->dataset_id))};
        }
        q->columns[i].files = &c->files;
    }
}
