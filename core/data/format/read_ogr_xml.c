#include "core/data/format/read_ogr_xml.h"

#include "core/base/utf8.h"
#include "core/data/errors.h"
#include "core/data/format/encoding.h"

enum { DECLARATION_MAX = 1000, NAME_SHOWN = 40 };

static bool bad(const char *what, struct str name, struct err *e)
{
    name = str_part(name, 0, NAME_SHOWN);
    ERR(e, err_data_geo, "%s" STR_FMT, what, STR_ARG(name));
    return err_arg(e, "%s" STR_FMT, what, STR_ARG(name));
}

/* Windows-1252 has the eight characters too, elsewhere. */
static void put_latin9(struct buf *out, struct str s)
{
    static const char here[] = "\xA4\xA6\xA8\xB4\xB8\xBC\xBD\xBE", there[] = "\x80\x8A\x9A\x8E\x9E\x8C\x9C\x9F";
    char piece[4096];
    for (struct str part; (part = str_part(s, 0, sizeof piece)).n > 0; s = str_from(s, part.n)) {
        for (size_t i = 0; i < part.n; i++) {
            const char *at = memchr(here, part.p[i], sizeof here - 1);
            piece[i] = at ? there[at - here] : part.p[i];
        }
        encoding_put_1252(out, (struct str){piece, part.n});
    }
}

/* put NULL: it does not say what bytes are that are not UTF-8. */
static const struct charset {
    struct str name;
    void (*put)(struct buf *out, struct str s);
} charsets[] = {
    {{"UTF-8", 5}, NULL},
    {{"UTF8", 4}, NULL},
    {{"UTF-16", 6}, NULL},
    {{"UTF-16LE", 8}, NULL},
    {{"UTF-16BE", 8}, NULL},
    {{"US-ASCII", 8}, NULL},
    {{"ISO-8859-1", 10}, encoding_put_1252},
    {{"ISO8859-1", 9}, encoding_put_1252},
    {{"latin1", 6}, encoding_put_1252},
    {{"windows-1252", 12}, encoding_put_1252},
    {{"CP1252", 6}, encoding_put_1252},
    {{"ISO-8859-15", 11}, put_latin9},
    {{"ISO8859-15", 10}, put_latin9},
};

static const struct charset *charset_called(struct str name)
{
    for (size_t i = 0; i < sizeof charsets / sizeof charsets[0]; i++)
        if (str_ieq(charsets[i].name, name))
            return &charsets[i];
    return NULL;
}

static bool is_declared(struct str text)
{
    return str_starts(text, S("<?xml")) && text.n > 5 && str_trim(str_part(text, 5, 1)).n == 0; /* no <?xml-stylesheet */
}

/* Takes the declaration off the front of *text; nothing where there is none. */
static struct str take_declaration(struct str *text)
{
    ptrdiff_t end = is_declared(*text) ? str_find(str_part(*text, 0, DECLARATION_MAX), S("?>")) : -1;
    struct str declaration = str_part(*text, 0, end < 0 ? 0 : (size_t)end);
    *text = str_trim(str_from(*text, end < 0 ? 0 : (size_t)end + 2));
    return declaration;
}

/* What stands between the quotes behind encoding=; where it is not written so, what is there. */
static struct str declared_name(struct str declaration)
{
    ptrdiff_t at = str_find(declaration, S("encoding"));
    if (at < 0)
        return charsets[0].name;
    struct str said = str_trim(str_from(declaration, (size_t)at + 8));
    said = str_trim(str_from(said, str_starts(said, S("="))));
    ptrdiff_t end = said.n > 0 ? str_chr(str_from(said, 1), said.p[0]) : -1;
    return end < 0 ? said : str_part(said, 1, (size_t)end);
}

bool ogr_xml_is_utf16(struct str file, bool *big_endian)
{
    *big_endian = str_starts(file, S("\xFE\xFF")) || str_starts(file, S("\0<"));
    return *big_endian || encoding_is_utf16(file) || str_starts(file, S("<\0"));
}

/* A bracket alone: expat and GDAL guess from the first two bytes, or from a second declaration, and would see another text. */
static bool is_one_text(struct str text)
{
    return text.n > 1 && text.p[0] == '<' && text.p[1] != '\0' && !is_declared(text);
}

bool ogr_xml_text(struct str file, struct buf *turned, struct str *text, struct err *e)
{
    bool big_endian, wide = ogr_xml_is_utf16(file, &big_endian);
    turned->max = ENCODING_UTF16_MAX;
    if (wide)
        encoding_put_utf16(turned, file, big_endian);
    struct str rest = wide ? buf_str(turned) : file;
    rest = str_trim(str_from(rest, str_starts(rest, S("\xef\xbb\xbf")) ? 3 : 0)); /* UTF-16's mark, too */
    struct str name = declared_name(take_declaration(&rest));
    const struct charset *charset = charset_called(name);
    if (!charset && !wide)
        return bad("XML, encoding=", name, e);
    if (!wide && charset->put && !utf8_valid(rest)) {
        charset->put(turned, rest);
        rest = buf_str(turned);
    }
    if (turned->over)
        return bad("XML, 512 Mo", STR_NONE, e);
    if (!is_one_text(rest))
        return bad("XML", STR_NONE, e);
    *text = rest;
    return true;
}
