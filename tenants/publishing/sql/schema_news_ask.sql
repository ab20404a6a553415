-- schema_news_ask($1 uuid root) -> nothing
-- class: global   lane: write   roles: web owner
-- Every portal of this region (absent: of all) looks once more whether its datasets follow an older version.
INSERT INTO portal.task (id, tenant_id, kind, subject)
SELECT gen_random_uuid(), t.id, 'schema_news', t.id FROM portal.tenant AS t WHERE $1::uuid IS NULL OR t.root_id = $1::uuid
ON CONFLICT (kind, subject) DO UPDATE SET run_at = now();
