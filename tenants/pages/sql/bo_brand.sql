-- bo_brand($1 uuid tenant) -> theme jsonb; 1 row
-- class: global   lane: fast   roles: web
SELECT theme FROM portal.tenant WHERE id = $1::uuid;
