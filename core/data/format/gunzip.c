#include "core/data/format/gunzip.h"

#include <isa-l/igzip_lib.h>
#include <stdlib.h>

#include "core/base/must.h"
#include "core/data/errors.h"

enum { CHUNK = 64 << 10, PIECE = 1 << 30 }; /* ISA-L counts in 32 bits */

struct gunzip {
    struct inflate_state z;
    struct str left; /* not given to it yet */
    char chunk[CHUNK];
};

static void give(struct gunzip *g)
{
    size_t n = g->left.n < PIECE ? g->left.n : PIECE;
    g->z.next_in = (uint8_t *)(uintptr_t)g->left.p;
    g->z.avail_in = (uint32_t)n;
    g->left = str_from(g->left, n);
}

/* Behind a member: whether another begins. */
static bool goes_on(struct gunzip *g)
{
    struct str rest = {(const char *)g->z.next_in, g->z.avail_in + g->left.n}; /* what is left stands behind it */
    if (!str_starts(rest, S("\x1F\x8B")))
        return false;
    isal_inflate_reset(&g->z);
    g->z.crc_flag = ISAL_GZIP;
    return true;
}

/* One step, into `to` or into nothing; how many bytes came. */
static bool step(struct gunzip *g, char *to, uint64_t room, size_t *came, struct err *e)
{
    struct inflate_state *z = &g->z;
    uint32_t most = to ? (uint32_t)(room < PIECE ? room : PIECE) : CHUNK;
    if (z->avail_in == 0)
        give(g);
    bool all = z->avail_in == 0;
    z->next_out = (uint8_t *)(to ? to : g->chunk);
    z->avail_out = most;
    int rc = isal_inflate(z);
    *came = most - z->avail_out;
    if (rc != ISAL_DECOMP_OK)
        return ERR(e, err_data_unfold, "gzip: %d", rc);
    return !all || *came > 0 || z->block_state == ISAL_BLOCK_FINISH || ERR(e, err_data_unfold, "gzip: cut short");
}

static bool take_all(struct gunzip *g, char *to, uint64_t most, size_t *n, struct err *e)
{
    size_t came;
    while (!to || *n < most) {
        if (!step(g, to ? to + *n : NULL, most - *n, &came, e))
            return false;
        *n += came;
        if (*n > most) {
            ERR(e, err_data_unfold_bomb, "over %llu bytes", (unsigned long long)most);
            return err_arg(e, "%llu", (unsigned long long)most >> 20);
        }
        if (g->z.block_state == ISAL_BLOCK_FINISH && !goes_on(g))
            return true;
    }
    return true;
}

bool gunzip(struct str file, char *to, uint64_t most, size_t *n, struct err *e)
{
    struct gunzip *g = must_alloc(sizeof *g);
    isal_inflate_init(&g->z);
    g->z.crc_flag = ISAL_GZIP;
    g->left = file;
    *n = 0;
    bool ok = take_all(g, to, most, n, e);
    free(g);
    return ok;
}
