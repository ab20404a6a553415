#include "core/data/format/read_json.h"

#include <stdlib.h>

#include "core/base/jw.h"
#include "core/base/must.h"
#include "core/base/utf8.h"
#include "core/data/format/encoding.h"
#include "core/data/errors.h"
#include "core/data/format/read_json_list.h"

enum { KEY_MAX = 500, COLUMNS = RECORD_COLUMNS_MAX };

struct json_rows {
    struct rows rows;
    struct arena arena;
    struct str text; /* the file behind its BOM */
    struct json_list list;
    struct json_scan at;
    uint64_t n;                /* of the object that was read last */
    bool names_given, looking; /* looking: the first reading, which finds the columns */
    size_t ncolumns, guess;
    struct str keys[COLUMNS], names[COLUMNS], cells[COLUMNS];
    struct {
        bool moved; /* the cell is in `cell_text`, from `from` */
        size_t from, n;
    } place[COLUMNS];
    bool words[COLUMNS], seen[COLUMNS], quoted[COLUMNS];
    struct buf path, cell_text;
    struct record *record;
    struct err *e;
};

static struct str without_bom(struct str file)
{
    return str_from(file, str_starts(file, S("\xef\xbb\xbf")) ? 3 : 0);
}

bool json_is(struct str file)
{
    struct json_scan j = json_scan_of(str_part(without_bom(file), 0, 4096));
    bool list = json_scan_take(&j, '[');
    return json_scan_take(&j, '{') ? json_scan_take(&j, '"') || json_scan_take(&j, '}')
                                   : list && json_scan_take(&j, ']');
}

static bool broken(struct json_rows *s, const char *at)
{
    return json_list_broken(s->text, at, s->e);
}

/* ---- columns ---- */

static size_t column_of(struct json_rows *s, struct str key)
{
    if (s->guess < s->ncolumns && str_eq(s->keys[s->guess], key))
        return s->guess++;
    for (size_t i = 0; i < s->ncolumns; i++)
        if (str_eq(s->keys[i], key)) {
            s->guess = i + 1;
            return i;
        }
    return COLUMNS;
}

static bool add_column(struct json_rows *s, struct str key, size_t *column)
{
    if (s->ncolumns == COLUMNS) {
        ERR(s->e, err_data_columns, "object %llu", (unsigned long long)s->n);
        err_arg(s->e, "%d", COLUMNS + 1);
        err_arg(s->e, "%d", COLUMNS);
        return err_arg(s->e, "%llu", (unsigned long long)s->n);
    }
    *column = s->ncolumns++;
    s->keys[*column] = arena_str(&s->arena, key);
    return true;
}

static bool see_value(struct json_rows *s, struct str value)
{
    size_t column = column_of(s, buf_str(&s->path));
    if (column == COLUMNS && !add_column(s, buf_str(&s->path), &column))
        return false;
    if (str_eq(value, S("null")))
        return true;
    s->words[column] = value.p[0] == '"' && (s->words[column] || !s->seen[column]);
    s->seen[column] = true;
    return true;
}

/* ---- cells ---- */

static bool is_number(struct str v)
{
    struct json_scan j = json_scan_of(v);
    double ignored;
    return json_scan_double(&j, &ignored);
}

static bool is_word(struct str v)
{
    return str_eq(v, S("true")) || str_eq(v, S("false"));
}

/* Ends a cell that was written into `cell_text`; what is not UTF-8 there is repaired. */
static void end_moved(struct json_rows *s, size_t column, size_t from)
{
    struct str put = str_from(buf_str(&s->cell_text), from);
    if (!utf8_valid(put)) {
        struct buf good = {.max = 4 * (size_t)RECORD_CELL_MAX};
        encoding_put_1252(&good, put);
        s->cell_text.n = from;
        buf_add(&s->cell_text, buf_str(&good));
        buf_free(&good);
        s->record->repaired = true;
    }
    s->place[column].moved = true;
    s->place[column].from = from;
    s->place[column].n = s->cell_text.n - from;
}

static bool put_moved(struct json_rows *s, size_t column, struct str raw, bool escaped)
{
    size_t from = s->cell_text.n;
    if (!escaped)
        buf_add(&s->cell_text, raw);
    else if (!json_scan_unescape(raw, &s->cell_text))
        return broken(s, raw.p);
    end_moved(s, column, from);
    return true;
}

