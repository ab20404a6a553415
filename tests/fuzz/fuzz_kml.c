/* Any bytes as a KML, and as what stands between two places of a sound one. Pieces are the file's own bytes between tags of ours,
 * no longer than they may be; asked again from the beginning they are the same. */
#include <stdlib.h>

#include "core/data/format/read_kml.h"
#include "tests/fuzz/reader_property.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t walk(struct kml_pieces *p, struct str file, uint64_t *sum)
{
    size_t n = 0;
    struct str piece;
    for (*sum = 0; (piece = kml_pieces_next(p)).p; n++) {
        HOLDS(piece.n <= 2 * file.n + 2 * KML_PIECE && n <= file.n);
        for (size_t i = 0; i < piece.n; i++)
            *sum = *sum * 31 + (unsigned char)piece.p[i];
    }
    return n;
}

static void holds(struct str file, struct str wanted)
{
    struct kml_pieces *p = NULL;
    struct err e = {0};
    uint64_t first, again;
    if (!kml_pieces_open(file, wanted, false, &p, &e)) {
        HOLDS(e.kind);
        return;
    }
    HOLDS(!wanted.n || str_eq(kml_pieces_layer(p), wanted));
    size_t n = walk(p, file, &first);
    kml_pieces_rewind(p);
    HOLDS(n > 0 && walk(p, file, &again) == n && first == again);
    kml_pieces_free(p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str s = {(const char *)data, size};
    struct buf sound = {.max = 1 << 24};
    holds(s, STR_NONE);
    buf_addz(&sound, "<kml><Document><Folder><name>a</name><Placemark/>");
    buf_add(&sound, s);
    buf_addz(&sound, "</Folder></Document></kml>");
    holds(buf_str(&sound), S("a"));
    buf_free(&sound);
    return 0;
}
