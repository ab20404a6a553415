#include "core/base/utf8.h"
#include "federation/national_map.h"

struct str national_cut(struct arena *a, struct str text, size_t max)
{
    if (utf8_count(text) <= max)
        return text;
    struct str rest = text;
    size_t at = 0, word = 0;
    for (size_t n = 0; n < max && rest.n > 0; n++) {
        uint32_t code;
        size_t length = utf8_next(rest, &code);
        if (code == ' ' || code == '\n')
            word = at;
        at += length ? length : 1;
        rest = str_from(text, at);
    }
    /* A text that is one endless word is cut inside it. */
    return arena_str(a, str_part(text, 0, word > at / 2 ? word : at));
}

/* What a tag becomes; a closing one begins with "/". Others are left out, their text stays. */
static const struct tag {
    const char *name, *mark;
} tags[] = {
    {"br", "  \n"}, {"/p", "\n\n"}, {"/div", "\n\n"}, {"/ul", "\n"}, {"/ol", "\n"}, {"li", "\n- "},
    {"h1", "\n# "}, {"h2", "\n## "}, {"h3", "\n### "}, {"h4", "\n#### "}, {"/h1", "\n\n"}, {"/h2", "\n\n"},
    {"/h3", "\n\n"}, {"/h4", "\n\n"}, {"b", "**"}, {"/b", "**"}, {"strong", "**"}, {"/strong", "**"},
    {"i", "*"}, {"/i", "*"}, {"em", "*"}, {"/em", "*"},
};
static const struct entity {
    const char *name, *text;
} entities[] = {
    {"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&#39;", "'"}, {"&apos;", "'"}, {"&nbsp;", " "},
    {"&rsquo;", "’"}, {"&laquo;", "«"}, {"&raquo;", "»"}, {"&eacute;", "é"}, {"&egrave;", "è"}, {"&agrave;", "à"},
    {"&ccedil;", "ç"}, {"&ecirc;", "ê"}, {"&euro;", "€"},
};

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Length of the tag that begins at s, or 0: a lone "<" is text. */
static size_t tag_length(struct str s)
{
    size_t at = s.n > 1 && s.p[1] == '/' ? 2 : 1;
    if (s.n <= at || s.p[0] != '<' || !is_letter(s.p[at]))
        return 0;
    ptrdiff_t end = str_chr(s, '>');
    return end < 0 || end > 2000 ? 0 : (size_t)end + 1;
}

static struct str tag_name(struct str tag)
{
    size_t n = tag.n > 1 && tag.p[1] == '/' ? 2 : 1;
    while (n < tag.n && (is_letter(tag.p[n]) || (tag.p[n] >= '0' && tag.p[n] <= '9')))
        n++;
    return str_part(tag, 1, n - 1);
}

/* The address of <a href="…">; only one that a reader may follow. */
static struct str href(struct str tag)
{
    ptrdiff_t at = str_find(tag, S("href=\""));
    struct str rest = at < 0 ? STR_NONE : str_from(tag, (size_t)at + 6), url;
    if (at < 0 || !str_cut(&rest, '"', &url))
        return STR_NONE;
    return str_starts(url, S("https://")) || str_starts(url, S("http://")) || str_starts(url, S("mailto:")) ? url : STR_NONE;
}

static void put_tag(struct buf *out, struct str tag, struct str *link)
{
    struct str name = tag_name(tag);
    if (str_ieq(name, S("a")) && (*link = href(tag)).n > 0)
        buf_addc(out, '[');
    if (str_ieq(name, S("/a")) && link->n > 0) {
        buf_printf(out, "](" STR_FMT ")", STR_ARG(*link));
        *link = STR_NONE;
    }
    for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++)
        if (str_ieq(name, str_of(tags[i].name)))
            buf_addz(out, tags[i].mark);
}

static size_t put_entity(struct buf *out, struct str s)
{
    for (size_t i = 0; i < sizeof entities / sizeof entities[0]; i++) {
        if (str_starts(s, str_of(entities[i].name))) {
            buf_addz(out, entities[i].text);
            return str_of(entities[i].name).n;
        }
    }
    buf_addc(out, '&');
    return 1;
}

struct str national_markdown(struct arena *a, struct str html, size_t max)
{
    struct buf out = {.max = max + 4096};
    struct str link = STR_NONE;
    for (size_t i = 0; i < html.n;) {
        struct str rest = str_from(html, i);
        size_t tag = tag_length(rest);
        if (tag > 0) {
            put_tag(&out, str_part(rest, 0, tag), &link);
            i += tag;
        } else if (rest.p[0] == '&') {
            i += put_entity(&out, rest);
        } else {
            buf_addc(&out, rest.p[0]);
            i++;
        }
    }
    struct str text = str_trim(buf_str(&out));
    text.n = utf8_floor(str_part(text, 0, max));
    text = arena_str(a, text);
    buf_free(&out);
    return text;
}
