#include <stdlib.h>

#include "core/base/jr.h"
#include "core/data/errors.h"
#include "core/data/value/field_name.h"
#include "core/data/intake/reader_row.h"

static bool too_many(size_t columns, uint64_t line, struct err *e)
{
    ERR(e, err_data_columns, "%zu columns", columns);
    err_arg(e, "%zu", columns);
    err_arg(e, "%d", RECORD_COLUMNS_MAX);
    return err_arg(e, "%llu", (unsigned long long)line);
}

/* The first data row's width stands for the header where there is none. */
bool reader_columns_name(struct reader *r, const struct record *header, struct err *e)
{
    size_t n = r->dialect.width;
    if (n > RECORD_COLUMNS_MAX)
        return too_many(n, header->line, e);
    r->ncolumns = n;
    r->columns = ARENA_ARRAY(&r->arena, struct column, n + 1);
    struct str *names = ARENA_ARRAY(&r->arena, struct str, n + 1);
    for (size_t i = 0; i < n; i++) {
        struct column *c = &r->columns[i];
        struct str cell = r->dialect.has_header || r->steps ? reader_cell(header, i) : S("");
        c->file_column = r->steps ? steps_file_column(r->steps, i) : i + 1;
        c->source = c->label = field_label(&r->arena, cell);
        c->name = names[i] = field_name(&r->arena, c->label, i + 1, names, i);
        if (c->label.n == 0)
            c->label = c->name;
        sniff_init(&c->sniff, c->source);
        c->sniff.is_words = r->words && c->file_column && r->words[c->file_column - 1];
    }
    return true;
}

static struct column *find(struct reader *r, struct str source, struct str name, struct str label)
{
    for (size_t i = 0; i < r->ncolumns; i++)
        if (source.n ? str_eq(r->columns[i].source, source) || str_eq(r->columns[i].name, source)
                     : str_eq(r->columns[i].name, name))
            return &r->columns[i];
    for (size_t i = 0; i < r->ncolumns && label.n; i++)
        if (str_eq(r->columns[i].source, label))
            return &r->columns[i];
    return NULL;
}

static bool name_is_good(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '_'))
            return false;
    return s.n > 0 && s.n <= FIELD_NAME_MAX;
}

static bool name_is_free(const struct reader *r, const struct column *but, struct str name)
{
    for (size_t i = 0; i < r->ncolumns; i++)
        if (&r->columns[i] != but && str_eq(r->columns[i].name, name))
            return false;
    return true;
}

/* Of a kept type: that of the values where they say the same. */
static struct reason why_kept(const struct column *c)
{
    bool agrees = c->verdict.type == c->type && sniff_format(&c->sniff, c->type) == c->format;
    return agrees ? c->verdict.reason : reason_make(REASON_kept);
}

/* Agreed to now, or with a file before as long as nine in ten values are of the type: a file in which all are others would
 * lose them unsaid. */
static void agree(struct column *c, const json_t *field)
{
    bool now = str_eq(jr_str(field, "bad"), S("null")), before = str_eq(jr_str(field, "kept_bad"), S("null"));
    c->agreed = now || before;
    c->bad_is_null = now || (before && sniff_like(&c->sniff, c->type) * 10 >= c->sniff.values * 9);
}

static void fix(struct reader *r, struct column *c, const json_t *field)
{
    struct str name = jr_str(field, "name"), label = jr_str(field, "label");
    if (name_is_good(name) && name_is_free(r, c, name))
        c->name = arena_str(&r->arena, name);
    if (label.n)
        c->label = field_label(&r->arena, label);
    bool asked = type_asked(jr_str(field, "type"), &c->type);
    bool kept = !asked && type_by_name(jr_str(field, "kept_type"), &c->type);
    if (asked || kept)
        c->format = sniff_format(&c->sniff, c->type);
    if (kept && format_by_name(jr_str(field, "kept_format"), c->type, &c->format) && sniff_is_turned(&c->sniff, c->format))
        c->format = c->format == CELLS_LON_FIRST ? CELLS_LAT_FIRST : CELLS_LON_FIRST; /* the contract tells, and holds the update */
    struct str format = jr_str(field, "format");
    bool written = format.n && format_by_name(format, c->type, &c->format);
    if (!written && format.n)
        c->unknown_format = arena_str(&r->arena, format);
    if (!asked && !kept && !written)
        return;
    c->fixed = true;
    agree(c, field);
    c->reason = kept ? why_kept(c) : reason_make(REASON_asked);
}

