#include "core/data/value/zone.h"

#include <pthread.h>
#include <stdio.h>

#include "core/base/map.h"

enum { NAME_MAX_BYTES = 64 };

static struct map names;
static bool any_name;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* "Z Europe/Paris …" is a zone, "L Europe/Brussels Europe/Amsterdam" gives the last name to the first. */
static void read_line(struct str line)
{
    static char there;
    struct str kind, word, last = STR_NONE;
    if (!str_cut(&line, ' ', &kind) || kind.n != 1 || (kind.p[0] != 'Z' && kind.p[0] != 'L'))
        return;
    for (unsigned i = 0; i < 2 && str_cut(&line, ' ', &word); i++) {
        last = word;
        if (kind.p[0] == 'Z')
            break;
    }
    if (last.n)
        map_put(&names, last, &there);
}

static void load(void)
{
    char line[512];
    FILE *f = fopen("/usr/share/zoneinfo/tzdata.zi", "re");
    any_name = !f;
    if (!f)
        return;
    while (fgets(line, sizeof line, f))
        read_line(str_trim(str_of(line)));
    fclose(f);
}

static bool well_formed(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              strchr("/_+-", c)) || c == '\0')
            return false;
    }
    return s.n > 0 && s.n <= NAME_MAX_BYTES && s.p[0] != '/';
}

bool zone_known(struct str name)
{
    if (!well_formed(name))
        return false;
    if (str_eq(name, S("UTC")))
        return true;
    pthread_once(&once, load);
    return any_name || map_get(&names, name);
}
