#include "tenants/publishing/file_cells.h"

#include <string.h>

#include "core/base/jw.h"
#include "tenants/publishing/attachment.h"

enum { ID_PART = 16 };

struct cells {
    struct query_files files; /* first: what the writer gives back */
    struct uuid dataset; /* whose files they are */
    struct str ids, url;
};

static bool is_kept(struct str ids, const char *id)
{
    size_t low = 0, high = ids.n / ID_PART;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = memcmp(ids.p + middle * ID_PART, id, ID_PART);
        if (order == 0)
            return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
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
    if (!attachment_id(S("file"), &c->dataset, name, id) || !is_kept(c->ids, id))
        return false;
    const char *type = attachment_type_named(name);
    buf_addz(out, "{\"filename\": ");
    jw_escape_utf8(out, name);
    buf_addz(out, ", \"format\": \"");
    put_format(out, name, type);
    buf_printf(out, "\", \"mimetype\": \"%s\", \"id\": \"%s\", \"thumbnail\": false, \"url\": ", type, id);
    buf_addc(out, '"');
    buf_printf(out, STR_FMT "%s\"}", STR_ARG(c->url), id);
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
