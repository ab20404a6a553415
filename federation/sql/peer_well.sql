-- peer_well($1 uuid peer) -> nothing
-- class: global   lane: write   roles: worker
-- It answered: the breaker closes, and the next may call.
UPDATE portal.peer SET failures = 0, open_after = NULL, busy_until = NULL, error = NULL WHERE id = $1::uuid;
