#pragma once
#include "core/base/str.h"

/*
 * html_place -- where in HTML the next value of a template would stand.
 *
 * Escaping is right in text and in quoted attributes only, and an attribute that holds an address
 * needs more: so the compiler follows the constant text and refuses a value anywhere else.
 */
enum html_state {
    HTML_TEXT,
    HTML_COMMENT,  /* <!-- … --> */
    HTML_RAW,      /* inside <script> or <style> */
    HTML_TAG,      /* between < and >, not in a value */
    HTML_VALUE,    /* in a quoted attribute value */
    HTML_UNQUOTED, /* in an attribute value without quotes */
};

struct html_place {
    enum html_state state;
    char quote;     /* HTML_VALUE: what ends it */
    bool in_name;   /* HTML_TAG: still in the tag's own name */
    bool is_empty;  /* HTML_VALUE: nothing before us in the value */
    bool is_equal;  /* HTML_TAG: an = was seen, a value must follow */
    char tag[16], attribute[24]; /* lower case, cut */
};

void html_place_feed(struct html_place *h, struct str text); /* constant text */
void html_place_value(struct html_place *h);                 /* a value stands here */
bool html_place_is_url(const struct html_place *h);   /* href, src, action … */
bool html_place_is_code(const struct html_place *h);  /* on…, style, srcdoc: no value may */
