/* Steps that make, name, order or drop columns. */
#include <stdio.h>

#include "core/data/errors.h"
#include "core/data/value/lambert93.h"
#include "core/data/value/number.h"
#include "core/data/value/shape.h"
#include "core/data/step/step_kinds.h"

bool step_prepare_rename(struct steps *all, struct step *s, struct err *e)
{
    if (!step_find(all, s, s->column, &s->at, e))
        return false;
    all->columns[s->at].label = S("\x01"); /* its old name is free for the new one */
    size_t n = all->ncolumns;
    if (!step_add(all, s, s->to, e))
        return false;
    all->columns[s->at].label = all->columns[n].label;
    all->ncolumns = n;
    return true;
}

bool step_prepare_type(struct steps *all, struct step *s, struct err *e)
{
    if (!step_find(all, s, s->column, &s->at, e))
        return false;
    all->columns[s->at].typed = true;
    all->columns[s->at].type = s->type;
    return true;
}

bool step_prepare_split(struct steps *all, struct step *s, struct err *e)
{
    if (!step_find(all, s, s->column, &s->at, e))
        return false;
    s->at_other = all->ncolumns;
    for (size_t i = 0; i < s->nnames; i++)
        if (!step_add(all, s, s->names[i], e))
            return false;
    return true;
}

enum record_gone step_apply_split(struct steps *all, struct step *s)
{
    struct str rest = all->cells[s->at];
    for (size_t i = 0; i < s->nnames; i++) {
        ptrdiff_t cut = i + 1 < s->nnames ? str_find(rest, s->text) : -1;
        struct str part = cut < 0 ? rest : str_part(rest, 0, (size_t)cut);
        all->cells[s->at_other + i] = shape_trim(part);
        s->changed += i == 1 && part.n > 0;
        rest = cut < 0 ? step_blank() : str_from(rest, (size_t)cut + s->text.n);
    }
    return RECORD_HERE;
}

bool step_prepare_point(struct steps *all, struct step *s, struct err *e)
{
    if (!step_find(all, s, s->column, &s->at, e) || !step_find(all, s, s->other, &s->at_other, e) ||
        !step_add(all, s, s->to, e))
        return false;
    all->columns[all->ncolumns - 1].typed = true;
    all->columns[all->ncolumns - 1].type = TYPE_GEO_POINT;
    s->places = ARENA_ARRAY(all->a, size_t, 1);
    s->places[0] = all->ncolumns - 1;
    return true;
}

static char *put_degrees(char *to, struct str cell)
{
    for (size_t i = 0; i < cell.n; i++)
        *to++ = cell.p[i] == ',' ? '.' : cell.p[i];
    return to;
}

/* Metres as degrees; false: they are none, and the row will say what it has. */
static bool put_lambert93(struct steps *all, struct step *s, struct str north, struct str east)
{
    enum { ROOM = 40 };
    struct number x, y;
    double lon, lat;
    if (!number_read(east, &x) || !number_read(north, &y) ||
        !lambert93_degrees(number_double(&x), number_double(&y), &lon, &lat))
        return false;
    char *room = step_room(all, ROOM);
    int n = room ? snprintf(room, ROOM, "%.9f, %.9f", lat, lon) : 0;
    all->cells[s->places[0]] = (struct str){room, (size_t)n};
    s->changed += n > 0;
    return true;
}

enum record_gone step_apply_point(struct steps *all, struct step *s)
{
    struct str lat = shape_trim(all->cells[s->at]), lon = shape_trim(all->cells[s->at_other]);
    all->cells[s->places[0]] = step_blank();
    if (s->flag && put_lambert93(all, s, lat, lon))
        return RECORD_HERE;
    char *room = lat.n && lon.n ? step_room(all, lat.n + lon.n + 2) : NULL;
    if (!room)
        return RECORD_HERE;
    char *at = put_degrees(room, lat);
    *at++ = ',';
    *at++ = ' ';
    at = put_degrees(at, lon);
    all->cells[s->places[0]] = (struct str){room, (size_t)(at - room)};
    s->changed++;
    return RECORD_HERE;
}

bool step_prepare_concatenate(struct steps *all, struct step *s, struct err *e)
{
    if (!step_find_all(all, s, e) || !step_add(all, s, s->to, e))
        return false;
    s->at = all->ncolumns - 1;
    return true;
}

enum record_gone step_apply_concatenate(struct steps *all, struct step *s)
{
    size_t most = 0, used = 0;
    for (size_t i = 0; i < s->nplaces; i++)
        most += all->cells[s->places[i]].n + s->text.n;
    char *room = step_room(all, most);
    for (size_t i = 0; room && i < s->nplaces; i++) {
        struct str cell = shape_trim(all->cells[s->places[i]]);
        if (cell.n == 0)
            continue;
        if (used && s->text.n) {
            memcpy(room + used, s->text.p, s->text.n);
            used += s->text.n;
        }
        memcpy(room + used, cell.p, cell.n);
        used += cell.n;
    }
    all->cells[s->at] = room ? (struct str){room, used} : step_blank();
    s->changed += used > 0;
    return RECORD_HERE;
}

/* The columns that stay, in places; both keep and drop come to this. */
static bool stay(struct steps *all, struct step *s, struct err *e)
{
    struct step_column *kept = ARENA_ARRAY(all->a, struct step_column, s->nplaces + 1);
    if (s->nplaces == 0)
        return step_refuse(s, &err_step_param, S("columns"), e);
    for (size_t i = 0; i < s->nplaces; i++)
        kept[i] = all->columns[s->places[i]];
    memcpy(all->columns, kept, s->nplaces * sizeof *kept);
    all->ncolumns = s->nplaces;
    return true;
}

bool step_prepare_keep(struct steps *all, struct step *s, struct err *e)
{
    if (!step_find_all(all, s, e))
        return false;
    for (size_t i = 0; i < s->nplaces; i++)
        for (size_t k = 0; k < i; k++)
            if (s->places[k] == s->places[i])
                return step_refuse(s, &err_step_taken, s->columns[i], e);
    return stay(all, s, e);
}

bool step_prepare_drop(struct steps *all, struct step *s, struct err *e)
{
    if (!step_find_all(all, s, e))
        return false;
    size_t *left = ARENA_ARRAY(all->a, size_t, all->ncolumns + 1), n = 0;
    for (size_t i = 0; i < all->ncolumns; i++) {
        bool named = false;
        for (size_t k = 0; k < s->nplaces; k++)
            named |= s->places[k] == i;
        if (!named)
            left[n++] = i;
    }
    s->places = left;
    s->nplaces = n;
    return stay(all, s, e);
}

enum record_gone step_apply_stay(struct steps *all, struct step *s)
{
    struct str kept[RECORD_COLUMNS_MAX];
    for (size_t i = 0; i < s->nplaces; i++)
        kept[i] = all->cells[s->places[i]];
    memcpy(all->cells, kept, s->nplaces * sizeof kept[0]);
    return RECORD_HERE;
}
