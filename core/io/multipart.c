#include "core/io/multipart.h"

#include <stdlib.h>

#include "core/base/buf.h"
#include "core/base/must.h"
#include "core/base/utf8.h"
#include "core/io/errors.h"

/*
 *   PREAMBLE -> AFTER -> HEADERS -> BODY -> AFTER …        AFTER "--" -> EPILOGUE
 *
 * `held` keeps the bytes that may be the beginning of a delimiter (CR LF "--" boundary).
 */
enum state { PREAMBLE, AFTER, HEADERS, BODY, EPILOGUE };
enum { BOUNDARY_MAX = 70 };

struct multipart {
    struct multipart_owner owner;
    void *context;
    enum state state;
    char delimiter[BOUNDARY_MAX + 4]; /* CR LF "--" boundary */
    size_t ndelimiter;
    size_t matched; /* bytes of the delimiter that the last input ended with */
    size_t virtual_bytes; /* of these, how many were never part of the body */
    char after[2];
    unsigned nafter, nparts;
    struct buf headers;
};

static bool invalid(struct err *e, const char *why)
{
    return ERR(e, err_multipart_invalid, "%s", why);
}

/* --- parameters of a header ------------------------------------------------------------------ */

/* The value of `; name=value` or `; name="value"`, unescaped into out. False: not there or bad. */
static bool parameter(struct str header, struct str name, struct buf *out)
{
    ptrdiff_t semicolon = str_chr(header, ';');
    struct str rest = semicolon < 0 ? STR_NONE : str_from(header, (size_t)semicolon + 1);
    while (rest.n) {
        ptrdiff_t equals = str_chr(rest, '=');
        if (equals < 0)
            return false;
        bool wanted = str_ieq(str_trim(str_part(rest, 0, (size_t)equals)), name);
        bool quoted = false, closed = false;
        rest = str_from(rest, (size_t)equals + 1);
        buf_reset(out);
        size_t i = 0;
        for (; i < rest.n; i++) {
            char c = rest.p[i];
            if (i == 0 && c == '"')
                quoted = true;
            else if (quoted && c == '"') {
                closed = true;
                i++;
                break;
            } else if (!quoted && c == ';')
                break;
            else if (quoted && c == '\\' && i + 1 < rest.n && (rest.p[i + 1] == '"' || rest.p[i + 1] == '\\'))
                buf_addc(out, rest.p[++i]);
            else
                buf_addc(out, c);
        }
        if (quoted && !closed)
            return false;
        if (wanted)
            return true;
        rest = str_from(rest, i);
        if (rest.n && rest.p[0] != ';')
            return false;
        rest = str_from(rest, 1);
    }
    return false;
}

/* bchars of RFC 2046; a boundary may not end in a space. */
static bool is_boundary(struct str s)
{
    static const char others[] = "'()+_,-./:=? ";
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool letter = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
        if (!letter && (c == '\0' || !strchr(others, c)))
            return false;
    }
    return s.n > 0 && s.n <= BOUNDARY_MAX && s.p[s.n - 1] != ' ';
}

struct multipart *multipart_open(struct str content_type, const struct multipart_owner *owner,
                                 void *context, struct err *e)
{
    struct buf boundary = {.max = 4096};
    ptrdiff_t semicolon = str_chr(content_type, ';');
    struct str type = str_trim(str_part(content_type, 0, semicolon < 0 ? content_type.n : (size_t)semicolon));
    struct multipart *m = NULL;
    if (!str_ieq(type, S("multipart/form-data")) || !parameter(content_type, S("boundary"), &boundary) ||
        !is_boundary(buf_str(&boundary))) {
        invalid(e, "content-type");
    } else {
        m = must_alloc(sizeof *m);
        m->owner = *owner;
        m->context = context;
        m->headers.max = MULTIPART_HEADERS_MAX;
        memcpy(m->delimiter, "\r\n--", 4);
        memcpy(m->delimiter + 4, boundary.p, boundary.n);
        m->ndelimiter = 4 + boundary.n;
        m->matched = m->virtual_bytes = 2; /* the first delimiter needs no CR LF before it */
    }
    buf_free(&boundary);
    return m;
}

/* --- part headers ---------------------------------------------------------------------------- */

