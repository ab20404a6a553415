#include "core/base/jr.h"

#include "core/base/errors.h"

enum { DEPTH_MAX = 32 };

/* jansson recurses: refuse depth before it sees the text. */
static bool too_deep(struct str s)
{
    int depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (quoted) {
            if (c == '\\')
                i++;
            else if (c == '"')
                quoted = false;
        } else if (c == '"') {
            quoted = true;
        } else if (c == '[' || c == '{') {
            if (++depth > DEPTH_MAX)
                return true;
        } else if (c == ']' || c == '}') {
            depth--;
        }
    }
    return false;
}

json_t *jr_parse(struct str text, struct err *e)
{
    if (too_deep(text)) {
        ERR(e, err_json_invalid, "depth over %d", DEPTH_MAX);
        err_arg(e, "nested deeper than %d", DEPTH_MAX);
        return NULL;
    }
    json_error_t why;
    json_t *v = json_loadb(text.p ? text.p : "", text.n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &why);
    if (!v) {
        ERR(e, err_json_invalid, "%s", why.text);
        err_arg(e, "%s (line %d, column %d)", why.text, why.line, why.column);
    }
    return v;
}

struct str jr_str(const json_t *object, const char *key)
{
    const json_t *v = json_object_get(object, key);
    return json_is_string(v) ? (struct str){json_string_value(v), json_string_length(v)} : STR_NONE;
}

int64_t jr_i64(const json_t *object, const char *key, int64_t otherwise)
{
    const json_t *v = json_object_get(object, key);
    return json_is_integer(v) ? (int64_t)json_integer_value(v) : otherwise;
}

bool jr_bool(const json_t *object, const char *key, bool otherwise)
{
    const json_t *v = json_object_get(object, key);
    return json_is_boolean(v) ? json_is_true(v) : otherwise;
}

const json_t *jr_object(const json_t *object, const char *key)
{
    const json_t *v = json_object_get(object, key);
    return json_is_object(v) ? v : NULL;
}

const json_t *jr_array(const json_t *object, const char *key)
{
    const json_t *v = json_object_get(object, key);
    return json_is_array(v) ? v : NULL;
}
