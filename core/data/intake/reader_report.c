#include <stdio.h>

#include "core/base/utf8.h"
#include "core/data/value/field_name.h"
#include "core/data/value/lambert93.h"
#include "core/data/intake/reader_checks.h"
#include "core/data/intake/reader_communes.h"
#include "core/data/intake/reader_row.h"

static void put_reason(struct jw *w, const char *key, const struct reason *reason)
{
    jw_key(w, str_of(key));
    reason_json(w, reason);
}

static void put_bad(struct jw *w, const struct reader *r, const struct bad_list *list)
{
    jw_open(w, '[');
    for (size_t i = 0; i < list->n; i++) {
        const struct bad_cell *b = &list->cells[i];
        jw_open(w, '{');
        JW_I64(w, "line", (int64_t)b->line);
        if (b->column)
            JW_STR(w, "column", r->columns[b->column - 1].name);
        JW_STR(w, "value", b->value);
        put_reason(w, "reason", &b->reason);
        jw_close(w, '}');
    }
    jw_close(w, ']');
}

/* The least and greatest value, as their types write them: where the values were read as they are, before the way that
 * they are written was chosen. */
static void put_range(struct jw *w, const struct column *c)
{
    const struct sniff *s = &c->sniff;
    char low[40], high[40];
    if (c->format == CELLS_MONTH_FIRST || (c->format == CELLS_DOT_GROUPS && s->dot_marks))
        return;
    if (c->type == TYPE_DATE || c->type == TYPE_DATETIME) {
        if (s->dates + s->datetimes == 0)
            return;
        if (c->type == TYPE_DATE) {
            moment_date_text(low, s->first.days);
            moment_date_text(high, s->last.days);
        } else {
            moment_text(low, s->first.us);
            moment_text(high, s->last.us);
        }
        JW_STR(w, "min", str_of(low));
        JW_STR(w, "max", str_of(high));
    } else if (s->has_range && (c->type == TYPE_INT || c->type == TYPE_DECIMAL || c->type == TYPE_DOUBLE)) {
        JW_STR(w, "min", str_of(s->low_text));
        JW_STR(w, "max", str_of(s->high_text));
    }
}

static void put_examples(struct jw *w, const struct sniff *s)
{
    jw_key(w, S("examples"));
    jw_open(w, '[');
    for (unsigned i = 0; i < s->nexamples; i++)
        jw_str(w, str_of(s->examples[i]));
    jw_close(w, ']');
}

static void put_suggestion(struct jw *w, const struct reader *r, const struct column *c)
{
    if (c->refused.total == 0)
        return;
    jw_key(w, S("refused"));
    jw_open(w, '{');
    JW_STR(w, "type", str_of(type_name(c->fixed ? c->type : c->verdict.majority)));
    JW_I64(w, "count", (int64_t)c->refused.total);
    jw_key(w, S("cells"));
    put_bad(w, r, &c->refused);
    jw_close(w, '}');
}

static void put_places(struct jw *w, const struct column *c, const struct sniff_places *places)
{
    jw_open(w, '[');
    for (unsigned i = 0; i < places->n; i++) {
        jw_open(w, '{');
        JW_I64(w, "line", (int64_t)places->at[i].line);
        JW_STR(w, "column", c->name);
        JW_STR(w, "value", str_of(places->at[i].value));
        jw_close(w, '}');
    }
    jw_close(w, ']');
}

/* {"warn_exponent": the first places, …}: where what the warnings tell stands in the file. */
static void put_damaged(struct jw *w, const struct column *c, const struct reason *found, size_t n)
{
    static const struct {
        enum reason_code code;
        enum sniff_damage damage;
        const char *key;
    } kinds[] = {{REASON_warn_exponent, DAMAGE_EXPONENT, "warn_exponent"},
                 {REASON_warn_siret_rounded, DAMAGE_ROUNDED, "warn_siret_rounded"},
                 {REASON_warn_postal_short, DAMAGE_POSTAL, "warn_postal_short"}};
    jw_key(w, S("damaged"));
    jw_open(w, '{');
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
            if (found[i].code == kinds[k].code) {
                jw_key(w, str_of(kinds[k].key));
                put_places(w, c, &c->sniff.places[kinds[k].damage]);
            }
    jw_close(w, '}');
}

static void put_warnings(struct jw *w, struct reader *r, const struct column *c)
{
    struct reason found[SNIFF_WARNINGS];
    size_t n = sniff_warnings(&r->arena, &c->sniff, c->type, c->format, found, SNIFF_WARNINGS);
    jw_key(w, S("warnings"));
    jw_open(w, '[');
    for (size_t i = 0; i < n; i++)
        reason_json(w, &found[i]);
    if (c->unknown_format.n) {
        struct reason unknown = reason_make(REASON_warn_format);
        reason_s(&r->arena, &unknown, c->unknown_format);
        reason_s(&r->arena, &unknown, str_of(type_name(c->type)));
        reason_json(w, &unknown);
    }
    reader_communes_warn(r->communes, &r->arena, (size_t)(c - r->columns), w);
    jw_close(w, ']');
    put_damaged(w, c, found, n);
}

