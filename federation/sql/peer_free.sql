-- peer_free($1 uuid peer) -> nothing
-- class: global   lane: write   roles: worker
UPDATE portal.peer SET busy_until = NULL WHERE id = $1::uuid;
