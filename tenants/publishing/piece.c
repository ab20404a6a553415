#include "tenants/publishing/piece.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <unistd.h>

#include "core/base/jr.h"
#include "core/base/option.h"
#include "core/base/utf8.h"
#include "core/io/blob.h"
#include "core/web/errors.h"
#include "core/web/request.h"
#include "tenants/publishing/dataset.h"
#include "tenants/publishing/errors.h"
#include "tenants/publishing/review.h"
#include "tenants/publishing/sql.h"
#include "tenants/publishing/upload.h"

enum { MIB = 1 << 20, NAME_MOST = 200 };

/* One request's piece and the row it belongs to. */
struct piece {
    struct uuid id, upload, dataset, organisation;
    int64_t received, size;
    struct str file_name, mode;
    char blob[101];
};

bool piece_offset(struct str header, int64_t *offset)
{
    for (size_t i = 0; i < header.n; i++)
        if (header.p[i] < '0' || header.p[i] > '9')
            return false;
    return header.n > 0 && header.n <= 18 && str_i64(header, offset);
}

static bool unknown(struct err *e)
{
    return ERR(e, err_upload_unknown, "no piece");
}

static void name_blob(const struct req *r, struct piece *p)
{
    snprintf(p->blob, sizeof p->blob, "pieces/%s/%s", r->tenant->id.text, p->id.text);
}

/* ---- begin ---- */

static bool read_begin(struct req *r, struct piece *p, struct err *e)
{
    const json_t *body = req_body_json(r, e);
    struct str mode = jr_str(body, "mode");
    p->file_name = str_trim(jr_str(body, "file_name"));
    p->size = jr_i64(body, "size_bytes", 0);
    p->mode = mode.n ? mode : S("replace");
    if (!body)
        return false;
    if (!str_eq(p->mode, S("replace")) && !str_eq(p->mode, S("append")))
        return ERR(e, err_upload_mode, "mode"), err_arg(e, STR_FMT, STR_ARG(str_part(p->mode, 0, 40)));
    if (p->file_name.n == 0 || p->file_name.n > NAME_MOST || !utf8_valid(p->file_name) || p->size <= 0)
        return ERR(e, err_file_missing, "no name or size");
    int64_t most = option_i64(OPTION_UPLOAD_MAX) * MIB;
    if (p->size <= most)
        return true;
    ERR(e, err_too_large, "%lld", (long long)p->size);
    return err_arg(e, "%lld", (long long)most);
}

static bool may_prepare(struct req *r, struct conn *c, struct piece *p, struct err *e)
{
    struct str id = jr_str(req_body_json(r, e), "dataset");
    struct dataset_row d;
    bool is_bound = r->who.organisation.text[0] != '\0';
    if (!id.n)
        return true;
    if (!dataset_find(c, r->a, &r->tenant->id, id, &d, e))
        return false;
    if (is_bound && !str_eq(uuid_str(&d.organisation), uuid_str(&r->who.organisation)))
        return ERR(e, err_dataset_not_yours, "%s", d.id.text);
    p->dataset = d.id;
    return !is_bound || review_none_waiting(c, &r->tenant->id, &d.id, e);
}

static struct str or_null(const struct uuid *id)
{
    return id->text[0] ? uuid_str(id) : STR_NONE;
}

static bool work_begin(struct req *r, struct err *e)
{
    struct piece *p = ARENA_NEW(r->a, struct piece);
    char size[24];
    r->state = p;
    p->id = uuid_make();
    struct conn *c = read_begin(r, p, e) ? req_begin(r, e) : NULL;
    if (!c || !may_prepare(r, c, p, e))
        return false;
    snprintf(size, sizeof size, "%lld", (long long)p->size);
    const struct str row[] = {uuid_str(&r->tenant->id), uuid_str(&p->id), uuid_str(&r->who.account), or_null(&r->who.organisation),
                              or_null(&p->dataset), p->mode, p->file_name, str_of(size)};
    PGresult *made = conn_ask(c, &sql_piece_insert, row, e);
    bool ok = made && (PQntuples(made) == 1 || ERR(e, err_piece_many, "20"));
    PQclear(made);
    name_blob(r, p);
    return ok && blob_put(str_of(p->blob), S(""), e) && conn_commit(c, e);
}

