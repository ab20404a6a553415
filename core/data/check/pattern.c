#include "core/data/check/pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>

#include "core/base/must.h"

enum { STEPS = 20000, DEPTH = 2000, HEAP_KIB = 4096, OVER_LIMITS = 20 };

struct pattern {
    pcre2_code *code;
    pcre2_match_data *match;
    pcre2_match_context *limits;
    unsigned over;
};

/* What goes back into the pattern itself, or out of it, has no place in a schema. */
static bool is_tame(struct str text)
{
    static const char *const wild[] = {"(?R", "(?&", "(?P>", "(?C", "(*",  "\\g",
                                       "\\C", "(?(", "(?0",  "(?1", "(?+", "(?-"};
    for (size_t i = 0; i < sizeof wild / sizeof wild[0]; i++)
        if (str_find(text, str_of(wild[i])) >= 0)
            return false;
    return text.n <= PATTERN_MAX;
}

static pcre2_code *compile(struct str text, uint32_t where)
{
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    int error;
    PCRE2_SIZE at;
    if (!context)
        return NULL;
    pcre2_set_parens_nest_limit(context, 100);
    pcre2_set_max_pattern_length(context, PATTERN_MAX);
    pcre2_code *code = pcre2_compile((PCRE2_SPTR)text.p, text.n,
                                     PCRE2_UTF | PCRE2_UCP | PCRE2_ALT_BSUX | where |
                                         PCRE2_NEVER_BACKSLASH_C | PCRE2_NO_AUTO_CAPTURE,
                                     &error, &at, context);
    pcre2_compile_context_free(context);
    return code;
}

static struct pattern *make(struct str text, uint32_t where)
{
    pcre2_code *code = is_tame(text) ? compile(text, where) : NULL;
    if (!code)
        return NULL;
    struct pattern *p = must_alloc(sizeof *p);
    *p = (struct pattern){code, pcre2_match_data_create(1, NULL), pcre2_match_context_create(NULL),
                          0};
    if (!p->match || !p->limits) {
        pattern_free(p);
        return NULL;
    }
    pcre2_set_match_limit(p->limits, STEPS);
    pcre2_set_depth_limit(p->limits, DEPTH);
    pcre2_set_heap_limit(p->limits, HEAP_KIB);
    return p;
}

struct pattern *pattern_new(struct str text)
{
    return make(text, PCRE2_ANCHORED | PCRE2_ENDANCHORED);
}

struct pattern *pattern_new_anywhere(struct str text)
{
    return make(text, PCRE2_DOLLAR_ENDONLY);
}

enum pattern_answer pattern_match(struct pattern *p, struct str value)
{
    if (value.n > PATTERN_SUBJECT_MAX || p->over >= OVER_LIMITS)
        return PATTERN_UNKNOWN;
    int found = pcre2_match(p->code, (PCRE2_SPTR)(value.p ? value.p : ""), value.n, 0, 0, p->match,
                            p->limits);
    if (found >= 0)
        return PATTERN_YES;
    if (found == PCRE2_ERROR_NOMATCH)
        return PATTERN_NO;
    p->over++;
    return PATTERN_UNKNOWN;
}

void pattern_free(struct pattern *p)
{
    if (!p)
        return;
    pcre2_match_context_free(p->limits);
    pcre2_match_data_free(p->match);
    pcre2_code_free(p->code);
    free(p);
}
