-- link_compare($1 uuid link, $2 uuid root) -> nothing
-- class: global   lane: write   roles: web owner
UPDATE portal.subscription SET seeded_at = NULL, compared_at = NULL
 WHERE ($1::uuid IS NULL OR id = $1::uuid) AND ($2::uuid IS NULL OR root_id = $2::uuid) AND state = 'active';
