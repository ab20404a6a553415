#pragma once
#include "core/base/str.h"

/*
 * opening_hours -- is it written as OpenStreetMap writes opening hours: "Mo-Fr 08:00-20:00; PH
 * off"?
 *
 * Rules parted by ; or ||, each of days, months, weeks, years, hours, a word that opens or closes,
 * a comment in quotes. What the words mean together is not judged. Source: OSM wiki,
 * Key:opening_hours/specification.
 */
bool opening_hours_valid(struct str s);
