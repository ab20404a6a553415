#include "core/data/check/table_check_inside.h"

#include <stdlib.h>

#include "core/base/must.h"
#include "core/base/utf8.h"

/* The row that is referred to may come later in the file: those that were not met yet wait for its end, by their hash as the
 * keys are known, the first of them with their text. */
enum { TEXTS = 4096 };

struct check_reference {
    struct seen known;
    struct waiting {
        uint64_t hash, line;
    } *waiting;
    size_t n, room;
    struct str *texts; /* of the first TEXTS */
};

/* They are told where they start from, though the column be missing: the schema asks for them all the same. */
struct check_reference *table_check_references_new(struct table_checker *c)
{
    const struct table_schema *s = c->s;
    for (size_t i = 0; i < s->nreferences; i++)
        if (s->references[i].resource.n)
            table_check_find_s(c, REASON_reference_unchecked, s->references[i].from[0], 1, STR_NONE, s->references[i].resource);
    return ARENA_ARRAY(&c->a, struct check_reference, s->nreferences + 1);
}

/* False: one of them is empty or not in the file, and nothing is referred to. */
static bool hash_of(const struct table_checker *c, const size_t *fields, size_t n, uint64_t *hash)
{
    *hash = 1;
    for (size_t i = 0; i < n; i++) {
        if (!c->in_file[fields[i]] || !c->there[fields[i]])
            return false;
        *hash = seen_mix(*hash, c->cells[fields[i]]);
    }
    return true;
}

static void keep_text(struct table_checker *c, struct check_reference *k, struct str text)
{
    if (!k->texts)
        k->texts = ARENA_ARRAY(&c->a, struct str, TEXTS);
    text = str_part(text, 0, REASON_ARG_MAX);
    text.n = utf8_floor(text);
    k->texts[k->n] = arena_str(&c->a, text);
}

static void wait_for(struct table_checker *c, struct check_reference *k, uint64_t hash, uint64_t line, struct str text)
{
    if (k->n < TEXTS)
        keep_text(c, k, text);
    if (k->n == k->room) {
        k->room = k->room ? 2 * k->room : 64;
        k->waiting = must_realloc(k->waiting, k->room * sizeof *k->waiting);
    }
    k->waiting[k->n++] = (struct waiting){hash, line};
}

static bool has_columns(const struct table_checker *c, const struct table_reference *r)
{
    for (size_t i = 0; i < r->n; i++)
        if (!c->in_file[r->to[i]])
            return false;
    return true;
}

void table_check_references_row(struct table_checker *c, uint64_t line)
{
    for (size_t i = 0; i < c->s->nreferences; i++) {
        const struct table_reference *r = &c->s->references[i];
        struct check_reference *k = &c->references[i];
        uint64_t hash;
        if (r->resource.n || !has_columns(c, r))
            continue;
        if (hash_of(c, r->to, r->n, &hash))
            seen_meet(&k->known, hash, line);
        if (hash_of(c, r->from, r->n, &hash) && !seen_has(&k->known, hash))
            wait_for(c, k, hash, line, c->cells[r->from[0]]);
    }
}

void table_check_references_end(struct table_checker *c)
{
    for (size_t i = 0; i < c->s->nreferences; i++) {
        const struct table_reference *r = &c->s->references[i];
        struct check_reference *k = &c->references[i];
        for (size_t at = 0; at < k->n; at++)
            if (!seen_has(&k->known, k->waiting[at].hash))
                table_check_find_s(c, REASON_reference_missing, r->from[0], k->waiting[at].line,
                                   at < TEXTS ? k->texts[at] : STR_NONE, r->names);
        k->n = 0;
    }
}

void table_check_references_free(struct table_checker *c)
{
    for (size_t i = 0; i < c->s->nreferences; i++) {
        seen_forget(&c->references[i].known);
        free(c->references[i].waiting);
    }
}
