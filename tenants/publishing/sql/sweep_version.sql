-- sweep_version($1 uuid id) -> id uuid; 0 or 1 row
-- class: global   lane: write   roles: worker
-- A dataset, its history, a draft or an upload that points here, of whichever tenant, refuses this by
-- its foreign key, which looks past row-level security.
DELETE FROM portal.version WHERE id = $1::uuid AND state = 'ready' RETURNING id;
