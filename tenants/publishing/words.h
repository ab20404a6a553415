#pragma once
#include "core/base/str.h"

/*
 * words -- the closed lists of article 2.6: frequencies and granularities, with their codes elsewhere.
 *
 * Source: standards.md 1.4, 1.5 (R43, R45). The French word is the stored value.
 */
struct frequency {
    const char *fr, *en;
    const char *eu;    /* EU authority list: suffix of the URI */
    const char *udata;
    const char *scdl; /* FREQ_MAJ of the SCDL catalogue */
    int late_days;     /* late after so many days and one; 0: never */
};
extern const struct frequency frequencies[];
extern const size_t frequencies_n; /* 13 */
const struct frequency *frequency_find(struct str fr); /* NULL: not one of the list */

struct granularity {
    const char *fr, *en;
    const char *udata;
    const char *scdl;
};
extern const struct granularity granularities[];
extern const size_t granularities_n;
const struct granularity *granularity_find(struct str fr);
