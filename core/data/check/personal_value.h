#pragma once
#include "core/base/str.h"

/* personal_value -- what personal.c asks of one value or one word. */
bool personal_word(struct str s, size_t *at, char z[32], struct str *word);
bool personal_word_in(struct str word, const char *const *list, size_t n);
bool personal_is_first_name(struct str folded_word);
bool personal_is_person(struct str cell);
