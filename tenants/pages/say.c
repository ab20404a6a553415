#include "tenants/pages/say.h"

#include "core/base/clock.h"
#include "core/base/markup.h"

#define NBSP "\xc2\xa0"

static const char *const months[2][12] = {
    {"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
     "décembre"},
    {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
     "December"},
};

struct str say_date(struct arena *a, enum lang lang, struct str iso)
{
    uint64_t year, month, day;
    bool is_date = iso.n >= 10 && iso.p[4] == '-' && iso.p[7] == '-' && str_u64(str_part(iso, 0, 4), &year) &&
                   str_u64(str_part(iso, 5, 2), &month) && str_u64(str_part(iso, 8, 2), &day);
    if (!is_date || month < 1 || month > 12 || day < 1 || day > 31)
        return iso;
    const char *first = lang == LANG_FR && day == 1 ? "er" : "";
    return arena_printf(a, "%u%s" NBSP "%s" NBSP "%u", (unsigned)day, first, months[lang][month - 1], (unsigned)year);
}

struct str say_count(struct arena *a, enum lang lang, int64_t n)
{
    struct buf b = {0};
    markup_number(&b, lang, n);
    struct str said = arena_str(a, buf_str(&b));
    buf_free(&b);
    return said;
}

struct str say_bytes(struct arena *a, enum lang lang, int64_t n)
{
    static const char *const units[2][4] = {{"octets", "Ko", "Mo", "Go"}, {"bytes", "KB", "MB", "GB"}};
    double value = (double)n;
    unsigned unit = 0;
    while (value >= 1000 && unit < 3) {
        value /= 1000;
        unit++;
    }
    struct str text = arena_printf(a, value < 10 && unit > 0 ? "%.1f" : "%.0f", value);
    ptrdiff_t point = str_chr(text, '.');
    struct str whole = point < 0 ? text : str_part(text, 0, (size_t)point);
    struct str rest = point < 0 ? S("") : str_from(text, (size_t)point + 1);
    return arena_printf(a, STR_FMT "%s" STR_FMT NBSP "%s", STR_ARG(whole),
                        point < 0 ? "" : lang == LANG_FR ? "," : ".", STR_ARG(rest), units[lang][unit]);
}

struct str say_number(struct arena *a, enum lang lang, struct str json_number)
{
    int64_t whole;
    if (str_i64(json_number, &whole))
        return say_count(a, lang, whole);
    ptrdiff_t point = str_chr(json_number, '.');
    bool plain = point > 0 && str_chr(json_number, 'e') < 0 && str_chr(json_number, 'E') < 0;
    if (!plain || !str_i64(str_part(json_number, 0, (size_t)point), &whole))
        return json_number;
    struct str said = say_count(a, lang, whole);
    bool lost_sign = json_number.p[0] == '-' && whole == 0;
    return arena_printf(a, "%s" STR_FMT "%s" STR_FMT, lost_sign ? "-" : "", STR_ARG(said),
                        lang == LANG_FR ? "," : ".", STR_ARG(str_from(json_number, (size_t)point + 1)));
}
