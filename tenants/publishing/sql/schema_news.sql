-- schema_news($1 uuid tenant) -> dataset_id text, name text, version text; any
-- class: tenant   lane: write   roles: worker
-- Datasets whose schema has a version that their producer was not told of; told by this.
WITH newest AS (
    SELECT DISTINCT ON (s.name) s.name, s.version, string_to_array(s.version, '.')::int[] AS rank
      FROM portal.schema AS s JOIN portal.tenant AS t ON t.id = $1::uuid AND (s.root_id IS NULL OR s.root_id = t.root_id)
     ORDER BY s.name, string_to_array(s.version, '.')::int[] DESC)
UPDATE portal.dataset AS d SET conforms_told = n.version
  FROM newest AS n
 WHERE d.tenant_id = $1::uuid AND d.is_origin AND d.conforms_to = n.name AND d.state <> 'withdrawn'
   AND string_to_array(coalesce(d.conforms_told, '0'), '.')::int[] < n.rank
RETURNING d.dataset_id, n.name, n.version;