/* ---- go on ---- */

static bool lock(struct req *r, struct conn *c, struct piece *p, struct err *e)
{
    if (!uuid_parse(r->params[0], &p->id))
        return unknown(e);
    PGresult *row = conn_ask(c, &sql_piece_lock,
                             (struct str[]){uuid_str(&r->tenant->id), uuid_str(&p->id), uuid_str(&r->who.account)}, e);
    bool there = row && PQntuples(row) == 1;
    if (there) {
        str_i64(str_of(PQgetvalue(row, 0, 0)), &p->received);
        str_i64(str_of(PQgetvalue(row, 0, 1)), &p->size);
        p->file_name = arena_str(r->a, str_of(PQgetvalue(row, 0, 2)));
        p->mode = arena_str(r->a, str_of(PQgetvalue(row, 0, 3)));
        uuid_parse(str_of(PQgetvalue(row, 0, 4)), &p->dataset);
        uuid_parse(str_of(PQgetvalue(row, 0, 5)), &p->organisation);
        uuid_parse(str_of(PQgetvalue(row, 0, 6)), &p->upload);
        name_blob(r, p);
    }
    PQclear(row);
    return there || (row && unknown(e));
}

static bool wrong_place(const struct piece *p, struct err *e)
{
    ERR(e, err_piece_offset, "at %lld", (long long)p->received);
    return err_arg(e, "%lld", (long long)p->received);
}

/* The piece goes behind what was committed, whatever a request that died left there. */
static bool append(struct req *r, struct piece *p, struct err *e)
{
    int64_t bytes = (int64_t)r->upload.size_bytes;
    if (bytes > p->size - p->received) {
        ERR(e, err_too_large, "%lld", (long long)bytes);
        return err_arg(e, "%lld", (long long)(p->size - p->received));
    }
    if (!blob_append(str_of(p->blob), p->received, r->upload.path, e))
        return false;
    p->received += bytes;
    return true;
}

/* Whole: from here on it is an upload like another. */
static bool finish(struct req *r, struct conn *c, struct piece *p, struct err *e)
{
    char path[1024];
    const struct upload_new new = {.account = r->who.account,
                                   .organisation = p->organisation,
                                   .dataset = p->dataset,
                                   .mode = p->mode,
                                   .file_name = p->file_name,
                                   .path = path,
                                   .size_bytes = (uint64_t)p->size};
    return blob_path(str_of(p->blob), path, sizeof path, e) && upload_add(c, &r->tenant->id, &new, &p->upload, e);
}

static bool store(struct req *r, struct conn *c, struct piece *p, struct err *e)
{
    char received[24];
    snprintf(received, sizeof received, "%lld", (long long)p->received);
    PGresult *row =
        conn_ask(c, &sql_piece_put,
                 (struct str[]){uuid_str(&r->tenant->id), uuid_str(&p->id), str_of(received), or_null(&p->upload)}, e);
    PQclear(row);
    return row != NULL;
}

static bool work_go_on(struct req *r, struct err *e)
{
    struct piece *p = ARENA_NEW(r->a, struct piece);
    struct conn *c = req_begin(r, e);
    int64_t offset = 0;
    r->state = p;
    if (!c || !lock(r, c, p, e))
        return false;
    if (!piece_offset(req_header(r, S("upload-offset")), &offset) || offset != p->received || p->upload.text[0] || !r->upload.path)
        return wrong_place(p, e);
    return append(r, p, e) && (p->received < p->size || finish(r, c, p, e)) && store(r, c, p, e) && conn_commit(c, e);
}

/* ---- where it stands, given up ---- */