/* What the step `type` asks; a field given for the column says more. */
static void fix_by_steps(struct reader *r)
{
    for (size_t i = 0; r->steps && i < r->ncolumns; i++)
        if (steps_type(r->steps, i, &r->columns[i].type)) {
            r->columns[i].fixed = true;
            r->columns[i].format = sniff_format(&r->columns[i].sniff, r->columns[i].type);
            r->columns[i].reason = reason_make(REASON_asked);
        }
}

void reader_columns_fix(struct reader *r)
{
    const json_t *fields = jr_array(r->options, "fields"), *field;
    size_t i;
    r->unknown_fields = ARENA_ARRAY(&r->arena, struct str, json_array_size(fields) + 1);
    struct column **found = ARENA_ARRAY(&r->arena, struct column *, json_array_size(fields) + 1);
    json_array_foreach(fields, i, field) {
        struct str name = jr_str(field, "name");
        found[i] = find(r, jr_str(field, "source"), name, jr_str(field, "label"));
        if (!found[i])
            r->unknown_fields[r->nunknown++] = arena_str(&r->arena, name.n ? name : jr_str(field, "source"));
    }
    fix_by_steps(r);
    json_array_foreach(fields, i, field)
        if (found[i])
            fix(r, found[i], field);
}

/* Long values are moved out of the row (TOAST): what stays is a pointer. A geometry is there twice: the second one, in
 * metres for maps, is made by the database (version.c). */
static size_t most_in_row(const struct column *c)
{
    unsigned fixed = type_fixed_bytes(c->type);
    if (fixed)
        return 8;
    size_t widest = c->sniff.widest < 2000 ? c->sniff.widest : 2000;
    if (c->type == TYPE_GEO_POINT)
        return 80;
    return c->type == TYPE_GEO_SHAPE ? 48 + widest : widest + 4;
}

static bool too_wide(const struct reader *r)
{
    size_t points = 0;
    for (size_t i = 0; i < r->ncolumns; i++)
        points += r->columns[i].type == TYPE_GEO_POINT || r->columns[i].type == TYPE_GEO_SHAPE;
    return r->counts.worst_row + points * 80 > READER_ROW_BYTES;
}

/* Fixed-width columns stand first, the widest before the others, so that no byte is padding. */
void reader_columns_place(struct reader *r)
{
    static const unsigned widths[] = {8, 4, 1, 0};
    size_t *plain = ARENA_ARRAY(&r->arena, size_t, r->ncolumns + 1);
    size_t *rest = ARENA_ARRAY(&r->arena, size_t, r->ncolumns + 1);
    size_t used = 64 + r->ncolumns / 8;
    bool wide = too_wide(r);
    r->nplain = r->nrest = 0;
    for (size_t w = 0; w < sizeof widths / sizeof widths[0]; w++)
        for (size_t i = 0; i < r->ncolumns; i++) {
            struct column *c = &r->columns[i];
            if (type_fixed_bytes(c->type) != widths[w])
                continue;
            c->in_rest = wide && used + most_in_row(c) > READER_ROW_BYTES;
            used += c->in_rest ? 0 : most_in_row(c);
            if (c->in_rest)
                rest[r->nrest++] = i;
            else
                plain[r->nplain++] = i;
            c->number = (unsigned)(c->in_rest ? r->nrest : r->nplain);
        }
    for (size_t i = 0; i < r->nrest; i++)
        plain[r->nplain + i] = rest[i];
    r->order = plain;
}
