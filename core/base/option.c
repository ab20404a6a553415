#include "core/base/option.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/errors.h"
#include "core/base/must.h"

static const struct option rows[OPTION_N] = {
#define OPTION(id, name, kind, unit, least, most, fallback, en, fr)                                \
    [OPTION_##id] = {name, OPTION_##kind, unit, least, most, fallback, en, fr},
#include "core/base/options.def"
#undef OPTION
};

static struct {
    char *text; /* NULL: the default */
    enum option_source source;
} values[OPTION_N];

const struct option *option_row(enum option_id id)
{
    return &rows[id];
}

bool option_find(struct str name, enum option_id *id)
{
    for (unsigned i = 0; i < OPTION_N; i++) {
        if (str_eq(name, str_of(rows[i].name))) {
            *id = (enum option_id)i;
            return true;
        }
    }
    return false;
}

struct str option_str(enum option_id id)
{
    return str_of(values[id].text ? values[id].text : rows[id].fallback);
}

int64_t option_i64(enum option_id id)
{
    int64_t n = 0;
    must(rows[id].kind == OPTION_NUMBER);
    must(str_i64(option_str(id), &n));
    return n;
}

enum option_source option_source(enum option_id id)
{
    return values[id].source;
}

static bool refuse(const struct option *o, struct str value, struct err *e)
{
    ERR(e, err_option_value, "--%s", o->name);
    err_arg(e, "--%s", o->name);
    err_arg(e, "\"" STR_FMT "\"", STR_ARG(value));
    if (o->kind == OPTION_NUMBER)
        return err_arg(e, "%lld … %lld (%s)", (long long)o->least, (long long)o->most, o->unit);
    return err_arg(e, "%s, %lld … %lld", o->unit, (long long)o->least, (long long)o->most);
}

bool option_set(enum option_id id, struct str value, enum option_source source, struct err *e)
{
    const struct option *o = &rows[id];
    int64_t n = (int64_t)value.n;
    if (o->kind == OPTION_NUMBER && !str_i64(value, &n))
        return refuse(o, value, e);
    if (n < o->least || n > o->most || (value.n > 0 && memchr(value.p, '\0', value.n)))
        return refuse(o, value, e);
    if (source < values[id].source)
        return true;
    free(values[id].text);
    values[id].text = must_strndup(value.p ? value.p : "", value.n);
    values[id].source = source;
    return true;
}

/* "public-url" -> TERRASSE_PUBLIC_URL */
static void variable_name(const struct option *o, char out[80])
{
    int n = snprintf(out, 80, "TERRASSE_%s", o->name);
    for (int i = 9; i < n; i++) {
        if (out[i] == '-')
            out[i] = '_';
        else if (out[i] >= 'a' && out[i] <= 'z')
            out[i] = (char)(out[i] - 'a' + 'A');
    }
}

bool option_read_variables(struct err *e)
{
    for (unsigned i = 0; i < OPTION_N; i++) {
        char name[80];
        variable_name(&rows[i], name);
        const char *value = getenv(name);
        if (value && !option_set((enum option_id)i, str_of(value), OPTION_VARIABLE, e))
            return false;
    }
    return true;
}

static bool read_line(struct str line, struct err *e)
{
    enum option_id id;
    struct str name;
    line = str_trim(line);
    if (line.n == 0 || line.p[0] == '#')
        return true;
    struct str value = line;
    str_cut(&value, '=', &name);
    name = str_trim(name);
    if (!option_find(name, &id) || id == OPTION_HOME) {
        ERR(e, err_option_unknown, "in terrasse.conf");
        return err_arg(e, STR_FMT " (terrasse.conf)", STR_ARG(name));
    }
    return option_set(id, str_trim(value), OPTION_FILE, e);
}

bool option_read_file(const char *path, struct err *e)
{
    char line[8192];
    bool ok = true;
    FILE *f = fopen(path, "re");
    if (!f && errno == ENOENT)
        return true;
    if (!f)
        return ERR_FILE(e, err_file_open, path);
    while (ok && fgets(line, sizeof line, f))
        ok = read_line(str_of(line), e);
    fclose(f);
    return ok;
}
