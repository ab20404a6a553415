#pragma once
#include "core/base/buf.h"
#include "core/base/err.h"

/*
 * picture -- a picture nobody trusts: how large it is, and a small one that stands for it.
 *
 * JPEG, PNG, GIF (its first image) and WebP, told by their bytes, decoded by GDAL in a sealed child that ends with it. The
 * small one is made anew from the pixels, so that nothing of the file goes on: no place, no name of a person, no second
 * picture in its metadata, and no byte that somebody chose. It is turned as the camera was held. JPEG, or PNG where
 * something is transparent; never larger than the picture.
 *
 * Bounds: PICTURE_*; 768 MiB of address space and 20 s of the child, whatever the file.
 * Errors: err_data_picture, err_data_geo_missing (no GDAL), those of child.h.
 */
enum {
    PICTURE_SMALL = 300,         /* its longer side */
    PICTURE_SIDE_MAX = 30000,
    PICTURE_PIXELS_MAX = 64000000,
    PICTURE_FILE_MAX = 64 << 20,
    PICTURE_SMALL_BYTES = 1 << 20,
    PICTURE_COLOURS = 3,
};

struct picture {
    unsigned width, height; /* as the file has it */
    unsigned orientation;   /* 1 to 8, of EXIF; 1: upright */
    unsigned ncolours;      /* 0: nothing of it is to be seen */
    uint32_t colours[PICTURE_COLOURS]; /* 0xRRGGBB, the most frequent first */
    const char *type;       /* of `small`: "image/jpeg", "image/png" */
    struct buf small;       /* the caller's, to free */
};

/* In the caller: blocking. The file stays the caller's. */
bool picture_thumbnail(int fd, uint64_t size_bytes, struct picture *out, struct err *e);

/* Its size once shrunk and turned. */
void picture_small_size(unsigned width, unsigned height, unsigned orientation, unsigned *small_width, unsigned *small_height);

/* Its dominant colours, 0xRRGGBB, the most frequent first; how many. pixels: n of red, green, blue, alpha. Each stands for those that
 * are near it and is the mean of the nearest; what is more transparent than not is left out, and so is a colour of less than
 * a thirty-second of the rest. The same pixels give the same, in whatever order. */
unsigned picture_colours(const uint8_t *pixels, size_t n, uint32_t colours[PICTURE_COLOURS]);

/* In the child, sealed, behind ogr_load_pictures. What is written: this head, then `n` bytes. */
struct picture_head {
    uint32_t width, height, orientation, is_png, n, ncolours, colours[PICTURE_COLOURS];
};
typedef bool picture_write(void *to, struct str bytes, struct err *e);
bool picture_shrink(struct str file, picture_write *write, void *to, struct err *e);
