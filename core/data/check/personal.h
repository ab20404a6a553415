#pragma once
#include "core/base/jw.h"
#include "core/data/value/reason.h"

/*
 * personal -- does a file hold data of persons that must not be opened (CRPA L312-1-2)?
 *
 * Every cell of every row is looked at. Identifiers with a key (NIR, IBAN) are found wherever they
 * stand; what has none is believed by context only: mobile numbers where a phone is announced or
 * written as one, names where a first name has its family name beside it or where a column names a
 * role and its values look like persons, birth dates where the column says so and the day is
 * written. Addresses of services (contact@, mairie@, accueil-…) are counted apart and are not
 * personal. Values are kept masked: a report of leaks must not leak.
 *
 * Source: NIR, Insee and RGCS (key 97, 2A = 19, 2B = 18); IBAN, ISO 13616; requirements.md R26,
 * N15.
 */
enum personal_kind {
    PERSONAL_NIR,
    PERSONAL_EMAIL,
    PERSONAL_PHONE,
    PERSONAL_IBAN,
    PERSONAL_NAME,
    PERSONAL_BIRTH,
    PERSONAL_KINDS
};
enum { PERSONAL_LISTED = 10 };

const char *personal_kind_name(enum personal_kind k); /* "nir", "email", … */

struct personal;

/* names: technical ids of the columns (lower snake ASCII), in the file's order; they must outlive
 * it. */
struct personal *personal_new(const struct str *names, size_t n);
void personal_row(struct personal *p, uint64_t line, const struct str *cells, size_t n);

/* A sheet that nobody sees: its own rows go to what it gives, its findings stand with those of `p`,
 * their column "sheet › column". Freed with `p`. */
struct personal *personal_sheet(struct personal *p, struct str sheet, const struct str *names,
                                size_t n);

/* {"total": n, "public_emails": n, "findings": [{"kind", "column", "count", "cells": [{"line",
 * "column", "value", "reason"}]}]} */
void personal_json(const struct personal *p, struct jw *w);
uint64_t personal_count(const struct personal *p, enum personal_kind kind);
void personal_free(struct personal *p); /* NULL: nothing to do */

/* Of the digits and letters alone, no spaces. */
bool personal_is_nir(struct str s); /* 15 characters */
bool personal_is_iban(struct str s);
bool personal_is_service(struct str address); /* an e-mail address of a service, not of a person */
