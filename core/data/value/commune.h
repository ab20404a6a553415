#pragma once
#include "core/base/str.h"

/*
 * commune -- the codes of the communes of France, dated: those of the newest yearly list, and those
 * that are no more with what took their place.
 *
 * From cog/communes.txt, which the program carries (cog/README.md: where it comes from, how a new
 * year is added). Municipal arrondissements of Paris, Lyon and Marseille count as communes; a
 * commune that went into another leads to the one of today, over several mergers.
 *
 * Source: Insee, code officiel géographique.
 */
struct communes;

struct communes *communes_new(void);
void communes_free(struct communes *c);      /* NULL: nothing to do */
int communes_year(const struct communes *c); /* of the newest list */

enum commune_state { COMMUNE_UNKNOWN, COMMUNE_NOW, COMMUNE_GONE };
struct commune_gone {
    struct str now; /* the code of today; absent where nobody says */
    int last;       /* the last yearly list that has it; 0: older than the first, of 2021 */
};
/* gone is set for COMMUNE_GONE alone; its text lives as long as the program. */
enum commune_state commune_find(const struct communes *c, struct str code,
                                struct commune_gone *gone);
