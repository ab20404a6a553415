#include "core/data/check/opening_hours.h"

#include <ctype.h>

static bool is_one_of(struct str s, const char *words)
{
    for (struct str rest = str_of(words), word; str_cut(&rest, ' ', &word);)
        if (str_eq(word, s))
            return true;
    return false;
}

static bool is_number(struct str s, size_t least, size_t most)
{
    for (size_t i = 0; i < s.n; i++)
        if (!isdigit((unsigned char)s.p[i]))
            return false;
    return s.n >= least && s.n <= most;
}

static bool is_time(struct str s)
{
    ptrdiff_t colon = str_chr(s, ':');
    int64_t hours, minutes;
    if (colon < 1 || !is_number(str_part(s, 0, (size_t)colon), 1, 2) ||
        !is_number(str_from(s, (size_t)colon + 1), 2, 2))
        return false;
    return str_i64(str_part(s, 0, (size_t)colon), &hours) &&
           str_i64(str_from(s, (size_t)colon + 1), &minutes) && hours * 60 + minutes <= 48 * 60 &&
           minutes < 60;
}

/* "Su[1]" and "Fr[-1]": the first and the last of the month. */
static bool is_day(struct str s)
{
    ptrdiff_t bracket = str_chr(s, '[');
    if (bracket == 2 && s.p[s.n - 1] == ']') {
        struct str nth = str_part(s, 3, s.n - 4);
        nth = str_starts(nth, S("-")) ? str_from(nth, 1) : nth;
        if (!is_number(nth, 1, 1))
            return false;
        s.n = 2;
    }
    return is_one_of(s, "Mo Tu We Th Fr Sa Su PH SH");
}

/* What stands in a range; a bare number is a day of a month, a week or a year. */
static bool is_atom(struct str s, bool *tells)
{
    if (is_day(s) || is_time(s) ||
        is_one_of(
            s, "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec sunrise sunset dawn dusk easter")) {
        *tells = true;
        return true;
    }
    return is_number(s, 1, 2) || is_number(s, 4, 4);
}

static bool range_ok(struct str s, bool *tells)
{
    struct str from;
    if (str_ends(s, S("+")))
        s.n--;
    if (s.n == 0)
        return false;
    ptrdiff_t bracket = str_chr(s, '[');
    ptrdiff_t dash = bracket >= 0 ? -1 : str_chr(s, '-');
    if (dash < 0)
        return is_atom(s, tells);
    from = str_part(s, 0, (size_t)dash);
    return is_atom(from, tells) && is_atom(str_from(s, (size_t)dash + 1), tells);
}

static bool word_ok(struct str s, bool *tells)
{
    if (str_eq(s, S("24/7")) || is_one_of(s, "open closed off unknown")) {
        *tells = true;
        return true;
    }
    if (is_one_of(s, "week :"))
        return true;
    if (str_ends(s, S(":")))
        s.n--;
    for (struct str rest = s, part; str_cut(&rest, ',', &part);)
        if (!range_ok(part, tells) && !(part.n == 0 && rest.p == NULL && s.n > 1))
            return false;
    return s.n > 0;
}

static bool rule_ok(struct str rule)
{
    bool tells = false;
    rule = str_trim(rule);
    while (rule.n > 0) {
        if (rule.p[0] == '"') {
            ptrdiff_t end = str_chr(str_from(rule, 1), '"');
            if (end < 0)
                return false;
            rule = str_trim(str_from(rule, (size_t)end + 2));
            tells = true;
            continue;
        }
        size_t n = 0;
        while (n < rule.n && rule.p[n] != ' ')
            n++;
        if (!word_ok(str_part(rule, 0, n), &tells))
            return false;
        rule = str_trim(str_from(rule, n));
    }
    return tells;
}

bool opening_hours_valid(struct str s)
{
    size_t rules = 0;
    s = str_trim(s);
    if (s.n == 0 || s.n > 1000)
        return false;
    while (s.n > 0) {
        size_t n = 0;
        bool quoted = false;
        while (n < s.n && (quoted || (s.p[n] != ';' && !str_starts(str_from(s, n), S("||"))))) {
            quoted ^= s.p[n] == '"';
            n++;
        }
        if (!rule_ok(str_part(s, 0, n)))
            return false;
        rules++;
        s = n < s.n ? str_trim(str_from(s, n + (s.p[n] == ';' ? 1 : 2))) : STR_NONE;
    }
    return rules > 0;
}
