#pragma once
#include "core/base/buf.h"
#include "core/base/err.h"

/*
 * read_kml -- a large KML as a row of small ones, so that GDAL's LIBKML, which holds ten times a file in memory, sees a piece
 * at a time.
 *
 * expat goes through the file once and notes where each Placemark stands and in which Document or Folder: those are the layers, in
 * their order, and a layer's rows are the Placemarks right below it, as LIBKML has it. A piece is a KML of its own: the file's
 * own head, every Schema, and Placemarks of one layer. What says how to draw is left out.
 *
 * Bounds: KML_*; the depth is ogr_format_is_deep's. Errors: err_data_geo, err_data_geo_layer, err_data_no_rows.
 */
enum {
    KML_WHOLE_MAX = 16 << 20,     /* smaller ones are read as they are */
    KML_PIECE = 8 << 20,          /* a piece ends behind the Placemark that passes it */
    KML_PLACEMARK_MAX = 32 << 20,
    KML_PLACEMARKS_MAX = 5000000,
    KML_SCHEMAS_MAX = 1 << 20, /* bytes of all of them */
};
struct kml_pieces;

/* wanted: a layer's name; absent: the first that has rows. or_first: that one too where none is named so. Borrows `file`. */
bool kml_pieces_open(struct str file, struct str wanted, bool or_first, struct kml_pieces **out, struct err *e);
struct str kml_pieces_layer(const struct kml_pieces *p);
void kml_pieces_layers(const struct kml_pieces *p, struct buf *names); /* of all of them, a NUL behind each */
unsigned kml_pieces_others(const struct kml_pieces *p); /* how many layers there are beside it */

/* The next piece, good until the one behind it; absent: there is none. Its rows are its only layer. */
struct str kml_pieces_next(struct kml_pieces *p);
void kml_pieces_rewind(struct kml_pieces *p);
void kml_pieces_free(struct kml_pieces *p);
