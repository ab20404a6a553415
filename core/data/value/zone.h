#pragma once
#include "core/base/str.h"

/*
 * zone -- whether a name is a time zone of the IANA database.
 *
 * The names are read once from the system's tzdata; without it any well-formed name passes and
 * PostgreSQL has the last word. Safe in threads.
 */
bool zone_known(struct str name);
