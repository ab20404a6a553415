-- link_state($1 uuid id, $2 text state) -> id uuid; 0 or 1 row
-- class: global   lane: write   roles: web owner
-- Resumed, it is compared with its source at once; at rest, what must be taken back is taken back all the same.
UPDATE portal.subscription SET state = $2, seeded_at = NULL WHERE id = $1::uuid AND state <> 'ended'
RETURNING id;
