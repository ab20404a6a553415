-- tenant_look($1 uuid tenant) -> name text, theme text; 0 or 1 row
-- class: global   lane: write   roles: web owner
-- Locks the row: two changes at once would lose one.
SELECT name, theme::text FROM portal.tenant WHERE id = $1::uuid FOR UPDATE;
