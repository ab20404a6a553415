-- host_exists($1 text host) -> one int; 0 or 1 row
-- class: global   lane: fast   roles: web owner
-- A host that was given up stays taken for twelve months (T9).
SELECT 1 FROM portal.host WHERE host = $1 AND (retired_at IS NULL OR retired_at > now() - interval '12 months');
