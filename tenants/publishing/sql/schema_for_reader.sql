-- schema_for_reader($1 uuid tenant, $2 uuid dataset) -> declared text, threshold integer, schemas jsonb; 1 row
-- class: tenant   lane: write   roles: worker
-- The newest version of each schema that the tenant's region knows, with the columns of the older ones; the declared
-- one alone where there is one.
WITH mine AS (
    SELECT t.root_id, r.secrecy_threshold,
           (SELECT conforms_to FROM portal.dataset WHERE tenant_id = $1::uuid AND id = $2::uuid) AS declared
      FROM portal.tenant AS t JOIN portal.root AS r ON r.id = t.root_id WHERE t.id = $1::uuid),
ranked AS (
    SELECT s.*, row_number() OVER (PARTITION BY s.name ORDER BY string_to_array(s.version, '.')::int[] DESC, s.root_id NULLS LAST) AS rank
      FROM portal.schema AS s, mine AS m
     WHERE (s.root_id IS NULL OR s.root_id = m.root_id) AND (m.declared IS NULL OR s.name = m.declared))
SELECT (SELECT m.declared FROM mine AS m WHERE EXISTS (SELECT FROM ranked)), (SELECT m.secrecy_threshold FROM mine AS m),
       coalesce(jsonb_agg(jsonb_build_object('name', s.name, 'version', s.version, 'title', s.title, 'definition', s.rules,
           'older', (SELECT coalesce(jsonb_agg(jsonb_build_object('version', o.version, 'fields', to_jsonb(o.fields)) ORDER BY o.rank DESC), '[]')
                       FROM ranked AS o WHERE o.name = s.name AND o.rank > 1)) ORDER BY s.name), '[]')
  FROM ranked AS s WHERE s.rank = 1;
