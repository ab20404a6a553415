#pragma once
#include "core/base/arena.h"
#include "core/base/str.h"

/*
 * field_name -- from the words above a column to its technical id and its label.
 *
 * Source: standards.md section 4.3 rules 4 and 7.
 */
enum { FIELD_NAME_MAX = 63, FIELD_LABEL_MAX = 500 };

/* Trimmed, line breaks become spaces, at most FIELD_LABEL_MAX bytes. */
struct str field_label(struct arena *a, struct str cell);

/* Lower snake ASCII, accents folded, at most 63 bytes, unlike the `n` names before it; "column_4"
 * when nothing is left. position counts from 1. */
struct str field_name(struct arena *a, struct str label, size_t position, const struct str *before, size_t n);

/* What a whole word of the name says of its values. */
enum field_hint {
    HINT_CODE = 1,          /* insee, siren, cp, tel, …: whole numbers there are codes */
    HINT_CODE_DECIMAL = 2,  /* naf, ape, code: numbers with decimals as well */
    HINT_YES_NO = 4,        /* 0/1 and o/n are a yes or no */
    HINT_LON_LAT = 8,       /* coordonneesXY: the longitude comes first */
    HINT_LATITUDE = 16,
    HINT_LONGITUDE = 32,
    HINT_POSTAL = 64,
    HINT_SIRET = 128,
    HINT_SIREN = 512,
    HINT_COMMUNE = 1024, /* insee, code_commune, depcom: codes of communes, where the values say so too */
    HINT_PERSON = 256,      /* "SIRET ou NIR": may hold personal data */
};
unsigned field_hints(struct str label);
