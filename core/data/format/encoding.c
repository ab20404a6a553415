#include "core/data/format/encoding.h"

#include "core/base/scan.h"
#include "core/base/utf8.h"
#include "core/data/errors.h"

static const uint16_t high_1252[32] = {
    0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0xFFFD, 0x017D, 0xFFFD, 0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0xFFFD, 0x017E, 0x0178,
};

/* Of the lines that hold a byte over 127 (plain ones prove nothing), how many are not UTF-8. */
static void count_lines(struct str rest, uint64_t *high, uint64_t *bad)
{
    *high = *bad = 0;
    struct str line;
    while (str_cut(&rest, '\n', &line)) {
        if (scan_ascii(line) == line.n)
            continue;
        ++*high;
        *bad += !utf8_valid(line);
    }
}

bool encoding_is_utf16(struct str file)
{
    return str_starts(file, S("\xFF\xFE")) || str_starts(file, S("\xFE\xFF"));
}

void encoding_detect(struct str file, struct encoding_found *out)
{
    *out = (struct encoding_found){0};
    if (encoding_is_utf16(file)) {
        out->encoding = file.p[0] == '\xFF' ? ENCODING_UTF16LE : ENCODING_UTF16BE;
        out->bom_bytes = 2;
        return;
    }
    if (str_starts(file, S("\xEF\xBB\xBF"))) {
        out->bom_bytes = 3;
        file = str_from(file, 3);
    }
    if (utf8_valid(file))
        return;
    uint64_t high, bad;
    count_lines(file, &high, &bad);
    bool mostly = (high - bad) * 100 >= high * 95;
    out->encoding = mostly || out->bom_bytes ? ENCODING_MIXED : ENCODING_1252;
    out->bad_lines = bad;
    out->utf8_lines = high - bad;
}

void encoding_choose(struct encoding_found *found, struct str asked)
{
    if (found->bad_lines == 0 || found->bom_bytes)
        return;
    if (str_eq(asked, S("utf-8")))
        found->encoding = ENCODING_MIXED;
    else if (str_eq(asked, S("windows-1252")))
        found->encoding = ENCODING_1252;
}

const char *encoding_name(enum encoding e)
{
    static const char *const names[] = {"utf-8", "utf-8+windows-1252", "windows-1252", "utf-16le",
                                        "utf-16be"};
    return names[e];
}

static void put_code(struct buf *out, uint32_t code)
{
    char *p = buf_room(out, 4);
    if (p)
        out->n += utf8_put(p, code);
}

void encoding_put_1252(struct buf *out, struct str s)
{
    while (s.n > 0) {
        size_t n = scan_ascii(s);
        buf_add(out, (struct str){s.p, n});
        s = str_from(s, n);
        if (s.n == 0)
            return;
        unsigned char c = (unsigned char)s.p[0];
        put_code(out, c < 0xA0 ? high_1252[c - 0x80] : c);
        s = str_from(s, 1);
    }
}

static uint32_t unit_at(struct str s, size_t at, bool big_endian)
{
    unsigned char a = (unsigned char)s.p[at], b = (unsigned char)s.p[at + 1];
    return big_endian ? (uint32_t)a << 8 | b : (uint32_t)b << 8 | a;
}

void encoding_put_utf16(struct buf *out, struct str s, bool big_endian)
{
    size_t at = 0;
    for (; at + 2 <= s.n; at += 2) {
        uint32_t code = unit_at(s, at, big_endian);
        bool high = code >= 0xD800 && code < 0xDC00 && at + 4 <= s.n;
        uint32_t low = high ? unit_at(s, at + 2, big_endian) : 0;
        if (low >= 0xDC00 && low < 0xE000) {
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
            at += 2;
        } else if (code >= 0xD800 && code < 0xE000) {
            code = 0xFFFD;
        }
        put_code(out, code);
    }
    if (at < s.n)
        put_code(out, 0xFFFD);
}

bool encoding_from_utf16(struct buf *out, struct str file, struct err *e)
{
    *out = (struct buf){.max = ENCODING_UTF16_MAX};
    encoding_put_utf16(out, str_from(file, 2), file.p[0] == '\xFE');
    if (!out->over)
        return true;
    ERR(e, err_data_binary, "UTF-16");
    return err_arg(e, "UTF-16, 512 Mo");
}

const char *encoding_binary_kind(struct str file)
{
    static const struct {
        struct str magic;
        const char *name;
    } kinds[] = {
        {{"%PDF-", 5}, "PDF"},          {{"PK\003\004", 4}, "ZIP"},
        {{"\x89PNG\r\n", 6}, "PNG"},    {{"\xFF\xD8\xFF", 3}, "JPEG"},
        {{"GIF8", 4}, "GIF"},           {{"\xD0\xCF\x11\xE0", 4}, "XLS"},
        {{"\x1F\x8B", 2}, "GZIP"},      {{"7z\xBC\xAF", 4}, "7Z"},
        {{"\x7F" "ELF", 4}, "ELF"},     {{"SQLite format 3", 15}, "SQLite"},
        {{"\x28\xB5\x2F\xFD", 4}, "ZSTD"}, {{"\xFD" "7zXZ", 5}, "XZ"},
        {{"PAR1", 4}, "Parquet"},        {{"Rar!\x1A\x07", 6}, "RAR"},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (str_starts(file, kinds[i].magic))
            return kinds[i].name;
    struct str head = str_part(file, 0, 65536);
    bool wide = encoding_is_utf16(file);
    size_t control = 0, nul = 0;
    for (size_t i = 0; i < head.n; i++) {
        unsigned char c = (unsigned char)head.p[i];
        nul += c == 0;
        control += (c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f') || c == 0x7F;
    }
    return !wide && (nul * 1000 > head.n || control * 50 > head.n) ? "?" : NULL;
}
