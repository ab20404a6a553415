-- exports_end($1 uuid id, $2 uuid token, $3 integer turn) -> id uuid; 0 or 1 row
-- class: global   lane: write   roles: worker
-- No row: it was asked anew meanwhile.
DELETE FROM portal.task WHERE id = $1::uuid AND lease_token = $2::uuid AND attempts = $3::integer RETURNING id;
