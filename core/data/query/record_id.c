#include "core/data/query/record_id.h"

#include <sodium.h>
#include <stdio.h>

enum { TAG = 16 };

static void tag(const struct dataset_view *v, uint32_t row, unsigned char out[TAG])
{
    crypto_generichash_state h;
    struct str id = view_dataset(v);
    unsigned char place[4] = {(unsigned char)(row >> 24), (unsigned char)(row >> 16), (unsigned char)(row >> 8),
                              (unsigned char)row};
    crypto_generichash_init(&h, NULL, 0, TAG);
    crypto_generichash_update(&h, place, sizeof place);
    if (id.n)
        crypto_generichash_update(&h, (const unsigned char *)id.p, id.n);
    crypto_generichash_final(&h, out, TAG);
}

void record_id(const struct dataset_view *v, int64_t row, char out[41])
{
    unsigned char sum[TAG];
    tag(v, (uint32_t)row, sum);
    sodium_bin2hex(out, 33, sum, TAG);
    snprintf(out + 32, 9, "%08x", (unsigned)(uint32_t)row);
}

bool record_id_row(const struct dataset_view *v, struct str id, int64_t *row)
{
    char want[41];
    uint32_t place = 0;
    if (id.n != 40)
        return false;
    for (size_t i = 32; i < 40; i++) {
        const char *hex = "0123456789abcdef", *at = strchr(hex, id.p[i]);
        if (!at || !*at)
            return false;
        place = place << 4 | (uint32_t)(at - hex);
    }
    record_id(v, (int64_t)place, want);
    *row = (int64_t)place;
    return str_eq(id, str_of(want)) && place <= INT32_MAX;
}
