#include "tenants/publishing/dates.h"

#include "core/base/clock.h"
#include "core/base/jr.h"
#include "core/data/value/moment.h"
#include "tenants/publishing/errors.h"

enum { DAY = 10, TIME = 19, PARIS_AT_MOST_S = 2 * 3600, DAY_S = 24 * 3600 };

/* "9999-99-99": a digit for each 9. */
static bool begins_like(struct str s, const char *shape)
{
    for (size_t i = 0; shape[i]; i++)
        if (i >= s.n || (shape[i] == '9' ? s.p[i] < '0' || s.p[i] > '9' : s.p[i] != shape[i]))
            return false;
    return true;
}

/* Source: XML Schema 1.1 part 2, date and dateTime: narrower than what files may hold (moment.h). */
bool dates_iso(struct str s)
{
    struct moment m;
    if (!begins_like(s, "9999-99-99") || !moment_read(s, &m))
        return false;
    if (s.n == DAY)
        return true;
    if (!begins_like(s, "9999-99-99T99:99:99"))
        return false;
    struct str rest = str_from(s, TIME);
    while (rest.n && (rest.p[0] == '.' || (rest.p[0] >= '0' && rest.p[0] <= '9')))
        rest = str_from(rest, 1);
    return !rest.n || str_eq(rest, S("Z")) || (rest.n == 6 && (begins_like(rest, "+99:99") || begins_like(rest, "-99:99")));
}

static int by_day(struct str a, struct str b)
{
    return str_cmp(str_part(a, 0, DAY), str_part(b, 0, DAY));
}

struct dates dates_of(const json_t *metas, struct str created, struct str issued)
{
    const json_t *dcat = jr_object(metas, "dcat");
    struct str first = jr_str(dcat, "created"), then = jr_str(dcat, "issued");
    struct dates d = {dates_iso(first) ? first : created, dates_iso(then) ? then : issued};
    if (d.issued.n && by_day(d.created, d.issued) > 0)
        d.created = d.issued;
    return d;
}

bool dates_in_order(struct str created, struct str issued, struct err *e)
{
    char today[40];
    struct str latest = issued.n ? issued : created;
    moment_date_text(today, (int32_t)((clock_wall_us() / 1000000 + PARIS_AT_MOST_S) / DAY_S));
    if (created.n && issued.n && by_day(created, issued) > 0) {
        ERR(e, err_metadata_order, "created after issued");
        err_arg(e, STR_FMT, STR_ARG(str_part(created, 0, DAY)));
        return err_arg(e, STR_FMT, STR_ARG(str_part(issued, 0, DAY)));
    }
    if (latest.n && by_day(latest, str_of(today)) > 0)
        return ERR(e, err_metadata_future, "after %s", today), err_arg(e, STR_FMT, STR_ARG(str_part(latest, 0, DAY)));
    return true;
}
