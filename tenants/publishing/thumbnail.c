#include "tenants/publishing/thumbnail.h"

#include <stdio.h>
#include <unistd.h>

#include "core/base/jr.h"
#include "core/base/log.h"
#include "core/data/errors.h"
#include "core/data/intake/picture.h"
#include "core/io/blob.h"
#include "core/io/errors.h"
#include "tenants/directory/tenant.h"
#include "tenants/publishing/exports_ask.h"
#include "tenants/publishing/later.h"
#include "tenants/publishing/publish.h"
#include "tenants/publishing/sql.h"

enum { BLOB_MAX = 101, NUMBER = 12, COLOURS = 6 * PICTURE_COLOURS + 1 };

bool thumbnail_ask(struct conn *c, const struct uuid *tenant, const struct uuid *dataset, struct err *e)
{
    struct uuid task = uuid_make();
    return tenant_do(c, &sql_thumbnail_ask, (struct str[]){uuid_str(&task), uuid_str(tenant), uuid_str(dataset)}, e);
}

/* What ends the look at one picture and not at the others: it cannot be shown small. */
static bool is_its_own(const struct err *why)
{
    return why->kind == &err_data_picture || why->kind == &err_data_unread || why->kind == &err_child_failed ||
           why->kind == &err_child_slow || why->kind == &err_blob_missing;
}

static bool look(struct str blob, struct picture *p, struct err *e)
{
    int fd;
    uint64_t size;
    if (!blob_open(blob, &fd, &size, e))
        return false;
    bool ok = picture_thumbnail(fd, size, p, e);
    close(fd);
    return ok;
}

/* As portal.content keeps them: six digits each. */
static void write_colours(const struct picture *p, char out[COLOURS])
{
    out[0] = '\0';
    for (unsigned i = 0; i < p->ncolours; i++)
        snprintf(out + (size_t)6 * i, 7, "%06x", (unsigned)p->colours[i] & 0xffffff);
}

/* has: there is a small one from before, which stays. */
static bool put(struct later_turn *t, struct str hash, bool has, const struct picture *p, struct err *e)
{
    char name[BLOB_MAX], width[NUMBER], height[NUMBER], orientation[NUMBER], colours[COLOURS];
    struct uuid made = uuid_make();
    snprintf(name, sizeof name, "content/%s/%s", t->tenant.text, made.text);
    snprintf(width, sizeof width, "%u", p->width);
    snprintf(height, sizeof height, "%u", p->height);
    snprintf(orientation, sizeof orientation, "%u", p->orientation);
    write_colours(p, colours);
    const struct str row[] = {uuid_str(&t->tenant), hash,         str_of(width),   str_of(height),
                              str_of(orientation),  str_of(name), str_of(p->type), str_of(colours)};
    return (has || blob_put(str_of(name), buf_str(&p->small), e)) && tenant_do(t->c, &sql_thumbnail_put, row, e);
}

/* A small one whose commit fails is an orphan that a sweep finds. */
static bool make_one(struct later_turn *t, const json_t *one, bool *made, struct err *e)
{
    struct picture p = {0};
    struct err why = {0};
    struct str hash = jr_str(one, "hash");
    const struct str none[] = {uuid_str(&t->tenant), hash, STR_NONE, STR_NONE, STR_NONE, STR_NONE, STR_NONE, STR_NONE};
    bool ok;
    if (look(jr_str(one, "blob"), &p, &why)) {
        ok = put(t, hash, jr_bool(one, "has", false), &p, e);
        *made = true;
    } else if (is_its_own(&why)) {
        log_err(LOG_INFO, "no_thumbnail", &why);
        ok = tenant_do(t->c, &sql_thumbnail_put, none, e);
    } else {
        *e = why;
        ok = false;
    }
    buf_free(&p.small);
    return ok;
}

static bool show(struct later_turn *t, struct err *e)
{
    PGresult *r = conn_ask(t->c, &sql_thumbnail_shown, (struct str[]){uuid_str(&t->tenant), uuid_str(&t->subject)}, e);
    bool ok = r != NULL;
    for (int i = 0; ok && i < PQntuples(r); i++) {
        struct uuid id;
        if (strcmp(PQgetvalue(r, i, 1), "t") == 0 && uuid_parse(str_of(PQgetvalue(r, i, 0)), &id))
            ok = publish_outbox(t->c, &t->tenant, &id, S("described"), e) && exports_ask(t->c, &t->tenant, &id, e);
    }
    PQclear(r);
    return ok && tenant_touch(t->c, &t->tenant, e);
}

static bool make(struct later_turn *t, struct err *e)
{
    bool ok = true, made = false;
    size_t i;
    json_t *one;
    json_array_foreach(t->given, i, one) {
        if (*t->stop || !(ok = make_one(t, one, &made, e)))
            break;
    }
    t->again = true; /* what is left, and what came meanwhile */
    return ok && (!made || show(t, e));
}

bool thumbnail_job(struct job_run *run, struct err *e)
{
    static const struct later later = {"thumbnail", &sql_thumbnail_wanted, make};
    return later_job(&later, run, e);
}

bool thumbnail_sweep(struct conn *c, const struct uuid *tenant, struct err *e)
{
    PGresult *r = conn_ask(c, &sql_thumbnail_waiting, (struct str[]){uuid_str(tenant)}, e);
    bool ok = r != NULL;
    for (int i = 0; ok && i < PQntuples(r); i++) {
        struct uuid dataset;
        ok = !uuid_parse(str_of(PQgetvalue(r, i, 0)), &dataset) || thumbnail_ask(c, tenant, &dataset, e);
    }
    PQclear(r);
    return ok;
}
