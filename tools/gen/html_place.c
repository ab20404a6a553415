#include "tools/gen/html_place.h"

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void name_add(char *name, size_t size, char c)
{
    size_t n = strlen(name);
    if (n + 1 < size)
        name[n] = (char)((c >= 'A' && c <= 'Z') ? c | 0x20 : c), name[n + 1] = '\0';
}

static bool is_raw_tag(const struct html_place *h)
{
    return strcmp(h->tag, "script") == 0 || strcmp(h->tag, "style") == 0;
}

/* <!-- … -->, </script: the number of bytes to pass, 0: nothing special here. */
static size_t special(struct html_place *h, struct str rest)
{
    if (h->state == HTML_TEXT && str_starts(rest, S("<!--"))) {
        h->state = HTML_COMMENT;
        return 4;
    }
    if (h->state == HTML_COMMENT && str_starts(rest, S("-->"))) {
        h->state = HTML_TEXT;
        return 3;
    }
    if (h->state == HTML_RAW && str_starts(rest, S("</")) &&
        str_ieq(str_part(rest, 2, strlen(h->tag)), str_of(h->tag))) {
        h->state = HTML_TAG;
        h->tag[0] = h->attribute[0] = '\0';
        return 2;
    }
    return 0;
}

static void feed_tag(struct html_place *h, char c)
{
    if (c == '>') {
        h->state = is_raw_tag(h) ? HTML_RAW : HTML_TEXT;
        h->in_name = false;
    } else if (h->in_name && !is_space(c)) {
        name_add(h->tag, sizeof h->tag, c);
    } else if (c == '=') {
        h->is_equal = true;
    } else if (h->is_equal && (c == '"' || c == '\'')) {
        h->state = HTML_VALUE;
        h->quote = c;
        h->is_empty = true;
    } else if (h->is_equal && !is_space(c)) {
        h->state = HTML_UNQUOTED;
    } else if (is_space(c)) {
        h->in_name = false;
        if (!h->is_equal && h->attribute[0])
            h->attribute[0] = '\0';
    } else {
        name_add(h->attribute, sizeof h->attribute, c);
    }
}

static void end_value(struct html_place *h)
{
    h->state = HTML_TAG;
    h->is_equal = false;
    h->attribute[0] = '\0';
}

static void feed(struct html_place *h, char c)
{
    switch (h->state) {
    case HTML_TEXT:
        if (c == '<')
            *h = (struct html_place){.state = HTML_TAG, .in_name = true};
        break;
    case HTML_TAG:
        feed_tag(h, c);
        break;
    case HTML_VALUE:
        if (c == h->quote)
            end_value(h);
        else
            h->is_empty = false;
        break;
    case HTML_UNQUOTED:
        if (is_space(c) || c == '>') {
            end_value(h);
            feed_tag(h, c);
        }
        break;
    case HTML_COMMENT:
    case HTML_RAW:
        break;
    }
}

void html_place_feed(struct html_place *h, struct str text)
{
    for (size_t i = 0; i < text.n; i++) {
        size_t skip = special(h, str_from(text, i));
        if (skip)
            i += skip - 1;
        else
            feed(h, text.p[i]);
    }
}

void html_place_value(struct html_place *h)
{
    if (h->state == HTML_VALUE)
        h->is_empty = false;
}

bool html_place_is_url(const struct html_place *h)
{
    static const char *const names[] = {"href",   "src",    "action",     "formaction", "poster",
                                        "data",   "srcset", "xlink:href", "cite",       "background"};
    for (size_t i = 0; h->state == HTML_VALUE && i < sizeof names / sizeof names[0]; i++)
        if (strcmp(h->attribute, names[i]) == 0)
            return true;
    return false;
}

bool html_place_is_code(const struct html_place *h)
{
    return h->state == HTML_VALUE &&
           (strncmp(h->attribute, "on", 2) == 0 || strcmp(h->attribute, "style") == 0 ||
            strcmp(h->attribute, "srcdoc") == 0);
}
