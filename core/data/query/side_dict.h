#pragma once
#include "core/base/buf.h"

/* side_dict -- the different texts of a column, numbered from 1 as they come, then sorted. For side_build.c only. */
enum { SIDE_DICT_TEXTS = 1 << 20, SIDE_DICT_BYTES = 16 << 20 };

struct side_dict {
    struct buf text;
    uint32_t *begins; /* one more than texts */
    uint32_t n, room;
    uint32_t *slots, mask;
};

uint32_t side_dict_code(struct side_dict *d, struct str s); /* 0: the dictionary is full */
struct str side_dict_text(const struct side_dict *d, uint32_t code);
/* By bytes: order[k] is the code that comes k-th (from 0), place[code] its new code. Both are the caller's to free. */
void side_dict_sort(const struct side_dict *d, uint32_t **order, uint32_t **place);
void side_dict_free(struct side_dict *d);
