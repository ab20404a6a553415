#include "core/data/value/lambert93.h"

#include <math.h>

/* Of the ellipsoid GRS80 and the parallels 44 and 49; the apex of the cone, in metres. */
static const double eccentricity = 0.081819191042815792, exponent = 0.72560776505326952,
                    constant = 11754255.426096004, apex_x = 700000, apex_y = 12655612.049875986,
                    meridian = 3;

/* From the isometric latitude; what changes in the fifth round is under a billionth of a degree. */
static double latitude_of(double isometric)
{
    double lat = 2 * atan(exp(isometric)) - M_PI / 2;
    for (int i = 0; i < 8; i++) {
        double s = eccentricity * sin(lat);
        lat = 2 * atan(pow((1 + s) / (1 - s), eccentricity / 2) * exp(isometric)) - M_PI / 2;
    }
    return lat;
}

bool lambert93_degrees(double x, double y, double *lon, double *lat)
{
    if (!(x >= LAMBERT93_WEST && x <= LAMBERT93_EAST && y >= LAMBERT93_SOUTH &&
          y <= LAMBERT93_NORTH))
        return false;
    double dx = x - apex_x, dy = apex_y - y;
    *lon = meridian + atan2(dx, dy) / exponent * 180 / M_PI;
    *lat = latitude_of(log(constant / hypot(dx, dy)) / exponent) * 180 / M_PI;
    return true;
}
