#include "core/data/value/commune.h"

#include <ctype.h>
#include <stdlib.h>

#include "core/base/must.h"

/* One line a code that is no more: "01018 01033 0000". */
enum { HEADS = 102, CORSICA = 100, GONE_LINE = 17, CODE = 5 };

__asm__(".section .rodata\n.balign 16\ncommunes_text:\n.incbin \"" COMMUNES_FILE
        "\"\ncommunes_text_end:\n.byte 0\n.previous\n");
extern const char communes_text[], communes_text_end[];

struct communes {
    int year;
    unsigned char now[HEADS * 1000 / 8 + 1]; /* a bit a code */
    const char *gone;
    size_t ngone;
};

/* "37261", "2A004": its bit; SIZE_MAX: no code. */
static size_t place_of(struct str code)
{
    size_t n = 0;
    bool corsica = code.n == CODE && code.p[0] == '2' && (code.p[1] == 'A' || code.p[1] == 'B');
    if (code.n != CODE)
        return SIZE_MAX;
    for (size_t i = corsica ? 2 : 0; i < CODE; i++) {
        if (!isdigit((unsigned char)code.p[i]))
            return SIZE_MAX;
        n = n * 10 + (size_t)(code.p[i] - '0');
    }
    return corsica ? (CORSICA + (size_t)(code.p[1] - 'A')) * 1000 + n : n;
}

static void mark(struct communes *c, struct str head, struct str range)
{
    char code[CODE + 1] = {0};
    must(head.n == 2 && (range.n == 3 || range.n == 7)); /* "004" or "004-017" */
    memcpy(code, head.p, 2);
    memcpy(code + 2, range.p, 3);
    size_t from = place_of((struct str){code, CODE});
    memcpy(code + 2, range.p + range.n - 3, 3);
    size_t to = place_of((struct str){code, CODE});
    for (size_t i = from; i <= to && to < HEADS * 1000; i++)
        c->now[i / 8] |= (unsigned char)(1u << (i % 8));
}

struct communes *communes_new(void)
{
    struct communes *c = must_alloc(sizeof *c);
    struct str text = {communes_text, (size_t)(communes_text_end - communes_text)}, line, head,
               range;
    int64_t year = 0;
    *c = (struct communes){0};
    str_cut(&text, '\n', &line);
    str_i64(str_from(line, 5), &year); /* "2021 2026" */
    c->year = (int)year;
    while (str_cut(&text, '\n', &line) && !str_eq(line, S("gone"))) {
        str_cut(&line, ' ', &head);
        while (str_cut(&line, ' ', &range))
            mark(c, head, range);
    }
    c->gone = text.p;
    c->ngone = text.n / GONE_LINE;
    return c;
}

void communes_free(struct communes *c)
{
    free(c);
}

int communes_year(const struct communes *c)
{
    return c->year;
}

static const char *gone_line(const struct communes *c, struct str code)
{
    size_t low = 0, high = c->ngone;
    while (low < high) {
        size_t mid = (low + high) / 2;
        int way = memcmp(code.p, c->gone + mid * GONE_LINE, CODE);
        if (way == 0)
            return c->gone + mid * GONE_LINE;
        if (way < 0)
            high = mid;
        else
            low = mid + 1;
    }
    return NULL;
}

enum commune_state commune_find(const struct communes *c, struct str code,
                                struct commune_gone *gone)
{
    size_t place = place_of(code);
    int64_t last = 0;
    if (place == SIZE_MAX)
        return COMMUNE_UNKNOWN;
    if (c->now[place / 8] >> (place % 8) & 1)
        return COMMUNE_NOW;
    const char *line = gone_line(c, code);
    if (!line)
        return COMMUNE_UNKNOWN;
    str_i64((struct str){line + 12, 4}, &last);
    *gone =
        (struct commune_gone){line[6] == '-' ? STR_NONE : (struct str){line + 6, CODE}, (int)last};
    return COMMUNE_GONE;
}
