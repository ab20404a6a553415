#pragma once
#include "tools/gen/gen.h"

/*
 * po -- the texts of a folder in two languages, texts/fr.po and texts/en.po.
 *
 * A small part of gettext's format: comments, msgid "key", msgstr "text" on one or more lines;
 * with msgid_plural "key", msgstr[0] and msgstr[1] for one and for many. Texts may hold {0} to {3}.
 */
enum { PO_LANGS = 2, PO_ARGS = 4 };

struct po_text {
    struct str key;
    unsigned forms;                /* 1, or 2: one and many */
    struct str form[PO_LANGS][2];  /* by enum lang; absent p: not given */
    unsigned nargs;                /* the highest {n} plus one */
};

struct po {
    struct po_text *text; /* in the order of the French file */
    size_t n;
};

/* Either path NULL with the other given, a key in one language only, other placeholders or other
 * forms: ends the program. Both NULL: no texts. */
struct po po_read(struct arena *a, const char *fr, const char *en);

const struct po_text *po_find(const struct po *po, struct str key); /* NULL: not there */
