-- secrecy_threshold_put($1 uuid root, $2 integer threshold) -> nothing
-- class: global   lane: write   roles: web owner
UPDATE portal.root SET secrecy_threshold = $2::integer WHERE id = $1::uuid;
