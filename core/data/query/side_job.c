#include "core/data/query/side_job.h"

#include <stdlib.h>

#include "core/base/must.h"

static void own_texts(struct side_job *j, const struct ask *ask)
{
    j->ask = *ask;
    j->ask.timezone = arena_str(&j->a, ask->timezone);
    for (size_t i = 0; i < ask->nwhere; i++)
        j->ask.where[i] = arena_str(&j->a, ask->where[i]);
    for (size_t i = 0; i < ask->nrefine; i++)
        j->ask.refine[i].value = arena_str(&j->a, ask->refine[i].value);
}

static struct side_job *make(const struct dataset_view *v, const struct ask *ask)
{
    struct side *side = view_is_catalogue(v) ? NULL : side_take(view_table(v));
    if (!side)
        return NULL;
    struct side_job *j = must_alloc(sizeof *j);
    j->side = side;
    j->view = v;
    j->count = -1;
    own_texts(j, ask);
    return j;
}

struct side_job *side_facets(const struct dataset_view *v, const struct facet_query *q)
{
    struct side_job *j = q->n && !q->timed ? make(v, q->ask) : NULL;
    if (!j)
        return NULL;
    j->facets = q->facets;
    j->nfacets = q->n;
    return j;
}

struct side_job *side_groups(const struct query *q)
{
    struct side_job *j = q->made && q->grouped && !q->timed ? make(q->view, &q->made->ask) : NULL;
    if (j && !side_group_plan(j, q)) {
        side_job_free(j);
        j = NULL;
    }
    return j;
}

struct side_job *side_total(const struct query *q)
{
    return q->made && !q->grouped && !q->count_known && !q->timed ? make(q->view, &q->made->ask) : NULL;
}

static bool run_total(struct side_job *j, struct side_scan *s)
{
    const uint64_t *bits;
    if (!side_scan_ask(s, &j->ask, NULL, &bits))
        return false;
    j->count = bits ? (int64_t)side_scan_count(s, bits) : (int64_t)s->side->rows;
    return true;
}

void side_job_run(struct side_job *j)
{
    struct side_scan s = {.a = &j->a, .side = j->side, .view = j->view, .utc = str_eq(j->ask.timezone, S("UTC"))};
    if (!side_is_sound(j->side))
        return;
    bool ok = j->facets ? side_facet_run(j, &s) : j->grouping ? side_group_run(j, &s) : run_total(j, &s);
    if (ok)
        return;
    PQclear(j->result);
    j->result = NULL;
    j->count = -1;
}

const PGresult *side_job_result(const struct side_job *j)
{
    return j ? j->result : NULL;
}

int64_t side_job_count(const struct side_job *j)
{
    return j ? j->count : -1;
}

void side_job_free(void *job)
{
    struct side_job *j = job;
    if (!j)
        return;
    PQclear(j->result);
    side_give(j->side);
    arena_free(&j->a);
    free(j);
}
