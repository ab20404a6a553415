-- peer_organisation($1 uuid peer, $2 text organisation) -> nothing
-- class: global   lane: write   roles: worker
UPDATE portal.peer SET organisation = $2 WHERE id = $1::uuid AND organisation IS NULL;
