#include "core/base/buf.h"
#include "core/base/must.h"
#include "core/base/utf8.h"
#include "core/io/multipart.h"

/* Properties: a form is read the same whatever pieces it comes in; no file name holds a folder. */
static bool on_part(void *context, const struct multipart_part *part, struct err *e)
{
    (void)e;
    must(str_chr(part->file_name, '/') < 0 && str_chr(part->file_name, '\\') < 0);
    must(utf8_valid(part->file_name) && part->file_name.n <= MULTIPART_NAME_MAX);
    buf_printf(context, "[%zu,%zu,%zu]", part->name.n, part->file_name.n, part->content_type.n);
    return true;
}

static bool on_bytes(void *context, struct str bytes, struct err *e)
{
    (void)e;
    buf_add(context, bytes);
    return true;
}

static bool on_end(void *context, struct err *e)
{
    (void)e;
    buf_addc(context, ';');
    return true;
}

static bool read_form(struct str form, size_t piece, struct buf *out)
{
    static const struct multipart_owner owner = {on_part, on_bytes, on_end};
    struct err e = {0};
    struct multipart *m = multipart_open(S("multipart/form-data; boundary=X"), &owner, out, &e);
    bool ok = true;
    for (size_t at = 0; ok && at < form.n; at += piece)
        ok = multipart_feed(m, str_part(form, at, piece), &e);
    ok = ok && multipart_finish(m, &e);
    multipart_close(m);
    return ok;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n)
{
    struct str form = {(const char *)data, n};
    struct buf whole = {0}, bytes = {0}, pieces = {0};
    bool ok = read_form(form, n + 1, &whole);
    must(read_form(form, 1, &bytes) == ok && read_form(form, 5, &pieces) == ok);
    must(str_eq(buf_str(&whole), buf_str(&bytes)) && str_eq(buf_str(&whole), buf_str(&pieces)));
    buf_free(&whole);
    buf_free(&bytes);
    buf_free(&pieces);
    struct err e = {0};
    multipart_close(multipart_open(form, &(struct multipart_owner){on_part, on_bytes, on_end}, NULL, &e));
    return 0;
}
