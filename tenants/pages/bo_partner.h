#pragma once
#include "core/web/request.h"

struct str bo_partner_kind(struct req *r, struct str kind); /* in words (bo_partners.c) */
