/* Reasons kept as codes, said in the reader's words. */
#include "core/base/errors.h"
#include "core/base/jr.h"
#include "core/data/errors.h"
#include "core/db/errors.h"
#include "core/io/errors.h"
#include "federation/errors.h"
#include "federation/federation.h"
#include "tenants/directory/errors.h"
#include "tenants/people/errors.h"

/* Every kind that may end a delivery: one list a folder. */
static const struct err_kind *const kinds[] = {
#define ERROR(code, status, en, fr) &err_##code,
#define ERROR_AS(code, wire, status, en, fr) &err_##code,
#include "core/base/errors.def"
#include "core/data/errors.def"
#include "core/db/errors.def"
#include "core/io/errors.def"
#include "federation/errors.def"
#include "tenants/directory/errors.def"
#include "tenants/people/errors.def"
#undef ERROR
#undef ERROR_AS
};

void federation_say(struct buf *out, enum lang lang, struct str error)
{
    struct err ignored = {0}, said = {0};
    json_t *json = error.n ? jr_parse(error, &ignored) : NULL;
    struct str code = jr_str(json, "code");
    const json_t *args = jr_array(json, "args");
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (str_eq(code, str_of(kinds[i]->code)))
            said.kind = kinds[i];
    for (size_t i = 0; i < json_array_size(args); i++)
        err_arg(&said, "%s", json_string_value(json_array_get(args, i)));
    if (said.kind)
        err_say(&said, lang, out);
    else if (code.n)
        buf_add(out, code);
    json_decref(json);
}
