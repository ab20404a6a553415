#include "tenants/publishing/fault.h"

#include <stdlib.h>

#include "core/base/jr.h"
#include "core/base/jw.h"
#include "core/data/errors.h"
#include "core/db/errors.h"
#include "core/io/errors.h"
#include "tenants/publishing/errors.h"

static const struct err_kind *const kinds[] = {
#define ERROR(code, status, en, fr) &err_##code,
#define ERROR_AS(code, wire, status, en, fr) &err_##code,
#include "core/data/errors.def"
#include "core/db/errors.def"
#include "core/io/errors.def"
#include "tenants/publishing/errors.def"
#undef ERROR
#undef ERROR_AS
};

void fault_write(const struct err *e, struct buf *json)
{
    fault_write_found(e, NULL, json);
}

void fault_write_found(const struct err *e, const json_t *found, struct buf *json)
{
    char *text = found ? json_dumps(found, JSON_COMPACT) : NULL;
    struct str said = str_of(text);
    struct jw w;
    jw_init(&w, json, JW_COMPACT);
    jw_open(&w, '{');
    JW_STR(&w, "code", str_of(e->kind ? e->kind->code : "internal"));
    jw_key(&w, S("args"));
    jw_open(&w, '[');
    for (unsigned i = 0; i < e->nargs; i++)
        jw_str(&w, str_of(e->arg[i]));
    jw_close(&w, ']');
    if (said.n && said.n <= FAULT_FOUND_MAX)
        JW_RAW(&w, "found", said);
    jw_close(&w, '}');
    free(text);
}

bool fault_read(const json_t *error, struct err *e)
{
    const struct err_kind *kind = &err_data_unread;
    struct str code = jr_str(error, "code");
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (str_eq(code, str_of(kinds[i]->code)))
            kind = kinds[i];
    ERR(e, *kind, "kept: " STR_FMT, STR_ARG(code));
    const json_t *arg;
    size_t i;
    json_array_foreach(jr_array(error, "args"), i, arg)
        if (json_is_string(arg) && i < ERR_ARGS)
            err_arg(e, "%s", json_string_value(arg));
    return false;
}

void fault_say(struct str json, enum lang lang, struct buf *out)
{
    struct err e = {0}, ignored = {0};
    json_t *error = jr_parse(json, &ignored);
    fault_read(error, &e);
    err_say(&e, lang, out);
    json_decref(error);
}

void fault_put(struct jw *w, const char *key, enum lang lang, struct str json)
{
    struct buf words = {0};
    jw_key(w, str_of(key));
    if (!json.n) {
        jw_null(w);
        return;
    }
    fault_say(json, lang, &words);
    jw_open(w, '{');
    JW_RAW(w, "kind", json);
    JW_STR(w, "message", buf_str(&words));
    jw_close(w, '}');
    buf_free(&words);
}
