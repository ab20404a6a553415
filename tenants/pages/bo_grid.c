/* A few rows typed on a page: cells of a form, which become a CSV that goes the way of every file. */
#include <stdlib.h>

#include "core/base/jr.h"
#include "tenants/pages/bo.h"
#include "tenants/pages/bo_dataset.h"
#include "tenants/pages/bo_routes.h"
#include "tenants/pages/bo_wizard.h"
#include "tenants/pages/say.h"
#include "tenants/publishing/errors.h"
#include "tenants/publishing/publish_steps.h"
#include "tenants/publishing/schema_template.h"

enum { ROWS_MAX = 50, COLUMNS_MAX = 50, ROWS_FIRST = 8, COLUMNS_FIRST = 5, ROWS_MORE = 10 };

enum { CALL_DATASET, CALL_SCHEMA };

struct grid {
    size_t rows, columns;
    struct str heads[COLUMNS_MAX], cells[ROWS_MAX][COLUMNS_MAX];
};

static struct str head_name(struct req *r, size_t column)
{
    return arena_printf(r->a, "h%zu", column + 1);
}

static struct str cell_name(struct req *r, size_t row, size_t column)
{
    return arena_printf(r->a, "c%zu-%zu", row + 1, column + 1);
}

static size_t size_sent(struct req *r, struct str name, size_t first, size_t most)
{
    uint64_t n;
    return !str_u64(req_form(r, name), &n) || n < 1 ? first : n > most ? most : (size_t)n;
}

static void read_grid(struct req *r, struct grid *g)
{
    g->columns = size_sent(r, S("columns"), COLUMNS_FIRST, COLUMNS_MAX);
    g->rows = size_sent(r, S("rows"), ROWS_FIRST, ROWS_MAX);
    for (size_t c = 0; c < g->columns; c++) {
        g->heads[c] = req_form(r, head_name(r, c));
        for (size_t row = 0; row < g->rows; row++)
            g->cells[row][c] = req_form(r, cell_name(r, row, c));
    }
}

static struct str *place(struct grid *g, size_t row, size_t column)
{
    return row == 0 ? &g->heads[column] : &g->cells[row - 1][column];
}

/* What a spreadsheet copies: tabs between cells, lines between rows; the first one holds the names. False: too large. */
static bool fill(struct grid *g, struct str text)
{
    struct str line, cell;
    size_t row = 0;
    while (str_cut(&text, '\n', &line)) {
        if (line.n && line.p[line.n - 1] == '\r')
            line.n--;
        if (line.n == 0 && !text.p)
            break;
        if (row > ROWS_MAX)
            return false;
        size_t column = 0;
        for (; str_cut(&line, '\t', &cell); column++) {
            if (column >= COLUMNS_MAX)
                return false;
            *place(g, row, column) = cell;
        }
        g->columns = column > g->columns ? column : g->columns;
        g->rows = row > g->rows ? row : g->rows;
        row++;
    }
    return true;
}

static bool is_empty(const struct str *cells, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_trim(cells[i]).n > 0)
            return false;
    return true;
}

static void put_line(struct buf *out, const struct str *cells, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_addc(out, ';');
        buf_quoted(out, cells[i]);
    }
    buf_addc(out, '\n');
}

/* Columns without a name and without a value at the end were never meant. */
static size_t used_columns(const struct grid *g)
{
    size_t n = g->columns;
    for (; n > 0 && str_trim(g->heads[n - 1]).n == 0; n--)
        for (size_t row = 0; row < g->rows; row++)
            if (str_trim(g->cells[row][n - 1]).n > 0)
                return n;
    return n;
}

static bool write_csv(struct req *r, const struct grid *g, struct str *csv, struct err *e)
{
    struct buf out = {0};
    size_t n = used_columns(g), rows = 0;
    put_line(&out, g->heads, n);
    for (size_t row = 0; row < g->rows; row++)
        if (!is_empty(g->cells[row], n)) {
            put_line(&out, g->cells[row], n);
            rows++;
        }
    *csv = arena_str(r->a, buf_str(&out));
    buf_free(&out);
    if (n > 0 && rows > 0 && !is_empty(g->heads, n))
        return true;
    ERR(e, err_grid_size, "%zu rows, %zu columns", rows, n);
    err_arg(e, "%d", ROWS_MAX);
    return err_arg(e, "%d", COLUMNS_MAX);
}

/* ---- the page ---- */

/* The columns of a dataset that is there stand as names, so that the rows are of the same shape. */
static void name_columns(struct req *r, struct grid *g)
{
    json_t *fields = bo_dataset_json(r, DS_COLUMNS);
    const json_t *f;
    size_t i;
    json_array_foreach(fields, i, f) {
        if (i == COLUMNS_MAX)
            break;
        g->heads[i] = arena_str(r->a, jr_str(f, "source").n ? jr_str(f, "source") : jr_str(f, "label"));
        g->columns = i + 1;
    }
    json_decref(fields);
}

/* The columns of ?schema=: rows that are typed for it. */
static bool name_schema(struct req *r, struct grid *g, struct err *e)
{
    struct registry_field *fields;
    size_t n;
    if (!schema_template_fields(r, CALL_SCHEMA, &fields, &n, e))
        return false;
    g->columns = n < COLUMNS_MAX ? n : COLUMNS_MAX;
    for (size_t i = 0; i < g->columns; i++)
        g->heads[i] = fields[i].name;
    return true;
}

