#include "tenants/publishing/meta.h"

#include "core/base/jr.h"
#include "core/base/jw.h"
#include "core/base/utf8.h"
#include "tenants/directory/slug.h"
#include "tenants/publishing/bbox.h"
#include "tenants/publishing/dates.h"
#include "tenants/publishing/errors.h"
#include "tenants/publishing/sql.h"
#include "tenants/publishing/words.h"

enum { LIST_MAX = 50, VALUE_MAX = 190 };

static const char *const headings[META_HEADINGS][2] = {
    {"titre", "title"}, {"organisation", "organisation"}, {"description", "description"},
    {"dates", "dates"}, {"licence", "licence"}, {"thématiques", "themes"}, {"mots-clés", "keywords"},
    {"fréquence", "frequency"}, {"couverture géographique", "geographic coverage"},
    {"granularité", "granularity"},
};

const char *meta_heading_word(enum meta_heading h, enum lang lang)
{
    return headings[h][lang == LANG_FR ? 0 : 1];
}

/* Where each text of the description is kept; heading: META_HEADINGS = not one of the ten. */
static const struct text_row {
    const char *block, *key;
    enum meta_heading heading;
    size_t max;
    bool is_date;
} texts[] = {
    {"default", "title", META_TITLE, 350, false},
    {"default", "description", META_DESCRIPTION, 20000, false},
    {"default", "publisher", META_ORGANISATION, 200, false},
    {"default", "references", META_HEADINGS, 500, false},
    {"default", "language", META_HEADINGS, 5, false},
    {"dcat", "spatial", META_COVERAGE, 300, false},
    {"dcat", "created", META_HEADINGS, 40, true},
    {"dcat", "issued", META_HEADINGS, 40, true},
    {"dcat", "creator", META_HEADINGS, 200, false},
    {"dcat", "contributor", META_HEADINGS, 200, false},
    {"dcat", "contact_name", META_HEADINGS, 200, false},
    {"dcat", "contact_email", META_HEADINGS, 254, false},
    {"dcat", "temporal_coverage_start", META_HEADINGS, 40, true},
    {"dcat", "temporal_coverage_end", META_HEADINGS, 40, true},
    {"dcat", "dataquality", META_HEADINGS, 2000, false},
    {"dcat", "conforms_to", META_HEADINGS, 500, false},
};

static struct str text_at(const json_t *metas, const char *block, const char *key)
{
    return str_trim(jr_str(jr_object(metas, block), key));
}

static bool has_list(const json_t *metas, const char *key)
{
    const json_t *list = jr_array(jr_object(metas, "default"), key);
    return json_array_size(list) > 0;
}

unsigned meta_missing(const json_t *metas)
{
    const bool there[META_HEADINGS] = {
        [META_TITLE] = text_at(metas, "default", "title").n > 0,
        [META_ORGANISATION] = text_at(metas, "default", "publisher").n > 0,
        [META_DESCRIPTION] = text_at(metas, "default", "description").n > 0,
        [META_DATES] = true,
        [META_LICENCE] = text_at(metas, "default", "license").n > 0,
        [META_THEMES] = has_list(metas, "theme"),
        [META_KEYWORDS] = has_list(metas, "keyword"),
        [META_FREQUENCY] = text_at(metas, "dcat", "accrualperiodicity").n > 0,
        [META_COVERAGE] = text_at(metas, "dcat", "spatial").n > 0,
        [META_GRANULARITY] = text_at(metas, "dcat", "granularity").n > 0,
    };
    unsigned missing = 0;
    for (unsigned h = 0; h < META_HEADINGS; h++)
        missing |= there[h] ? 0u : 1u << h;
    return missing;
}

bool meta_gate(const json_t *metas, enum lang lang, struct err *e)
{
    unsigned missing = meta_missing(metas);
    struct buf words = {0};
    if (!missing)
        return true;
    for (unsigned h = 0; h < META_HEADINGS; h++)
        if (missing & 1u << h)
            buf_printf(&words, "%s%s", words.n ? ", " : "", meta_heading_word(h, lang));
    ERR(e, err_metadata_missing, "bits %x", missing);
    err_arg(e, STR_FMT, STR_ARG(buf_str(&words)));
    buf_free(&words);
    return false;
}

