#pragma once
#include <jansson.h>

#include "core/db/conn.h"

/*
 * contract -- what the re-users of a dataset count on: its columns and their types. An update that has
 * others is held back, whoever or whatever sent it: the draft stands with the difference in it, what is
 * published stays, and publish_draft answers err_update_held until somebody agreed to the new shape
 * (contract_accept), sent another file, or threw the draft away (history_discard).
 *
 * A value that breaks a kept type does not change the shape: its row is set aside and listed, and
 * publishing asks for that separately (err_rows_aside).
 */

/* retyped: also where cells are written in another way ("lon_first" to "lat_first", core/data/value/type.h).
 * {"added": [name], "dropped": [name], "retyped": [{"name", "from", "to"}],
 *  "broken": [{"name", "type", "detected", "cells"}]}: `now` against `before` (NULL: nothing was published).
 * broken: columns some of whose cells the kept type refused. */
json_t *contract_columns(const json_t *before, const json_t *now);

/* Added, dropped or retyped beyond what was asked for by name in `given` (may be NULL). */
bool contract_breaks(const json_t *columns, const json_t *given);

/* fails err_update_held, naming the columns. */
bool contract_check(struct conn *c, const struct uuid *tenant, const struct uuid *dataset, struct err *e);

/* Inside the caller's transaction. fails err_draft_missing */
bool contract_accept(struct conn *c, const struct uuid *tenant, struct str dataset_id, struct str account, struct err *e);
