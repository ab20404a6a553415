/* picture_shrink -- in the child: a picture read line by line, each pixel added to the small one's pixel that it falls in. */
#include <stdlib.h>

#include "core/base/must.h"
#include "core/data/errors.h"
#include "core/data/format/ogr.h"
#include "core/data/intake/picture.h"

/* GDAL's numbers. */
enum { OPEN_RASTER = 2, READ = 0, WRITE = 1, TYPE_BYTE = 1, TYPE_U16 = 2 };
enum { CHANNELS = 4, BANDS_MAX = 4, PALETTE_MAX = 256 };

struct sum {
    uint64_t colour[3], alpha; /* colours weighted by their alpha */
    uint32_t n;
};

struct shrinking {
    void *from;
    unsigned width, height, bands, orientation;
    unsigned across, down;         /* of the small one, before it is turned */
    unsigned most;                 /* the value that is white */
    const struct ogr_colour *palette[PALETTE_MAX];
    unsigned npalette;
    struct sum *sums;
    uint16_t *line;
    uint8_t *pixels; /* the small one, turned: red, green, blue, alpha */
    unsigned turned_across, turned_down;
    bool see_through;
};

static bool bad(const char *why, struct err *e)
{
    ERR(e, err_data_picture, "%s", ogr_failure() ? ogr_failure() : why);
    return err_arg(e, "%d", PICTURE_PIXELS_MAX / 1000000);
}

/* ---- what it is ---- */

static unsigned orientation_of(void *picture)
{
    const char *said = ogr()->GDALGetMetadataItem(picture, "EXIF_Orientation", "");
    return said && said[0] >= '1' && said[0] <= '8' && !said[1] ? (unsigned)(said[0] - '0') : 1;
}

/* Grey of 1, 2 or 4 bits comes as it is stored. */
static unsigned most_of(void *band, int type)
{
    int64_t bits = 8;
    if (type == TYPE_U16)
        return UINT16_MAX;
    const char *said = ogr()->GDALGetMetadataItem(band, "NBITS", "IMAGE_STRUCTURE");
    return said && str_i64(str_of(said), &bits) && bits >= 1 && bits < 8 ? (1u << bits) - 1 : UINT8_MAX;
}

static void read_palette(struct shrinking *s, void *band)
{
    void *table = s->bands == 1 ? ogr()->GDALGetRasterColorTable(band) : NULL;
    int n = table ? ogr()->GDALGetColorEntryCount(table) : 0;
    for (int i = 0; i < n && i < PALETTE_MAX; i++)
        s->palette[s->npalette++] = ogr()->GDALGetColorEntry(table, i);
}

static bool measure(struct shrinking *s, struct err *e)
{
    int width = ogr()->GDALGetRasterXSize(s->from), height = ogr()->GDALGetRasterYSize(s->from);
    int bands = ogr()->GDALGetRasterCount(s->from);
    if (width < 1 || height < 1 || width > PICTURE_SIDE_MAX || height > PICTURE_SIDE_MAX || bands < 1 || bands > BANDS_MAX ||
        (int64_t)width * height > PICTURE_PIXELS_MAX)
        return bad("its size", e);
    void *band = ogr()->GDALGetRasterBand(s->from, 1);
    int type = ogr()->GDALGetRasterDataType(band);
    if (type != TYPE_BYTE && type != TYPE_U16)
        return bad("its type", e);
    s->width = (unsigned)width;
    s->height = (unsigned)height;
    s->bands = (unsigned)bands;
    s->orientation = orientation_of(s->from);
    s->most = most_of(band, type);
    read_palette(s, band);
    picture_small_size(s->width, s->height, 1, &s->across, &s->down);
    picture_small_size(s->width, s->height, s->orientation, &s->turned_across, &s->turned_down);
    return true;
}

static bool open_it(struct shrinking *s, struct str file, struct err *e)
{
    static const char *const drivers[] = {"JPEG", "PNG", "GIF", "WEBP", NULL}, *const alone[] = {NULL};
    void *there = ogr()->VSIFileFromMemBuffer("/vsimem/picture", (unsigned char *)(uintptr_t)file.p, file.n, 0);
    ogr_calm();
    s->from = there ? ogr()->GDALOpenEx("/vsimem/picture", OPEN_RASTER, drivers, NULL, alone) : NULL;
    return s->from ? measure(s, e) : bad("not a picture", e);
}

/* ---- its pixels ---- */

static uint8_t scaled(const struct shrinking *s, uint16_t v)
{
    return (uint8_t)(v >= s->most ? UINT8_MAX : (unsigned)v * UINT8_MAX / s->most);
}

static void pixel(const struct shrinking *s, const uint16_t *v, uint8_t out[CHANNELS])
{
    static const struct ogr_colour none = {0, 0, 0, 0};
    if (s->npalette) {
        const struct ogr_colour *c = v[0] < s->npalette ? s->palette[v[0]] : &none;
        const short parts[CHANNELS] = {c->red, c->green, c->blue, c->alpha};
        for (int i = 0; i < CHANNELS; i++)
            out[i] = (uint8_t)parts[i];
        return;
    }
    bool grey = s->bands < 3, alpha = s->bands == 2 || s->bands == 4;
    for (unsigned i = 0; i < 3; i++)
        out[i] = scaled(s, v[grey ? 0 : i]);
    out[3] = alpha ? scaled(s, v[s->bands - 1]) : UINT8_MAX;
}

