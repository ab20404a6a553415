#pragma once
#include "core/web/request.h"

/*
 * bo_form -- a form as a list of fields, written once: label, hint, value kept, error told beside its field.
 *
 * Strings are borrowed for the call. After a refused write the values are those that were sent.
 */
enum bo_kind { BO_TEXT, BO_AREA, BO_SELECT, BO_FILE, BO_CHECK, BO_HIDDEN, BO_RADIO, BO_CHECKS };

struct bo_choice {
    struct str value, label;
};

struct bo_field {
    const char *name;
    enum bo_kind kind;
    struct str label, hint;  /* hint: may be absent */
    struct str value;        /* "on" for a check that is set; several of BO_CHECKS are joined by line feeds */
    const char *type;        /* of BO_TEXT: NULL is "text" */
    const char *complete;    /* autocomplete; NULL: none */
    const char *accept;      /* of BO_FILE */
    bool required;
    const struct bo_choice *choices;
    size_t nchoices;
    struct str fold;         /* this field and those behind it, to the end, are folded under this title */
};

struct bo_form {
    struct str action, submit;
    const struct bo_field *fields;
    size_t n;
    bool is_upload; /* multipart */
    bool danger;    /* the button says so */
    struct str also, also_url; /* a second button that sends the form elsewhere; data-preview names it to the script */
    struct str cancel_url; /* a link beside the button; may be absent */
};

void bo_form(struct req *r, const struct bo_form *form, struct buf *out);
/* The same in the arena, for a template's html field. */
struct markup bo_form_html(struct req *r, const struct bo_form *form);

/* The field an error is about, by its kind; absent: none. */
struct str bo_blamed(const struct err *e);
