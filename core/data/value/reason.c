#include "core/data/value/reason.h"

#include <string.h>

#include "core/base/jr.h"
#include "core/base/utf8.h"
#include "core/data/value/type.h"

static const struct {
    const char *code, *en, *fr;
} reasons[] = {
#define REASON(code, en, fr) {#code, en, fr},
#include "core/data/value/reason.def"
#undef REASON
};

struct reason reason_make(enum reason_code code)
{
    return (struct reason){.code = code};
}

void reason_s(struct arena *a, struct reason *r, struct str s)
{
    if (s.n > REASON_ARG_MAX) {
        s.n = REASON_ARG_MAX;
        s.n = utf8_floor(s);
    }
    if (r->nargs < REASON_ARGS)
        r->args[r->nargs++] = arena_str(a, s.p ? s : S(""));
}

void reason_n(struct arena *a, struct reason *r, uint64_t n)
{
    if (r->nargs < REASON_ARGS)
        r->args[r->nargs++] = arena_printf(a, "%llu", (unsigned long long)n);
}

void reason_json(struct jw *w, const struct reason *r)
{
    jw_open(w, '{');
    JW_STR(w, "code", str_of(reasons[r->code].code));
    jw_key(w, S("args"));
    jw_open(w, '[');
    for (unsigned i = 0; i < r->nargs; i++)
        jw_str(w, r->args[i]);
    jw_close(w, ']');
    jw_close(w, '}');
}

void reason_count(struct jw *w, struct arena *a, enum reason_code code, uint64_t n)
{
    struct reason r = reason_make(code);
    if (n == 0)
        return;
    reason_n(a, &r, n);
    reason_json(w, &r);
}

/* Whole numbers by thousands: 3 429 (U+202F) in French, 3,429 in English. */
static void say_arg(struct buf *out, struct str arg, enum lang lang)
{
    uint64_t n;
    if (!str_u64(arg, &n) || arg.n < 4) {
        buf_add(out, arg);
        return;
    }
    for (size_t i = 0; i < arg.n; i++) {
        if (i > 0 && (arg.n - i) % 3 == 0)
            buf_addz(out, lang == LANG_FR ? "\u202f" : ",");
        buf_addc(out, arg.p[i]);
    }
}

static bool is_one(struct str arg, enum lang lang)
{
    return str_eq(arg, S("1")) || (lang == LANG_FR && str_eq(arg, S("0")));
}

/* one|many}: adds that which goes with the number; the closing brace. */
static const char *say_number(struct buf *out, const char *text, bool one)
{
    const char *bar = strchr(text, '|'), *end = strchr(text, '}');
    buf_add(out, one ? (struct str){text, (size_t)(bar - text)} : (struct str){bar + 1, (size_t)(end - bar - 1)});
    return end;
}

void reason_say(const json_t *reason, enum lang lang, struct buf *out)
{
    struct str code = jr_str(reason, "code");
    const json_t *args = jr_array(reason, "args");
    const char *text = NULL;
    for (size_t i = 0; i < REASON_CODES; i++)
        if (str_eq(code, str_of(reasons[i].code)))
            text = lang == LANG_FR ? reasons[i].fr : reasons[i].en;
    if (!text) {
        buf_add(out, code);
        return;
    }
    for (; *text; text++) {
        if (text[0] != '{' || text[1] < '0' || text[1] > '3' || !text[2] || !strchr("}:=@", text[2])) {
            buf_addc(out, *text);
            continue;
        }
        const json_t *arg = json_array_get(args, (size_t)(text[1] - '0'));
        struct str value = {json_string_value(arg), json_string_length(arg)};
        if (text[2] == ':') {
            text = say_number(out, text + 3, is_one(value, lang));
            continue;
        }
        if (value.p && text[2] == '=')
            buf_add(out, value);
        else if (value.p && text[2] == '@')
            buf_add(out, type_said(value, lang));
        else if (value.p)
            say_arg(out, value, lang);
        text += text[2] == '}' ? 2 : 3;
    }
}
