#include "tools/gen/gen.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/utf8.h"

enum { SOURCE_MAX = 1 << 20, NAME_MAX_BYTES = 63, PATH_BYTES = 4096 };

_Noreturn void gen_fail(const char *path, unsigned line, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    fprintf(stderr, "%s:%u: ", path, line);
    vfprintf(stderr, format, ap);
    fputc('\n', stderr);
    va_end(ap);
    exit(1);
}

static struct str stem_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    const char *dot = strrchr(name, '.');
    return (struct str){name, dot ? (size_t)(dot - name) : strlen(name)};
}

/* False: the file cannot be opened or read. */
static bool slurp(const char *path, struct buf *out)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return false;
    size_t got = 1;
    while (got > 0) {
        char *room = buf_room(out, 4096);
        got = room ? fread(room, 1, 4096, f) : 0;
        out->n += got;
    }
    bool ok = !ferror(f) && !out->over;
    fclose(f);
    return ok;
}

struct gen_file gen_read(struct arena *a, const char *path)
{
    struct buf b = {.max = SOURCE_MAX};
    if (!slurp(path, &b))
        gen_fail(path, 1, "cannot be read: %s", b.over ? "more than 1 MiB" : strerror(errno));
    struct str text = arena_str(a, buf_str(&b));
    buf_free(&b);
    if (!utf8_valid(text) || str_chr(text, '\0') >= 0)
        gen_fail(path, 1, "is not UTF-8 text");
    return (struct gen_file){path, stem_of(path), text};
}

unsigned gen_line(struct str text, size_t at)
{
    unsigned line = 1;
    for (size_t i = 0; i < at && i < text.n; i++)
        line += text.p[i] == '\n';
    return line;
}

bool gen_is_name(struct str s)
{
    if (s.n == 0 || s.n > NAME_MAX_BYTES || s.p[0] < 'a' || s.p[0] > 'z')
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'))
            return false;
    }
    return true;
}

static void literal_byte(struct buf *out, char c)
{
    unsigned char u = (unsigned char)c;
    if (c == '"' || c == '\\')
        buf_printf(out, "\\%c", c);
    else if (c == '\n')
        buf_addz(out, "\\n");
    else if (u < ' ' || u == 127 || c == '?') /* '?': no trigraphs */
        buf_printf(out, "\\%03o", (unsigned)u);
    else
        buf_addc(out, c);
}

void gen_literal(struct buf *out, struct str s, const char *indent)
{
    buf_printf(out, "%s\"", indent);
    for (size_t i = 0; i < s.n; i++) {
        literal_byte(out, s.p[i]);
        if (s.p[i] == '\n' && i + 1 < s.n)
            buf_printf(out, "\"\n%s\"", indent);
    }
    buf_addc(out, '"');
}

void gen_head(struct buf *out, const char *maker)
{
    buf_printf(out, "/* Made by tools/gen/%s; edit its sources instead. */\n", maker);
}

void gen_write(const char *folder, const char *name, struct str bytes)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    struct buf old = {0};
    bool same = slurp(path, &old) && str_eq(buf_str(&old), bytes);
    buf_free(&old);
    if (same)
        return;
    FILE *f = fopen(path, "wb");
    bool ok = f && fwrite(bytes.p, 1, bytes.n, f) == bytes.n;
    if (!f || fclose(f) != 0 || !ok)
        gen_fail(path, 1, "cannot be written: %s", strerror(errno));
}