static bool say_long(const char *what, size_t max, struct err *e)
{
    ERR(e, err_metadata_long, "%s", what);
    err_arg(e, "%s", what);
    return err_arg(e, "%zu", max);
}

static bool text_ok(const char *what, struct str s, size_t max, struct err *e)
{
    if (!utf8_valid(s))
        return ERR(e, err_metadata_text, "%s", what), err_arg(e, "%s", what);
    if (utf8_count(s) > max)
        return say_long(what, max, e);
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if ((c < 0x20 && c != '\n' && c != '\r' && c != '\t') || c == 0x7f)
            return ERR(e, err_metadata_text, "%s", what), err_arg(e, "%s", what);
    }
    return true;
}

static bool say_date(const struct text_row *t, struct str value, struct err *e)
{
    ERR(e, err_metadata_date, "%s", t->key);
    err_arg(e, "%s.%s", t->block, t->key);
    return err_arg(e, STR_FMT, STR_ARG(str_part(value, 0, 80)));
}

static bool write_texts(const json_t *metas, const char *block, struct jw *w, struct err *e)
{
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        const struct text_row *t = &texts[i];
        struct str s = text_at(metas, t->block, t->key);
        if (strcmp(t->block, block) != 0 || s.n == 0)
            continue;
        if (!text_ok(t->heading == META_HEADINGS ? t->key : headings[t->heading][0], s, t->max, e))
            return false;
        if (t->is_date && !dates_iso(s))
            return say_date(t, s, e);
        jw_key(w, str_of(t->key));
        jw_str(w, s);
    }
    return true;
}

/* The thirteen themes are longer than one value of a sentence may be (err.h), and shorter than two. */
static bool say_value(enum meta_heading h, struct str value, struct str choices, struct err *e)
{
    ERR(e, err_metadata_value, "%s", headings[h][1]);
    size_t first = choices.n <= VALUE_MAX ? choices.n : VALUE_MAX;
    while (first < choices.n && choices.p[first - 1] != ' ')
        first--;
    err_arg(e, "%s", headings[h][0]);
    err_arg(e, STR_FMT, STR_ARG(str_part(value, 0, utf8_floor(str_part(value, 0, 80)))));
    err_arg(e, STR_FMT, STR_ARG(str_part(choices, 0, first)));
    return err_arg(e, STR_FMT, STR_ARG(str_from(choices, first)));
}

/* Column 0 id, 1 title, 2 address (licences): the row that `given` names by id or title; -1: none. */
static int registry_row(const PGresult *r, struct str given)
{
    for (int row = 0; row < PQntuples(r); row++)
        for (int column = 0; column < 2; column++)
            if (str_ieq(str_of(PQgetvalue(r, row, column)), given))
                return row;
    return -1;
}

static void registry_list(const PGresult *r, int column, struct buf *out)
{
    for (int row = 0; row < PQntuples(r); row++)
        buf_printf(out, "%s%s", row ? ", " : "", PQgetvalue(r, row, column));
}

static bool unknown_in(const PGresult *r, int column, enum meta_heading h, struct str value, struct err *e)
{
    struct buf list = {0};
    registry_list(r, column, &list);
    say_value(h, value, buf_str(&list), e);
    buf_free(&list);
    return false;
}

static bool write_bbox(const json_t *metas, struct jw *w, struct err *e)
{
    const json_t *given = json_object_get(jr_object(metas, "default"), "bbox");
    struct bbox box;
    if (!given || json_is_null(given))
        return true;
    if (!bbox_read(given, &box))
        return ERR(e, err_metadata_text, "bbox"), err_arg(e, "bbox");
    jw_key(w, S("bbox"));
    bbox_feature(w, &box);
    return true;
}

static bool write_licence(struct conn *c, const json_t *metas, struct jw *w, struct err *e)
{
    struct str given = text_at(metas, "default", "license");
    if (given.n == 0)
        return true;
    PGresult *r = conn_ask(c, &sql_licence_list, NULL, e);
    if (!r)
        return false;
    int row = registry_row(r, given);
    if (row >= 0) {
        JW_STR(w, "license", str_of(PQgetvalue(r, row, 1)));
        JW_STR(w, "license_url", str_of(PQgetvalue(r, row, 2)));
    } else {
        unknown_in(r, 0, META_LICENCE, given, e);
    }
    PQclear(r);
    return row >= 0;
}