static void put_choices(struct jw *w, const struct sniff *s)
{
    struct sniff_choice choices[SNIFF_CHOICES];
    size_t n = sniff_choices(s, choices);
    if (n == 0)
        return;
    jw_key(w, S("choices"));
    jw_open(w, '[');
    for (size_t i = 0; i < n; i++) {
        jw_open(w, '{');
        JW_STR(w, "type", str_of(type_name(choices[i].type)));
        JW_STR(w, "format", str_of(format_name(choices[i].format)));
        jw_close(w, '}');
    }
    jw_close(w, ']');
}

static void put_column(struct jw *w, struct reader *r, const struct column *c)
{
    char sql[24];
    snprintf(sql, sizeof sql, c->in_rest ? "rest[%u]" : "c%u", c->number);
    jw_open(w, '{');
    JW_STR(w, "name", c->name);
    JW_STR(w, "label", c->label);
    JW_STR(w, "source", c->source);
    JW_STR(w, "type", str_of(type_name(c->type)));
    JW_STR(w, "sql", str_of(sql));
    JW_BOOL(w, "nullable", c->sniff.blanks > 0 || c->bad_is_null);
    if (c->format)
        JW_STR(w, "format", str_of(format_name(c->format)));
    JW_BOOL(w, "fixed", c->fixed);
    if (c->agreed)
        JW_STR(w, "bad", S("null"));
    if (c->fixed)
        JW_STR(w, "detected", str_of(type_name(c->verdict.type)));
    if (c->broke)
        JW_I64(w, "broke", (int64_t)c->broke);
    if (c->file_column)
        JW_I64(w, "file_column", (int64_t)c->file_column);
    put_choices(w, &c->sniff);
    put_reason(w, "reason", &c->reason);
    if (c->pattern)
        JW_STR(w, "pattern", str_of(c->pattern));
    put_range(w, c);
    JW_I64(w, "values", (int64_t)c->sniff.values);
    JW_I64(w, "blanks", (int64_t)c->sniff.blanks);
    JW_I64(w, "widest", (int64_t)c->sniff.widest);
    if (c->type == TYPE_GEO_SHAPE)
        JW_I64(w, "beyond", (int64_t)c->sniff.shapes_beyond);
    put_examples(w, &c->sniff);
    put_warnings(w, r, c);
    put_suggestion(w, r, c);
    jw_close(w, '}');
}

static void put_file_warnings(struct jw *w, struct reader *r)
{
    jw_open(w, '[');
    reason_count(w, &r->arena, REASON_warn_repaired, r->counts.repaired);
    reason_count(w, &r->arena, REASON_warn_stray_quote, r->counts.stray_quotes);
    reason_count(w, &r->arena, REASON_warn_blank, r->counts.blank);
    reason_count(w, &r->arena, REASON_warn_preamble, r->dialect.preamble);
    reason_count(w, &r->arena, REASON_warn_no_header, !r->dialect.has_header);
    reason_count(w, &r->arena, REASON_warn_rest, r->nrest);
    if (r->source->warn)
        r->source->warn(r->source, &r->arena, w);
    for (size_t i = 0; i < r->nunknown; i++) {
        struct reason reason = reason_make(REASON_warn_field_unknown);
        reason_s(&r->arena, &reason, r->unknown_fields[i]);
        reason_json(w, &reason);
    }
    jw_close(w, ']');
}

static const struct column *with_hint(const struct reader *r, unsigned hint)
{
    for (size_t i = 0; i < r->ncolumns; i++) {
        enum column_type t = r->columns[i].type;
        if ((r->columns[i].sniff.hints & hint) && (t == TYPE_DECIMAL || t == TYPE_DOUBLE || t == TYPE_INT))
            return &r->columns[i];
    }
    return NULL;
}

static bool has_place(const struct reader *r)
{
    for (size_t i = 0; i < r->ncolumns; i++)
        if (r->columns[i].type == TYPE_GEO_POINT || r->columns[i].type == TYPE_GEO_SHAPE)
            return true;
    return false;
}

static bool lies(const struct column *c, double from, double to)
{
    return c->sniff.has_range && c->sniff.low >= from && c->sniff.high <= to;
}

