#pragma once
#include "core/base/str.h"

/* carried -- the files of schemas/ inside the program, put there by the build (carried.c.in). */
extern const size_t carried_n;
struct str carried_text(size_t i);
