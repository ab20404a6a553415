-- secrecy_threshold($1 uuid root) -> threshold integer; 0 or 1 row
-- class: global   lane: fast   roles: web
SELECT secrecy_threshold FROM portal.root WHERE id = $1::uuid;
