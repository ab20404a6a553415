/* picture -- the caller's side: one child a picture, and nothing of it believed that is out of bounds. */
#include "core/data/intake/picture.h"

#include "core/data/errors.h"
#include "core/data/intake/ingest.h"

static unsigned share(unsigned side, unsigned longer)
{
    unsigned small = (unsigned)(((uint64_t)side * PICTURE_SMALL + longer / 2) / longer);
    return longer <= PICTURE_SMALL ? side : small ? small : 1;
}

void picture_small_size(unsigned width, unsigned height, unsigned orientation, unsigned *small_width, unsigned *small_height)
{
    unsigned longer = width > height ? width : height;
    bool lies = orientation > 4; /* 5 to 8 exchange the sides */
    *small_width = share(lies ? height : width, longer);
    *small_height = share(lies ? width : height, longer);
}

static bool read_all(struct child *c, struct buf *out, struct err *e)
{
    for (size_t n = 1; n > 0; out->n += n) {
        char *room = buf_room(out, 65536);
        if (!room)
            return ERR(e, err_data_unread, "over %zu bytes", out->max);
        if (!child_read(c, c->stream_fd, room, 65536, &n, e))
            return false;
    }
    return true;
}

static bool are_colours(const struct picture_head *h)
{
    for (unsigned i = 0; i < h->ncolours && i < PICTURE_COLOURS; i++)
        if (h->colours[i] > 0xffffff)
            return false;
    return h->ncolours <= PICTURE_COLOURS;
}

static bool is_sound(const struct picture_head *h, struct str small)
{
    struct str magic = h->is_png ? S("\x89PNG") : S("\xff\xd8\xff");
    return h->width >= 1 && h->width <= PICTURE_SIDE_MAX && h->height >= 1 && h->height <= PICTURE_SIDE_MAX &&
           h->orientation >= 1 && h->orientation <= 8 && h->n == small.n && str_starts(small, magic) && are_colours(h);
}

static bool take(struct str said, struct picture *out, struct err *e)
{
    struct picture_head h;
    if (said.n < sizeof h)
        return ERR(e, err_data_unread, "cut short");
    memcpy(&h, said.p, sizeof h);
    struct str small = str_from(said, sizeof h);
    if (!is_sound(&h, small))
        return ERR(e, err_data_unread, "not a picture's head");
    *out = (struct picture){.width = h.width, .height = h.height, .orientation = h.orientation, .ncolours = h.ncolours,
                            .type = h.is_png ? "image/png" : "image/jpeg"};
    memcpy(out->colours, h.colours, sizeof out->colours);
    buf_add(&out->small, small);
    return true;
}

bool picture_thumbnail(int fd, uint64_t size_bytes, struct picture *out, struct err *e)
{
    static const char *const arguments[] = {"read", "--sealed", "--picture", NULL};
    const struct child_task task = {
        .arguments = arguments, .input_fd = fd, .limits = {.memory_bytes = 768ULL << 20, .cpu_s = 20, .wall_s = 60}};
    struct child c;
    struct buf said = {.max = PICTURE_SMALL_BYTES + sizeof(struct picture_head) + 65536};
    *out = (struct picture){0};
    if (size_bytes > PICTURE_FILE_MAX) {
        ERR(e, err_data_picture, "%llu bytes", (unsigned long long)size_bytes);
        return err_arg(e, "%d", PICTURE_PIXELS_MAX / 1000000);
    }
    if (!child_start(&c, &task, e))
        return false;
    bool whole = read_all(&c, &said, e);
    if (!whole)
        child_kill(&c);
    bool ok = whole && ingest_end(&c, e) && take(buf_str(&said), out, e);
    buf_free(&said);
    return ok;
}
