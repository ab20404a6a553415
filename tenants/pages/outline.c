#include "tenants/pages/outline.h"

#include "tenants/pages/assets.h"

struct str outline_view_box(void)
{
    struct str text = assets_outlines(), line = S("");
    str_cut(&text, '\n', &line);
    return line;
}

static bool read_line(struct str line, struct outline *out)
{
    struct str x, y;
    int64_t at_x, at_y;
    if (!str_cut(&line, '\t', &out->code) || !str_cut(&line, '\t', &out->name) || !str_cut(&line, '\t', &x) ||
        !str_cut(&line, '\t', &y) || !str_cut(&line, '\t', &out->path) || !str_i64(x, &at_x) || !str_i64(y, &at_y))
        return false;
    out->x = (int)at_x;
    out->y = (int)at_y;
    return true;
}

size_t outline_list(struct arena *a, struct outline **out)
{
    enum { MOST = 200 };
    struct str text = assets_outlines(), line;
    size_t n = 0;
    *out = ARENA_ARRAY(a, struct outline, MOST);
    str_cut(&text, '\n', &line);
    while (n < MOST && str_cut(&text, '\n', &line))
        n += read_line(line, &(*out)[n]);
    return n;
}
