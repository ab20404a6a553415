#pragma once
#include "core/web/step.h"

/*
 * console -- the API tried by hand: a form an operation, made from the route table and the API's parameters.
 *
 * Nothing is asked here: the form gives back the address it stands for, to open, to copy or to put into a program. All of it
 * works without a script. The address of the page is the frozen one that national catalogues store.
 */
extern const struct step console_page[];
