-- link_unblock($1 uuid link, $2 uuid root) -> nothing
-- class: global   lane: write   roles: owner
-- The breaker of the peers is closed: somebody says that they answer again.
UPDATE portal.peer AS p SET open_after = NULL, failures = 0
 WHERE ($2::uuid IS NULL OR p.root_id = $2::uuid)
   AND ($1::uuid IS NULL OR EXISTS (SELECT FROM portal.subscription AS s WHERE s.id = $1::uuid AND s.peer_id = p.id));
