#pragma once
#include "core/base/buf.h"
#include "core/base/err.h"

/*
 * read_ogr_xml -- XML as everything behind it reads it: UTF-8 without a mark and without its declaration, which would speak of
 * bytes that are no longer there. GDAL's readers know other encodings each in its own way, and expat some of them only.
 *
 * UTF-16 is told by its mark or its first bracket (XML 1.0, appendix F). What is strictly UTF-8 is that, whatever it declares:
 * accents of another encoding do not make UTF-8 by chance, and "utf-16" is often said where a program wrote UTF-8 in the end.
 * Else it is what it declares: Windows-1252, for which ISO-8859-1 is taken as browsers do (WHATWG Encoding, section 4.2), or
 * ISO-8859-15. What declares itself UTF-8 and is not stays as it is: whoever parses it refuses it.
 */

/* Told by its first bytes, with or without a mark; *big_endian is set where it is. */
bool ogr_xml_is_utf16(struct str file, bool *big_endian);

/*
 * *text    a view of `file` or of `turned`; begins with a bracket and is UTF-16 to nobody who looks at its first bytes
 * turned   takes what had to be rewritten, at most ENCODING_UTF16_MAX; the caller's to free either way
 * fails    err_data_geo: an encoding that is not known, too much of it, or no XML
 */
bool ogr_xml_text(struct str file, struct buf *turned, struct str *text, struct err *e);
