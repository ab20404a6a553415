#pragma once
#include "core/data/check/personal.h"
#include "core/data/intake/reader.h"

/*
 * reader_hidden -- the sheets of a workbook that are hidden, looked at for personal data: whoever
 * sends it may not know of them, and whoever takes the file as it was sent gets them too.
 *
 * Every cell of theirs is looked at, the rows of names as well. A sheet that cannot be read ends
 * where it breaks: none of it is published.
 */
void reader_hidden_look(struct reader *r, struct personal *p);
