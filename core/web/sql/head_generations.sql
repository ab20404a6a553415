-- head_generations() -> id text, generation bigint; a row a tenant (4,096 at most)
-- class: global   lane: fast   roles: web
SELECT id, generation FROM portal.tenant;
