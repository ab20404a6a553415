#include "tenants/publishing/quality.h"

#include "core/base/jr.h"
#include "core/base/utf8.h"
#include "core/data/value/moment.h"
#include "tenants/publishing/meta.h"
#include "tenants/publishing/words.h"

static struct str said(const struct quality_facts *f, const char *block, const char *key)
{
    return str_trim(jr_str(jr_object(f->metas, block), key));
}

static bool has_list(const struct quality_facts *f, const char *key)
{
    return json_array_size(jr_array(jr_object(f->metas, "default"), key)) > 0;
}

static bool nothing(const struct quality_facts *f)
{
    (void)f;
    return false;
}

static bool has_keywords(const struct quality_facts *f)
{
    return has_list(f, "keyword");
}

static bool has_themes(const struct quality_facts *f)
{
    return has_list(f, "theme");
}

static bool has_spatial(const struct quality_facts *f)
{
    return said(f, "dcat", "spatial").n > 0;
}

static bool has_temporal(const struct quality_facts *f)
{
    return said(f, "dcat", "temporal_coverage_start").n > 0;
}

static bool is_open(const struct quality_facts *f)
{
    return f->open;
}

static bool is_published(const struct quality_facts *f)
{
    return f->processed.n > 0;
}

static bool has_files(const struct quality_facts *f)
{
    return f->has_rows;
}

static bool is_open_table(const struct quality_facts *f)
{
    return f->open && f->has_rows;
}

static bool is_complete(const struct quality_facts *f)
{
    return meta_missing(f->metas) == 0;
}

static bool has_licence(const struct quality_facts *f)
{
    return said(f, "default", "license").n > 0;
}

static bool licence_european(const struct quality_facts *f)
{
    return str_eq(f->licence_id, S("odc-odbl")) || str_starts(f->licence_id, S("cc-"));
}

static bool has_contact(const struct quality_facts *f)
{
    return said(f, "dcat", "contact_email").n > 0 || said(f, "dcat", "contact_name").n > 0;
}

static bool has_publisher(const struct quality_facts *f)
{
    return said(f, "default", "publisher").n > 0;
}

static bool has_frequency(const struct quality_facts *f)
{
    struct str word = said(f, "dcat", "accrualperiodicity");
    return word.n > 0 && !str_eq(word, S("Inconnue"));
}

static bool long_description(const struct quality_facts *f)
{
    return utf8_count(said(f, "default", "description")) > 100;
}

static bool is_documented(const struct quality_facts *f)
{
    return f->fields_described || f->follows_schema;
}

unsigned quality_days(struct str frequency)
{
    const struct frequency *f = frequency_find(frequency);
    return f && f->late_days > 0 ? (unsigned)f->late_days : 0;
}

/* A week of grace; what promises nothing is never late. */
static bool in_time(const struct quality_facts *f)
{
    struct moment then, now;
    unsigned days = quality_days(said(f, "dcat", "accrualperiodicity"));
    if (!moment_read(f->processed, &then) || !moment_read(f->today, &now))
        return false;
    return has_frequency(f) && (days == 0 || now.days - then.days <= (int32_t)days + 7);
}

static const struct {
    enum quality_score score;
    const char *key, *en, *fr, *remedy_en, *remedy_fr;
    unsigned points;
    bool (*met)(const struct quality_facts *f);
} criteria[] = {
#define QUALITY(score, key, points, met, en, fr, remedy_en, remedy_fr) \
    {QUALITY_##score, #key, en, fr, remedy_en, remedy_fr, points, met},
#include "tenants/publishing/quality.def"
#undef QUALITY
};
enum { NCRITERIA = sizeof criteria / sizeof criteria[0] };

bool quality_next(const struct quality_facts *f, enum quality_score which, enum lang lang, size_t *at, struct quality_point *out)
{
    bool fr = lang == LANG_FR;
    while (*at < NCRITERIA && criteria[*at].score != which)
        (*at)++;
    if (*at >= NCRITERIA)
        return false;
    size_t i = (*at)++;
    bool met = criteria[i].met(f);
    *out = (struct quality_point){.key = criteria[i].key, .title = fr ? criteria[i].fr : criteria[i].en,
                                  .remedy = fr ? criteria[i].remedy_fr : criteria[i].remedy_en,
                                  .points = met ? criteria[i].points : 0, .of = criteria[i].points, .met = met};
    return true;
}

unsigned quality_points(const struct quality_facts *f, enum quality_score which, unsigned *of)
{
    struct quality_point p;
    unsigned points = 0;
    *of = 0;
    for (size_t at = 0; quality_next(f, which, LANG_FR, &at, &p);) {
        points += p.points;
        *of += p.of;
    }
    return points;
}

static const char *rating(unsigned points)
{
    return points >= 351 ? "excellent" : points >= 221 ? "good" : points >= 121 ? "sufficient" : "bad";
}

void quality_json(const struct quality_facts *f, enum quality_score which, enum lang lang, struct jw *w)
{
    struct quality_point p;
    unsigned of, points = quality_points(f, which, &of);
    jw_open(w, '{');
    JW_I64(w, "score", points);
    JW_I64(w, "of", of);
    if (which == QUALITY_MQA)
        JW_STR(w, "rating", str_of(rating(points)));
    jw_key(w, S("criteria"));
    jw_open(w, '[');
    for (size_t at = 0; quality_next(f, which, lang, &at, &p);) {
        jw_open(w, '{');
        JW_STR(w, "key", str_of(p.key));
        JW_STR(w, "title", str_of(p.title));
        JW_I64(w, "points", p.points);
        JW_I64(w, "of", p.of);
        JW_BOOL(w, "met", p.met);
        JW_STR(w, "remedy", p.met ? STR_NONE : str_of(p.remedy));
        jw_close(w, '}');
    }
    jw_close(w, ']');
    jw_close(w, '}');
}
