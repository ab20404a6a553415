#include "core/io/http_parse.h"

/*
 *   SIZE -> EXTENSION -> SIZE_LF -> DATA -> DATA_CR -> DATA_LF -> SIZE
 *                            \-> LAST_CR -> LAST_LF -> END        (size 0)
 */
enum { SIZE, EXTENSION, SIZE_LF, DATA, DATA_CR, DATA_LF, LAST_CR, LAST_LF, END, BROKEN };

/* An extension carries nothing for us and a long one is only work. */
enum { LINE_MAX_BYTES = 128, DIGITS_MAX = 15 };

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int after_size(struct http_chunks *c, char byte)
{
    int digit = hex_digit(byte);
    if (digit >= 0) {
        c->left = c->left * 16 + (unsigned)digit;
        return ++c->digits > DIGITS_MAX ? BROKEN : SIZE;
    }
    if (c->digits == 0)
        return BROKEN;
    return byte == ';' ? EXTENSION : byte == '\r' ? SIZE_LF : BROKEN;
}

static int after_extension(char byte)
{
    if (byte == '\r')
        return SIZE_LF;
    return byte >= 0x20 && byte < 0x7f ? EXTENSION : BROKEN;
}

static int step(struct http_chunks *c, char byte)
{
    switch (c->state) {
    case SIZE:
        return after_size(c, byte);
    case EXTENSION:
        return after_extension(byte);
    case SIZE_LF:
        return byte != '\n' ? BROKEN : c->left ? DATA : LAST_CR;
    case DATA_CR:
        return byte == '\r' ? DATA_LF : BROKEN;
    case DATA_LF:
        c->digits = c->line_bytes = 0;
        return byte == '\n' ? SIZE : BROKEN;
    case LAST_CR:
        return byte == '\r' ? LAST_LF : BROKEN;
    case LAST_LF:
        return byte == '\n' ? END : BROKEN;
    default:
        return BROKEN;
    }
}

enum http_progress http_unchunk(struct http_chunks *c, struct str *rest, struct str *data)
{
    *data = STR_NONE;
    while (rest->n && c->state < END) {
        if (c->state == DATA) {
            *data = str_part(*rest, 0, c->left < rest->n ? (size_t)c->left : rest->n);
            *rest = str_from(*rest, data->n);
            c->left -= data->n;
            if (c->left == 0)
                c->state = DATA_CR;
            return HTTP_MORE;
        }
        c->state = ++c->line_bytes > LINE_MAX_BYTES ? BROKEN : step(c, rest->p[0]);
        *rest = str_from(*rest, 1);
    }
    return c->state == END ? HTTP_DONE : c->state == BROKEN ? HTTP_BAD : HTTP_MORE;
}
