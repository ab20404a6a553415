#pragma once
#include "core/base/jw.h"
#include "core/data/value/reason.h"

/*
 * secrecy -- statistical secrecy: counts so small, or amounts so concentrated, that somebody is
 * recognised.
 *
 * Three rules, each on columns that their names announce:
 *   persons    a count of persons (pupils, patients, beneficiaries …) from 1 to threshold - 1; 0
 * tells nothing of anyone units      an amount beside a count of enterprises or farms from 1 to 2
 *   dominance  a column that gives the share of the greatest unit, over 85 %; and an amount that
 * step_group.c added up, where the file's rows say so
 * Census population is published by Insee itself and not looked at. Which cells can be computed
 * from others is not judged here: the threshold is the first gate, not a proof. What the
 * subtraction of two versions gives away is compare_counts' (compare.h).
 *
 * Source: Insee, guide du secret statistique (three units, 85 %); the persons' threshold is the
 * region's (portal.root.secrecy_threshold; 5 unless it says otherwise).
 */
enum { SECRECY_THRESHOLD = 5, SECRECY_UNITS = 3, SECRECY_SHARE = 85, SECRECY_LISTED = 10 };

struct secrecy;

/* names: technical ids of the columns; they must outlive it. threshold 0: the default. */
struct secrecy *secrecy_new(const struct str *names, size_t n, unsigned threshold);
void secrecy_row(struct secrecy *s, uint64_t line, const struct str *cells, size_t n);
/* Of a row that a step added up: what it knows of each cell, and by which unit (record.h). */
void secrecy_sums(struct secrecy *s, uint64_t line, const struct str *cells,
                  const unsigned char *secret, struct str unit, size_t n);
/* {"total", "threshold", "findings": [{"kind": "persons" | "units" | "dominance", "column",
 * "count", "reason", "cells"}], "not_judged": [{"column", "reason"}]}: amounts of units without a
 * share of the greatest one, which totals do not tell; sums whose unit no step names; sums that were
 * judged by a unit that only a column's name announces */
void secrecy_json(const struct secrecy *s, struct jw *w);
uint64_t secrecy_total(const struct secrecy *s);
/* By its name: a count of persons; a number that says which row it is (a year, a code), not how
 * much. */
bool secrecy_counts_persons(struct str name);
bool secrecy_is_label(struct str name);
bool secrecy_is_amount(struct str name);
/* Whose number a column of SIRET or SIREN holds: not of who pays, buys or publishes. */
bool secrecy_names_unit(struct str label);
void secrecy_free(struct secrecy *s);
