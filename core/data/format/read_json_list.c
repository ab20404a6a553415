#include "core/data/format/read_json_list.h"

#include "core/base/buf.h"
#include "core/base/jr.h"
#include "core/data/errors.h"

enum { PATH_MAX_BYTES = 300, NAMES_SAID = 150 };

bool json_list_broken(struct str text, const char *at, struct err *e)
{
    unsigned long long line = 1;
    for (const char *p = text.p; p < at; p++)
        line += *p == '\n';
    ERR(e, err_data_json, "line %llu", line);
    return err_arg(e, "%llu", line);
}

/* The first character behind white space; 0: there is none. */
static char first_of(struct json_scan j)
{
    while (j.p < j.end && strchr(" \t\r\n", *j.p))
        j.p++;
    return j.p < j.end ? *j.p : 0;
}

static bool is_list_of_objects(struct str value)
{
    struct json_scan j = json_scan_of(value);
    return json_scan_take(&j, '[') && first_of(j) == '{';
}

/* One search through the objects of a file. */
struct search {
    struct str asked;
    struct str best, path; /* the list and where it is */
    struct buf at, names;
    struct arena *a;
};

static void found(struct search *s, struct str value)
{
    struct str path = buf_str(&s->at);
    if (s->names.n + path.n + 2 < NAMES_SAID) {
        buf_addz(&s->names, s->names.n ? ", " : "");
        buf_add(&s->names, path);
    }
    if (s->asked.n ? !str_eq(path, s->asked) : value.n <= s->best.n)
        return;
    s->best = value;
    s->path = arena_str(s->a, path);
}

static void search(struct search *s, struct str object, unsigned depth)
{
    struct json_scan j = json_scan_of(object);
    struct str key, value;
    bool more;
    size_t before = s->at.n;
    if (!json_scan_open(&j, '{'))
        return;
    while (json_scan_member(&j, &key, &value, &more) && more) {
        if (before + key.n > PATH_MAX_BYTES)
            continue;
        buf_addz(&s->at, before ? "." : "");
        buf_add(&s->at, key);
        if (is_list_of_objects(value))
            found(s, value);
        else if (value.n && value.p[0] == '{' && depth < JSON_LIST_DEPTH)
            search(s, value, depth + 1);
        s->at.n = before;
    }
}

static bool unknown(const struct search *s, struct err *e)
{
    ERR(e, err_data_json_path, "no such list");
    err_arg(e, STR_FMT, STR_ARG(str_part(s->asked, 0, NAMES_SAID)));
    return err_arg(e, STR_FMT, STR_ARG(buf_str(&s->names)));
}

/* The file is one object. */
static bool within(struct json_list *l, struct arena *a, struct str object, struct str asked,
                   struct err *e)
{
    struct search s = {.a = a, .asked = asked};
    search(&s, object, 1);
    bool ok = s.best.p || !asked.n || unknown(&s, e);
    if (s.best.p) {
        l->path = s.path;
        l->bracketed = true;
        l->start = json_scan_of(s.best);
        json_scan_take(&l->start, '[');
    }
    buf_free(&s.at);
    buf_free(&s.names);
    return ok;
}

bool json_list_find(struct json_list *l, struct arena *a, struct str text, const json_t *options,
                    struct err *e)
{
    struct str asked = jr_str(options, "path"), object;
    *l = (struct json_list){.start = json_scan_of(text), .path = S("")};
    const char *nul = text.n ? memchr(text.p, 0, text.n) : NULL;
    if (nul) /* JSON has none, and no report could say it */
        return json_list_broken(text, nul, e);
    if (json_scan_take(&l->start, '[')) {
        l->bracketed = true;
        return !asked.n || unknown(&(struct search){.asked = asked}, e);
    }
    struct json_scan j = l->start;
    if (!json_scan_value(&j, &object))
        return json_list_broken(text, j.p, e);
    return !json_scan_end(&j) || within(l, a, object, asked, e);
}
