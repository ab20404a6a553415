#pragma once
#include <stdbool.h>

/*
 * lambert93 -- French metres as degrees: the legal projection of metropolitan France (RGF93 /
 * Lambert-93, EPSG:2154).
 *
 * The inverse of the Lambert conic conformal projection with two parallels on the ellipsoid GRS80.
 * RGF93 is taken as WGS 84, as everybody does; they differ by less than a metre. The formula and
 * not PROJ, which the sealed child has only where it loads GDAL: 31 MB and 50 ms for two columns of
 * a CSV.
 *
 * Source: EPSG guidance note 7-2, "Lambert Conic Conformal (2SP)"; EPSG:2154.
 */

/* Where metropolitan France lies in it, in metres (standards.md section 4.3 rule 11). */
#define LAMBERT93_WEST 100000
#define LAMBERT93_EAST 1300000
#define LAMBERT93_SOUTH 6000000
#define LAMBERT93_NORTH 7200000

/* False: outside of it, or no number. */
bool lambert93_degrees(double x, double y, double *lon, double *lat);
