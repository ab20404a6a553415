-- schema_one($1 uuid tenant, $2 text name, $3 text version) -> version text, title text, source text, definition jsonb, table jsonb; 0 or 1 row
-- class: global   lane: write   roles: web worker owner
-- version absent: the newest. table: the definition, or what checking made of it where it is a JSON Schema.
SELECT s.version, s.title, s.source, s.definition,
       CASE WHEN s.definition ? 'fields' THEN s.definition ELSE s.rules END
  FROM portal.schema AS s
  JOIN portal.tenant AS t ON t.id = $1::uuid AND (s.root_id IS NULL OR s.root_id = t.root_id)
 WHERE s.name = $2 AND ($3::text IS NULL OR s.version = $3)
 ORDER BY string_to_array(s.version, '.')::int[] DESC, s.root_id NULLS LAST
 LIMIT 1;
