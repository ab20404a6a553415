#include "tools/cli/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tools/cli/errors.h"

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    struct sockaddr_un local;
};

static bool parse_port(struct str s, in_port_t *port)
{
    uint64_t n;
    if (!str_u64(s, &n) || n > 65535)
        return false;
    *port = htons((uint16_t)n);
    return true;
}

static bool parse_local(struct str path, union address *a, socklen_t *size)
{
    if (path.n == 0 || path.n >= sizeof a->local.sun_path)
        return false;
    a->local.sun_family = AF_UNIX;
    memcpy(a->local.sun_path, path.p, path.n);
    *size = sizeof a->local;
    return true;
}

static bool parse(struct str s, union address *a, socklen_t *size)
{
    char host[64];
    memset(a, 0, sizeof *a);
    if (str_starts(s, S("unix:")))
        return parse_local(str_from(s, 5), a, size);
    bool six = s.n > 0 && s.p[0] == '[';
    struct str name = six ? str_from(s, 1) : s;
    ptrdiff_t end = str_chr(name, six ? ']' : ':');
    if (end <= 0 || (size_t)end >= sizeof host)
        return false;
    struct str port = str_from(name, (size_t)end + 1);
    memcpy(host, name.p, (size_t)end);
    host[end] = '\0';
    if (!six) {
        a->v4.sin_family = AF_INET;
        *size = sizeof a->v4;
        return inet_pton(AF_INET, host, &a->v4.sin_addr) == 1 && parse_port(port, &a->v4.sin_port);
    }
    a->v6.sin6_family = AF_INET6;
    *size = sizeof a->v6;
    return port.n > 0 && port.p[0] == ':' && inet_pton(AF_INET6, host, &a->v6.sin6_addr) == 1 &&
           parse_port(str_from(port, 1), &a->v6.sin6_port);
}

static bool is_loopback(const union address *a)
{
    if (a->any.sa_family == AF_INET)
        return ntohl(a->v4.sin_addr.s_addr) >> 24 == 127;
    return a->any.sa_family == AF_UNIX || IN6_IS_ADDR_LOOPBACK(&a->v6.sin6_addr);
}

static bool fail(struct err *e, const char *listen, const char *why)
{
    ERR(e, err_cli_listen, "%s: %s", listen, why);
    err_arg(e, "%s", listen);
    return err_arg(e, "%s", why);
}

/* Binds and lets go: finds a taken port before any child does, and gives port 0 a number. */
static bool probe(union address *a, socklen_t *size, const char *listen, struct err *e)
{
    int one = 1;
    int fd = socket(a->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return fail(e, listen, strerror(errno));
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    bool ok = bind(fd, &a->any, *size) == 0 && getsockname(fd, &a->any, size) == 0;
    int error = errno;
    close(fd);
    return ok ? true : fail(e, listen, strerror(error));
}

bool listen_settle(const char *listen, bool loopback, char out[256], struct err *e)
{
    union address a;
    socklen_t size;
    char host[64];
    if (!parse(str_of(listen), &a, &size))
        return fail(e, listen, "ADDRESS:PORT, [ADDRESS]:PORT, unix:PATH");
    if (loopback && !is_loopback(&a)) {
        ERR(e, err_cli_loopback, "%s", listen);
        return err_arg(e, "%s", listen);
    }
    if (a.any.sa_family == AF_UNIX) {
        snprintf(out, 256, "%s", listen);
        return true;
    }
    if (!probe(&a, &size, listen, e))
        return false;
    if (a.any.sa_family == AF_INET)
        snprintf(out, 256, "%s:%u", inet_ntop(AF_INET, &a.v4.sin_addr, host, sizeof host), ntohs(a.v4.sin_port));
    else
        snprintf(out, 256, "[%s]:%u", inet_ntop(AF_INET6, &a.v6.sin6_addr, host, sizeof host),
                 ntohs(a.v6.sin6_port));
    return true;
}

bool listen_answers(const char *address)
{
    union address a;
    socklen_t size;
    if (!parse(str_of(address), &a, &size))
        return false;
    int fd = socket(a.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool ok = fd >= 0 && connect(fd, &a.any, size) == 0;
    if (fd >= 0)
        close(fd);
    return ok;
}
