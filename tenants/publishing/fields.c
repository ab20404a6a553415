#include "tenants/publishing/fields.h"

#include <stdlib.h>

#include "core/base/jr.h"
#include "core/base/jw.h"

static const json_t *named(const json_t *list, struct str name)
{
    size_t i;
    json_t *f;
    json_array_foreach(list, i, f)
        if (str_eq(jr_str(f, "name"), name))
            return f;
    return NULL;
}

static void write_annotations(struct arena *a, const json_t *setting, struct jw *w)
{
    const json_t *notes = jr_object(setting, "annotations");
    char *text = notes ? json_dumps(notes, JSON_COMPACT) : NULL;
    JW_RAW(w, "annotations", text ? arena_str(a, str_of(text)) : S("{}"));
    free(text);
}

static void write_field(struct arena *a, const json_t *column, const json_t *settings, struct jw *w)
{
    struct str name = jr_str(column, "name");
    const json_t *setting = named(settings, name);
    struct str label = jr_str(setting, "label");
    jw_open(w, '{');
    JW_STR(w, "name", name);
    JW_STR(w, "label", label.n ? label : jr_str(column, "label"));
    JW_STR(w, "description", jr_str(setting, "description"));
    bool file = jr_bool(jr_object(setting, "annotations"), "file", false) && str_eq(jr_str(column, "type"), S("text"));
    JW_STR(w, "type", file ? S("file") : jr_str(column, "type"));
    write_annotations(a, setting, w);
    jw_close(w, '}');
}

bool fields_for(struct arena *a, struct str columns, struct str settings, struct str *fields, struct err *e)
{
    json_t *list = jr_parse(columns, e);
    json_t *kept = list ? jr_parse(settings.n ? settings : S("[]"), e) : NULL;
    struct buf b = {0};
    struct jw w;
    size_t i;
    json_t *column;
    if (kept) {
        jw_init(&w, &b, JW_COMPACT);
        jw_open(&w, '[');
        json_array_foreach(list, i, column)
            write_field(a, column, kept, &w);
        jw_close(&w, ']');
        *fields = arena_str(a, buf_str(&b));
    }
    bool ok = kept != NULL;
    buf_free(&b);
    json_decref(list);
    json_decref(kept);
    return ok;
}
