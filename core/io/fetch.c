#include "core/io/fetch.h"

#include <curl/curl.h>
#include <unistd.h>

#include "core/base/must.h"
#include "core/io/curl_guard.h"
#include "core/io/errors.h"

enum { BYTES_MAX = 16 << 20, TIMEOUT_MS = 30000, FIELDS_MAX = 200, FIELDS_BYTES = 64 * 1024,
       SLOW_BYTES = 100, SLOW_S = 20 /* fewer bytes a second for so long: nobody waits for that */ };

struct exchange_out {
    const struct fetch_request *request;
    struct fetch_answer *answer;
    struct arena *a;
    struct err *e; /* set by on_bytes */
    struct buf body;
    int64_t bytes_max, seen;
    size_t field_bytes;
    bool refused_address, too_large, stopped;
};

void fetch_init(void)
{
    must(curl_global_init(CURL_GLOBAL_DEFAULT) == 0);
}

static bool allowed(const struct fetch_policy *policy, const struct sockaddr *a)
{
    enum address_kind kind = address_kind(a);
    bool near = kind == ADDRESS_PRIVATE || kind == ADDRESS_LOOPBACK || kind == ADDRESS_SHARED;
    if (kind != ADDRESS_PUBLIC && !(near && policy->allow_private))
        return false;
    return !policy->allows || policy->allows(a, kind, policy->context);
}

static curl_socket_t on_socket(void *context, curlsocktype purpose, struct curl_sockaddr *a)
{
    struct exchange_out *x = context;
    if (purpose != CURLSOCKTYPE_IPCXN || !allowed(&x->request->policy, &a->addr)) {
        x->refused_address = true;
        return CURL_SOCKET_BAD;
    }
    return socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
}

static size_t on_data(char *p, size_t size, size_t n, void *context)
{
    struct exchange_out *x = context;
    struct str bytes = {p, size * n};
    x->seen += (int64_t)bytes.n;
    if (x->seen > x->bytes_max) {
        x->too_large = true;
        return 0;
    }
    if (!x->request->on_bytes) {
        buf_add(&x->body, bytes);
        return bytes.n;
    }
    x->stopped = !x->request->on_bytes(bytes, x->request->context, x->e);
    return x->stopped ? 0 : bytes.n;
}

static size_t on_header(char *p, size_t size, size_t n, void *context)
{
    struct exchange_out *x = context;
    struct fetch_answer *answer = x->answer;
    struct str line = {p, size * n};
    if (str_starts(line, S("HTTP/"))) { /* an answer after a redirection or a 100 */
        answer->nfields = 0;
        return line.n;
    }
    ptrdiff_t colon = str_chr(line, ':');
    x->field_bytes += line.n;
    if (x->field_bytes > FIELDS_BYTES || answer->nfields == FIELDS_MAX) {
        x->too_large = true;
        return 0;
    }
    if (colon <= 0)
        return line.n;
    char *name = arena_copy(x->a, str_part(line, 0, (size_t)colon));
    for (char *c = name; *c; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c | 0x20);
    answer->fields[answer->nfields++] = (struct fetch_field){
        {name, (size_t)colon}, arena_str(x->a, str_trim(str_from(line, (size_t)colon + 1)))};
    return line.n;
}

static bool is_clean(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
            return false;
    return true;
}

static bool is_url(struct str url)
{
    bool http = str_ieq(str_part(url, 0, 7), S("http://")) || str_ieq(str_part(url, 0, 8), S("https://"));
    return http && url.n <= 8192 && is_clean(url) && str_chr(url, ' ') < 0;
}

static struct curl_slist *header_list(struct arena *a, const struct fetch_request *r)
{
    struct curl_slist *list = curl_slist_append(NULL, "Expect:");
    for (size_t i = 0; i < r->nfields; i++) {
        must(is_clean(r->fields[i].name) && is_clean(r->fields[i].value));
        /* "name;" is how libcurl is asked for an empty value. */
        struct str name = r->fields[i].name, value = r->fields[i].value;
        struct str line = value.n ? arena_printf(a, STR_FMT ": " STR_FMT, STR_ARG(name), STR_ARG(value))
                                  : arena_printf(a, STR_FMT ";", STR_ARG(name));
        list = curl_slist_append(list, line.p);
    }
    return list;
}

