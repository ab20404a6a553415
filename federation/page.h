#pragma once
#include "core/db/conn.h"
#include "core/web/request.h"
#include "core/web/step.h"

/*
 * page -- what the two files of /backoffice/federation/ share: page.c shows, page_link.c makes and changes links.
 */
extern const struct step federation_page_add[], federation_page_change[], federation_page_national[];

/* The page itself, behind a write that could not be made. */
bool federation_page_ask(struct req *r, struct err *e);
bool federation_page_reply(struct req *r, struct err *e);

/* Is it a link that this portal's page shows? A region's: those of its root; a sub-domain's: those at one end of
 * which it stands. */
bool federation_page_owns(struct req *r, struct conn *c, struct str link, bool *ours, struct err *e);
/* … and is the national portal at `url` known to this region as a stand-in? */
bool federation_page_standin(struct req *r, struct conn *c, struct str url, bool *standin, struct err *e);

/* The forms. portals: host and name of the sub-domains, one row each, as the portals-th statement of the page. */
struct markup federation_page_form(struct req *r, unsigned portals);
struct markup federation_page_national_form(struct req *r);
