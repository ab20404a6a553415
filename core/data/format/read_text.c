#include "core/data/format/read_text.h"

#include <ctype.h>
#include <stdlib.h>

#include "core/base/jr.h"
#include "core/base/must.h"
#include "core/data/format/dialect.h"
#include "core/data/errors.h"
#include "core/data/format/read_csv.h"
#include "core/data/value/reason.h"
#include "core/data/value/shape.h"

struct text {
    struct csv csv;
    struct encoding_found found;
    struct buf utf16; /* the whole file, where it was UTF-16 */
};

static const char separators[] = ";,\t|";

bool text_is(struct str file)
{
    return !encoding_binary_kind(file);
}

static void text_close(struct rows *self)
{
    struct text *t = (struct text *)(void *)self;
    csv_free(&t->csv);
    buf_free(&t->utf16);
    free(t);
}

static void text_describe(struct rows *self, struct jw *w)
{
    const struct text *t = (struct text *)(void *)self;
    JW_STR(w, "encoding", str_of(encoding_name(t->found.encoding)));
    JW_BOOL(w, "bom", t->found.bom_bytes > 0);
    JW_STR(w, "separator", ((struct str){&t->csv.separator, 1}));
}

/* "sep=;" above the table tells a spreadsheet which separator follows: no record of it. 0: there is none. */
static char cut_separator_line(struct str *bytes)
{
    struct str s = *bytes;
    if (s.n < 6 || !(str_starts(s, S("sep=")) || str_starts(s, S("SEP="))) || !s.p[4] ||
        !strchr(separators, s.p[4]))
        return 0;
    size_t end = s.p[5] == '\n' ? 6 : s.p[5] != '\r' ? 0 : s.n > 6 && s.p[6] == '\n' ? 7 : 6;
    if (end == 0)
        return 0;
    *bytes = str_from(s, end);
    return s.p[4];
}

/* A few lines less of the other kind, and they would have been repaired. */
static void text_warn(struct rows *self, struct arena *a, struct jw *w)
{
    const struct text *t = (struct text *)(void *)self;
    if (t->found.encoding == ENCODING_1252)
        reason_count(w, a, REASON_warn_utf8_lines, t->found.utf8_lines);
}

/* *separator is left as it is where nothing is asked. */
static bool ask_separator(struct str asked, char *separator, struct err *e)
{
    enum { SAID = 40 };
    if (asked.n == 0)
        return true;
    char c = asked.p[0];
    if (asked.n == 1 && c != '"' && (ispunct((unsigned char)c) || c == '\t')) {
        *separator = c;
        return true;
    }
    ERR(e, err_data_separator, "%zu bytes", asked.n);
    return err_arg(e, STR_FMT, STR_ARG(str_part(asked, 0, SAID)));
}

/* Asked, else told by the file, else found. */
static void begin(struct text *t, struct str bytes, char asked)
{
    enum encoding encoding = t->utf16.n ? ENCODING_UTF8 : t->found.encoding;
    size_t whole = bytes.n;
    char separator = cut_separator_line(&bytes);
    bool told = bytes.n < whole;
    if (asked)
        separator = asked;
    csv_init(&t->csv, bytes, encoding, separator ? separator : dialect_separator(bytes, encoding));
    t->csv.first_line = t->csv.line = told ? 2 : 1;
    t->csv.rows.close = text_close;
    t->csv.rows.describe = text_describe;
    t->csv.rows.warn = text_warn;
}

bool text_open(struct str file, const json_t *options, struct rows **out, struct err *e)
{
    struct text *t = must_alloc(sizeof *t);
    encoding_detect(file, &t->found);
    encoding_choose(&t->found, jr_str(options, "encoding"));
    struct str bytes = str_from(file, t->found.bom_bytes);
    char separator = 0;
    bool ok = ask_separator(jr_str(options, "separator"), &separator, e);
    ok = ok && (!encoding_is_utf16(file) || encoding_from_utf16(&t->utf16, file, e));
    if (ok && encoding_is_utf16(file))
        bytes = buf_str(&t->utf16);
    if (ok && shape_trim(bytes).n == 0)
        ok = ERR(e, err_data_empty, "blank file");
    if (!ok) {
        text_close(&t->csv.rows);
        return false;
    }
    begin(t, bytes, separator);
    *out = &t->csv.rows;
    return true;
}
