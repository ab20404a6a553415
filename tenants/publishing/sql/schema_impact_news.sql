-- schema_impact_news($1 uuid tenant) -> schema_name text, title text, version text, datasets bigint, fails bigint; any
-- class: tenant   lane: write   roles: worker
-- What this transaction has found, by schema.
SELECT i.schema_name, (SELECT s.title FROM portal.schema AS s JOIN portal.tenant AS t ON t.id = $1::uuid AND (s.root_id IS NULL OR s.root_id = t.root_id)
                        WHERE s.name = i.schema_name AND s.version = i.version ORDER BY s.root_id NULLS LAST LIMIT 1),
       i.version, count(*), count(*) FILTER (WHERE i.verdict = 'fails')
  FROM portal.schema_impact AS i
 WHERE i.tenant_id = $1::uuid AND i.made_at = now() AND i.settled_at IS NULL
 GROUP BY i.schema_name, i.version ORDER BY i.schema_name;