static void set_method(CURL *curl, const struct fetch_request *r)
{
    bool is_head = strcmp(r->method, "HEAD") == 0;
    curl_easy_setopt(curl, CURLOPT_NOBODY, (long)is_head);
    if (r->body.p) {
        curl_easy_setopt(curl, CURLOPT_POST, 1L);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body.n);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, r->body.p);
    }
    if (!is_head)
        curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, r->method);
}

static void set_limits(CURL *curl, const struct fetch_request *r)
{
    curl_guard(curl);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, (long)(r->redirects_max > 0));
    curl_easy_setopt(curl, CURLOPT_MAXREDIRS, (long)r->redirects_max);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)(r->timeout_ms ? r->timeout_ms : TIMEOUT_MS));
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, (long)SLOW_BYTES);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, (long)SLOW_S);
    curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, 1L); /* a kept connection would skip the address check */
    curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "Terrasse");
}

static void set_callbacks(CURL *curl, struct exchange_out *x)
{
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, on_socket);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, x);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_data);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, x);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, x);
}

/* The host alone: a URL may hold a key. */
static struct str host_of(struct str url)
{
    ptrdiff_t at = str_find(url, S("://"));
    struct str rest = at < 0 ? url : str_from(url, (size_t)at + 3);
    for (size_t i = 0; i < rest.n; i++)
        if (strchr("/?#", rest.p[i])) {
            rest.n = i;
            break;
        }
    ptrdiff_t user = str_chr(rest, '@');
    return user < 0 ? rest : str_from(rest, (size_t)user + 1);
}

static bool judge(const struct exchange_out *x, CURLcode code, struct err *e)
{
    struct str host = host_of(x->request->url);
    if (code == CURLE_OK)
        return true;
    if (x->stopped && e->kind)
        return false;
    if (x->refused_address)
        ERR(e, err_fetch_address, "host " STR_FMT, STR_ARG(host));
    else if (x->too_large)
        ERR(e, err_fetch_too_large, "host " STR_FMT ": %lld bytes", STR_ARG(host), (long long)x->seen);
    else if (code == CURLE_OPERATION_TIMEDOUT)
        ERR(e, err_fetch_slow, "host " STR_FMT, STR_ARG(host));
    else
        ERR(e, err_fetch_failed, "host " STR_FMT ": %s", STR_ARG(host), curl_easy_strerror(code));
    err_arg(e, STR_FMT, STR_ARG(host));
    return err_arg(e, "%lld", (long long)x->bytes_max);
}

static void fill(CURL *curl, struct exchange_out *x)
{
    long status = 0;
    char *url = NULL;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(curl, CURLINFO_EFFECTIVE_URL, &url);
    x->answer->status = (int)status;
    x->answer->body = arena_str(x->a, buf_str(&x->body));
    x->answer->url = arena_str(x->a, str_of(url));
}

bool fetch(struct arena *a, const struct fetch_request *request, struct fetch_answer *answer, struct err *e)
{
    if (!is_url(request->url)) {
        ERR(e, err_fetch_url, "host " STR_FMT, STR_ARG(host_of(request->url)));
        return err_arg(e, STR_FMT, STR_ARG(host_of(request->url)));
    }
    struct fetch_answer got = {.fields = ARENA_ARRAY(a, struct fetch_field, FIELDS_MAX)};
    struct exchange_out x = {.request = request, .answer = &got, .a = a, .e = e};
    x.bytes_max = request->bytes_max ? request->bytes_max : BYTES_MAX;
    x.body.max = (size_t)x.bytes_max;
    must(request->redirects_max == 0 || !request->body.p);
    CURL *curl = curl_easy_init();
    must(curl);
    struct curl_slist *headers = header_list(a, request);
    curl_easy_setopt(curl, CURLOPT_URL, arena_copy(a, request->url));
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    set_limits(curl, request);
    set_method(curl, request);
    set_callbacks(curl, &x);
    bool ok = judge(&x, curl_easy_perform(curl), e);
    if (ok) {
        fill(curl, &x);
        *answer = got;
    }
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    buf_free(&x.body);
    return ok;
}

struct str fetch_header(const struct fetch_answer *answer, struct str lower_name)
{
    for (size_t i = 0; i < answer->nfields; i++)
        if (str_eq(answer->fields[i].name, lower_name))
            return answer->fields[i].value;
    return STR_NONE;
}
