-- sweep_versions($1 uuid after) -> id uuid; at most 200 rows
-- class: global   lane: write   roles: worker
-- Old enough to go, if nothing points to them: sweep_version finds out. A frozen one is held.
SELECT id FROM portal.version
 WHERE id > $1::uuid AND state = 'ready' AND created_at < now() - interval '24 hours'
 ORDER BY id LIMIT 200;
