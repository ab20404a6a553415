-- receipt_heads() -> root_id uuid, name text, number bigint, hash bytea; any rows
-- class: global   lane: write   roles: worker owner
SELECT h.root_id, r.name, h.number, h.hash FROM portal.receipt_head AS h JOIN portal.root AS r ON r.id = h.root_id ORDER BY r.name;
