#include "tenants/explore/exports.h"

#include <unistd.h>

#include "tenants/explore/errors.h"
#include "tenants/explore/explore.h"
#include "tenants/explore/exports_file.h"
#include "tenants/explore/sql.h"
#include "tenants/explore/v1_params.h"
#include "tenants/publishing/file_cells.h"

/* ---- which file ---- */

static bool no_format(struct str name, struct err *e)
{
    ERR(e, err_export_format, "format");
    return err_arg(e, STR_FMT, STR_ARG(str_part(name, 0, 60)));
}

static void let_go(void *context)
{
    struct export_file *f = context;
    export_close(&f->x);
    artefact_close(f->artefact);
    spill_close(f->spill);
    coding_close(f->coding);
    buf_free(&f->plain);
    if (f->rows_fd >= 0)
        close(f->rows_fd);
    if (f->file_fd >= 0)
        close(f->file_fd);
}

static bool prepare(struct req *r, struct export_file *f, struct err *e)
{
    const struct export_format *format = export_find(f->format);
    if (!grant_take(r, explore_dataset(r), &f->grant, e))
        return false;
    if (!format)
        return no_format(f->format, e);
    f->compressed = explore_flag(r, S("compressed"));
    f->rows_fd = f->file_fd = -1;
    req_on_gone(r, let_go, f);
    if (!query_make(r->a, f->grant.view, QUERY_EXPORT, f->params, f->nparams, &f->query, e) ||
        !export_open(&f->x, r->a, f->query, format, f->params, f->nparams, e))
        return false;
    file_cells(r, &f->grant, f->query);
    f->x.base = req_base_url(r);
    return true;
}

static bool ask_head(struct req *r, struct export_file *f, struct err *e)
{
    if (!prepare(r, f, e))
        return false;
    r->state = f;
    req_ask(r, &sql_export_head, (struct str[]){uuid_str(&r->tenant->id), f->grant.dataset_id});
    return true;
}

static bool ask_file(struct req *r, struct err *e)
{
    struct export_file *f = ARENA_NEW(r->a, struct export_file);
    f->format = r->params[EXPLORE_SECOND];
    bool bare = explore_is_v20(r) && !req_query(r, S("with_bom")).p; /* a mark is 2.1's */
    f->params = bare ? explore_params_with(r, S("with_bom"), S("false"), &f->nparams)
                     : explore_params(r, &f->nparams);
    return ask_head(r, f, e);
}

/* The first version of the API: the same file under other names. */
static bool ask_download(struct req *r, struct err *e)
{
    struct grant g;
    struct export_file *f = ARENA_NEW(r->a, struct export_file);
    struct str format = req_query(r, S("format"));
    if (!grant_take(r, explore_dataset(r), &g, e) ||
        !v1_params(r, g.view, &f->params, &f->nparams, e))
        return false;
    f->format = format.n ? format : S("csv");
    return ask_head(r, f, e);
}

/* The steps of exports_begin.c and exports_slices.c, behind what names the file. */
#define THE_FILE(ask)                                                                              \
    {STEP_DB, explore_ask_grant, NULL}, {STEP_DB, ask, NULL}, {STEP_DB, exports_begin, NULL},      \
        {STEP_CPU, exports_try, exports_must_try},                                                  \
        {STEP_DB, exports_ask_widths, NULL}, {STEP_DB, exports_ask_keys, NULL},                    \
        {STEP_STREAM, exports_ask_slice, exports_write_slice}, /* ends here unless it is gathered */ \
        {STEP_CPU, exports_convert, NULL}, {STEP_REPLY, exports_send_converted, NULL}, {STEP_END, NULL, NULL}

const struct step exports_file[] = {THE_FILE(ask_file)};
const struct step exports_download[] = {THE_FILE(ask_download)};

/* ---- the list ---- */

enum { EXPORTS_MAX = 40 };

static bool reply_list(struct req *r, struct err *e)
{
    struct grant g;
    struct explore_link links[EXPORTS_MAX];
    const struct export_format *format;
    size_t n = 0;
    if (!grant_take(r, r->params[EXPLORE_DATASET], &g, e))
        return false;
    struct str url = explore_dataset_url(r, g.dataset_id);
    for (size_t i = 0; (format = export_at(i)) && n < EXPORTS_MAX; i++)
        if (export_fits(format, g.view))
            links[n++] =
                (struct explore_link){format->name, arena_printf(r->a, STR_FMT "/exports/%s",
                                                                 STR_ARG(url), format->name)};
    explore_deprecate(r);
    struct jw *w = req_json(r, 200);
    jw_open(w, '{');
    jw_key(w, S("links"));
    explore_links(w, links, n);
    jw_close(w, '}');
    return true;
}

const struct step exports_list[] = {
    {STEP_DB, explore_ask_grant, NULL},
    {STEP_REPLY, reply_list, NULL},
    {STEP_END, NULL, NULL},
};
