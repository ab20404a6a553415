/* picture_colours -- a picture's few dominant colours: a histogram of 512 boxes, 32 shades a side. */
#include "core/data/intake/picture.h"

enum { SIDE = 8, BOXES = SIDE * SIDE * SIDE, CHANNELS = 4, OPAQUE = 128, LEAST_SHARE = 32 };

struct box {
    uint64_t n, sum[3];
};

static unsigned box_at(unsigned r, unsigned g, unsigned b)
{
    return (r * SIDE + g) * SIDE + b;
}

static uint64_t count(const uint8_t *pixels, size_t n, struct box boxes[BOXES])
{
    uint64_t seen = 0;
    for (const uint8_t *p = pixels; n > 0; n--, p += CHANNELS) {
        struct box *to = &boxes[box_at(p[0] / 32u, p[1] / 32u, p[2] / 32u)];
        if (p[3] < OPAQUE)
            continue;
        for (int i = 0; i < 3; i++)
            to->sum[i] += p[i];
        to->n++;
        seen++;
    }
    return seen;
}

static unsigned fullest(const struct box boxes[BOXES])
{
    unsigned most = 0;
    for (unsigned i = 1; i < BOXES; i++)
        if (boxes[i].n > boxes[most].n)
            most = i;
    return most;
}

static uint32_t mean(const struct box *of)
{
    uint32_t colour = 0;
    for (int i = 0; i < 3; i++)
        colour = colour << 8 | (uint32_t)((of->sum[i] + of->n / 2) / of->n);
    return colour;
}

static bool is_near(unsigned a, unsigned b)
{
    return a <= b + 1 && b <= a + 1;
}

/* Empties a box and those around it, so that a shade on a border is not two colours; how much was in them. */
static uint64_t take_around(struct box boxes[BOXES], unsigned at)
{
    uint64_t taken = 0;
    for (unsigned i = 0; i < BOXES; i++)
        if (is_near(i / (SIDE * SIDE), at / (SIDE * SIDE)) && is_near(i / SIDE % SIDE, at / SIDE % SIDE) &&
            is_near(i % SIDE, at % SIDE)) {
            taken += boxes[i].n;
            boxes[i].n = 0;
        }
    return taken;
}

static void insert(uint32_t colours[PICTURE_COLOURS], uint64_t shares[PICTURE_COLOURS], unsigned at, uint32_t colour, uint64_t share)
{
    for (; at > 0 && shares[at - 1] < share; at--) {
        shares[at] = shares[at - 1];
        colours[at] = colours[at - 1];
    }
    shares[at] = share;
    colours[at] = colour;
}

unsigned picture_colours(const uint8_t *pixels, size_t n, uint32_t colours[PICTURE_COLOURS])
{
    struct box boxes[BOXES] = {0};
    uint64_t seen = count(pixels, n, boxes), shares[PICTURE_COLOURS];
    unsigned found = 0;
    for (unsigned turn = 0; turn < PICTURE_COLOURS && seen > 0; turn++) {
        unsigned at = fullest(boxes);
        uint32_t colour = boxes[at].n ? mean(&boxes[at]) : 0;
        uint64_t share = take_around(boxes, at);
        if (share > 0 && (found == 0 || share * LEAST_SHARE >= seen))
            insert(colours, shares, found++, colour, share);
    }
    return found;
}
