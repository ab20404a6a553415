-- peer_read($1 uuid peer) -> name text, url text, is_standin boolean, sealed_key bytea, organisation text, failures int; 0 or 1 row
-- class: global   lane: write   roles: worker
SELECT name, url, is_standin, sealed_key, organisation, failures FROM portal.peer WHERE id = $1::uuid;
