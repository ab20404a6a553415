#pragma once
#include "core/base/buf.h"
#include "core/base/err.h"

/*
 * encoding -- what the bytes of a text file mean, decided on the whole of it.
 *
 * A BOM decides; else strict UTF-8; else, when at least 95 % of the lines that hold a byte over 127
 * are UTF-8, UTF-8 whose other cells are read as Windows-1252; else Windows-1252.
 * Source: standards.md section 4.3 rule 1.
 */
enum encoding { ENCODING_UTF8, ENCODING_MIXED, ENCODING_1252, ENCODING_UTF16LE, ENCODING_UTF16BE };

struct encoding_found {
    enum encoding encoding;
    unsigned bom_bytes;
    uint64_t bad_lines, utf8_lines; /* where it is neither UTF-16 nor UTF-8: lines with bytes over 127 that are not UTF-8, that are */
};

void encoding_detect(struct str file, struct encoding_found *out);

/* What somebody says of a file that is not UTF-8 throughout: "utf-8" (other lines are repaired) or "windows-1252". A BOM and
 * UTF-8 without a fault say more. */
void encoding_choose(struct encoding_found *found, struct str asked);
const char *encoding_name(enum encoding e);

/* The bytes as UTF-8, appended; 0x81 8D 8F 90 9D become U+FFFD. */
void encoding_put_1252(struct buf *out, struct str s);

enum { ENCODING_UTF16_MAX = 512 << 20 };

/* The whole of a file that begins as UTF-16 does, without that mark, in `out` as UTF-8. fails  err_data_binary */
bool encoding_is_utf16(struct str file);
bool encoding_from_utf16(struct buf *out, struct str file, struct err *e);

/* UTF-16 to UTF-8; a lone surrogate or a last odd byte becomes U+FFFD. */
void encoding_put_utf16(struct buf *out, struct str s, bool big_endian);

/* A name when the file is of a kind we know and is not text ("PDF", "ZIP", …); NULL otherwise. */
const char *encoding_binary_kind(struct str file);
