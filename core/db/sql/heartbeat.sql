-- heartbeat($1 text name) -> one row written; says that the process lives
-- class: global   lane: write   roles: worker
INSERT INTO portal.heartbeat (name, at) VALUES ($1, now())
ON CONFLICT (name) DO UPDATE SET at = excluded.at;
