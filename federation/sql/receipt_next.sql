-- receipt_next($1 uuid root, $2 jsonb detail) -> number bigint, previous bytea, at text, detail text; 1 row
-- class: global   lane: write   roles: worker
-- The head of the chain, held until this transaction ends; the moment and the detail as they will be read back.
INSERT INTO portal.receipt_head AS h (root_id, number, hash) VALUES ($1::uuid, 0, '')
ON CONFLICT (root_id) DO UPDATE SET number = h.number
RETURNING h.number + 1, h.hash, to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), $2::jsonb::text;
