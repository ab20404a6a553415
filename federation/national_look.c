/* What stands on the national portal: by its id, or by the mark that we left. */
#include <sodium.h>
#include <stdlib.h>

#include "core/base/jr.h"
#include "core/base/log.h"
#include "federation/errors.h"
#include "federation/national_push.h"
#include "federation/point.h"
#include "federation/seal.h"

enum { PAGES_MOST = 300, FOUND_MOST = 8 };

bool look_is_archived(const json_t *remote)
{
    return json_is_string(json_object_get(remote, "archived"));
}

static bool is_deleted(const json_t *remote)
{
    return json_is_string(json_object_get(remote, "deleted"));
}

bool look_by_id(struct push *p, struct err *e)
{
    json_t *remote;
    struct str path = arena_printf(p->n.a, "/api/1/datasets/" STR_FMT "/", STR_ARG(p->id));
    if (!national_call(&p->n, "GET", path, STR_NONE, STR_NONE, &remote, e))
        return false;
    if (!str_eq(jr_str(remote, "id"), p->id)) {
        json_decref(remote);
        ERR(e, err_national_away, "another id than asked for");
        return err_arg(e, "réponse illisible");
    }
    json_decref(p->remote);
    p->remote = remote;
    p->url = arena_str(p->n.a, jr_str(remote, "page"));
    if (!is_deleted(remote)) /* with our key a deleted one still answers 200 */
        return true;
    ERR(e, err_national_deleted, "deleted there");
    return err_arg(e, STR_FMT, STR_ARG(jr_str(remote, "deleted")));
}

struct found {
    struct str id, created, attempt;
};

static void note(struct push *p, const json_t *item, struct found found[FOUND_MOST], size_t *n)
{
    const json_t *extras = jr_object(item, "extras");
    if (*n < FOUND_MOST && !is_deleted(item) && str_eq(jr_str(extras, "terrasse:uid"), p->source.uid))
        found[(*n)++] = (struct found){arena_str(p->n.a, jr_str(item, "id")), arena_str(p->n.a, jr_str(item, "created_at")),
                                       arena_str(p->n.a, jr_str(extras, "terrasse:attempt"))};
}

static bool list_marked(struct push *p, struct found found[FOUND_MOST], size_t *n, struct err *e)
{
    bool more = true;
    *n = 0;
    for (unsigned page = 1; more && page <= PAGES_MOST; page++) {
        json_t *list;
        struct str path = arena_printf(p->n.a, "/api/1/organizations/" STR_FMT "/datasets/?page=%u&page_size=100",
                                       STR_ARG(p->n.organisation), page);
        if (!national_call(&p->n, "GET", path, STR_NONE, S("data{id,extras,deleted,created_at},next_page"), &list, e))
            return false;
        const json_t *data = json_object_get(list, "data");
        for (size_t i = 0; i < json_array_size(data); i++)
            note(p, json_array_get(data, i), found, n);
        more = json_is_string(json_object_get(list, "next_page"));
        json_decref(list);
    }
    return true;
}

/* The younger twins that we made ourselves; one without our attempt was made by somebody else. */
static bool drop_twins(struct push *p, const struct found *found, size_t n, size_t oldest, struct err *e)
{
    for (size_t i = 0; i < n; i++) {
        json_t *none;
        struct str path = arena_printf(p->n.a, "/api/1/datasets/" STR_FMT "/", STR_ARG(found[i].id));
        if (i == oldest || found[i].attempt.n == 0)
            continue;
        LOG(LOG_ERROR, "national_double", LOG_S("dataset", uuid_str(&p->k->dataset)), LOG_S("removed", found[i].id));
        if (!national_call(&p->n, "DELETE", path, STR_NONE, STR_NONE, &none, e))
            return false;
        json_decref(none);
        p->doubles++;
    }
    return true;
}

bool look_by_mark(struct push *p, struct err *e)
{
    struct found found[FOUND_MOST];
    size_t n, oldest = 0;
    if (!list_marked(p, found, &n, e))
        return false;
    point_at("national-looked");
    for (size_t i = 1; i < n; i++)
        if (str_cmp(found[i].created, found[oldest].created) < 0)
            oldest = i;
    if (n == 0)
        return true;
    p->id = found[oldest].id;
    return n == 1 || drop_twins(p, found, n, oldest, e);
}

/* The members that we set, as they stand there. */
struct str look_projection(struct arena *a, const json_t *remote)
{
    static const char *const ours[] = {"title", "description", "license", "frequency", "tags", "temporal_coverage",
                                       "spatial", "private", "archived"};
    unsigned char hash[16];
    crypto_generichash_state h;
    crypto_generichash_init(&h, NULL, 0, sizeof hash);
    for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++) {
        json_t *member = json_object_get(remote, ours[i]);
        char *text = member ? json_dumps(member, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY) : NULL;
        struct str s = str_of(text ? text : "-");
        crypto_generichash_update(&h, (const unsigned char *)s.p, s.n + 1);
        free(text);
    }
    crypto_generichash_final(&h, hash, sizeof hash);
    return str_from(seal_hex(a, hash, sizeof hash), 2);
}

bool look_agrees(const struct push *p)
{
    const json_t *extras = jr_object(p->remote, "extras");
    return str_eq(jr_str(extras, "terrasse:uid"), p->source.uid) &&
           str_eq(jr_str(extras, "terrasse:fingerprint"), p->doc.fingerprint) &&
           str_eq(jr_str(p->remote, "title"), p->doc.title) &&
           json_array_size(json_object_get(p->remote, "resources")) >= p->doc.nresources;
}
