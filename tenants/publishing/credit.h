#pragma once
#include "core/base/arena.h"
#include "core/base/err.h"
#include "core/web/request.h"

/*
 * credit -- the line a re-user has to quote: producer, title, date of the last change of the data, licence.
 *
 * "Source : Tours Métropole, « Arbres », données du 28/11/2026, Licence Ouverte v2.0 (Etalab)". One wording for the page,
 * the API (metas.default.attributions), the headers of downloads, DCAT and schema.org, so that all of them can be compared.
 * The Licence Ouverte asks for the producer's name and that date; the ODbL for a notice that names it.
 *
 * Source: R32, R33 (conventions of reuse), N19.
 */
/* modified: ISO date-time in UTC; its day is written. An absent part is left out. In the arena. */
struct str credit_line(struct arena *a, enum lang lang, struct str publisher, struct str title, struct str modified,
                       struct str licence);

/* A line more: a dataset that the rows were joined with, as portal.credits keeps it; of one that is closed since, the notice of its
 * licence ("Contient des données reprises d’un jeu diffusé sous …"). */
struct credit_joined {
    struct str line, title, licence_url; /* licence_url: absent where it is not known */
    struct str dataset, host;            /* its name and the portal it is published on; empty: it may not be named */
};

/* What portal.credits says (JSON), in lines, what binds most first; their number, a hundred at most. In the arena; none for what
 * cannot be read. */
size_t credit_joined(struct arena *a, enum lang lang, struct str credits, struct credit_joined **out);
struct str credit_joined_url(struct req *r, const struct credit_joined *c); /* its page; absent: it may not be named */
