#pragma once
#include "core/web/request.h"

/*
 * datapackage -- a dataset as a Data Package: its description, its licence, and its rows' Table Schema, so that it can be
 * read with its types, or moved to another portal, without losing anything.
 *
 * Source: Frictionless Data Package and Table Schema v1; standards.md 1.11.
 */
extern const struct step datapackage_steps[];
