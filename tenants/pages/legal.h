#pragma once
#include "core/web/step.h"

/* legal -- the legal pages: their words are in the templates, their dates here. */
#define LEGAL_TERMS_DATE "2026-11-21"

bool legal_terms(struct req *r, struct err *e);
bool legal_privacy(struct req *r, struct err *e);
bool legal_cookies(struct req *r, struct err *e);
bool legal_accessibility(struct req *r, struct err *e);
