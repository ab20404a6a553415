/* artefact_key -- which bytes a file of rows has, said in 32 digits. */
#include <sodium.h>

#include "tenants/explore/artefact.h"

static void add_part(crypto_generichash_state *h, struct str s)
{
    uint64_t n = s.n;
    crypto_generichash_update(h, (const unsigned char *)&n, sizeof n);
    if (s.n)
        crypto_generichash_update(h, (const unsigned char *)s.p, s.n);
}

/* Whole files have options of two values only; any other file is what all its parameters say. */
struct str artefact_key(struct arena *a, const struct artefact_of *of)
{
    crypto_generichash_state h;
    unsigned char sum[16];
    char hex[33];
    const struct export *x = of->x;
    crypto_generichash_init(&h, NULL, 0, sizeof sum);
    add_part(&h, of->build);
    add_part(&h, view_class(x->query->view));
    add_part(&h, arena_printf(a, "%lld %s %d %d %d %d", (long long)of->revision, x->format->name, of->whole, x->with_bom,
                              x->query->use_labels, of->compressed));
    add_part(&h, str_of(coding_name(of->coding)));
    if (export_has_addresses(x))
        add_part(&h, x->base);
    for (size_t i = 0; !of->whole && i < x->nparams; i++) {
        add_part(&h, x->params[i].name);
        add_part(&h, x->params[i].value);
    }
    crypto_generichash_final(&h, sum, sizeof sum);
    sodium_bin2hex(hex, sizeof hex, sum, sizeof sum);
    return arena_str(a, str_of(hex));
}