static void put_lines(struct req *r, const struct grid *g, struct page_bo_grid *p)
{
    struct page_bo_grid_heads *heads = ARENA_ARRAY(r->a, struct page_bo_grid_heads, g->columns);
    struct page_bo_grid_lines *lines = ARENA_ARRAY(r->a, struct page_bo_grid_lines, g->rows);
    for (size_t c = 0; c < g->columns; c++)
        heads[c] = (struct page_bo_grid_heads){head_name(r, c), g->heads[c], arena_printf(r->a, "%zu", c + 1)};
    for (size_t row = 0; row < g->rows; row++) {
        struct page_bo_grid_lines_cells *cells = ARENA_ARRAY(r->a, struct page_bo_grid_lines_cells, g->columns);
        for (size_t c = 0; c < g->columns; c++)
            cells[c] = (struct page_bo_grid_lines_cells){cell_name(r, row, c), g->cells[row][c],
                                                         arena_printf(r->a, "%zu", row + 1),
                                                         g->heads[c].n ? g->heads[c] : arena_printf(r->a, "%zu", c + 1)};
        lines[row] = (struct page_bo_grid_lines){.at = arena_printf(r->a, "%zu", row + 1), .cells = cells, .cells_n = g->columns};
    }
    p->heads = heads;
    p->heads_n = g->columns;
    p->lines = lines;
    p->lines_n = g->rows;
}

static struct str file_url(struct req *r)
{
    return r->params[0].n ? bo_dataset_url(r, r->params[0], "file") : S("/backoffice/datasets/new/");
}

/* CALL_DATASET answers nothing for a new one: its place is kept. */
static bool ask(struct req *r, struct err *e)
{
    if (!bo_dataset_ask(r, e))
        return false;
    if (req_query(r, S("schema")).n)
        schema_template_ask(r);
    return true;
}

static bool name_heads(struct req *r, struct grid *g, struct err *e)
{
    if (req_query(r, S("schema")).n)
        return name_schema(r, g, e);
    if (r->params[0].n)
        name_columns(r, g);
    return true;
}

static bool reply(struct req *r, struct err *e)
{
    struct grid *g = bo_state(r)->own;
    if (r->params[0].n && !bo_dataset_is_there(r, e))
        return false;
    if (!g) {
        g = ARENA_NEW(r->a, struct grid);
        g->rows = ROWS_FIRST;
        g->columns = COLUMNS_FIRST;
        if (!name_heads(r, g, e))
            return false;
    }
    struct page_bo_grid p = {.steps = bo_steps(r, 1),
                             .csrf = r->who.csrf,
                             .action = r->params[0].n ? bo_dataset_url(r, r->params[0], "grid")
                                                      : S("/backoffice/datasets/new/grid/"),
                             .columns = arena_printf(r->a, "%zu", g->columns),
                             .rows = arena_printf(r->a, "%zu", g->rows),
                             .most = arena_printf(r->a, "%d", ROWS_MAX),
                             .file_url = file_url(r)};
    put_lines(r, g, &p);
    struct buf body = {0};
    page_bo_grid(&body, r->lang, &p);
    bo_reply(r, bo_status(r), &(struct bo_page){.title = page_say(r, TEXT_BO_GRID_TITLE), .nav = BO_DATASETS,
                                                .lead = page_say(r, TEXT_BO_GRID_LEAD), .up = page_say(r, TEXT_BO_DATASETS),
                                                .up_url = S("/backoffice/datasets/")}, &body);
    return true;
}

const struct step bo_grid[] = {{STEP_DB, ask, NULL}, {STEP_REPLY, reply, NULL}, {STEP_END, NULL, NULL}};

static void more(size_t *n, size_t by, size_t most)
{
    *n = *n + by > most ? most : *n + by;
}

/* True: the rows are to be read; false: the page again, larger or filled. */
static bool is_read(struct req *r, struct grid *g)
{
    struct str what = req_form(r, S("do"));
    if (str_eq(what, S("more_rows")))
        more(&g->rows, ROWS_MORE, ROWS_MAX);
    else if (str_eq(what, S("more_columns")))
        more(&g->columns, 1, COLUMNS_MAX);
    else if (str_eq(what, S("paste")) && !fill(g, req_form(r, S("paste")))) {
        struct err *e = &bo_state(r)->err;
        ERR(e, err_grid_size, "pasted");
        err_arg(e, "%d", ROWS_MAX);
        err_arg(e, "%d", COLUMNS_MAX);
    } else
        return str_eq(what, S("read"));
    return false;
}

static bool work(struct req *r, struct err *e)
{
    struct grid *g = ARENA_NEW(r->a, struct grid);
    struct publish_ask *ask = ARENA_NEW(r->a, struct publish_ask);
    read_grid(r, g);
    bo_state(r)->own = g;
    if (!is_read(r, g))
        return true;
    ask->dataset_id = r->params[0];
    ask->mode = S("replace");
    if (!write_csv(r, g, &ask->typed, &bo_state(r)->err))
        return true;
    if (!bo_call(r, publish_work_upload, ask, e))
        return false;
    if (!bo_state(r)->err.kind)
        req_redirect(r, 303, ask->dataset_id.n ? bo_dataset_url(r, ask->dataset_id, "preview")
                                               : arena_printf(r->a, "/backoffice/datasets/new/%s/", ask->made.text));
    return true;
}

const struct step bo_grid_save[] = {
    {STEP_WORK, work, NULL}, {STEP_DB, ask, NULL}, {STEP_REPLY, reply, NULL}, {STEP_END, NULL, NULL},
};
