#pragma once
#include "core/base/err.h"
#include "core/base/map.h"
#include "core/base/rand.h"

/*
 * head -- what a web process knows without asking: hosts, tenants, dataset revisions.
 *
 * Loaded at start, then refreshed every 250 ms from the generations (one small query; only tenants
 * whose generation moved are read again). Heads older than two seconds serve no closed data.
 * Pointers stay valid until the next turn of the loop: a request copies what it keeps (its tenant
 * is pinned for it by req->tenant).
 */
struct tenant {
    struct uuid id, root;         /* root: the id of portal.root, shared by its tenants */
    struct uuid parent;           /* empty: this is the root tenant */
    struct str slug, name;        /* "tours", "Tours Métropole" */
    struct str host;              /* canonical, without port */
    struct str root_host, root_name; /* of the root tenant */
    struct str theme;             /* JSON: validated tokens, see tenants/directory/brand.h */
    struct str embedders;         /* sources that may frame its public pages, for a policy; may be absent */
    enum lang lang;               /* default language */
    unsigned slot;                /* line in the usage file */
    int64_t generation;
    bool is_root, open;           /* open: state active */
    struct map datasets;          /* dataset_id -> struct dataset_head * */
};

struct dataset_head {
    struct uuid id;
    int64_t revision;
    bool is_open;                 /* anybody may see it */
};

struct heads;
struct host_found {
    const struct tenant *tenant; /* NULL: unknown host */
    bool canonical;              /* false: an alias, redirect to tenant->host */
};
struct host_found heads_host(const struct heads *h, struct str canonical_host);
const struct tenant *heads_tenant(const struct heads *h, struct str tenant_id);
const struct dataset_head *heads_dataset(const struct tenant *t, struct str dataset_id);
bool heads_fresh(const struct heads *h); /* younger than two seconds */

/* Called once, after a round that began later than this call: what was committed before it is known then (or the
 * database does not answer). A write's answer waits for it, so that the very next request sees what was written. */
struct heads_waiter {
    struct heads_waiter *next;
    void (*wake)(struct heads_waiter *w);
};
void heads_catch_up(struct heads *h, struct heads_waiter *w);

/* ---- made by core/web/web.c ---- */
struct uv_loop_s;
struct lanes;
/* Begins to load at once; heads_loaded says when the first round is in. */
struct heads *heads_open(struct uv_loop_s *loop, struct lanes *lanes);
bool heads_loaded(const struct heads *h);
/* Then run the loop until its timer is gone. Pinned tenants live until they are let go. */
void heads_close(struct heads *h);
/* A pinned tenant stays as it is until heads_unpin, whatever is read meanwhile. */
void heads_pin(const struct tenant *t);
void heads_unpin(const struct tenant *t);
