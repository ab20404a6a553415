-- push_soon($1 uuid dataset) -> nothing
-- class: global   lane: write   roles: web
UPDATE portal.task SET run_at = now(), error = NULL WHERE kind = 'push' AND subject = $1::uuid AND error <> '';
