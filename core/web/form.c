#include "core/web/form.h"

#include "core/base/utf8.h"
#include "core/web/errors.h"

static bool refused(const char *why, struct err *e)
{
    ERR(e, err_form_invalid, "%s", why);
    return err_arg(e, "%s", why);
}

static bool text_ok(struct str s)
{
    return str_chr(s, '\0') < 0 && utf8_valid(s);
}

static bool on_part(void *context, const struct multipart_part *part, struct err *e)
{
    struct form *f = context;
    f->in_file = part->file_name.p != NULL;
    buf_reset(&f->value);
    if (!text_ok(part->name))
        return refused("a field's name is not UTF-8", e);
    f->name = arena_str(f->a, part->name);
    if (!f->in_file)
        return f->pairs.n < FORM_PAIRS_MAX || refused("too many fields", e);
    if (!f->spool)
        return refused("no file is expected here", e);
    if (f->has_file)
        return refused("one file at a time", e);
    f->has_file = true;
    f->file_name = arena_str(f->a, part->file_name);
    return true;
}

static bool on_bytes(void *context, struct str bytes, struct err *e)
{
    struct form *f = context;
    if (f->in_file)
        return spool_feed(f->spool, bytes, e);
    f->bytes += bytes.n;
    if (f->bytes > FORM_BYTES_MAX) {
        ERR(e, err_too_large, "fields");
        return err_arg(e, "%d", FORM_BYTES_MAX);
    }
    buf_add(&f->value, bytes);
    return true;
}

static void add_pair(struct form *f, struct pair p)
{
    if (f->pairs.n == f->room) {
        size_t room = f->room ? 2 * f->room : 16;
        struct pair *more = ARENA_ARRAY(f->a, struct pair, room);
        if (f->pairs.n)
            memcpy(more, f->pairs.at, f->pairs.n * sizeof *more);
        f->pairs.at = more;
        f->room = room;
    }
    f->pairs.at[f->pairs.n++] = p;
}

static bool on_end(void *context, struct err *e)
{
    struct form *f = context;
    if (f->in_file)
        return true;
    if (!text_ok(buf_str(&f->value)))
        return refused("a field is not UTF-8, or holds a NUL byte", e);
    add_pair(f, (struct pair){f->name, arena_str(f->a, buf_str(&f->value))});
    return true;
}

bool form_open(struct form *f, struct arena *a, struct str content_type, struct spool *spool, struct err *e)
{
    static const struct multipart_owner owner = {on_part, on_bytes, on_end};
    *f = (struct form){.a = a, .spool = spool};
    f->multipart = multipart_open(content_type, &owner, f, e);
    return f->multipart != NULL;
}

bool form_feed(struct form *f, struct str bytes, struct err *e)
{
    return multipart_feed(f->multipart, bytes, e);
}

bool form_finish(struct form *f, struct err *e)
{
    return multipart_finish(f->multipart, e);
}

void form_close(struct form *f)
{
    multipart_close(f->multipart);
    buf_free(&f->value);
    f->multipart = NULL;
}

bool form_urlencoded(struct arena *a, struct str body, struct pairs *out, struct err *e)
{
    const char *why = NULL;
    return url_pairs(a, body, FORM_PAIRS_MAX, out, &why) || refused(why, e);
}
