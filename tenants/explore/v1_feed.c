#include "tenants/explore/v1_feed.h"

#include "core/base/utf8.h"
#include "core/data/query/cell.h"
#include "core/data/query/record_id.h"
#include "tenants/explore/catalogue_file.h"
#include "tenants/explore/explore.h"

enum { TITLE_MAX = 120 };

static struct str page_of(struct req *r, const struct v1_feed *f)
{
    return arena_printf(r->a, STR_FMT "/explore/dataset/" STR_FMT "/", STR_ARG(req_base_url(r)), STR_ARG(f->dataset_id));
}

static struct str record_of(struct req *r, const struct v1_feed *f, int row, bool address)
{
    char id[41];
    record_id(f->view, cell_i64(f->result, row, 0), id);
    return address ? arena_printf(r->a, STR_FMT "/api/datasets/1.0/" STR_FMT "/records/%s/", STR_ARG(req_base_url(r)),
                                  STR_ARG(f->dataset_id), id)
                   : arena_str(r->a, str_of(id));
}

static struct str value_of(const struct v1_feed *f, size_t i, int row, struct buf *room)
{
    const struct query_column *c = &f->query->columns[i];
    buf_reset(room);
    if (!cell_null(c, f->result, row))
        cell_text(room, c, f->result, row, S(", "));
    return buf_str(room);
}

static struct str title_of(struct req *r, const struct v1_feed *f, int row)
{
    struct buf room = {0};
    struct str title = STR_NONE;
    for (size_t i = 0; !title.n && i < f->query->ncolumns; i++)
        if (f->query->columns[i].type == TYPE_TEXT)
            title = arena_str(r->a, value_of(f, i, row, &room));
    buf_free(&room);
    struct str cut = str_part(title, 0, TITLE_MAX);
    return title.n ? str_part(cut, 0, utf8_floor(cut)) : record_of(r, f, row, false);
}

/* Into `text`. */
static void read_text(struct buf *text, const struct v1_feed *f, int row)
{
    struct buf room = {0};
    buf_reset(text);
    for (size_t i = 0; i < f->query->ncolumns; i++) {
        struct str value = value_of(f, i, row, &room);
        if (value.n)
            buf_printf(text, "%s" STR_FMT ": " STR_FMT, text->n ? "\n" : "", STR_ARG(f->query->columns[i].key), STR_ARG(value));
    }
    buf_free(&room);
}

void v1_feed_rss(struct req *r, const struct v1_feed *f)
{
    struct buf *out = req_reply(r, 200, S("application/rss+xml; charset=utf-8"));
    struct buf text = {0};
    buf_addz(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\">\n<channel>\n");
    catalogue_put_element(out, "title", f->dataset_id);
    catalogue_put_element(out, "link", page_of(r, f));
    catalogue_put_element(out, "description",
                          arena_printf(r->a, STR_FMT ": " STR_FMT, STR_ARG(r->tenant->name), STR_ARG(f->dataset_id)));
    for (int row = 0; row < PQntuples(f->result); row++) {
        buf_addz(out, "<item>\n");
        catalogue_put_element(out, "title", title_of(r, f, row));
        catalogue_put_element(out, "link", page_of(r, f));
        buf_printf(out, "<guid isPermaLink=\"false\">" STR_FMT "</guid>\n", STR_ARG(record_of(r, f, row, false)));
        read_text(&text, f, row);
        catalogue_put_description(out, buf_str(&text));
        catalogue_put_date(out, f->timestamp);
        buf_addz(out, "</item>\n");
    }
    buf_free(&text);
    buf_addz(out, "</channel>\n</rss>\n");
}

void v1_feed_atom(struct req *r, const struct v1_feed *f)
{
    struct buf *out = req_reply(r, 200, S("application/atom+xml; charset=utf-8"));
    struct buf text = {0};
    struct str updated = f->timestamp.n ? f->timestamp : S("1970-01-01T00:00:00Z");
    buf_addz(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\">\n");
    catalogue_put_element(out, "id", page_of(r, f));
    catalogue_put_element(out, "title", f->dataset_id);
    catalogue_put_element(out, "updated", updated);
    buf_addz(out, "<author>");
    catalogue_put_element(out, "name", r->tenant->name);
    buf_addz(out, "</author>\n");
    for (int row = 0; row < PQntuples(f->result); row++) {
        buf_addz(out, "<entry>\n");
        catalogue_put_element(out, "id", record_of(r, f, row, true));
        catalogue_put_element(out, "title", title_of(r, f, row));
        catalogue_put_element(out, "updated", updated);
        read_text(&text, f, row);
        catalogue_put_element(out, "content", buf_str(&text));
        buf_addz(out, "</entry>\n");
    }
    buf_free(&text);
    buf_addz(out, "</feed>\n");
}
