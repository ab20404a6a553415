#include "core/base/jw.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/must.h"
#include "core/base/scan.h"
#include "core/base/utf8.h"

void jw_init(struct jw *w, struct buf *out, enum jw_style style)
{
    *w = (struct jw){.out = out, .style = style};
}

static void newline(struct jw *w)
{
    buf_addc(w->out, '\n');
    for (unsigned i = 0; i < w->depth; i++)
        buf_addz(w->out, "  ");
}

/* What stands between the last thing written and the next one. */
static void separate(struct jw *w)
{
    if (w->after_key) {
        w->after_key = false;
        return;
    }
    if (w->depth == 0)
        return;
    if (w->comma[w->depth - 1])
        buf_addz(w->out, w->style == JW_SPACED ? ", " : ",");
    w->comma[w->depth - 1] = true;
    if (w->style == JW_PRETTY)
        newline(w);
}

void jw_open(struct jw *w, char bracket)
{
    separate(w);
    must(w->depth < JW_DEPTH);
    buf_addc(w->out, bracket);
    w->comma[w->depth++] = false;
}

void jw_close(struct jw *w, char bracket)
{
    must(w->depth > 0);
    bool any = w->comma[--w->depth];
    if (any && w->style == JW_PRETTY)
        newline(w);
    buf_addc(w->out, bracket);
}

void jw_key(struct jw *w, struct str key)
{
    separate(w);
    jw_escape(w->out, key);
    buf_addz(w->out, w->style == JW_COMPACT ? ":" : ": ");
    w->after_key = true;
}

void jw_str(struct jw *w, struct str s)
{
    if (!s.p) {
        jw_null(w);
        return;
    }
    separate(w);
    jw_escape(w->out, s);
}

void jw_i64(struct jw *w, int64_t v)
{
    separate(w);
    buf_addn(w->out, v);
}

void jw_double(struct jw *w, double v)
{
    separate(w);
    jw_number(w->out, v);
}

void jw_bool(struct jw *w, bool v)
{
    separate(w);
    buf_addz(w->out, v ? "true" : "false");
}

void jw_null(struct jw *w)
{
    separate(w);
    buf_addz(w->out, "null");
}

void jw_strings(struct jw *w, struct str names)
{
    jw_open(w, '[');
    for (ptrdiff_t end; (end = str_chr(names, '\0')) >= 0; names = str_from(names, (size_t)end + 1))
        jw_str(w, str_part(names, 0, (size_t)end));
    jw_close(w, ']');
}

void jw_raw(struct jw *w, struct str json)
{
    separate(w);
    buf_add(w->out, json.p ? json : S("null"));
}

static void escape_one(struct buf *out, char c)
{
    static const char names[] = "\"\"\\\\\bb\ff\nn\rr\tt";
    for (const char *p = names; *p; p += 2)
        if (*p == c) {
            buf_addc(out, '\\');
            buf_addc(out, p[1]);
            return;
        }
    buf_printf(out, "\\u%04x", (unsigned)(unsigned char)c);
}

/* Bytes that are no UTF-8 become U+FFFD, one each. */
static void escape_mended(struct buf *out, struct str s)
{
    for (uint32_t code; s.n > 0;) {
        size_t len = utf8_next(s, &code);
        if (len == 0)
            buf_add(out, S("\xef\xbf\xbd"));
        else if (len == 1 && scan_is_json((unsigned char)s.p[0]))
            escape_one(out, s.p[0]);
        else
            buf_add(out, str_part(s, 0, len));
        s = str_from(s, len ? len : 1);
    }
}

void jw_escape(struct buf *out, struct str s)
{
    if (utf8_valid(s)) {
        jw_escape_utf8(out, s);
        return;
    }
    buf_addc(out, '"');
    escape_mended(out, s);
    buf_addc(out, '"');
}

void jw_escape_utf8(struct buf *out, struct str s)
{
    buf_addc(out, '"');
    for (char *room; (room = buf_room(out, s.n + 1)) != NULL;) {
        size_t run = scan_json(s, room);
        out->n += run;
        if (run == s.n) {
            room[run] = '"', out->n++;
            return;
        }
        escape_one(out, s.p[run]);
        s = str_from(s, run + 1);
    }
}

void jw_number(struct buf *out, double v)
{
    if (!isfinite(v)) {
        buf_addz(out, "null");
        return;
    }
    if (fabs(v) < 1e15 && v == trunc(v)) { /* whole: as 11.0, so that the type stays visible */
        buf_addz(out, signbit(v) ? "-" : "");
        buf_addn(out, (int64_t)fabs(v));
        buf_add(out, S(".0"));
        return;
    }
    char text[40];
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, v);
        if (strtod(text, NULL) == v)
            break;
    }
    buf_addz(out, text);
}