static bool is_shown(uint32_t code)
{
    bool turns_text = (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
    return code >= 0x20 && !(code >= 0x7f && code < 0xa0) && !turns_text && code != 0x2028 && code != 0x2029;
}

void multipart_clean_name(struct str raw, char out[MULTIPART_NAME_MAX + 1])
{
    size_t n = 0;
    for (size_t i = raw.n; i > 0; i--)
        if (raw.p[i - 1] == '/' || raw.p[i - 1] == '\\') {
            raw = str_from(raw, i);
            break;
        }
    while (raw.n) {
        uint32_t code = 0;
        size_t length = utf8_next(raw, &code);
        bool kept = length > 0 && is_shown(code) && !(n == 0 && (code == '.' || code == ' '));
        if (kept && n + length > MULTIPART_NAME_MAX)
            break;
        if (kept) {
            memcpy(out + n, raw.p, length);
            n += length;
        }
        raw = str_from(raw, length ? length : 1);
    }
    while (n && (out[n - 1] == ' ' || out[n - 1] == '.'))
        n--;
    if (n == 0) {
        memcpy(out, "fichier", 7);
        n = 7;
    }
    out[n] = '\0';
}

struct reading {
    struct buf name, file_name;
    struct str content_type;
    bool has_disposition, has_file_name;
};

static bool header_line(struct reading *r, struct str line, struct err *e)
{
    ptrdiff_t colon = str_chr(line, ':');
    if (colon <= 0 || line.p[0] == ' ' || line.p[0] == '\t')
        return invalid(e, "part header");
    for (size_t i = 0; i < line.n; i++)
        if (((unsigned char)line.p[i] < 0x20 && line.p[i] != '\t') || line.p[i] == 0x7f)
            return invalid(e, "control byte in a part header");
    struct str name = str_part(line, 0, (size_t)colon), value = str_trim(str_from(line, (size_t)colon + 1));
    if (str_ieq(name, S("content-type")))
        r->content_type = value;
    if (!str_ieq(name, S("content-disposition")))
        return true;
    if (r->has_disposition || !str_ieq(str_trim(str_part(value, 0, 9)), S("form-data")) ||
        !parameter(value, S("name"), &r->name))
        return invalid(e, "content-disposition");
    r->has_disposition = true;
    r->has_file_name = parameter(value, S("filename"), &r->file_name);
    return true;
}

static bool part_begins(struct multipart *m, struct err *e)
{
    struct reading r = {0};
    struct str rest = buf_str(&m->headers);
    char file_name[MULTIPART_NAME_MAX + 1];
    bool ok = ++m->nparts <= MULTIPART_PARTS_MAX || invalid(e, "too many parts");
    while (ok && rest.n > 2) {
        ptrdiff_t end = str_find(rest, S("\r\n"));
        ok = end > 0 ? header_line(&r, str_part(rest, 0, (size_t)end), e) : invalid(e, "part header");
        rest = ok ? str_from(rest, (size_t)end + 2) : rest;
    }
    ok = ok && (r.has_disposition || invalid(e, "no content-disposition"));
    ok = ok && (utf8_valid(buf_str(&r.name)) || invalid(e, "name of a field"));
    if (ok) {
        struct multipart_part part = {.name = buf_str(&r.name), .content_type = r.content_type};
        if (r.has_file_name) {
            multipart_clean_name(buf_str(&r.file_name), file_name);
            part.file_name = str_of(file_name);
        }
        ok = m->owner.on_part(m->context, &part, e);
    }
    buf_free(&r.name);
    buf_free(&r.file_name);
    return ok;
}

static bool take_headers(struct multipart *m, struct str *in, struct err *e)
{
    while (in->n) {
        buf_addc(&m->headers, in->p[0]);
        *in = str_from(*in, 1);
        if (m->headers.over)
            return invalid(e, "part headers too long");
        struct str so_far = buf_str(&m->headers);
        if (!str_ends(so_far, S("\r\n\r\n")) && !(so_far.n == 2 && str_eq(so_far, S("\r\n"))))
            continue;
        bool ok = part_begins(m, e);
        buf_reset(&m->headers);
        m->state = BODY;
        m->matched = m->virtual_bytes = 2; /* an empty body: the CR LF of the headers is the delimiter's */
        return ok;
    }
    return true;
}

/* --- bodies ---------------------------------------------------------------------------------- */

static bool give(struct multipart *m, struct str bytes, struct err *e)
{
    if (m->state != BODY || bytes.n == 0)
        return true;
    return m->owner.on_bytes(m->context, bytes, e);
}

/* CR occurs in the delimiter at its first byte only, so a broken match begins again at a CR or not
 * at all. */
static bool take_until_delimiter(struct multipart *m, struct str *in, struct err *e)
{
    size_t start = 0, i = 0;
    while (i < in->n) {
        if (m->matched == 0) {
            const char *cr = memchr(in->p + i, '\r', in->n - i);
            i = cr ? (size_t)(cr - in->p) : in->n;
            if (!give(m, str_part(*in, start, i - start), e))
                return false;
            start = i;
            if (!cr)
                break;
        }
        if (in->p[i] == m->delimiter[m->matched]) {
            i++;
            start = i;
            if (++m->matched < m->ndelimiter)
                continue;
            *in = str_from(*in, i);
            m->virtual_bytes = m->matched = 0;
            if (m->state == BODY && !m->owner.on_end(m->context, e))
                return false;
            m->state = AFTER;
            m->nafter = 0;
            return true;
        }
        struct str broken = {m->delimiter + m->virtual_bytes, m->matched - m->virtual_bytes};
        m->virtual_bytes = m->matched = 0;
        if (!give(m, broken, e))
            return false;
    }
    *in = STR_NONE;
    return true;
}

/* After a delimiter: "--" ends the form, CR LF begins a part; padding is not accepted. */
static bool take_after(struct multipart *m, struct str *in, struct err *e)
{
    m->after[m->nafter++] = in->p[0];
    *in = str_from(*in, 1);
    if (m->nafter < 2)
        return true;
    struct str two = {m->after, 2};
    if (!str_eq(two, S("--")) && !str_eq(two, S("\r\n")))
        return invalid(e, "after the boundary");
    m->state = two.p[0] == '-' ? EPILOGUE : HEADERS;
    return true;
}

bool multipart_feed(struct multipart *m, struct str bytes, struct err *e)
{
    bool ok = true;
    while (ok && bytes.n && m->state != EPILOGUE) {
        if (m->state == AFTER) {
            ok = take_after(m, &bytes, e);
        } else if (m->state == HEADERS) {
            ok = take_headers(m, &bytes, e);
        } else {
            ok = take_until_delimiter(m, &bytes, e);
        }
    }
    return ok;
}

bool multipart_finish(const struct multipart *m, struct err *e)
{
    return m->state == EPILOGUE || invalid(e, "the form is cut");
}

void multipart_close(struct multipart *m)
{
    if (!m)
        return;
    buf_free(&m->headers);
    free(m);
}
