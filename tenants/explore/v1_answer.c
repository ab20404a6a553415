#include "tenants/explore/v1_answer.h"

#include "core/data/errors.h"

enum { CALLBACK_MAX = 64 };

static const struct format {
    const char *name;
    bool script, places;
} formats[] = {{"json", false, false}, {"jsonp", true, false}, {"geojson", false, true}, {"geojsonp", true, true}};

static const struct format *format_of(struct req *r)
{
    struct str asked = req_query(r, S("format"));
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        if (str_eq(asked, str_of(formats[i].name)))
            return &formats[i];
    return &formats[0];
}

bool v1_is_geojson(struct req *r)
{
    return format_of(r)->places;
}

struct str v1_format(struct req *r)
{
    return str_of(format_of(r)->name);
}

static bool is_callback(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i], letter = (char)(c | 0x20);
        bool first = (letter >= 'a' && letter <= 'z') || c == '_' || c == '$';
        if (!first && (i == 0 || (c != '.' && !(c >= '0' && c <= '9'))))
            return false;
    }
    return s.n > 0 && s.n <= CALLBACK_MAX;
}

static struct jw *refuse(struct err *e, const char *name, struct str value, const char *expected)
{
    ERR(e, err_query_parameter, "%s", name);
    err_arg(e, "%s", name);
    err_arg(e, STR_FMT, STR_ARG(value));
    err_arg(e, "%s", expected);
    return NULL;
}

struct jw *v1_open(struct req *r, struct err *e)
{
    const struct format *f = format_of(r);
    struct str callback = req_query(r, S("callback"));
    if (f->script && !is_callback(callback))
        return refuse(e, "callback", callback, "the name of a function");
    if (f->script && r->who.account.text[0] && !r->who.by_key)
        return refuse(e, "format", str_of(f->name), "json (there is a session)");
    struct jw *w = req_json(r, 200);
    if (f->script) {
        struct buf *out = req_reply(r, 200, S("application/javascript; charset=utf-8"));
        buf_printf(out, "/**/" STR_FMT "(", STR_ARG(callback));
    } else if (f->places) {
        req_reply(r, 200, S("application/geo+json; charset=utf-8"));
    }
    return w;
}

void v1_close(struct req *r, struct jw *w)
{
    if (format_of(r)->script)
        buf_addz(w->out, ");");
}
