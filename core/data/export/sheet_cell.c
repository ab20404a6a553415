#include "core/data/export/sheet_cell.h"

#include "core/data/query/cell.h"

enum { DIGITS_MAX = 15, DAYS_1899_2000 = 36526, FIRST_DAY = 61, LAST_DAY = 2958465 };

static const double us_day = 86400e6;

/* From the first digit that is not zero to the last one. */
static int significant_digits(struct str s)
{
    int n = 0, zeros = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            continue;
        if (s.p[i] == '0' && n == 0)
            continue;
        zeros = s.p[i] == '0' ? zeros + 1 : 0;
        n++;
    }
    return str_chr(s, '.') < 0 ? n : n - zeros;
}

static struct sheet_cell day(struct sheet_cell c, int64_t days)
{
    c.serial = (double)(days + DAYS_1899_2000);
    c.kind = c.serial >= FIRST_DAY && c.serial <= LAST_DAY ? SHEET_DATE : SHEET_TEXT;
    return c;
}

static struct sheet_cell moment(struct sheet_cell c, int64_t local)
{
    c.serial = (double)local / us_day + DAYS_1899_2000;
    if (c.serial < FIRST_DAY || c.serial >= LAST_DAY + 1)
        return c;
    c.kind = SHEET_MOMENT;
    c.text.n -= sizeof "+00:00" - 1;
    return c;
}

struct sheet_cell sheet_cell_of(struct export *x, const struct query_column *c, const PGresult *r,
                                int row)
{
    struct sheet_cell cell = {.kind = SHEET_TEXT};
    buf_reset(&x->cell);
    cell_text(&x->cell, c, r, row, x->list_separator);
    cell.text = buf_str(&x->cell);
    if (cell.text.n == 0) {
        cell.kind = SHEET_EMPTY;
        return cell;
    }
    if (c->range != RANGE_NONE)
        return cell;
    switch (c->type) {
    case TYPE_INT:
    case TYPE_DECIMAL:
        cell.kind = significant_digits(cell.text) > DIGITS_MAX ? SHEET_TEXT : SHEET_NUMBER;
        return cell;
    case TYPE_DOUBLE:
        cell.kind = SHEET_NUMBER;
        return cell;
    case TYPE_BOOLEAN:
        cell.kind = SHEET_BOOLEAN;
        cell.flag = cell.text.p[0] == 'T';
        return cell;
    case TYPE_DATE:
        return c->precision == PRECISION_FULL ? day(cell, cell_i64(r, row, c->at)) : cell;
    case TYPE_DATETIME:
        return moment(cell, cell_i64(r, row, c->local < 0 ? c->at : c->local));
    case TYPE_TEXT:
    case TYPE_GEO_POINT:
    case TYPE_GEO_SHAPE:
    case TYPE_FILE:
    case COLUMN_TYPES:
        break;
    }
    return cell;
}

struct str sheet_cell_title(const struct export *x, size_t i)
{
    return x->query->use_labels ? x->query->columns[i].label : x->query->columns[i].key;
}
