#pragma once

/*
 * read_main -- the command `terrasse read`.
 *
 *   terrasse read FILE [--options JSON] [--copy]   what was understood, as JSON; --copy: the COPY
 *                                                  BINARY stream instead. Sealed all the same.
 *   terrasse read --sealed [--report-only]         as core/io/child starts it: the file on fd 0, the
 *                                                  stream on fd 1, the report on fd 3, options on fd 4; {"joins": n}: the
 *                                                  files of the join steps on fd 5 and behind
 *
 *   terrasse read --sealed --write=FORMAT [--epsg=N]
 *                                                  the way out: rows (write_ogr.h) on fd 0 become a
 *                                                  gpkg, fgb, shp or geojson on fd 1, in that reference system
 *
 *   terrasse read --sealed --unpack                a zip on fd 0: its files on fd 1, framed (unpack.h)
 *
 * The report pipe gets two lines: the report (or {"error": {"code", "args"}}) before the stream, and
 * {"done": true, "rows": n, "bytes": n} after it. Exit 0 only when both were written.
 */
int read_main(int argc, char **argv); /* argv[0] is "read" */
