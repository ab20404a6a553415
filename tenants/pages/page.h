#pragma once
#include "core/web/request.h"
#include "tenants/pages/html.h"

/*
 * page -- the frame every page stands in: header, mandatory mentions, footer, language, look.
 *
 * A handler renders its own template into a buffer and gives it here:
 *
 *     struct buf body = {0};
 *     page_home(&body, r->lang, &data);
 *     page_reply(r, 200, &(struct page_frame){.title = title, .nav = NAV_EXPLORE}, &body);
 *
 * What a partner may not take away stands in the frame alone (R50-R52): the mention of the root above the header, the
 * "Data" mark, and the footer "Partenaire" with the region's logo and link.
 */
enum page_nav { NAV_NONE, NAV_EXPLORE, NAV_THEMES, NAV_PARTNERS, NAV_API };

struct page_frame {
    struct str title;       /* without the portal's name, which is added; absent: the portal's name alone */
    struct str description; /* for search engines; may be absent */
    struct markup structured; /* an element of <head> for search engines; may be empty */
    enum page_nav nav;
    int refresh_s;          /* > 0: without scripts the page is asked for again after so many seconds */
    bool office;            /* the back office: the body brings header, menu and <main id="contenu"> */
};

/* Answers with the page and frees the body. */
void page_reply(struct req *r, int status, const struct page_frame *f, struct buf *body);
/* The same into a buffer: for error pages. */
void page_write(struct req *r, const struct page_frame *f, struct str body, struct buf *out);

/* The region's portal above this one; this one itself when it is a root. Never NULL in a request. */
const struct tenant *page_root(struct req *r);

/* A text of the dictionary with the request's language. */
#define page_say(r, key) page_text((r)->lang, (key))
struct str page_error(struct req *r, const struct err *e); /* its sentence in the reader's language */

/* A text whose one value {0} is this, where a template cannot fill it. In the arena; not escaped. */
struct str page_with(struct req *r, enum text_key key, struct str value);

/* Up to two letters for a body without a logo: "Tours Métropole" gives TM. In the arena. */
struct str page_initials(struct arena *a, struct str name);

/* A member of a portal's look (brand.h), checked when it was saved. In the arena; absent: not chosen. */
struct str page_look(struct arena *a, const struct tenant *t, const char *key);
/* The items of a list of the look, joined by U+001F. */
struct str page_look_list(struct arena *a, const struct tenant *t, const char *key);

/* The address of an image of this portal: "/media/<id>.png". In the arena; absent when the id is. */
struct str page_image(struct arena *a, struct str id);