static void put_point_offer(struct jw *w, struct reader *r)
{
    const struct column *lat = with_hint(r, HINT_LATITUDE), *lon = with_hint(r, HINT_LONGITUDE);
    if (!lat || !lon || has_place(r))
        return;
    /* Radians of mainland France would be degrees off the coast of Africa. */
    bool radians = lies(lat, 0.71, 0.90) && lies(lon, -0.09, 0.18);
    bool degrees = !radians && lies(lat, -90, 90) && lies(lon, -180, 180) && lat->type != TYPE_INT && lon->type != TYPE_INT;
    bool metres = lies(lat, LAMBERT93_SOUTH, LAMBERT93_NORTH) && lies(lon, LAMBERT93_WEST, LAMBERT93_EAST);
    if (!degrees && !metres)
        return;
    struct reason reason = reason_make(degrees ? REASON_offer_point : REASON_offer_lambert93);
    reason_s(&r->arena, &reason, lat->name);
    reason_s(&r->arena, &reason, lon->name);
    reason_json(w, &reason);
}

/* Two columns of degrees or of Lambert-93's metres are offered as a point, words parted by | as a list; nothing is done
 * unasked. */
static void put_offers(struct jw *w, struct reader *r)
{
    jw_key(w, S("offers"));
    jw_open(w, '[');
    put_point_offer(w, r);
    for (size_t i = 0; i < r->ncolumns; i++)
        if (r->columns[i].type == TYPE_TEXT && sniff_is_list(&r->columns[i].sniff)) {
            struct reason reason = reason_make(REASON_offer_list);
            reason_s(&r->arena, &reason, r->columns[i].name);
            reason_json(w, &reason);
        }
    jw_close(w, ']');
}

static void put_counts(struct jw *w, const struct reader_counts *n)
{
    jw_key(w, S("rows"));
    jw_open(w, '{');
    JW_I64(w, "seen", (int64_t)n->seen);
    JW_I64(w, "kept", (int64_t)n->kept);
    JW_I64(w, "aside", (int64_t)n->aside);
    JW_I64(w, "blank", (int64_t)n->blank);
    if (n->left_out)
        JW_I64(w, "left_out", (int64_t)n->left_out);
    if (n->filtered)
        JW_I64(w, "filtered", (int64_t)n->filtered);
    if (n->doubles)
        JW_I64(w, "doubles", (int64_t)n->doubles);
    if (n->grouped)
        JW_I64(w, "grouped", (int64_t)n->grouped);
    jw_close(w, '}');
    JW_I64(w, "bytes", (int64_t)n->bytes);
}

/* What there is to choose from: files of an archive; sheets, layers, as the format says them. */
static void put_found(const struct reader *r, struct rows *source, struct jw *w)
{
    if (r->unfold.members.n) {
        jw_key(w, S("members"));
        jw_strings(w, buf_str(&r->unfold.members));
    }
    if (source && source->describe)
        source->describe(source, w);
}

/* A table that is not there was asked for: what is there is told by the file as it opens without that. */
static struct rows *open_unasked(const struct reader *r)
{
    struct str file = r->decoded.n ? buf_str(&r->decoded) : r->unfold.bytes ? (struct str){r->unfold.bytes, r->unfold.n} : r->file;
    struct rows *rows = NULL;
    struct err ignored = {0};
    return r->format && r->format->open(file, NULL, &rows, &ignored) ? rows : NULL;
}

void reader_found(struct reader *r, struct jw *w)
{
    struct rows *again = r->source ? NULL : open_unasked(r);
    jw_open(w, '{');
    put_found(r, r->source ? r->source : again, w);
    jw_close(w, '}');
    if (again)
        again->close(again);
}

void reader_checked(const struct reader *r, struct jw *w)
{
    reader_checks_report(r->checks, w);
}

void reader_report(struct reader *r, struct buf *out)
{
    struct jw w;
    jw_init(&w, out, JW_COMPACT);
    jw_open(&w, '{');
    JW_STR(&w, "format", str_of(r->source->format ? r->source->format : r->format->name));
    if (r->unfold.container) {
        JW_STR(&w, "container", str_of(r->unfold.container));
        JW_STR(&w, "member", str_of(r->unfold.member));
    }
    put_found(r, r->source, &w);
    JW_BOOL(&w, "header", r->dialect.has_header);
    put_counts(&w, &r->counts);
    JW_I64(&w, "fields", reader_fields(r));
    JW_I64(&w, "rest", (int64_t)r->nrest);
    jw_key(&w, S("columns"));
    jw_open(&w, '[');
    for (size_t i = 0; i < r->ncolumns; i++)
        put_column(&w, r, &r->columns[i]);
    jw_close(&w, ']');
    jw_key(&w, S("aside"));
    put_bad(&w, r, &r->aside);
    jw_key(&w, S("warnings"));
    put_file_warnings(&w, r);
    put_offers(&w, r);
    if (!r->checks_wait)
        reader_checks_report(r->checks, &w);
    if (r->steps)
        steps_report(r->steps, &w);
    jw_close(&w, '}');
}
