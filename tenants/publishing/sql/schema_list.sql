-- schema_list($1 uuid tenant) -> name text, version text, title text, source text, own boolean, fields bigint, added text, datasets bigint, unchecked jsonb; any
-- class: tenant   lane: write   roles: web worker owner
-- The newest first of each name; datasets: of this tenant that follow it; unchecked: rules that checking leaves out.
SELECT s.name, s.version, s.title, s.source, s.root_id IS NOT NULL, cardinality(s.fields), to_char(s.added_at, 'YYYY-MM-DD'),
       (SELECT count(*) FROM portal.dataset AS d WHERE d.tenant_id = $1::uuid AND d.conforms_to = s.name),
       coalesce(s.rules -> 'unchecked', '[]')
  FROM portal.schema AS s
  JOIN portal.tenant AS t ON t.id = $1::uuid AND (s.root_id IS NULL OR s.root_id = t.root_id)
 ORDER BY s.name, string_to_array(s.version, '.')::int[] DESC;