static bool write_themes(struct conn *c, const json_t *metas, struct jw *w, struct err *e)
{
    const json_t *list = jr_array(jr_object(metas, "default"), "theme");
    PGresult *r = list ? conn_ask(c, &sql_theme_list, NULL, e) : NULL;
    bool ok = !list || r;
    size_t i;
    json_t *item;
    unsigned long long seen = 0;
    if (r) {
        jw_key(w, S("theme"));
        jw_open(w, '[');
        json_array_foreach(list, i, item) {
            struct str given = str_of(json_string_value(item));
            int row = ok ? registry_row(r, given) : -1;
            if (!ok)
                break;
            if (row < 0)
                ok = unknown_in(r, 1, META_THEMES, given, e);
            else if (!(seen & 1ull << row))
                jw_str(w, str_of(PQgetvalue(r, row, 1)));
            seen |= row >= 0 && row < 64 ? 1ull << row : 0;
        }
        jw_close(w, ']');
    }
    PQclear(r);
    return ok;
}

/* Doubles by case or accent are the same slug. */
static bool write_keywords(struct arena *a, const json_t *metas, struct jw *w, struct err *e)
{
    const json_t *list = jr_array(jr_object(metas, "default"), "keyword");
    struct str slugs[LIST_MAX];
    size_t n = 0, i;
    json_t *item;
    if (!list)
        return true;
    if (json_array_size(list) > LIST_MAX)
        return say_long(headings[META_KEYWORDS][0], LIST_MAX, e);
    jw_key(w, S("keyword"));
    jw_open(w, '[');
    json_array_foreach(list, i, item) {
        struct str word = str_trim(str_of(json_string_value(item)));
        struct str slug = slug_make(a, word, 100);
        bool doubled = slug.n == 0;
        for (size_t k = 0; k < n; k++)
            doubled = doubled || str_eq(slugs[k], slug);
        if (!text_ok(headings[META_KEYWORDS][0], word, 100, e))
            return false;
        if (doubled)
            continue;
        slugs[n++] = slug;
        jw_str(w, word);
    }
    jw_close(w, ']');
    return true;
}

static bool write_choices(const json_t *metas, struct jw *w, struct err *e)
{
    struct str frequency = text_at(metas, "dcat", "accrualperiodicity");
    struct str granularity = text_at(metas, "dcat", "granularity");
    struct buf list = {0};
    bool ok = true;
    if (frequency.n && !frequency_find(frequency)) {
        for (size_t i = 0; i < frequencies_n; i++)
            buf_printf(&list, "%s%s", i ? ", " : "", frequencies[i].fr);
        ok = say_value(META_FREQUENCY, frequency, buf_str(&list), e);
    } else if (granularity.n && !granularity_find(granularity)) {
        for (size_t i = 0; i < granularities_n; i++)
            buf_printf(&list, "%s%s", i ? ", " : "", granularities[i].fr);
        ok = say_value(META_GRANULARITY, granularity, buf_str(&list), e);
    }
    buf_free(&list);
    if (ok && frequency.n)
        JW_STR(w, "accrualperiodicity", frequency);
    if (ok && granularity.n)
        JW_STR(w, "granularity", granularity);
    return ok;
}

bool meta_clean(struct conn *c, struct arena *a, const json_t *metas, struct str *clean, struct err *e)
{
    struct buf b = {0};
    struct jw w;
    jw_init(&w, &b, JW_COMPACT);
    jw_open(&w, '{');
    jw_key(&w, S("default"));
    jw_open(&w, '{');
    bool ok = write_texts(metas, "default", &w, e) && write_bbox(metas, &w, e) && write_licence(c, metas, &w, e) &&
              write_themes(c, metas, &w, e) && write_keywords(a, metas, &w, e);
    if (ok) {
        jw_close(&w, '}');
        jw_key(&w, S("dcat"));
        jw_open(&w, '{');
        ok = write_texts(metas, "dcat", &w, e) &&
             dates_in_order(text_at(metas, "dcat", "created"), text_at(metas, "dcat", "issued"), e) && write_choices(metas, &w, e);
    }
    if (ok) {
        jw_close(&w, '}');
        jw_close(&w, '}');
        *clean = arena_str(a, buf_str(&b));
    }
    buf_free(&b);
    return ok;
}
