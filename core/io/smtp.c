#include "core/io/smtp.h"

#include <curl/curl.h>
#include <sodium.h>

#include "core/base/clock.h"
#include "core/base/must.h"
#include "core/base/utf8.h"
#include "core/io/curl_guard.h"
#include "core/io/errors.h"

enum {
    TIMEOUT_MS = 60000,
    WORD_BYTES = 42 /* 56 characters of base64 */,
    LINE_BYTES = 57 /* 76 */,
    TLS_PORT = 465
};

/* Host and port, the host without its brackets kept apart. */
static bool split(struct str address, struct str *host, int64_t *port)
{
    size_t at = address.n;
    while (at > 0 && address.p[at - 1] != ':')
        at--;
    *host = str_part(address, 0, at ? at - 1 : 0);
    bool ok = at > 1 && host->n <= 255 && str_i64(str_from(address, at), port) && *port > 0 &&
              *port < 65536;
    bool bracketed = ok && host->p[0] == '[' && host->p[host->n - 1] == ']';
    for (size_t i = 0; ok && i < host->n; i++) {
        char c = host->p[i];
        ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             c == '.' || c == '-' || (bracketed && (c == ':' || c == '[' || c == ']'));
    }
    return ok;
}

static bool refuse_address(struct str address, struct err *e)
{
    ERR(e, err_mail_address, "%zu bytes", address.n);
    return err_arg(e, STR_FMT, STR_ARG(str_part(address, 0, 80)));
}

static bool is_here(struct str host)
{
    return str_ieq(host, S("localhost")) || str_eq(host, S("127.0.0.1")) ||
           str_eq(host, S("[::1]"));
}

/* ---- the message ---- */

static void add_base64(struct arena *a, struct str bytes, struct buf *out)
{
    size_t room = sodium_base64_encoded_len(bytes.n, sodium_base64_VARIANT_ORIGINAL);
    char *text = arena_alloc(a, room);
    sodium_bin2base64(text, room, (const unsigned char *)bytes.p, bytes.n,
                      sodium_base64_VARIANT_ORIGINAL);
    buf_addz(out, text);
}

/* RFC 2047, always: what stands in it can be anything. No word ends inside a character (§5). */
static void add_words(struct arena *a, struct str text, struct buf *out)
{
    for (bool first = true; text.n > 0 || first; first = false) {
        size_t n = utf8_floor(str_part(text, 0, WORD_BYTES));
        if (n == 0)
            n = text.n < WORD_BYTES ? text.n : WORD_BYTES; /* not UTF-8: cut anywhere */
        buf_addz(out, first ? "=?UTF-8?B?" : "\r\n =?UTF-8?B?");
        add_base64(a, str_part(text, 0, n), out);
        buf_addz(out, "?=");
        text = str_from(text, n);
    }
}

static void add_body(struct arena *a, struct str body, struct buf *out)
{
    struct buf lines = {0};
    for (size_t i = 0; i < body.n; i++)
        if (body.p[i] == '\n')
            buf_addz(&lines, "\r\n");
        else if (body.p[i] != '\r')
            buf_addc(&lines, body.p[i]);
    for (size_t at = 0; at < lines.n; at += LINE_BYTES) {
        add_base64(a, str_part(buf_str(&lines), at, LINE_BYTES), out);
        buf_addz(out, "\r\n");
    }
    buf_free(&lines);
}

static struct str domain_of(struct str address)
{
    return str_from(address, (size_t)(str_chr(address, '@') + 1));
}

void smtp_write(struct arena *a, const struct smtp_message *m, struct buf *out)
{
    struct buf date = {0};
    clock_http(&date, m->at_us);
    must(date.n > 4);
    buf_printf(out, "Date: " STR_FMT " +0000\r\nFrom: ", (int)(date.n - 4), date.p); /* "… GMT" */
    add_words(a, m->from_name, out);
    buf_printf(out, " <" STR_FMT ">\r\nTo: <" STR_FMT ">\r\nSubject: ", STR_ARG(m->from),
               STR_ARG(m->to));
    add_words(a, m->subject, out);
    buf_printf(
        out,
        "\r\nMessage-ID: <" STR_FMT "@" STR_FMT
        ">\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n",
        STR_ARG(m->id), STR_ARG(domain_of(m->from)));
    add_body(a, m->body, out);
    buf_free(&date);
}

/* ---- the exchange ---- */

struct reading {
    struct str left;
};

static size_t on_read(char *to, size_t size, size_t n, void *context)
{
    struct reading *r = context;
    struct str part = str_part(r->left, 0, size * n);
    memcpy(to, part.p, part.n);
    r->left = str_from(r->left, part.n);
    return part.n;
}

static void set_server(CURL *curl, struct arena *a, const struct smtp_server *s, struct str host,
                       int64_t port, struct str name)
{
    struct str url =
        arena_printf(a, "%s://" STR_FMT ":%d/" STR_FMT, port == TLS_PORT ? "smtps" : "smtp",
                     STR_ARG(host), (int)port, STR_ARG(name));
    curl_easy_setopt(curl, CURLOPT_URL, url.p);
    curl_guard(curl);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(curl, CURLOPT_USE_SSL,
                     (long)(is_here(host) ? CURLUSESSL_NONE : CURLUSESSL_ALL));
    if (s->ca_file.n)
        curl_easy_setopt(curl, CURLOPT_CAINFO, arena_copy(a, s->ca_file));
    if (s->user.n) {
        curl_easy_setopt(curl, CURLOPT_USERNAME, arena_copy(a, s->user));
        curl_easy_setopt(curl, CURLOPT_PASSWORD, arena_copy(a, s->password));
    }
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)TIMEOUT_MS);
}

/* 5yz to the recipient or to the message is for good (RFC 5321 §4.2.1); a server that does not let
 * us in may be mended. */
static bool judge(CURL *curl, CURLcode code, const struct smtp_server *s, struct err *e)
{
    long said = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &said);
    if (code == CURLE_OK)
        return true;
    bool for_good =
        (code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR) && said >= 500 && said < 600;
    if (for_good)
        ERR(e, err_mail_refused, "%s: %ld", curl_easy_strerror(code), said);
    else
        ERR(e, err_mail_failed, "%s: %ld", curl_easy_strerror(code), said);
    err_arg(e, STR_FMT, STR_ARG(s->address));
    return said ? err_arg(e, "%s (%ld)", curl_easy_strerror(code), said)
                : err_arg(e, "%s", curl_easy_strerror(code));
}

bool smtp_send(struct arena *a, const struct smtp_server *server, const struct smtp_message *m,
               struct err *e)
{
    struct str host;
    int64_t port;
    struct buf text = {0};
    if (!split(server->address, &host, &port))
        return refuse_address(server->address, e);
    CURL *curl = curl_easy_init();
    must(curl);
    smtp_write(a, m, &text);
    struct reading reading = {buf_str(&text)};
    struct curl_slist *to =
        curl_slist_append(NULL, arena_printf(a, "<" STR_FMT ">", STR_ARG(m->to)).p);
    set_server(curl, a, server, host, port, domain_of(m->from));
    curl_easy_setopt(curl, CURLOPT_MAIL_FROM, arena_printf(a, "<" STR_FMT ">", STR_ARG(m->from)).p);
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, to);
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, on_read);
    curl_easy_setopt(curl, CURLOPT_READDATA, &reading);
    bool ok = judge(curl, curl_easy_perform(curl), server, e);
    curl_slist_free_all(to);
    curl_easy_cleanup(curl);
    buf_free(&text);
    return ok;
}