static void add_line(struct shrinking *s, unsigned y)
{
    struct sum *row = s->sums + (size_t)((uint64_t)y * s->down / s->height) * s->across;
    for (unsigned x = 0; x < s->width; x++) {
        uint8_t p[CHANNELS];
        struct sum *to = row + (uint64_t)x * s->across / s->width;
        pixel(s, s->line + (size_t)x * s->bands, p);
        for (int i = 0; i < 3; i++)
            to->colour[i] += (uint64_t)p[i] * p[3];
        to->alpha += p[3];
        to->n++;
    }
}

static bool add_all(struct shrinking *s, struct err *e)
{
    int each = (int)(s->bands * sizeof *s->line);
    for (unsigned y = 0; y < s->height; y++) {
        int failed = ogr()->GDALDatasetRasterIO(s->from, READ, 0, (int)y, (int)s->width, 1, s->line, (int)s->width, 1,
                                                TYPE_U16, (int)s->bands, NULL, each, each * (int)s->width,
                                                (int)sizeof *s->line);
        if (failed || ogr_failure())
            return bad("a line", e);
        add_line(s, y);
    }
    return true;
}

/* Where the turned picture's pixel stood. Source: EXIF 2.32, tag Orientation. */
static size_t place(const struct shrinking *s, unsigned x, unsigned y)
{
    unsigned right = s->across - 1, bottom = s->down - 1;
    const unsigned from[9][2] = {{x, y},         {x, y}, {right - x, y}, {right - x, bottom - y}, {x, bottom - y}, {y, x},
                                 {y, bottom - x}, {right - y, bottom - x}, {right - y, x}};
    return (size_t)from[s->orientation][1] * s->across + from[s->orientation][0];
}

static void settle(struct shrinking *s)
{
    for (unsigned y = 0; y < s->turned_down; y++)
        for (unsigned x = 0; x < s->turned_across; x++) {
            const struct sum *from = &s->sums[place(s, x, y)];
            uint8_t *to = s->pixels + ((size_t)y * s->turned_across + x) * CHANNELS;
            for (int i = 0; i < 3; i++)
                to[i] = (uint8_t)(from->alpha ? (from->colour[i] + from->alpha / 2) / from->alpha : 0);
            to[3] = (uint8_t)(from->n ? (from->alpha + from->n / 2) / from->n : 0);
            s->see_through = s->see_through || to[3] < UINT8_MAX;
        }
}

/* ---- the small one ---- */

static bool pack(struct shrinking *s, struct str *out, struct err *e)
{
    static const char *const quality[] = {"QUALITY=80", NULL};
    int bands = s->see_through ? 4 : 3, across = (int)s->turned_across, down = (int)s->turned_down;
    void *memory = ogr()->GDALCreate(ogr()->GDALGetDriverByName("MEM"), "", across, down, bands, TYPE_BYTE, NULL);
    if (!memory || ogr()->GDALDatasetRasterIO(memory, WRITE, 0, 0, across, down, s->pixels, across, down, TYPE_BYTE, bands,
                                              NULL, CHANNELS, CHANNELS * across, 1))
        return bad("no memory", e);
    void *driver = ogr()->GDALGetDriverByName(s->see_through ? "PNG" : "JPEG");
    void *copy = ogr()->GDALCreateCopy(driver, "/vsimem/small", memory, 0, s->see_through ? NULL : quality, NULL, NULL);
    if (!copy)
        return bad("not packed", e);
    ogr()->GDALClose(copy);
    ogr()->GDALClose(memory);
    unsigned long long n = 0;
    const unsigned char *bytes = ogr()->VSIGetMemFileBuffer("/vsimem/small", &n, 0);
    *out = (struct str){(const char *)bytes, (size_t)n};
    return (bytes && n > 0 && n <= PICTURE_SMALL_BYTES) || bad("its bytes", e);
}

static bool make(struct shrinking *s, struct str *small, struct err *e)
{
    s->sums = must_alloc((size_t)s->across * s->down * sizeof *s->sums);
    s->line = must_alloc((size_t)s->width * s->bands * sizeof *s->line);
    s->pixels = must_alloc((size_t)s->across * s->down * CHANNELS);
    if (!add_all(s, e))
        return false;
    settle(s);
    return pack(s, small, e);
}

/* Nothing is freed but what a test would see: the child ends with its picture. */
bool picture_shrink(struct str file, picture_write *write, void *to, struct err *e)
{
    struct shrinking *s = must_alloc(sizeof *s);
    struct str small = STR_NONE;
    bool ok = open_it(s, file, e) && make(s, &small, e);
    if (ok) {
        struct picture_head head = {s->width, s->height, s->orientation, s->see_through, (uint32_t)small.n, 0, {0}};
        head.ncolours = picture_colours(s->pixels, (size_t)s->across * s->down, head.colours);
        ok = write(to, (struct str){(const char *)&head, sizeof head}, e) && write(to, small, e);
    }
    if (s->from)
        ogr()->GDALClose(s->from);
    free(s->pixels);
    free(s->line);
    free(s->sums);
    free(s);
    return ok;
}