static bool work_look(struct req *r, struct err *e)
{
    struct piece *p = ARENA_NEW(r->a, struct piece);
    struct conn *c = req_begin(r, e);
    r->state = p;
    if (!c || !uuid_parse(r->params[0], &p->id))
        return c ? unknown(e) : false;
    PGresult *row = conn_ask(c, &sql_piece_one,
                             (struct str[]){uuid_str(&r->tenant->id), uuid_str(&p->id), uuid_str(&r->who.account)}, e);
    bool there = row && (PQntuples(row) == 1 || unknown(e));
    if (there) {
        str_i64(str_of(PQgetvalue(row, 0, 0)), &p->received);
        str_i64(str_of(PQgetvalue(row, 0, 1)), &p->size);
        uuid_parse(str_of(PQgetvalue(row, 0, 2)), &p->upload);
    }
    PQclear(row);
    return there && conn_commit(c, e);
}

static bool work_give_up(struct req *r, struct err *e)
{
    struct piece *p = ARENA_NEW(r->a, struct piece);
    struct conn *c = req_begin(r, e);
    struct err ignored = {0};
    r->state = p;
    if (!c || !uuid_parse(r->params[0], &p->id))
        return c ? unknown(e) : false;
    PGresult *row = conn_ask(c, &sql_piece_delete,
                             (struct str[]){uuid_str(&r->tenant->id), uuid_str(&p->id), uuid_str(&r->who.account)}, e);
    bool there = row && (PQntuples(row) == 1 || unknown(e));
    PQclear(row);
    name_blob(r, p);
    if (!there || !conn_commit(c, e))
        return false;
    blob_remove(str_of(p->blob), &ignored); /* else the sweep does */
    return true;
}

static bool reply(struct req *r, int status)
{
    const struct piece *p = r->state;
    struct jw *w = req_json(r, status);
    jw_open(w, '{');
    JW_STR(w, "id", uuid_str(&p->id));
    JW_I64(w, "offset", p->received);
    JW_I64(w, "size_bytes", p->size);
    JW_I64(w, "piece_bytes", PIECE_BYTES);
    JW_STR(w, "upload", or_null(&p->upload));
    jw_close(w, '}');
    req_set(r, S("upload-offset"), arena_n(r->a, p->received));
    return true;
}

static bool reply_begun(struct req *r, struct err *e)
{
    const struct piece *p = r->state;
    (void)e;
    req_set(r, S("location"), arena_printf(r->a, "/api/portal/v1/uploads/pieces/%s", p->id.text));
    return reply(r, 201);
}

static bool reply_state(struct req *r, struct err *e)
{
    (void)e;
    return reply(r, 200);
}

#define STEPS(name, work, answer) \
    static const struct step name[] = {{STEP_WORK, work, NULL}, {STEP_REPLY, answer, NULL}, {STEP_END, NULL, NULL}}
STEPS(begin_steps, work_begin, reply_begun);
STEPS(go_on_steps, work_go_on, reply_state);
STEPS(look_steps, work_look, reply_state);
STEPS(give_up_steps, work_give_up, reply_state);

/* clang-format off */
#define CALL(method, pattern, steps, body, en, fr) \
    {method, "/api/portal/v1/uploads/pieces" pattern, CONTRIBUTOR, 1, steps, en, DIALECT_PROBLEM, body, CACHE_NONE, fr}

static const struct route routes[] = {
    CALL(HTTP_POST, "", begin_steps, BODY_JSON, "Begin a big file in pieces", "Commencer un gros fichier en morceaux"),
    CALL(HTTP_GET, "/{piece}", look_steps, BODY_NONE, "Where it stands", "Où il en est"),
    CALL(HTTP_PATCH, "/{piece}", go_on_steps, BODY_UPLOAD, "Send the next piece", "Envoyer le morceau suivant"),
    CALL(HTTP_DELETE, "/{piece}", give_up_steps, BODY_NONE, "Give it up", "L’abandonner"),
};
/* clang-format on */
const struct route_table piece_route_table = {routes, sizeof routes / sizeof routes[0]};
