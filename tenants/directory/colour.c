#include "tenants/directory/colour.h"

#include <math.h>
#include <stdio.h>

#include "tenants/directory/errors.h"

struct oklab {
    double l, a, b;
};

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool colour_parse(struct str s, struct colour *out, struct err *e)
{
    unsigned char v[3] = {0};
    bool ok = s.n == 7 && s.p[0] == '#';
    for (size_t i = 0; ok && i < 3; i++) {
        int high = hex(s.p[1 + 2 * i]), low = hex(s.p[2 + 2 * i]);
        ok = high >= 0 && low >= 0;
        v[i] = (unsigned char)(ok ? high * 16 + low : 0);
    }
    if (!ok) {
        ERR(e, err_colour_invalid, "%zu bytes", s.n);
        return err_arg(e, STR_FMT, STR_ARG(str_part(s, 0, 20)));
    }
    *out = (struct colour){v[0], v[1], v[2]};
    return true;
}

struct colour_text colour_print(struct colour c)
{
    struct colour_text t;
    snprintf(t.text, sizeof t.text, "#%02x%02x%02x", c.r, c.g, c.b);
    return t;
}

static double linear(unsigned char v)
{
    double x = v / 255.0;
    return x <= 0.04045 ? x / 12.92 : pow((x + 0.055) / 1.055, 2.4);
}

static unsigned char gamma_byte(double x, bool *inside)
{
    if (x < -0.0005 || x > 1.0005)
        *inside = false;
    x = x < 0 ? 0 : x > 1 ? 1 : x;
    double v = x <= 0.0031308 ? 12.92 * x : 1.055 * pow(x, 1 / 2.4) - 0.055;
    return (unsigned char)lround(v * 255);
}

static double luminance(struct colour c)
{
    return 0.2126 * linear(c.r) + 0.7152 * linear(c.g) + 0.0722 * linear(c.b);
}

double colour_contrast(struct colour a, struct colour b)
{
    double x = luminance(a) + 0.05, y = luminance(b) + 0.05;
    return x > y ? x / y : y / x;
}

static struct oklab to_lab(struct colour c)
{
    double r = linear(c.r), g = linear(c.g), b = linear(c.b);
    double l = cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
    double m = cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
    double s = cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
    return (struct oklab){0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
                          1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
                          0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s};
}

static struct colour from_lab(struct oklab o, bool *inside)
{
    double l = o.l + 0.3963377774 * o.a + 0.2158037573 * o.b;
    double m = o.l - 0.1055613458 * o.a - 0.0638541728 * o.b;
    double s = o.l - 0.0894841775 * o.a - 1.2914855480 * o.b;
    l = l * l * l, m = m * m * m, s = s * s * s;
    *inside = true;
    return (struct colour){gamma_byte(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s, inside),
                           gamma_byte(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s, inside),
                           gamma_byte(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s, inside)};
}

double colour_lightness(struct colour c)
{
    return to_lab(c).l;
}

struct colour colour_shade(struct colour c, double l, double chroma)
{
    struct oklab o = to_lab(c);
    for (;; chroma *= 0.9) {
        bool inside;
        struct colour shade = from_lab((struct oklab){l, o.a * chroma, o.b * chroma}, &inside);
        if (inside || chroma < 0.01)
            return shade;
    }
}

struct colour colour_until(struct colour c, struct colour ground, double least, bool lighter)
{
    double l = colour_lightness(c);
    while (colour_contrast(c, ground) < least && l > 0.02 && l < 0.98) {
        l += lighter ? 0.01 : -0.01;
        c = colour_shade(c, l, 1);
    }
    return c;
}
