-- text_index_ready($1 uuid version) -> nothing
-- class: global   lane: write   roles: worker
UPDATE portal.version SET text_index = true WHERE id = $1::uuid;