/* ["a", "b"] as a|b; false: not such a list, nothing was written. */
static bool put_words(struct json_rows *s, size_t column, struct str list)
{
    struct json_scan j = json_scan_of(list);
    struct str word;
    size_t from = s->cell_text.n;
    bool ok = json_scan_open(&j, '[');
    for (bool first = true; ok && !json_scan_take(&j, ']'); first = false) {
        ok = (first || json_scan_take(&j, ',')) && json_scan_value(&j, &word) && word.p[0] == '"';
        if (!ok)
            break;
        word = str_part(word, 1, word.n - 2);
        buf_addz(&s->cell_text, first ? "" : "|");
        ok = !memchr(word.p, '|', word.n) && json_scan_unescape(word, &s->cell_text);
    }
    if (ok)
        end_moved(s, column, from);
    else
        s->cell_text.n = from;
    return ok;
}

static bool put_value(struct json_rows *s, struct str value)
{
    size_t column = column_of(s, buf_str(&s->path));
    bool string = value.p[0] == '"', nested = value.p[0] == '[' || value.p[0] == '{';
    if (column == COLUMNS)
        return broken(s, value.p);
    if (value.n > RECORD_CELL_MAX) {
        ERR(s->e, err_data_cell_long, "object %llu", (unsigned long long)s->n);
        err_arg(s->e, "%llu", (unsigned long long)s->n);
        err_arg(s->e, "%zu", column + 1);
        return err_arg(s->e, "%d", RECORD_CELL_MAX);
    }
    s->place[column].moved = false;
    s->quoted[column] = string;
    s->cells[column] = S("");
    if (str_eq(value, S("null")))
        return true;
    if (!string && !nested && !is_word(value) && !is_number(value))
        return broken(s, value.p);
    if (value.p[0] == '[' && put_words(s, column, value))
        return true;
    struct str raw = string ? str_part(value, 1, value.n - 2) : value;
    bool escaped = string && memchr(raw.p, '\\', raw.n);
    if (escaped || !utf8_valid(raw))
        return put_moved(s, column, raw, escaped);
    s->cells[column] = raw;
    return true;
}

/* ---- objects ---- */

/* A geometry, a Feature, or a longitude and a latitude: one value, and not three. */
static bool is_whole(struct str object)
{
    struct json_scan j = json_scan_of(object);
    struct str key, value;
    bool more, type = false, shape = false, lon = false, lat = false;
    size_t n = 0;
    if (!json_scan_open(&j, '{'))
        return false;
    for (; json_scan_member(&j, &key, &value, &more) && more; n++) {
        type |= str_eq(key, S("type")) && value.p[0] == '"';
        shape |= str_eq(key, S("coordinates")) || str_eq(key, S("geometries")) ||
                 str_eq(key, S("geometry"));
        lon |= str_eq(key, S("lon"));
        lat |= str_eq(key, S("lat"));
    }
    return (type && shape) || (n == 2 && lon && lat) || n == 0;
}

static bool add_key(struct json_rows *s, struct str key)
{
    size_t from = s->path.n;
    if (!json_scan_unescape(key, &s->path))
        return broken(s, key.p);
    if (!utf8_valid(str_from(buf_str(&s->path), from))) {
        s->path.n = from;
        encoding_put_1252(&s->path, key);
    }
    if (s->path.n > KEY_MAX) {
        s->path.n = utf8_floor((struct str){s->path.p, KEY_MAX});
    }
    return true;
}

static bool walk(struct json_rows *s, struct str object, unsigned depth)
{
    struct json_scan j = json_scan_of(object);
    struct str key, value;
    bool more;
    size_t before = s->path.n;
    if (!json_scan_open(&j, '{'))
        return broken(s, j.p);
    while (json_scan_member(&j, &key, &value, &more) && more) {
        buf_addz(&s->path, before ? "." : "");
        if (!add_key(s, key))
            return false;
        bool nested = value.p[0] == '{' && depth < JSON_FLAT_DEPTH && !is_whole(value);
        if (!(nested       ? walk(s, value, depth + 1)
              : s->looking ? see_value(s, value)
                           : put_value(s, value)))
            return false;
        s->path.n = before;
    }
    return !j.failed || broken(s, j.p);
}

/* *more false: the list is over. */
static bool next_object(struct json_rows *s, struct str *object, bool *more)
{
    struct json_scan *j = &s->at;
    bool bracketed = s->list.bracketed;
    *more = !(bracketed ? json_scan_take(j, ']') : json_scan_end(j));
    if (!*more)
        return !bracketed || s->list.path.n || json_scan_end(j) || broken(s, j->p);
    if (bracketed && s->n > 0 && !json_scan_take(j, ','))
        return broken(s, j->p);
    s->n++;
    if (!json_scan_value(j, object))
        return broken(s, j->p);
    if (object->p[0] == '{')
        return true;
    ERR(s->e, err_data_json_row, "element %llu", (unsigned long long)s->n);
    return err_arg(s->e, "%llu", (unsigned long long)s->n);
}

static void restart(struct json_rows *s)
{
    s->at = s->list.start;
    s->n = 0;
    s->names_given = false;
}

static bool look(struct json_rows *s)
{
    struct str object;
    bool more = true;
    restart(s);
    s->looking = true;
    while (more) {
        s->guess = 0;
        buf_reset(&s->path);
        if (!next_object(s, &object, &more) || (more && !walk(s, object, 1)))
            return false;
    }
    s->looking = false;
    for (size_t i = 0; i < s->ncolumns; i++)
        s->names[i] = s->keys[i];
    return s->ncolumns > 0 || ERR(s->e, err_data_no_rows, "no key");
}

static void settle(struct json_rows *s)
{
    for (size_t i = 0; i < s->ncolumns; i++) {
        if (s->place[i].moved)
            s->cells[i] = str_part(buf_str(&s->cell_text), s->place[i].from, s->place[i].n);
        s->record->has_nul |= s->cells[i].n && memchr(s->cells[i].p, 0, s->cells[i].n);
    }
    s->record->cells = s->cells;
    s->record->quoted = s->quoted;
}

static bool json_next(struct rows *self, struct record *out, struct err *e)
{
    struct json_rows *s = (struct json_rows *)(void *)self;
    struct str object;
    bool more;
    *out = (struct record){.n = s->ncolumns, .cells = s->names};
    s->record = out;
    s->e = e;
    if (!s->names_given) {
        s->names_given = true;
        return true;
    }
    if (!next_object(s, &object, &more))
        return false;
    out->line = s->n;
    out->end = !more;
    if (!more)
        return true;
    buf_reset(&s->cell_text);
    buf_reset(&s->path);
    s->guess = 0;
    for (size_t i = 0; i < s->ncolumns; i++) {
        s->cells[i] = S("");
        s->quoted[i] = s->place[i].moved = false;
    }
    if (!walk(s, object, 1))
        return false;
    settle(s);
    return !s->cell_text.over || broken(s, object.p);
}

static bool json_rewind(struct rows *self, struct err *e)
{
    (void)e;
    restart((struct json_rows *)(void *)self);
    return true;
}

static void json_close(struct rows *self)
{
    struct json_rows *s = (struct json_rows *)(void *)self;
    arena_free(&s->arena);
    buf_free(&s->path);
    buf_free(&s->cell_text);
    free(s);
}

static void describe(struct rows *self, struct jw *w)
{
    const struct json_rows *s = (struct json_rows *)(void *)self;
    JW_STR(w, "path", s->list.path);
    JW_BOOL(w, "lines", !s->list.bracketed);
}

bool json_open(struct str file, const json_t *options, struct rows **out, struct err *e)
{
    struct json_rows *s = must_alloc(sizeof *s);
    s->rows = (struct rows){.next = json_next,
                            .rewind = json_rewind,
                            .close = json_close,
                            .describe = describe,
                            .titled = true,
                            .words = s->words};
    s->text = without_bom(file);
    s->cell_text.max = 4 * (size_t)RECORD_MAX;
    s->e = e;
    if (!json_list_find(&s->list, &s->arena, s->text, options, e) || !look(s)) {
        json_close(&s->rows);
        return false;
    }
    restart(s);
    *out = &s->rows;
    return true;
}
